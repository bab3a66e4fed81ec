"""Why an archive is refused, as the words that jobs carry and screens translate."""

from tenants.archive.manifest import ArchiveDamaged, ArchiveForeign, ArchiveRefused, ArchiveVersionUnknown
from tenants.jobs.running import JobRefused

WORDS: dict[type[ArchiveRefused], str] = {
    ArchiveDamaged: "archive_damaged",
    ArchiveForeign: "archive_foreign",
    ArchiveVersionUnknown: "archive_version_unknown",
}


def refused(error: ArchiveRefused) -> JobRefused:
    return JobRefused(WORDS[type(error)])
