"""Files by their whole name in the cell's store, on disk or on S3: archives, backups, and every file of one tenant.

`tenants.storage` is what the product uses: it sees one tenant. This is for the work that carries a tenant's files about.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol, cast
from uuid import UUID

import boto3
from botocore.exceptions import ClientError
from django.conf import settings
from django.utils._os import safe_join

from tenants.storage import client_config

BLOCK = 1 << 20
PART = 8 << 20
PARTS_OF_A_SIZE = 1000  # S3 takes 10 000 parts: they grow with the file
UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class Stored:
    name: str
    size: int


class Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> None:
        """zipfile calls it at its end."""


class Store(Protocol):
    def names(self, prefix: str) -> Iterator[Stored]: ...

    def writing(self, name: str) -> AbstractContextManager[Sink]:
        """A file that is there when the block ends, whole; an exception leaves nothing of it."""
        ...

    def reading(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """Raises FileNotFoundError."""
        ...

    def delete(self, name: str) -> None: ...

    def copy(self, name: str, to: str) -> None: ...


def cell_store() -> Store:
    return BucketStore() if settings.S3_BUCKET else FolderStore(Path(settings.MEDIA_ROOT))


def tenant_prefix(uuid: UUID) -> str:
    return f"tenants/{uuid}/"


def delete_all(store: Store, prefix: str) -> int:
    """Delete every file whose name begins with it; returns how many there were."""
    names = [file.name for file in store.names(prefix)]
    for name in names:
        store.delete(name)
    return len(names)


class FolderStore:
    """The embedded default."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self, prefix: str) -> Iterator[Stored]:
        for place, _folders, files in sorted(os.walk(self._path(prefix.rpartition("/")[0]))):
            for file in sorted(files):
                path = Path(place) / file
                name = str(path.relative_to(self._root))
                if name.startswith(prefix) and not file.endswith(UNFINISHED):
                    with suppress(FileNotFoundError):
                        yield Stored(name, path.stat().st_size)

    @contextmanager
    def writing(self, name: str) -> Iterator[Sink]:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}{UNFINISHED}")
        try:
            with draft.open("wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    @contextmanager
    def reading(self, name: str) -> Iterator[IO[bytes]]:
        with self._path(name).open("rb") as stream:
            yield stream

    def delete(self, name: str) -> None:
        path = self._path(name)
        path.unlink(missing_ok=True)
        with suppress(OSError):  # an empty folder goes with its last file
            path.parent.rmdir()

    def copy(self, name: str, to: str) -> None:
        with self.reading(name) as source, self.writing(to) as target:
            shutil.copyfileobj(source, cast("IO[bytes]", target), BLOCK)

    def _path(self, name: str) -> Path:
        return Path(safe_join(self._root, name))


class BucketStore:
    """The cell's bucket."""

    def __init__(self) -> None:
        self._bucket = settings.S3_BUCKET
        self._client = boto3.client(
            "s3",
            endpoint_url=settings.S3_ENDPOINT_URL or None,
            region_name=settings.S3_REGION or None,
            aws_access_key_id=settings.S3_ACCESS_KEY_ID or None,
            aws_secret_access_key=settings.S3_SECRET_ACCESS_KEY or None,
            config=client_config(),
        )
        encryption = settings.S3_ENCRYPTION
        self._as_written = {"ServerSideEncryption": encryption} if encryption else {}

    def names(self, prefix: str) -> Iterator[Stored]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        for page in pages:
            for item in page.get("Contents", []):
                yield Stored(item["Key"], item["Size"])

    @contextmanager
    def writing(self, name: str) -> Iterator[Sink]:
        self._forget_unfinished(name)
        upload = _Upload(self._client, {"Bucket": self._bucket, "Key": name}, self._as_written)
        try:
            yield upload
            upload.finish()
        except BaseException:
            upload.abort()
            raise

    @contextmanager
    def reading(self, name: str) -> Iterator[IO[bytes]]:
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=name)
        except self._client.exceptions.NoSuchKey as error:
            raise FileNotFoundError(name) from error
        with closing(answer["Body"]) as body:
            yield cast("IO[bytes]", body)

    def delete(self, name: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=name)

    def copy(self, name: str, to: str) -> None:
        self._client.copy({"Bucket": self._bucket, "Key": name}, self._bucket, to, ExtraArgs=self._as_written)

    def _forget_unfinished(self, name: str) -> None:
        """Parts that a killed worker left are paid for until somebody says that nobody wants them."""
        left = self._client.list_multipart_uploads(Bucket=self._bucket, Prefix=name).get("Uploads", [])
        for upload in left:
            if upload["Key"] == name:
                with suppress(ClientError):
                    self._client.abort_multipart_upload(Bucket=self._bucket, Key=name, UploadId=upload["UploadId"])


class _Upload:
    """One object in parts: as much memory as one part, however long it gets."""

    def __init__(self, client: Any, whole: dict[str, str], as_written: dict[str, str]) -> None:
        self._client, self._whole = client, whole
        self._id = client.create_multipart_upload(**whole, **as_written)["UploadId"]
        self._parts: list[dict[str, Any]] = []
        self._held = bytearray()

    def write(self, data: bytes, /) -> int:
        self._held += data
        if len(self._held) >= PART * (1 + len(self._parts) // PARTS_OF_A_SIZE):
            self._send()
        return len(data)

    def flush(self) -> None:
        """Parts are full or last: nothing leaves earlier."""

    def finish(self) -> None:
        if self._held or not self._parts:  # the last part may be small, and even empty
            self._send()
        self._client.complete_multipart_upload(**self._whole, UploadId=self._id, MultipartUpload={"Parts": self._parts})

    def abort(self) -> None:
        with suppress(ClientError):
            self._client.abort_multipart_upload(**self._whole, UploadId=self._id)

    def _send(self) -> None:
        number = len(self._parts) + 1
        answer = self._client.upload_part(**self._whole, UploadId=self._id, PartNumber=number, Body=bytes(self._held))
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        self._held.clear()
