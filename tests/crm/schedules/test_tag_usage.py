"""Tags that files bring: needed by schedules, in use while an import is under way, and known by their former names."""

from datetime import datetime

import pytest

from crm.consent.services import Source
from crm.imports.models import Import
from crm.people.models import Person, Tag
from crm.people.tag_keeping import TagInUse, delete_tag, make_tag, merge_tags
from crm.schedules.models import ScheduledImport
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported

TEAM = Source(kind="office", reference="tags", actor_id=1)
FILE = b"email,prenom\nada@example.org,Ada\n"


@pytest.fixture
def scheduled(tenant: TenantFacts, now: datetime) -> ScheduledImport:
    pattern = imported("people.csv", now, FILE, tags=["Ancien outil"])
    return ScheduledImport.objects.create(
        name="Adhésions", pattern=pattern, address="https://files.example.org", created_at=now
    )


def test_a_tag_that_a_schedule_brings_is_not_deleted_but_may_be_merged(
    scheduled: ScheduledImport, office: object, now: datetime
) -> None:
    keep, tag = make_tag(name="Anciens"), Tag.objects.get(name="Ancien outil")
    with pytest.raises(TagInUse) as refused:
        delete_tag(tag=tag, source=TEAM, now=now)
    assert [usage.url for usage in refused.value.usages] == [f"/bureau/imports/programmes/{scheduled.pk}/"]

    merge_tags(keep=keep, merged=tag, source=TEAM, now=now)

    imported("next.csv", now, b"email,prenom\nbob@example.org,Bob\n", tags=scheduled.pattern.tags)
    assert list(Tag.objects.all()) == [keep]
    assert Person.objects.tagged(keep.pk).count() == 2
    with pytest.raises(TagInUse):  # by its former name
        delete_tag(tag=keep, source=TEAM, now=now)


@pytest.mark.parametrize("state", ["queued", "running", "undoing"])
def test_no_tag_goes_while_an_import_is_under_way(scheduled: ScheduledImport, now: datetime, state: str) -> None:
    keep, tag = make_tag(name="Anciens"), Tag.objects.get(name="Ancien outil")
    Import.objects.update(state=state)
    with pytest.raises(TagInUse):
        merge_tags(keep=keep, merged=tag, source=TEAM, now=now)
    with pytest.raises(TagInUse):
        delete_tag(tag=keep, source=TEAM, now=now)
    Import.objects.update(state="done")
    assert merge_tags(keep=keep, merged=tag, source=TEAM, now=now) == 1
