"""The outbox's pages. Everything that comes from a mail is escaped here, or shown in a frame that may do nothing."""

from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from mails import Mail
from store import Entry, decoded
from words import Words

PAGE_SIZE = 50
LONGEST_SOURCE = 200_000

BRAND = (
    '<svg viewBox="0 0 30 34" aria-hidden="true"><path d="M1 1h28v3H1z" fill="#fff"/><path d="M1 4h2.5v29H1zM26.5 4H29v29h-2.5z" fill="#fff"/>'
    '<path d="M4.5 5h4.2v21.5q-2 1.6-4.2 0z" fill="#c9861a"/><path d="M8.7 5h3.6v21.5q-1.7 1.6-3.6 0z" fill="#a96c0d"/>'
    '<path d="M12.3 5h4v21.500q-2 1.6-4 0z" fill="#d69731"/><path d="M16.3 5h2.6v21.5q-1.3 1.3-2.6 0z" fill="#a96c0d"/><path d="M20 12h5v7h-5z" fill="#fff"/></svg>'
)
ICONS = {
    "mail": '<path d="m22 7-8.991 5.727a2 2 0 0 1-2.009 0L2 7"/><rect x="2" y="4" width="20" height="16" rx="2"/>',
    "search": '<path d="m21 21-4.34-4.34"/><circle cx="11" cy="11" r="8"/>',
    "refresh": '<path d="M21 12a9 9 0 1 1-9-9c2.52 0 4.93 1 6.74 2.74L21 8"/><path d="M21 3v5h-5"/>',
    "trash": '<path d="M10 11v6"/><path d="M14 11v6"/><path d="M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6"/><path d="M3 6h18"/><path d="M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2"/>',
    "download": '<path d="M12 15V3"/><path d="M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4"/><path d="m7 10 5 5 5-5"/>',
    "chevron": '<path d="m9 18 6-6-6-6"/>',
}


@dataclass(frozen=True)
class Listing:
    entries: list[Entry]
    total: int
    page: int
    to: str
    now: float


def icon(name: str) -> str:
    return f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{ICONS[name]}</svg>'


def _query(**values: object) -> str:
    kept = {key: value for key, value in values.items() if value}
    return "?" + urlencode(kept) if kept else "?"


def page(words: Words, *, title: str, crumbs: str, main: str, language_url: str) -> str:
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)} · Isoloir</title><link rel="stylesheet" href="/outbox.css"><link rel="icon" href="/favicon.svg" type="image/svg+xml"></head><body>'
        f'<a class="skiplink" href="#main">{words("skip")}</a>'
        f'<header class="head"><a class="brand" href="/">{BRAND}<span>Isoloir<span>{words("outbox")}</span></span></a>'
        f'<a class="language" href="{escape(language_url)}" lang="{words.other}" hreflang="{words.other}">{words("other_language")}</a></header>'
        f'<main id="main">{crumbs}{main}</main></body></html>'
    )


def list_page(words: Words, listing: Listing) -> str:
    heading = (
        f'<div class="title"><h1>{words("caught")}</h1><p><b>{words.count(listing.total)}</b></p></div><p class="lead">{words("lead")}</p>'
        if not listing.to
        else f'<div class="title"><h1>{words("caught")}</h1><p><b>{words.count(listing.total)}</b> <a href="/">{words("all")}</a></p></div>'
    )
    if listing.total:
        body = _table(words, listing) + _pager(words, listing)
    elif listing.to:
        body = f'<div class="empty"><p>{escape(words("none_for", to=listing.to))}</p><a class="button secondary" href="/">{words("all")}</a></div>'
    else:
        body = f'<div class="empty"><h2>{words("none")}</h2><p>{words("none_text")}</p><a class="button secondary" href="/">{icon("refresh")}{words("refresh")}</a></div>'
    language_url = "/" + _query(to=listing.to, page=listing.page if listing.page > 1 else 0, lang=words.other)
    return page(
        words,
        title=words("caught"),
        crumbs="",
        main=heading + _search(words, listing.to) + body,
        language_url=language_url,
    )


def _search(words: Words, to: str) -> str:
    return (
        f'<form class="search" role="search"><label for="to">{words("recipient")}<small id="to-help">{words("recipient_help")}</small></label>'
        f'<div><input id="to" name="to" value="{escape(to)}" aria-describedby="to-help" autocomplete="off" spellcheck="false">'
        f'<button class="button">{icon("search")}{words("search")}</button>'
        f'<a class="button secondary" href="{escape("/" + _query(to=to))}">{icon("refresh")}{words("refresh")}</a></div></form>'
    )


def _table(words: Words, listing: Listing) -> str:
    head = "".join(f'<th scope="col">{words(key)}</th>' for key in ("recipient", "subject", "from"))
    head += f'<th scope="col" class="num">{words("size")}</th><th scope="col" class="num">{words("arrived")}</th>'
    rows = "".join(_row(words, entry, listing.now) for entry in listing.entries)
    return f'<table class="listing"><caption class="hidden">{words("caught")}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(words: Words, entry: Entry, now: float) -> str:
    first, others = (entry.recipients[0] if entry.recipients else "—"), len(entry.recipients) - 1
    more = f" <small>{words('and_more', n=others)}</small>" if others > 0 else ""
    return (
        f'<tr><td class="who">{escape(first)}{more}</td><th scope="row"><a href="/messages/{entry.id}">{escape(entry.subject) or words("no_subject")}</a></th>'
        f'<td class="from">{escape(entry.author) or "—"}</td><td class="num">{words.size(entry.size)}</td>'
        f'<td class="num"><time>{words.moment(entry.at, now=now)}</time></td></tr>'
    )


