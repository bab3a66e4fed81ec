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
