"""For which channels a file tells who agreed, and the sentence that they agreed to."""

from django.utils.translation import gettext_lazy as _

from crm.consent.enums import Channel
from crm.imports.mapping import columns_of
from crm.imports.merging import CHANNELS
from crm.imports.models import Import
from crm.imports.normalizing import CONSENTS

# The one sentence is for all channels; of these a file may tell another one. E-mail, the first, is what it is mostly about.
OWN_WORDINGS = {
    Channel.SMS.value: _("For text messages"),
    Channel.PHONE.value: _("For calls"),
    Channel.POST.value: _("For letters"),
}


def channels_of_columns(run: Import) -> list[str]:
    """Those that the file has a column of agreements for."""
    return [CHANNELS[name].value for target, name in CONSENTS.items() if columns_of(run.mapping, target)]


def agreed_channels(run: Import) -> list[str]:
    """Those that a column or the campaign's own word gives agreements for."""
    told = {*channels_of_columns(run), *run.consent_channels}
    return [channel.value for channel in Channel if channel.value in told]


def own_wordings(run: Import) -> dict[str, str]:
    """Of channels whose sentence is another one than that of the file. Columns may have been chosen anew since it was told."""
    told = agreed_channels(run)
    return {channel: text for channel, text in run.consent_wordings.items() if channel in told}


def wordings_of(run: Import) -> dict[str, str]:
    """The sentence of each channel."""
    return {**dict.fromkeys(agreed_channels(run), run.consent_wording), **own_wordings(run)}
