"""The cell's store, on disk and on a real S3 server on loopback: a file is whole, or is not there."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tenants.archive import stores
from tenants.archive.stores import BucketStore, FolderStore, Store, Stored, delete_all
from tests.tenants.s3 import moto


@pytest.fixture
def s3(settings: Any) -> Iterator[Any]:
    with moto(settings) as client:
        yield client


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "disk":
        yield FolderStore(tmp_path)
    else:
        request.getfixturevalue("s3")
        yield BucketStore()


def put(store: Store, name: str, blocks: Iterable[bytes]) -> None:
    with store.writing(name) as sink:
        for block in blocks:
            sink.write(block)


def get(store: Store, name: str) -> bytes:
    with store.reading(name) as source:
        return source.read()


@pytest.mark.parametrize(
    "blocks", [[], [b""], [b"a"], [b"x" * 3_000_000] * 7], ids=["nothing", "empty", "small", "parts"]
)
def test_what_is_written_is_read(store: Store, blocks: list[bytes]) -> None:
    put(store, "tenants/a/été – 1.bin", blocks)
    assert get(store, "tenants/a/été – 1.bin") == b"".join(blocks)
    assert list(store.names("tenants/a/été – 1.bin")) == list(store.names("tenants/a/"))
    assert list(store.names("tenants/a/")) == [Stored("tenants/a/été – 1.bin", sum(map(len, blocks)))]


def test_a_writer_that_fails_leaves_what_was_there(store: Store) -> None:
    put(store, "backups/1.zip", [b"before"])

    def blocks() -> Iterator[bytes]:
        yield b"x" * 20_000_000
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        put(store, "backups/1.zip", blocks())
    assert get(store, "backups/1.zip") == b"before"
    assert [stored.name for stored in store.names("backups/")] == ["backups/1.zip"]


def test_parts_of_a_killed_worker_are_forgotten(s3: Any) -> None:
    s3.create_multipart_upload(Bucket="isoloir-fr-1", Key="backups/1.zip")
    s3.create_multipart_upload(Bucket="isoloir-fr-1", Key="backups/1.zip.other")
    put(BucketStore(), "backups/1.zip", [b"whole"])
    left = s3.list_multipart_uploads(Bucket="isoloir-fr-1")["Uploads"]
    assert [upload["Key"] for upload in left] == ["backups/1.zip.other"]


def test_a_killed_worker_on_a_disk_leaves_no_file_that_counts(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    put(store, "backups/1.zip", [b"whole"])
    (tmp_path / "backups" / f".2.zip{stores.UNFINISHED}").write_bytes(b"half")
    assert [stored.name for stored in store.names("backups/")] == ["backups/1.zip"]
    put(store, "backups/2.zip", [b"whole"])
    assert sorted(path.name for path in (tmp_path / "backups").iterdir()) == ["1.zip", "2.zip"]


def test_a_missing_file_says_so(store: Store) -> None:
    with pytest.raises(FileNotFoundError), store.reading("backups/none.zip"):
        pass


def test_a_copy_is_equal_and_a_deletion_takes_the_prefix_only(store: Store) -> None:
    put(store, "tenants/a/1", [b"one"])
    store.copy("tenants/a/1", "kept/a/1")
    put(store, "tenants/b/1", [b"other"])
    assert delete_all(store, "tenants/a/") == 1
    assert (get(store, "kept/a/1"), get(store, "tenants/b/1")) == (b"one", b"other")
