"""A worker in a process of its own, to be killed: python -m tests.messaging.worker <schema> <mailing>."""

import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402 -- Django has to be set up first

from messaging.deliveries.engine import send_due_batches  # noqa: E402 -- Django has to be set up first
from tenants.context import tenant_context  # noqa: E402 -- Django has to be set up first
from tenants.queries import find_tenant_by_schema  # noqa: E402 -- Django has to be set up first

tenant = find_tenant_by_schema(sys.argv[1])
assert tenant is not None
with tenant_context(tenant):
    send_due_batches(mailing_id=int(sys.argv[2]), now=timezone.now(), seconds=60)
