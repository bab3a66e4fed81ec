"""The control plane's tables: the catalogue of regions and cells, and the directory of tenants. No supporter's data, ever."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.plans import PLANS, Plan, get_plan
from billing.queries import NEAR_PERCENT, Usage
from controlplane.enums import AlarmKind, CellState, Country, OpeningState
from tenants.enums import TenantKind, TenantState
from tenants.residency.checks import Check

PLAN_CHOICES = [(plan.code, plan.code) for plan in PLANS]
SILENT_AFTER = timedelta(minutes=5)
LANGUAGE_CHOICES = [("fr", _("French")), ("en", _("English"))]


@dataclass(frozen=True, slots=True)
class Label:
    """A certification: of an offer, never of a company, and only for a time."""

    name: str
    offer: str
    valid_until: date
    address: str = ""


def validate_labels(value: Any) -> None:
    """What is shown in public has to be whole: a label without an offer or an end claims too much."""
    try:
        complete = all(item["name"] and item["offer"] and date.fromisoformat(item["valid_until"]) for item in value)
    except (KeyError, TypeError, ValueError) as error:
        raise ValidationError(_("Each label has a name, an offer and an end: “valid_until”, as 2028-01-31.")) from error
    if not complete:
        raise ValidationError(_("Each label has a name, an offer and an end: “valid_until”, as 2028-01-31."))


class Region(models.Model):
    """What a customer chooses. What stands here is shown in public: an operator declares what he has checked."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    country = models.CharField(_("country"), max_length=2, choices=Country)
    in_eea = models.BooleanField(_("in the European Economic Area"), default=True)
    provider = models.CharField(
        _("host company"), max_length=120, blank=True, help_text=_("Company that runs the machines.")
    )
    provider_law = models.CharField(_("law of the host"), max_length=2, choices=Country, blank=True)
    places = models.CharField(
        _("places"), max_length=200, blank=True, help_text=_("Towns of the machines and of the backups.")
    )
    labels = models.JSONField(
        _("labels"),
        default=list,
        blank=True,
        validators=[validate_labels],
        help_text=_(
            'Checked by one of us: [{"name": "SecNumCloud", "offer": "…", "valid_until": "2028-01-31", "address": "https://…"}]'
        ),
    )
    is_open = models.BooleanField(_("open"), default=False)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["-is_open", "code"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return str(Country(self.country).label)

    @property
    def country_label(self) -> str:
        return self.label

    def labels_valid_on(self, day: date) -> list[Label]:
        found = [
            Label(item["name"], item["offer"], date.fromisoformat(item["valid_until"]), item.get("address", ""))
            for item in self.labels
        ]
        return [label for label in found if label.valid_until >= day]

    @property
    def valid_labels(self) -> list[Label]:
        return self.labels_valid_on(timezone.localdate())


class Cell(models.Model):
    """One deployment in one region: its own database, Redis, bucket and processes."""

    taken: int = 0  # places taken, where queries.cells_with_load() counted them

    name = models.SlugField(_("name"), max_length=20, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"), related_name="cells")
    state = models.CharField(_("state"), max_length=10, choices=CellState, default=CellState.OPEN)
    soft_capacity = models.PositiveIntegerField(_("places for new campaigns"), default=300)
    hard_capacity = models.PositiveIntegerField(_("places at the most"), default=1000)
    # Told by the cell, in any order: the newest message wins.
    heard_at = models.DateTimeField(_("last news"), null=True, blank=True)
    directory_at = models.DateTimeField(_("last directory"), null=True, blank=True)

    class Meta:
        verbose_name = _("cell")
        verbose_name_plural = _("cells")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(soft_capacity__lte=models.F("hard_capacity")),
                name="controlplane_cell_soft_below_hard",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def share(self) -> float:
        """Taken of the places for new campaigns."""
        return self.taken / max(1, self.soft_capacity)

    def is_silent(self, *, now: datetime) -> bool:
        """It was heard from once, and is no more. (The cell of the same process may never have been.)"""
        return self.heard_at is not None and now - self.heard_at > SILENT_AFTER


class HealthRecord(models.Model):
    """How a cell said that it was, at one minute. Kept for two days."""

    cell = models.ForeignKey(Cell, models.CASCADE, verbose_name=_("cell"), related_name="health")
    at = models.DateTimeField(_("told"))
    version = models.CharField(_("schema version"), max_length=40)
    tenants = models.PositiveIntegerField(_("campaigns"))
    tenants_behind = models.PositiveIntegerField(_("campaigns behind the version"))
    queue_depth = models.PositiveIntegerField(_("tasks waiting"))
    long_queue_depth = models.PositiveIntegerField(_("long work waiting"), db_default=0)
    dead_letters = models.PositiveIntegerField(_("dead letters"))
    disk_free = models.PositiveBigIntegerField(_("disk free"))
    disk_total = models.PositiveBigIntegerField(_("disk"))
    database_size = models.PositiveBigIntegerField(_("database"))
    oldest_alarm_at = models.DateTimeField(_("oldest work due"), null=True, blank=True)
    slowest = models.JSONField(_("slowest queries"), default=list)  # [{query, calls, mean_ms}]

    class Meta:
        verbose_name = _("health of a cell")
        verbose_name_plural = _("health of cells")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["cell", "at"], name="controlplane_health_once")]

    def __str__(self) -> str:
        return f"{self.cell_id} {self.at:%Y-%m-%d %H:%M}"

    @property
    def disk_free_percent(self) -> int:
        return round(100 * self.disk_free / max(1, self.disk_total))


