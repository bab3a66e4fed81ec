from datetime import date, datetime

from django.contrib.auth.models import Group
from django.db.models import Exists, Min, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.enums import TenantKind
from tenants.factors.models import AuthenticatorApp
from tenants.factors.queries import has_factor
from tenants.office.models import CampaignProfile, FactorEvent, Invitation, SupportVisit
from tenants.office.profile import campaign_profile
from tenants.users.enums import Role
from tenants.users.models import User
from tenants.users.permissions import MATRIX

LEGAL_NOTICE = {
    "publisher_name": _("the publisher's name"),
    "publisher_address": _("the publisher's address"),
    "publisher_email": _("the publisher's e-mail"),
    "publication_director": _("the publication director"),
    "host_text": _("the host"),
}
CANDIDATES_TOO = {"financial_agent_name": _("the financial agent")}


def team() -> QuerySet[User]:
    """Everybody with an account in this office, those who may still enter first; `has_factor`: a second factor is set up."""
    groups: Prefetch[str] = Prefetch("groups", Group.objects.all())
    apps = AuthenticatorApp.objects.filter(user=OuterRef("pk"), confirmed=True)
    members = User.objects.annotate(has_factor=Exists(apps)).prefetch_related(groups)
    return members.order_by("-is_active", "first_name", "last_name", "email")


def active_owners() -> QuerySet[User]:
    return User.objects.filter(is_active=True, groups__name=Role.OWNER)


def account_holders() -> QuerySet[User]:
    """Owners whom nobody invited: they came in from the platform, and the plan is in their account there."""
    invited = Invitation.objects.exclude(accepted_at=None).values("email")
    return active_owners().exclude(email__in=invited).order_by("pk")


def open_invitations() -> QuerySet[Invitation]:
    return Invitation.objects.open().select_related("invited_by").order_by("-sent_at")


def support_visits() -> QuerySet[SupportVisit]:
    """When somebody of the platform was here with the owner's permission, newest first."""
    return SupportVisit.objects.select_related("user")


def find_visit(user: User) -> SupportVisit | None:
    """The visit under way, if this is somebody of the platform."""
    return SupportVisit.objects.filter(user=user, ended_at=None).first()


def must_enrol(user: User, profile: CampaignProfile | None = None) -> bool:
    """The campaign wants a second factor of everybody, and she has none. The platform's support has shown hers there."""
    profile = profile or campaign_profile()
    return profile.requires_second_factor and not has_factor(user) and find_visit(user) is None


def factor_events() -> QuerySet[FactorEvent]:
    """What happened to second factors, newest first."""
    return FactorEvent.objects.select_related("member", "by")


def missing_from_legal_notice(profile: CampaignProfile) -> list[str]:
    """What the law asks for on the site and nobody has filled in yet, in words."""
    asked = LEGAL_NOTICE | (CANDIDATES_TOO if profile.kind == TenantKind.CANDIDATE else {})
    return [str(words) for name, words in asked.items() if not getattr(profile, name)]


def is_profile_filled() -> bool:
    profile = campaign_profile()
    return bool(profile.dpo_email) and not missing_from_legal_notice(profile)


def has_colleagues() -> bool:
    """Two more people than the one who opened the campaign, invited or already there."""
    return User.objects.filter(is_active=True).count() + Invitation.objects.open().count() >= 3


def opened_at() -> datetime | None:
    """When the first member of the team came in."""
    first: datetime | None = User.objects.aggregate(first=Min("date_joined"))["first"]
    return first


def days_to_election(profile: CampaignProfile, *, today: date) -> int | None:
    """Days left before election day, 0 on the day; None without a date or once it is past."""
    if profile.election_on is None or profile.election_on < today:
        return None
    return (profile.election_on - today).days


def role_table() -> list[tuple[str, dict[str, bool]]]:
    """What each role may do, in plain words, for the team's screen."""
    rows = (
        (gettext("See people, lists and results"), "people.view"),
        (gettext("Write messages, edit the site"), "messages.edit"),
        (gettext("Send messages, publish pages"), "messages.send"),
        (gettext("Add and change people, import files"), "people.edit"),
        (gettext("Export or erase people"), "people.export"),
        (gettext("Change the settings, manage the team"), "team.edit"),
        (gettext("Read the log of accesses and exports"), "access.view"),
        (gettext("Export the whole campaign"), "campaign.export"),
        (gettext("Name an owner, close the campaign"), "team.owner"),
    )
    return [(words, {role.value: permission in MATRIX[role] for role in Role}) for words, permission in rows]
