"""Two spellings of a name are one name: common signs are taken off by a table, rare ones one by one."""

import polars as pl
import pytest

from crm.imports.identities import Identities

ROW = {
    "external_id": None,
    "phones": ["+33612345678"],
    "emails": [],
    "birth_date": None,
    "postcode": None,
    "street": None,
}
SCHEMA = pl.Schema(
    {
        "external_id": pl.String(),
        "emails": pl.List(pl.String()),
        "birth_date": pl.Date(),
        "postcode": pl.String(),
        "street": pl.String(),
    }
)


@pytest.mark.parametrize(
    ("first", "again", "is_one"),
    [("Élodie", "ELODIE", True), ("Nguyễn", "nguyen", True), ("Œdipe", "OEDIPE", False), ("Zoé", "Chloé", False)],
)
def test_names_are_told_apart_without_their_signs(first: str, again: str, is_one: bool) -> None:
    rows = [
        {"line": line, "first_name": name, "last_name": "Le Goff", **ROW} for line, name in ((2, first), (3, again))
    ]
    identities = Identities()
    identities.add(pl.DataFrame(rows, schema_overrides=SCHEMA))

    assert identities.leaders().rows() == ([(3, 2)] if is_one else [])
