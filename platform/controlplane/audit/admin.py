from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from controlplane.admin import OperatorsRead
from controlplane.audit.actions import action_label
from controlplane.audit.models import AuditEntry
from controlplane.console import console


class AuditEntryAdmin(OperatorsRead):
    list_name = _("Audit")
    list_display = ["at", "action_shown", "actor", "actor_id", "campaign_uuid"]
    list_filter = ["actor"]
    search_fields = ["campaign_uuid", "action"]
    search_help_text = _("Campaign’s identifier or word of the action")
    date_hierarchy = "at"
    fields = ["at", "action_shown", "actor", "actor_id", "campaign_uuid", "details"]
    readonly_fields = ["action_shown"]
    show_full_result_count = False

    @admin.display(description=_("What"), ordering="action")
    def action_shown(self, entry: AuditEntry) -> str:
        return action_label(entry.action)


console.register(AuditEntry, AuditEntryAdmin)
