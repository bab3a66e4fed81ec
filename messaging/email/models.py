from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField

from messaging.email.blocks import MessageBlocks


class Audience(models.TextChoices):
    EVERYONE = "everyone", _("Everybody who can be reached")
    SEGMENT = "segment", _("A segment")


class Message(models.Model):
    """An e-mail as the team writes it. Once sent, what left stands in its dispatch and does not move any more."""

    subject = models.CharField(_("subject"), max_length=150)
    preheader = models.CharField(
        _("preview line"),
        max_length=150,
        blank=True,
        help_text=_("Shown after the subject in the list of mails. Empty: the first words of the message."),
    )
    body = StreamField(MessageBlocks(), verbose_name=_("message"), blank=True)
    sender_name = models.CharField(_("sender"), max_length=100, blank=True)
    reply_to = models.EmailField(_("replies go to"), blank=True)
    audience = models.CharField(_("recipients"), max_length=10, choices=Audience, default=Audience.EVERYONE)
    segment = models.ForeignKey(
        "segments.Segment", models.SET_NULL, null=True, blank=True, related_name="messages", verbose_name=_("segment")
    )
    is_practical = models.BooleanField(_("practical message"), default=False)
    # Of a request for agreement, whose words are fixed: whom the list showed (crm.people.selecting).
    selection = models.JSONField(null=True, blank=True, editable=False)
    # Grows with every save: whoever sends says which version was on the screen.
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [models.Index(fields=["-updated_at"], name="email_message_recent")]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_request(self) -> bool:
        return self.selection is not None


class Dispatch(models.Model):
    """A message given to the engine: the words as they leave, with merge markers in them."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="dispatches")
    mailing = models.OneToOneField("deliveries.Mailing", models.PROTECT, related_name="dispatch")
    is_live = models.BooleanField(default=True)  # false: cancelled before anything left
    from_name = models.CharField(max_length=100)
    from_address = models.CharField(max_length=254)
    reply_to = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300)
    html = models.TextField()
    text = models.TextField()

    class Meta:
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        constraints = [
            # Two clicks, two editors: one dispatch.
            models.UniqueConstraint(fields=["message"], condition=Q(is_live=True), name="email_dispatch_one_live"),
        ]

    def __str__(self) -> str:
        return self.subject


class SigningKey(models.Model):
    """The campaign's own domain and DKIM key. Without one that is proved, mail leaves from the cell's domain, with its key.

    Two at most: the one in use and the next one, each under a selector of its own (messaging.email.sending_domain).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    domain = models.CharField(_("domain"), max_length=253)
    selector = models.CharField(_("selector"), max_length=63)
    sealed_key = models.TextField()  # the private key, sealed by messaging.email.signing
    created_at = models.DateTimeField(default=timezone.now)
    proved_at = models.DateTimeField(null=True)  # the DNS shows it: from then on it signs
    missed_at = models.DateTimeField(null=True)  # the DNS did not show it any more, once
    checked_at = models.DateTimeField(null=True)
    findings = models.JSONField(default=dict, blank=True)  # {"dkim": state…}: keys of sending_domain.records_of

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        constraints = [models.CheckConstraint(condition=Q(id__in=(1, 2)), name="email_signingkey_two")]

    def __str__(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"
