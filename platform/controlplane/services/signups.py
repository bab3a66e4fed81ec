"""From the form to a confirmed campaign. Nothing on a page tells whether an address has an account: a mail does."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.core import signing
from django.db import IntegrityError, transaction

from billing.plans import Plan, get_plan
from controlplane.models import Campaign, Region, SignUp
from controlplane.services.campaigns import CampaignDraft, open_campaign
from controlplane.slugs import SlugTaken, is_free
from controlplane.tasks import send_confirmation_task
from tenants.users.models import User

_signer = signing.Signer(salt="controlplane.sign_up")


class LinkInvalid(Exception):
    """The link is not one of ours, or belongs to nothing any more."""


class LinkExpired(Exception):
    """The link is older than a day."""


class AccountExists(Exception):
    """The address has an account: its owner signs in before the campaign is opened."""


@dataclass(frozen=True, slots=True)
class SignUpRequest:
    submission: UUID
    email: str
    first_name: str
    last_name: str
    password: str
    language: str
    name: str
    slug: str
    kind: str
    region: Region
    plan: Plan


def request_sign_up(*, request: SignUpRequest, now: datetime) -> SignUp:
    """Keep the request and write to the address; sent twice, one request and one mail. Raises SlugTaken."""
    if not is_free(request.slug):
        raise SlugTaken(request.slug)
    email = request.email.strip().lower()
    # Hashed whether it is kept or not: the time taken tells nothing of the address.
    password_hash = make_password(request.password)
    known = User.objects.filter(email=email).exists()
    with transaction.atomic():
        sign_up, created = SignUp.objects.get_or_create(
            submission=request.submission,
            defaults={
                "email": email,
                "first_name": request.first_name,
                "last_name": request.last_name,
                "password_hash": "" if known else password_hash,
                "language": request.language,
                "name": request.name,
                "slug": request.slug,
                "kind": request.kind,
                "region": request.region,
                "plan_code": request.plan.code,
                "nonce": secrets.token_urlsafe(16),
                "created_at": now,
                "expires_at": now + SignUp.LIFETIME,
            },
        )
        if created:
            send_confirmation(sign_up=sign_up)
    return sign_up


def send_confirmation(*, sign_up: SignUp) -> None:
    transaction.on_commit(partial(send_confirmation_task.delay, sign_up_id=sign_up.pk))


def confirmation_token(sign_up: SignUp) -> str:
    return _signer.sign(f"{sign_up.pk}.{sign_up.nonce}")


def get_sign_up(token: str) -> SignUp:
    """Raises LinkInvalid."""
    try:
        pk, nonce = _signer.unsign(token).split(".", 1)
        return SignUp.objects.select_related("region", "campaign").get(pk=int(pk), nonce=nonce)
    except (signing.BadSignature, ValueError, SignUp.DoesNotExist) as error:
        raise LinkInvalid from error


def confirm_sign_up(*, sign_up: SignUp, slug: str, by: User | None, now: datetime) -> Campaign:
    """Make the customer, if new, and the campaign. A link used twice finds the same campaign.

    `by`: who is signed in. Raises LinkExpired, AccountExists, SlugTaken, RegionFull.
    """
    with transaction.atomic():
        sign_up = SignUp.objects.select_for_update(of=("self",)).select_related("region").get(pk=sign_up.pk)
        if sign_up.campaign:
            return sign_up.campaign
        if sign_up.is_expired(now=now):
            raise LinkExpired
        owner = _customer(sign_up, by)
        draft = CampaignDraft(
            name=sign_up.name,
            slug=slug or sign_up.slug,
            kind=sign_up.kind,
            region=sign_up.region,
            plan=get_plan(sign_up.plan_code),
            language=sign_up.language,
        )
        sign_up.campaign = open_campaign(draft=draft, owner=owner, now=now)
        sign_up.confirmed_at = now
        sign_up.password_hash = ""
        sign_up.save(update_fields=["campaign", "confirmed_at", "password_hash"])
        return sign_up.campaign


def _customer(sign_up: SignUp, by: User | None) -> User:
    existing = User.objects.filter(email=sign_up.email).first()
    if existing is None:
        return _new_customer(sign_up)
    if by is None or by.pk != existing.pk:
        raise AccountExists
    return existing


def _new_customer(sign_up: SignUp) -> User:
    names = {"first_name": sign_up.first_name, "last_name": sign_up.last_name, "language": sign_up.language}
    try:
        with transaction.atomic():
            return User.objects.create(email=sign_up.email, password=sign_up.password_hash, **names)
    except IntegrityError as error:  # two links of one person, confirmed at the same moment
        raise AccountExists from error


def forget_sign_ups(*, now: datetime) -> None:
    """Erase what was typed and never confirmed, a day after its link expired."""
    SignUp.objects.filter(campaign=None, expires_at__lt=now - SignUp.LIFETIME).delete()
