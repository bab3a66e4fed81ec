"""NationBuilder's people export: what of it comes over by itself, and as what."""

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override

from crm.fields.models import CustomField, FieldChoice
from crm.fields.services import archive_field, make_field
from crm.imports.chunks import CHUNK_ROWS
from crm.imports.customs import field_name
from crm.imports.mapping import ColumnGuess, guess_mapping
from crm.imports.models import Import
from crm.imports.nationbuilder import FACTS
from crm.imports.running import run_import
from crm.imports.sampling import EXAMPLES
from crm.people.models import Person
from tenants.facts import TenantFacts
from tests.crm.imports.importing import FILES, counts, received

FULL = "nationbuilder-people-export-full.csv"
HEADER = [
    "nationbuilder_id", "first_name", "last_name", "email", "party", "inferred_party", "support_probability_score", "availability", "is_volunteer",
    "is_donor", "is_fundraiser", "first_donated_at", "last_donated_at", "donations_count", "donations_amount", "donations_amount_in_cents",
    "donations_count_this_cycle", "membership_names", "memberships_started_at", "memberships_expires_on", "memberships_suspended_at", "mandat_local",
]  # fmt: skip
ADA = [
    "1", "Ada", "Roche", "ada@example.org", "D", "D", "0.9", "le soir", "true", "true", "", "2021-07-08T00:31:00Z", "07/09/2023 10:15 AM", "12",
    "1250.50", "125050", "2", "Bienfaiteur", "2024-01-01", "2026-12-31", "", "maire",
]  # fmt: skip
KINDS = {
    "availability": "text", "is_volunteer": "yes_no", "is_donor": "yes_no", "first_donated_at": "date", "last_donated_at": "date", "donations_count": "number",
    "donations_amount": "number", "membership_names": "text", "memberships_started_at": "date", "memberships_expires_on": "date", "mandat_local": "text",
}  # fmt: skip


def written(*rows: list[str], header: list[str] = HEADER) -> bytes:
    return "\n".join(",".join(row) for row in (header, *rows)).encode()


def made(guesses: list[ColumnGuess]) -> dict[str, str]:
    """Kinds of the fields that would be made, by the columns' names."""
    return {guess.name: guess.own.removeprefix("new:") for guess in guesses if guess.own.startswith("new:")}


def chosen(office: Any, run: Import) -> Import:
    """The columns' page as it comes, sent back untouched."""
    page = office.get(reverse("imports:columns", args=[run.pk]))
    form = page.context["form"]
    told = {name: form[name].value() or "" for name in form.fields}
    answer = office.post(reverse("imports:columns", args=[run.pk]), told)
    assert answer.status_code == 302, answer.context["form"].errors
    run.refresh_from_db()
    return run


def launched(run: Import, now: datetime) -> Import:
    Import.objects.filter(pk=run.pk).update(source_type="former_tool", consent_wording="Des nouvelles.", state="queued")
    run_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    return run


def test_facts_become_fields_of_the_right_kind_and_opinions_do_not() -> None:
    guesses = guess_mapping(HEADER, [ADA])
    assert made(guesses) == KINDS  # neither empty columns nor parties, scores, cents and cycles
    assert {guess.confidence for guess in guesses if guess.name in KINDS} == {"fact", "values"}
    other_tool = guess_mapping(["id", *HEADER[1:]], [ADA])
    assert made(other_tool) == {}


def test_a_fact_whose_values_are_of_another_kind_becomes_a_text() -> None:
    row = [*ADA[:13], "douze", *ADA[14:]]
    assert made(guess_mapping(HEADER, [row]))["donations_count"] == "text"


