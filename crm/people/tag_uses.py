"""What names a tag within the list of people: saved views, and long work under way."""

from collections.abc import Callable, Collection
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.consent.entries import Source
from crm.people.models import SavedView
from crm.people.saved_views import query_of
from crm.people.tag_users import Need, TagUsage
from crm.runs.kinds import run_kind
from crm.runs.models import Run
from shared.numbers import INTEGER, numbers

PARAMETERS = ("tag", "into")


def views_naming_tags(tag_ids: Collection[int]) -> list[TagUsage]:
    """A private view is told of without its name: whoever asks may not be the one whose it is."""
    found = []
    for view in SavedView.objects.filter(query__contains="tag=").order_by("name", "pk"):
        label = _("the view “%(name)s”") % {"name": view.name} if view.is_shared else _("a private view of a colleague")
        url = f"{reverse('people:list')}?{query_of(view)}" if view.is_shared else ""
        named = tags_in_query(view.query) & set(tag_ids)
        found += [TagUsage(pk, label, url, Need.GOES) for pk in sorted(named)]
    return found


def replace_in_views(tag_id: int, by: int, _source: Source, _now: datetime) -> None:
    for view in _views(tag_id):
        view.query = query_with_tag(view.query, by)
        view.save(update_fields=["query"])


def forget_views_of_tag(tag_id: int) -> None:
    """Without the tag it would show everybody, under the name of a few."""
    for view in _views(tag_id):
        view.delete()


def runs_naming_tags(tag_ids: Collection[int]) -> list[TagUsage]:
    """What puts or takes a tag, or goes through those who have it, is finished first."""
    return usages_under_way(tag_ids, _named_by)


def usages_under_way(tag_ids: Collection[int], named_by: Callable[[Run], set[int]]) -> list[TagUsage]:
    found = []
    for run in Run.objects.at_work().order_by("pk"):
        kind = run_kind(run.kind)
        url = reverse(kind.url_name, args=[run.uuid]) if kind.url_name else ""
        label = _("under way: %(work)s") % {"work": kind.label}
        named = named_by(run) & set(tag_ids)
        found += [TagUsage(pk, label, url, Need.BUSY) for pk in sorted(named)]
    return found


def _named_by(run: Run) -> set[int]:
    whom = run.parameters.get("whom")
    query = str(whom.get("query", "")) if isinstance(whom, dict) else ""
    own = {pk for name in PARAMETERS if isinstance(pk := run.parameters.get(name), int)}
    return own | tags_in_query(query)


def tags_in_query(query: str) -> set[int]:
    return set(numbers(QueryDict(query).getlist("tag"), most=INTEGER))


def query_with_tag(query: str, by: int) -> str:
    """The list's query string with this tag in the place of the one that it names."""
    asked = QueryDict(query, mutable=True)
    asked["tag"] = str(by)
    return asked.urlencode()


def _views(tag_id: int) -> list[SavedView]:
    views = SavedView.objects.select_for_update(of=("self",)).filter(query__contains="tag=").order_by("pk")
    return [view for view in views if tag_id in tags_in_query(view.query)]
