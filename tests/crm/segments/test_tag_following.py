"""A tag that becomes another, or is about to go: segments reach exactly whom they reached."""

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from crm.consent.services import Source
from crm.people.models import Person, Tag
from crm.people.services import ContactData, capture
from crm.people.tag_keeping import TagInUse, delete_tag, delete_unused, merge_tags
from crm.people.tagging import ensure_tags
from crm.runs.models import Run
from crm.runs.services import start_run
from crm.segments.models import PeopleList, Segment
from crm.segments.queries import changes_in_words, people_in
from crm.segments.services import ChangedMeanwhile, add_segment, archive_segment, change_segment
from tenants.facts import TenantFacts
from tenants.users.models import User

FORM = Source(kind="form", reference="form:1")


@pytest.fixture
def tags(tenant: TenantFacts, now: datetime) -> tuple[Tag, Tag]:
    for number, names in enumerate((("NPS",), ("ne pas solliciter",), ("vélo",), ())):
        contact = ContactData(email=f"p{number}@example.org", tags=names)
        capture(contact=contact, kind="signed_up", source=FORM, now=now)
    return Tag.objects.get(name="NPS"), Tag.objects.get(name="ne pas solliciter")


def by(owner: User) -> Source:
    return Source("office", "tags", owner.pk)


def emails(segment: Segment) -> set[str]:
    segment.refresh_from_db()
    return set(people_in(segment).values_list("email", flat=True))


def test_a_merge_is_written_into_every_tree(tags: tuple[Tag, Tag], owner: User, now: datetime) -> None:
    keep, gone = tags
    none = {"all": [{"not": {"any": [{"tags": {"any": [gone.pk, keep.pk]}}]}}, {"tags": {"none": [gone.pk]}}]}
    excluding = add_segment(name="À écrire", criteria=none, by=None, now=now)
    drawn = {"draw": {"people": 5, "salt": 1, "of": {"tags": {"all": [gone.pk]}}}}
    archived = add_segment(name="Refus", criteria=drawn, by=None, now=now)
    archive_segment(segment=archived, by=None, now=now)
    other = add_segment(name="Vélo", criteria={"support": {"in": [3]}}, by=None, now=now)
    before = emails(excluding)
    assert before == {"p2@example.org", "p3@example.org"}

    merge_tags(keep=keep, merged=gone, source=by(owner), now=now)

    assert emails(excluding) == before
    assert emails(archived) == {"p0@example.org", "p1@example.org"}
    assert excluding.criteria["all"] == [
        {"not": {"any": [{"tags": {"any": [keep.pk]}}]}},
        {"tags": {"none": [keep.pk]}},
    ]
    assert (excluding.version, excluding.changed_by) == (2, owner)
    other.refresh_from_db()
    assert other.version == 1


def test_nothing_is_merged_under_work_for_the_people_of_a_segment(
    tags: tuple[Tag, Tag], owner: User, now: datetime
) -> None:
    keep, gone = tags
    segment = add_segment(name="Refus", criteria={"all": [{"tags": {"any": [gone.pk]}}]}, by=None, now=now)
    by_list = {"whom": {"query": "", "groups": {"segment": {"segment": segment.pk, "criteria": segment.criteria}}}}
    for parameters in (by_list, {"whom": {"criteria": segment.criteria}}):
        run = start_run(kind="bulk.act", parameters=parameters, by=owner.pk, now=now)
        with pytest.raises(TagInUse):
            merge_tags(keep=keep, merged=gone, source=by(owner), now=now)
        Run.objects.filter(pk=run.pk).update(state="done")
    merge_tags(keep=keep, merged=gone, source=by(owner), now=now)


def test_a_merge_is_told_in_the_history(tags: tuple[Tag, Tag], owner: User, now: datetime) -> None:
    keep, gone = tags
    segment = add_segment(name="Refus", criteria={"tags": {"any": [gone.pk]}}, by=None, now=now)
    merge_tags(keep=keep, merged=gone, source=by(owner), now=now)

    line = changes_in_words(segment)[0]
    assert (line.change.kind, line.change.by) == ("changed", owner)
    assert "NPS" in line.sentence
    assert "ne pas solliciter" in line.before


def test_a_list_that_waits_for_its_worker_follows_and_a_written_one_stays(
    tags: tuple[Tag, Tag], owner: User, now: datetime
) -> None:
    keep, gone = tags
    told: dict[str, Any] = {"criteria": {"tags": {"any": [gone.pk]}}, "frozen_at": now}
    waiting = PeopleList.objects.create(name="En cours", is_written=False, **told)
    written = PeopleList.objects.create(name="Écrite", **told)

    merge_tags(keep=keep, merged=gone, source=by(owner), now=now)

    waiting.refresh_from_db()
    assert waiting.criteria == {"tags": {"any": [keep.pk]}}
    written.refresh_from_db()
    assert written.criteria == told["criteria"]


def test_who_has_the_segment_open_is_told(tags: tuple[Tag, Tag], owner: User, now: datetime) -> None:
    keep, gone = tags
    tree: dict[str, Any] = {"tags": {"none": [gone.pk]}}
    segment = add_segment(name="À écrire", criteria=tree, by=None, now=now)
    merge_tags(keep=keep, merged=gone, source=by(owner), now=now)
    read = {"tags": {"none": [keep.pk]}}  # as the builder reads the former name
    with pytest.raises(ChangedMeanwhile):
        change_segment(segment=segment, version=1, name="Autre", description="", criteria=read, by=owner, now=now)


def test_a_tag_that_a_segment_needs_is_not_deleted(
    tags: tuple[Tag, Tag], owner: User, office: Any, now: datetime
) -> None:
    _keep, gone = tags
    segment = add_segment(name="À écrire", criteria={"tags": {"none": [gone.pk]}}, by=None, now=now)
    archive_segment(segment=segment, by=None, now=now)
    path = f"/bureau/personnes/etiquettes/{gone.pk}/suppression/"

    with pytest.raises(TagInUse):
        delete_tag(tag=gone, source=by(owner), now=now)
    page = office.post(path)
    assert page.status_code == 409
    assert reverse("segments:segment", args=[segment.pk]) in page.content.decode()
    assert Person.objects.tagged(gone.pk).count() == 1

    segment.delete()
    assert office.post(path).status_code == 302
    assert not Tag.objects.filter(pk=gone.pk).exists()


def test_a_tag_that_nobody_carries_but_a_segment_needs_stays(tenant: TenantFacts, office: Any, now: datetime) -> None:
    needed, free = ensure_tags(["needed"]) + ensure_tags(["free"])
    add_segment(name="Prévu", criteria={"tags": {"any": [needed]}}, by=None, now=now)
    page = office.get("/bureau/personnes/etiquettes/inutilisees/")
    assert ([one.pk for one in page.context["free"]], page.context["kept"][0][0].pk) == ([free], needed)
    assert delete_unused(tag_ids=[needed, free]) == ["free"]


def test_the_builder_reads_a_former_name(tags: tuple[Tag, Tag], owner: User, now: datetime) -> None:
    from crm.segments.criteria.tags import AnyTag  # noqa: PLC0415 -- beside its one use
    from crm.segments.registry import RawValue  # noqa: PLC0415 -- likewise

    keep, gone = tags
    merge_tags(keep=keep, merged=gone, source=by(owner), now=now)
    assert AnyTag().read(RawValue(text="Ne pas solliciter, vélo")) == sorted([keep.pk, Tag.objects.get(name="vélo").pk])
