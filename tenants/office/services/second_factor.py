"""Second factors of the team. Whatever happens to one is written down, and told to whom it belongs."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from tenants.factors import services as factors
from tenants.factors.models import AuthenticatorApp
from tenants.factors.queries import has_factor
from tenants.office.enums import FactorEventKind
from tenants.office.models import FactorEvent
from tenants.office.profile import campaign_profile
from tenants.office.services.profile import save_profile
from tenants.office.services.team import check_may_touch
from tenants.office.tasks import send_factor_news_task
from tenants.users.models import User
from tenants.users.services import end_sessions

KEPT = timedelta(days=365)  # as long as the access log
TOLD = (FactorEventKind.SET_UP, FactorEventKind.REMOVED, FactorEventKind.RESET, FactorEventKind.RECOVERY_CODE)


class FactorRequired(Exception):
    """The campaign wants a second factor of everybody: nobody takes her own away."""


class NoFactor(Exception):
    """There is no second factor to be reset."""


@transaction.atomic
def set_up_factor(*, user: User, app: AuthenticatorApp, code: str, now: datetime) -> list[str] | None:
    """The recovery codes once the app has shown that it works; None when the code is wrong. Her other sessions end."""
    codes = factors.finish_enrolment(user=user, app=app, code=code, now=now)
    if codes:
        end_sessions(user=user)
        _record(FactorEventKind.SET_UP, member=user, by=user, now=now)
    return codes


@transaction.atomic
def check_factor(*, user: User, code: str, now: datetime) -> bool:
    shown = factors.check_code(user=user, code=code, now=now)
    if shown and shown.by_recovery_code:
        _record(FactorEventKind.RECOVERY_CODE, member=user, by=user, now=now)
    return shown is not None


@transaction.atomic
def renew_codes(*, user: User, now: datetime) -> list[str]:
    _record(FactorEventKind.CODES_RENEWED, member=user, by=user, now=now)
    return factors.renew_recovery_codes(user=user)


@transaction.atomic
def remove_factor(*, user: User, now: datetime) -> None:
    """Raises FactorRequired."""
    if campaign_profile().requires_second_factor:
        raise FactorRequired
    factors.forget_factor(user_id=user.pk)
    _record(FactorEventKind.REMOVED, member=user, by=user, now=now)


@transaction.atomic
def reset_factor(*, member: User, by: User | None, now: datetime) -> None:
    """The telephone is lost, and the codes with it. Her sessions end: one may be on the telephone. `by` nobody: an operator.

    Raises OwnersOnly when a manager touches an owner, NoFactor when there is none.
    """
    member = User.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if by is not None:
        check_may_touch(by, member.role)
    if not has_factor(member):
        raise NoFactor
    factors.forget_factor(user_id=member.pk)
    end_sessions(user=member)
    _record(FactorEventKind.RESET, member=member, by=by, now=now)


@transaction.atomic
def require_factor(*, required: bool, by: User, now: datetime) -> None:
    """Of every member, from her next page on (tenants.office.middleware). Whoever asks for it has one herself: she has just shown it."""
    profile = campaign_profile()
    if profile.requires_second_factor == required:
        return
    save_profile(profile=profile, now=now, requires_second_factor=required)
    kind = FactorEventKind.REQUIRED if required else FactorEventKind.NOT_REQUIRED
    _record(kind, member=None, by=by, now=now)


def _record(kind: FactorEventKind, *, member: User | None, by: User | None, now: datetime) -> None:
    FactorEvent.objects.filter(at__lt=now - KEPT).delete()
    event = FactorEvent.objects.create(kind=kind, member=member, by=by, at=now)
    if kind in TOLD:
        transaction.on_commit(partial(send_factor_news_task.delay, event_id=event.pk))
