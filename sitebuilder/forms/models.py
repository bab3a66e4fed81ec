import uuid

from django.db import models
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # without what one reads or hears wrong


def new_code() -> str:
    return get_random_string(8, ALPHABET)


class ShareCode(models.Model):
    """What a supporter's links carry (`?de=k7q2…`): says who brought somebody, and nothing about them to others."""

    person = models.OneToOneField("people.Person", models.CASCADE, related_name="share_code", verbose_name=_("person"))
    code = models.CharField(_("code"), max_length=12, unique=True, default=new_code)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("share code")
        verbose_name_plural = _("share codes")

    def __str__(self) -> str:
        return self.code


class Confirmation(models.Model):
    """A sign-up whose agreements wait for the link in the mail. Nothing of it stands in the ledger before that."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "people.Person", models.CASCADE, related_name="sign_up_confirmations", verbose_name=_("person")
    )
    email = models.CharField(_("e-mail"), max_length=254)
    key = models.CharField(max_length=64, unique=True)  # of the sign-up: a double click is one
    form = models.CharField(max_length=40)
    page_url = models.CharField(max_length=300)
    consents = models.JSONField()  # [[purpose, channel, wording]…]: what was ticked, in the words that were shown
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)  # the last mail
    sent_count = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    held_back_at = models.DateTimeField(null=True)  # its address wants no such mail

    class Meta:
        verbose_name = _("confirmation of a sign-up")
        verbose_name_plural = _("confirmations of sign-ups")
        indexes = [
            models.Index(fields=["email"], name="siteforms_confirmation_email"),
            models.Index(fields=["sent_at"], name="siteforms_confirmation_sent"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class ConfirmationRefusal(models.Model):
    """An address that wants no confirmation mail any more, known only by a keyed hash: it survives the erasure of the person."""

    address_hash = models.BinaryField(max_length=32, unique=True)
    refused_at = models.DateTimeField()

    class Meta:
        verbose_name = _("refusal of confirmations")
        verbose_name_plural = _("refusals of confirmations")

    def __str__(self) -> str:
        return f"{self.pk}"
