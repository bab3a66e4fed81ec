"""What the law lets a campaign do with a file, by where it comes from (CNIL, sources of data; art. 5, 9 and 14 GDPR)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.imports.enums import SourceType

EVERY_CHANNEL = ("email", "sms", "phone", "post")


@dataclass(frozen=True, slots=True)
class SourceRule:
    channels: tuple[str, ...] = EVERY_CHANNEL  # those that a file from there can give an agreement for
    relationship: str = ""
    note: Promise | str = ""
    refusal: Promise | str = ""  # why nothing may be imported from there

    @property
    def is_refused(self) -> bool:
        return bool(self.refusal)


RULES: Mapping[str, SourceRule] = {
    SourceType.SUPPORTERS: SourceRule(
        note=_("Keep the forms: you may be asked to show what people agreed to."), relationship="regular"
    ),
    SourceType.MEMBERS: SourceRule(
        note=_("A party, a union or an association may write to its members. A candidate needs their agreement."),
        relationship="member",
    ),
    SourceType.FORMER_TOOL: SourceRule(
        note=_("Agreements, refusals and unsubscribes come over as the file tells them.")
    ),
    SourceType.ELECTORAL_ROLL: SourceRule(
        channels=("post",),
        relationship="roll",
        note=_(
            "Letters only: no e-mail, no text message, no targeting online. Delete it after the election (art. L37, electoral code)."
        ),
    ),
    SourceType.CONSULAR_ROLL: SourceRule(
        channels=("email", "post"),
        relationship="roll",
        note=_("E-mail and letters only. Say in the first message where the address comes from."),
    ),
    SourceType.RENTED: SourceRule(
        channels=("post", "phone"),
        relationship="rented",
        note=_("Letters and calls only. The seller must have told people that their details would be passed on."),
    ),
    SourceType.TARGETING: SourceRule(
        refusal=_(
            "Isoloir does not take lists bought for targeting: data that people did not give you themselves may never serve it (EU 2024/900)."
        )
    ),
    SourceType.TOWN_HALL: SourceRule(
        refusal=_(
            "Files of a town hall or an administration were made for public service. Using them to campaign is an offence (art. 226-21, penal code)."
        )
    ),
    SourceType.EMPLOYER: SourceRule(
        refusal=_(
            "An employer's file was made to manage staff or customers. Using it to campaign is an offence (art. 226-21, penal code)."
        )
    ),
    SourceType.PATIENTS: SourceRule(
        refusal=_(
            "Patients and clients gave their details to be cared for. A doctor was fined for writing to patients about an election."
        )
    ),
    SourceType.OTHER_BODY: SourceRule(
        refusal=_(
            "Members of another association or union gave their details to it, not to you. It may write to them itself and hand on your link."
        )
    ),
}
