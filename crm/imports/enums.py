from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ImportState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("import", "Draft")
    REFUSED = "refused", pgettext_lazy("import", "File refused")
    QUEUED = "queued", pgettext_lazy("import", "Waiting")
    RUNNING = "running", pgettext_lazy("import", "Running")
    CANCELLED = "cancelled", pgettext_lazy("import", "Stopped")
    FAILED = "failed", pgettext_lazy("import", "Interrupted")
    DONE = "done", pgettext_lazy("import", "Done")
    UNDOING = "undoing", pgettext_lazy("import", "Being undone")
    UNDONE = "undone", pgettext_lazy("import", "Undone")


class Target(models.TextChoices):
    """Where a column of the file may go."""

    IGNORE = "", _("Do not import")
    LAST_NAME = "last_name", _("Last name")
    FIRST_NAME = "first_name", _("First name")
    FULL_NAME = "full_name", _("Full name")
    BIRTH_NAME = "birth_name", _("Birth name")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    STREET = "street", _("Street and number")
    POSTCODE = "postcode", _("Postcode")
    CITY = "city", _("Town")
    COUNTRY = "country", _("Country")
    BIRTH_DATE = "birth_date", _("Date of birth")
    JOINED_ON = "joined_on", _("Joined on")
    GENDER = "gender", _("Gender")
    OCCUPATION = "occupation", _("Occupation")
    LANGUAGE = "language", _("Language")
    SUPPORT_LEVEL = "support_level", _("Support level (1 to 5)")
    RELATIONSHIP = "relationship", _("Relationship")
    TAGS = "tags", _("Tags")
    TAG_IF_YES = "tag_if_yes", _("Tag named like the column, when yes")
    NOTE = "note", _("Note")
    EMPLOYER = "employer", _("Employer")
    ORGANISATION = "organisation", _("Is an organisation, not a person")
    ORGANISATION_NAME = "organisation_name", _("Name of the organisation, on its own line")
    WEBSITE = "website", _("Website of the organisation, on its own line")
    RECRUITER = "recruiter", _("Recruiter")
    POINT_PERSON = "point_person", _("Point person")
    EXTERNAL_ID = "external_id", _("Number in the former tool")
    EMAIL_OPT_IN = "email_opt_in", _("Agrees to e-mails")
    SMS_OPT_IN = "sms_opt_in", _("Agrees to text messages")
    CALL_OPT_IN = "call_opt_in", _("Agrees to calls")
    POST_OPT_IN = "post_opt_in", _("Agrees to letters")
    DO_NOT_CALL = "do_not_call", _("Refuses calls")
    DO_NOT_CONTACT = "do_not_contact", _("Refuses any contact")
    UNSUBSCRIBED_AT = "unsubscribed_at", _("Unsubscribed since")
    EMAIL_BAD = "email_bad", _("E-mail no longer works")
    PHONE_BAD = "phone_bad", _("Phone no longer works")
    DECEASED = "deceased", pgettext_lazy("import", "Has died")


CONSENT_TARGETS = (Target.EMAIL_OPT_IN, Target.SMS_OPT_IN, Target.CALL_OPT_IN, Target.POST_OPT_IN)
SEVERAL_COLUMNS = (
    Target.EMAIL,
    Target.PHONE,
    Target.STREET,
    Target.TAGS,
    Target.TAG_IF_YES,
    Target.NOTE,
    Target.RECRUITER,
    Target.POINT_PERSON,
    Target.JOINED_ON,
    Target.DO_NOT_CALL,
    Target.DO_NOT_CONTACT,  # of what people agree to and refuse, no column is left out
    Target.UNSUBSCRIBED_AT,
    *CONSENT_TARGETS,
    Target.EMAIL_BAD,
    Target.DECEASED,
)


class SourceType(models.TextChoices):
    """Whence the file comes: decides what may be done with it (CNIL, art. 14 GDPR)."""

    SUPPORTERS = "supporters", _("People who left us their details (forms, petitions, meetings)")
    MEMBERS = "members", _("Our members or former members")
    FORMER_TOOL = "former_tool", _("The tool that we used before")
    ELECTORAL_ROLL = "electoral_roll", _("Electoral roll")
    CONSULAR_ROLL = "consular_roll", _("Consular electoral roll (French people abroad)")
    RENTED = "rented", _("List bought or rented, for post or calls")
    TARGETING = "targeting", _("List bought for targeting online")
    TOWN_HALL = "town_hall", _("A town hall's or an administration's file")
    EMPLOYER = "employer", _("An employer's or a company's file")
    PATIENTS = "patients", _("Patients or clients of a professional")
    OTHER_BODY = "other_body", _("Another association's or union's file")


class ExistingPolicy(models.TextChoices):
    FILL = "fill", _("Fill in what is empty, change nothing else")
    REPLACE = "replace", _("Replace with what the file says")


class ColumnRule(models.TextChoices):
    """What a column does to somebody who is known already."""

    KEEP = "keep", pgettext_lazy("import", "Keep what is there")
    FILL = "fill", pgettext_lazy("import", "Only where it is empty")
    ADD = "add", pgettext_lazy("import", "Add to what is there")
    REPLACE = "replace", pgettext_lazy("import", "Replace")


class DateOrder(models.TextChoices):
    AUTO = "", _("Found out from the file")
    DMY = "dmy", _("Day, month, year (31/12/1980)")
    MDY = "mdy", _("Month, day, year (12/31/1980)")


class IssueLevel(models.TextChoices):
    REJECTED = "rejected", pgettext_lazy("import", "Set aside")
    WARNING = "warning", pgettext_lazy("import", "To check")
    MERGED = "merged", pgettext_lazy("import", "Repeated")
