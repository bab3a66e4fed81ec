"""The transport against a real server: outcomes one by one, and what a broken connection may and may not mean."""

from collections.abc import Iterator

import pytest

from messaging.deliveries.channels import ProviderUnavailable
from messaging.deliveries.enums import DeliveryState, Reason
from messaging.email.smtp import Mail, SmtpServer, SmtpSession
from tests.messaging.sink import Sink, running_sink

BODY = b"Subject: essai\r\n\r\nBonjour\r\n.une ligne\r\n..deux\r\n"


@pytest.fixture(params=[True, False], ids=["pipelining", "plain"])
def sink(request: pytest.FixtureRequest) -> Iterator[Sink]:
    with running_sink(pipelining=request.param) as sink:
        yield sink


@pytest.fixture
def session(sink: Sink) -> Iterator[SmtpSession]:
    session = SmtpSession(server(sink.port))
    yield session
    session.quit()


def server(port: int) -> SmtpServer:
    return SmtpServer("127.0.0.1", port, "", "", use_ssl=False, use_tls=False, timeout=60)


def mails(*names: str) -> list[Mail]:
    return [Mail(b"retour@courrier.example", f"{name}@example.org".encode(), BODY) for name in names]


def test_every_message_has_one_recipient_and_arrives_byte_for_byte(sink: Sink, session: SmtpSession) -> None:
    outcomes = session.send(mails("a", "b", "c"))

    assert [outcome.state for outcome in outcomes] == [DeliveryState.ACCEPTED] * 3
    assert [caught.recipients for caught in sink.caught] == [["a@example.org"], ["b@example.org"], ["c@example.org"]]
    assert {caught.data for caught in sink.caught} == {BODY}
    assert sink.connections == 1


def test_a_refusal_concerns_one_person_only_and_says_why(sink: Sink, session: SmtpSession) -> None:
    outcomes = session.send(mails("a", "refuse-1", "b", "full-1", "late-1", "body-1", "c"))

    assert [(outcome.state, outcome.reason) for outcome in outcomes] == [
        (DeliveryState.ACCEPTED, Reason.NONE),
        (DeliveryState.REFUSED, Reason.BAD_ADDRESS),
        (DeliveryState.ACCEPTED, Reason.NONE),
        (DeliveryState.REFUSED, Reason.MAILBOX_FULL),
        (DeliveryState.HELD, Reason.LATER),
        (DeliveryState.REFUSED, Reason.BLOCKED),
        (DeliveryState.ACCEPTED, Reason.NONE),
    ]
    assert outcomes[1].code == "550 5.1.1"
    assert sink.addresses == ["a@example.org", "b@example.org", "c@example.org"]


def test_a_refusal_at_the_end_leaves_a_usable_connection(sink: Sink, session: SmtpSession) -> None:
    session.send(mails("a", "refuse-1"))
    outcomes = session.send(mails("b"))

    assert [outcome.state for outcome in outcomes] == [DeliveryState.ACCEPTED]
    assert session.is_alive()


def test_only_the_message_in_flight_is_unknown_when_the_connection_breaks(sink: Sink, session: SmtpSession) -> None:
    outcomes = session.send(mails("a", "drop-1", "b", "c"))

    assert [(outcome.state, outcome.reason) for outcome in outcomes] == [
        (DeliveryState.ACCEPTED, Reason.NONE),
        (DeliveryState.UNKNOWN, Reason.CONNECTION),
    ]
    assert sink.addresses == ["a@example.org"]
    assert not session.usable


def test_a_sender_that_the_server_refuses_uses_nobody_up(sink: Sink, session: SmtpSession) -> None:
    sink.refuse_senders = True

    assert session.send(mails("a", "b")) == []
    assert sink.caught == []


def test_no_server_is_told_apart_from_a_refusal() -> None:
    with running_sink() as sink:
        port = sink.port
    with pytest.raises(ProviderUnavailable):
        SmtpSession(server(port))
