"""Addresses that campaigns hold, their own domains, and what proves that a campaign was erased."""

from datetime import datetime

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tenants.lifecycle.dns import PROOF_PREFIX, proof_text


class HeldSlug(models.Model):
    """An address that nobody else may take: it redirects, is asked for, or belonged to a campaign erased not long ago."""

    slug = models.SlugField(_("address"), max_length=40)
    campaign_uuid = models.UUIDField(_("campaign"))  # no key: it outlives the campaign
    until = models.DateTimeField(_("until"), null=True, blank=True)  # null: for as long as there is the campaign

    class Meta:
        verbose_name = _("held address")
        verbose_name_plural = _("held addresses")
        constraints = [models.UniqueConstraint(Lower("slug"), name="lifecycle_held_slug_unique")]

    def __str__(self) -> str:
        return self.slug

    def is_in_force(self, *, now: datetime) -> bool:
        return self.until is None or now < self.until


class CampaignDomain(models.Model):
    """A domain of a campaign's own. Anybody may claim one; whoever proves it in the DNS has it."""

    campaign = models.ForeignKey(
        "controlplane.Campaign", models.CASCADE, verbose_name=_("campaign"), related_name="domains"
    )
    domain = models.CharField(_("domain"), max_length=253)
    token = models.CharField(max_length=40)
    wants_primary = models.BooleanField(_("main address"), default=True)
    is_primary = models.BooleanField(_("is the main address"), default=False)
    asked_at = models.DateTimeField(_("asked"))
    verified_at = models.DateTimeField(_("proved"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closed on, its proof is missing"), null=True, blank=True)
    checked_at = models.DateTimeField(_("looked at"), null=True, blank=True)  # when its cell told of it last

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        ordering = ["domain"]
        constraints = [
            models.UniqueConstraint("campaign", Lower("domain"), name="lifecycle_domain_once"),
            models.UniqueConstraint(
                Lower("domain"), condition=models.Q(verified_at__isnull=False), name="lifecycle_domain_one_owner"
            ),
        ]

    def __str__(self) -> str:
        return self.domain

    @property
    def proof_name(self) -> str:
        return f"{PROOF_PREFIX}.{self.domain}"

    @property
    def proof_text(self) -> str:
        return proof_text(self.token)


class ErasureProof(models.Model):
    """What was counted before and after an erasure, as the cell told it. Nothing personal is in it."""

    campaign_uuid = models.UUIDField(_("campaign"), unique=True)
    body = models.JSONField(_("proof"))
    sha256 = models.CharField("SHA-256", max_length=64)
    erased_at = models.DateTimeField(_("erased"))

    class Meta:
        verbose_name = _("proof of erasure")
        verbose_name_plural = _("proofs of erasure")
        ordering = ["-erased_at"]

    def __str__(self) -> str:
        return str(self.campaign_uuid)
