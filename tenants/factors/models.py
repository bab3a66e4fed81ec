"""What somebody proves herself with besides the password: a member of a campaign's team in its schema, an operator in public.

The algorithm, the brake on wrong codes and the mark in the session are django-otp's (docs/decisions/0007).
"""

import time
from base64 import b32encode
from math import ceil
from textwrap import wrap
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from tenants.context import current_tenant
from tenants.factors.sealing import unseal

TOLERANCE = 1  # steps of thirty seconds by which a telephone's clock may differ


class AuthenticatorApp(ThrottlingMixin, Device):
    """A second factor: codes of six digits from an app on a telephone (RFC 6238)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    sealed_secret = models.TextField()
    last_step = models.BigIntegerField(default=-1)  # a code works once
    drift = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField(_("set up on"))

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(confirmed=True), name="factors_app_one_confirmed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def secret(self) -> str:
        """As apps want it typed."""
        return b32encode(unseal(self.sealed_secret)).decode()

    @property
    def secret_groups(self) -> list[str]:
        """The same, four by four, for who reads it from one screen and types it on another."""
        return wrap(self.secret, 4)

    @property
    def address(self) -> str:
        """As apps read it from the picture."""
        tenant = current_tenant()
        issuer = f"Isoloir {tenant.primary_host if tenant else settings.PLATFORM_HOST}"
        values = {"secret": self.secret, "issuer": issuer, "algorithm": "SHA1", "digits": "6", "period": "30"}
        return f"otpauth://totp/{quote(f'{issuer}:{self.user.email}')}?{urlencode(values, quote_via=quote)}"

    def verify_token(self, token: str) -> bool:
        """Used up when right, slowed down when wrong. Call it under a lock (services.check_code)."""
        is_allowed, _why = self.verify_is_allowed()
        if not is_allowed:
            return False
        totp = TOTP(unseal(self.sealed_secret), drift=self.drift)
        totp.time = time.time()
        if not (token.isdecimal() and totp.verify(int(token), TOLERANCE, self.last_step + 1)):
            self.throttle_increment()
            return False
        self.last_step, self.drift = totp.t(), totp.drift
        self.throttle_reset()
        return True

    @property
    def seconds_to_wait(self) -> int:
        """After wrong codes none is looked at for a while."""
        is_allowed, why = self.verify_is_allowed()
        return 0 if is_allowed else max(1, ceil((why["locked_until"] - timezone.now()).total_seconds()))

    def get_throttle_factor(self) -> int:
        return 1  # seconds: 1, 2, 4, 8 … after each wrong code


class RecoveryCode(models.Model):
    """Takes the place of a code once, when the telephone is lost. Its digest only: nobody reads it again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="factors_code_unique")]

    def __str__(self) -> str:
        return f"{self.pk}"
