"""Which blocks a page may hold."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from sitebuilder.pages.blocks import acts, words

ACT, SAY = _("Ask"), _("Say")


class ContentStream(blocks.StreamBlock):
    text = words.TextBlock(group=SAY)
    proposals = words.ProposalsBlock(group=SAY)
    quote = words.QuoteBlock(group=SAY)
    counters = words.CountersBlock(group=SAY)
    image = words.ImageBlock(group=SAY)
    team = words.TeamBlock(group=SAY)
    news = words.NewsBlock(group=SAY)
    questions = words.QuestionsBlock(group=SAY)
    signup = acts.SignupBlock(group=ACT)
    share = acts.ShareBlock(group=ACT)
    join = acts.JoinBlock(group=ACT)

    class Meta:
        template = "pages/blocks/stream.html"
        collapsed = True


class HomeStream(ContentStream):
    hero = acts.HeroBlock(group=ACT)

    class Meta:
        template = "pages/blocks/stream.html"
        collapsed = True
        block_counts = {"hero": {"min_num": 1, "max_num": 1}}
