"""Error reports, off until SENTRY_DSN is set. Where it failed, and nothing of whom it failed for.

What leaves is built anew from an allow-list: an event's other fields, whatever the SDK adds one day, stay here.
"""

from importlib.metadata import version
from typing import Any

import sentry_sdk
from celery import current_task
from django.conf import settings
from django.db import connection
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from shared.logs import is_ours, request_id
from shared.routes import current_request, method_of, route_of

KEPT = ("event_id", "timestamp", "level", "platform", "release", "environment")
KEPT_OF_A_FRAME = ("filename", "module", "function", "lineno", "in_app")
KEPT_OF_A_MECHANISM = ("type", "handled")


def safe_event(event: Any, hint: Any) -> Any:
    kept = {key: event[key] for key in KEPT if key in event}
    return {**kept, "tags": _place(), **_exceptions(event), **_words(event)}


def _place() -> dict[str, str]:
    request, task = current_request.get(), current_task
    tags = {
        "role": settings.ROLE,
        "region": settings.REGION,
        "cell": settings.CELL if settings.ROLE != "control" else "",
        "schema": str(getattr(connection, "schema_name", "") or ""),
        "request_id": request_id.get(),
        "method": method_of(request) if request else "",
        "route": route_of(request) if request else "",
        "task": str(task.name) if task else "",
    }
    return {name: value for name, value in tags.items() if value}


def _exceptions(event: Any) -> dict[str, Any]:
    """Types and frames. The value goes: a database error quotes the row that it refused."""
    values = (event.get("exception") or {}).get("values") or []
    return {"exception": {"values": [_exception(value) for value in values]}} if values else {}


def _exception(value: Any) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames") or []
    mechanism = value.get("mechanism") or {}
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "mechanism": {key: mechanism[key] for key in KEPT_OF_A_MECHANISM if key in mechanism},
        "stacktrace": {
            "frames": [{key: frame[key] for key in KEPT_OF_A_FRAME if key in frame} for frame in frames],
        },
    }


def _words(event: Any) -> dict[str, Any]:
    """The constant sentence of one of our own loggers, without its values; of others, the logger's name alone."""
    name = str(event.get("logger") or "")
    if not name:
        return {}
    sentence = (event.get("logentry") or {}).get("message") if is_ours(name) else None
    return {"logger": name, **({"logentry": {"message": sentence}} if sentence else {})}


def nothing(*_: Any) -> None:
    """Of traces, breadcrumbs and the rest, nothing leaves."""


def start_reports() -> None:
    if settings.SENTRY_DSN:
        sentry_sdk.init(
            dsn=settings.SENTRY_DSN,
            release=f"isoloir@{version('isoloir')}",
            environment="production" if settings.PRODUCTION else "development",
            server_name="",
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[
                DjangoIntegration(transaction_style="function_name", middleware_spans=False, signals_spans=False),
                CeleryIntegration(propagate_traces=False),
                LoggingIntegration(level=None),
            ],
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            auto_session_tracking=False,
            send_client_reports=False,
            trace_propagation_targets=[],
            before_breadcrumb=nothing,
            before_send=safe_event,
            before_send_transaction=nothing,
        )
