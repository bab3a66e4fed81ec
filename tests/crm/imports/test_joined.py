"""The day that somebody joined is the earliest that is told: by the file, or by what was known."""

from datetime import UTC, date, datetime, timedelta

from crm.consent.entries import Source
from crm.consent.models import ConsentEntry
from crm.imports.models import Import
from crm.imports.previewing import preview_import
from crm.imports.services import ask_undo
from crm.imports.undoing import undo_import
from crm.people.growth import growth
from crm.people.history import history_of
from crm.people.merging import merge_people
from crm.people.models import Person
from crm.people.profile import agreements_of, provenance_of
from crm.people.timeline import timeline
from crm.segments.queries import people_matching_tree
from crm.segments.tree import parse
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported, received, remarks

HEADER = b"email,first_name,created_at,email_opt_in\n"
ADA = HEADER + b"ada@example.org,Ada,2021-07-08T00:31:00Z,true\n"
MIDNIGHT = datetime(2021, 7, 7, 22, tzinfo=UTC)  # in Paris


def people(run: Import) -> dict[str, datetime]:
    assert run.state == "done"
    return dict(Person.objects.values_list("email", "created_at"))


def test_people_of_a_file_joined_on_the_day_that_it_tells(tenant: TenantFacts, now: datetime) -> None:
    rows = b"b@example.org,Bo,,\nc@example.org,Clo,22/11/2026,\n"
    run = imported("nb.csv", now, ADA + rows)
    assert people(run) == {"ada@example.org": MIDNIGHT, "b@example.org": now, "c@example.org": now}


def test_the_curve_and_the_criterion_follow_it(tenant: TenantFacts, now: datetime) -> None:
    rows = b"b@example.org,Bo,2026-11-20 10:00:00,\nc@example.org,Clo,2026-11-12,\n"
    imported("nb.csv", now, ADA + rows)
    curve = growth(now)
    assert (curve.gained, curve.before) == (1, 1)
    since = people_matching_tree(parse({"joined": {"since": "2026-11-01"}}), now=now)
    assert sorted(since.values_list("email", flat=True)) == ["b@example.org", "c@example.org"]
    before = people_matching_tree(parse({"joined": {"before": "2021-07-09"}}), now=now)
    assert list(before.values_list("email", flat=True)) == ["ada@example.org"]


def test_somebody_who_was_known_is_moved_back_and_never_forward(tenant: TenantFacts, now: datetime) -> None:
    imported("un.csv", now, b"email,prenom\nada@example.org,Ada\n")
    earlier = imported("nb.csv", now + timedelta(hours=1), ADA)
    assert (people(earlier), counts(earlier)) == ({"ada@example.org": MIDNIGHT}, {"read": 1, "updated": 1})
    [line] = [line for line in history_of(Person.objects.get()).lines if line.field == "created_at"]
    assert (line.label, line.before, line.after) == ("Dans le fichier depuis", "22 novembre 2026", "8 juillet 2021")

    later = imported("nb2.csv", now + timedelta(hours=2), ADA.replace(b"2021", b"2023"))
    assert (people(later), counts(later)) == ({"ada@example.org": MIDNIGHT}, {"read": 1, "unchanged": 1})


def test_today_changes_nothing_of_somebody_who_came_today(tenant: TenantFacts, now: datetime) -> None:
    imported("un.csv", now, b"email,prenom\nada@example.org,Ada\n")
    run = imported("nb.csv", now + timedelta(hours=1), b"email,created_at\nada@example.org,2026-11-22\n")
    assert (people(run), counts(run)) == ({"ada@example.org": now}, {"read": 1, "unchanged": 1})


def test_undoing_gives_the_day_back(tenant: TenantFacts, now: datetime) -> None:
    imported("un.csv", now, b"email,prenom\nada@example.org,Ada\n")
    run = imported("nb.csv", now + timedelta(hours=1), ADA)
    ask_undo(import_id=run.pk, now=now + timedelta(hours=2))
    undo_import(import_id=run.pk, clock=lambda: now + timedelta(hours=2))
    assert Person.objects.get().created_at == now


