"""The blocks that say something."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from sitebuilder.pages.blocks.base import (
    RICH_TEXT,
    TONES,
    Section,
    alt_text,
    drawn,
    eyebrow,
    intro,
    layout,
    link_page,
    photo,
    title,
)
from sitebuilder.pages.counts import CountSource, live_count
from sitebuilder.themes.drawings import Face, Scene


class CounterValue(blocks.StructValue):
    @property
    def number(self) -> int | None:
        """The figure to show now; None as long as it is under the one from which it is shown."""
        source = self.get("source")
        number = self.get("typed") if source == CountSource.TYPED else live_count(str(source))
        return number if number is not None and number >= (self.get("minimum") or 0) else None


class CounterBlock(blocks.StructBlock):
    label = blocks.CharBlock(max_length=60, label=_("What is counted"), help_text=_("“people support the list”"))
    source = blocks.ChoiceBlock(choices=CountSource.choices, default=CountSource.SUPPORTERS, label=_("Number"))
    typed = blocks.IntegerBlock(
        required=False, min_value=0, label=_("Your number"), help_text=_("Only when you give it yourself.")
    )
    minimum = blocks.IntegerBlock(
        required=False,
        min_value=0,
        default=0,
        label=_("Show it from"),
        help_text=_("Under this number the counter stays hidden."),
    )

    class Meta:
        value_class = CounterValue
        label = _("Counter")
        label_format = "{label}"


class CountersBlock(Section):
    counters = blocks.ListBlock(CounterBlock(), min_num=1, max_num=3, label=_("Counters"))

    class Meta:
        label = _("Figures")
        icon = "iso-chart-column"
        template = "pages/blocks/counters.html"
        label_format = _("Figures")
        description = _("Up to three large figures. The number of supporters is counted, not typed.")
        form_layout = layout("counters")
        preview_value = {
            "counters": [{"label": _("people support the list"), "source": "typed", "typed": 1840}],
            "tone": "paper",
        }

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        shown = [(counter["label"], counter.number) for counter in value["counters"]]
        context["shown"] = [(label, number) for label, number in shown if number is not None]
        context["is_live"] = any(counter["source"] != CountSource.TYPED for counter in value["counters"])
        context["now"] = timezone.localtime()
        return context


class ProposalBlock(blocks.StructBlock):
    title = title()
    text = blocks.TextBlock(max_length=400, rows=2, label=_("Text"))
    page = link_page()

    class Meta:
        label = _("Proposal")
        label_format = "{title}"


class ProposalsBlock(Section):
    eyebrow = eyebrow()
    title = title()
    intro = intro()
    proposals = blocks.ListBlock(ProposalBlock(), min_num=1, max_num=20, label=_("Proposals"))
    start = blocks.IntegerBlock(
        required=False,
        min_value=1,
        max_value=40,
        default=1,
        label=_("First number"),
        help_text=_("To go on from an earlier list."),
    )
    page = link_page()
    button = blocks.CharBlock(required=False, max_length=40, label=_("Words on the button"))

    class Meta:
        label = _("Proposals")
        icon = "iso-list-checks"
        template = "pages/blocks/proposals.html"
        label_format = "{title}"
        description = _("A numbered list: what you stand for, one idea each.")
        form_layout = layout("eyebrow", "title", "intro", "proposals", "start", "page", "button")
        preview_value = {
            "title": _("What we stand for"),
            "proposals": [
                {"title": _("Listen first"), "text": _("Nothing is decided without those who live with it.")}
            ],
            "tone": "paper",
        }


class QuoteBlock(Section):
    tone = blocks.ChoiceBlock(choices=TONES, default="ink", label=_("Background"))
    text = blocks.TextBlock(max_length=240, rows=3, label=_("Quotation"), help_text=_("Without quotation marks."))
    author = blocks.CharBlock(required=False, max_length=80, label=_("Who says it"))
    context = blocks.CharBlock(required=False, max_length=100, label=_("Where, when"))

    class Meta:
        label = _("Quotation")
        icon = "iso-quote"
        template = "pages/blocks/quote.html"
        label_format = "{text}"
        description = _("A sentence in very large letters.")
        form_layout = layout("text", "author", "context")
        preview_value = {"text": _("This town was called too loud. I think it was not heard enough."), "tone": "ink"}


class TextBlock(Section):
    title = blocks.CharBlock(required=False, max_length=120, label=_("Title"))
    text = blocks.RichTextBlock(features=RICH_TEXT, label=_("Text"))

    class Meta:
        label = _("Text")
        icon = "iso-type"
        template = "pages/blocks/text.html"
        label_format = "{title}"
        description = _("Paragraphs, lists and links.")
        form_layout = layout("title", "text")
        preview_value = {
            "title": _("Who we are"),
            "text": _("Neighbors who want to do things together."),
            "tone": "paper",
        }


class ImageBlock(Section):
    image = photo()
    drawing = drawn(Scene.choices, default=Scene.FACADES)
    alt = alt_text()
    caption = blocks.CharBlock(required=False, max_length=160, label=_("Caption"))

    class Meta:
        label = _("Picture")
        icon = "iso-image"
        template = "pages/blocks/image.html"
        label_format = "{caption}"
        description = _("One picture across the page.")
        form_layout = layout("image", "drawing", "alt", "caption")
        preview_value = {"drawing": Scene.FACADES.value, "tone": "paper"}


class PersonBlock(blocks.StructBlock):
    name = blocks.CharBlock(max_length=80, label=_("Name"))
    line = blocks.CharBlock(required=False, max_length=80, label=_("Trade, place"))
    role = blocks.CharBlock(required=False, max_length=80, label=_("Part in the campaign"))
    image = photo()
    drawing = drawn(Face.choices)

    class Meta:
        label = _("Person")
        label_format = "{name}"


class TeamBlock(Section):
    eyebrow = eyebrow()
    title = title()
    intro = intro()
    people = blocks.ListBlock(PersonBlock(), min_num=1, max_num=40, label=_("People"))

    class Meta:
        label = _("Team")
        icon = "iso-users"
        template = "pages/blocks/team.html"
        label_format = "{title}"
        description = _("Faces and names.")
        form_layout = layout("eyebrow", "title", "intro", "people")
        preview_value = {
            "title": _("The team"),
            "people": [{"name": "Toussaint", "drawing": "b1"}, {"name": "Mariama", "drawing": "b2"}],
            "tone": "paper",
        }


class StoryBlock(blocks.StructBlock):
    topic = blocks.CharBlock(required=False, max_length=40, label=_("Topic"))
    date = blocks.DateBlock(required=False, label=_("Date"))
    title = title()
    text = blocks.TextBlock(max_length=300, rows=2, label=_("Text"))
    page = link_page()
    image = photo()
    drawing = drawn(Scene.choices)
    alt = alt_text()

    class Meta:
        label = _("News item")
        label_format = "{title}"


class NewsBlock(Section):
    eyebrow = eyebrow()
    title = title()
    stories = blocks.ListBlock(StoryBlock(), min_num=1, max_num=12, label=_("News"))

    class Meta:
        label = _("News")
        icon = "iso-newspaper"
        template = "pages/blocks/news.html"
        label_format = "{title}"
        description = _("What happened lately, the first item larger.")
        form_layout = layout("eyebrow", "title", "stories")
        preview_value = {
            "title": _("From the field"),
            "stories": [
                {"title": _("Street by street"), "text": _("Our groups walked every street."), "drawing": "facades"}
            ],
            "tone": "paper",
        }


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(max_length=140, label=_("Question"))
    answer = blocks.TextBlock(max_length=900, rows=3, label=_("Answer"))

    class Meta:
        label = _("Question")
        label_format = "{question}"


class QuestionsBlock(Section):
    eyebrow = eyebrow()
    title = title()
    questions = blocks.ListBlock(QuestionBlock(), min_num=1, max_num=30, label=_("Questions"))

    class Meta:
        label = _("Questions")
        icon = "iso-circle-help"
        template = "pages/blocks/questions.html"
        label_format = "{title}"
        description = _("Questions that open on a click.")
        form_layout = layout("eyebrow", "title", "questions")
        preview_value = {
            "title": _("People often ask"),
            "questions": [
                {"question": _("How can I help?"), "answer": _("Join us above: somebody near you will call.")}
            ],
            "tone": "paper",
        }
