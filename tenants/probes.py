"""For load balancers: is the process alive, is it ready to serve. No session, no campaign, on any host name."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from shared.metrics import answer_metrics
from tenants.context import leave, public_context
from tenants.models import Alarm, Template
from tenants.version import schema_version

logger = logging.getLogger(__name__)
SECONDS = 2  # a probe that hangs is an answer too


class ProbeMiddleware:
    """Before everything else: a page of a site never begins with /-/."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answers = {"/-/live": live, "/-/ready": ready, "/-/metrics": answer_metrics}
        if request.path not in answers:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405)
        response = answers[request.path](request)
        response["Cache-Control"] = "no-store"
        return response


def live(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"live": True})


def ready(request: HttpRequest) -> HttpResponse:
    """Names what is missing: database, redis, template of this version."""
    missing = [name for name, is_there in (("database", _database), ("redis", _redis)) if not is_there()]
    if not missing and settings.ROLE != "control" and not _template():
        missing.append("template")
    if missing:
        logger.warning("Not ready: %s", ", ".join(missing))
    return JsonResponse({"ready": not missing, "missing": missing}, status=503 if missing else 200)


def _database() -> bool:
    try:
        with public_context(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return False
    finally:
        leave()
    return True


def _redis() -> bool:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as redis:
            return bool(redis.ping())
    except RedisError:
        return False


def _template() -> bool:
    try:
        with public_context():
            return Template.objects.filter(version=schema_version()).exists()
    finally:
        leave()


def queue_depths() -> dict[str, float]:
    """Messages that wait in the broker, where it is Redis."""
    if not settings.CELERY_BROKER_URL.startswith(("redis", "unix")):
        return {}
    with Redis.from_url(settings.CELERY_BROKER_URL.removeprefix("redis+"), socket_timeout=SECONDS) as redis:
        return {queue.name: float(redis.llen(queue.name)) for queue in settings.CELERY_TASK_QUEUES}


def alarms_due() -> dict[str, float]:
    with public_context():
        return {"": float(Alarm.objects.filter(due_at__lte=timezone.now()).count())}