def test_of_two_lines_and_of_two_columns_the_earliest_counts(tenant: TenantFacts, now: datetime) -> None:
    content = (
        b"Email Address,First Name,OPTIN_TIME,CONFIRM_TIME\n"
        b"ada@example.org,Ada,2023-02-01 10:11:12,2023-02-02 10:12:12\nada@example.org,Ada,,2022-12-24 08:00:00\n"
    )
    run = imported("mailchimp.csv", now, content)
    assert people(run) == {"ada@example.org": datetime(2022, 12, 23, 23, tzinfo=UTC)}


def test_an_agreement_without_a_day_of_its_own_is_as_old_as_the_membership(tenant: TenantFacts, now: datetime) -> None:
    rows = b"b@example.org,Bo,,yes\nc@example.org,Clo,2020-01-01,no\n"
    imported("nb.csv", now, ADA + rows)
    given = dict(ConsentEntry.objects.values_list("person__email", "given_on"))
    assert given == {"ada@example.org": date(2021, 7, 8), "b@example.org": None, "c@example.org": None}
    assert set(ConsentEntry.objects.values_list("at", flat=True)) == {now}
    email = agreements_of(Person.objects.get(email="ada@example.org"))[0]
    assert (email.since, email.written) == (date(2021, 7, 8), now)


def test_whoever_is_kept_of_two_people_of_a_file_has_the_agreement_of_her_own_day(
    tenant: TenantFacts, now: datetime
) -> None:
    imported("nb.csv", now, ADA + b"b@example.org,Bo,2020-01-02,yes\n")
    keep, merged = Person.objects.order_by("email")
    merge_people(keep=keep, merged=merged, source=Source("office", "duplicates"), now=now)
    assert agreements_of(keep)[0].since == date(2021, 7, 8)


def test_an_agreement_of_somebody_who_was_known_is_dated_too(tenant: TenantFacts, now: datetime) -> None:
    imported("un.csv", now, b"email,prenom\nada@example.org,Ada\n")
    imported("nb.csv", now + timedelta(hours=1), ADA)
    assert ConsentEntry.objects.get().given_on == date(2021, 7, 8)


def test_the_day_that_was_declared_for_the_file_goes_first(tenant: TenantFacts, now: datetime) -> None:
    imported("nb.csv", now, ADA, consent_on=date(2019, 3, 1))
    assert ConsentEntry.objects.get().given_on == date(2019, 3, 1)


def test_her_story_says_when_the_file_came(tenant: TenantFacts, now: datetime) -> None:
    imported("nb.csv", now, ADA)
    ada = Person.objects.get()
    agreed, arrived = sorted(timeline(ada).events, key=lambda event: event.icon)
    assert {agreed.at, arrived.at} == {now}
    assert agreed.lines == ("Donné le 8 juillet 2021",)
    assert {datum.at for datum in provenance_of(ada)} == {now}


def test_what_is_no_day_or_still_to_come_is_remarked_on(tenant: TenantFacts, now: datetime) -> None:
    content = b"email,inscrit le\na@example.org,bient\xc3\xb4t\nb@example.org,24/12/2030\n"
    run = imported("dates.csv", now, content)
    assert people(run) == {"a@example.org": now, "b@example.org": now}
    assert [(line, kind) for line, _level, kind, _value in remarks(run)] == [(2, "bad_joined"), (3, "bad_joined")]


def test_the_check_tells_how_the_day_changes(tenant: TenantFacts, now: datetime) -> None:
    imported("un.csv", now, b"email,prenom\nada@example.org,Ada\n")
    draft = received("nb.csv", now, ADA)
    draft.source_type, draft.consent_wording = "former_tool", "Je veux des nouvelles."
    draft.save()
    found = {difference.label: difference for difference in preview_import(draft, now=now).differences}
    assert found["Date d’arrivée"].samples == (("22 novembre 2026", "8 juillet 2021"),)
