"""Operators, and what they prove themselves with. In the schema `public` only.

Keys to users are DO_NOTHING (docs/decisions/0003): the deletion collector of a campaign's side must not look here.
"""

import time
from base64 import b32encode
from datetime import datetime
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from controlplane.enums import OperatorRole
from controlplane.operators.sealing import unseal
from controlplane.permissions import MATRIX

TOLERANCE = 1  # steps of thirty seconds by which a telephone's clock may differ


class Operator(models.Model):
    """Somebody who runs the platform: an account and a role."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, verbose_name=_("account"), related_name="operator"
    )
    role = models.CharField(_("role"), max_length=20, choices=OperatorRole, default=OperatorRole.READER)
    created_at = models.DateTimeField(_("since"))
    # A password alone opens nothing; until then it may set up the second factor.
    may_enrol_until = models.DateTimeField(_("may set up a second factor until"))

    class Meta:
        verbose_name = pgettext_lazy("console", "operator")
        verbose_name_plural = _("operators")
        ordering = ["user__last_name", "user__email"]

    def __str__(self) -> str:
        return self.user.get_full_name()

    @property
    def permissions(self) -> list[str]:
        return sorted(MATRIX[self.role])

    def may_enrol(self, *, now: datetime) -> bool:
        return now < self.may_enrol_until


class AuthenticatorApp(ThrottlingMixin, Device):
    """An operator's second factor: codes of six digits from an app on her telephone (RFC 6238)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    sealed_secret = models.TextField()
    last_step = models.BigIntegerField(default=-1)  # a code works once
    drift = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField(_("set up on"))

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(confirmed=True), name="operators_app_one_confirmed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def secret(self) -> str:
        """As apps want it typed."""
        return b32encode(unseal(self.sealed_secret)).decode()

    @property
    def address(self) -> str:
        """As apps read it from the picture."""
        issuer = f"Isoloir {settings.PLATFORM_HOST}"
        values = {"secret": self.secret, "issuer": issuer, "algorithm": "SHA1", "digits": "6", "period": "30"}
        return f"otpauth://totp/{quote(f'{issuer}:{self.user.email}')}?{urlencode(values, quote_via=quote)}"

    def verify_token(self, token: str) -> bool:
        """Used up when right, slowed down when wrong. Call it under a lock (services.check_code)."""
        is_allowed, _why = self.verify_is_allowed()
        if not is_allowed:
            return False
        totp = TOTP(unseal(self.sealed_secret), drift=self.drift)
        totp.time = time.time()
        if not (token.isdigit() and totp.verify(int(token), TOLERANCE, self.last_step + 1)):
            self.throttle_increment()
            return False
        self.last_step, self.drift = totp.t(), totp.drift
        self.throttle_reset()
        return True

    def get_throttle_factor(self) -> int:
        return 1  # seconds: 1, 2, 4, 8 … after each wrong code


class RecoveryCode(models.Model):
    """Opens the console once when the telephone is lost. Its digest only: nobody reads it again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="operators_code_unique")]

    def __str__(self) -> str:
        return f"{self.pk}"
