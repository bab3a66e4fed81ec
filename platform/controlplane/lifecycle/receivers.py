from django.utils import timezone

from controlplane.lifecycle.services.watching import record_domain_check
from tenants.bus import DomainChecked, sending_cell
from tenants.context import public_context


def on_domain_checked(message: DomainChecked) -> None:
    with public_context():
        record_domain_check(message, cell=sending_cell(), now=timezone.now())
