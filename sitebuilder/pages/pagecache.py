"""The public site's answers, kept whole. The process's own memory stands in front of Redis.

A view says that its answer may be kept (`keep`); nothing is kept by accident. An answer belongs to one tenant (the
cache's key function), one host, one path, the known query parameters, and one *generation*: publishing starts a new
generation, and what was kept under the old one is never asked for again. A process believes the generation that
it read for half a second, so a publication is seen everywhere within a second.
"""

import gzip
import hashlib
import re
import time
import uuid
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from django.core.cache import cache, caches
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from tenants.context import current_schema

SECONDS = 60  # counters on the page are live to the minute
BELIEVED_SECONDS = 0.5
GENERATION_KEY = "pagecache-generation"
# Parameters that a public page understands, with the values that they may take. Anything else goes past the cache.
KNOWN_PARAMETERS = {"de": re.compile(r"^[0-9a-z]{6,12}$"), "v": re.compile(r"^[0-9a-f]{1,16}$")}
NOT_KEPT = {"set-cookie", "content-length", "date", "x-request-id", "content-encoding", "etag"}


@dataclass(frozen=True, slots=True)
class Kept:
    body: bytes
    compressed: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str


@dataclass(frozen=True, slots=True)
class Generation:
    token: str
    read_at: float


_generations: dict[str, Generation] = {}


def keep(response: HttpResponseBase, *, seconds: int = SECONDS) -> None:
    """Say that this answer is the same for everybody. The middleware still refuses one with a cookie."""
    response.page_cache_seconds = seconds  # type: ignore[attr-defined]


def start_generation() -> None:
    """Forget every kept answer of the current tenant, in all processes, once the transaction is through."""
    transaction.on_commit(partial(_write_generation, current_schema()))


def _write_generation(schema_name: str) -> None:
    if current_schema() == schema_name:
        cache.set(GENERATION_KEY, uuid.uuid4().hex, None)
    _generations.pop(schema_name, None)


def generation() -> str:
    known = _generations.get(current_schema())
    if known and time.monotonic() - known.read_at < BELIEVED_SECONDS:
        return known.token
    token = cache.get(GENERATION_KEY)
    if token is None:
        # Never the same twice: a generation that Redis forgot must not bring old answers back.
        cache.add(GENERATION_KEY, uuid.uuid4().hex, None)
        token = cache.get(GENERATION_KEY)
    _generations[current_schema()] = Generation(token=str(token), read_at=time.monotonic())
    return str(token)


def key_for(request: HttpRequest) -> str | None:
    """Where the answer to this request is kept; None when it has a parameter that we do not know."""
    for name, values in request.GET.lists():
        pattern = KNOWN_PARAMETERS.get(name)
        if pattern is None or len(values) != 1 or not pattern.match(values[0]):
            return None
    query = urlencode(sorted(request.GET.items()))
    address = f"{request.scheme}://{request.get_host().lower()}{request.path}?{query}"
    return f"page:{generation()}:{hashlib.sha256(address.encode()).hexdigest()}"


def find(key: str) -> Kept | None:
    near = caches["pages"]
    kept = near.get(key)
    if kept is None:
        kept = cache.get(key)
        if kept is not None:
            near.set(key, kept, SECONDS)
    return kept if isinstance(kept, Kept) else None


def may_keep(response: HttpResponseBase) -> bool:
    return (
        getattr(response, "page_cache_seconds", 0) > 0
        and isinstance(response, HttpResponse)
        and response.status_code == 200
        and not response.cookies
        and "cookie" not in response.headers.get("Vary", "").lower()
    )


def store(key: str, response: HttpResponse, *, is_shared: bool = True) -> Kept:
    """`is_shared`: in Redis as well. What anybody may ask for in endless variants is kept in the process's bounded memory only."""
    seconds = int(getattr(response, "page_cache_seconds", 0))
    body = bytes(response.content)
    is_text = response.headers.get("Content-Type", "").startswith(("text/", "image/svg", "application/xml"))
    kept = Kept(
        body=body,
        compressed=gzip.compress(body, 6, mtime=0) if is_text and len(body) > 1000 else b"",
        headers=tuple((name, value) for name, value in response.headers.items() if name.lower() not in NOT_KEPT),
        etag=hashlib.sha256(body).hexdigest()[:32],
    )
    caches["pages"].set(key, kept, min(seconds, SECONDS))
    if is_shared:
        cache.set(key, kept, seconds)
    return kept


def answer(request: HttpRequest, kept: Kept) -> HttpResponse:
    """The kept answer as this browser wants it: compressed or not, or 304 when it has it already."""
    zipped = bool(kept.compressed) and "gzip" in request.headers.get("Accept-Encoding", "")
    etag = f'"{kept.etag}{"-gz" if zipped else ""}"'
    given = {part.strip() for part in request.headers.get("If-None-Match", "").split(",")}
    if etag in given:
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(kept.compressed if zipped else kept.body)
        for name, value in kept.headers:
            response.headers[name] = value
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = etag
    if kept.compressed:
        response.headers["Vary"] = "Accept-Encoding"
    # Browsers may keep the page and must ask whether it still holds: a publication is seen at once.
    response.headers["Cache-Control"] = dict(kept.headers).get("Cache-Control", "public, no-cache")
    return response
