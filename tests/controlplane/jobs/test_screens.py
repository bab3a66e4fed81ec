from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from controlplane.audit.actors import owner
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.services import request_job
from controlplane.models import Campaign
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.tenants.jobs import sample

MakeCampaign = Callable[..., Campaign]
MakeJob = Callable[..., CampaignJob]
pytestmark = pytest.mark.usefixtures("public_schema")
URLCONF = "config.urls_platform"


@pytest.fixture
def job_of(now: datetime) -> MakeJob:
    def make(campaign: Campaign, **values: Any) -> CampaignJob:
        job = request_job(campaign=campaign, kind=sample.KIND, by=owner(campaign.owner), now=now)
        CampaignJob.objects.filter(pk=job.pk).update(**values)
        job.refresh_from_db()
        return job

    return make


def path(job: CampaignJob, what: str = "") -> str:
    return f"/compte/{job.campaign.uuid}/travaux/{job.uuid}/{what}"


def steps(*states: str) -> list[dict[str, Any]]:
    keys = ("first", "second", "third")
    return [{"key": key, "state": state, "seconds": None} for key, state in zip(keys, states, strict=True)]


def test_the_owner_sees_how_far_it_has_come(
    campaign_of: MakeCampaign, customer: User, job_of: MakeJob, signed_in: TenantClient
) -> None:
    job = job_of(campaign_of(customer), state="running", steps=steps("done", "running", "waiting"), done=1, total=2)
    page = signed_in.get(path(job)).content.decode()
    assert 'aria-valuenow="50"' in page
    answer = signed_in.get(path(job, "avancement/")).json()
    assert answer["moving"] is True
    assert 'aria-valuenow="50"' in answer["html"]


def test_the_owner_tries_a_failed_job_again(
    campaign_of: MakeCampaign, customer: User, job_of: MakeJob, signed_in: TenantClient, now: datetime
) -> None:
    failed = {"state": "failed", "steps": steps("done", "failed", "waiting"), "finished_at": now}
    job = job_of(campaign_of(customer), **failed)
    assert path(job, "reprendre/") in signed_in.get(path(job)).content.decode()
    assert signed_in.get(path(job, "reprendre/")).status_code == 405
    signed_in.post(path(job, "reprendre/"))
    job.refresh_from_db()
    assert (job.state, job.retry) == ("waiting", 1)


@pytest.mark.parametrize("obstacle", ["an operator's", "something since"])
def test_the_owner_repeats_neither_an_operators_job_nor_an_old_one(
    campaign_of: MakeCampaign, customer: User, job_of: MakeJob, signed_in: TenantClient, now: datetime, obstacle: str
) -> None:
    campaign = campaign_of(customer)
    job = job_of(campaign, state="failed", steps=steps("done", "failed", "waiting"), finished_at=now)
    if obstacle == "something since":
        job_of(campaign, state="done", finished_at=now, asked_by="operator", asked_at=now + timedelta(minutes=1))
    else:
        CampaignJob.objects.filter(pk=job.pk).update(asked_by="operator")
    assert path(job, "reprendre/") not in signed_in.get(path(job)).content.decode()
    assert signed_in.post(path(job, "reprendre/")).status_code == 403
    job.refresh_from_db()
    assert (job.state, job.retry) == ("failed", 0)


@pytest.mark.parametrize("what", ["", "avancement/"])
def test_somebody_elses_job_does_not_exist(
    campaign_of: MakeCampaign, customer: User, stranger: User, job_of: MakeJob, signed_in: TenantClient, what: str
) -> None:
    theirs = job_of(campaign_of(stranger))
    mine = job_of(campaign_of(customer, slug="autre"))
    assert signed_in.get(path(theirs, what)).status_code == 404
    crossed = path(mine, what).replace(str(mine.uuid), str(theirs.uuid))
    assert signed_in.get(crossed).status_code == 404


def test_operators_list_jobs_and_try_a_failed_one_again(
    campaign_of: MakeCampaign, customer: User, job_of: MakeJob, console: TenantClient, now: datetime
) -> None:
    job = job_of(campaign_of(customer), state="failed", steps=steps("done", "failed", "waiting"), finished_at=now)
    found = console.get(reverse("admin:campaign_jobs_campaignjob_changelist", urlconf=URLCONF), {"q": "Avec Ada"})
    assert list(found.context["cl"].result_list) == [job]
    kinds = next(spec for spec in found.context["cl"].filter_specs if getattr(spec, "parameter_name", "") == "kind")
    assert kinds.lookup_choices == [(job.kind, job.label)]
    retry = reverse("admin:campaign_jobs_campaignjob_retry", args=[job.pk], urlconf=URLCONF)
    assert (
        retry
        in console.get(
            reverse("admin:campaign_jobs_campaignjob_change", args=[job.pk], urlconf=URLCONF)
        ).content.decode()
    )
    console.post(retry)
    job.refresh_from_db()
    assert (job.state, job.retry) == ("waiting", 1)
    assert (
        "Durand"
        not in console.get(reverse("admin:audit_auditentry_changelist", urlconf=URLCONF))
        .content.decode()
        .split("content-main")[1]
    )


def test_customers_stay_out_of_the_console(
    campaign_of: MakeCampaign, customer: User, job_of: MakeJob, signed_in: TenantClient, now: datetime
) -> None:
    job = job_of(campaign_of(customer), state="failed", finished_at=now)
    retry = reverse("admin:campaign_jobs_campaignjob_retry", args=[job.pk], urlconf=URLCONF)
    assert signed_in.post(retry)["Location"].startswith("/console/login/")
    job.refresh_from_db()
    assert job.state == "failed"
