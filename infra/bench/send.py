"""How fast a mailing leaves, every check on, beside what the same connections carry without any: make bench-send N=20000.

Real commits, two worker processes, one server on loopback that takes everything. From the first message to the last.
"""

import multiprocessing
import os
import resource
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from multiprocessing.sharedctypes import Synchronized
from typing import Any
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
django.setup()

from django.conf import settings  # noqa: E402 -- Django first
from django.db import connection  # noqa: E402 -- Django first
from django.utils import timezone  # noqa: E402 -- Django first
from results import note, report  # noqa: E402 -- Django first
from smtp_sink import serve  # noqa: E402 -- Django first

import config.celery  # noqa: E402, F401 -- the broker's address for the messages of the bus
from crm.consent.services import keep_wording  # noqa: E402 -- Django first
from crm.people.services import refresh_everyone  # noqa: E402 -- Django first
from messaging.deliveries.engine import send_due_batches  # noqa: E402 -- Django first
from messaging.deliveries.models import Delivery, Mailing  # noqa: E402 -- Django first
from messaging.deliveries.services import prepare_mailing, start_mailing  # noqa: E402 -- Django first
from messaging.email.models import Message  # noqa: E402 -- Django first
from messaging.email.services import Order, save_message, send_message  # noqa: E402 -- Django first
from messaging.email.smtp import Mail, SmtpServer, SmtpSession  # noqa: E402 -- Django first
from tenants.bus import ProvisionRequest  # noqa: E402 -- Django first
from tenants.context import tenant_context  # noqa: E402 -- Django first
from tenants.facts import TenantFacts  # noqa: E402 -- Django first
from tenants.office.models import CampaignProfile  # noqa: E402 -- Django first
from tenants.preparing import prepare_database  # noqa: E402 -- Django first
from tenants.provisioning import provision, start_run  # noqa: E402 -- Django first
from tenants.queries import find_tenant_by_schema, get_tenant  # noqa: E402 -- Django first
from tenants.users.models import User  # noqa: E402 -- Django first

PEOPLE = int(os.environ.get("N") or os.environ.get("ROWS") or 20_000)
WORKERS = 2
WINDOW = 25
PARAGRAPH = "<p>Bonjour {{ prénom }}, voici une campagne pour l’été, à {{ ville }} et alentours : ça ira mieux.</p>"
FILL = [
    """INSERT INTO people_person (first_name, last_name, city, postcode, source_kind)
       SELECT 'Prénom' || n, 'Nom' || n, 'Brest', '29200', 'import' FROM generate_series(1, %(people)s) n""",
    """INSERT INTO people_emailaddress (person_id, address, is_primary, source_kind)
       SELECT id, 'p' || id || '@d' || mod(id, 5000) || '.example', true, 'import' FROM people_person""",
    """INSERT INTO people_postaladdress (person_id, city, postcode, is_primary, source_kind)
       SELECT id, 'Brest', '29200', true, 'import' FROM people_person""",
    """WITH told AS (
         INSERT INTO consent_consententry (person_id, purpose, channel, granted, basis, wording_id, at, source_kind)
         SELECT id, 'news', 'email', true, 'consent', %(wording)s, now(), 'import' FROM people_person
         RETURNING id, person_id, at)
       INSERT INTO consent_consentstate (person_id, purpose, channel, granted, basis, entry_id, at)
       SELECT person_id, 'news', 'email', true, 'consent', id, at FROM told""",
]


