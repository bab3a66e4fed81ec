"""Who may be measured: whoever agreed to it, while the campaign measures. Asked when a mail leaves, and at each hit."""

from collections.abc import Iterable

from django.db.models import Exists, QuerySet

from crm.consent.enums import Basis, Channel, Purpose
from crm.consent.models import ConsentState
from tenants.office.models import CampaignProfile

BASES = (Basis.CONSENT.value, Basis.IMPORT_DECLARED.value)  # a consent, and nothing in its place
# The same as SQL, for the row `p` of a person. One who was merged is asked by the word of who was kept.
MAY_MEASURE = f"""
EXISTS (SELECT FROM office_campaignprofile WHERE measures_messages)
AND EXISTS (SELECT FROM consent_consentstate s WHERE s.person_id = coalesce(p.merged_into_id, p.id) AND s.purpose = '{Purpose.TRACKING}'
  AND s.channel = '{Channel.EMAIL}' AND s.granted AND s.basis IN ('{Basis.CONSENT}', '{Basis.IMPORT_DECLARED}'))"""  # noqa: S608 -- our own constants


def agreed() -> QuerySet[ConsentState]:
    return ConsentState.objects.filter(purpose=Purpose.TRACKING, channel=Channel.EMAIL, granted=True, basis__in=BASES)


def measurable(person_ids: Iterable[int]) -> set[int]:
    """Those among them whose mail may tell of its reading, at this moment."""
    measuring = Exists(CampaignProfile.objects.filter(measures_messages=True))
    return set(agreed().filter(measuring, person__in=list(person_ids)).values_list("person_id", flat=True))
