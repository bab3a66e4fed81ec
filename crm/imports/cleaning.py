"""Values as a campaign can use them, a column at a time: what goes in is text, what comes out is clean or null."""

import re
from collections.abc import Callable

import polars as pl

SPACES = " \t\r\n\u00a0\u202f\u200b\ufeff"
EMPTY = (
    "",
    "-",
    "--",
    "?",
    ".",
    "/",
    "null",
    "none",
    "n/a",
    "#n/a",
    "na",
    "nan",
    "néant",
    "neant",
    "#ref!",
    "#valeur!",
    "(vide)",
)
NOTHING = f"(?i)^(?:{'|'.join(map(re.escape, EMPTY))})$"
NAME_LENGTH = 100
TEXT_LENGTH = 200
NOTE_LENGTH = 20_000
AGREEING = (
    "accepte",
    "subscribed",
    "subscribe",
    "opted in",
    "opted-in",
    "opt-in",
    "optin",
    "inscrit",
    "inscrite",
    "abonné",
    "abonnée",
)
REFUSING = (
    "refuse",
    "unsubscribed",
    "not subscribed",
    "opted out",
    "opted-out",
    "opt-out",
    "optout",
    "désinscrit",
    "désinscrite",
    "désabonné",
    "désabonnée",
)
YES = ("1", "true", "vrai", "oui", "yes", "o", "y", "x", "ok", "t", "v", "1.0", *AGREEING, "✓", "✔")
NO = (
    "0",
    "false",
    "faux",
    "non",
    "no",
    "n",
    "f",
    "0.0",
    *REFUSING,
    "bouncing",
    "cleaned",
    "spam complaint",
    "previous bounce",
    "previous spam complaint",
)
GENDERS = {
    "m": "m", "h": "m", "masculin": "m", "homme": "m", "male": "m", "man": "m", "m.": "m", "mr": "m", "mr.": "m", "monsieur": "m", "garçon": "m",
    "f": "f", "féminin": "f", "feminin": "f", "femme": "f", "female": "f", "woman": "f", "mme": "f", "mme.": "f", "madame": "f", "mrs": "f", "mrs.": "f", "ms": "f", "ms.": "f",
    "mlle": "f", "mlle.": "f", "mademoiselle": "f", "miss": "f",
    "x": "x", "o": "x", "autre": "x", "other": "x", "nb": "x", "non binaire": "x", "non-binaire": "x", "non binary": "x", "nonbinary": "x", "non-binary": "x", "mx": "x",
}  # fmt: skip
LANGUAGES = {
    "fr": "fr", "français": "fr", "francais": "fr", "french": "fr", "en": "en", "anglais": "en", "english": "en", "de": "de", "allemand": "de", "german": "de",
    "es": "es", "espagnol": "es", "spanish": "es", "it": "it", "italien": "it", "italian": "it", "pt": "pt", "portugais": "pt", "portuguese": "pt",
    "nl": "nl", "néerlandais": "nl", "dutch": "nl", "ar": "ar", "arabe": "ar", "arabic": "ar", "br": "br", "breton": "br",
}  # fmt: skip
RELATIONSHIPS = {
    "member": "member", "membre": "member", "adhérent": "member", "adhérente": "member", "adherent": "member", "adherente": "member", "active": "member",
    "à jour": "member", "a jour": "member", "ex_member": "ex_member", "ex-member": "ex_member", "former member": "ex_member", "ancien membre": "ex_member",
    "ancienne membre": "ex_member", "ancien adhérent": "ex_member", "ancienne adhérente": "ex_member", "ancien adherent": "ex_member", "ex-adhérent": "ex_member",
    "ex-adhérente": "ex_member", "ex adhérent": "ex_member", "expired": "ex_member", "expiré": "ex_member", "lapsed": "ex_member", "non renouvelé": "ex_member",
    "regular": "regular", "régulier": "regular", "regulier": "regular", "contact régulier": "regular", "regular contact": "regular", "sympathisant": "regular",
    "sympathisante": "regular", "occasional": "occasional", "occasionnel": "occasional", "contact occasionnel": "occasional", "occasional contact": "occasional",
    "roll": "roll", "liste électorale": "roll", "liste electorale": "roll", "issu de la liste électorale": "roll", "from the electoral roll": "roll",
    "rented": "rented", "fichier loué": "rented", "loué": "rented", "issu d’un fichier loué": "rented", "issu d'un fichier loué": "rented", "from a rented file": "rented",
}  # fmt: skip
DAY = r"^\d+[-/.]\d+[-/.]\d+"
HYPERLINK = r'(?i)^=\s*(?:HYPERLINK|LIEN_HYPERTEXTE)\s*\(.*[,;]\s*"([^"]*)"\s*\)$'
TWO_PEOPLE = r"(?i)^\p{L}[\p{L}'’-]+\s*(?:\set\s|\sand\s|&|/)\s*\p{L}[\p{L}'’ -]+$"


