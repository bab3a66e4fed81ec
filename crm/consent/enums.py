from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    PHONE = "phone", _("Telephone")
    POST = "post", _("Post")


class Purpose(TextChoices):
    NEWS = "news", _("News of the campaign")
    PETITION = "petition", _("Follow-up of a petition")
    EVENT = "event", _("Events")
    VOLUNTEERING = "volunteering", _("Volunteering")
    DONATION = "donation", _("Donations")
    TRACKING = "tracking", _("Measuring what is opened")
    TARGETING = "targeting", _("Messages chosen by profile")


class Basis(TextChoices):
    CONSENT = "consent", pgettext_lazy("legal basis", "consent")
    REGULAR_CONTACT = "regular_contact", _("regular contact (art. 9.2.d)")
    LEGITIMATE_INTEREST = "legitimate_interest", _("legitimate interest")
    CONTRACT = "contract", _("contract")
    IMPORT_DECLARED = "import_declared", _("consent declared when importing")


class SourceKind(TextChoices):
    FORM = "form", _("form on the site")
    IMPORT = "import", _("import")
    OFFICE = "office", _("by hand, in the office")
    API = "api", _("API")
    UNSUBSCRIBE = "unsubscribe", _("unsubscribe link")
    MERGE = "merge", _("merging of two people")
    DEMO = "demo", _("demonstration data")


class Relationship(TextChoices):
    """How close a person is to the campaign (the CNIL's classes): it decides what may be sent without consent."""

    MEMBER = "member", _("member")
    EX_MEMBER = "ex_member", _("former member")
    REGULAR = "regular", _("regular contact")
    OCCASIONAL = "occasional", _("occasional contact")
    ROLL = "roll", _("from the electoral roll")
    RENTED = "rented", _("from a rented file")


class Reach(IntegerChoices):
    """Why news may or may not go to a person by a channel. One number per person and channel: reasons never overlap."""

    REACHABLE = 0, _("reachable")
    ERASED = 1, _("erased, or about to be")
    NO_ADDRESS = 2, _("no address")
    SUPPRESSED = 3, _("asked never to be written to")
    WITHDRAWN = 4, _("refused or unsubscribed")
    BAD_ADDRESS = 5, _("address does not work")
    OCCASIONAL = 6, _("occasional contact, without consent")
    NO_CONSENT = 7, _("no known consent")


# Classes that may be written to on consent alone.
DISTANT = (Relationship.OCCASIONAL.value, Relationship.ROLL.value, Relationship.RENTED.value)
