"""What the account and the console have in common: start a job and go to its page, or say why not."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from controlplane.jobs.models import CampaignJob
from controlplane.jobs.services import JobUnderWay
from controlplane.lifecycle.services.addresses import DomainTaken
from controlplane.lifecycle.services.states import WrongState


def start(request: HttpRequest, act: Callable[[], CampaignJob | None]) -> CampaignJob | None:
    """The job that was started; None, with a word to the visitor, where it cannot be."""
    try:
        return act()
    except JobUnderWay:
        messages.warning(request, _("Something else is under way for this campaign. Try again when it is over."))
    except WrongState:
        messages.warning(request, _("The campaign is no longer in the state that you saw."))
    except DomainTaken:
        messages.error(request, _("Another campaign has proved that this domain is its own."))
    return None