def through(values: pl.Series, conversion: pl.Expr) -> pl.Series:
    """`conversion` of a column `value`."""
    return values.to_frame("value").select(conversion.alias("clean")).to_series()


def by_value(values: pl.Series, clean: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Cleaned once for each different one: names, towns, answers come again and again."""
    different = values.unique()
    if len(different) * 2 > len(values):
        return clean(values)
    table = pl.DataFrame({"value": different, "clean": clean(different)})
    return values.to_frame("value").join(table, on="value", how="left", nulls_equal=True, maintain_order="left")[
        "clean"
    ]


def cells(values: pl.Series) -> pl.Series:
    """Without the spaces around, the sign that Excel puts before (`'06…`), and the many ways to write nothing."""
    text = values.str.strip_chars(SPACES)
    if text.str.starts_with("'").any():
        text = text.str.replace(r"^'([=+\-@\d])", "${1}")
    return text.set(text.str.contains(NOTHING), None)


def one_line(text: pl.Series, length: int = TEXT_LENGTH) -> pl.Series:
    value = pl.col("value")
    spaced = pl.when(value.str.contains(r"[^\S ]|  ")).then(value)  # few: to rewrite takes longer than to look
    return through(text, pl.coalesce(spaced.str.replace_all(r"\s+", " "), value).str.slice(0, length))


def person_name(text: pl.Series) -> pl.Series:
    """Null where there is no letter or only a formula; capitals are put in order; the words of a link are kept."""
    text = through(text, pl.coalesce(pl.col("value").str.extract(HYPERLINK), pl.col("value")))
    text = one_line(text.str.replace_all(r"[\x00-\x1f]", " ").str.strip_chars(), NAME_LENGTH)
    name = pl.col("value")
    usable = name.str.contains(r"\p{L}") & ~name.str.contains(r"^[=+\-@]") & ~name.str.contains("@")
    shouted = (name.str.len_chars() > 2) & name.str.contains(r"\p{Lu}") & (name == name.str.to_uppercase())
    return through(text, pl.when(usable & shouted).then(name.str.to_titlecase()).when(usable).then(name))


def parts_of_name(full: pl.Series) -> dict[str, pl.Series]:
    """«Le Goff, Maël», «LE GOFF Maël», «Maël Le Goff»: capitals are a last name, otherwise what follows the first word is."""
    text = pl.col("value")
    shouted = text.str.extract_groups(r"^(?<last>(?:[\p{Lu}'’-]{2,}\s+)+)(?<first>\p{L}.*)$")
    comma = text.str.extract_groups(r"^(?<last>[^,]+),\s*(?<first>.+)$")
    plain = text.str.extract_groups(r"^(?<first>\S+)\s*(?<last>.*)$")
    frame = (
        one_line(full)
        .to_frame("value")
        .select(
            pl.coalesce(group.struct.field(part) for group in (comma, shouted, plain)).str.strip_chars().alias(part)
            for part in ("first", "last")
        )
    )
    return {part: person_name(cells(frame[part])) for part in ("first", "last")}


def listed(values: pl.Expr) -> pl.Expr:
    """Lists of one, or of none."""
    return pl.when(values.is_not_null()).then(pl.concat_list(values)).otherwise(pl.lit([], dtype=pl.List(pl.String)))


def yes_or_no(text: pl.Series) -> pl.Series:
    word = pl.col("value")
    said = pl.when(word.is_in(YES)).then(pl.lit(value=True)).when(word.is_in(NO)).then(pl.lit(value=False))
    return through(text.str.to_lowercase(), said)


def yes_or_since(text: pl.Series) -> pl.Series:
    """Yes, or the day since when it is so."""
    return yes_or_no(text).fill_null(text.str.contains(DAY)).fill_null(value=False)


def refused(text: pl.Series) -> pl.Series:
    """Whether a column of refusals says yes: «désabonné» does, «abonné» does not."""
    word = pl.col("value")
    said = pl.when(word.is_in(REFUSING)).then(pl.lit(value=True)).when(word.is_in(AGREEING)).then(pl.lit(value=False))
    return through(text.str.to_lowercase(), said).fill_null(yes_or_no(text))


def refused_or_since(text: pl.Series) -> pl.Series:
    """Likewise, or the day since when it is so."""
    return refused(text).fill_null(text.str.contains(DAY)).fill_null(value=False)


def looked_up(text: pl.Expr, words: dict[str, str]) -> pl.Expr:
    return text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.String)


def tag_list(text: pl.Series) -> pl.Series:
    """Mailchimp puts each tag between quotes."""
    tag = pl.element()
    parts = text.str.replace_all(r"[;|\n\r]+", ",").str.split(",")
    return parts.list.eval(tag.str.strip_chars(' \t\u00a0"').str.slice(0, 80)).list.eval(tag.filter(tag != ""))
