"""Each delivery knows the line of the ledger that allows it, also where people of one import have lines of the same number."""

import pytest

from crm.consent.entries import Source
from crm.consent.models import ConsentEntry
from crm.people.merging import merge_people
from crm.people.models import Person
from messaging.deliveries.engine import send_due_batches
from messaging.deliveries.services import prepare_mailing, start_mailing
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.crm.imports.importing import imported
from tests.messaging.sink import Sink
from tests.messaging.support import NOW, draft, send

FILE = b"email,email_opt_in,created_at\nada@example.org,yes,2021-07-08\nada.b@example.org,yes,2020-01-02\n"


def merge_both() -> None:
    merged, keep = Person.objects.order_by("email")
    merge_people(keep=keep, merged=merged, source=Source("office", "duplicates"), now=NOW)


@pytest.mark.parametrize("merged_before", [True, False])
def test_whoever_was_merged_with_somebody_of_the_same_number_is_written_to_once(
    tenant: TenantFacts, owner: User, sink: Sink, merged_before: bool
) -> None:
    imported("nb.csv", NOW, FILE)
    assert ConsentEntry.objects.values("id").distinct().count() == 1
    if merged_before:
        merge_both()
    mailing = send(draft(owner), owner).mailing
    prepare_mailing(mailing_id=mailing.pk, now=NOW)
    if not merged_before:
        merge_both()
    start_mailing(mailing_id=mailing.pk, now=NOW)
    send_due_batches(mailing_id=mailing.pk, now=NOW, seconds=30)

    assert sink.addresses == ["ada@example.org"]
