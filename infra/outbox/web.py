"""The outbox's own small web server, for this machine only."""

import json
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from mails import Mail, read_mail
from pages import BRAND, PAGE_SIZE, Listing, delete_page, gone_page, list_page, mail_page
from store import Entry, Store
from words import LANGUAGES, Words, preferred_language

HERE = Path(__file__).parent
FONTS = HERE.parents[1] / "platform" / "shared" / "static"
VIEWS = ("message", "text", "headers", "source")
OWN = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
# Mail may show the pictures of the local campaigns, and nothing from anywhere else.
FRAMED = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: http://*.localhost:*; frame-ancestors 'self'"
LOCAL_HOST = re.compile(r"^(localhost|[a-z0-9.-]+\.localhost|127\.0\.0\.1|\[::1\])(:\d+)?$", re.IGNORECASE)
MESSAGE = re.compile(r"^/messages/(\d+)(\.eml|/html|/source|/part/\d+)?$")


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], store: Store) -> None:
        self.store = store
        super().__init__(address, Handler)


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        self._answer_if_local(self._get)

    def do_HEAD(self) -> None:
        self._answer_if_local(self._get)

    def do_POST(self) -> None:
        self._answer_if_local(self._post)

    def _answer_if_local(self, handle: Callable[[], None]) -> None:
        # A page elsewhere may point a name of its own at 127.0.0.1: such a name is not answered.
        if LOCAL_HOST.match(self.headers.get("Host", "")):
            handle()
        else:
            self._send(
                b"This server answers to local names only.", kind="text/plain", status=HTTPStatus.MISDIRECTED_REQUEST
            )

    def _get(self) -> None:
        parts = urlsplit(self.path)
        self.query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        fixed = {
            "/": self._list,
            "/delete": self._confirm,
            "/messages.json": self._json,
            "/outbox.css": self._css,
            "/favicon.svg": self._favicon,
        }
        found = MESSAGE.match(parts.path)
        if parts.path in fixed:
            fixed[parts.path]()
        elif found:
            self._message(found[1], found[2] or "")
        elif parts.path.startswith("/fonts/"):
            self._font(parts.path.removeprefix("/fonts/"))
        else:
            self._html(gone_page(self._words()), status=HTTPStatus.NOT_FOUND)

    def _post(self) -> None:
        self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 65536))
        if urlsplit(self.path).path != "/delete":
            self._send(b"", status=HTTPStatus.NOT_FOUND)
        elif urlsplit(self.headers.get("Origin", "")).netloc not in ("", self.headers.get("Host")):
            self._send(b"", status=HTTPStatus.FORBIDDEN)
        else:
            self.server.store.clear()
            self._send(b"", status=HTTPStatus.SEE_OTHER, headers={"Location": "/"})

    def _words(self) -> Words:
        chosen = self.query.get("lang", "")
        if chosen in LANGUAGES:
            return Words(chosen)
        cookie = re.search(r"(?:^|;\s*)outbox_language=(fr|en)", self.headers.get("Cookie", ""))
        return Words(cookie[1] if cookie else preferred_language(self.headers.get("Accept-Language", "")))

    def _page(self) -> tuple[int, list[Entry], int]:
        text = self.query.get("page", "1")
        page = max(1, int(text)) if text.isdecimal() and len(text) < 10 else 1
        entries, total = self.server.store.newest(
            to=self.query.get("to", ""), start=(page - 1) * PAGE_SIZE, count=PAGE_SIZE
        )
        return page, entries, total

    def _list(self) -> None:
        page, entries, total = self._page()
        if total and not entries:
            self._send(
                b"", status=HTTPStatus.SEE_OTHER, headers={"Location": "/?to=" + quote(self.query.get("to", ""))}
            )
            return
        self._html(
            list_page(self._words(), Listing(entries, total, page, self.query.get("to", "").strip(), time.time()))
        )

    def _json(self) -> None:
        _, entries, total = self._page()
        rows = [
            {"id": e.id, "at": e.at, "from": e.sender, "to": e.recipients, "subject": e.subject, "size": e.size}
            for e in entries
        ]
        self._send(json.dumps({"total": total, "messages": rows}).encode(), kind="application/json")

    def _confirm(self) -> None:
        _, _, total = self._page()
        self._html(delete_page(self._words(), total=total))

    def _message(self, id_: str, rest: str) -> None:
        entry = self.server.store.find(id_)
        try:
            content = self.server.store.path(id_).read_bytes() if entry else None
        except FileNotFoundError:
            content = None
        if entry is None or content is None:
            self._html(gone_page(self._words()), status=HTTPStatus.NOT_FOUND)
        elif rest == ".eml":
            self._send(
                content, kind="message/rfc822", headers={"Content-Disposition": f'attachment; filename="{id_}.eml"'}
            )
        elif rest == "/source":
            self._send(content, kind="text/plain; charset=utf-8", policy=FRAMED)
        else:
            self._mail(entry, read_mail(content), rest)

    def _mail(self, entry: Entry, mail: Mail, rest: str) -> None:
        if rest == "/html":
            self._send(
                mail.html_for_frame(f"/messages/{entry.id}/part/").encode("utf-8", "replace"),
                kind="text/html; charset=utf-8",
                policy=FRAMED,
            )
        elif rest.startswith("/part/"):
            self._part(mail, int(rest.removeprefix("/part/")))
        else:
            view = self.query.get("view", "message")
            self._html(
                mail_page(self._words(), entry, mail, view=view if view in VIEWS else "message", now=time.time())
            )

    def _part(self, mail: Mail, number: int) -> None:
        part = next((part for part in mail.parts if part.number == number), None)
        if part is None:
            self._send(b"", status=HTTPStatus.NOT_FOUND)
            return
        shown = part.kind in ("image/png", "image/jpeg", "image/gif", "image/webp")
        name = f"attachment; filename*=UTF-8''{quote(part.name or 'part')}"
        self._send(
            part.content,
            kind=part.kind if shown else "application/octet-stream",
            headers={} if shown else {"Content-Disposition": name},
        )

    def _css(self) -> None:
        self._send((HERE / "outbox.css").read_bytes(), kind="text/css; charset=utf-8")

    def _favicon(self) -> None:
        image = BRAND.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ').replace("#fff", "#101b34")
        self._send(image.encode(), kind="image/svg+xml")

    def _font(self, name: str) -> None:
        found = next((path for path in FONTS.rglob("*.woff2") if path.name == name), None)
        if found:
            self._send(found.read_bytes(), kind="font/woff2", headers={"Cache-Control": "max-age=86400"})
        else:
            self._send(b"", status=HTTPStatus.NOT_FOUND)

    def _html(self, text: str, *, status: HTTPStatus = HTTPStatus.OK) -> None:
        chosen = self.query.get("lang", "")
        cookie = (
            {"Set-Cookie": f"outbox_language={chosen}; Path=/; SameSite=Lax; Max-Age=31536000"}
            if chosen in LANGUAGES
            else {}
        )
        self._send(text.encode("utf-8", "replace"), kind="text/html; charset=utf-8", status=status, headers=cookie)

    def _send(
        self,
        body: bytes,
        *,
        kind: str = "text/plain",
        status: HTTPStatus = HTTPStatus.OK,
        policy: str = OWN,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        fixed = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
        }
        for name, value in {
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            **fixed,
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the standard library's name
        """Says nothing: addresses are in the requests."""
