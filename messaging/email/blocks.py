"""What a message is made of. Few blocks, each of which every mail program shows well."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock
from wagtail.rich_text import RichText

from messaging.email.merge import unknown_fields

RICH_TEXT = ("bold", "italic", "link", "ol", "ul")
LINK_SCHEMES = ("https://", "http://", "mailto:", "tel:")


def refuse_unknown_fields(text: str) -> None:
    wrong = unknown_fields(text)
    if wrong:
        raise ValidationError(
            _(
                "%(fields)s: we know no such field. Write {{ first name }}, {{ last name }}, {{ city }} or {{ postcode }}."
            ),
            params={"fields": ", ".join(wrong)},
        )


def refuse_strange_links(address: str) -> None:
    if not address.lower().startswith(LINK_SCHEMES):
        raise ValidationError(_("Write the whole address, beginning with https://"))


class MergedCharBlock(blocks.CharBlock):
    def clean(self, value: str) -> str:
        refuse_unknown_fields(value)
        return str(super().clean(value))


class HeadingPart(MergedCharBlock):
    """A block alone in the stream: Wagtail draws its label without tying it to the field, so the field says it."""

    def __init__(self, *, label: Promise, **options: Any) -> None:
        super().__init__(label=label, **options)
        self.field.widget.attrs["aria-label"] = label


class MergedTextBlock(blocks.TextBlock):
    def clean(self, value: str) -> str:
        refuse_unknown_fields(value)
        return str(super().clean(value))


class MergedRichTextBlock(blocks.RichTextBlock):
    def clean(self, value: RichText) -> RichText:
        refuse_unknown_fields(value.source)
        return super().clean(value)


class TextPart(MergedRichTextBlock):
    """Paragraphs, lists, links; the editor says its label for the same reason."""

    @cached_property
    def field(self) -> Any:
        field = super().field
        field.widget.options["ariaLabel"] = str(self.label)
        return field


class PictureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(
        label=_("What it says, for those who do not see it"),
        required=False,
        max_length=250,
        help_text=_("Leave empty if the picture only decorates."),
    )
    link = blocks.CharBlock(label=_("Link"), required=False, max_length=500, validators=[refuse_strange_links])

    class Meta:
        label = _("Picture")
        icon = "iso-image"


class ButtonBlock(blocks.StructBlock):
    label = MergedCharBlock(label=_("What the button says"), max_length=60)
    link = blocks.CharBlock(label=_("Link"), max_length=500, validators=[refuse_strange_links])

    class Meta:
        label = _("Button")
        icon = "iso-square-mouse-pointer"


class QuoteBlock(blocks.StructBlock):
    text = MergedTextBlock(label=_("Quote"), max_length=1000, rows=3)
    who = blocks.CharBlock(label=_("Who says it"), required=False, max_length=120)

    class Meta:
        label = _("Quote")
        icon = "iso-quote"


class DividerBlock(blocks.StaticBlock):
    class Meta:
        label = _("Divider")
        icon = "iso-minus"
        admin_text = _("A thin line across the message.")


class MessageBlocks(blocks.StreamBlock):
    text = TextPart(label=_("Text"), icon="iso-type", features=list(RICH_TEXT))
    heading = HeadingPart(label=_("Heading"), icon="iso-heading", max_length=120)
    image = PictureBlock()
    button = ButtonBlock()
    quote = QuoteBlock()
    divider = DividerBlock()

    class Meta:
        required = False
