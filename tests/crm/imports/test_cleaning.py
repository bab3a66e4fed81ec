"""What is looked at before it is taken apart comes out as if everything were taken apart."""

import re

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm.imports import cleaning
from crm.imports.emails import is_email, read_emails
from crm.imports.places import french_postcode

PIECES = ["a", "é", "É", "ſ", "K", "1", "0", "13001", "F-", " ", "  ", "\u00a0", "\u200b", "\t", "\n", "'", "=", "+", "@", ".", "-", "|", ";", "<", ">", "mailto:"]  # fmt: skip
VALUES = st.lists(
    st.lists(st.sampled_from([*PIECES, *cleaning.EMPTY]), max_size=6).map("".join)
    | st.sampled_from(cleaning.EMPTY).map(str.upper),
    min_size=1,
    max_size=8,
)
VALUE = pl.col("value")
UNHURRIED = settings(deadline=None)  # expressions of all alphabets take their time, once


@UNHURRIED
@given(VALUES)
@example(["'NÉANT", "\u200b(Vide)\ufeff", "'06", "'=x", "' x", "n/a ", "Nan"])
def test_cells_without_signs_around_and_words_for_nothing(values: list[str]) -> None:
    text = VALUE.str.strip_chars(cleaning.SPACES).str.replace(r"^'([=+\-@\d])", "${1}")
    plainly = pl.when(~text.str.to_lowercase().is_in(cleaning.EMPTY)).then(text)
    given_ = pl.Series(values, dtype=pl.String)
    assert cleaning.cells(given_).to_list() == cleaning.through(given_, plainly).to_list()


@UNHURRIED
@given(VALUES)
@example(["a\u202fb", "a b", "a  b", "a\x0bb", " "])
def test_one_space_between_words(values: list[str]) -> None:
    plainly = [re.sub(r"[\s\u00a0\u202f]+", " ", value)[:200] for value in values]
    assert cleaning.one_line(pl.Series(values)).to_list() == plainly


@UNHURRIED
@given(VALUES)
@example(["13001", "f-13001", "F 1300", "1300", "13 001", "13\u00a0001", "١٢٣٤٥", "0130", "130011"])
def test_postcodes(values: list[str]) -> None:
    digits = VALUE.str.replace(r"(?i)^F[- ]?", "").str.replace_all(r"[\s\u00a0.]", "")
    plainly = pl.coalesce(digits.str.extract(r"^(\d{5})$"), pl.lit("0") + digits.str.extract(r"^([1-9]\d{3})$"))
    given_ = pl.Series(values)
    found = cleaning.through(given_, french_postcode(VALUE))
    assert found.to_list() == cleaning.through(given_, plainly).to_list()


@UNHURRIED
@given(VALUES)
def test_answers_are_the_same_for_each_different_value_as_for_all(values: list[str]) -> None:
    often = pl.Series([*values, *values, *values])
    assert cleaning.by_value(often, cleaning.yes_or_no).to_list() == cleaning.yes_or_no(often).to_list()


LETTERS = r"\p{L}\p{N}"
EMAIL = rf"^[{LETTERS}!#$%&'*+/=?^_`{{|}}~-]+(?:\.[{LETTERS}!#$%&'*+/=?^_`{{|}}~-]+)*@(?:[{LETTERS}](?:[{LETTERS}-]{{0,61}}[{LETTERS}])?\.)+\p{{L}}{{2,24}}$"
LABELS = st.sampled_from(
    ["a", "é", "a-b", "-a", "a-", "b" * 63, "b" * 64, "1", "fr", "c" * 24, "c" * 25, "", "a b", "x|y"]
)
ADDRESSES = st.builds(
    "{}@{}".format,
    st.lists(LABELS, min_size=1, max_size=3).map(".".join),
    st.lists(LABELS, min_size=1, max_size=4).map(".".join),
)


@UNHURRIED
@given(st.lists(ADDRESSES, min_size=1, max_size=8))
@example([f"a@{'b' * 63}.fr", f"a@{'b' * 64}.fr", f"a@x.{'b' * 64}.fr", f"{'l' * 64}@x.fr", f"{'l' * 249}@x.fr"])
def test_labels_have_63_letters_at_most(addresses: list[str]) -> None:
    given_ = pl.Series(addresses)
    plainly = VALUE.str.contains(EMAIL) & (VALUE.str.len_chars() <= 254)
    assert cleaning.through(given_, is_email(VALUE)).to_list() == cleaning.through(given_, plainly).to_list()


@UNHURRIED
@given(
    st.lists(VALUES.map(" ".join) | ADDRESSES | st.lists(ADDRESSES, max_size=3).map("; ".join), min_size=1, max_size=8)
)
@example(["ada@x.fr", "Ada <ada@x.fr>", "ada@x.fr, b@x.fr", "x|y@x.fr", "Ada", "ada@@x", "mailto:ada@x.fr", "a@b-.fr"])
def test_a_cell_that_is_one_address_is_read_as_those_that_are_taken_apart(cells: list[str]) -> None:
    """Beside a name, each cell has to be taken apart."""
    given_ = pl.Series(cells, dtype=pl.String)
    lines = pl.Series(range(len(cells)), dtype=pl.Int64)
    emails, bad = read_emails(lines, given_)
    apart, bad_apart = read_emails(lines, "<" + given_ + ">")
    assert emails.to_list() == apart.to_list()
    assert bad.rows() == bad_apart.rows()
