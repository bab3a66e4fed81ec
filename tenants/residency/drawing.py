"""The certificate's page: A4, in the project's own fonts. One page, unless a cell has very many places."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from tenants.residency.checks import Check
from tenants.residency.enums import Basis
from tenants.residency.facts import CertificateFacts
from tenants.residency.places import country_label, country_of_region
from tenants.residency.queries import shown_checks
from tenants.residency.signing import SigningKey

FONTS = Path(__file__).parent / "fonts"
INK, TEXT, QUIET, RULE, CURTAIN = (16, 27, 52), (22, 30, 46), (79, 87, 100), (219, 219, 210), (201, 134, 26)
LEFT, RIGHT, WIDTH, FOOT = 22, 188, 166, 243
TITLE, SANS = "bricolage", "public"


class Page(FPDF):
    def __init__(self) -> None:
        super().__init__(format="A4")
        for family, style, file in (
            (SANS, "", "public-sans-400"),
            (SANS, "B", "public-sans-700"),
            (TITLE, "B", "bricolage-grotesque-700"),
        ):
            self.add_font(family, style, str(FONTS / f"{file}.ttf"))
        self.set_margins(LEFT, 20, 210 - RIGHT)
        self.set_auto_page_break(auto=True, margin=18)
        self.c_margin = 0  # text begins where the rules do
        self.set_text_shaping(use_shaping_engine=True)
        self.add_page()

    def say(
        self, text: str, size: float, *, bold: bool = False, color: tuple[int, int, int] = TEXT, lead: float = 1.42
    ) -> None:
        """A paragraph over the whole width; the next one begins below it."""
        self.set_font(SANS, "B" if bold else "", size)
        self.set_text_color(*color)
        height = size * 0.3528 * lead
        self.multi_cell(WIDTH, height, set_well(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def rule(self, color: tuple[int, int, int] = RULE, width: float = 0.2) -> None:
        self.set_draw_color(*color)
        self.set_line_width(width)
        self.line(LEFT, self.get_y(), RIGHT, self.get_y())


def draw_certificate(facts: CertificateFacts, *, signer: SigningKey, now: datetime) -> bytes:
    """The page in the language in force, not signed yet."""
    checks = shown_checks(facts.checks)
    page = Page()
    page.set_title(_("Certificate of where the data lies"))
    page.set_author(settings.OPERATOR["name"] or "Isoloir")
    page.set_lang(get_language() or "fr")
    page.set_creation_date(now)
    _head(page, facts)
    _title(page, facts, checks)
    _facts(page, facts, drawn_up=date_format(localtime(now), "DATE_FORMAT"))
    _places(page, checks)
    _meaning(page)
    _foot(page, facts, signer)
    return bytes(page.output())


def set_well(text: str) -> str:
    """The fonts have no narrow no-break space."""
    return text.replace("\u202f", "\u00a0")


def _at(moment: datetime) -> str:
    local = localtime(moment)
    return _("%(day)s, %(time)s") % {
        "day": date_format(local, "DATE_FORMAT"),
        "time": date_format(local, "TIME_FORMAT"),
    }


def _head(page: Page, facts: CertificateFacts) -> None:
    _mark(page, LEFT, 20, 11)
    page.set_xy(LEFT + 14, 21.4)
    page.set_font(TITLE, "B", 17)
    page.set_text_color(*INK)
    page.cell(60, 8, "Isoloir")
    page.set_font(SANS, "", 9)
    page.set_text_color(*QUIET)
    page.set_xy(RIGHT - 80, 23)
    page.cell(80, 6, set_well(_("No. %(number)s") % {"number": str(facts.proof)[:8].upper()}), align="R")
    page.set_y(36)
    page.rule(INK, 0.5)


def _mark(page: Page, x: float, y: float, height: float) -> None:
    """The booth and its curtain, as in shared/logo.html (30 by 34)."""
    unit = height / 34
    for color, left, top, width, tall in (
        (INK, 1, 1, 28, 3),
        (INK, 1, 4, 2.5, 29),
        (INK, 26.5, 4, 2.5, 29),
        (CURTAIN, 4.5, 5, 4.2, 22),
        ((169, 108, 13), 8.7, 5, 3.6, 22),
        ((214, 151, 49), 12.3, 5, 4, 22),
        ((169, 108, 13), 16.3, 5, 2.6, 22),
        (INK, 20, 12, 5, 7),
    ):
        page.set_fill_color(*color)
        page.rect(x + left * unit, y + top * unit, width * unit, tall * unit, style="F")


def _title(page: Page, facts: CertificateFacts, checks: Sequence[Check]) -> None:
    page.set_xy(LEFT, 45)
    page.set_font(TITLE, "B", 27)
    page.set_text_color(*INK)
    page.multi_cell(WIDTH, 11.5, set_well(_("Where the data lies")), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font(TITLE, "B", 15)
    page.multi_cell(
        WIDTH, 8, set_well(_("Certificate for %(name)s") % {"name": facts.name}), new_x=XPos.LMARGIN, new_y=YPos.NEXT
    )
    page.ln(4)
    words = {
        "operator": settings.OPERATOR["name"] or _("the operator of this installation"),
        "country": _country(facts),
        "moment": _at(facts.proved_at),
    }
    if all(check.country for check in checks):
        text = _(
            "The platform Isoloir, run by %(operator)s, checked on %(moment)s every place where data of this campaign is kept or carried. All of them are in the country announced: %(country)s."
        )
    else:
        text = _(
            "The platform Isoloir, run by %(operator)s, checked on %(moment)s every place where data of this campaign is kept or carried. They are on one machine, whose country its operator has not declared: this certificate names no country. It comes from a trial installation."
        )
    page.say(text % words, 11)
    page.ln(5)


def _country(facts: CertificateFacts) -> str:
    return country_label(country_of_region(facts.region))


def _facts(page: Page, facts: CertificateFacts, *, drawn_up: str) -> None:
    for label, value in (
        (_("Campaign"), f"{facts.name}\n{facts.host}"),
        (_("Region and cell"), f"{_country(facts)} ({facts.region}), {facts.cell}"),
        (_("Checked"), _at(facts.proved_at)),
        (_("Drawn up"), drawn_up),
    ):
        page.rule()
        top = page.get_y() + 1.7
        page.set_xy(LEFT, top)
        page.set_font(SANS, "", 9.5)
        page.set_text_color(*QUIET)
        page.cell(45, 5, set_well(label))
        page.set_xy(LEFT + 45, top)
        page.set_font(SANS, "B", 9.5)
        page.set_text_color(*TEXT)
        page.multi_cell(WIDTH - 45, 5, set_well(value), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        page.ln(1.7)
    page.rule()
    page.ln(6)


def _places(page: Page, checks: Sequence[Check]) -> None:
    page.set_font(SANS, "", 9)
    page.set_text_color(*TEXT)
    page.set_draw_color(*RULE)
    page.set_line_width(0.2)
    page.set_fill_color(255)
    heading = FontFace(emphasis="BOLD", color=INK)
    with page.table(
        col_widths=(36, 40, 46, 44),
        cell_fill_mode="NONE",
        borders_layout="HORIZONTAL_LINES",
        headings_style=heading,
        line_height=4.6,
        padding=(1.5, 2, 1.5, 0),
        text_align="LEFT",
        v_align="TOP",
        align="LEFT",
        width=WIDTH,
    ) as table:
        table.row(
            [
                set_well(word)
                for word in (_("What"), _("Country and place"), _("Company and its law"), _("How it is known"))
            ]
        )
        for check in checks:
            table.row([set_well(word) for word in _columns(check)])
    page.ln(5)


def _columns(check: Check) -> tuple[str, str, str, str]:
    where = ", ".join(part for part in (check.country_label, check.place) if part) or _("this machine, undeclared")
    company = check.operator or ("–" if check.basis != Basis.MACHINE else _("the operator’s own machine"))
    if check.operator and check.law:
        company = _("%(company)s\nlaw: %(law)s") % {"company": check.operator, "law": check.law_label}
    return (
        check.subject_label,
        where,
        company,
        "\n".join(part for part in (check.basis_label, check.evidence_label) if part),
    )


def _meaning(page: Page) -> None:
    page.say(_("What this says, and what it does not"), 9.5, bold=True, color=INK)
    page.ln(0.8)
    page.say(
        _(
            "Each program of the cell makes this check before it starts, refuses to start if a place is elsewhere, and makes it again every day. A place counts when its host is in a list that names country, company and source; the database must carry the mark of its region and the file store must say where it lies. A place that is “declared by the operator” or “this machine” is known by the operator’s word only. The certificate speaks of the moment of the check."
        ),
        8.5,
        color=QUIET,
    )


def _foot(page: Page, facts: CertificateFacts, signer: SigningKey) -> None:
    if page.get_y() + 6 > FOOT:
        page.add_page()
    page.set_y(FOOT)
    page.rule(INK, 0.5)
    page.ln(3)
    page.say(_("Signed electronically (PAdES) by %(name)s") % {"name": signer.name}, 9.5, bold=True, color=INK)
    page.ln(0.6)
    if signer.is_trial:
        page.say(_("This is a trial key, made by the installation itself: it proves nothing to a third party."), 8.5)
    page.say(_("A PDF reader shows the signature, and whether a single character was changed since."), 8.5, color=QUIET)
    page.ln(1.4)
    for label, value in (
        (_("Fingerprint of the facts (SHA-256)"), in_groups(facts.fingerprint)),
        (_("Proof"), str(facts.proof)),
        (_("Signing certificate (SHA-256)"), in_groups(signer.fingerprint)),
    ):
        page.set_font(SANS, "", 7.2)
        page.set_text_color(*QUIET)
        page.cell(45, 3.9, set_well(label))
        page.set_text_color(*TEXT)
        page.cell(WIDTH - 45, 3.9, value, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def in_groups(digits: str) -> str:
    return " ".join(digits[start : start + 8] for start in range(0, len(digits), 8))
