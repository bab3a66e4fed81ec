"""Celery: two queues for the cell (short and long work), one upwards to the control plane."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import celeryd_after_setup, setup_logging, worker_before_create_process
from django.conf import settings

from config.queues import queues_taken
from shared.garbage import collect_seldom
from shared.scratch import clear_left_behind

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("isoloir")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Django has configured the logs: Celery must not do it again."""


@celeryd_after_setup.connect
def take_a_part_of_the_work(instance: Any, **kwargs: Any) -> None:
    """A worker that was told which part is its own; without that it takes all, or what its command line names."""
    if settings.WORKER_TAKES != "all":
        taken = queues_taken(settings.WORK_QUEUES, takes=settings.WORKER_TAKES, long=settings.LONG_QUEUE)
        instance.app.amqp.queues.select(taken)


@celeryd_after_setup.connect
def clear_the_disk(**kwargs: Any) -> None:
    """The worker before this one may have been killed over somebody's file."""
    clear_left_behind()


@worker_before_create_process.connect
def settle(**kwargs: Any) -> None:
    """In the parent: a child that looked through all of its objects would have to copy them."""
    collect_seldom()
    # Threads that hand work to polars or to the database wait so long for one that computes in Python, each time.
    sys.setswitchinterval(0.0002)
