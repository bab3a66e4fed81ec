"""From one cell to the other: a sealed archive by the signed link of the campaign's own host."""

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

PATIENCE = 60.0
BLOCK = 1 << 20


class SourceUnreachable(Exception):
    """The other cell does not give the archive; trying again later may help."""


@contextmanager
def fetched(url: str) -> Iterator[Iterator[bytes]]:
    """The body of the answer, block by block. Raises SourceUnreachable, at the end too: a cut connection looks like one."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    # Not every resolver knows that whatever ends in localhost is this machine (RFC 6761).
    target = "127.0.0.1" if host.endswith(".localhost") else host
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    with closing(kind(target, parts.port, timeout=PATIENCE)) as connection:
        try:
            connection.request("GET", f"{parts.path}?{parts.query}", headers={"Host": parts.netloc})
            answer = connection.getresponse()
        except OSError as error:
            raise SourceUnreachable(type(error).__name__) from error
        if answer.status != http.client.OK:
            raise SourceUnreachable(f"status {answer.status}")
        yield _blocks(answer)


def _blocks(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    while block := answer.read(BLOCK):
        yield block
    if answer.length:  # what was announced and did not come
        raise SourceUnreachable("cut off")
