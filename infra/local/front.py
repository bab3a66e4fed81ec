"""The front server of several cells on one machine: takes a request to the process that serves its host, as Caddy would.

front.py --port 8000 --platform isoloir.localhost --control 127.0.0.1:8001 --cell fr-1=127.0.0.1:8002 --routes FILE

The control plane's directory says which cell a host is in; of a campaign's own domains and former addresses only its cell
knows. What was said is kept, in the process and in a file: campaigns stay within reach while the control plane is down, and
also when this process starts again meanwhile.
"""

import argparse
import asyncio
import contextlib
import json
import re
import time
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

FRESH = 5.0  # seconds for which an answer of the directory is taken as it is
LONGEST_HEAD = 64 * 1024
HOP_HEADERS = (b"connection:", b"keep-alive:", b"proxy-connection:", b"x-forwarded-for:", b"x-forwarded-proto:")
INTERNAL = re.compile(rb"^[A-Z]+ /+interne(/|\?| )")
Address = tuple[str, int]


class Directory:
    def __init__(self, platform: str, control: Address, cells: dict[str, Address], file: Path) -> None:
        self.platform, self.control, self.cells, self.file = platform, control, cells, file
        self.known: dict[str, tuple[str, float]] = {host: (cell, 0.0) for host, cell in self._read().items()}

    async def find(self, host: str) -> Address:
        """Where the host is served. The control plane answers for hosts that nobody knows: it has a page for that."""
        if host == self.platform:
            return self.control
        cell, told_at = self.known.get(host, ("", 0.0))
        if time.monotonic() - told_at > FRESH or not cell:
            cell = await self._ask(host, cell)
        return self.cells.get(cell, self.control)

    async def _ask(self, host: str, cell: str) -> str:
        try:
            told = await asyncio.wait_for(self._told(host), timeout=2)
        except (TimeoutError, OSError, ValueError, asyncio.IncompleteReadError):
            told = cell  # the directory is away: what it said last still holds
        told = told or await self._cell_that_knows(host)
        self.known[host] = (told, time.monotonic())
        if told != cell:
            self._write()
        return told

    async def _cell_that_knows(self, host: str) -> str:
        for name, place in self.cells.items():
            try:
                head = await asyncio.wait_for(answer(place, f"/interne/tls?domain={quote(host)}"), timeout=2)
            except (TimeoutError, OSError, asyncio.IncompleteReadError):
                continue
            if status_of(head) == HTTPStatus.OK:
                return name
        return ""

    async def _told(self, host: str) -> str:
        head = await answer(self.control, f"/interne/cellule?domain={quote(host)}")
        status = status_of(head)
        if status == HTTPStatus.NOT_FOUND:
            return ""
        name = re.search(rb"(?im)^x-isoloir-cell: *(\S+)", head)
        if status != HTTPStatus.OK or name is None:
            raise ValueError(status)
        return name[1].decode()

    def _read(self) -> dict[str, str]:
        with contextlib.suppress(FileNotFoundError, ValueError):
            return dict(json.loads(self.file.read_text()))
        return {}

    def _write(self) -> None:
        draft = self.file.with_suffix(".draft")
        draft.write_text(json.dumps({host: cell for host, (cell, _) in self.known.items() if cell}))
        draft.replace(self.file)


class Front:
    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, then the connection ends: on one machine a new one costs nothing."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await self._pass_on(head, reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _pass_on(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if INTERNAL.match(head):
            return self._refuse(writer, HTTPStatus.NOT_FOUND)
        try:
            address = await self.directory.find(host_of(head))
            upstream_reader, upstream = await asyncio.open_connection(*address)
        except OSError:
            return self._refuse(writer, HTTPStatus.BAD_GATEWAY)
        try:
            upstream.write(forwarded(head, str(writer.get_extra_info("peername")[0])))
            up = asyncio.create_task(pump(reader, upstream))
            await pump(upstream_reader, writer)
            up.cancel()
        finally:
            upstream.close()
        return None

    def _refuse(self, writer: asyncio.StreamWriter, status: HTTPStatus) -> None:
        body = f"{status.value} {status.phrase}\n".encode()
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}"
        writer.write(head.encode() + b"\r\nConnection: close\r\n\r\n" + body)


async def answer(place: Address, path: str) -> bytes:
    """The head of what is answered there."""
    reader, writer = await asyncio.open_connection(*place)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return (await reader.read()).partition(b"\r\n\r\n")[0]
    finally:
        writer.close()


def status_of(head: bytes) -> int:
    return int([*head.split(b" ", 2), b"0", b"0"][1])


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()


def host_of(head: bytes) -> str:
    found = re.search(rb"(?im)^host: *([^\s:]+)", head)
    return found[1].decode("ascii", "replace").lower().rstrip(".") if found else ""


def forwarded(head: bytes, client: str) -> bytes:
    """The head as the process behind is to see it. What the client says of forwarding is not passed on."""
    lines = [line for line in head[:-4].split(b"\r\n") if not line.lower().startswith(HOP_HEADERS)]
    lines += [b"Connection: close", b"X-Forwarded-For: " + client.encode(), b"X-Forwarded-Proto: http"]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    return host, int(port)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--platform", required=True)
    parser.add_argument("--control", type=address, required=True)
    parser.add_argument("--cell", action="append", default=[], help="name=host:port")
    parser.add_argument("--routes", type=Path, required=True)
    options = parser.parse_args()
    cells = {name: address(place) for name, _, place in (cell.partition("=") for cell in options.cell)}
    directory = Directory(options.platform, options.control, cells, options.routes)
    server = await asyncio.start_server(Front(directory).serve, options.host, options.port, limit=LONGEST_HEAD)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
