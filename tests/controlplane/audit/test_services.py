from datetime import datetime
from uuid import UUID

import pytest
from django.db import ProgrammingError, transaction

from controlplane.audit.actors import owner
from controlplane.audit.models import AuditEntry
from controlplane.audit.queries import audit_of
from controlplane.audit.services import record_audit
from tenants.users.models import User

CAMPAIGN = UUID(int=7)


def test_a_line_says_who_did_what_by_number_only(customer: User, now: datetime) -> None:
    record_audit(action="plan.changed", by=owner(customer), now=now, campaign_uuid=CAMPAIGN, details={"to": "5k"})
    line = audit_of(CAMPAIGN).get()
    assert (line.actor, line.actor_id, line.at, line.details) == ("owner", customer.pk, now, {"to": "5k"})


@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_to_change_the_audit(customer: User, now: datetime, act: str) -> None:
    record_audit(action="plan.changed", by=owner(customer), now=now)
    lines = AuditEntry.objects.all()
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        lines.update(actor_id=1) if act == "update" else lines.delete()
    assert AuditEntry.objects.get().actor_id == customer.pk
