"""The jobs of a tenant's life, with their steps in words."""

from django.utils.translation import gettext_noop as _

from tenants.jobs.kinds import Step, register_job
from tenants.lifecycle import domains, erasing, renaming, states

RENAME = "rename"
ADD_DOMAIN = "add_domain"
PREFER_DOMAIN = "prefer_domain"
REMOVE_DOMAIN = "remove_domain"
SUSPEND = "suspend"
RESUME = "resume"
CLOSE = "close"
REOPEN = "reopen"
ERASE = erasing.ERASE


def register_kinds() -> None:
    _register_addresses()
    _register_states()
    _register_end()


def _register_addresses() -> None:
    links = Step("links", _("Links and kept pages made anew"), renaming.refresh_links)
    register_job(
        kind=RENAME,
        is_quick=True,
        label=_("Change of address"),
        steps=[Step("address", _("New address opened, the former one redirects"), renaming.take_address), links],
    )
    register_job(
        kind=ADD_DOMAIN,
        is_quick=True,
        label=_("Domain of one’s own"),
        steps=[
            Step("dns", _("Proof looked for in the DNS"), domains.check_proof),
            Step("domain", _("Domain opened"), domains.open_domain),
            links,
        ],
    )
    register_job(
        kind=PREFER_DOMAIN,
        is_quick=True,
        label=_("Choice of the main address"),
        steps=[Step("domain", _("Main address changed, the others redirect"), domains.prefer_domain), links],
    )
    register_job(
        kind=REMOVE_DOMAIN,
        is_quick=True,
        label=_("Removal of a domain"),
        steps=[Step("domain", _("Domain closed"), domains.remove_domain), links],
    )


def _register_states() -> None:
    register_job(
        kind=SUSPEND,
        is_quick=True,
        label=_("Suspension"),
        steps=[Step("shut", _("Site and office closed"), states.suspend)],
    )
    register_job(
        kind=RESUME,
        is_quick=True,
        label=_("Return to service"),
        steps=[Step("open", _("Site and office opened"), states.resume)],
    )
    register_job(
        kind=CLOSE,
        is_quick=True,
        label=_("Closing"),
        steps=[
            Step("shut", _("Site and office closed"), states.close),
            Step("alarm", _("Day of the erasure set"), states.set_erasure),
        ],
    )
    register_job(
        kind=REOPEN,
        is_quick=True,
        label=_("Reopening"),
        steps=[
            Step("alarm", _("Erasure called off"), states.cancel_erasure),
            Step("open", _("Site and office opened"), states.reopen),
        ],
    )


def _register_end() -> None:
    register_job(
        kind=ERASE,
        label=_("Erasure"),
        steps=[
            Step("shut", _("What there is counted, nobody let in any more"), erasing.shut_for_good),
            Step("files", _("Files erased"), erasing.erase_files),
            Step("schema", _("Database and role erased"), erasing.erase_schema),
            Step("cache", _("Kept pages erased"), erasing.erase_cache),
            Step("registry", _("Addresses, alarms and the cell’s own notes erased"), erasing.erase_registry),
            Step("proof", _("Everything looked at again: nothing is left"), erasing.prove),
        ],
    )
