"""The whole campaign as one file, asked for and taken in the office by its owner alone."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from crm.access.models import AccessEntry
from crm.exports.services import ExportGone
from crm.exports.whole import take_whole_export
from tenants.context import enter, public_context, tenant_context
from tenants.facts import TenantFacts
from tenants.jobs.models import Job
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.factors import CODE, confirm

PAGE = "/bureau/reglages/export/tout/"


@pytest.fixture
def confirmed(office: TenantClient) -> TenantClient:
    assert confirm(office, User.objects.get(), to=PAGE)["Location"] == PAGE
    return office


def jobs() -> list[Job]:
    with public_context():
        return list(Job.objects.filter(kind="export"))


def written(tenant: TenantFacts, *, until: datetime) -> Job:
    """An export whose file lies there."""
    uuid = uuid4()
    name = default_storage.save(f"exports/{uuid.hex}.zip", ContentFile(b"everything"))
    result = {"name": name, "rows": 1200, "files": 3, "size": 10, "expires_at": until.isoformat()}
    with public_context():
        return Job.objects.create(
            uuid=uuid, kind="export", tenant_uuid=tenant.uuid, state="done", result=result, finished_at=timezone.now()
        )


def log() -> list[tuple[str, str, str]]:
    lines = AccessEntry.objects.filter(about__startswith="campaign:").order_by("pk")
    return [(line.kind, line.about.removeprefix("campaign:"), line.details["reason"]) for line in lines]


def test_the_owner_asks_with_her_second_factor_and_a_reason(confirmed: TenantClient) -> None:
    assert "Tout" in confirmed.get("/bureau/reglages/").content.decode()
    assert confirmed.post(PAGE, {"reason": ""}).status_code == 422
    assert confirmed.post(PAGE, {"reason": "Archive de la campagne"}).status_code == 302
    assert [(job.state, job.steps[0]["state"]) for job in jobs()] == [("waiting", "waiting")]
    assert log() == [("asked", str(jobs()[0].uuid), "Archive de la campagne")]
    assert confirmed.get(f"{PAGE}avancement/").json()["at_work"] is True
    assert "data-run-progress" in confirmed.get(PAGE).content.decode()
    assert "la campagne entière" in confirmed.get("/bureau/reglages/acces/journal/").content.decode()


def test_two_clicks_are_one_export(confirmed: TenantClient) -> None:
    for _twice in range(2):
        confirmed.post(PAGE, {"reason": "Archive de la campagne"})
    assert (len(jobs()), len(log())) == (1, 1)


def test_nothing_is_shown_or_begun_without_the_second_factor(office: TenantClient) -> None:
    for answer in (office.get(PAGE), office.post(PAGE, {"reason": "Archive de la campagne"})):
        assert answer["Location"].startswith(CODE)
    assert (jobs(), log()) == ([], [])


def test_what_it_is_for_is_there_after_the_code(office: TenantClient) -> None:
    office.post(PAGE, {"reason": "Archive de la campagne"})
    confirm(office, User.objects.get(), to=PAGE)
    assert 'value="Archive de la campagne"' in office.get(PAGE).content.decode()
    assert (jobs(), log()) == ([], [])


@pytest.mark.parametrize("role", ["manager", "communications", "reader"])
def test_nobody_but_an_owner_takes_everything_out(office_as: Any, role: str) -> None:
    client = office_as(role)
    for path in (PAGE, f"{PAGE}avancement/", f"{PAGE}{uuid4()}/"):
        assert client.get(path).status_code == 403
    assert client.post(PAGE, {"reason": "Archive"}).status_code == 403
    if role == "manager":
        assert PAGE not in client.get("/bureau/reglages/").content.decode()


def test_a_stranger_is_sent_to_the_door(site: TenantClient) -> None:
    assert "/bureau/login/" in site.get(PAGE)["Location"]


def test_the_file_is_taken_by_a_link_that_is_written_down(
    confirmed: TenantClient, site: TenantClient, tenant: TenantFacts
) -> None:
    job = written(tenant, until=timezone.now() + timedelta(days=7))
    assert "1 200" in confirmed.get(PAGE).content.decode().replace("\xa0", " ").replace("\u202f", " ")
    address = confirmed.get(f"{PAGE}{job.uuid}/")["Location"]
    answer: Any = site.get(address)
    assert b"".join(answer.streaming_content) == b"everything"
    assert site.get(address.partition("?")[0]).status_code == 404
    assert log() == [("fetched", str(job.uuid), "")]


def test_what_has_expired_or_is_somebody_elses_is_not_handed_out(
    confirmed: TenantClient, tenant: TenantFacts, other_tenant: TenantFacts, now: datetime
) -> None:
    old = written(tenant, until=timezone.now() - timedelta(minutes=1))
    with tenant_context(other_tenant):
        foreign = written(other_tenant, until=timezone.now() + timedelta(days=7))
    enter(tenant)
    for job in (old, foreign):
        assert confirmed.get(f"{PAGE}{job.uuid}/")["Location"] == PAGE
        with pytest.raises(ExportGone):
            take_whole_export(uuid=job.uuid, by=User.objects.get(), now=timezone.now())
    assert log() == []
