"""A mail server written for speed: takes everything, keeps nothing, counts. PIPELINING as RFC 2920 has it."""

import asyncio
import time
from multiprocessing.sharedctypes import Synchronized

END = b"\r\n.\r\n"


class Counter(asyncio.Protocol):
    count: "Synchronized[int]"
    first: "Synchronized[float]"
    last: "Synchronized[float]"

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport, self.buffer, self.in_body = transport, bytearray(), False
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answers: list[bytes] = []
        while self._step(answers):
            pass
        if answers:
            self.transport.write(b"".join(answers))

    def _step(self, answers: list[bytes]) -> bool:
        end = self.buffer.find(END if self.in_body else b"\r\n")
        if end < 0:
            return False
        line = bytes(self.buffer[: min(end, 4)]).upper()
        del self.buffer[: end + (len(END) if self.in_body else 2)]
        if self.in_body:
            self._counted()
            answers.append(b"250 2.0.0 taken\r\n")
            self.in_body = False
        elif line == b"DATA":
            self.in_body = True
            answers.append(b"354 go\r\n")
        elif line == b"EHLO":
            answers.append(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
        else:
            answers.append(b"250 2.1.0 ok\r\n")
        return True

    def _counted(self) -> None:
        now = time.time()
        if not self.count.value:
            self.first.value = now
        self.count.value += 1
        self.last.value = now


def serve(port: int, count: "Synchronized[int]", first: "Synchronized[float]", last: "Synchronized[float]") -> None:
    Counter.count, Counter.first, Counter.last = count, first, last

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Counter, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(run())
