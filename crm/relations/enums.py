from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrganisationKind(TextChoices):
    ASSOCIATION = "association", _("association")
    COMPANY = "company", _("company")
    UNION = "union", _("trade union")
    PARTY = "party", _("party")
    PUBLIC = "public", _("public body")
    SCHOOL = "school", _("school or university")
    MEDIA = "media", pgettext_lazy("organisation", "media")
    OTHER = "other", pgettext_lazy("organisation", "other")


class AffiliationKind(TextChoices):
    """What somebody is to an organisation. Not «member of»: that would tell an opinion or a belief (GDPR, art. 9)."""

    WORKS = "works", _("works there")
    REPRESENTS = "represents", _("represents it")


class RelationKind(TextChoices):
    """What the second person is to the first."""

    RECRUITER = "recruiter", _("recruiter")
    POINT_PERSON = "point_person", _("point person")


class Tie(TextChoices):
    """What the form offers: one word for each table."""

    HOUSEHOLD = "household", _("lives in the same household")
    RECRUITER = "recruiter", _("was recruited by this person")
    POINT_PERSON = "point_person", _("has this person as point person")
