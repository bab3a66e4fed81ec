"""What the platform's people and the campaign's team do with the canaries: `python -m tests.isolation.canary STEP UUID`.

Each step asks for work as a screen does; the work itself is done by the processes of the cell.
"""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.auth.models import Group  # noqa: E402 -- the apps must be ready
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402 -- the apps must be ready

from billing.plans import PLANS  # noqa: E402 -- the apps must be ready
from controlplane.archives.services import request_export  # noqa: E402 -- the apps must be ready
from controlplane.audit.actors import owner  # noqa: E402 -- the apps must be ready
from controlplane.models import Campaign, Region  # noqa: E402 -- the apps must be ready
from controlplane.services.campaigns import CampaignDraft, open_campaign  # noqa: E402 -- the apps must be ready
from crm.imports.services import Origin, choose_columns, declare_origin, launch_import  # noqa: E402 -- the apps must be ready
from crm.imports.uploading import receive_file  # noqa: E402 -- the apps must be ready
from tenants.context import enter, enter_public  # noqa: E402 -- the apps must be ready
from tenants.queries import get_tenant  # noqa: E402 -- the apps must be ready
from tenants.reporting import report_directory, report_health  # noqa: E402 -- the apps must be ready
from tenants.users.models import User  # noqa: E402 -- the apps must be ready
from tests.isolation.traces import IMPORTED, REFUSED, SIGNED_UP  # noqa: E402 -- the apps must be ready
from tests.messaging.support import draft, send  # noqa: E402 -- the apps must be ready

WORDING = "J’accepte de recevoir les nouvelles de la campagne."
NOW = datetime.now(UTC)


# --- in the control plane -------------------------------------------------------------------------------------------
def open_one(uuid: UUID) -> None:
    enter_public()
    ada, _created = User.objects.get_or_create(email="ada@example.org")
    region = Region.objects.get(code="fr")
    wanted = CampaignDraft(name="Essai", slug="essai", kind="party", region=region, plan=PLANS[1], language="fr")
    open_campaign(draft=wanted, owner=ada, now=NOW, uuid=uuid)


def export(uuid: UUID) -> None:
    enter_public()
    campaign = Campaign.objects.select_related("owner").get(uuid=uuid)
    request_export(campaign=campaign, by=owner(campaign.owner), now=NOW)


# --- in the cell ----------------------------------------------------------------------------------------------------
def import_one(uuid: UUID) -> None:
    enter(get_tenant(uuid))
    _import(IMPORTED)


def write_and_be_refused(uuid: UUID) -> None:
    """A message to everybody, and a file whose row the database refuses."""
    enter(get_tenant(uuid))
    member = User.objects.create_user("equipe@example.org", uuid4().hex, first_name="Ada", last_name="Durand")
    member.groups.add(Group.objects.get(name="owner"))
    send(draft(member, subject="Bonjour {{ prénom }}"), member, now=NOW)
    _import(REFUSED)


def report(_uuid: UUID) -> None:
    """What a cell tells the control plane by itself, each minute and each day."""
    enter_public()
    report_health(now=NOW)
    report_directory(now=NOW)


def _import(person: dict[str, str]) -> None:
    """The file's name says who is in it, as such names do."""
    rows = f"email;prenom;nom;telephone\n{person['email']};{person['first_name']};{person['last_name']};{SIGNED_UP['phone']}\n"
    file: SimpleUploadedFile = SimpleUploadedFile(f"{person['last_name']}.csv", rows.encode(), "text/csv")
    run = receive_file(upload=file, user_id=None, now=NOW)
    choose_columns(import_id=run.pk, name=f"Marché, par {person['last_name']}", mapping=run.mapping, now=NOW)
    origin = Origin("supporters", "Formulaires papier.", ["email"], WORDING, None, run.existing, [])
    declare_origin(import_id=run.pk, origin=origin)
    launch_import(import_id=run.pk, over_limit=0, now=NOW)


STEPS: dict[str, Callable[[UUID], None]] = {
    step.__name__: step for step in (open_one, export, import_one, write_and_be_refused, report)
}

if __name__ == "__main__":
    STEPS[sys.argv[1]](UUID(sys.argv[2]))
