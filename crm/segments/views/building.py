from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.segments import services
from crm.segments.actions import segment_actions
from crm.segments.builder import Draft, draft_of, empty_draft, read_draft
from crm.segments.counting import is_small
from crm.segments.enums import GroupKind
from crm.segments.forms import SegmentForm
from crm.segments.legal import legal_class_of
from crm.segments.models import Segment
from crm.segments.moves import apply_action
from crm.segments.panel import asked_about, choices_of_conditions, group_views, online_of, panel_of, sample_of
from crm.segments.queries import sound_tree_of, tree_to_mend
from crm.segments.registry import find_by_key
from crm.segments.tree import CriteriaInvalid, Node, to_json
from crm.segments.trend import note_use, trend_of
from crm.segments.usage import usages_of
from crm.segments.views.crumbs import crumbs
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.users.permissions import can


@needs("segments.edit")
@require_http_methods(["GET", "POST"])
def add_segment(request: TenantRequest) -> HttpResponse:
    if request.method == "GET":
        return _render_builder(request, None, SegmentForm(initial={"version": 0}), empty_draft())
    return _answer_builder(request, None)


@needs("segments.view")
@require_http_methods(["GET", "POST"])
def show_segment(request: TenantRequest, segment_id: int) -> HttpResponseBase:
    segment = get_object_or_404(Segment, pk=segment_id)
    if request.method == "POST":
        return _change_segment(request, segment)
    note_use(segment=segment, now=timezone.now())
    may_edit = can(request.user, "segments.edit")
    try:
        # Who may mend it sees each condition, with an error at those on what was deleted.
        node = tree_to_mend(segment) if may_edit else sound_tree_of(segment)
        draft = draft_of(node)
        legal_class_of(draft.node())  # the segments that it counts on are read, too
    except CriteriaInvalid as error:
        return _render_read_only(request, segment, None, [problem.message for problem in error.problems])
    if not may_edit:
        return _render_read_only(request, segment, node, [])
    kept = {"name": segment.name, "description": segment.description, "version": segment.version}
    return _render_builder(request, segment, SegmentForm(initial=kept), draft)


@needs("segments.edit")
def _change_segment(request: TenantRequest, segment: Segment) -> HttpResponse:
    return _answer_builder(request, segment)


def _answer_builder(request: TenantRequest, segment: Segment | None) -> HttpResponse:
    """Every button of the page posts the whole of it; only «save» writes."""
    action = request.POST.get("do", "")
    draft = read_draft(request.POST)
    form = SegmentForm(request.POST)
    if action != "save":
        return _render_builder(request, segment, _unbound(form), apply_action(draft, action))
    draft = draft.with_blanks_refused()
    if not form.is_valid() or draft.errors() or draft.limit_error:
        return _render_builder(request, segment, form, draft, is_refused=True)
    saved = _save(request, segment, form, draft)
    if saved is None:
        return _render_builder(request, segment, form, draft, is_refused=True)
    messages.success(request, _("The segment “%(name)s” is saved.") % {"name": saved.name})
    return redirect("segments:segment", saved.pk)


def _unbound(form: SegmentForm) -> SegmentForm:
    """What was typed, without complaints: nothing was asked to be saved yet."""
    typed = {name: form.data.get(name, "") for name in ("name", "description", "version")}
    return SegmentForm(initial=typed)


def _save(request: TenantRequest, segment: Segment | None, form: SegmentForm, draft: Draft) -> Segment | None:
    data: dict[str, Any] = {
        "name": form.cleaned_data["name"],
        "description": form.cleaned_data["description"],
        "criteria": to_json(draft.node()),
        "by": request.user,
        "now": timezone.now(),
    }
    try:
        if segment is None:
            return services.add_segment(**data)
        return services.change_segment(segment=segment, version=form.cleaned_data["version"] or 0, **data)
    except services.NameTaken:
        form.add_error("name", _("Another segment has this name. Choose another one."))
    except services.ChangedMeanwhile as error:
        form.add_error(None, _changed_meanwhile(error.segment))
    except services.SegmentCircle:
        form.add_error(None, _("A segment cannot count on itself, not even by way of another one."))
    except services.TooManyConditions:
        form.add_error(None, _("There are too many conditions."))
    except CriteriaInvalid as error:  # deleted at this very moment
        form.add_error(None, error.problems[0].message)
    return None


def _changed_meanwhile(segment: Segment) -> str:
    who = segment.changed_by.first_name if segment.changed_by else _("somebody")
    return _(
        "%(who)s saved this segment while you were at it. Open it again to see the change, or save yours under another name."
    ) % {"who": who}


def _render_builder(
    request: TenantRequest, segment: Segment | None, form: SegmentForm, draft: Draft, *, is_refused: bool = False
) -> HttpResponse:
    title = segment.name if segment else _("New segment")
    context = {
        "segment": segment,
        "title": title,
        "form": form,
        "is_refused": is_refused,
        "breadcrumbs": crumbs(("", title)),
        **_common(request, segment),
        **_parts(request, draft, segment),
    }
    return render(request, "segments/builder.html", context, status=422 if is_refused else 200)


