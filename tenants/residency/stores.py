"""Which stores and providers this process uses, and the hosts that its settings lead to."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from tenants.residency.enums import Subject

# File systems whose files lie on another machine.
ON_THE_NETWORK = ("nfs", "cifs", "smb", "ceph", "gluster", "lustre", "fuse.sshfs", "fuse.s3fs", "9p")


@dataclass(frozen=True, slots=True)
class Store:
    subject: Subject
    setting: str  # the variable that says where it is
    service: str
    hosts: tuple[str, ...]
    is_of_every_country: bool = False  # of the EEA, that is


_registered: list[Callable[[], list[Store]]] = []


def register_stores(found: Callable[[], list[Store]]) -> None:
    """Providers of an upper app (SMS, voice), asked anew at each check. Call it in AppConfig.ready()."""
    _registered.append(found)


def stores() -> list[Store]:
    return [*_own(), *(store for found in _registered for store in found())]


def _own() -> Iterator[Store]:
    yield Store(Subject.DATABASE, "DATABASE_URL", "database", hosts_of_database(settings.DATABASES["default"]["HOST"]))
    owner = hosts_of_database(settings.DATABASE_OWNER["HOST"])
    yield Store(Subject.DATABASE, "DATABASE_OWNER_URL", "database", owner)
    if settings.S3_BUCKET:
        # Without an address the library would take Amazon's, or one from its own variables.
        host = urlsplit(settings.S3_ENDPOINT_URL).hostname or "s3.amazonaws.com"
        yield Store(Subject.STORAGE, "S3_ENDPOINT_URL", "storage", (host,))
    else:
        yield Store(Subject.STORAGE, "MEDIA_ROOT", "storage", (server_of_folder(Path(settings.MEDIA_ROOT)),))
    yield Store(Subject.CACHE, "REDIS_URL", "broker", hosts_of_url(settings.REDIS_URL))
    yield Store(Subject.BROKER, "CELERY_BROKER_URL", "broker", hosts_of_url(settings.CELERY_BROKER_URL))
    if settings.BUS_URL:  # shared with cells of other countries: numbers and states only, and never out of the area
        yield Store(Subject.BUS, "BUS_URL", "broker", hosts_of_url(settings.BUS_URL), is_of_every_country=True)
    yield Store(Subject.MAIL, "SMTP_URL", "mail", hosts_of_url(settings.SMTP_URL))
    if settings.SENTRY_DSN:
        yield Store(Subject.REPORTS, "SENTRY_DSN", "reports", hosts_of_url(settings.SENTRY_DSN))


def hosts_of_database(value: object) -> tuple[str, ...]:
    """libpq takes several hosts, a folder of sockets, and PGHOST where none is named."""
    named = str(value or os.environ.get("PGHOSTADDR") or os.environ.get("PGHOST") or "")
    return tuple(part.strip() for part in named.split(","))


def hosts_of_url(value: str) -> tuple[str, ...]:
    """The host of an address, or of each of several (`;`). A socket and Celery's memory have none: this machine."""
    return tuple(urlsplit(part).hostname or "" for part in value.split(";"))


def server_of_folder(folder: Path) -> str:
    """The machine whose disk holds the folder; empty for a disk of this one."""
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    mounts = [line.split() for line in lines]
    place = folder.resolve()
    holding = [mount for mount in mounts if place.is_relative_to(mount[1].replace("\\040", " "))]
    source, _point, kind = max(holding, key=lambda mount: len(mount[1]))[:3]
    if not kind.startswith(ON_THE_NETWORK):
        return ""
    return source.lstrip("/").replace("/", ":").split(":")[0].rpartition("@")[2] or "?"
