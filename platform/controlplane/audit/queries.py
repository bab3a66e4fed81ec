from uuid import UUID

from django.db.models import QuerySet

from controlplane.audit.models import AuditEntry


def audit_of(campaign_uuid: UUID) -> QuerySet[AuditEntry]:
    """What was done to a campaign, newest first."""
    return AuditEntry.objects.filter(campaign_uuid=campaign_uuid)
