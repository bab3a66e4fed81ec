"""So many times in so long, counted in the shared cache. Keys are digested: no address is readable in the cache.

A cache that is down lets everyone through: a limit must never close the house.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

from shared.client import client_address

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    scope: str
    times: int
    seconds: int

    def allows(self, key: str) -> bool:
        """Count one more for this key; False once there were too many. RATE_LIMIT_FACTOR 0 turns all limits off."""
        factor = settings.RATE_LIMIT_FACTOR
        if not factor:
            return True
        name = f"limit:{self.scope}:{salted_hmac('shared.ratelimit', key.lower()).hexdigest()[:32]}"
        try:
            if cache.add(name, 1, self.seconds):
                return True
            return cache.incr(name) <= self.times * factor
        except ValueError:  # it ran out between the two calls
            return True
        except (RedisError, ConnectionInterrupted):
            logger.warning("The rate limits are out of reach: nobody is limited")
            return True


def limited(limit: Limit, *, methods: tuple[str, ...] = ("POST",)) -> Callable[[View[P]], View[P]]:
    """Limit a view by the visitor's address."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method in methods and not limit.allows(client_address(request)):
                return too_many_requests(request, limit)
            return view(request, *args, **kwargs)

        return cast(View[P], checked)

    return decorate


def too_many_requests(request: HttpRequest, limit: Limit) -> HttpResponse:
    context = {"minutes": max(1, limit.seconds // 60)}
    response = render(request, "shared/too_many_requests.html", context, status=429)
    response["Retry-After"] = str(limit.seconds)
    return response
