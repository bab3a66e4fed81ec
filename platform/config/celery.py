"""Celery: one queue downwards to the cell, one upwards to the control plane, the same worker for both in role `all`."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init

from shared.garbage import collect_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("isoloir")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Django has configured the logs: Celery must not do it again."""


@worker_process_init.connect
def settle(**kwargs: Any) -> None:
    collect_seldom()