class CellResidency(models.Model):
    """What a cell proved of itself last: beside what operators declared, never mixed with it."""

    cell = models.OneToOneField(Cell, models.CASCADE, verbose_name=_("cell"), related_name="residency")
    proof = models.UUIDField(_("identifier"))
    region = models.CharField(_("region"), max_length=20)
    at = models.DateTimeField(_("checked"))
    has_passed = models.BooleanField(_("passed"))
    checks = models.JSONField(_("checks"))  # [tenants.residency.checks.Check]

    class Meta:
        verbose_name = _("proof of residency")
        verbose_name_plural = _("proofs of residency")

    def __str__(self) -> str:
        return f"{self.cell_id} {self.at:%Y-%m-%d}"

    @property
    def findings(self) -> list[Check]:
        return [Check.from_plain(check) for check in self.checks]


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def of(self, user: Any) -> "CampaignQuerySet":
        return self.filter(owner=user)

    def standing(self) -> "CampaignQuerySet":
        """Those that take a place in their cell."""
        return self.exclude(state=TenantState.ERASED)

    def near_limit(self) -> "CampaignQuerySet":
        """Those near or over what their plan holds."""
        limits = [models.When(plan_code=plan.code, then=models.Value(plan.contacts)) for plan in PLANS]
        limited = self.annotate(limit=models.Case(*limits, output_field=models.BigIntegerField()))
        return limited.filter(contacts__gte=models.F("limit") * NEAR_PERCENT / 100)

    def being_opened(self) -> "CampaignQuerySet":
        return self.exclude(opening=OpeningState.DONE).filter(state=TenantState.PROVISIONING)


class Campaign(models.Model):
    """A tenant as the control plane knows it: who opened it, where it stands, how much it holds."""

    uuid = models.UUIDField(_("identifier"), unique=True, default=uuid4, editable=False)
    slug = models.SlugField(_("address"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind of campaign"), max_length=20, choices=TenantKind)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"))
    cell = models.ForeignKey(Cell, models.PROTECT, verbose_name=_("cell"), related_name="campaigns")
    plan_code = models.CharField(_("tier"), max_length=10, choices=PLAN_CHOICES)
    state = models.CharField(_("state"), max_length=20, choices=TenantState, default=TenantState.PROVISIONING)
    owner = models.ForeignKey(  # DO_NOTHING: docs/decisions/0003; the database itself refuses to lose her
        settings.AUTH_USER_MODEL, models.DO_NOTHING, verbose_name=_("owner"), related_name="campaigns"
    )
    language = models.CharField(_("language"), max_length=5, default="fr", choices=LANGUAGE_CHOICES)
    created_at = models.DateTimeField(_("opened"))
    # Told by the cell, in any order: the newest message wins.
    contacts = models.PositiveIntegerField(_("contacts"), default=0)
    last_activity_at = models.DateTimeField(_("last activity"), null=True, blank=True)
    usage_at = models.DateTimeField(_("usage counted"), null=True, blank=True)
    schema_version = models.CharField(_("schema version"), max_length=40, blank=True, default="")
    version_at = models.DateTimeField(_("last news of its upgrade"), null=True, blank=True)
    is_canary = models.BooleanField(_("canary of upgrades"), db_default=False, default=False)
    canary_sequence = models.PositiveIntegerField(db_default=0, default=0)
    migration_error = models.CharField(_("upgrade failed"), max_length=200, blank=True, default="")
    opening = models.CharField(_("opening"), max_length=10, choices=OpeningState, default=OpeningState.QUEUED)
    opening_steps = models.JSONField(_("steps"), default=list, blank=True)  # [{key, state, seconds}]
    opening_sequence = models.PositiveIntegerField(default=0)
    opening_at = models.DateTimeField(_("last news of the opening"), null=True, blank=True)
    announced_at = models.DateTimeField(_("owner told"), null=True, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(Lower("slug"), name="controlplane_campaign_slug_unique")]
        indexes = [models.Index(fields=["state", "cell"], name="controlplane_campaign_state")]

    def __str__(self) -> str:
        return self.name

    @property
    def plan(self) -> Plan:
        return get_plan(self.plan_code)

    @property
    def usage(self) -> Usage:
        return Usage(contacts=self.contacts, plan=self.plan)

    @property
    def host(self) -> str:
        return f"{self.slug}.{settings.PLATFORM_HOST}"

    @property
    def address(self) -> str:
        """Scheme, host and port, without a path."""
        port = f":{settings.PLATFORM_PORT}" if settings.PLATFORM_PORT else ""
        return f"{settings.PLATFORM_SCHEME}://{self.host}{port}"

    @property
    def is_open(self) -> bool:
        return self.state == TenantState.ACTIVE


