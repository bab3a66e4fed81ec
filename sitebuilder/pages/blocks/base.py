"""What every block of a page shares: a name in the menu, a background, a picture that is uploaded or drawn."""

from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup
from wagtail.images.blocks import ImageChooserBlock

TONES = [
    ("paper", _("White")),
    ("soft", _("Light")),
    ("brand", _("Color of the campaign")),
    ("ink", _("Dark")),
]
RICH_TEXT = ["h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link", "superscript"]


class SectionValue(blocks.StructValue):
    @property
    def anchor(self) -> str:
        """The end of its address, when the menu leads here."""
        return slugify(self.get("menu") or "")


class Section(blocks.StructBlock):
    """A block that fills the width of a page. `tone` and `menu` are its settings, folded away."""

    tone = blocks.ChoiceBlock(choices=TONES, default="paper", label=_("Background"))
    menu = blocks.CharBlock(
        required=False,
        max_length=30,
        label=_("Name in the menu"),
        help_text=_("Fill this in and the menu of the site leads straight here."),
    )

    class Meta:
        value_class = SectionValue
        abstract = True


def layout(*children: Any) -> BlockGroup:
    return BlockGroup(children=list(children), settings=["tone", "menu"])


def title() -> blocks.CharBlock:
    return blocks.CharBlock(max_length=120, label=_("Title"))


def eyebrow() -> blocks.CharBlock:
    return blocks.CharBlock(
        required=False, max_length=60, label=_("Small line above the title"), help_text=_("A word or two.")
    )


def intro() -> blocks.TextBlock:
    return blocks.TextBlock(required=False, max_length=400, rows=2, label=_("Introduction"))


def photo() -> ImageChooserBlock:
    return ImageChooserBlock(required=False, label=_("Your picture"))


def alt_text() -> blocks.CharBlock:
    return blocks.CharBlock(
        required=False,
        max_length=160,
        label=_("What the picture shows"),
        help_text=_("One sentence for people who cannot see it."),
    )


def drawn(choices: Any, *, default: str = "") -> blocks.ChoiceBlock:
    return blocks.ChoiceBlock(
        choices=choices,
        required=False,
        default=default,
        label=_("Drawing"),
        help_text=_("Shown as long as there is no picture of yours. Drawn for Isoloir, in the colors of your site."),
    )


def link_page() -> blocks.PageChooserBlock:
    return blocks.PageChooserBlock(required=False, label=_("Page it leads to"))