def _pager(words: Words, listing: Listing) -> str:
    first = (listing.page - 1) * PAGE_SIZE + 1
    last = first + len(listing.entries) - 1
    links = ""
    if listing.page > 1:
        links += f'<a class="button secondary" href="{escape("/" + _query(to=listing.to, page=listing.page - 1))}">{words("newer")}</a>'
    if last < listing.total:
        links += f'<a class="button secondary" href="{escape("/" + _query(to=listing.to, page=listing.page + 1))}">{words("older")}</a>'
    shown = words("page", first=words.number(first), last=words.number(last), n=words.number(listing.total))
    delete = (
        ""
        if listing.to
        else f'<a class="button no" href="/delete">{icon("trash")}{words("delete_all", n=words.number(listing.total))}</a>'
    )
    if listing.total == 1 and delete:
        delete = f'<a class="button no" href="/delete">{icon("trash")}{words("delete_one")}</a>'
    return (
        f'<nav class="pager" aria-label="Pages"><p>{shown}</p><div>{links}</div><div class="end">{delete}</div></nav>'
    )


def delete_page(words: Words, *, total: int) -> str:
    label = words("delete_one") if total == 1 else words("delete_all", n=words.number(total))
    main = (
        f'<h1>{words("delete_title")}</h1><div class="notice"><p>{words("delete_text")}</p></div>'
        f'<form method="post" action="/delete" class="choice"><button class="button no">{icon("trash")}{label}</button><a class="button secondary" href="/">{words("keep")}</a></form>'
    )
    return page(
        words,
        title=words("delete_title"),
        crumbs=_crumbs(words, words("delete_title")),
        main=main,
        language_url="/delete" + _query(lang=words.other),
    )


def gone_page(words: Words) -> str:
    main = f'<h1>{words("gone")}</h1><p>{words("gone_text")}</p><p><a class="button secondary" href="/">{words("all")}</a></p>'
    return page(words, title=words("gone"), crumbs="", main=main, language_url="/" + _query(lang=words.other))


def _crumbs(words: Words, here: str) -> str:
    return f'<nav class="crumbs" aria-label="{words("outbox")}"><a href="/">{words("caught")}</a>{icon("chevron")}<b aria-current="page">{escape(here)}</b></nav>'


def mail_page(words: Words, entry: Entry, mail: Mail, *, view: str, now: float) -> str:
    subject = entry.subject or words("no_subject")
    address = f"/messages/{entry.id}"
    facts = [
        ("to", ", ".join(entry.recipients) or "—"),
        ("from", decoded(entry.raw_author) or entry.sender or "—"),
        ("arrived", words.moment(entry.at, now=now)),
        ("size", words.size(entry.size)),
    ]
    rows = "".join(f"<div><dt>{words(key)}</dt><dd>{escape(value)}</dd></div>" for key, value in facts)
    tabs = "".join(
        f'<a href="{address}{_query(view=key if key != "message" else "")}"{" aria-current=page" if key == view else ""}>{words(key)}</a>'
        for key in ("message", "text", "headers", "source")
    )
    main = (
        f'<h1 class="subject">{escape(subject)}</h1><dl class="facts">{rows}</dl>'
        f'<nav class="tabs" aria-label="{words("parts")}">{tabs}<a class="end" href="{address}.eml" download>{icon("download")}{words("download")}</a></nav>'
    )
    return page(
        words,
        title=subject,
        crumbs=_crumbs(words, subject),
        main=main + _view(words, entry, mail, view),
        language_url=address + _query(view=view if view != "message" else "", lang=words.other),
    )


def _view(words: Words, entry: Entry, mail: Mail, view: str) -> str:
    if view == "headers":
        rows = "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in mail.headers
        )
        return f'<table class="listing headers"><caption class="hidden">{words("headers")}</caption><tbody>{rows}</tbody></table>'
    if view == "source":
        return f'<iframe class="frame" title="{words("source")}" src="/messages/{entry.id}/source" sandbox></iframe>'
    if view == "text":
        return (
            f'<pre class="text" tabindex="0">{escape(mail.text)}</pre>'
            if mail.text
            else f'<p class="empty">{words("no_text")}</p>'
        )
    if mail.html is None:
        shown = f'<p class="discreet">{words("no_html")}</p>' + (
            f'<pre class="text" tabindex="0">{escape(mail.text)}</pre>' if mail.text else ""
        )
    else:
        # No script, no form, no access to this page; links may open, in a tab of their own.
        rights = "allow-popups allow-popups-to-escape-sandbox"
        shown = f'<iframe class="frame" title="{words("message")}" src="/messages/{entry.id}/html" sandbox="{rights}"></iframe>'
    return shown + _attachments(words, entry, mail)


def _attachments(words: Words, entry: Entry, mail: Mail) -> str:
    files = [part for part in mail.parts if part.name]
    if not files:
        return ""
    rows = "".join(
        f'<li><a href="/messages/{entry.id}/part/{part.number}" download>{escape(part.name)}</a> <small>{words.size(len(part.content))}</small></li>'
        for part in files
    )
    return f'<section class="files"><h2>{words("attachments")}</h2><ul>{rows}</ul></section>'
