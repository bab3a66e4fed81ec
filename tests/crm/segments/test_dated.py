"""What a condition on messages or imports holds, it holds still when the segment was opened and saved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from crm.imports.models import Import
from crm.segments.builder import draft_of
from crm.segments.criteria.dated import Entries
from crm.segments.models import Segment
from crm.segments.registry import CriterionInvalid, RawValue, find_by_key
from crm.segments.services import add_segment
from crm.segments.tree import parse
from messaging.deliveries.models import Mailing
from tenants.facts import TenantFacts
from tests.conftest import TenantClient

MESSAGES = [f"message.{name}" for name in ("received", "not_received", "refused", "opened", "clicked", "not_opened")]
EVENING = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # the third of March in Paris


def mailing(title: str, at: datetime) -> int:
    return Mailing.objects.create(title=title, legal_class="whole", starts_at=at).pk


def imported(name: str, at: datetime) -> int:
    return Import.objects.create(name=name, created_at=at, started_at=at).pk


@pytest.fixture
def mailings(tenant: TenantFacts) -> list[int]:
    """Copies of one day and of several, titles that look like labels, commas, and hundreds of newer ones."""
    titles = [
        ("Lettre", EVENING),
        ("Lettre", EVENING),
        ("lettre", EVENING + timedelta(hours=3)),
        ("Lettre", EVENING + timedelta(days=1)),
        ("Lettre (3 mars 2026)", EVENING),
        ("Lettre (3 mars 2026)", EVENING),
        ("Lettre (3 mars 2026 n° 2)", EVENING),
        ("Réunion, samedi ; venez", EVENING),
        ("Seule", EVENING),
    ]
    ids = [mailing(title, at) for title, at in titles]
    Mailing.objects.bulk_create(
        [Mailing(title="Lettre", legal_class="whole", starts_at=EVENING + timedelta(days=day)) for day in range(2, 300)]
    )
    return ids


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("key", MESSAGES)
def test_a_message_is_read_back_as_itself(mailings: list[int], key: str, language: str) -> None:
    criterion = find_by_key(key)
    assert criterion is not None
    with translation.override(language):
        for value in [{"mailings": [pk]} for pk in mailings] + [{"mailings": mailings}, {}]:
            assert criterion.read(criterion.write(value)) == value


def test_labels_tell_title_day_and_number(mailings: list[int]) -> None:
    entries = Entries(Mailing.objects.values_list("pk", "title", "starts_at"))
    with translation.override("fr"):
        assert [entries.label(pk) for pk in mailings[:4]] == [
            "Lettre (3 mars 2026)",
            "Lettre (3 mars 2026 n° 2)",
            "lettre (3 mars 2026 n° 3)",
            "Lettre (4 mars 2026)",
        ]
        assert (entries.short(mailings[8]), entries.short(mailings[3])) == ("Seule", "Lettre (4 mars 2026)")
        text = ", ".join(map(entries.label, mailings))
    with translation.override("en"):
        assert entries.label(mailings[1]) == "Lettre (3 March 2026 no. 2)"
        criterion = find_by_key("message.received")
        assert criterion is not None
        assert criterion.read(RawValue(text=text)) == {"mailings": mailings}
        assert (
            len({entries.label(pk) for pk in Mailing.objects.values_list("pk", flat=True)}) == Mailing.objects.count()
        )


def test_a_title_alone_is_understood_where_there_is_but_one(mailings: list[int]) -> None:
    criterion = find_by_key("message.received")
    assert criterion is not None
    with translation.override("fr"):
        assert criterion.read(RawValue(text="seule")) == {"mailings": [mailings[8]]}
        with pytest.raises(CriterionInvalid) as several:
            criterion.read(RawValue(text="Lettre"))
        with pytest.raises(CriterionInvalid) as unknown:
            criterion.read(RawValue(text="Letre"))
        newest = criterion.suggestions("lettre")
    assert "par son jour" in str(several.value.message)
    assert len(several.value.suggestions) == 5
    assert several.value.suggestions[0] == newest[0] == unknown.value.suggestions[0]
    assert criterion.read(RawValue(text=several.value.suggestions[0])) == {
        "mailings": [Mailing.objects.latest("pk").pk]
    }


def test_an_old_message_is_found_by_its_title_and_day(mailings: list[int]) -> None:
    criterion = find_by_key("message.received")
    assert criterion is not None
    with translation.override("fr"):
        assert criterion.suggestions("samedi") == ["Réunion samedi venez (3 mars 2026)"]
        assert criterion.suggestions("lettre (4 mars") == ["Lettre (4 mars 2026)"]


def test_an_old_import_keeps_its_tick(tenant: TenantFacts, now: datetime) -> None:
    oldest = [imported("Adhérents", EVENING), imported("Adhérents", EVENING), imported("Marché", EVENING)]
    for day in range(40):
        imported("Adhérents", EVENING + timedelta(days=1 + day))
    criterion = find_by_key("import.in")
    assert criterion is not None
    value = {"imports": oldest}
    raw = criterion.write(value)
    with translation.override("fr"):
        options = criterion.options(raw)
        assert (
            criterion.value_text({"imports": [oldest[1], oldest[2]]})
            == "«\xa0Adhérents (3 mars 2026 n° 2)\xa0» ou «\xa0Marché\xa0»"
        )
    assert criterion.read(raw) == value
    assert (len(options), len({label for _key, label in options})) == (33, 33)
    assert [label for _key, label in options[30:]] == [
        "Marché (3 mars 2026)",
        "Adhérents (3 mars 2026 n° 2)",
        "Adhérents (3 mars 2026)",
    ]
    assert len(criterion.options(RawValue(picked=("999999", "x", "9" * 40)))) == 31


def test_opening_and_saving_a_segment_changes_none_of_it(office: TenantClient, now: datetime) -> None:
    first = mailing("Lettre", EVENING)
    mailing("Lettre", EVENING)
    old = imported("Adhérents", EVENING)
    for _number in range(35):
        imported("Adhérents", EVENING)
    criteria: dict[str, Any] = {
        "all": [{"message": {"clicked": {"mailings": [first]}}}, {"import": {"in": {"imports": [old]}}}]
    }
    segment = add_segment(name="Suivi", criteria=criteria, by=None, now=now)
    page = office.get(f"/bureau/tris/{segment.pk}/")
    assert f'value="{old}" checked' in page.content.decode()
    [group] = draft_of(parse(criteria)).groups
    data: dict[str, Any] = {"name": "Renommé", "description": "", "version": 1, "do": "save", "groups": 1}
    data |= {"g0-kind": "all", "g0-rows": 2}
    for number, row in enumerate(group.rows()):
        assert row.criterion is not None
        data |= {
            f"g0-r{number}-what": row.criterion.key,
            f"g0-r{number}-text": row.raw.text,
            f"g0-r{number}-pick": row.raw.picked,
        }
    assert office.post(f"/bureau/tris/{segment.pk}/", data).status_code == 302
    assert (Segment.objects.get().name, Segment.objects.get().criteria) == ("Renommé", criteria)
