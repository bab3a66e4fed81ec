"""One kept SMTP connection that writes the next envelope together with the last body (RFC 2920).

What was certainly not handed over, what was answered for, and the one message that was in flight when the
connection broke are told apart: nobody is written to twice because of a broken connection.
"""

import contextlib
import re
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from messaging.deliveries.channels import ACCEPTED, Outcome, ProviderUnavailable
from messaging.deliveries.enums import DeliveryState, Reason
from shared.mail import smtp_options

ENHANCED = re.compile(rb"^\s*([245]\.\d{1,3}\.\d{1,3})\b")
REASONS: tuple[tuple[tuple[str, ...], Reason], ...] = (
    (("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"), Reason.BAD_ADDRESS),
    (("5.2.2",), Reason.MAILBOX_FULL),
    (("5.3.4", "5.2.3"), Reason.TOO_LARGE),
)
LINE_LIMIT = 4096
SECONDS_AT_ONCE = 60  # less than a batch is leased for: a slow server must not cost the lease


@dataclass(frozen=True, slots=True)
class SmtpServer:
    host: str
    port: int
    username: str
    password: str
    use_ssl: bool
    use_tls: bool
    timeout: float = 30.0

    @classmethod
    def configured(cls) -> "SmtpServer":
        return cls(**smtp_options(settings.SMTP_URL))


@dataclass(frozen=True, slots=True)
class Mail:
    sender: bytes
    recipient: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    code: int
    text: bytes

    @property
    def enhanced(self) -> str:
        found = ENHANCED.match(self.text)
        return found[1].decode() if found else ""

    @property
    def label(self) -> str:
        return f"{self.code} {self.enhanced}".strip()


class ConnectionLost(Exception):
    """The server went away or stopped answering."""


def outcome_of(reply: Reply) -> Outcome:
    if 200 <= reply.code < 300:
        return ACCEPTED
    if 400 <= reply.code < 500:
        return Outcome(DeliveryState.HELD, Reason.LATER, reply.label)
    return Outcome(DeliveryState.REFUSED, reason_of(reply), reply.label)


def reason_of(reply: Reply) -> Reason:
    for codes, reason in REASONS:
        if reply.enhanced in codes:
            return reason
    if reply.enhanced.startswith("5.7.") or reply.code == 554:
        return Reason.BLOCKED
    if reply.code == 552:
        return Reason.TOO_LARGE
    return Reason.REFUSED


