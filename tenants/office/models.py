from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.enums import TenantKind
from tenants.office.enums import FactorEventKind
from tenants.users.enums import Role


class CampaignProfile(models.Model):
    """What a campaign says about itself: legal notice, privacy page, sender of its messages, look. One row per tenant."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)

    display_name = models.CharField(_("name of the campaign"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=TenantKind)
    tagline = models.CharField(_("tagline"), max_length=200, blank=True)
    candidate_name = models.CharField(_("candidate"), max_length=120, blank=True)
    election_label = models.CharField(_("election"), max_length=120, blank=True)
    election_on = models.DateField(_("election day"), null=True, blank=True)

    publisher_name = models.CharField(_("publisher"), max_length=160, blank=True)
    publisher_address = models.TextField(_("publisher's address"), blank=True)
    publisher_email = models.EmailField(_("publisher's e-mail"), blank=True)
    publisher_phone = models.CharField(_("publisher's phone"), max_length=40, blank=True)
    publication_director = models.CharField(_("publication director"), max_length=120, blank=True)
    host_text = models.TextField(_("host"), blank=True)
    financial_agent_name = models.CharField(_("financial agent"), max_length=160, blank=True)
    financial_agent_designated_on = models.DateField(_("financial agent designated on"), null=True, blank=True)

    dpo_email = models.EmailField(_("data protection contact"), blank=True)
    retention_text = models.TextField(_("how long data is kept"), blank=True)

    # Whoever signs up on the site agrees to something once she pressed the link in a mail to her address. On by default:
    # to join a campaign says an opinion, so the agreement has to be explicit and proven (GDPR, art. 9).
    confirms_sign_ups = models.BooleanField(_("confirmation of sign-ups by e-mail"), default=True, db_default=True)

    # Off: no message holds a picture or a link that tells of its reader. On: those of the people who agreed to it do.
    measures_messages = models.BooleanField(
        _("measure openings and clicks for those who agreed"), default=False, db_default=False
    )

    sender_name = models.CharField(_("sender's name"), max_length=100, blank=True)
    reply_to_email = models.EmailField(_("reply-to address"), blank=True)

    # {"facebook": "https://…"}: keys in tenants.office.profile.SOCIAL_NETWORKS
    social_links = models.JSONField(_("social networks"), default=dict, blank=True)
    color = models.CharField(
        _("color"), max_length=7, blank=True, validators=[RegexValidator(r"^#[0-9a-f]{6}$", _("Write it as #1a2b3c."))]
    )
    requires_second_factor = models.BooleanField(
        _("every member needs a second factor"), default=False, db_default=False
    )
    updated_at = models.DateTimeField(_("updated"), default=timezone.now)

    class Meta:
        verbose_name = _("campaign profile")
        verbose_name_plural = _("campaign profiles")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="office_campaignprofile_single")]

    def __str__(self) -> str:
        return self.display_name


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Sent, neither accepted nor taken back; it may have expired."""
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(models.Model):
    """An e-mail that lets somebody join the team once. Its link is signed, and dies when a newer one is sent."""

    email = models.EmailField(_("e-mail address"))
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=[("fr", _("French")), ("en", _("English"))])
    role = models.CharField(_("role"), max_length=20, choices=Role)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(_("sent"))
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="office_invitation_one_open_per_email",
            ),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="office_invitation_email_lower"),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.role})"


class SupportPermission(models.Model):
    """The owner's permission as far as this campaign heard of it: over before anybody came, it opens nothing any more."""

    grant = models.UUIDField(unique=True)  # as the platform numbers it
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.grant}"


class SupportVisit(models.Model):
    """Somebody of the platform was let in by the owner, for a time. The campaign keeps its own line of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("account"), related_name="+")
    grant = models.UUIDField(db_index=True)  # the owner's permission, as the platform numbers it
    began_at = models.DateTimeField(_("came in"))
    ends_at = models.DateTimeField(_("holds until"))
    ended_at = models.DateTimeField(_("over since"), null=True, blank=True)

    class Meta:
        verbose_name = _("support visit")
        verbose_name_plural = _("support visits")
        ordering = ["-began_at"]

    def __str__(self) -> str:
        return f"{self.grant}"


class FactorEvent(models.Model):
    """A line of what happened to second factors: kept for a year, shown to the team. No member: it was about everybody."""

    kind = models.CharField(max_length=20, choices=FactorEventKind)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # none: the platform
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("event of a second factor")
        verbose_name_plural = _("events of second factors")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.member_id}"
