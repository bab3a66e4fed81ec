"""Cards of address books: what they say arrives, and what cannot be read has its line in the report."""

from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.utils.translation import override

from crm.imports.chunks import count_rows, read_chunks
from crm.imports.mapping import as_mapping, guess_mapping
from crm.imports.sniffing import sniff_format
from crm.imports.vcards import MAX_CARD_SIZE, PHONES, card_columns, card_mapping, card_records, split_cards
from crm.people.models import EmailAddress, Note, Person, PhoneNumber, Tag
from tenants.facts import TenantFacts
from tests.crm.imports.importing import FILES, counts, imported, received, remarks


def test_cards_of_every_version_arrive(tenant: TenantFacts, now: datetime) -> None:
    run = imported("cards.vcf", now)

    assert (run.format["kind"], run.total, counts(run)) == ("vcf", 6, {"read": 6, "created": 3, "rejected": 3})
    omar, zoe, elise = (Person.objects.get(first_name=name) for name in ("Omar", "Zoé", "Élise"))
    assert (elise.last_name, elise.street, elise.postcode, str(elise.birth_date)) == (
        "Roche",
        "4 rue de l'Église bat. B",
        "13001",
        "1990-05-14",
    )
    assert (omar.email, omar.occupation, omar.city, omar.postcode) == (
        "omar@example.com",
        "Menuisier",
        "Marseille",
        "13006",
    )
    assert (zoe.last_name, zoe.gender, zoe.external_id) == ("Lambert", "f", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6")


def test_a_card_keeps_all_its_addresses_numbers_tags_and_notes(tenant: TenantFacts, now: datetime) -> None:
    imported("cards.vcf", now)

    omar = Person.objects.get(first_name="Omar")
    assert set(EmailAddress.objects.filter(person=omar).values_list("address", flat=True)) == {
        "omar@example.com",
        "omar.benali@example.org",
    }
    assert set(PhoneNumber.objects.filter(person=omar).values_list("number", flat=True)) == {
        "+33612345602",
        "+33142000002",
    }
    assert set(Tag.objects.filter(pk__in=omar.tag_ids).values_list("name", flat=True)) == {"climat", "bénévole"}
    assert Note.objects.get(person=omar).text == (
        "A tracté en mars.\nPréfère les appels.\n1 place de la Joliette, 13002, Marseille, France"
    )
    elise = PhoneNumber.objects.get(person__first_name="Élise", is_primary=True)
    assert elise.number == "+33612345601"  # preferred, though it comes second


def test_broken_cards_have_their_line_in_the_report(tenant: TenantFacts, now: datetime) -> None:
    run = imported("cards.vcf", now)

    assert [(line, level, kind) for line, level, kind, _value in remarks(run)] == [
        (16, "warning", "card_line"),
        (43, "rejected", "open_card"),
        (47, "rejected", "bad_card"),
        (52, "rejected", "no_contact"),
    ]


def test_the_same_cards_again_change_nothing(tenant: TenantFacts, now: datetime) -> None:
    imported("cards.vcf", now)
    assert counts(imported("cards.vcf", now)) == {"read": 6, "unchanged": 3, "rejected": 3}


def test_an_address_book_in_windows_letters_is_read(tenant: TenantFacts, now: datetime) -> None:
    card = "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Noël;Zoé\r\nEMAIL:zoe@example.org\r\nEND:VCARD\r\n".encode("cp1252")
    imported("carnet.vcf", now, card)
    assert Person.objects.get().last_name == "Noël"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_columns_of_cards_find_their_place_by_name_too(language: str) -> None:
    with override(language):
        columns = card_columns()
        assert as_mapping(guess_mapping(columns, [])) == card_mapping()


def test_pictures_and_endless_cards_take_no_memory() -> None:
    picture = "PHOTO;ENCODING=b:" + "A" * 70 + "\n" + (" " + "A" * 74 + "\n") * 60_000
    note = "NOTE:" + ("x" * 60 + "\n " * 1) * 40_000
    text = f"BEGIN:VCARD\nVERSION:3.0\nFN:A\n{picture}EMAIL:a@b.fr\nEND:VCARD\nBEGIN:VCARD\n{note}\nEND:VCARD\n"

    with_picture, endless = split_cards(StringIO(text))

    assert with_picture.lines == ["VERSION:3.0", "FN:A", "EMAIL:a@b.fr"]
    assert (endless.problem, sum(map(len, endless.lines)) <= MAX_CARD_SIZE) == ("too_long", True)


def test_more_numbers_than_columns_go_to_the_note() -> None:
    numbers = [f"+3361234560{number}" for number in range(PHONES + 1)]
    text = "BEGIN:VCARD\nFN:A\n" + "".join(f"TEL:{number}\n" for number in numbers) + "END:VCARD\n"
    (record,) = card_records(StringIO(text))
    assert record.cells[3 : 3 + PHONES] == numbers[:-1]
    assert numbers[-1] in record.cells


def test_rows_are_cut_and_counted_as_in_other_files(tmp_path: Path) -> None:
    path = tmp_path / "book.vcf"
    path.write_text("".join(f"BEGIN:VCARD\nFN:A B\nEMAIL:a{n}@b.fr\nEND:VCARD\n" for n in range(25)))
    found = sniff_format(path)
    chunks = list(read_chunks(path, found, rows=10))
    assert (count_rows(path, found), [chunk.end for chunk in chunks]) == (25, [10, 20, 25])
    assert chunks[1].first_line == 41


def test_a_file_of_cards_gets_its_columns_at_once(tenant: TenantFacts, now: datetime) -> None:
    run = received("cards.vcf", now)
    assert (run.mapping, (FILES / "cards.vcf").stat().st_size) == (card_mapping(), run.size)


def test_what_no_database_keeps_is_left_out(tenant: TenantFacts, now: datetime) -> None:
    card = (
        "BEGIN:VCARD\nVERSION:2.1\nN:Durand;Ada\nEMAIL:ada@example.org\n"
        "NOTE;ENCODING=QUOTED-PRINTABLE:avant=00apr=C3=A8s\nTITLE;CHARSET=unicode_escape;ENCODING=QUOTED-PRINTABLE:a\\ud800b\nEND:VCARD\n"
    )
    run = imported("a.vcf", now, content=card.encode())
    assert (run.state, counts(run)) == ("done", {"read": 1, "created": 1})
    assert Note.objects.get().text == "avantaprès"


def test_a_card_with_odd_parameters_has_its_line_in_the_report(tenant: TenantFacts, now: datetime) -> None:
    odd = "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=x;CHARSET=y;ENCODING=QUOTED-PRINTABLE:Durand;Ada\nEND:VCARD\n"
    fine = "BEGIN:VCARD\nVERSION:3.0\nN:Petit;Boris\nEMAIL:boris@example.org\nEND:VCARD\n"
    run = imported("a.vcf", now, content=(odd + fine).encode())
    assert (run.state, counts(run)) == ("done", {"read": 2, "created": 1, "rejected": 1})
    assert [kind for _line, _level, kind, _value in remarks(run)] == ["bad_card"]
