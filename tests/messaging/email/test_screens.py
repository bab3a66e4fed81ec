"""The office's screens of messages: what they show, who may use them, what they refuse."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from crm.consent.services import Source, suppress_address
from crm.people.erasing import request_erasure
from crm.people.models import Person
from crm.segments.models import Segment
from messaging.deliveries.audience import reckon
from messaging.deliveries.enums import LegalClass, MailingState
from messaging.deliveries.models import Delivery, Mailing
from messaging.deliveries.services import prepare_mailing
from messaging.email import services
from messaging.email.models import Dispatch, Message
from messaging.email.services import readiness
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.factors import CODE, confirm
from tests.messaging.sink import Sink
from tests.messaging.support import NOW, consent, draft, people, person, profile, send

LIST = "/bureau/messages/"


def url(message: Message, end: str = "") -> str:
    return f"{LIST}{message.pk}/{end}"


def composed(**changes: Any) -> dict[str, Any]:
    """What the composer posts with one text block."""
    return {
        "subject": "Brest, jeudi",
        "preheader": "",
        "sender_name": "",
        "reply_to": "",
        "audience": "everyone",
        "segment": "",
        "version": "1",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "heading",
        "body-0-value": "Bonjour {{ prénom|vous }}",
        "body-0-id": "",
        **changes,
    }


def test_an_empty_list_says_what_to_do(office: Client) -> None:
    page = office.get(LIST)

    assert page.status_code == 200
    assert "/bureau/messages/nouveau/" in page.content.decode()


def test_a_message_is_written_saved_and_read_again(office: Client, tenant: TenantFacts) -> None:
    profile()
    people(3)
    answer = office.post(f"{LIST}nouveau/", composed(next="review"))

    message = Message.objects.get()
    assert answer.headers["Location"] == url(message, "relecture/")
    page = office.get(url(message, "relecture/")).content.decode()
    assert "Brest, jeudi" in page
    assert "Prénom0" in page
    assert office.get(url(message)).status_code == 200


def test_an_unknown_field_is_refused_where_it_is_written(office: Client, tenant: TenantFacts) -> None:
    profile()
    answer = office.post(f"{LIST}nouveau/", composed(subject="Bonjour {{ prenon }}"))

    assert answer.status_code == 422
    assert "{{ prenon }}" in answer.content.decode()
    assert not Message.objects.exists()


def test_two_editors_do_not_overwrite_each_other(owner: User, office: Client) -> None:
    message = draft(owner)
    assert office.post(url(message), composed(subject="La première")).status_code == 302
    answer = office.post(url(message), composed(subject="La seconde"))

    assert answer.status_code == 422
    message.refresh_from_db()
    assert message.subject == "La première"


def test_the_frame_shows_the_mail_without_scripts_under_its_own_policy(owner: User, office: Client) -> None:
    message = draft(owner)
    answer = office.get(url(message, "relecture/cadre/"))

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "Je viens jeudi" in answer.content.decode()
    assert "<script" not in answer.content.decode()


def test_a_double_click_sends_once(owner: User, office: Client, sink: Sink) -> None:
    people(2)
    message = draft(owner)
    first = office.post(url(message, "envois/"), {"version": message.version})
    second = office.post(url(message, "envois/"), {"version": message.version})

    assert first.headers["Location"] == second.headers["Location"] == url(message, "envoi/")
    assert Mailing.objects.count() == Dispatch.objects.count() == 1


def test_a_message_changed_since_it_was_shown_does_not_leave(owner: User, office: Client, sink: Sink) -> None:
    people(1)
    message = draft(owner)
    office.post(url(message), composed(subject="Autre chose"))
    answer = office.post(url(message, "envois/"), {"version": message.version})

    assert answer.status_code == 422
    assert not Mailing.objects.exists()


def test_a_message_on_its_way_cannot_be_changed(owner: User, office: Client, sink: Sink) -> None:
    people(1)
    message = draft(owner)
    send(message, owner)

    assert office.get(url(message)).headers["Location"] == url(message, "envoi/")
    office.post(url(message), composed(subject="Trop tard"))
    message.refresh_from_db()
    assert message.subject == "Brest, on se retrouve jeudi"


def test_an_incomplete_legal_notice_keeps_the_message_in(owner: User, office: Client, sink: Sink) -> None:
    people(1)
    message = draft(owner)
    profile(publisher_address="")
    answer = office.post(url(message, "envois/"), {"version": message.version})

    assert answer.status_code == 422
    assert not Mailing.objects.exists()


@pytest.mark.parametrize(("measures", "said"), [(False, "sans aucun mouchard"), (True, "Il est mesuré pour")])
def test_checks_tell_whether_the_message_is_measured(owner: User, office: Client, measures: bool, said: str) -> None:
    people(1)
    message = draft(owner)
    profile(measures_messages=measures)
    page = office.get(url(message, "relecture/")).content.decode()

    assert said in page
    assert "Sur téléphone" in page  # in the reader's language, whichever the process began with


def test_checks_lead_to_the_setting_that_they_speak_of(
    owner: User, office: Client, office_as: Callable[[str], Client]
) -> None:
    people(1)
    message = draft(owner)
    profile(publisher_address="", reply_to_email="")
    silent = [f'href="/bureau/reglages/{section}/"' for section in ("envoi", "mentions")]
    page = office.get(url(message, "relecture/")).content.decode()
    checks = page[page.index('id="m-checks"') :]
    hers = office_as("communications").get(url(message, "relecture/")).content.decode()

    assert [address in checks for address in silent] == [True, True]
    assert "Personne ne lit les réponses" in hers
    assert [address in hers for address in silent] == [False, False]


def test_while_the_list_is_frozen_the_page_says_so(owner: User, office: Client) -> None:
    people(2)
    message = draft(owner)
    mailing = send(message, owner).mailing
    asked = [office.get(page).content.decode() for page in (LIST, url(message, "envoi/"))]
    prepare_mailing(mailing_id=mailing.pk, now=NOW)
    frozen = [office.get(page).content.decode() for page in (LIST, url(message, "envoi/"))]
    Mailing.objects.update(starts_at=NOW + timedelta(days=3))
    later = [office.get(page).content.decode() for page in (LIST, url(message, "envoi/"))]

    assert ["liste en préparation" in page for page in asked] == [True, True]
    assert "est en train d’être arrêtée" in asked[1]
    assert "progressbar" not in asked[1]  # nothing counts down to a list that is not there yet
    assert ["sur le départ" in page for page in frozen] == [True, True]
    assert "progressbar" in frozen[1]
    assert ["programmé" in page.split('id="main"')[1] for page in later] == [True, True]


def test_taking_back_gives_the_draft_back(owner: User, office: Client, sink: Sink, settings: Any) -> None:
    settings.SEND_UNDO_SECONDS = 30
    people(1)
    message = draft(owner)
    office.post(url(message, "envois/"), {"version": message.version})
    page = office.get(url(message, "envoi/"))
    assert page.status_code == 200

    office.post(url(message, "envoi/annulation/"))
    assert Mailing.objects.get().state == MailingState.CANCELLED
    assert office.get(url(message)).status_code == 200
    assert not Delivery.objects.exists()


def test_the_whole_path_from_click_to_report(
    owner: User, office: Client, sink: Sink, run_tasks: None, django_capture_on_commit_callbacks: Any
) -> None:
    for name in ("a", "b", "refuse-c"):
        person(name)
    message = draft(owner)
    with django_capture_on_commit_callbacks(execute=True):
        office.post(url(message, "envois/"), {"version": message.version})

    assert sorted(sink.addresses) == ["a@example.org", "b@example.org"]
    assert Mailing.objects.get().state == MailingState.FINISHED
    for end in ("envoi/", "envoi/progres/", "envoi/destinataires/", "envoi/destinataires/?etat=refused"):
        assert office.get(url(message, end)).status_code == 200
    file = url(message, "envoi/destinataires.csv")
    assert office.get(file)["Location"].startswith(CODE)  # data leaves by a second factor only
    assert confirm(office, owner, to=file)["Location"] == file
    export = office.get(file).getvalue().decode()
    assert export.count("\r\n") == 4
    assert "consent" in export
    assert office.get(LIST).status_code == 200
    assert office.get("/bureau/").status_code == 200


def test_the_list_of_a_mailing_takes_nobody_out_who_asked_to_leave(owner: User, office: Client, now: datetime) -> None:
    people(3)
    message = draft(owner)
    mailing = send(message, owner).mailing
    prepare_mailing(mailing_id=mailing.pk, now=NOW)
    asked, suppressed, kept = Person.objects.order_by("pk")
    request_erasure(person=asked, source=Source("office", ""), now=now)
    suppress_address(channel="email", address=suppressed.email, reason="asked", now=now)
    Person.objects.filter(pk=kept.pk).update(first_name="  =1+1")

    confirm(office, owner, to=LIST)
    lines = office.get(url(message, "envoi/destinataires.csv")).getvalue().decode().splitlines()[1:]

    assert [line.split(";")[:4] for line in lines] == [
        [str(asked.uuid), "", "", ""],
        [str(suppressed.uuid), "", "", ""],
        [str(kept.uuid), "'  =1+1", "", kept.email],
    ]


@pytest.mark.parametrize("number", ["-" * 36, "x", ""])
def test_a_frame_for_nobody_shows_the_message_without_a_name(owner: User, office: Client, number: str) -> None:
    answer = office.get(url(draft(owner), "relecture/cadre/"), {"personne": number})
    assert (answer.status_code, "Bonjour," in answer.content.decode()) == (200, True)


def test_a_trial_goes_to_the_team_only_and_says_that_it_is_one(
    owner: User, office: Client, sink: Sink, run_tasks: None, django_capture_on_commit_callbacks: Any
) -> None:
    people(2)
    message = draft(owner)
    with django_capture_on_commit_callbacks(execute=True):
        office.post(url(message, "essais/"), {"members": [owner.pk]})

    assert sink.addresses == ["owner@example.org"]
    assert sink.caught[0].message["Subject"].startswith("[Essai] ")
    assert not Delivery.objects.exists()


def test_writing_to_a_selection_takes_the_consent_to_targeted_messages(owner: User, office: Client) -> None:
    people(2)
    person("ciblee", consents=[consent(), consent("targeting")], postcode="29200", city="Brest")
    segment = Segment.objects.create(
        name="Finistère", criteria={"place": {"departements": ["29"]}}, created_at=NOW, changed_at=NOW
    )
    person("non-ciblee", postcode="29200", city="Brest")
    message = draft(owner, audience="segment", segment=segment)
    everybody = draft(owner)
    practical = draft(owner, audience="segment", segment=segment, is_practical=True)

    assert readiness(message, now=NOW)[0] == LegalClass.SELECTED
    assert reckon(segment.criteria, LegalClass.SELECTED).reached == 1
    assert reckon(segment.criteria, LegalClass.PRACTICAL).reached == 2
    assert readiness(everybody, now=NOW)[0] == LegalClass.WHOLE
    assert readiness(practical, now=NOW)[0] == LegalClass.PRACTICAL
    query = {"audience": "segment", "segment": str(segment.pk)}
    page = office.get(f"{LIST}destinataires/", query).content.decode()
    assert "sans accord pour les e-mails ciblés" in page.lower()


@pytest.mark.parametrize(
    ("agreed", "practical", "told"),
    [([], "", "aucun fichier n’apporte"), ([], "on", "vous réimportez"), ([consent()], "", "aucun fichier n’apporte")],
)
def test_where_nobody_agreed_the_composer_tells_how_people_come_to(
    office: Client, tenant: TenantFacts, agreed: list[Any], practical: str, told: str
) -> None:
    person("brestoise", consents=agreed, postcode="29200", city="Brest")
    person("accord-ailleurs", consents=[consent(), consent("targeting")])
    brest = {"place": {"departements": ["29"]}}
    segment = Segment.objects.create(name="Finistère", criteria=brest, created_at=NOW, changed_at=NOW)
    query = {"audience": "segment", "segment": str(segment.pk), "is_practical": practical}

    page = office.get(f"{LIST}destinataires/", query)

    assert page.context["reckoning"].reached == 0
    assert told in page.context["reckoning"].way_out
    assert page.context["reckoning"].way_out in page.content.decode()


def test_a_draft_whose_segment_is_gone_writes_to_nobody(owner: User, office: Client, sink: Sink) -> None:
    people(2)
    message = draft(owner, audience="segment", segment=None)

    assert office.get(url(message, "relecture/")).status_code == 200
    with pytest.raises(Segment.DoesNotExist):
        send(message, owner)
    assert office.post(url(message, "envois/"), {"version": message.version}).status_code == 422


def test_a_big_sending_asks_for_the_number(
    owner: User, office: Client, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "TYPED_ABOVE", 1)
    people(2)
    message = draft(owner)
    words = {"version": message.version, "number": "3"}

    assert office.post(url(message, "envois/"), words).status_code == 422
    assert office.post(url(message, "envois/"), words | {"number": "2"}).status_code == 302


@pytest.mark.parametrize(
    ("role", "end", "method", "status"),
    [
        ("reader", "", "get", 302),
        ("reader", "relecture/", "get", 200),
        ("reader", "envois/", "post", 403),
        ("reader", "essais/", "post", 403),
        ("reader", "envoi/destinataires.csv", "get", 403),
        ("communications", "envois/", "get", 405),
        ("communications", "envoi/destinataires.csv", "get", 403),
        ("communications", "", "get", 200),
    ],
)
def test_each_role_does_what_it_may(
    office_as: Any, owner: User, tenant: TenantFacts, role: str, end: str, method: str, status: int
) -> None:
    message = draft(owner)

    assert getattr(office_as(role), method)(url(message, end)).status_code == status


def test_another_campaigns_message_does_not_exist_here(
    owner: User, office: Client, tenant: TenantFacts, other_tenant: TenantFacts
) -> None:
    with tenant_context(other_tenant):
        stranger = User.objects.create_user("eve@example.org", "correct horse")
        message = draft(stranger)
        number = message.pk

    assert office.get(f"{LIST}{number}/").status_code == 404
