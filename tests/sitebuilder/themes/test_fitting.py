import pytest

from sitebuilder.themes.fitting import LARGEST, MAX_LINES, title_fit, title_lines, width_in_em, words_of

TITLES = [
    "Rouen",
    "Marseille à voix haute",
    "Ensemble pour une ville solidaire, écologique et vivante",
    "Anticonstitutionnellement",
]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("with_picture", [True, False])
def test_no_line_is_wider_than_the_page(title: str, with_picture: bool) -> None:
    lines = title_lines(title, with_picture=with_picture)
    fit = title_fit(lines, with_picture=with_picture)

    assert max(width_in_em(line) for line in lines) * fit <= 100
    assert fit <= LARGEST
    assert len(lines) <= MAX_LINES
    assert " ".join(lines) == title


def test_the_lines_of_the_author_stay() -> None:
    assert title_lines("Marseille\nà voix\nhaute", with_picture=True) == ("Marseille", "à voix", "haute")


def test_a_long_title_is_split_to_be_larger() -> None:
    assert len(title_lines("Ensemble pour une ville solidaire", with_picture=False)) > 1


def test_no_mark_and_no_letter_stands_alone_at_a_break() -> None:
    assert title_lines("Qui sommes-nous ?", with_picture=False)[-1].endswith("nous ?")
    assert words_of("Marseille à voix haute !") == ["Marseille", "à\u00a0voix", "haute\u00a0!"]
