"""Caught mail on disk, one .eml each, and what the list needs of it in memory."""

import json
import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from email.header import decode_header, make_header
from email.utils import parseaddr
from pathlib import Path

SUBJECT, AUTHOR = (
    re.compile(rb"^" + name + rb":[ \t]*(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
    for name in (b"subject", b"from")
)
ENVELOPE = re.compile(rb"^(return-path|delivered-to):[ \t]*(.*?)\r?$", re.IGNORECASE | re.MULTILINE)
LONGEST_HEADER = 500


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    at: float
    sender: str
    recipients: tuple[str, ...]
    raw_subject: str
    raw_author: str
    size: int

    @property
    def subject(self) -> str:
        return decoded(self.raw_subject)

    @property
    def author(self) -> str:
        """The name that a reader sees, else the address."""
        name, address = parseaddr(self.raw_author)
        return decoded(name) or address or self.sender


class Store:
    """Safe to write from one thread while others read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.index_path = folder / "index.jsonl"
        self.lock = threading.Lock()
        self.entries = self._load()
        self.index = self.index_path.open("a")
        self.last_stamp = 0

    def add(self, *, sender: str, recipients: Sequence[str], content: bytes) -> str:
        now = time.time()
        # Names sort by arrival, also when several arrive within a microsecond.
        self.last_stamp = max(int(now * 1_000_000), self.last_stamp + 1)
        entry = Entry(
            f"{self.last_stamp:016d}",
            now,
            sender,
            tuple(recipients),
            header(SUBJECT, content),
            header(AUTHOR, content),
            len(content),
        )
        envelope = f"Return-Path: <{sender}>\r\n" + "".join(f"Delivered-To: {address}\r\n" for address in recipients)
        self.path(entry.id).write_bytes(envelope.encode("utf-8", "surrogateescape") + content)
        self.index.write(json.dumps(asdict(entry)) + "\n")
        with self.lock:
            self.entries.append(entry)
        return entry.id

    def flush(self) -> None:
        self.index.flush()

    def path(self, id_: str) -> Path:
        return self.folder / f"{id_}.eml"

    def newest(self, *, to: str, start: int, count: int) -> tuple[list[Entry], int]:
        """A page of what matches, newest first, and how many match in all."""
        wanted = to.strip().lower()
        with self.lock:
            entries = list(self.entries)
        if wanted:
            entries = [entry for entry in entries if any(wanted in address.lower() for address in entry.recipients)]
        end = len(entries) - start
        return entries[max(0, end - count) : max(0, end)][::-1], len(entries)

    def find(self, id_: str) -> Entry | None:
        with self.lock:
            return next((entry for entry in reversed(self.entries) if entry.id == id_), None)

    def clear(self) -> None:
        with self.lock:
            removed, self.entries = self.entries, []
            self.index.truncate(0)
        for entry in removed:
            self.path(entry.id).unlink(missing_ok=True)

    def _load(self) -> list[Entry]:
        known = {entry.id: entry for entry in self._indexed()}
        names = sorted(path.stem for path in self.folder.glob("*.eml"))
        entries = [known.get(name) or self._read(name) for name in names]
        if len(known) != len(names) or any(name not in known for name in names):
            self.index_path.write_text("".join(json.dumps(asdict(entry)) + "\n" for entry in entries))
        return entries

    def _indexed(self) -> Iterator[Entry]:
        if not self.index_path.exists():
            return
        for line in self.index_path.read_text().splitlines():
            try:
                fields = json.loads(line)
                yield Entry(**{**fields, "recipients": tuple(fields["recipients"])})
            except (ValueError, TypeError, KeyError):
                continue  # the last line of a process that was killed

    def _read(self, name: str) -> Entry:
        """What the index has lost, from the file itself."""
        content = self.path(name).read_bytes()
        head = content.partition(b"\r\n\r\n")[0]
        envelope = [(key.lower(), value.decode(errors="replace")) for key, value in ENVELOPE.findall(head)]
        sender = next((value.strip("<>") for key, value in envelope if key == b"return-path"), "")
        recipients = tuple(value for key, value in envelope if key == b"delivered-to")
        at = int(name) / 1_000_000 if name.isdigit() else self.path(name).stat().st_mtime
        return Entry(name, at, sender, recipients, header(SUBJECT, content), header(AUTHOR, content), len(content))


def header(pattern: re.Pattern[bytes], content: bytes) -> str:
    """A header's value, unfolded, not yet decoded: this runs for each message that arrives."""
    head = content[: content.find(b"\r\n\r\n") + 1 or None]
    found = pattern.search(head)
    if not found:
        return ""
    return re.sub(r"\r?\n[ \t]+", " ", found[1].decode("utf-8", "replace")).strip()[:LONGEST_HEADER]


def decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError):
        return value
