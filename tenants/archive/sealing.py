"""A stream that only the cells can read: AES-256-GCM by frames, each numbered and the last one marked (STREAM).

A frame taken away, doubled or moved, and an end cut off are all noticed. Each stream has a salt of its own: no pair of key
and number is ever used twice, whatever is sealed with one secret.
"""

import secrets
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tenants.archive.manifest import ArchiveDamaged, ArchiveForeign
from tenants.archive.stores import Sink

MAGIC = b"ISOLOIR1"
SALT = 32
FRAME = 1 << 20
TAG = 16


class Sealer:
    """Seals what is written to it into `sink`. Nothing can be opened before `finish()`."""

    def __init__(self, sink: Sink, *, secret: str) -> None:
        salt = secrets.token_bytes(SALT)
        self._sink, self._box, self._number, self._held = sink, _box(salt, secret), 0, bytearray()
        sink.write(MAGIC + salt)

    def write(self, data: bytes, /) -> int:
        self._held += data
        while len(self._held) > FRAME:
            self._seal(bytes(self._held[:FRAME]), is_last=False)
            del self._held[:FRAME]
        return len(data)

    def flush(self) -> None:
        """Frames are full or last: nothing leaves earlier."""

    def finish(self) -> None:
        self._seal(bytes(self._held), is_last=True)

    def _seal(self, plain: bytes, *, is_last: bool) -> None:
        self._sink.write(self._box.encrypt(_nonce(self._number, is_last=is_last), plain, None))
        self._number += 1


def unsealed(source: IO[bytes], *, secret: str) -> Iterator[bytes]:
    """What was sealed. Raises ArchiveForeign when it is sealed with another secret, ArchiveDamaged when it is not whole."""
    head = _exactly(source, len(MAGIC) + SALT)
    if not head.startswith(MAGIC) or len(head) != len(MAGIC) + SALT:
        raise ArchiveForeign("it is not sealed")
    box, number, frame = _box(head[len(MAGIC) :], secret), 0, _exactly(source, FRAME + TAG)
    while True:
        following = _exactly(source, FRAME + TAG)
        try:
            yield box.decrypt(_nonce(number, is_last=not following), frame, None)
        except InvalidTag as error:
            raise (ArchiveDamaged if number else ArchiveForeign)("its seal is broken") from error
        if not following:
            return
        number, frame = number + 1, following


def _box(salt: bytes, secret: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"isoloir archive")
    return AESGCM(derived.derive(secret.encode()))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11) + bytes([is_last])


def _exactly(source: IO[bytes], size: int) -> bytes:
    """As much as was asked for unless the end comes: a network gives what it has."""
    found = bytearray()
    while len(found) < size and (block := source.read(size - len(found))):
        found += block
    return bytes(found)
