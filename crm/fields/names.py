import re
import unicodedata

# Special categories of art. 9 GDPR that a campaign has no use for without explicit consent: no file brings them in.
FORBIDDEN = frozenset(
    [
        "religion",
        "church",
        "ethnicity",
        "ethnie",
        "race",
        "confession",
        "culte",
        "eglise",
        "origine",
        "handicap",
        "sante",
        "maladie",
        "origine ethnique",
        "origines",
        "orientation sexuelle",
        "marital status",
        "situation maritale",
        "lieu de naissance",
        "commune de naissance",
        "nationalite",
    ]
)
# What a campaign may ask, and must call sensitive.
SENSITIVE = FORBIDDEN | frozenset(
    [
        "parti",
        "party",
        "parti politique",
        "vote",
        "intention de vote",
        "a vote pour",
        "opinion",
        "opinions",
        "opinion politique",
        "orientation politique",
        "syndicat",
        "union",
        "croyance",
        "croyances",
    ]
)


def fold(text: str) -> str:
    """What two names must not share: no case, accents, signs. «Taille T-shirt» and «taille_t_shirt» are one."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    return " ".join(re.findall(r"[^\W_]+", letters))


def tidy(text: str) -> str:
    return " ".join(text.split())
