"""What a measured mail asks for. The answer is the same whoever asks and whatever is recorded: nothing waits for it."""

import logging
from base64 import b64decode

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from messaging.measuring.addresses import AddressMaker, BadAddress
from messaging.measuring.hits import record_click, record_opening
from messaging.measuring.machines import is_machine
from messaging.measuring.models import Link
from shared.ratelimit import Limit
from tenants.context import require_tenant
from tenants.office.profile import campaign_profile

logger = logging.getLogger(__name__)
PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
# For a mail, not for an address: a mailbox provider fetches for thousands of readers from one.
HITS = Limit("measuring", times=60, seconds=3600)
UNFOLLOWED = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@never_cache
@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponse:
    try:
        delivery_id = AddressMaker().read_picture(token)
    except BadAddress as error:
        raise Http404 from error
    if not _recorded(request, delivery_id):
        return HttpResponse(status=204)
    return HttpResponse(PIXEL, content_type="image/gif", headers=UNFOLLOWED)


@never_cache
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """On to where the message said, and nowhere else: the address is the campaign's row, not the request's word."""
    try:
        delivery_id, link_id = AddressMaker().read_link(token)
        address = Link.objects.values_list("address", flat=True).get(pk=link_id)
    except (BadAddress, Link.DoesNotExist):
        return render(request, "measuring/link_unknown.html", {"profile": campaign_profile()}, status=404)
    _recorded(request, delivery_id, link_id)
    return HttpResponseRedirect(address, headers=UNFOLLOWED)


def _recorded(request: HttpRequest, delivery_id: int, link_id: int | None = None) -> bool:
    """A reader never waits for, or learns of, what cannot be written."""
    if require_tenant().is_read_only or not HITS.allows(f"{require_tenant().uuid}:{delivery_id}"):
        return False
    by_machine, now = is_machine(request), timezone.now()
    try:
        if link_id is None:
            return record_opening(delivery_id=delivery_id, by_machine=by_machine, now=now)
        return record_click(delivery_id=delivery_id, link_id=link_id, by_machine=by_machine, now=now)
    except DatabaseError:
        logger.warning("A hit could not be recorded, delivery %s", delivery_id)
        return False