class UsageDay(models.Model):
    """How many contacts a campaign held at the end of a day, as its cell reported: the curve of the console."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="usage_days")
    day = models.DateField()
    contacts = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("usage of a day")
        verbose_name_plural = _("usage by day")
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["campaign", "day"], name="controlplane_usage_one_a_day")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.day}"


class SignUp(models.Model):
    """A request to open a campaign, waiting for the e-mail address to be confirmed. Neither link nor password is readable here."""

    LIFETIME = timedelta(hours=24)

    submission = models.UUIDField(unique=True)  # of the form: the second click on its button is the same request
    email = models.EmailField(_("e-mail address"))
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100)
    password_hash = models.CharField(
        max_length=200, blank=True
    )  # empty: the address has an account, and keeps its password
    language = models.CharField(_("language"), max_length=5, choices=LANGUAGE_CHOICES)
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address"), max_length=40)
    kind = models.CharField(_("kind of campaign"), max_length=20, choices=TenantKind)
    region = models.ForeignKey(Region, models.CASCADE, verbose_name=_("region"))
    plan_code = models.CharField(_("tier"), max_length=10, choices=PLAN_CHOICES)
    nonce = models.CharField(max_length=40)  # signed into the link; alone it opens nothing
    created_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("expires"))
    mailed_at = models.DateTimeField(_("mailed"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    campaign = models.OneToOneField(Campaign, models.CASCADE, null=True, blank=True, related_name="sign_up")

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")

    def __str__(self) -> str:
        return self.slug

    def is_expired(self, *, now: datetime) -> bool:
        return now >= self.expires_at


class OperatorAlarmQuerySet(models.QuerySet["OperatorAlarm"]):
    def standing(self) -> "OperatorAlarmQuerySet":
        return self.filter(cleared_at=None)


class OperatorAlarm(models.Model):
    """Something that operators must know of, until it is over. Raised again while it stands, it stays one alarm."""

    kind = models.CharField(_("kind"), max_length=40)  # AlarmKind; no choices here: a new kind is no migration
    cell = models.ForeignKey(Cell, models.CASCADE, verbose_name=_("cell"), null=True, blank=True, related_name="alarms")
    subject = models.CharField(_("about"), max_length=120, blank=True)  # tells two alarms of a kind in a cell apart
    text = models.CharField(
        _("text"), max_length=300
    )  # an English sentence of the catalog, with %(name)s for its facts
    facts = models.JSONField(_("facts"), default=dict, blank=True)  # nothing personal
    raised_at = models.DateTimeField(_("raised"))
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    cleared_at = models.DateTimeField(_("over"), null=True, blank=True)

    objects = OperatorAlarmQuerySet.as_manager()

    class Meta:
        verbose_name = _("operator alarm")
        verbose_name_plural = _("operator alarms")
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "cell", "subject"],
                condition=models.Q(cleared_at=None),
                nulls_distinct=False,
                name="controlplane_alarm_stands_once",
            )
        ]

    def __str__(self) -> str:
        return self.message

    @property
    def kind_label(self) -> str:
        return str(AlarmKind(self.kind).label)

    @property
    def message(self) -> str:
        """The sentence in the reader's language."""
        return gettext(self.text) % self.facts if self.facts else gettext(self.text)