@dataclass
class SinkProcess:
    port: int = 0
    count: "Synchronized[int]" = field(default_factory=lambda: multiprocessing.Value("q", 0, lock=False))
    first: "Synchronized[float]" = field(default_factory=lambda: multiprocessing.Value("d", 0, lock=False))
    last: "Synchronized[float]" = field(default_factory=lambda: multiprocessing.Value("d", 0, lock=False))

    def start(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        process = multiprocessing.Process(
            target=serve, args=(self.port, self.count, self.first, self.last), daemon=True
        )
        process.start()
        while socket.socket().connect_ex(("127.0.0.1", self.port)):
            time.sleep(0.05)

    def rate(self) -> float:
        return (self.count.value - 1) / (self.last.value - self.first.value)

    def reset(self) -> None:
        self.count.value = 0


def campaign() -> TenantFacts:
    request = ProvisionRequest(
        uuid=uuid4(),
        slug=f"banc-{uuid4().hex[:8]}",
        name="Banc",
        kind="candidate",
        region="fr",
        cell="fr-1",
        language="fr",
        plan_name="",
        contact_limit=None,
    )
    start_run(request)
    provision(uuid=request.uuid)
    return get_tenant(request.uuid)


def fill() -> None:
    wording = keep_wording("J’accepte de recevoir vos nouvelles.")
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, {"people": PEOPLE, "wording": wording} if "%(" in statement else None)
    refresh_everyone()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def mailing_of(tenant: TenantFacts) -> Mailing:
    words = {
        "display_name": "Banc d’essai",
        "kind": "candidate",
        "publisher_name": "Association Banc",
        "publisher_address": "3 rue de Siam, 29200 Brest",
    }
    CampaignProfile.objects.update_or_create(id=1, defaults=words)
    user = User.objects.create_user("ada@example.org", "correct horse")
    message = Message(subject="Rendez-vous à l’été", body=[("text", PARAGRAPH * 50)])
    save_message(message=message, version=0, actor=user, now=timezone.now())
    order = Order(version=message.version, typed=str(PEOPLE), actor_id=user.pk)
    return send_message(message_id=message.pk, order=order, now=timezone.now()).mailing


def run_workers(*arguments: str, port: int) -> list[float]:
    """Peak memory of each, in MB."""
    environment = {**os.environ, "SMTP_URL": f"smtp://127.0.0.1:{port}"}
    command = [sys.executable, __file__, *arguments]
    workers = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _number in range(WORKERS)
    ]
    return [float(worker.communicate()[0] or 0) for worker in workers]


def tenant_of(schema: str) -> TenantFacts:
    tenant = find_tenant_by_schema(schema)
    if tenant is None:
        raise SystemExit("The campaign is gone.")
    return tenant


def work(schema: str, mailing_id: int) -> None:
    with tenant_context(tenant_of(schema)):
        send_due_batches(mailing_id=mailing_id, now=timezone.now(), seconds=3600)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def carry(size: int) -> None:
    """The limit: a message built before, no database, nothing asked."""
    session = SmtpSession(SmtpServer.configured())
    mails = [Mail(b"retour@banc.example", b"p@d.example", b"Subject: x\r\n\r\n" + b"x" * 70 * (size // 72))] * WINDOW
    for _round in range(PEOPLE // WORKERS // WINDOW):
        session.send(mails)
    session.quit()


def mail_size(mailing: Mailing) -> int:
    return len(mailing.dispatch.html) + len(mailing.dispatch.text)


def main() -> None:
    settings.SEND_UNDO_SECONDS = 0
    prepare_database(say=note)
    sink = SinkProcess()
    sink.start()
    tenant = campaign()
    with tenant_context(tenant):
        fill()
        mailing = mailing_of(tenant)
        began = time.perf_counter()
        prepare_mailing(mailing_id=mailing.pk, now=timezone.now())
        note(f"{PEOPLE} people frozen in {time.perf_counter() - began:.2f} s")
        start_mailing(mailing_id=mailing.pk, now=timezone.now())
        size = mail_size(mailing)
    connection.close()
    run_workers("carry", str(size), port=sink.port)
    reference = sink.rate()
    sink.reset()
    memory = run_workers("work", tenant.schema_name, str(mailing.pk), port=sink.port)
    with tenant_context(tenant):
        accepted = Delivery.objects.filter(mailing=mailing, state="accepted").count()
    if accepted != PEOPLE or sink.count.value != PEOPLE:
        raise SystemExit(f"{accepted} accepted, {sink.count.value} received, of {PEOPLE}")
    report(bench="send", metric="messages_per_second", value=sink.rate(), unit="1/s", reference=reference)
    report(bench="send", metric="peak_memory_mb", value=max(memory), unit="MB")


def command(arguments: list[str]) -> Any:
    match arguments:
        case ["work", schema, mailing_id]:
            return work(schema, int(mailing_id))
        case ["carry", size]:
            return carry(int(size))
        case _:
            return main()


if __name__ == "__main__":
    command(sys.argv[1:])
