import uuid

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from tenants.enums import DomainKind, MigrationState, TenantKind, TenantState


class Tenant(TenantMixin):
    """A campaign as its cell knows it. Its schema's name is opaque and never changes; its slug may."""

    auto_create_schema = False  # tenants.provisioning replays the template
    auto_drop_schema = False

    uuid = models.UUIDField(unique=True, default=uuid.uuid4)
    slug = models.SlugField(_("address"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=TenantKind)
    state = models.CharField(_("state"), max_length=20, choices=TenantState, default=TenantState.PROVISIONING)
    region = models.CharField(_("region"), max_length=20)
    cell = models.CharField(_("cell"), max_length=20)
    language = models.CharField(_("language"), max_length=5, default="fr")
    plan_name = models.CharField(_("plan"), max_length=40, blank=True)
    contact_limit = models.PositiveIntegerField(_("contact limit"), null=True, blank=True)  # null: no limit
    limits_sequence = models.PositiveIntegerField(default=0)  # of the last LimitsChanged that was applied
    schema_version = models.CharField(_("schema version"), max_length=40, blank=True)
    is_canary = models.BooleanField(db_default=False, default=False)  # migrated before all others
    canary_sequence = models.PositiveIntegerField(db_default=0, default=0)  # of the last CanaryNamed that was applied
    migration_error = models.CharField(max_length=200, blank=True)  # why the last try failed: codes and names, no data
    created_at = models.DateTimeField(_("set up"), default=timezone.now)

    class Meta:
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")

    def __str__(self) -> str:
        return self.slug


class Domain(DomainMixin):
    """A host of a tenant. The primary one serves the site; every other redirects to it."""

    kind = models.CharField(_("kind"), max_length=10, choices=DomainKind, default=DomainKind.PLATFORM)
    token = models.CharField(max_length=40, blank=True, db_default="", default="")  # of the TXT record that proves it
    lost_at = models.DateTimeField(null=True, blank=True)  # when its proof was first missed, at the daily look

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        constraints = [
            models.UniqueConstraint(Lower("domain"), name="tenants_domain_lower_unique"),
        ]

    def __str__(self) -> str:
        return str(self.domain)


class Template(models.Model):
    """The template schema as a script with its name parametrised, one per version of the code."""

    version = models.CharField(max_length=40, unique=True)
    script = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.version


class ProvisioningRun(models.Model):
    """The setting up of one tenant. A killed worker leaves it where it was; running it again goes on from there."""

    tenant_uuid = models.UUIDField(unique=True)
    request = models.JSONField()  # ProvisionRequest: nothing personal
    steps = models.JSONField(default=list)  # [{key, state: waiting|running|done|failed, seconds}]
    sequence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    touched_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.tenant_uuid)


class MigrationRun(models.Model):
    """Bringing the fleet to one version of the code. A killed run is taken up again by the next command."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4)
    version = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=MigrationState, default=MigrationState.RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    done_before = models.PositiveIntegerField(default=0)  # by whoever was killed: not part of the rate
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(default=timezone.now)  # of this process's part
    touched_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=models.Q(finished_at=None), name="tenants_migrationrun_one_unfinished"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.done} of {self.total}"

    @property
    def rate(self) -> float:
        """Tenants a second."""
        seconds = (self.touched_at - self.started_at).total_seconds()
        return (self.done + self.failed - self.done_before) / seconds if seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        left = self.total - self.done - self.failed
        return left / self.rate if self.rate else None


class Alarm(models.Model):
    """Work for later, claimed when due by one beat task: an idle tenant costs nothing."""

    schema_name = models.CharField(max_length=63)
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120, default="", blank=True)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schema_name", "kind", "key"], name="tenants_alarm_unique")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}".strip()


class UsedEntry(models.Model):
    """A one-time sign-in link that has been used, until it would have expired anyway."""

    token_id = models.CharField(max_length=40, unique=True)
    used_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.token_id
