import os
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.apps import apps

from shared.catalogs import Catalogs, bind_spaces


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Attention : rien n’est perdu !", "Attention\xa0: rien n’est perdu\xa0!"),
        ("L’export de « %(name)s » est prêt", "L’export de «\xa0%(name)s\xa0» est prêt"),
        ("Qui ? Quoi ; où", "Qui\xa0? Quoi\xa0; où"),
        ("https://example.org/?a=1 à 10:30", "https://example.org/?a=1 à 10:30"),
    ],
)
def test_no_line_breaks_before_french_punctuation(typed: str, shown: str) -> None:
    assert bind_spaces(typed) == shown


def test_who_reads_a_catalog_while_it_is_compiled_reads_it_whole() -> None:
    folder = Path(apps.get_app_config("people").path) / "locale/fr/LC_MESSAGES"
    with (folder / "django.mo").open("rb") as reader:
        Catalogs(["people"]).compile()
        assert os.fstat(reader.fileno()).st_nlink == 0  # another file took its place: nothing was written into this one
        assert GNUTranslations(reader).gettext("People") == "Personnes"
    assert [path.name for path in folder.glob("*.mo")] == ["django.mo"]
