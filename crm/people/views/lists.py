"""The list of people, and tags put on the ticked ones."""

from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Field
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.fields.queries import active_fields
from crm.geo.queries import find_commune
from crm.people.cells import rows_of
from crm.people.communes import places_meant
from crm.people.fields import label_of
from crm.people.forms import FilterForm
from crm.people.groups import Group, group_filters_for, is_group
from crm.people.list_actions import action_named, list_actions, pasts
from crm.people.list_columns import columns_chosen, columns_offered
from crm.people.listing import Counted, Filters, count_for, everyone_count, page_alike, page_for
from crm.people.models import SavedView, Tag
from crm.people.orders import caption_of, stretches_of
from crm.people.own_filters import Told, name_behind
from crm.people.paging import PAGE, Page
from crm.people.queries import all_tags
from crm.people.relationships import relationship_lines
from crm.people.saved_views import EVERYONE, choice_of, is_as_kept, query_of, views_for
from crm.people.selecting import list_query
from crm.people.tag_forms import refuse_several
from crm.people.tag_groups import labels_of
from crm.people.tagging import change_tags, ensure_tags, find_tag
from crm.people.views.loading import back_from, by_hand, crumbs
from shared.numbers import numbers
from shared.visible import is_visible
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.users.permissions import can

UNDO = "people.tag_undo"
PLACES = 5


