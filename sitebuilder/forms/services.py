import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from crm.consent.enums import Basis, Channel, Purpose
from crm.consent.services import ConsentGiven, Source
from crm.people.contact_points import normalize_email
from crm.people.models import Person
from crm.people.queries import present_id
from crm.people.services import ContactData, capture, record_activity
from crm.relations.services import note_recruiter
from sitebuilder.forms.confirming import Asked, ask_for_confirmation
from sitebuilder.forms.models import Confirmation, ShareCode
from sitebuilder.forms.wording import email_wording, sms_wording, targeting_wording, tracking_wording
from tenants.office.models import CampaignProfile

REFERENCE = 100  # what a source has room for; the payload has the whole address


@dataclass(frozen=True, slots=True)
class Submission:
    """A form as it was sent: what was typed, where, and by whom the person came."""

    fields: dict[str, Any]
    form: str
    page_url: str
    token: str
    recruiter_code: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)  # answers to the campaign's own fields, by key
    language: str = ""

    @property
    def key(self) -> str:
        """The same for the same words sent twice from one form: a double click is one sign-up."""
        parts = [self.token, *(f"{name}={self.fields[name]}" for name in sorted(self.fields))]
        return "signup:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class SignedUp:
    """What the visitor is shown next. `waiting`: the confirmation that everybody of this campaign is asked for.

    Where only a refusal asks for it, nothing is shown: whoever typed somebody's address would learn of the refusal.
    """

    code: str
    waiting: UUID | None = None


@transaction.atomic
def sign_up(*, submission: Submission, profile: CampaignProfile, now: datetime) -> SignedUp:
    """Record the person, what she consented to in the words that she read, and who brought her. Safe to repeat.

    What has to be confirmed by mail (all of it, or what goes against a refusal) is not recorded before it is.
    """
    fields = submission.fields
    consents = consents_given(fields, profile)
    recruiter = find_recruiter(submission.recruiter_code)
    payload: dict[str, Any] = {"form": submission.form, "page": submission.page_url}
    if recruiter is not None:
        payload["recruiter_id"] = recruiter
    source = Source(kind="form", reference=f"{submission.form} {submission.page_url}"[:REFERENCE])
    captured = capture(
        contact=ContactData(
            email=fields["email"],
            phone=fields.get("phone") or "",
            first_name=fields.get("first_name") or "",
            last_name=fields.get("last_name") or "",
            birth_date=fields.get("birth_date"),
            postcode=fields.get("postcode") or "",
            commune_code=fields.get("commune") or "",
            language=submission.language,
            custom={key: value for key, value in submission.custom.items() if value is not None},
        ),
        kind="signed_up",
        source=source,
        consents=() if profile.confirms_sign_ups else consents,
        payload=payload,
        key=submission.key,
        now=now,
    )
    if recruiter is not None and recruiter != captured.person_id:
        record_activity(
            person_id=recruiter,
            kind="recruited",
            source=source,
            payload={"person_id": captured.person_id},
            key=f"recruited:{recruiter}:{captured.person_id}",
            now=now,
        )
        if captured.created:
            note_recruiter(person_id=captured.person_id, recruiter_id=recruiter, source=source, now=now)
    waiting = _ask(submission, captured.person_id, consents if profile.confirms_sign_ups else captured.held, now)
    code, _created = ShareCode.objects.get_or_create(person_id=captured.person_id)
    return SignedUp(code.code, waiting if profile.confirms_sign_ups else None)


def _ask(submission: Submission, person_id: int, consents: Sequence[ConsentGiven], now: datetime) -> UUID | None:
    if not consents:
        return None
    asked = Asked(
        person_id=person_id,
        email=normalize_email(submission.fields["email"]) or "",
        key=submission.key,
        form=submission.form,
        page_url=submission.page_url,
        consents=consents,
    )
    return ask_for_confirmation(asked=asked, now=now).uuid


def find_recruiter(code: str) -> int | None:
    """Whose link it is: somebody who was merged is the one who was kept, somebody who was erased is nobody."""
    owner = ShareCode.objects.filter(code=code).values_list("person_id", flat=True).first() if code else None
    return Person.objects.alive().filter(pk=present_id(owner)).values_list("pk", flat=True).first() if owner else None


def forget_people(person_ids: list[int], _now: datetime) -> None:
    """For an erasure, in its transaction."""
    ShareCode.objects.filter(person__in=person_ids).delete()
    Confirmation.objects.filter(person__in=person_ids).delete()


def consents_given(fields: dict[str, Any], profile: CampaignProfile) -> tuple[ConsentGiven, ...]:
    """One for each ticked box. An empty box says nothing: it is no refusal either."""
    boxes = (
        ("consent_email", Purpose.NEWS, Channel.EMAIL, email_wording(profile)),
        ("consent_sms", Purpose.NEWS, Channel.SMS, sms_wording(profile)),
        ("consent_targeting", Purpose.TARGETING, Channel.EMAIL, targeting_wording(profile)),
        ("consent_tracking", Purpose.TRACKING, Channel.EMAIL, tracking_wording(profile)),
    )
    return tuple(
        ConsentGiven(purpose=purpose, channel=channel, granted=True, basis=Basis.CONSENT, wording=wording)
        for box, purpose, channel, wording in boxes
        if wording and fields.get(box)
    )
