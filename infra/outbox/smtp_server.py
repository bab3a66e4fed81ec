"""A small SMTP server that accepts all mail and delivers none: pipelining, 8BITMIME, SMTPUTF8, chunks read as they come."""

import asyncio
import re
from collections.abc import Callable, Sequence

from store import Store

BIGGEST_MESSAGE = 50_000_000
LONGEST_LINE = 65536
END = b"\r\n.\r\n"
ADDRESS = re.compile(r"^(?:FROM|TO):\s*<([^>]*)>", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """Answers are gathered and written once per chunk received, which is what makes pipelining quick."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.buffer = bytearray()
        self.answers: list[bytes] = []
        self.reading_mail = False
        self.scanned = 0
        self.greeted = False
        self._forget_mail()
        self.verbs: dict[str, Callable[[str], None]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": lambda _: self._answer("250 2.0.0 OK"),
            "VRFY": lambda _: self._answer("252 2.1.5 Send some mail, and see"),
            "QUIT": self._quit,
        }

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._answer("220 outbox.localhost ESMTP keeps everything, delivers nothing")
        self._flush()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self._take_mail() if self.reading_mail else self._take_line():
            pass
        self.store.flush()
        self._flush()

    def _take_line(self) -> bool:
        end = self.buffer.find(b"\n")
        if end < 0:
            if len(self.buffer) > LONGEST_LINE:
                self._answer("500 5.5.2 Line too long")
                self._close()
            return False
        line = self.buffer[:end].decode("utf-8", "surrogateescape").strip()
        del self.buffer[: end + 1]
        verb, _, rest = line.partition(" ")
        handler = self.verbs.get(verb.upper())
        if handler:
            handler(rest.strip())
        else:
            self._answer("500 5.5.2 Unknown command")
        return True

    def _take_mail(self) -> bool:
        # An empty message is a lone dot; and what was looked at already is not looked at again.
        if self.buffer.startswith(b".\r\n"):
            self._keep(b"", 3)
            return True
        end = self.buffer.find(END, max(0, self.scanned - len(END)))
        if end >= 0:
            self._keep(bytes(self.buffer[: end + 2]), end + len(END))
            return True
        self.scanned = len(self.buffer)
        if self.scanned > BIGGEST_MESSAGE:
            self._answer("552 5.3.4 Message too big")
            self._close()
        return False

    def _keep(self, content: bytes, taken: int) -> None:
        del self.buffer[:taken]
        self.reading_mail, self.scanned = False, 0
        if content.startswith(b"."):
            content = content[1:]
        try:
            id_ = self.store.add(
                sender=self.sender or "", recipients=self.recipients, content=content.replace(b"\r\n.", b"\r\n")
            )
        except OSError as error:
            self._answer(f"452 4.3.1 Cannot be stored: {error.strerror}")
        else:
            self._answer(f"250 2.0.0 Kept as {id_}")
        self._forget_mail()

    def _ehlo(self, _rest: str) -> None:
        self._forget_mail()
        self.greeted = True
        for feature in ("outbox.localhost", "PIPELINING", f"SIZE {BIGGEST_MESSAGE}", "8BITMIME", "ENHANCEDSTATUSCODES"):
            self._answer(f"250-{feature}")
        self._answer("250 SMTPUTF8")

    def _helo(self, _rest: str) -> None:
        self._forget_mail()
        self.greeted = True
        self._answer("250 outbox.localhost")

    def _mail(self, rest: str) -> None:
        address = ADDRESS.match(rest)
        if not self.greeted:
            self._answer("503 5.5.1 Say EHLO first")
        elif self.sender is not None:
            self._answer("503 5.5.1 One sender only")
        elif not address or not rest.upper().startswith("FROM"):
            self._answer("501 5.5.4 MAIL FROM:<address>")
        else:
            self.sender = address[1]
            self._answer("250 2.1.0 OK")

    def _rcpt(self, rest: str) -> None:
        address = ADDRESS.match(rest)
        if self.sender is None:
            self._answer("503 5.5.1 MAIL first")
        elif not address or not address[1] or not rest.upper().startswith("TO"):
            self._answer("501 5.5.4 RCPT TO:<address>")
        else:
            self.recipients.append(address[1])
            self._answer("250 2.1.5 OK")

    def _data(self, _rest: str) -> None:
        if not self.recipients:
            self._answer("503 5.5.1 RCPT first")
        else:
            self.reading_mail = True
            self._answer("354 End with a line that is a dot")

    def _rset(self, _rest: str) -> None:
        self._forget_mail()
        self._answer("250 2.0.0 OK")

    def _quit(self, _rest: str) -> None:
        self._answer("221 2.0.0 Bye")
        self._close()

    def _forget_mail(self) -> None:
        self.sender: str | None = None
        self.recipients: list[str] = []

    def _answer(self, line: str) -> None:
        self.answers.append(line.encode() + b"\r\n")

    def _flush(self) -> None:
        if self.answers and isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
            self.transport.write(b"".join(self.answers))
        self.answers.clear()

    def _close(self) -> None:
        self._flush()
        self.buffer.clear()
        self.transport.close()


async def serve_smtp(store: Store, *, hosts: Sequence[str], port: int) -> asyncio.Server:
    return await asyncio.get_running_loop().create_server(lambda: Connection(store), list(hosts), port, backlog=512)
