from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from controlplane.audit.actors import operator, owner
from controlplane.audit.queries import audit_of
from controlplane.jobs import outcomes
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.services import (
    JobUnderWay,
    ask_about_silent_jobs,
    record_job_progress,
    request_job,
    retry_campaign_job,
)
from controlplane.models import Campaign
from tenants import bus
from tenants.bus import JobProgress, JobRequest
from tenants.users.models import User
from tests.tenants.jobs import sample

pytestmark = pytest.mark.usefixtures("public_schema", "run_tasks")


@pytest.fixture
def campaign(campaign_of: Callable[..., Campaign], customer: User) -> Campaign:
    return campaign_of(customer)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[JobRequest]:
    """What arrives at the cell."""
    requests: list[JobRequest] = []
    monkeypatch.setitem(bus._receivers, "job_requested", requests.append)
    return requests


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    states: list[str] = []
    for registry in (outcomes._done, outcomes._failed):
        monkeypatch.setitem(registry, sample.KIND, lambda job, now: states.append(job.state))
    return states


@pytest.fixture
def job(
    campaign: Campaign, customer: User, now: datetime, asked: list[JobRequest], django_capture_on_commit_callbacks: Any
) -> CampaignJob:
    with django_capture_on_commit_callbacks(execute=True):
        return request_job(campaign=campaign, kind=sample.KIND, by=owner(customer), now=now, parameters={"slug": "a-b"})


def news(job: CampaignJob, state: str, sequence: int, **values: Any) -> JobProgress:
    steps = ({"key": "first", "state": state, "seconds": 0.1},)
    known = JobProgress(
        uuid=job.uuid,
        kind=job.kind,
        tenant_uuid=job.campaign.uuid,
        state=state,
        error="",
        steps=steps,
        attempts=1,
        done=0,
        total=0,
        result={},
        sequence=sequence,
    )
    return replace(known, **values)


def words(campaign: Campaign) -> list[str]:
    return [line.action for line in audit_of(campaign.uuid)][::-1]


def test_a_job_is_asked_of_the_campaigns_cell_and_written_down(
    job: CampaignJob, campaign: Campaign, customer: User, asked: list[JobRequest]
) -> None:
    assert asked == [JobRequest(uuid=job.uuid, kind=sample.KIND, tenant_uuid=campaign.uuid, parameters={"slug": "a-b"})]
    line = audit_of(campaign.uuid).get()
    assert (line.action, line.actor_id, line.details) == (
        "job.asked",
        customer.pk,
        {"kind": sample.KIND, "job": str(job.uuid)},
    )


def test_one_job_at_a_time_for_a_campaign(job: CampaignJob, campaign: Campaign, customer: User, now: datetime) -> None:
    again = request_job(campaign=campaign, kind=sample.KIND, by=owner(customer), now=now, uuid=job.uuid)
    assert again == job
    with pytest.raises(JobUnderWay):
        request_job(campaign=campaign, kind=sample.KIND, by=owner(customer), now=now)


def test_news_twice_late_and_out_of_order_end_the_same(
    job: CampaignJob, campaign: Campaign, now: datetime, settled: list[str]
) -> None:
    running, done = news(job, "running", 3), news(job, "done", 9, result={"kept": 1})
    for message in (running, replace(running, sequence=2, done=5), done, running, done):
        record_job_progress(message, now=now)
    job.refresh_from_db()
    assert (job.state, job.sequence, job.done, job.result, job.finished_at) == ("done", 9, 0, {"kept": 1}, now)
    assert settled == ["done"]
    assert words(campaign) == ["job.asked", "job.done"]


def test_a_lost_message_is_asked_for_again(
    job: CampaignJob, now: datetime, asked: list[JobRequest], settled: list[str]
) -> None:
    asked.clear()
    ask_about_silent_jobs(now=now + timedelta(minutes=1))
    assert asked == []
    ask_about_silent_jobs(now=now + timedelta(minutes=3))
    ask_about_silent_jobs(now=now + timedelta(minutes=4))
    assert [request.uuid for request in asked] == [job.uuid]
    record_job_progress(news(job, "done", 9), now=now)
    asked.clear()
    ask_about_silent_jobs(now=now + timedelta(hours=1))
    assert asked == []


def test_a_failed_job_is_tried_again_by_an_operator(
    job: CampaignJob,
    campaign: Campaign,
    stranger: User,
    now: datetime,
    asked: list[JobRequest],
    settled: list[str],
    django_capture_on_commit_callbacks: Any,
) -> None:
    failed = news(job, "failed", 5, error="not_now")
    record_job_progress(failed, now=now)
    record_job_progress(failed, now=now)
    job.refresh_from_db()
    assert (job.error, job.is_finished) == ("not_now", True)
    with django_capture_on_commit_callbacks(execute=True):
        retry_campaign_job(job=job, by=operator(stranger), now=now)
        retry_campaign_job(job=job, by=operator(stranger), now=now)
    assert [request.retry for request in asked] == [0, 1]
    record_job_progress(news(job, "done", 11), now=now)
    assert settled == ["failed", "done"]
    assert words(campaign) == ["job.asked", "job.failed", "job.retried", "job.done"]


def test_a_job_that_the_cell_began_by_itself_is_known_from_its_first_message(campaign: Campaign, now: datetime) -> None:
    ghost = CampaignJob(uuid=uuid4(), campaign=campaign, kind=sample.KIND)
    record_job_progress(news(ghost, "running", 1), now=now)
    found = CampaignJob.objects.get(uuid=ghost.uuid)
    assert (found.asked_by, found.cell, found.state) == ("system", "fr-1", "running")


def test_news_of_a_campaign_that_nobody_knows_are_dropped(job: CampaignJob, now: datetime) -> None:
    record_job_progress(replace(news(job, "running", 1), uuid=uuid4(), tenant_uuid=UUID(int=9)), now=now)
    assert CampaignJob.objects.count() == 1


def test_a_cell_tells_of_its_own_jobs_only(
    job: CampaignJob, campaign: Campaign, settled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    monkeypatch.setattr(bus, "_keepers", [lambda **told: kept.append(told["name"])])
    own = replace(news(job, "done", 9), uuid=uuid4(), kind="backup")
    for message in (news(job, "done", 9), own):
        for cell in ("de-1", "fr-1"):
            bus.deliver(name="job_progressed", version=bus.VERSION, body=bus.plain_body(message), sender=cell)
            known = CampaignJob.objects.filter(uuid=message.uuid, state="done")
            assert known.exists() == (cell == "fr-1")
    assert (settled, kept) == (["done"], [])
