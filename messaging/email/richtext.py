"""Rich text as mail programs need it: few tags, styles on each, whole addresses; and as plain text."""

from collections.abc import Callable
from html import escape, unescape
from html.parser import HTMLParser

TAGS = {
    "p": "p",
    "b": "strong",
    "strong": "strong",
    "i": "em",
    "em": "em",
    "ul": "ul",
    "ol": "ol",
    "li": "li",
    "br": "br",
}
ALLOWED = ("https://", "http://", "mailto:", "tel:")


class MailMarkup(HTMLParser):
    """Keeps what is known, with our styles; drops every other tag and attribute."""

    def __init__(self, *, styles: dict[str, str], absolute: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._styles = styles
        self._absolute = absolute
        self._links: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            address = self._absolute(dict(attrs).get("href") or "")
            shown = address.startswith(ALLOWED)
            self._links.append(shown)
            if shown:
                self.parts.append(f'<a href="{escape(address)}" style="{self._styles["a"]}">')
        elif tag in TAGS:
            style = self._styles.get(TAGS[tag])
            self.parts.append(f'<{TAGS[tag]} style="{style}">' if style else f"<{TAGS[tag]}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            if self._links and self._links.pop():
                self.parts.append("</a>")
        elif tag in TAGS and tag != "br":
            self.parts.append(f"</{TAGS[tag]}>")

    def handle_data(self, data: str) -> None:
        self.parts.append(escape(data, quote=False))


class PlainText(HTMLParser):
    def __init__(self, *, absolute: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._absolute = absolute
        self._lists: list[int | None] = []
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.parts.append(self._bullet())
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "a":
            self._links.append(self._absolute(dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self.parts.append("\n\n")
        elif tag == "li":
            self.parts.append("\n")
        elif tag in ("ul", "ol"):
            if self._lists:
                self._lists.pop()
            self.parts.append("\n")
        elif tag == "a" and self._links:
            address = self._links.pop()
            if address.startswith(ALLOWED):
                self.parts.append(f" ({address})")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def _bullet(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "


def mail_html(source: str, *, styles: dict[str, str], absolute: Callable[[str], str]) -> str:
    parser = MailMarkup(styles=styles, absolute=absolute)
    parser.feed(source)
    parser.close()
    return "".join(parser.parts)


def mail_text(source: str, *, absolute: Callable[[str], str]) -> str:
    parser = PlainText(absolute=absolute)
    parser.feed(source)
    parser.close()
    return "".join(parser.parts).strip()


def links_in(source: str) -> list[str]:
    """The addresses of a rendered mail, in order, once each."""

    class Links(HTMLParser):
        found: dict[str, None] = {}

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "a":
                self.found[unescape(dict(attrs).get("href") or "")] = None

    parser = Links()
    parser.found = {}
    parser.feed(source)
    return list(parser.found)
