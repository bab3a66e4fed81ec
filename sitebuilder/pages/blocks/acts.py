"""The blocks that ask for something: the opening with its form, the form alone, the closing call, sharing."""

from typing import Any

from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup

from crm.fields.queries import fields_for_site
from sitebuilder.pages.blocks.base import (
    TONES,
    Section,
    SectionValue,
    alt_text,
    drawn,
    eyebrow,
    intro,
    layout,
    photo,
    title,
)
from sitebuilder.pages.counts import with_count
from sitebuilder.themes.drawings import Cutout

COUNT_HELP = _("Write {count} where the number of your supporters should stand.")


class FormValue(SectionValue):
    @property
    def counted_title(self) -> str:
        return with_count(str(self.get("form_title") or self.get("title") or ""))


def form_title() -> blocks.CharBlock:
    return blocks.CharBlock(max_length=80, label=_("Title of the form"), help_text=COUNT_HELP)


def form_button() -> blocks.CharBlock:
    return blocks.CharBlock(max_length=40, label=_("Words on the button"), help_text=_("Say what happens: “I’m in”."))


def ask_birth_date() -> blocks.BooleanBlock:
    return blocks.BooleanBlock(
        required=False,
        label=_("Ask for the date of birth"),
        help_text=_("Not needed as a rule. Asked, it lets the form refuse children under 15, as the law wants."),
    )


def own_fields() -> list[tuple[str, str]]:
    """The campaign's own fields that a form may ask."""
    return [(str(field.key), field.name) for field in fields_for_site()]


def ask_fields() -> blocks.MultipleChoiceBlock:
    return blocks.MultipleChoiceBlock(
        choices=own_fields,
        required=False,
        widget=CheckboxSelectMultiple,
        label=_("Ask also"),
        help_text=_("Your own fields, made under People, Fields. Each question more makes fewer people sign up."),
    )


class HeroBlock(Section):
    tone = blocks.ChoiceBlock(choices=TONES, default="brand", label=_("Background"))
    eyebrow = eyebrow()
    title = blocks.TextBlock(
        max_length=90,
        rows=3,
        label=_("Large title"),
        help_text=_(
            "Few words. Start a new line where you want one; otherwise the site chooses for the largest letters."
        ),
    )
    name = blocks.CharBlock(
        required=False, max_length=80, label=_("Name"), help_text=_("Who speaks: the candidate, the list.")
    )
    role = blocks.CharBlock(required=False, max_length=120, label=_("In a few words"))
    lead = blocks.TextBlock(required=False, max_length=320, rows=3, label=_("Message"))
    image = photo()
    treatment = blocks.ChoiceBlock(
        choices=[("cutout", _("Cut out, on a transparent background")), ("photo", _("Photograph, printed in one ink"))],
        default="cutout",
        label=_("Kind of picture"),
    )
    drawing = drawn(Cutout.choices)
    alt = alt_text()
    form_title = form_title()
    button = form_button()
    ask_birth_date = ask_birth_date()
    ask_fields = ask_fields()

    class Meta:
        label = _("Opening")
        icon = "iso-megaphone"
        template = "pages/blocks/hero.html"
        value_class = FormValue
        label_format = "{title}"
        description = _("The top of the home page: the large title, the picture, the message and the form.")
        form_layout = BlockGroup(
            children=[
                "eyebrow",
                "title",
                "name",
                "role",
                "lead",
                BlockGroup(children=["image", "treatment", "drawing", "alt"], heading=_("Picture"), icon="iso-image"),
                BlockGroup(
                    children=["form_title", "button", "ask_birth_date", "ask_fields"],
                    heading=_("Form"),
                    icon="iso-clipboard-check",
                ),
            ],
            settings=["tone", "menu"],
        )
        preview_value = {
            "eyebrow": _("Local elections"),
            "title": _("The town\nout loud"),
            "lead": _("A town that speaks up deserves a town hall that listens."),
            "drawing": "portrait",
            "form_title": _("Join us"),
            "button": _("I’m in"),
            "tone": "brand",
        }


class SignupBlock(Section):
    tone = blocks.ChoiceBlock(choices=TONES, default="soft", label=_("Background"))
    title = blocks.CharBlock(max_length=80, label=_("Title"), help_text=COUNT_HELP)
    button = form_button()
    ask_birth_date = ask_birth_date()
    ask_fields = ask_fields()

    class Meta:
        label = _("Sign-up form")
        icon = "iso-clipboard-check"
        template = "pages/blocks/join.html"
        value_class = FormValue
        label_format = "{title}"
        description = _("E-mail, name, postcode, and two boxes that nobody ticks but the person. Works on every page.")
        form_layout = layout("title", "button", "ask_birth_date", "ask_fields")
        preview_value = {"title": _("Join us"), "button": _("I’m in"), "tone": "soft"}


class JoinBlock(SignupBlock):
    tone = blocks.ChoiceBlock(choices=TONES, default="brand", label=_("Background"))

    class Meta:
        label = _("Closing call")
        icon = "iso-user-plus"
        description = _("The end of a page, in your color: one thing to do, the form is already open.")
        preview_value = {"title": _("Your turn. Speak up"), "button": _("Join the campaign"), "tone": "brand"}


class ShareBlock(Section):
    tone = blocks.ChoiceBlock(choices=TONES, default="soft", label=_("Background"))
    eyebrow = eyebrow()
    title = title()
    intro = intro()
    message = blocks.TextBlock(
        required=False,
        max_length=240,
        rows=2,
        label=_("Prepared message"),
        help_text=_("Goes with the link. People may change it."),
    )

    class Meta:
        label = _("Share")
        icon = "iso-share-2"
        template = "pages/blocks/share.html"
        label_format = "{title}"
        description = _("Ready links: e-mail, SMS, WhatsApp, Mastodon, Bluesky, X, Facebook. No tracker.")
        form_layout = layout("eyebrow", "title", "intro", "message")
        preview_value = {"title": _("Tell three friends"), "intro": _("They will tell three more."), "tone": "soft"}

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["share_message"] = value.get("message") or value.get("title")
        return context
