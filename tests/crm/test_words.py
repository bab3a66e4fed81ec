"""One word for one meaning: «Annuler» leaves a page and changes nothing, «Défaire» brings back what stood before."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

CRM = Path(__file__).parents[2] / "crm"


def words() -> Iterator[tuple[str, str]]:
    """Each sentence in English and French, whatever its number."""
    for path in sorted(CRM.glob("*/locale/fr/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="fr"):
                english = message.id if isinstance(message.id, str) else message.id[-1]
                french = [message.string] if isinstance(message.string, str) else message.string or []
                yield from ((english, one) for one in french if english)


def test_leaving_a_page_and_undoing_what_was_done_have_a_word_each() -> None:
    told = set(words())

    assert {pair for pair in told if "annul" in pair[1].lower()} == {("Cancel", "Annuler")}
    assert {french for english, french in told if english == "Undo"} == {"Défaire"}
    undone = {french for english, french in told if re.search(r"\bundo(ing|ne)?\b(?!})", english, re.IGNORECASE)}
    assert len(undone) > 20
    final = "C’est définitif.", "définitive."
    assert not [french for french in undone if "éfai" not in french and not french.endswith(final)]