def test_fields_are_named_as_people_read_them_and_found_again_in_any_language(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    run = chosen(office, received("nation.csv", now, written(ADA)))
    names = dict(CustomField.objects.values_list("name", "kind"))
    assert names == {
        "Disponibilités": "text", "Bénévole": "yes_no", "A déjà donné": "yes_no", "Premier don": "date", "Dernier don": "date", "Nombre de dons": "number",
        "Montant des dons": "number", "Adhésions": "text", "Adhésion depuis le": "date", "Adhésion jusqu’au": "date", "Mandat local": "text",
    }  # fmt: skip
    assert counts(launched(run, now)) == {"read": 1, "created": 1}
    keys = dict(CustomField.objects.values_list("name", "key"))
    custom = Person.objects.get(email="ada@example.org").custom
    told = {name: custom[str(key)] for name, key in keys.items()}
    assert told["Montant des dons"] == 1250.5
    assert told["Premier don"] == "2021-07-08"
    assert told["Adhésion jusqu’au"] == "2026-12-31"
    assert told["Bénévole"] is True
    with override("en"):
        again = received("encore.csv", now, written(ADA, ["2", *ADA[1:3], "autre@example.org", *ADA[4:]]))
    assert {number for number, target in again.mapping.items() if target.startswith("field:")} == {
        str(HEADER.index(name)) for name in KINDS
    }
    assert CustomField.objects.count() == len(names)


def test_fields_are_named_in_the_language_of_the_team(tenant: TenantFacts, now: datetime) -> None:
    with override("en"):
        assert field_name(HEADER.index("donations_count"), HEADER) == "Nombre de dons"


def test_an_archived_field_is_not_made_again_and_little_room_goes_to_the_campaigns_own(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    archive_field(field=make_field(name="nombre de dons", kind="number"), now=now)
    run = received("nation.csv", now, written(ADA))
    assert str(HEADER.index("donations_count")) not in run.mapping
    assert str(HEADER.index("donations_amount")) in run.mapping
    rows = office.get(reverse("imports:columns", args=[run.pk])).content.decode().split("</tr>")
    assert any("d’après ses valeurs" in row and "devient votre nouveau champ" in row for row in rows)
    chosen(office, run)
    assert list(made(guess_mapping(HEADER, [ADA], {}, room=2))) == ["availability", "mandat_local"]
    assert made(guess_mapping(HEADER, [ADA], {}, room=0)) == {}


def test_a_column_that_few_fill_is_seen_far_below(tenant: TenantFacts, office: Any, now: datetime) -> None:
    header = ["nationbuilder_id", "email", "memberships_expires_on", "quartier"]
    rows = [[str(number), f"p{number}@example.org", "", ""] for number in range(EXAMPLES + 100)]
    rows[-1][2] = "2026-12-31"
    run = received("rare.csv", now, written(*rows, header=header))
    assert run.mapping["2"] == "new:date"
    page = office.get(reverse("imports:columns", args=[run.pk]))
    assert [guess.name for guess in page.context["empty"]] == ["quartier"]
    assert page.context["looked_at"] == 0
    assert "1 colonne vide, laissée de côté" in page.content.decode()
    assert "devient votre nouveau champ « Adhésion jusqu’au »" in page.content.decode()
    more = [[str(number), f"q{number}@example.org", "", ""] for number in range(CHUNK_ROWS + 1)]
    page = office.get(reverse("imports:columns", args=[received("long.csv", now, written(*more, header=header)).pk]))
    assert "2 colonnes laissées de côté : elles sont vides dans les 15 000 premières lignes" in " ".join(
        page.content.decode().split()
    )


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_two_facts_of_one_file_have_one_name(language: str) -> None:
    with override(language):
        names = {str(fact.name) for fact in FACTS.values()}
    assert len(names) == len({id(fact) for fact in FACTS.values()})


def test_the_whole_sample_comes_over(tenant: TenantFacts, office: Any, now: datetime) -> None:
    run = received(FULL, now, (FILES / FULL).read_bytes())
    columns = run.file_format.columns
    new = {columns[int(number)]: target for number, target in run.mapping.items() if target.startswith("new:")}
    assert new == {
        "donations_count": "new:number",
        "donations_amount": "new:number",
        "mandat_local": "new:choice",
        "quartier_referent": "new:choice",
    }
    done = launched(chosen(office, run), now)
    assert done.state == "done"
    assert done.position == 400
    keys = {field.name: str(field.key) for field in CustomField.objects.all()}
    michel = Person.objects.get(external_id="900001")
    assert (michel.custom[keys["Nombre de dons"]], michel.custom[keys["Montant des dons"]]) == (1, 25)
    pascal = Person.objects.get(external_id="900000")
    assert FieldChoice.objects.get(pk=pascal.custom[keys["Mandat local"]]).name == "conseiller municipal"
    assert "bad_custom" not in {key.partition(":")[2] for key in done.issue_counts}
