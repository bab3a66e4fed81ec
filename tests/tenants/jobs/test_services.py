from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from tenants.bus import JobProgress, JobRequest
from tenants.context import public_context
from tenants.jobs import running
from tenants.jobs.kinds import UnknownKind
from tenants.jobs.models import Job
from tenants.jobs.queries import unfinished_jobs
from tenants.jobs.services import MAX_ATTEMPTS, accept_job_request, resume_jobs, run_job, start_job
from tenants.owner import owner_connection
from tests.database import TENANT
from tests.tenants.jobs import sample
from tests.tenants.jobs.killing import run_and_kill

pytestmark = pytest.mark.usefixtures("live_database")


@pytest.fixture
def job() -> UUID:
    return start_job(uuid=uuid4(), kind=sample.KIND, tenant_uuid=TENANT).uuid


@pytest.fixture
def stumbling() -> Iterator[None]:
    sample.stumbles.append(OSError("no room"))
    yield
    sample.stumbles.clear()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[JobProgress]:
    messages: list[JobProgress] = []
    monkeypatch.setattr(running, "send_to_control", messages.append)
    return messages


def row(uuid: UUID) -> Job:
    with public_context():
        return Job.objects.get(uuid=uuid)


def states(uuid: UUID) -> list[str]:
    return [step["state"] for step in row(uuid).steps]


def test_a_job_does_its_steps_in_order_and_keeps_what_they_found(job: UUID) -> None:
    run_job(uuid=job)
    assert sample.marks(job.hex) == ["first", "second1", "second2", "second3", "third"]
    done = row(job)
    assert (done.state, done.attempts, states(job)) == ("done", 1, ["done"] * 3)
    assert done.result["seen"].startswith("c_")
    assert done.finished_at is not None


def test_each_report_is_newer_than_the_one_before_and_the_last_says_done(job: UUID, told: list[JobProgress]) -> None:
    run_job(uuid=job)
    sequences = [message.sequence for message in told]
    assert sequences == sorted(set(sequences))
    assert [message.state for message in told] == ["running"] * (len(told) - 1) + ["done"]
    assert (3, 3) in [(message.done, message.total) for message in told]


def test_a_job_asked_for_twice_is_one_job_and_is_done_once(job: UUID, told: list[JobProgress]) -> None:
    run_job(uuid=job)
    accept_job_request(JobRequest(uuid=job, kind=sample.KIND, tenant_uuid=TENANT, parameters={"other": 1}))
    told.clear()
    run_job(uuid=job)
    assert (row(job).attempts, row(job).parameters) == (1, {})
    assert [message.state for message in told] == ["done"]  # whoever asks again is told where it stands


def test_a_step_that_stumbles_is_tried_again_and_gives_up_in_the_end(
    job: UUID, stumbling: None, told: list[JobProgress]
) -> None:
    for _attempt in range(MAX_ATTEMPTS):
        assert row(job).finished_at is None
        run_job(uuid=job)
    assert (row(job).state, row(job).error, states(job)) == ("failed", "failed", ["done", "failed", "waiting"])
    assert told[-1].state == "failed"


def test_a_failed_job_that_is_tried_again_goes_on_where_it_stopped(job: UUID, stumbling: None) -> None:
    for _attempt in range(MAX_ATTEMPTS):
        run_job(uuid=job)
    sample.stumbles.clear()
    again = JobRequest(uuid=job, kind=sample.KIND, tenant_uuid=TENANT, parameters={}, retry=1)
    accept_job_request(again)
    run_job(uuid=job)
    assert row(job).state == "done"
    accept_job_request(again)  # late, once more
    assert row(job).state == "done"


def test_the_same_request_to_try_again_does_not_begin_a_second_time(job: UUID, stumbling: None) -> None:
    again = JobRequest(uuid=job, kind=sample.KIND, tenant_uuid=TENANT, parameters={}, retry=1)
    for _round in range(2):
        accept_job_request(again)
        for _attempt in range(MAX_ATTEMPTS):
            run_job(uuid=job)
    assert row(job).state == "failed"
    assert row(job).attempts == MAX_ATTEMPTS


def test_a_refusal_is_final_and_says_why() -> None:
    uuid = start_job(uuid=uuid4(), kind=sample.KIND, tenant_uuid=TENANT, parameters={"refuse": True}).uuid
    run_job(uuid=uuid)
    assert (row(uuid).state, row(uuid).error, row(uuid).attempts) == ("failed", "not_now", 1)


def left(*, minutes: int) -> list[UUID]:
    return [job.uuid for job in unfinished_jobs(now=timezone.now() + timedelta(minutes=minutes))]


def test_only_what_nobody_works_on_is_handed_on(job: UUID, stumbling: None) -> None:
    assert left(minutes=0) == []
    run_job(uuid=job)
    assert left(minutes=1) == [job]
    sample.stumbles.clear()
    run_job(uuid=job)
    assert left(minutes=11) == []


def test_long_work_that_stands_in_its_queue_is_not_queued_again_and_again(job: UUID) -> None:
    waited_for = start_job(uuid=uuid4(), kind=sample.KIND, tenant_uuid=TENANT, parameters={"is_quick": True}).uuid
    assert left(minutes=1) == [waited_for]
    assert set(left(minutes=11)) == {waited_for, job}
    resume_jobs(now=timezone.now() + timedelta(minutes=11))
    assert left(minutes=11) == []


def test_one_worker_at_a_time_works_on_a_tenant(job: UUID) -> None:
    with owner_connection() as somebody_else:
        somebody_else.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"job:{TENANT}"])
        run_job(uuid=job)
        assert row(job).attempts == 0
    run_job(uuid=job)
    assert row(job).state == "done"


def test_a_kind_that_nobody_registered_is_refused() -> None:
    with pytest.raises(UnknownKind):
        start_job(uuid=uuid4(), kind="nonsense", tenant_uuid=TENANT)


def test_a_job_whose_workers_all_died_gives_up(job: UUID) -> None:
    with public_context():
        Job.objects.filter(uuid=job).update(attempts=MAX_ATTEMPTS, state="running")
    run_job(uuid=job)
    assert (row(job).state, row(job).error) == ("failed", "killed")


@pytest.mark.parametrize("step", ["first", "second", "third"])
@pytest.mark.parametrize("where", ["start", "2", "end"])
def test_a_killed_worker_leaves_a_job_that_ends_the_same(job: UUID, step: str, where: str) -> None:
    assert run_and_kill(job, step=step, where=where)
    assert row(job).finished_at is None
    run_job(uuid=job)
    assert sample.marks(job.hex) == ["first", "second1", "second2", "second3", "third"]
    assert (row(job).state, row(job).attempts) == ("done", 2)
