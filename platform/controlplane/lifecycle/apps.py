from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class CampaignLifecycleConfig(AppConfig):
    name = "controlplane.lifecycle"
    label = "lifecycle"
    verbose_name = _("Life of campaigns")

    def ready(self) -> None:
        from controlplane.audit.actions import register_actions  # noqa: PLC0415 -- app ready
        from controlplane.jobs.outcomes import on_job_done, on_job_failed, register_reasons  # noqa: PLC0415 -- app ready
        from controlplane.lifecycle import admin, outcomes, receivers  # noqa: F401, PLC0415 -- app ready
        from tenants import bus  # noqa: PLC0415 -- app ready
        from tenants.lifecycle import kinds  # noqa: PLC0415 -- app ready

        on_job_done(kinds.RENAME, outcomes.on_renamed)
        on_job_failed(kinds.RENAME, outcomes.on_rename_failed)
        on_job_done(kinds.ADD_DOMAIN, outcomes.on_domain_added)
        on_job_done(kinds.PREFER_DOMAIN, outcomes.on_domain_preferred)
        on_job_done(kinds.REMOVE_DOMAIN, outcomes.on_domain_removed)
        on_job_done(kinds.SUSPEND, outcomes.on_suspended)
        on_job_done(kinds.RESUME, outcomes.on_resumed)
        on_job_done(kinds.CLOSE, outcomes.on_closed)
        on_job_done(kinds.REOPEN, outcomes.on_reopened)
        on_job_done(kinds.ERASE, outcomes.on_erased)
        bus.receive("domain_checked", receivers.on_domain_checked)
        register_reasons(REASONS)
        register_actions(ACTIONS)


REASONS = {
    "address_taken": gettext_noop("Another campaign has this address."),
    "domain_taken": gettext_noop("Another campaign has proved that this domain is its own."),
    "domain_gone": gettext_noop("This domain is no longer the campaign’s."),
    "dns_missing": gettext_noop(
        "No proof stands in the DNS yet. A new record can take an hour to be seen: try again later."
    ),
    "dns_other": gettext_noop("The DNS answers, and says something else than what was asked."),
    "is_active": gettext_noop("The campaign is in service."),
    "is_suspended": gettext_noop("The campaign is suspended."),
    "is_closed": gettext_noop("The campaign is closed."),
    "is_erased": gettext_noop("The campaign is erased, or being erased: there is no way back."),
    "not_closed": gettext_noop("The campaign came back: it is not erased."),
}
ACTIONS = {
    "domain.claimed": gettext_noop("Domain claimed"),
    "domain.forgotten": gettext_noop("Claim of a domain dropped"),
    "plan.changed": gettext_noop("Tier changed"),
    "proof.downloaded": gettext_noop("Proof of erasure downloaded"),
}
