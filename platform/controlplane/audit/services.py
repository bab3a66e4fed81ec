from datetime import datetime
from typing import Any
from uuid import UUID

from controlplane.audit.actors import Actor
from controlplane.audit.models import AuditEntry


def record_audit(
    *, action: str, by: Actor, now: datetime, campaign_uuid: UUID | None = None, details: dict[str, Any] | None = None
) -> AuditEntry:
    """One line, in the transaction of the act itself. `details`: codes and ids, never anything personal."""
    return AuditEntry.objects.create(
        at=now,
        actor=by.kind,
        actor_id=by.user_id,
        action=action,
        campaign_uuid=campaign_uuid,
        details=details or {},
    )
