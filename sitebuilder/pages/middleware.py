from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sitebuilder.pages import pagecache

OFFICE = "/bureau/"


class PageCacheMiddleware:
    """Anonymous GETs of a campaign's public site, answered before sessions and views (sitebuilder.pages.pagecache)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = self._key(request)
        if key is None:
            return self.get_response(request)
        kept = pagecache.find(key)
        state = "hit"
        if kept is None:
            response = self.get_response(request)
            if not pagecache.may_keep(response):
                return response
            kept = pagecache.store(key, response, is_shared=not request.GET)
            state = "miss"
        answer = pagecache.answer(request, kept)
        answer.headers["X-Page-Cache"] = state
        return answer

    def _key(self, request: HttpRequest) -> str | None:
        if request.method != "GET" or getattr(request, "tenant", None) is None:
            return None
        if request.path.startswith(OFFICE) or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return None
        return pagecache.key_for(request)
