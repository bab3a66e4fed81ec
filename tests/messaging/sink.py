"""A real SMTP server on loopback that answers as the recipient's address asks it to."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.ports import free_port

logging.getLogger("mail.log").setLevel(logging.WARNING)  # the test server's own, full of addresses


@dataclass
class Caught:
    sender: str
    recipients: list[str]
    data: bytes

    @property
    def message(self) -> EmailMessage:
        found = message_from_bytes(self.data, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class Sink:
    """refuse-… 550 5.1.1 · full-… 552 5.2.2 · late-… 451 · slow-… 451 4.7.1 · body-… 554 after the body · drop-… hangs up."""

    pipelining: bool = True
    port: int = 0
    caught: list[Caught] = field(default_factory=list)
    connections: int = 0
    refuse_senders: bool = False
    seconds_per_mail: float = 0.0
    stuck_after: int | None = None  # from this mail on it takes a minute for each
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_EHLO(  # noqa: N802 -- aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return [responses[0], *(["250-PIPELINING"] if self.pipelining else []), *responses[1:]]

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 -- aiosmtpd's name
        if self.refuse_senders:
            return "550 5.7.1 not from you"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 -- aiosmtpd's name
        answers = {
            "refuse": "550 5.1.1 no such user",
            "full": "552 5.2.2 mailbox full",
            "late": "451 4.2.0 come back",
            "slow": "451 4.7.1 too many",
        }
        answer = answers.get(address.partition("-")[0])
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        kind = envelope.rcpt_tos[0].partition("-")[0]
        if kind == "body":
            return "554 5.7.1 not this message"
        if kind == "drop":
            server.transport.abort()
            return "250 OK"
        is_stuck = self.stuck_after is not None and len(self.caught) >= self.stuck_after
        await asyncio.sleep(60 if is_stuck else self.seconds_per_mail)
        with self.lock:
            self.caught.append(Caught(envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content))
        return "250 OK"

    @property
    def addresses(self) -> list[str]:
        return [address for caught in self.caught for address in caught.recipients]


@contextmanager
def running_sink(**options: Any) -> Iterator[Sink]:
    port = free_port()
    sink = Sink(port=port, **options)
    controller = Controller(sink, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
