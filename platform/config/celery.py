"""Celery: one queue downwards to the cell, one upwards to the control plane, the same worker for both in role `all`."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun
from django.conf import settings
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("isoloir")


def configure(app: Celery) -> None:
    from config.schedule import SCHEDULE  # noqa: PLC0415 -- app ready
    from tenants.tasking import start_in_nobodys_schema  # noqa: PLC0415 -- app ready

    queues = {
        "all": [settings.CONTROL_QUEUE, settings.CELL_QUEUE],
        "control": [settings.CONTROL_QUEUE],
        "cell": [settings.CELL_QUEUE],
    }
    app.conf.update(
        broker_url=settings.CELERY_BROKER_URL,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_queues=[Queue(name) for name in queues[settings.ROLE]],
        task_default_queue=settings.CELL_QUEUE if settings.ROLE != "control" else settings.CONTROL_QUEUE,
        worker_prefetch_multiplier=1,
        worker_max_tasks_per_child=1000,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"visibility_timeout": 3600},
        beat_schedule=SCHEDULE,
        timezone=settings.TIME_ZONE,
    )
    task_prerun.connect(start_in_nobodys_schema, weak=False)
    app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Django has configured the logs: Celery must not do it again."""


import django  # noqa: E402 -- the settings' name must be known first

django.setup()
configure(app)
