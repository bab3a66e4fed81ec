from django.db import models
from django.utils.translation import gettext_lazy as _


class Country(models.TextChoices):
    """The European Economic Area: where data may lie. Its other countries are added with their first cell's language."""

    AT = "AT", _("Austria")
    BE = "BE", _("Belgium")
    BG = "BG", _("Bulgaria")
    CY = "CY", _("Cyprus")
    CZ = "CZ", _("Czechia")
    DE = "DE", _("Germany")
    DK = "DK", _("Denmark")
    EE = "EE", _("Estonia")
    ES = "ES", _("Spain")
    FI = "FI", _("Finland")
    FR = "FR", _("France")
    GR = "GR", _("Greece")
    HR = "HR", _("Croatia")
    HU = "HU", _("Hungary")
    IE = "IE", _("Ireland")
    IS = "IS", _("Iceland")
    IT = "IT", _("Italy")
    LI = "LI", _("Liechtenstein")
    LT = "LT", _("Lithuania")
    LU = "LU", _("Luxembourg")
    LV = "LV", _("Latvia")
    MT = "MT", _("Malta")
    NL = "NL", _("Netherlands")
    NO = "NO", _("Norway")
    PL = "PL", _("Poland")
    PT = "PT", _("Portugal")
    RO = "RO", _("Romania")
    SE = "SE", _("Sweden")
    SI = "SI", _("Slovenia")
    SK = "SK", _("Slovakia")


class Basis(models.TextChoices):
    """Why a place is believed."""

    LISTED = "listed", _("list of known hosts")
    OWN_LIST = "own-list", _("declared by the operator")
    MACHINE = "machine", _("this machine")


class Subject(models.TextChoices):
    """What is checked. SMS and voice come with their apps."""

    DATABASE = "database", _("Database")
    STORAGE = "storage", _("Files")
    CACHE = "cache", _("Short-term memory")
    BROKER = "broker", _("Background work")
    BUS = "bus", _("Messages between cells")
    MAIL = "mail", _("E-mail")
    REPORTS = "reports", _("Error reports")
    SMS = "sms", _("SMS")
    VOICE = "voice", _("Phone calls")


class Verdict(models.TextChoices):
    RIGHT = "right", _("in its region")
    SILENT = "silent", _("did not answer")
    UNKNOWN = "unknown", _("unknown place")
    ELSEWHERE = "elsewhere", _("in another country")
    UNDECLARED = "undeclared", _("place not declared")
    OTHER_CELL = "other-cell", _("database of another cell")
    OTHER_SERVER = "other-server", _("another database server")
    UNTAGGED = "untagged", _("database without a region")
    OTHER_LOCATION = "other-location", _("bucket in another place")
    MISSING = "missing", _("no such bucket")

    @property
    def is_refusal(self) -> bool:
        """A mismatch. Silence is none: a store that does not answer receives nothing either."""
        return self not in (Verdict.RIGHT, Verdict.SILENT)
