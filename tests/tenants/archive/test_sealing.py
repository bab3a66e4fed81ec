"""What goes from cell to cell: only they can read it, and only whole."""

import io
import secrets

import pytest

from tenants.archive.manifest import ArchiveDamaged, ArchiveForeign
from tenants.archive.sealing import FRAME, MAGIC, SALT, TAG, Sealer, unsealed

HEAD = len(MAGIC) + SALT
ONE = "one"


def sealed(content: bytes, secret: str = ONE) -> bytes:
    sink = io.BytesIO()
    sealer = Sealer(sink, secret=secret)
    for start in range(0, len(content), 70_000):
        sealer.write(content[start : start + 70_000])
    sealer.finish()
    return sink.getvalue()


def opened(content: bytes, secret: str = ONE) -> bytes:
    return b"".join(unsealed(io.BytesIO(content), secret=secret))


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME])
def test_what_is_sealed_is_opened(size: int) -> None:
    content = secrets.token_bytes(size)
    assert opened(sealed(content)) == content


def test_nothing_of_the_content_is_in_the_seal() -> None:
    assert b"ada@example.org" not in sealed(b"ada@example.org" * 1000)
    assert sealed(b"same") != sealed(b"same")


def test_another_secret_cannot_open_it() -> None:
    content = sealed(b"x" * 100)
    with pytest.raises(ArchiveForeign):
        opened(content, "another")
    with pytest.raises(ArchiveForeign):
        opened(b"PK\x03\x04 an open archive")


@pytest.mark.parametrize("cut", [HEAD + FRAME + TAG, HEAD + 2 * (FRAME + TAG), -1], ids=["first", "second", "byte"])
def test_an_end_cut_off_is_noticed(cut: int) -> None:
    content = sealed(secrets.token_bytes(2 * FRAME + 9))
    with pytest.raises((ArchiveDamaged, ArchiveForeign)):
        opened(content[:cut])


def test_frames_cannot_change_places() -> None:
    content = sealed(secrets.token_bytes(3 * FRAME))
    frames = [content[HEAD + n * (FRAME + TAG) : HEAD + (n + 1) * (FRAME + TAG)] for n in range(3)]
    with pytest.raises((ArchiveDamaged, ArchiveForeign)):
        opened(content[:HEAD] + frames[1] + frames[0] + frames[2])
