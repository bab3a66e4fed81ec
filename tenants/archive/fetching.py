"""From one cell to the other: a sealed archive by the signed link of the campaign's own host."""

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO, cast
from urllib.parse import urlsplit

PATIENCE = 60.0


class SourceUnreachable(Exception):
    """The other cell does not give the archive; trying again later may help."""


@contextmanager
def fetched(url: str) -> Iterator[IO[bytes]]:
    """The body of the answer, as it comes. Raises SourceUnreachable."""
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
        yield cast("IO[bytes]", answer)
