"""The mail that the local stack has caught."""

import re
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

LINK = re.compile(r"https?://\S+")


def mails_to(folder: Path, recipient: str) -> list[EmailMessage]:
    """What was caught for this address, oldest first."""
    found = []
    for file in sorted(folder.rglob("*.eml"), key=lambda one: one.stat().st_mtime_ns):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        if recipient in str(mail["To"]):
            found.append(mail)
    return found


def wait_for_mail(folder: Path, recipient: str, *, count: int = 1, seconds: float = 60) -> EmailMessage:
    """The newest mail to this address, once there are so many."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        mails = mails_to(folder, recipient)
        if len(mails) >= count:
            return mails[-1]
        time.sleep(0.3)
    raise AssertionError(f"{len(mails_to(folder, recipient))} mails came to {recipient}, not {count}")


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def links_in(mail: EmailMessage) -> list[str]:
    return [link.rstrip(".,)>") for link in LINK.findall(text_of(mail))]
