import pytest
from django.utils.translation import override

from shared.money import euros, thousands, with_vat


@pytest.mark.parametrize(("net", "gross"), [(0, 0), (900, 1080), (9_500, 11_400), (1, 1), (3, 4), (99_900, 119_880)])
def test_vat_is_rounded_once_half_up(net: int, gross: int) -> None:
    assert with_vat(net) == gross


@pytest.mark.parametrize(
    ("language", "cents", "written"),
    [
        ("fr", 900, "9 €"),
        ("fr", 1080, "10,80 €"),
        ("fr", 119_880, "1 198,80 €"),
        ("en", 119_880, "€1,198.80"),
        ("fr", -50, "−0,50 €"),
    ],
)
def test_amounts_are_written_as_the_language_does(language: str, cents: int, written: str) -> None:
    with override(language):
        assert euros(cents) == written.replace(" ", "\u00a0")


def test_thousands_are_set_apart() -> None:
    with override("fr"):
        assert thousands(1_000_000) == "1\u00a0000\u00a0000"
