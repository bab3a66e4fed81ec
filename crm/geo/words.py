"""Names of places as people type them: blind to accents, case, hyphens and «St»."""

import re
import unicodedata

LIGATURES = {"œ": "oe", "æ": "ae", "’": " ", "'": " ", "-": " ", "/": " ", ".": " ", ",": " "}
_LIGATURES = str.maketrans(LIGATURES)
SAINTS = {"st": "saint", "ste": "sainte", "s": "sur"}
TAIL = r"( cedex( \d+)?| \d{1,2}(e|er|eme)?( arrondissement)?)$"
_TAIL = re.compile(TAIL)


def fold(text: str) -> str:
    """`St-Étienne` → `saint etienne`."""
    lowered = text.lower().translate(_LIGATURES)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(letter))
    return " ".join(SAINTS.get(word, word) for word in bare.split())


def fold_city(text: str) -> str:
    """The same without what the post office adds: `MARSEILLE 13e`, `LYON CEDEX 03`."""
    return _TAIL.sub("", fold(text))
