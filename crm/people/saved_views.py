"""Views of the list of people: kept under a name, for oneself or for the team; one of them may be how one's list opens."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import QueryDict

from crm.access.queries import members_named
from crm.people.expressions import Folded
from crm.people.list_columns import DEFAULT, MOST
from crm.people.models import ListChoice, SavedView
from crm.people.searching import people_named
from shared.numbers import INTEGER, number

EVERYONE = "all"  # in place of a view's number: nothing is filtered, whatever one's list opens with


class ViewNameTaken(Exception):
    """She has another view of this name."""


def views_for(user_id: int) -> list[SavedView]:
    """Her own and those of the team, by name; whose they are, where two have one name."""
    seen = SavedView.objects.filter(_seen_by(user_id)).annotate(folded=Folded("name"))
    views: list[Any] = list(seen.order_by("folded", "pk"))
    times = Counter(view.folded for view in views)
    alike = [view for view in views if times[view.folded] > 1]
    names = members_named({view.owner_id for view in alike})
    for view in alike:
        view.owner_name = names.get(view.owner_id, "")
    return views


def find_view(pk: str, *, user_id: int) -> SavedView | None:
    told = number(pk, most=INTEGER)
    return SavedView.objects.filter(_seen_by(user_id), pk=told).first() if told else None


def choice_of(user_id: int) -> ListChoice:
    """A default that is no longer shared with her opens nothing."""
    choice = ListChoice.objects.filter(pk=user_id).first() or ListChoice(user_id=user_id, columns=list(DEFAULT))
    if choice.view_id:
        choice.view = SavedView.objects.filter(_seen_by(user_id), pk=choice.view_id).first()
    return choice


def query_of(view: SavedView) -> str:
    """The address of the list as the view has it."""
    return "&".join(part for part in (view.query, urlencode({"view": view.pk})) if part)


def is_as_kept(view: SavedView, query: str) -> bool:
    return dict(QueryDict(view.query).lists()) == dict(QueryDict(query).lists())


def keep_view(
    *, view: SavedView | None, name: str, query: str, columns: Sequence[str], by: int, is_shared: bool, is_default: bool
) -> SavedView:
    """A new one, or another name and reach for one that is there. Raises ViewNameTaken."""
    kept = view or SavedView(owner_id=by)
    kept.name, kept.query, kept.columns = " ".join(name.split())[:80], query, list(columns)[:MOST]
    kept.is_shared = is_shared
    try:
        with transaction.atomic():
            kept.save()
            _open_with(kept, by, is_default=is_default)
    except IntegrityError as error:
        raise ViewNameTaken from error
    return kept


@transaction.atomic
def open_with(*, view: SavedView, by: int, is_default: bool) -> None:
    """How her own list opens, whosever view it is."""
    _open_with(view, by, is_default=is_default)


def change_columns(*, view: SavedView, columns: Sequence[str]) -> None:
    view.columns = list(columns)[:MOST]
    view.save(update_fields=["columns"])


def delete_view(*, view: SavedView) -> None:
    """Whose list opened with it sees everybody again."""
    view.delete()


def choose_columns(*, by: int, columns: Sequence[str]) -> None:
    """For all her lists that no view shapes, wherever she signs in."""
    ListChoice.objects.update_or_create(user_id=by, defaults={"columns": list(columns)[:MOST]})


def views_naming(person_ids: list[int]) -> list[SavedView]:
    """Whose search names one of them."""
    return [
        view
        for view in SavedView.objects.filter(query__contains="q=")
        if people_named(_searched(view)).filter(pk__in=person_ids).exists()
    ]


def forget_views(views: Sequence[SavedView]) -> None:
    """Those whose search finds nobody by that name any more: what is left of it is the name of somebody who was erased."""
    for view in views:
        if not people_named(_searched(view)).exists():
            view.delete()


def _searched(view: SavedView) -> str:
    return QueryDict(view.query).get("q") or ""


def _open_with(view: SavedView, by: int, *, is_default: bool) -> None:
    if is_default:
        ListChoice.objects.update_or_create(
            user_id=by, defaults={"view": view}, create_defaults={"view": view, "columns": list(DEFAULT)}
        )
    else:
        ListChoice.objects.filter(user_id=by, view=view).update(view=None)


def _seen_by(user_id: int) -> Q:
    return Q(owner_id=user_id) | Q(is_shared=True)
