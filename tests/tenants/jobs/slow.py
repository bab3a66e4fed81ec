"""A kind of job that goes on until a file is there, for workers in processes of their own (`celery worker --include`)."""

import os
import time
from pathlib import Path

from tenants.jobs.kinds import Step, register_job
from tenants.jobs.running import RunningJob

KIND = "slow"


def wait(job: RunningJob) -> None:
    folder = Path(os.environ["SLOW_FOLDER"])
    (folder / job.tenant_uuid.hex).touch()
    while not (folder / "enough").exists():
        time.sleep(0.05)


register_job(kind=KIND, label="Slow", steps=[Step("wait", "Wait", wait)])
