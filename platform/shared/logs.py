"""One JSON object a line on standard output. Ids only: what is personal has no place in a log.

Our own sentences are constant and their values ids. Others' may hold anything: of them the sentence stays, and the
values on a list. Of an exception the type and the place stay: its text may quote a row, an address, a message.
"""

import json
import logging
import re
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from celery import current_task
from django.db import connection

request_id: ContextVar[str] = ContextVar("request_id", default="")

OURS = frozenset({"config", "controlplane", "shared", "tenants", "billing", "crm", "sitebuilder", "messaging"})
KEPT_VALUES = frozenset({"name", "id", "description", "runtime"})  # of Celery's own sentences
MAIL_ADDRESS = re.compile(r"[^\s<>\"'=(,;:]+@[^\s<>\"'),;:]+")
HIDDEN = "…"


def is_ours(logger: str) -> bool:
    return logger.partition(".")[0] in OURS


class ContextFilter(logging.Filter):
    """Adds the tenant's schema, the request's id and the task."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.schema = getattr(connection, "schema_name", "")
        record.request_id = request_id.get()
        record.task = str(current_task.name) if current_task else ""
        return True


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": MAIL_ADDRESS.sub(HIDDEN, _message(record)),
            "schema": getattr(record, "schema", ""),
            "request_id": getattr(record, "request_id", ""),
            "task": getattr(record, "task", ""),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__qualname__
            line["frames"] = _frames(record.exc_info[2])
            line["causes"] = _causes(record.exc_info[1])
        return json.dumps({key: value for key, value in line.items() if value != ""}, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    if is_ours(record.name) or not record.args:
        return record.getMessage()
    sentence = str(record.msg)
    try:
        if isinstance(record.args, Mapping):
            return sentence % {key: value if key in KEPT_VALUES else HIDDEN for key, value in record.args.items()}
        return sentence % tuple(value if isinstance(value, int | float) else HIDDEN for value in record.args)
    except (TypeError, ValueError, KeyError):
        return sentence


def _frames(tb: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(tb)]


def _causes(error: BaseException | None) -> list[str]:
    """The types of what lies behind, nearest first."""
    causes: list[str] = []
    while error and len(causes) < 10 and (error := error.__cause__ or error.__context__):
        causes.append(type(error).__qualname__)
    return causes
