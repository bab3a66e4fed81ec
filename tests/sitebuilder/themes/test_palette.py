import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitebuilder.themes.color import WHITE, Color, contrast, readable_on
from sitebuilder.themes.enums import Theme
from sitebuilder.themes.palette import INK, LARGE, SOFT, TEXT, palette_for

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLORS)
def test_every_color_becomes_a_palette_that_reads(color: str) -> None:
    tokens = palette_for(Theme.AFFICHE, color).tokens
    if not tokens:
        return

    def reads(name: str, background: Color) -> float:
        return contrast(Color.parse(tokens[name]), background)

    assert reads("--hue-fg", Color.parse(tokens["--hue"])) >= TEXT
    assert reads("--who", Color.parse(tokens["--hue"])) >= LARGE
    assert min(reads("--hot-paper", WHITE), reads("--hot-paper", SOFT)) >= TEXT
    assert min(reads("--hue-paper", WHITE), reads("--hue-paper", SOFT)) >= LARGE
    assert min(reads("--hue-ink", INK), reads("--hot-ink", INK)) >= TEXT


@given(COLORS)
def test_every_color_reads_on_white_in_the_other_themes(color: str) -> None:
    for theme, token in ((Theme.TRACT, "--hue"), (Theme.QUARTIER, "--pine")):
        tokens = palette_for(theme, color).tokens
        if tokens:
            assert contrast(Color.parse(tokens[token]), WHITE) >= TEXT


def test_a_color_that_reads_is_left_alone() -> None:
    assert readable_on(Color.parse("#1b34c4"), WHITE, TEXT) == Color.parse("#1b34c4")


def test_a_correction_says_where_and_why() -> None:
    corrections = palette_for(Theme.AFFICHE, "#ffe600").corrections

    assert [str(one.used) for one in corrections] != []
    for one in corrections:
        assert one.found < one.needed
        assert one.used != "#ffe600"


@pytest.mark.parametrize(("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48)])
def test_contrast_is_the_one_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(Color.parse(one), Color.parse(other)) == pytest.approx(ratio, abs=0.01)
