"""A load generator: kept connections, one request in flight on each, as little work as possible between two."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"


class BadAnswer(Exception):
    """The server answered something else than what was asked for."""


@dataclass(frozen=True)
class Question:
    """A request as bytes, and words that its answer must have."""

    request: bytes
    expected: bytes


def question(*, host: str, path: str, expected: str) -> Question:
    return Question(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode(), expected.encode())


class Client(asyncio.Protocol):
    def __init__(self, questions: Sequence[Question], offset: int, deadline: float) -> None:
        self.questions = itertools.islice(itertools.cycle(questions), offset, None)
        self.deadline = deadline
        self.answers = 0
        self.buffer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- TCP
        self.transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head = self.buffer.find(END_OF_HEAD)
        if head < 0:
            return
        lowered = self.buffer[:head].lower()
        start = lowered.find(LENGTH)
        if start < 0:
            self._finish(BadAnswer("The answer does not tell its length."))
            return
        size = int(lowered[start + len(LENGTH) :].split(b"\r\n", 1)[0])
        if len(self.buffer) < head + len(END_OF_HEAD) + size:
            return
        if not self.buffer.startswith(b"HTTP/1.1 200") or self.asked.expected not in self.buffer:
            self._finish(BadAnswer(self.buffer[:500].decode(errors="replace")))
            return
        self.buffer = b""
        self.answers += 1
        if time.perf_counter() < self.deadline:
            self._ask()
        else:
            self._finish(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish(exc or BadAnswer("The server closed the connection."))

    def _ask(self) -> None:
        self.asked = next(self.questions)
        self.transport.write(self.asked.request)

    def _finish(self, error: Exception | None) -> None:
        if self.done.done():
            return
        if error:
            self.done.set_exception(error)
        else:
            self.done.set_result(None)
        self.transport.close()


async def _measure(port: int, questions: Sequence[Question], *, connections: int, seconds: float) -> float:
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    clients = [Client(questions, offset, began + seconds) for offset in range(connections)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)
    await asyncio.gather(*(client.done for client in clients))
    return sum(client.answers for client in clients) / (time.perf_counter() - began)


def requests_per_second(port: int, questions: Sequence[Question], *, connections: int, seconds: float) -> float:
    return asyncio.run(_measure(port, questions, connections=connections, seconds=seconds))