def _render_read_only(request: TenantRequest, segment: Segment, node: Node | None, problems: list[str]) -> HttpResponse:
    now = timezone.now()
    context = {
        "segment": segment,
        "title": segment.name,
        "problems": problems,
        "breadcrumbs": crumbs(("", segment.name)),
        **_common(request, segment),
    }
    if not problems:
        context |= {"panel": panel_of(node, now=now, exact="exact" in request.GET), "may_count": True}
        context |= {**_people_parts(request, node), **_law_parts(node), "all_url": _all_url(request, segment, node)}
    return render(request, "segments/read_only.html", context)


def _common(request: TenantRequest, segment: Segment | None) -> dict[str, Any]:
    return {
        "usages": usages_of(segment.pk) if segment else [],
        "trend": trend_of(segment, now=timezone.now()) if segment else None,
        "may_edit": can(request.user, "segments.edit"),
        "segment_actions": segment_actions(request, segment),
    }


def _all_url(request: TenantRequest, segment: Segment | None, node: Node | None) -> str:
    """The list of people as the segment is kept; not where its conditions are being changed."""
    if segment is None or not can(request.user, "people.view"):
        return ""
    if request.method == "POST" and not _is_kept_so(segment, node):
        return ""
    return f"{reverse('people:list')}?segment={segment.pk}"


def _is_kept_so(segment: Segment, node: Node | None) -> bool:
    try:
        return to_json(node) == to_json(draft_of(sound_tree_of(segment)).node())
    except CriteriaInvalid:
        return False


def _parts(request: TenantRequest, draft: Draft, segment: Segment | None) -> dict[str, Any]:
    """The parts of the page that follow what is typed. What is kept is not what remains without a condition in error."""
    if request.method == "GET" and draft.errors():
        return {**_row_parts(draft), "is_unread": True, "set_aside": len(draft.errors())}
    node = draft.node()
    return {
        "all_url": _all_url(request, segment, node),
        **_panel_parts(request, draft),
        **_row_parts(draft),
        **_law_parts(node),
        **_people_parts(request, node),
    }


def _law_parts(node: Node | None) -> dict[str, Any]:
    return {"legal": legal_class_of(node), "online": online_of(node, now=timezone.now()), "about": _about()}


def _panel_parts(request: TenantRequest, draft: Draft) -> dict[str, Any]:
    """What has to be there at once."""
    exact = "exact" in request.POST or "exact" in request.GET
    node = draft.node()
    panel = panel_of(node, now=timezone.now(), exact=exact or request.POST.get("do") == "exact")
    legal = legal_class_of(node)
    return {
        "panel": panel,
        "set_aside": len(draft.errors()),
        "may_count": True,
        "asks_more": legal.is_selection and legal.may_target_online,
        "about": _about(),
    }


def _row_parts(draft: Draft) -> dict[str, Any]:
    return {
        "groups": group_views(draft, now=timezone.now()),
        "draft": draft,
        "kinds": GroupKind.choices,
        "choices": choices_of_conditions(draft),
        "about": _about(),
    }


def _about() -> str:
    """Stands before the numbers that are always estimated where people are many."""
    return "" if is_small() else pgettext("before a number", "about") + "\N{NO-BREAK SPACE}"


def _people_parts(request: TenantRequest, node: Node | None) -> dict[str, Any]:
    if not can(request.user, "people.view"):
        return {"may_see_people": False}
    now = timezone.now()
    who = (request.POST.get("who") or request.GET.get("who") or "")[:100]
    return {
        "may_see_people": True,
        "sample": sample_of(node, now=now),
        "who": who,
        "asked": asked_about(who, node, now=now),
    }


@needs("segments.edit")
@require_POST
def count_draft(request: TenantRequest) -> JsonResponse:
    """The same page in parts, for the script that keeps the count alive while one types: the count first, then the rest."""
    draft = apply_action(read_draft(request.POST), request.POST.get("do", ""))
    wanted = request.POST.get("parts", "all")
    answer: dict[str, Any] = {"focus": draft.focus}
    all_url = {"all_url": _all_url(request, _segment_of(request), draft.node())}
    if wanted != "rest":
        parts = {**_panel_parts(request, draft), **all_url}
        figures = parts["panel"].figures
        answer |= {"total": figures.total, "email": figures.by_channel["email"], "estimate": figures.is_estimate}
        answer["panel"] = render_to_string("segments/panel.html", parts, request)
    if wanted != "count":
        answer["groups"] = render_to_string("segments/groups.html", _row_parts(draft), request)
        answer["law"] = render_to_string("segments/law.html", _law_parts(draft.node()), request)
        people = {**_people_parts(request, draft.node()), **all_url}
        answer["people"] = render_to_string("segments/people.html", people, request)
    return JsonResponse(answer)


def _segment_of(request: TenantRequest) -> Segment | None:
    """Whose page asks for the count, unless it is a new one's."""
    asked = request.GET.get("segment", "")
    return Segment.objects.filter(pk=asked).first() if asked.isascii() and asked.isdigit() else None


@needs("segments.edit")
@require_GET
def suggest_entries(request: TenantRequest) -> JsonResponse:
    text = request.GET.get("q", "").strip()[:100]
    criterion = find_by_key(request.GET.get("what", ""))
    found = criterion.suggestions(text) if criterion and text else []
    return JsonResponse({"suggestions": found})
