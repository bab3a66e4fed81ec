"""Host name to tenant, from a cache in the process: the look-up was nearly all of the cost of tenancy.

The registry has a version in the shared cache, changed by whatever changes a tenant or a domain, and looked at once a
second at the most: a suspended tenant is suspended everywhere within a second, and a lost Redis only delays that.
A host that nobody knows is told by the set of all names, which is small: a flood of made-up ones costs no query and no memory.
"""

import logging
import time
from threading import Lock
from uuid import uuid4

from django.core.cache import cache
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.queries import find_tenant_by_host, known_hosts

logger = logging.getLogger(__name__)
VERSION_KEY = "registry-version"
LIFETIME = 60.0
RECHECK = 1.0
CAPACITY = 10_000


class HostCache:
    def __init__(self) -> None:
        self._tenants: dict[str, tuple[TenantFacts, float]] = {}
        self._names: tuple[frozenset[str], float] | None = None
        self._version: str | None = None
        self._checked_at = 0.0
        self._lock = Lock()

    def find(self, host: str) -> TenantFacts | None:
        now = time.monotonic()
        if now - self._checked_at > RECHECK:
            self._recheck(now)
        hit = self._tenants.get(host)
        if hit and hit[1] > now:
            return hit[0]
        if host not in self._known_names(now):
            return None
        tenant = find_tenant_by_host(host)
        if tenant is None:
            return None
        with self._lock:
            if len(self._tenants) >= CAPACITY:
                self._tenants.clear()
            self._tenants[host] = (tenant, now + LIFETIME)
        return tenant

    def _known_names(self, now: float) -> frozenset[str]:
        names = self._names
        if names is None or names[1] <= now:
            names = self._names = (known_hosts(), now + LIFETIME)
        return names[0]

    def _recheck(self, now: float) -> None:
        self._checked_at = now
        try:
            with public_context():
                version = cache.get(VERSION_KEY)
        except (RedisError, ConnectionInterrupted):
            logger.warning("The registry's version cannot be read: changes of tenants are seen after a minute")
            return
        if version != self._version:
            self.clear()
            self._version, self._checked_at = version, now

    def clear(self) -> None:
        """The version goes, too: one that is remembered from before would have the next look clear everything once more."""
        with self._lock:
            self._tenants.clear()
            self._names = self._version = None
            self._checked_at = 0.0


hosts = HostCache()


def announce_registry_change() -> None:
    """Call after the commit of whatever changes a tenant or a domain."""
    hosts.clear()
    with public_context():
        cache.set(VERSION_KEY, uuid4().hex, None)  # never one that was there before, even after a lost Redis