@needs("people.view")
@require_GET
def index(request: TenantRequest) -> HttpResponse:
    choice = choice_of(request.user.pk)
    if not request.GET and choice.view:
        return redirect(f"{request.path}?{query_of(choice.view)}")
    tags, own, views = all_tags(), active_fields(), views_for(request.user.pk)
    form = FilterForm(request.GET, tags=tags, own=own, groups=group_filters_for(request.user))
    filters = form.filters()
    if any(is_group(name) for name in form.errors):
        messages.warning(request, _("What the list was narrowed to is not there any more: here is everyone."))
        return redirect(f"{request.path}?view={EVERYONE}")
    order = stretches_of(filters.sort, own)
    now, (after, before) = timezone.now(), (request.GET.get(name, "") for name in ("after", "before"))
    page = page_for(filters, order, now=now, after=after, before=before)
    nearly = page_alike(filters, order, now=now) if filters.text and not page.people else None
    page = nearly or page
    view = next((one for one in views if str(one.pk) == request.GET.get("view")), None)
    columns = columns_chosen(view.columns if view else choice.columns, own)
    total = everyone_count()
    context = {
        "breadcrumbs": crumbs()[:2],
        "form": form,
        "filters": filters,
        "unread": _unread(form),
        "caption": caption_of(filters.sort),
        "chips": _chips(request, form),
        "people": page.people,
        "rows": rows_of(columns, page.people, tags, may_tick=can(request.user, "people.edit")),
        "total": total,
        "nearly": nearly is not None,
        "places": _places(request, filters) if nearly else [],
        "count": _count(page, total, filters, exact="exact" in request.GET, nearly=nearly is not None),
        "exact_url": _with(request, exact="1"),
        "before_url": _with(request, before=page.before) if page.before else "",
        "after_url": _with(request, after=page.after) if page.after else "",
        "tags": tags,
        "columns": columns,
        "offered": columns_offered(own),
        **_about_views(request, views, view),
        "undo": _to_undo(request),
        "actions": list_actions(request),
        "pasts": pasts(request),
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
    ids = numbers(request.POST.getlist("ids"))
    name = request.POST.get("tag", "").strip()
    removing = request.POST.get("do") == "remove"
    back = back_from(request)
    if not ids or not is_visible(name):
        messages.warning(request, _("Tick people and name a tag: nothing was changed."))
        return redirect(back)
    try:
        tag = _tag_meant(name, removing=removing)
    except ValidationError as error:
        messages.warning(request, error.messages[0])
        return redirect(back)
    add, remove = ((), (tag.pk,)) if removing else ((tag.pk,), ())
    changed = change_tags(person_ids=ids, add=add, remove=remove, source=by_hand(request, "people"), now=timezone.now())
    if changed:
        told = {"ids": changed, "tag": tag.pk, "name": tag.name, "removed": removing}
        request.session[UNDO] = {**told, "key": token_urlsafe(8), "shown": False}
    else:
        messages.info(request, _("Nothing to change: it was already so."))
    return redirect(back)


def _tag_meant(name: str, *, removing: bool) -> Tag:
    """Made where it is new. Raises ValidationError."""
    if not removing:
        refuse_several(name)
        return Tag.objects.get(pk=ensure_tags([name])[0])
    if tag := find_tag(name):
        return tag
    raise ValidationError(_("There is no tag “%(name)s”.") % {"name": name})


@needs("people.view")
@require_POST
def go_on(request: TenantRequest) -> HttpResponse:
    """The ticked people are taken along to another page: an export, an action in number."""
    action = action_named(request.POST.get("go", ""), request)
    ids = numbers(request.POST.getlist("ids"))
    if action is None or not ids:
        messages.warning(request, _("Tick people first."))
        return redirect(back_from(request))
    return redirect(f"{reverse(action.url_name)}?{urlencode({'ids': ids}, doseq=True)}")


@needs("people.edit")
@require_POST
def undo_tags(request: TenantRequest) -> HttpResponse:
    """What the page that was open tells, and nothing that was done since."""
    done = request.session.get(UNDO)
    if not done or done.get("key") != request.POST.get("key"):
        messages.warning(request, _("This cannot be undone from here any more."))
        return redirect(back_from(request))
    del request.session[UNDO]
    if "keep" not in request.POST:
        add, remove = ((done["tag"],), ()) if done["removed"] else ((), (done["tag"],))
        changed = change_tags(
            person_ids=done["ids"], add=add, remove=remove, source=by_hand(request, "undo"), now=timezone.now()
        )
        count = len(changed)
        messages.success(
            request,
            ngettext("Undone for %(count)s person.", "Undone for %(count)s people.", count) % {"count": count},
        )
    return redirect(back_from(request))


def _to_undo(request: TenantRequest) -> dict[str, Any] | None:
    """Offered on the list that follows the change, and not again: its button works as long as that page is open."""
    done: dict[str, Any] | None = request.session.get(UNDO)
    if not done or done.get("shown", True):
        return None
    request.session[UNDO] = {**done, "shown": True}
    return done


def _about_views(request: TenantRequest, views: list[SavedView], view: SavedView | None) -> dict[str, Any]:
    query = list_query(request.GET)
    is_mine = view is not None and (view.owner_id == request.user.pk or can(request.user, "people.edit"))
    return {
        "views": [(one, query_of(one)) for one in views],
        "view": view,
        "query": query,
        "is_everyone": view is None and not query,
        "may_keep": bool(query) and view is None,
        "may_update": view is not None and is_mine and not is_as_kept(view, query),
        "shapes_view": is_mine,
    }


def _count(page: Page, total: Counted, filters: Filters, *, exact: bool, nearly: bool) -> Counted:
    if filters.is_empty:
        return total
    if nearly:  # one page of them, whatever follows
        return Counted(len(page.people), is_estimate=False, is_cut=len(page.people) == PAGE)
    if not (page.before or page.after):
        return Counted(len(page.people), is_estimate=False)
    return count_for(filters, now=timezone.now(), exact=exact)


def _chips(request: TenantRequest, form: FilterForm) -> list[dict[str, str]]:
    """Each filter in force, and the order if it is another than usual: what it says, and the address without it."""
    chips = []
    for name, value in form.cleaned_data.items():
        if name == "q" or value in ("", None):
            continue
        field = form.fields[name]
        text = _shown(name, field, value)
        chips.append({"label": str(field.label or label_of(name)), "value": text, "url": _with(request, **{name: ""})})
    unread = zip(form.unread, _unread(form), strict=True)
    told = [{"label": label, "value": request.GET[name], "url": _with(request, **{name: ""})} for name, label in unread]
    return [*chips, *told]


def _unread(form: FilterForm) -> list[str]:
    """What is filtered by and not understood, as it is called: a field that was archived, too."""
    labels = {name: str(field.label or _("search words")) for name, field in form.fields.items()}
    return [labels.get(name) or name_behind(name) for name in form.unread]


def _shown(name: str, field: Field, value: Any) -> str:
    if isinstance(value, Group):
        return value.name
    if isinstance(field, Told):
        return field.shown(value)
    commune = find_commune(str(value)) if name == "commune" else None
    choices = labels_of(getattr(field, "choices", []))
    return commune.name if commune else choices.get(_written(value), str(value))


def _written(value: Any) -> str:
    """As the form's choices have it."""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _places(request: TenantRequest, filters: Filters) -> list[tuple[str, str]]:
    """The communes that the text may mean, and everybody there instead of one page of them."""
    meant = [] if filters.commune else [one for one in places_meant(filters.text) if not one.is_arrondissement]
    return [(f"{one.name} ({one.departement})", _with(request, q="", commune=one.code)) for one in meant[:PLACES]]


def _with(request: TenantRequest, **changes: str) -> str:
    """This list with other parameters; a new filter starts at the first page."""
    kept = {key: value for key, value in request.GET.items() if value and key not in ("after", "before", "exact")}
    parameters = {key: value for key, value in {**kept, **changes}.items() if value}
    return f"?{urlencode(parameters or {'view': EVERYONE})}"
