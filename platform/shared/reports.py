"""Error reports, off until SENTRY_DSN is set. Where it failed, and nothing of whom it failed for."""

from typing import Any

import sentry_sdk
from django.conf import settings

KEPT_REQUEST_FACTS = ("method",)
KEPT_CONTEXTS = ("trace", "runtime", "os")


def scrub(event: Any, hint: Any) -> Any:
    """An allow-list: the place of the error stays, the request's data, the variables and the messages' values go."""
    request = event.get("request") or {}
    event["request"] = {key: request[key] for key in KEPT_REQUEST_FACTS if key in request}
    contexts = event.get("contexts") or {}
    event["contexts"] = {key: contexts[key] for key in KEPT_CONTEXTS if key in contexts}
    for key in ("user", "extra", "breadcrumbs", "server_name"):
        event.pop(key, None)
    for exception in (event.get("exception") or {}).get("values") or []:
        exception["value"] = ""  # a database error quotes the row that it refused
    if "logentry" in event:
        event["logentry"] = {"message": event["logentry"].get("message", "")}
    return event


def start_reports() -> None:
    if settings.SENTRY_DSN:
        sentry_sdk.init(
            dsn=settings.SENTRY_DSN,
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            before_send=scrub,
        )
