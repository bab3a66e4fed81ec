"""What stands for CSRF on the public forms. Their pages are kept and shared by all visitors, so they can carry no cookie.

Nobody is signed in on the site: a forged submission could only do what anyone can do by filling the form in. What the
token proves is that the form came from this campaign, lately, with this wording beside its boxes; where the browser
says whence the submission comes (Origin, Sec-Fetch-Site), that must be this site.
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.http import HttpRequest

from tenants.context import current_schema

MAX_AGE = 12 * 3600
MIN_SECONDS = 2  # a person needs longer; on a page from the cache the clock has run since it was kept


class TokenInvalid(Exception):
    """Not made by this campaign's site."""


class _NotNow(Exception):
    def __init__(self, fields: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.fields = fields


class TokenExpired(_NotNow):
    """Made by this site, too long ago or with another wording: the form is to be shown again, with what it asked."""


class TooFast(_NotNow):
    """Sent back quicker than a person can type."""


@dataclass(frozen=True, slots=True)
class FormToken:
    page_id: int
    wording: str
    asks_birth_date: bool
    issued_at: int
    fields: tuple[int, ...] = ()  # keys of the campaign's own fields that the form asks: no other one is taken


def issue_token(
    *, page_id: int, wording: str, asks_birth_date: bool, fields: Sequence[int] = (), now: float | None = None
) -> str:
    body = [page_id, digest(wording), int(asks_birth_date), int(time.time() if now is None else now), *fields]
    return signing.dumps(body, salt=_salt())


def open_token(text: str, *, now: datetime) -> FormToken:
    """The token; raises TokenInvalid when this campaign did not make it, TokenExpired after twelve hours, TooFast."""
    try:
        page_id, wording, asks_birth_date, issued_at, *fields = signing.loads(text, salt=_salt())
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise TokenInvalid from error
    age = now.timestamp() - issued_at
    if age > MAX_AGE:
        raise TokenExpired(tuple(fields))
    if age < MIN_SECONDS:
        raise TooFast(tuple(fields))
    return FormToken(page_id, wording, bool(asks_birth_date), issued_at, tuple(fields))


def digest(wording: str) -> str:
    return hashlib.sha256(wording.encode()).hexdigest()[:16]


def comes_from_here(request: HttpRequest) -> bool:
    """False when the browser says that another site sent this."""
    site = request.headers.get("Sec-Fetch-Site")
    if site and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return not origin or origin == f"{request.scheme}://{request.get_host()}"


def _salt() -> str:
    return f"siteforms.token.{current_schema()}"
