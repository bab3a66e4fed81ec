import pytest

from shared.catalogs import bind_spaces


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
