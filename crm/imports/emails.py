"""Addresses in a column of text. Nearly all cells hold one and nothing else: the others only are taken apart."""

import polars as pl

from crm.imports import cleaning

# How long a label may be is looked at apart: counted in the same expression it takes 25 times as long.
EMAIL = r"^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,24}$"
LONG_LABEL = r"@(?:[^.]*\.)*[^.]{64}"
LONGEST = 254


# What may stand between an address and another one, or its owner's name. Spaces alone do not: «jean dupont@…» is mistyped.
LABELS = r"(?:mailto|e-?mail|mail|courriel)\s*:"
BETWEEN = r"[<>()\[\]\x22;,|\r\n\t]+|:\s|\s/\s|\s(?:ou|et|or|and|&)\s"
AFTER_A_DOMAIN = r"(@[^\s@/]+)/"
A_SIGN_FOR_A_DOT = r"^[^\s@<>()\[\]\x22]+[;,][^\s@]+@[^\s@;,]+$"
SEVERAL_ADDRESSES = r"^[^\s@]+@[^\s@]+(?: [^\s@]+@[^\s@]+)+$"


def read_emails(lines: pl.Series, cells: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """Lists of each cell's addresses, and `line` and `part` of what was meant to be one."""
    rows = pl.DataFrame({"line": lines, "value": cells.str.to_lowercase()})
    rows = rows.with_columns(alone=pl.when(_is_only_email(pl.col("value"))).then("value"))
    parts = (
        rows.filter(pl.col("value").is_not_null() & pl.col("alone").is_null())
        .select("line", part=_parts(pl.col("value")))
        .explode("part")
        .select("line", part=_words(pl.col("part")))
        .explode("part")
        .filter(pl.col("part") != "")
        .with_columns(good=is_email(pl.col("part")), at=pl.col("part").str.contains("@", literal=True))
    )
    # Words beside an address are its owner's name; alone they are no address at all.
    meant = pl.col("at") | ~pl.col("at").any().over("line")
    several = parts.filter("good").group_by("line", maintain_order=True).agg(several="part")
    found = rows.join(several, on="line", how="left", maintain_order="left").select(
        pl.coalesce("several", cleaning.listed(pl.col("alone")))
    )
    return found.to_series(), parts.filter(~pl.col("good") & meant).select("line", "part")


def _parts(text: pl.Expr) -> pl.Expr:
    """One cell may hold several addresses, with names around. `jean,dupont@…` is neither: the comma is a dot mistyped."""
    text = text.str.replace_all(LABELS, " ").str.strip_chars(' <>()[]"')
    cut = text.str.replace_all(AFTER_A_DOMAIN, "${1}\n").str.replace_all(BETWEEN, "\n")
    return pl.when(text.str.contains(A_SIGN_FOR_A_DOT)).then(text).otherwise(cut).str.split("\n")


def _words(part: pl.Expr) -> pl.Expr:
    """Addresses with spaces only between; of other words none is taken out."""
    part = part.str.replace_all(r"\s+", " ").str.strip_chars()
    several = part.str.contains(SEVERAL_ADDRESSES)
    return pl.when(several).then(part.str.replace_all(" ", "\n", literal=True)).otherwise(part).str.split("\n")


def is_email(text: pl.Expr) -> pl.Expr:
    return text.str.contains(EMAIL) & (text.str.len_chars() <= LONGEST) & ~text.str.contains(LONG_LABEL)


def _is_only_email(text: pl.Expr) -> pl.Expr:
    """Of the signs that stand between addresses, one may stand in them, too."""
    return is_email(text) & ~text.str.contains("|", literal=True)