class SmtpSession:
    def __init__(self, server: SmtpServer) -> None:
        self.server = server
        self.extensions: frozenset[bytes] = frozenset()
        self.usable = False
        try:
            self._connect()
        except (OSError, ConnectionLost) as error:
            self.close()
            raise ProviderUnavailable("no connection to the mail server") from error

    def send(self, mails: Sequence[Mail]) -> list[Outcome]:
        """One outcome per mail in order; fewer when the connection ended: the others were not handed over."""
        outcomes: list[Outcome] = []
        deadline = time.monotonic() + SECONDS_AT_ONCE
        try:
            self._write(self._opening(mails[0]))
            for mail, following in zip(mails, [*mails[1:], None], strict=True):
                late = time.monotonic() > deadline
                outcomes.append(self._send_one(mail, None if late else following))
                if late or not self.usable:
                    break
        except (OSError, ConnectionLost):
            self.close()
        return outcomes

    def is_alive(self) -> bool:
        try:
            return self.usable and self._command(b"NOOP").code == 250
        except (OSError, ConnectionLost):
            self.close()
            return False

    def close(self) -> None:
        self.usable = False
        for opened in (getattr(self, "_file", None), getattr(self, "_socket", None)):
            with contextlib.suppress(OSError):
                if opened is not None:
                    opened.close()

    def quit(self) -> None:
        with contextlib.suppress(OSError, ConnectionLost):
            if self.usable:
                self._command(b"QUIT")
        self.close()

    def _send_one(self, mail: Mail, following: Mail | None) -> Outcome:
        refusal, data_is_open = self._envelope_answer(mail)
        if refusal is None:
            return self._send_body(mail, following)
        try:
            if data_is_open:  # the server waits for a body although it took no recipient: give it none
                self._command(b".")
            self._write(b"RSET\r\n" + self._opening(following))
            self._read()
        except (OSError, ConnectionLost):
            self.close()
        return refusal

    def _send_body(self, mail: Mail, following: Mail | None) -> Outcome:
        try:
            self._write(stuffed(mail.data) + b".\r\n" + self._opening(following))
            reply = self._read()
        except (OSError, ConnectionLost):
            self.close()
            return Outcome(DeliveryState.UNKNOWN, Reason.CONNECTION)
        if reply.code == 421:
            self.close()
        return outcome_of(reply)

    def _envelope_answer(self, mail: Mail) -> tuple[Outcome | None, bool]:
        """None when the server waits for the body; else the refusal, and if it waits for a body all the same."""
        sender = self._read() if self._pipelines else self._command(b"MAIL FROM:<%b>" % mail.sender)
        if not self._pipelines and sender.code != 250:
            raise ConnectionLost("sender refused")
        recipient = self._read() if self._pipelines else self._command(b"RCPT TO:<%b>" % mail.recipient)
        if not self._pipelines and recipient.code not in (250, 251):
            return self._refusal(recipient), False
        data = self._read() if self._pipelines else self._command(b"DATA")
        if sender.code != 250:  # not about this person: nothing was handed over, the batch comes back later
            raise ConnectionLost("sender refused")
        if recipient.code not in (250, 251):
            return self._refusal(recipient), data.code == 354
        return (None, True) if data.code == 354 else (self._refusal(data), False)

    def _refusal(self, reply: Reply) -> Outcome:
        if reply.code == 421:  # the server says goodbye: not about this person
            raise ConnectionLost("the server closes")
        return outcome_of(reply)

    @property
    def _pipelines(self) -> bool:
        return b"PIPELINING" in self.extensions

    def _opening(self, mail: Mail | None) -> bytes:
        if mail is None or not self._pipelines:
            return b""
        return b"MAIL FROM:<%b>\r\nRCPT TO:<%b>\r\nDATA\r\n" % (mail.sender, mail.recipient)

    def _connect(self) -> None:
        raw = socket.create_connection((self.server.host, self.server.port), timeout=self.server.timeout)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._use(self._secured(raw) if self.server.use_ssl else raw)
        if self._read().code != 220:
            raise ConnectionLost("no greeting")
        self._hello()
        if self.server.use_tls:
            if self._command(b"STARTTLS").code != 220:
                raise ConnectionLost("no STARTTLS")
            self._use(self._secured(self._socket))
            self._hello()
        if self.server.username:
            secret = b64encode(f"\0{self.server.username}\0{self.server.password}".encode())
            if self._command(b"AUTH PLAIN " + secret).code != 235:
                raise ConnectionLost("not let in")
        self.usable = True

    def _secured(self, raw: socket.socket) -> socket.socket:
        return ssl.create_default_context().wrap_socket(raw, server_hostname=self.server.host)

    def _use(self, connected: socket.socket) -> None:
        self._socket = connected
        self._file = connected.makefile("rb", 65536)

    def _hello(self) -> None:
        self._write(b"EHLO %b\r\n" % settings.MAIL_DOMAIN.encode("idna"))
        reply = self._read()
        if reply.code != 250:
            raise ConnectionLost("EHLO refused")
        self.extensions = frozenset(line.strip().upper() for line in reply.text.split(b"\n")[1:])

    def _command(self, line: bytes) -> Reply:
        self._write(line + b"\r\n")
        return self._read()

    def _write(self, data: bytes) -> None:
        self._socket.sendall(data)

    def _read(self) -> Reply:
        lines = []
        while True:
            line = self._file.readline(LINE_LIMIT)
            if not line.endswith(b"\n") or not line[:3].isdigit():
                raise ConnectionLost("no answer")
            lines.append(line[4:])
            if line[3:4] != b"-":
                return Reply(int(line[:3]), b"".join(lines))


def stuffed(data: bytes) -> bytes:
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    if b"\r\n." in data:
        data = data.replace(b"\r\n.", b"\r\n..")
    return b"." + data if data.startswith(b".") else data
