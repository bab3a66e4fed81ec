"""A file from somebody else's server, block by block: limited in size, in time, and in where it may come from."""

import http.client
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from urllib.parse import urljoin

from crm.imports.sniffing import MAX_FILE_SIZE
from crm.schedules.hosts import HostRefused, Target, find_target

CONNECT, SILENCE, TOTAL = 10.0, 30.0, 600.0  # seconds
BLOCK = 1 << 16
REDIRECTS = 4
MOVED = (301, 302, 303, 307, 308)
FIXED = {"User-Agent": "Isoloir", "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}


class Unfetched(Exception):
    """The file did not come. `reason` is a key of crm.schedules.wording.FAILURES."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


class _Pinned(http.client.HTTPConnection):
    """To one of the addresses that were looked at, in the name of its host."""

    def __init__(self, target: Target, deadline: float) -> None:
        super().__init__(target.host, target.port, timeout=SILENCE)
        self._target, self._deadline = target, deadline

    def connect(self) -> None:
        self.sock = self._reached()
        self.sock.settimeout(SILENCE)
        if self._target.is_tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self._target.host)

    def _reached(self) -> socket.socket:
        failure: OSError = OSError("no address")
        for address in self._target.addresses:
            try:
                return socket.create_connection((address, self._target.port), _left(self._deadline, CONNECT))
            except OSError as error:
                failure = error
        raise failure


@contextmanager
def fetched(url: str, headers: Mapping[str, str], *, total: float = TOTAL) -> Iterator[Iterator[bytes]]:
    """The file's blocks. `headers` are for the named server alone: a redirect to another one goes without. Raises Unfetched, also while reading."""
    deadline = time.monotonic() + total
    first = target = _target(url)
    for _hop in range(REDIRECTS + 1):
        told = headers if target.origin == first.origin else {}
        with closing(_Pinned(target, deadline)) as connection, closing(_asked(connection, target, told)) as answer:
            if answer.status not in MOVED:
                _check(answer)
                yield _blocks(answer, deadline)
                return
            url = urljoin(url, answer.headers.get("Location", ""))
        target = _target(url)
    raise Unfetched("redirects")


def _target(url: str) -> Target:
    try:
        return find_target(url)
    except HostRefused as error:
        raise Unfetched(error.reason) from error


def _asked(connection: _Pinned, target: Target, headers: Mapping[str, str]) -> http.client.HTTPResponse:
    try:
        connection.request("GET", target.path, headers={**headers, **FIXED, "Host": target.netloc})
        return connection.getresponse()
    except ssl.SSLCertVerificationError as error:
        raise Unfetched("certificate") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unfetched("unreachable") from error


def _check(answer: http.client.HTTPResponse) -> None:
    if answer.status != http.client.OK:
        raise Unfetched("status", str(answer.status))
    if answer.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
        raise Unfetched("encoding")  # what was not asked for could be a gigabyte in a thousand bytes
    if answer.length is not None and answer.length > MAX_FILE_SIZE:
        raise Unfetched("too_big")


def _blocks(answer: http.client.HTTPResponse, deadline: float) -> Iterator[bytes]:
    size, announced = 0, answer.length
    while block := _block(answer, deadline):
        size += len(block)
        if size > MAX_FILE_SIZE:
            raise Unfetched("too_big")
        yield block
    if announced is not None and size < announced:
        raise Unfetched("cut_off")


def _block(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    """`read1` gives what is there: a server that sends a byte a minute does not hold the worker."""
    _left(deadline, SILENCE)
    try:
        return answer.read1(BLOCK)
    except TimeoutError as error:
        raise Unfetched("too_slow") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unfetched("cut_off") from error


def _left(deadline: float, most: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise Unfetched("too_slow")
    return min(left, most)
