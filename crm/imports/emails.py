"""Addresses in a column of text. Nearly all cells hold one and nothing else: the others only are taken apart."""

import polars as pl

from crm.imports import cleaning

# How long a label may be is looked at apart: counted in the same expression it takes 25 times as long.
EMAIL = r"^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,24}$"
LONG_LABEL = r"@(?:[^.]*\.)*[^.]{64}"
LONGEST = 254


def read_emails(lines: pl.Series, cells: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """Lists of each cell's addresses, and `line` and `part` of what was meant to be one."""
    rows = pl.DataFrame({"line": lines, "value": cells.str.to_lowercase()})
    rows = rows.with_columns(alone=pl.when(_is_only_email(pl.col("value"))).then("value"))
    parts = (
        rows.filter(pl.col("value").is_not_null() & pl.col("alone").is_null())
        .select("line", part=_parts(pl.col("value")))
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
    """One cell may hold several addresses, with names around."""
    return (
        text.str.replace_all(r"mailto:|[<>()\[\]\x22]", " ")
        .str.replace_all(r"[;,|\s\u00a0]+", " ")
        .str.strip_chars()
        .str.split(" ")
    )


def is_email(text: pl.Expr) -> pl.Expr:
    return text.str.contains(EMAIL) & (text.str.len_chars() <= LONGEST) & ~text.str.contains(LONG_LABEL)


def _is_only_email(text: pl.Expr) -> pl.Expr:
    """Of the signs that stand between addresses, one may stand in them, too."""
    return is_email(text) & ~text.str.contains("|", literal=True)
