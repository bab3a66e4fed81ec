"""How a file is written, found out from the file alone."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from crm.imports.chunks import count_rows, read_chunks
from crm.imports.encodings import detect_encoding
from crm.imports.sniffing import FileFormat, UnreadableFileError, sniff_format
from tests.crm.imports.importing import FILES


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


def rows(path: Path, found: FileFormat) -> list[tuple[object, ...]]:
    return [row for chunk in read_chunks(path, found) for row in chunk.table.rows()]


def zipped(*names: str) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "nom;e-mail")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("cp1252", "cp1252"), ("mac_roman", "mac_roman"), ("cp850", "cp850")],
)  # fmt: skip
def test_encodings_are_told_apart(tmp_path: Path, encoding: str, expected: str) -> None:
    text = "nom;prénom;ville\r\nLefèvre;Hélène;Orléans\r\nForêt;Anaïs;Besançon\r\n"
    path = written(tmp_path, text.encode(encoding))
    found = sniff_format(path)
    assert (found.encoding, found.delimiter, found.columns) == (expected, ";", ("nom", "prénom", "ville"))
    assert rows(path, found)[0] == (2, "Lefèvre", "Hélène", "Orléans")
    assert count_rows(path, found) == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_mark_at_the_beginning_is_nobodys_value(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, '\n"nom";"ville"\n"Zoé";"Besançon\nou Dole"\n'.encode(encoding))
    found = sniff_format(path)
    assert (count_rows(path, found), len(rows(path, found))) == (1, 1)


def test_one_wrong_byte_does_not_spoil_a_utf8_file(tmp_path: Path) -> None:
    path = written(tmp_path, "nom,ville\nHélène,Orléans\nZoé,Besançon\n".encode() + "André,Nîmes\n".encode("cp1252"))
    assert detect_encoding(path) == "utf-8"
    assert rows(path, sniff_format(path))[2] == (4, "André", "Nîmes")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_told_apart_even_with_commas_in_values(tmp_path: Path, delimiter: str) -> None:
    text = f'nom{delimiter}rue\n"Ali"{delimiter}"1, rue du Port"\n"Bob"{delimiter}"2, rue de la Paix"\n'
    assert sniff_format(written(tmp_path, text.encode())).delimiter == delimiter


def test_excels_declared_separator_is_believed_and_skipped(tmp_path: Path) -> None:
    path = written(tmp_path, b"sep=;\r\nnom;cp\r\nAli;13001\r\n")
    found = sniff_format(path)
    assert (found.delimiter, found.columns, rows(path, found)) == (";", ("nom", "cp"), [(3, "Ali", "13001")])


def test_lines_are_counted_as_a_spreadsheet_counts_its_rows(tmp_path: Path) -> None:
    path = written(tmp_path, b'email,note\na@x.fr,"one\ntwo"\n\nb@x.fr,ok\n')
    assert rows(path, sniff_format(path)) == [(2, "a@x.fr", "one\ntwo"), (4, "b@x.fr", "ok")]


def test_a_quote_that_is_never_closed_loses_one_line_only(tmp_path: Path) -> None:
    content = b'email,nom\na@x.fr,"open\n' + b"".join(b"p%d@x.fr,P\n" % number for number in range(500))
    path = written(tmp_path, content)
    found = sniff_format(path)
    chunks = list(read_chunks(path, found))
    assert [record.line for chunk in chunks for record in chunk.rejected] == [2]
    assert len(rows(path, found)) == 500


def test_single_quotes_around_values_are_understood(tmp_path: Path) -> None:
    path = written(tmp_path, b"'email','nom'\n'a@x.fr','Ali, Bob'\n'b@x.fr','Chloe'\n")
    assert rows(path, sniff_format(path))[0] == (2, "a@x.fr", "Ali, Bob")


@pytest.mark.parametrize(
    ("above", "line"),
    [("Liste des adhérents\n", 2), ("Liste des adhérents, au 1er mars;;\n\n;;\n", 4), ("Export;12/03/2025;\n\nPage;1;\n", 4), ("", 0), ("sep=;\nListe\n", 3)],
)  # fmt: skip
def test_the_table_begins_below_its_title(tmp_path: Path, above: str, line: int) -> None:
    text = f"{above}Nom;E-mail;Ville\nDurand;lc1@ex.fr;Paris\nMartin;lc2@ex.fr;Lyon, Marseille\n"
    path = written(tmp_path, text.encode())
    found = sniff_format(path)
    assert (found.columns, found.has_header, found.begins_at) == (("Nom", "E-mail", "Ville"), True, line)
    assert [row[1] for row in rows(path, found)] == ["Durand", "Martin"]
    assert count_rows(path, found) == 2


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Contacts\nalpha;beta\n1;2\n3;4\n", ("alpha", "beta")),
        ("Contacts\nE-mail\na@ex.fr\nb@ex.fr\n", ("E-mail",)),
        ("alpha\nbeta\ngamma\n", ("alpha",)),
        ("alpha;beta\nDurand;Paris\nNom;Lyon\n", ("alpha", "beta")),
        ("Durand;a@ex.fr\nNom;b@ex.fr\n", ("#1", "#2")),
        ("a@ex.fr;;\nb@ex.fr;Durand;Paris\nNom;Ville;Pays\n", ("#1", "#2", "#3")),
        ("alpha;;\nDurand;b@ex.fr;Paris\nDurand;c@ex.fr;Paris\n", ("alpha", "#2", "#3")),
    ],
)
def test_a_title_is_told_from_what_is_none(tmp_path: Path, text: str, columns: tuple[str, ...]) -> None:
    assert sniff_format(written(tmp_path, text.encode())).columns == columns


def test_a_last_column_without_a_name_keeps_its_values(tmp_path: Path) -> None:
    path = written(tmp_path, b"Nom;Email;;\nDurand;lc1@ex.fr;oui;\nMartin;lc2@ex.fr;non;\n")
    found = sniff_format(path)
    assert found.columns == ("Nom", "Email", "#3")
    assert rows(path, found) == [(2, "Durand", "lc1@ex.fr", "oui"), (3, "Martin", "lc2@ex.fr", "non")]


def test_a_file_without_header_gets_numbered_columns() -> None:
    found = sniff_format(FILES / "zoo-no-header.csv")
    assert (found.has_header, found.columns) == (False, ("#1", "#2", "#3", "#4"))


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.iterdir() if path.suffix in (".csv", ".tsv")))
def test_as_many_rows_are_counted_as_each_file_has(name: str) -> None:
    try:
        found = sniff_format(FILES / name)
    except UnreadableFileError:
        assert name in ("zoo-binary.csv", "zoo-empty.csv")
        return
    read = sum(chunk.end - chunk.start for chunk in read_chunks(FILES / name, found))
    assert count_rows(FILES / name, found) == read


@pytest.mark.parametrize("start", [0, 1, 700, 1499])
def test_reading_on_from_a_position_gives_the_same_rows(start: int) -> None:
    path = FILES / "excel-fr-cp1252.csv"
    found = sniff_format(path)
    resumed = [row for chunk in read_chunks(path, found, start=start, rows=100) for row in chunk.table.rows()]
    assert resumed == rows(path, found)[start:]


def test_a_workbook_is_read_from_the_chosen_sheet_with_its_own_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Vide")
        sheet = book.add_worksheet("Gens")
        sheet.write_row(2, 0, ["Nom", "Tél"])
        sheet.write_row(3, 0, ["Ali", 612345678])
        sheet.write_row(5, 0, ["Bob", ""])
    with pytest.raises(UnreadableFileError, match="empty") as refusal:
        sniff_format(path, sheet="Vide")
    assert refusal.value.found is not None
    assert refusal.value.found.sheet == "Vide"
    found = sniff_format(path, sheet="Gens")
    assert (found.sheets, found.columns) == (("Vide", "Gens"), ("Nom", "Tél"))
    assert rows(path, found) == [(4, "Ali", "612345678"), (6, "Bob", "")]


def test_the_sheet_of_people_is_found(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_chartsheet("Courbe")
        book.add_worksheet("À lire").write_column(0, 0, ["Notes", "Ce classeur a été mis à jour", "par Ali"])
        hidden = book.add_worksheet("Anciens")
        hidden.hide()
        hidden.write_row(0, 0, ["Nom", "E-mail"])
        sheet = book.add_worksheet("Gens")
        sheet.write_row(0, 0, ["Adhérents 2026"])
        sheet.write_row(2, 0, ["Nom", "E-mail"])
        sheet.write_row(3, 0, ["Ali", "ali@ex.fr"])
    found = sniff_format(path)
    assert (found.sheet, found.columns, found.begins_at) == ("Gens", ("Nom", "E-mail"), 3)
    assert rows(path, found) == [(4, "Ali", "ali@ex.fr")]
    assert count_rows(path, found) == 1


def test_without_any_known_column_the_first_sheet_that_one_sees_is_read(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("Cachée", "Une", "Deux"):
            book.add_worksheet(name).write_row(0, 0, ["alpha", "beta"])
        book.worksheets_objs[1].activate()
        book.worksheets_objs[0].hide()
    assert sniff_format(path).sheet == "Une"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n\n \n", "empty"),
        (b"%PDF-1.7 \x00\x01", "binary"),
        (bytes(range(256)) * 40, "binary"),
        (b"PK\x03\x04 broken", "workbook"),
        (zipped("liste.csv"), "archive"),
        (zipped("[Content_Types].xml", "word/document.xml"), "binary"),
        (b"<!DOCTYPE html>\n<html><body>Bonjour</body></html>\n", "web_page"),
        (b"\xef\xbb\xbf\n <table><tr><td>Nom</td></tr></table>", "web_page"),
        (b'[\n  {"email": "a@ex.fr", "nom": "Durand"},\n  {"email": "b@ex.fr"}\n]\n', "json"),
        (b'{"email": "a@ex.fr"}\n{"email": "b@ex.fr"}\n', "json"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "protected"),
        (b",".join(b"c%d" % number for number in range(600)) + b"\n", "too_many_columns"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFileError) as refusal:
        sniff_format(written(tmp_path, content))
    assert refusal.value.reason == reason


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_character_set_chosen_wrongly_is_told(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "email;nom\nzoe@example.org;Noël\n".encode("cp1252"))
    with pytest.raises(UnreadableFileError, match="binary"):
        sniff_format(path, encoding=encoding)
