"""What an archive says of itself: `manifest.json`, its last member, with the size and SHA-256 of all the others."""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings

FORMAT = "isoloir-archive"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"


class ArchiveRefused(Exception):
    """An archive that cannot be read back here. Nothing of it was kept."""


class ArchiveDamaged(ArchiveRefused):
    """What is in it is not what was written."""


class ArchiveForeign(ArchiveRefused):
    """It is no archive of ours, or another campaign's, or one of another installation."""


class ArchiveVersionUnknown(ArchiveRefused):
    """It was written by a version of the code that this cell never ran."""


class Purpose(StrEnum):
    EXPORT = "export"  # for its owner: without what would open a door
    BACKUP = "backup"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table as CSV. `order` is how its rows are sorted, the same on both sides, so that checksums can be compared."""

    name: str
    columns: list[str]
    order: list[str]
    rows: int
    member: Member
    keys: Member | None = None  # of changes: what is there of these rows goes first

    def sum(self) -> tuple[str, int, str, str]:
        return self.name, self.rows, self.member.sha256, self.keys.sha256 if self.keys else ""


@dataclass(frozen=True, slots=True)
class Sequence:
    name: str
    last_value: int
    is_called: bool


@dataclass(frozen=True, slots=True)
class AlarmRow:
    kind: str
    key: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Manifest:
    purpose: str
    uuid: UUID
    campaign: dict[str, Any]
    schema_version: str
    keys: str  # which LASTING_KEY made the suppression list: with another one it would be unreadable
    written_at: datetime
    tables: list[Table] = field(default_factory=list)
    sequences: list[Sequence] = field(default_factory=list)
    alarms: list[AlarmRow] = field(default_factory=list)
    files: list[Member] = field(default_factory=list)
    readable: list[Member] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)  # files that an earlier archive has brought already
    # Where only what has changed is in it: the sums of the archive on which it goes, and what every table then counts.
    base: str = ""
    counts: dict[str, int] = field(default_factory=dict)

    def sums(self) -> str:
        """One digest over every table and file: equal on both sides, or the copy is not the original."""
        lines = [repr(table.sum()) for table in sorted(self.tables, key=lambda table: table.name)]
        lines += [repr((file.name, file.size, file.sha256)) for file in sorted(self.files, key=lambda file: file.name)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def as_json(self) -> bytes:
        body = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}
        return json.dumps(body, ensure_ascii=False, indent=1, default=_plain).encode()


def fingerprint_of_keys(uuid: UUID) -> str:
    """The same in every process with this LASTING_KEY; says nothing of the key."""
    return hmac.new(settings.LASTING_KEY.encode(), f"archive:{uuid}".encode(), hashlib.sha256).hexdigest()[:32]


def read_manifest(content: bytes) -> Manifest:
    """Raises ArchiveForeign or ArchiveDamaged."""
    try:
        body = json.loads(content)
        found, version = body.pop("format"), body.pop("format_version")
    except (ValueError, KeyError, AttributeError) as error:
        raise ArchiveForeign("its manifest is not ours") from error
    if found != FORMAT:
        raise ArchiveForeign("its manifest is not ours")
    if version != FORMAT_VERSION:
        raise ArchiveVersionUnknown(f"format {version}")
    try:
        return _typed(body)
    except (KeyError, TypeError, ValueError) as error:
        raise ArchiveDamaged("its manifest is not whole") from error


def _typed(body: dict[str, Any]) -> Manifest:
    tables = [_table(table) for table in body["tables"]]
    alarms = [AlarmRow(**{**alarm, "due_at": datetime.fromisoformat(alarm["due_at"])}) for alarm in body["alarms"]]
    typed = {
        "uuid": UUID(body["uuid"]),
        "written_at": datetime.fromisoformat(body["written_at"]),
        "tables": tables,
        "sequences": [Sequence(**sequence) for sequence in body["sequences"]],
        "alarms": alarms,
        "files": [Member(**file) for file in body["files"]],
        "readable": [Member(**file) for file in body["readable"]],
    }
    return Manifest(**{**body, **typed})


def _table(body: dict[str, Any]) -> Table:
    keys = body.get("keys")
    return Table(**{**body, "member": Member(**body["member"]), "keys": Member(**keys) if keys else None})


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
