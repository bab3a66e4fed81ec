"""A run in the hands of a worker."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from crm.runs.models import Run


class Stopped(Exception):
    """This worker must not go on: somebody asked to stop, or another worker has taken over."""


class RunFailed(Exception):
    """What was asked cannot be done; `code` is told on the run's page."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Working:
    def __init__(self, run: Run, clock: Callable[[], datetime]) -> None:
        self._run, self.clock = run, clock

    @property
    def run(self) -> Run:
        return self._run

    @property
    def pk(self) -> int:
        return self._run.pk

    @property
    def asked_by_id(self) -> int | None:
        return self._run.asked_by_id

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self._run.parameters)

    @property
    def result(self) -> dict[str, Any]:
        return dict(self._run.result)

    @transaction.atomic
    def tell(self, done: int, total: int, **kept: Any) -> None:
        """How far it is, and what to go on from. In the transaction of the step itself, nothing is done twice.

        Raises Stopped.
        """
        present = Run.objects.select_for_update().get(pk=self._run.pk)
        self._check(present)
        run = self._run
        run.done, run.total, run.beat_at, run.result = done, total, self.clock(), {**run.result, **kept}
        run.save(update_fields=["done", "total", "beat_at", "result"])

    def _check(self, present: Run) -> None:
        lease: UUID | None = present.lease
        if lease != self._run.lease or present.state != self._run.state or present.cancel_asked_at:
            raise Stopped
