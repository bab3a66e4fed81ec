"""What is in the mail that leaves: the law's lines, both headers, nothing that watches."""

import logging
import re
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.consent.entries import Source
from crm.consent.enums import Basis
from crm.people.merging import merge_people
from crm.people.models import Person
from messaging.deliveries.engine import send_due_batches
from messaging.deliveries.services import prepare_mailing, start_mailing
from messaging.email.signing import set_signing_key
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.messaging.sink import Caught, Sink
from tests.messaging.support import NOW, consent, draft, person, send


def delivered(owner: User, sink: Sink, **message: Any) -> Caught:
    mailing = send(draft(owner, **message), owner).mailing
    prepare_mailing(mailing_id=mailing.pk, now=NOW)
    start_mailing(mailing_id=mailing.pk, now=NOW)
    send_due_batches(mailing_id=mailing.pk, now=NOW, seconds=30)
    assert len(sink.caught) == 1
    return sink.caught[0]


def content(caught: Caught, kind: str) -> str:
    part = caught.message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_both_unsubscribe_headers_the_sender_and_an_envelope_of_its_own(
    tenant: TenantFacts, owner: User, sink: Sink
) -> None:
    person("lea", first_name="Léa")
    caught = delivered(owner, sink)
    message = caught.message

    base = re.escape(tenant.absolute_url(""))
    assert re.fullmatch(rf"<{base}/courrier/desabonnement/\S+/>", message["List-Unsubscribe"])
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["To"] == "lea@example.org"
    assert message["Cc"] is None
    assert message["From"].addresses[0].display_name == "Maud Kervella 2027"
    assert message["Reply-To"] == "bonjour@kervella.example"
    assert message["Message-ID"].endswith("@courrier.isoloir.localhost>")
    assert caught.sender.startswith(f"retour+{tenant.schema_name}-")
    assert message["Precedence"] is None


@pytest.mark.parametrize("kind", ["html", "plain"])
def test_the_foot_says_who_writes_for_which_election_whence_and_how_to_leave(
    tenant: TenantFacts, owner: User, sink: Sink, kind: str
) -> None:
    person("lea", first_name="Léa")
    text = content(delivered(owner, sink), kind)

    for words in (
        "Maud Kervella 2027",
        "Élection présidentielle 2027",
        "Association Demain",
        "3 rue de Siam, 29200 Brest",
        "22 novembre 2026",
        "/courrier/desabonnement/",
        "/vos-donnees/",
        "Bonjour Léa,",
    ):
        assert words in text


def test_nothing_in_the_mail_watches_its_reader(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    person("lea")
    html = content(delivered(owner, sink), "html")

    assert "<img" not in html
    assert 'href="https://maud.example/jeudi"' in html


def test_an_address_from_a_file_says_so(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    person("lea", consents=[consent(basis=Basis.IMPORT_DECLARED)])

    assert "votre adresse vient du fichier" in content(delivered(owner, sink), "plain")


def test_a_campaigns_own_domain_and_key_sign_the_mail(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    key = generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    set_signing_key(domain="kervella.example", selector="s1", pem=pem, now=NOW)
    person("lea")
    message = delivered(owner, sink).message

    assert "d=kervella.example; s=s1" in message["DKIM-Signature"]
    assert "list-unsubscribe:list-unsubscribe-post" in message["DKIM-Signature"]
    assert message["From"].addresses[0].addr_spec == f"{tenant.slug}@kervella.example"


def test_a_subject_with_a_line_break_in_it_stays_a_subject(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    person("lea", first_name="Léa\r\nBcc: tous@example.org")
    message = delivered(owner, sink, subject="Bonjour {{ prénom }}").message

    assert message["Bcc"] is None
    assert message["Subject"].startswith("Bonjour Léa")


def test_no_address_and_no_name_reaches_the_logs(
    tenant: TenantFacts, owner: User, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("lea", "refuse-lea", "late-lea"):
        person(name, first_name="Léocadie")
    mailing = send(draft(owner), owner).mailing
    prepare_mailing(mailing_id=mailing.pk, now=NOW)
    start_mailing(mailing_id=mailing.pk, now=NOW)
    send_due_batches(mailing_id=mailing.pk, now=NOW, seconds=30)

    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("messaging", "celery"))]
    assert not [line for line in ours if "example.org" in line or "Léocadie" in line]


def test_whoever_was_merged_meanwhile_reads_when_her_old_row_agreed(
    tenant: TenantFacts, owner: User, sink: Sink
) -> None:
    lea = Person.objects.get(pk=person("lea", first_name="Léa"))
    mailing = send(draft(owner), owner).mailing
    prepare_mailing(mailing_id=mailing.pk, now=NOW)
    kept = Person.objects.get(pk=person("l.martin", first_name="Léa", consents=[]))
    merge_people(keep=kept, merged=lea, source=Source("office", "duplicates"), now=NOW)
    start_mailing(mailing_id=mailing.pk, now=NOW)
    with CaptureQueriesContext(connection) as asked:
        send_due_batches(mailing_id=mailing.pk, now=NOW, seconds=30)

    assert "sur son site, le 22 novembre 2026" in " ".join(content(sink.caught[0], "plain").split())
    assert "Index Cond: ((person_id = ANY" in plan_of(next(one["sql"] for one in asked if "consent_id" in one["sql"]))


def plan_of(statement: str) -> str:
    """As for a large table: whoever can ask an index does."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(line for (line,) in cursor.fetchall())
