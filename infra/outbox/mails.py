"""One caught message, taken apart for reading."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

CID = re.compile(r"""(["'(=])cid:([^"')\s>]+)""", re.IGNORECASE)
UNKNOWN = "application/octet-stream"


@dataclass(frozen=True)
class Part:
    number: int
    name: str
    kind: str
    content_id: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    headers: tuple[tuple[str, str], ...]
    html: str | None
    text: str | None
    parts: tuple[Part, ...]

    def html_for_frame(self, part_url: str) -> str:
        """Its links open in a new tab, its inline pictures come from here."""
        numbers = {part.content_id: part.number for part in self.parts if part.content_id}

        def replaced(found: re.Match[str]) -> str:
            number = numbers.get(found[2])
            return found[0] if number is None else f"{found[1]}{part_url}{number}"

        html = CID.sub(replaced, self.html or "")
        base = '<base target="_blank">'
        head = re.search(r"<head[^>]*>", html, re.IGNORECASE)
        return html[: head.end()] + base + html[head.end() :] if head else base + html


def read_mail(content: bytes) -> Mail:
    message = message_from_bytes(content, policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the default policy makes EmailMessage")
    html, text = _body(message, "html"), _body(message, "plain")
    return Mail(
        headers=tuple(_headers(message)),
        html=_string(html) if html else None,
        text=_string(text) if text else None,
        parts=tuple(_parts(message, (html, text))),
    )


def _body(message: EmailMessage, kind: str) -> EmailMessage | None:
    found = message.get_body(preferencelist=(kind,))  # type: ignore[arg-type]
    return found if isinstance(found, EmailMessage) else None


def _headers(message: EmailMessage) -> list[tuple[str, str]]:
    found = []
    for name, value in message.raw_items():
        try:
            found.append((name, str(message.policy.header_fetch_parse(name, value))))
        except (ValueError, LookupError, IndexError, AttributeError):
            found.append((name, str(value)))
    return found


def _string(part: EmailMessage) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(payload)


def _parts(message: EmailMessage, bodies: tuple[EmailMessage | None, ...]) -> list[Part]:
    leaves = [part for part in message.walk() if not part.is_multipart() and not any(part is body for body in bodies)]
    found = []
    for number, part in enumerate(leaves):
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            content_id = str(part.get("Content-ID", "")).strip("<> ")
            found.append(
                Part(number, part.get_filename() or "", part.get_content_type() or UNKNOWN, content_id, payload)
            )
    return found
