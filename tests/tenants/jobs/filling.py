"""Fills the long queue, then asks for a password link: python -m tests.tenants.jobs.filling <member>."""

import sys
from uuid import uuid4

import django

django.setup()

from tenants.context import tenant_context  # noqa: E402 -- Django has to be set up first
from tenants.jobs.services import start_job  # noqa: E402 -- Django has to be set up first
from tenants.office.tasks import send_password_link_task  # noqa: E402 -- Django has to be set up first
from tenants.queries import get_tenant  # noqa: E402 -- Django has to be set up first
from tests.database import OTHER, TENANT  # noqa: E402 -- Django has to be set up first
from tests.tenants.jobs import slow  # noqa: E402 -- Django has to be set up first

for _number in range(20):
    for uuid in (TENANT, OTHER):
        start_job(uuid=uuid4(), kind=slow.KIND, tenant_uuid=uuid)
with tenant_context(get_tenant(TENANT)):
    send_password_link_task.delay(user_id=int(sys.argv[1]))
