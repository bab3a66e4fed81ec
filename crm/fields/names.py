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
# What every person has: a field of the campaign's own that is called so would be asked for in its place, or never found.
BUILT_IN = frozenset(
    [
        "prenom",
        "first name",
        "nom",
        "nom de famille",
        "last name",
        "nom de naissance",
        "birth name",
        "date de naissance",
        "date of birth",
        "e mail",
        "email",
        "mail",
        "courriel",
        "telephone",
        "phone",
        "mobile",
        "adresse",
        "address",
        "code postal",
        "postcode",
        "ville",
        "city",
        "town",
        "commune",
        "departement",
        "region",
        "pays",
        "country",
        "genre",
        "gender",
        "langue",
        "language",
        "profession",
        "occupation",
        "soutien",
        "support",
        "etiquette",
        "etiquettes",
        "tag",
        "tags",
    ]
)


# Of a longer name, what says so as well; a polling station («bureau de vote») is none.
VOTE = re.compile(r"\bintentions? de vote\b|^(a )?vot(e|ait|ante?)\b(?! (par|a|en) )")
REVEALING = re.compile(
    r"\b(religi|syndi(cat|cal|caux|que)|ethni|croyan|confession|handicap|sante|maladie|opinion|parti politique|partisan)"
    r"|\borientation (politique|sexuelle)|\b(origine|race|culte|nationalite)\b(?! (d|du|de la) )"
)


def reveals(name: str) -> bool:
    """Does this name of a field say that its value is an opinion, a belief, health or origin?"""
    folded = fold(name)
    return folded in SENSITIVE or bool(REVEALING.search(folded)) or tells_vote(name)


def tells_vote(name: str) -> bool:
    """«Vote écologiste», whoever carries it. Of a tag the other words say nothing: «santé» is what she cares about."""
    return bool(VOTE.search(fold(name)))


def fold(text: str) -> str:
    """What two names must not share: no case, accents, signs. «Taille T-shirt» and «taille_t_shirt» are one."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    return " ".join(re.findall(r"[^\W_]+", letters))


def tidy(text: str) -> str:
    return " ".join(text.split())
