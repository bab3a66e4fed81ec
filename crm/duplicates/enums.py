from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PairState(TextChoices):
    OPEN = "open", _("to review")
    LATER = "later", _("put off")
    NOT_SAME = "not_same", _("not the same person")
    MERGED = "merged", _("merged")


class Reason(TextChoices):
    """What speaks for one human being, or against. The words are what the team reads."""

    EMAIL = "email", _("the same mailbox, written in another way")
    EMAIL_NAME = "email_name", _("the same name before the @")
    PHONE = "phone", _("the same telephone")
    NAME = "name", _("the same name")
    NAME_CLOSE = "name_close", _("names written almost alike")
    NAME_SWAPPED = "name_swapped", _("first name and last name swapped")
    BIRTH_NAME = "birth_name", _("the birth name of one is the name of the other")
    BIRTH_DATE = "birth_date", _("the same date of birth")
    BIRTH_DATE_CLOSE = "birth_date_close", _("dates of birth that differ by a slip")
    ADDRESS = "address", _("the same address")
    POSTCODE = "postcode", _("the same postcode")
    OTHER_BIRTH_DATE = "other_birth_date", _("dates of birth differ")
    OTHER_NAME = "other_name", _("one of the names differs")
    OTHER_GENDER = "other_gender", _("gender differs")


AGAINST = frozenset({Reason.OTHER_BIRTH_DATE, Reason.OTHER_NAME, Reason.OTHER_GENDER})
CERTAIN = 990  # of 1 000
WORTH_A_LOOK = 300
