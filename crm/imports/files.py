"""Files of imports: in the tenant's private storage, on a local disk while they are read."""

import hashlib
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage

from shared.scratch import scratch

FOLDER = "imports"


def write_checked(chunks: Iterable[bytes], path: Path) -> str:
    """Write what comes, return its SHA-256."""
    digest = hashlib.sha256()
    with path.open("wb") as stream:
        for chunk in chunks:
            digest.update(chunk)
            stream.write(chunk)
    return digest.hexdigest()


def store_file(path: Path, *, suffix: str) -> str:
    with path.open("rb") as stream:
        return default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}{suffix}", File(stream))


def delete_file(name: str) -> None:
    if name:
        default_storage.delete(name)


@contextmanager
def local_copy(name: str) -> Iterator[Path]:
    """Where the file can be read at random: itself when storage is a disk, a copy that is removed otherwise."""
    if on_disk := _path_on_disk(name):
        yield on_disk
        return
    with scratch("import") as folder:
        path = folder / "file"
        with default_storage.open(name, "rb") as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        yield path


def _path_on_disk(name: str) -> Path | None:
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None
