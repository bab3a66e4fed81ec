"""Figures for Prometheus, off until METRICS_TOKEN is set. No label names a campaign, a person or an address.

Every process of a machine counts into files of one folder (METRICS_DIR), and any web process adds them up when asked.
"""

import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from multiprocessing import current_process
from typing import Any

from celery.signals import task_postrun, task_prerun
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from shared.routes import method_of, route_of

logger = logging.getLogger(__name__)
Reading = Callable[[], dict[str, float]]


def _process() -> str:
    """Names the files of a process. A child of the worker takes its place in the pool: recycled, it goes on in the same file."""
    place = getattr(current_process(), "index", None)
    own = os.getpid() if place is None else f"{os.getppid()}-{place}"
    return f"{socket.gethostname()}-{own}"


if settings.METRICS_TOKEN:
    values.ValueClass = values.MultiProcessValue(_process)  # type: ignore[no-untyped-call]

REQUESTS = Counter("isoloir_requests", "Requests answered", ["method", "route", "status"], registry=None)
REQUEST_SECONDS = Histogram(
    "isoloir_request_seconds",
    "Time to answer",
    ["route"],
    registry=None,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10),
)
TASKS = Counter("isoloir_tasks", "Tasks done", ["task", "outcome"], registry=None)
TASK_SECONDS = Histogram(
    "isoloir_task_seconds", "Time of a task", ["task"], registry=None, buckets=(0.05, 0.2, 1, 5, 30, 120, 600)
)
PROVISIONING_SECONDS = Histogram(
    "isoloir_provisioning_seconds",
    "From the first step of an opening to the last",
    registry=None,
    buckets=(0.3, 0.5, 1, 2, 5, 15, 60),
)
MAILS = Counter("isoloir_mails", "E-mails handed over", ["way", "outcome"], registry=None)
_readings: dict[str, tuple[str, str, Reading]] = {}


def register_reading(name: str, words: str, label: str, reading: Reading) -> None:
    """A figure that is read when it is asked for: {label's value: number}, or {"": number} without a label."""
    _readings[name] = (words, label, reading)


def count_request(request: HttpRequest, status: int, seconds: float) -> None:
    route = route_of(request)
    REQUESTS.labels(method_of(request), route, str(status)).inc()
    REQUEST_SECONDS.labels(route).observe(seconds)


def count_mails(*, way: str, outcome: str, number: int = 1) -> None:
    if settings.METRICS_TOKEN:
        MAILS.labels(way, outcome).inc(number)


def observe_provisioning(seconds: float) -> None:
    if settings.METRICS_TOKEN:
        PROVISIONING_SECONDS.observe(seconds)


def begin_task(task: Any, **_kwargs: Any) -> None:
    task.request.isoloir_began = time.monotonic()


def count_task(task: Any, state: str | None, **_kwargs: Any) -> None:
    """Also counts those that will be tried again (RETRY) and those that failed."""
    TASKS.labels(task.name, (state or "unknown").lower()).inc()
    began = getattr(task.request, "isoloir_began", None)
    if began is not None:
        TASK_SECONDS.labels(task.name).observe(time.monotonic() - began)


def watch_tasks() -> None:
    if settings.METRICS_TOKEN:
        task_prerun.connect(begin_task, dispatch_uid="shared.metrics.begin")
        task_postrun.connect(count_task, dispatch_uid="shared.metrics.count")


class Readings(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, (words, label, reading) in _readings.items():
            family = GaugeMetricFamily(f"isoloir_{name}", words, labels=[label] if label else [])
            try:
                found = reading()
            except (DatabaseError, RedisError):
                logger.warning("The figure %s cannot be read", name)
                continue
            for key, value in found.items():
                family.add_metric([key] if label else [], value)
            yield family


def answer_metrics(request: HttpRequest) -> HttpResponse:
    """The page that Prometheus asks for: nothing is here for who does not hold the token."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not constant_time_compare(given, settings.METRICS_TOKEN):
        return HttpResponse(status=404)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=settings.METRICS_DIR)  # type: ignore[no-untyped-call]
    registry.register(Readings())
    return HttpResponse(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")
