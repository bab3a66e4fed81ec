"""The list of people, and tags put on the ticked ones."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.fields.models import CustomField
from crm.fields.queries import active_fields
from crm.fields.values import shown_value
from crm.geo.queries import find_commune
from crm.people.enums import SUPPORT_LEVELS
from crm.people.fields import label_of
from crm.people.forms import FilterForm
from crm.people.list_actions import list_actions
from crm.people.listing import Counted, Filters, Page, count_of, everyone_count, page_of, people_for
from crm.people.models import Person, Tag
from crm.people.profile import channels_of
from crm.people.queries import all_tags
from crm.people.relationships import relationship_lines
from crm.people.searching import alike
from crm.people.tagging import change_tags, ensure_tags, find_tag
from crm.people.views.loading import by_hand, crumbs
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.users.permissions import can

UNDO = "people.tag_undo"
COLUMNS = "people.columns"  # of the session: keys of the fields that the list shows
MOST_COLUMNS = 4


@needs("people.view")
@require_GET
def index(request: TenantRequest) -> HttpResponse:
    tags = all_tags()
    form = FilterForm(request.GET, tags=tags)
    filters = form.filters()
    people = people_for(filters, now=timezone.now())
    page = page_of(people, sort=filters.sort, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    nearly = _nearly(filters) if filters.text and not page.people else None
    page = nearly or page
    names = {tag.pk: tag for tag in tags}
    own = active_fields()
    columns = [field for field in own if field.key in request.session.get(COLUMNS, ())]
    total = everyone_count()
    context = {
        "breadcrumbs": crumbs()[:2],
        "form": form,
        "filters": filters,
        "chips": _chips(request, form),
        "rows": [_row(person, names, columns) for person in page.people],
        "total": total,
        "nearly": nearly is not None,
        "count": _count(people, page, total, filters, exact="exact" in request.GET, nearly=nearly is not None),
        "exact_url": _with(request, exact="1"),
        "before_url": _with(request, before=page.before) if page.before else "",
        "after_url": _with(request, after=page.after) if page.after else "",
        "tags": tags,
        "own_fields": own,
        "columns": columns,
        "undo": request.session.get(UNDO),
        "actions": list_actions(request),
        "may_edit": can(request.user, "people.edit"),
        "may_set": can(request.user, "settings.edit"),
        "may_import": can(request.user, "imports.run"),
        "import_url": f"{reverse('wagtailadmin_home')}imports/",
    }
    return render(request, "people/list.html", context)


@needs("people.view")
@require_GET
def relationships(request: TenantRequest) -> HttpResponse:
    context = {"breadcrumbs": crumbs(("", _("Relationships"))), "lines": relationship_lines()}
    return render(request, "people/relationships.html", context)


@needs("people.edit")
@require_POST
def tag_people(request: TenantRequest) -> HttpResponse:
    """Put one tag on the ticked people, or take it away; what changed can be taken back."""
    ids = [int(pk) for pk in request.POST.getlist("ids") if pk.isdecimal()]
    name = request.POST.get("tag", "").strip()
    removing = request.POST.get("do") == "remove"
    back = _back(request)
    if not ids or not name:
        messages.warning(request, _("Tick people and name a tag: nothing was changed."))
        return redirect(back)
    tag = find_tag(name) if removing else Tag.objects.get(pk=ensure_tags([name])[0])
    if tag is None:
        messages.warning(request, _("There is no tag «%(name)s».") % {"name": name})
        return redirect(back)
    add, remove = ((), (tag.pk,)) if removing else ((tag.pk,), ())
    changed = change_tags(person_ids=ids, add=add, remove=remove, source=by_hand(request, "people"), now=timezone.now())
    if changed:
        request.session[UNDO] = {"ids": changed, "tag": tag.pk, "name": tag.name, "removed": removing}
    else:
        messages.info(request, _("Nothing to change: it was so already."))
    return redirect(back)


@needs("people.view")
@require_POST
def choose_columns(request: TenantRequest) -> HttpResponse:
    """Which of the campaign's own fields this member sees in the list, until she signs out."""
    keys = [int(key) for key in request.POST.getlist("columns") if key.isascii() and key.isdigit()]
    if len(keys) > MOST_COLUMNS:
        messages.info(request, _("The list shows the first %(count)s of them.") % {"count": MOST_COLUMNS})
    request.session[COLUMNS] = keys[:MOST_COLUMNS]
    return redirect(_back(request))


@needs("people.edit")
@require_POST
def undo_tags(request: TenantRequest) -> HttpResponse:
    done = request.session.pop(UNDO, None)
    if done and "keep" not in request.POST:
        add, remove = ((done["tag"],), ()) if done["removed"] else ((), (done["tag"],))
        changed = change_tags(
            person_ids=done["ids"], add=add, remove=remove, source=by_hand(request, "undo"), now=timezone.now()
        )
        count = len(changed)
        messages.success(
            request,
            ngettext("Taken back for %(count)s person.", "Taken back for %(count)s people.", count) % {"count": count},
        )
    return redirect(_back(request))


def _nearly(filters: Filters) -> Page | None:
    """One page of names like the one that nobody has."""
    with alike():
        page = page_of(people_for(filters, now=timezone.now(), alike=True), sort=filters.sort)
    return Page(page.people, "", "") if page.people else None


def _count(
    people: QuerySet[Person], page: Page, total: Counted, filters: Filters, *, exact: bool, nearly: bool
) -> Counted:
    if filters.is_empty:
        return total
    is_whole = nearly or not (page.before or page.after)
    return Counted(len(page.people), is_estimate=False) if is_whole else count_of(people, exact=exact)


def _row(person: Any, tags: dict[int, Tag], columns: list[CustomField]) -> dict[str, Any]:
    return {
        "own": [(field, _shown(field, person)) for field in columns],
        "person": person,
        "tags": [tags[pk] for pk in person.tag_ids if pk in tags],
        "channels": channels_of(person),
        "support": SUPPORT_LEVELS.get(person.support_level, ""),
    }


def _shown(field: CustomField, person: Person) -> str:
    value = person.custom.get(str(field.key))
    return "" if value is None else shown_value(field, value)


def _chips(request: TenantRequest, form: FilterForm) -> list[dict[str, str]]:
    """Each filter in force: what it says, and the address without it."""
    chips = []
    for name, value in form.cleaned_data.items():
        if name in ("q", "sort") or value in ("", None):
            continue
        field = form.fields[name]
        choices = {str(key): str(label) for key, label in getattr(field, "choices", [])}
        commune = find_commune(str(value)) if name == "commune" else None
        text = commune.name if commune else choices.get(str(value), str(value))
        chips.append({"label": str(field.label or label_of(name)), "value": text, "url": _with(request, **{name: ""})})
    return chips


def _with(request: TenantRequest, **changes: str) -> str:
    """This list with other parameters; a new filter starts at the first page."""
    kept = {key: value for key, value in request.GET.items() if value and key not in ("after", "before", "exact")}
    parameters = {key: value for key, value in {**kept, **changes}.items() if value}
    return f"?{urlencode(parameters)}" if parameters else "?"


def _back(request: TenantRequest) -> str:
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return back
    return reverse("people:list")
