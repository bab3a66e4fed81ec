"""A move, as the control plane puts it together: which job comes next, and what happens when one fails."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import InvalidToken

from controlplane.archives.agreeing import answer_agreement, ask_agreement
from controlplane.archives.enums import MoveStage
from controlplane.archives.models import Move
from controlplane.archives.moving import CannotMove, erase_left_campaigns, request_move, resume_moves
from controlplane.audit.actors import SYSTEM, owner
from controlplane.audit.queries import audit_of
from controlplane.enums import CellState
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.services import JobUnderWay, record_job_progress, request_job, retry_campaign_job
from controlplane.models import Campaign, Cell, Region
from tenants.archive.keys import unlock_secret
from tenants.bus import JobProgress
from tenants.users.models import User

pytestmark = pytest.mark.usefixtures("public_schema")
COPY = {"path": "/media/exports/a.sealed?s=1", "sums": "a" * 64}
TOLD: dict[str, dict[str, Any]] = {
    "move_copy": COPY,
    "move_receive": {"sums": "a" * 64, "takes_changes": True},
    "move_freeze": {**COPY, "path": "@elsewhere.example/b.sealed?s=2", "frozen_at": "2026-11-22T09:00:00+00:00"},
    "move_open": {"opened_at": "2026-11-22T09:00:21.500000+00:00"},
}


@pytest.fixture
def target(public_schema: None) -> Cell:
    region = Region.objects.exclude(code="fr").earliest("pk")
    return Cell.objects.get_or_create(name="de-1", defaults={"region": region})[0]


@pytest.fixture
def move(campaign_of: Callable[..., Campaign], customer: User, target: Cell, now: datetime) -> Move:
    campaign = campaign_of(customer)
    agree(campaign, target, now=now)
    return request_move(campaign=campaign, target=target, by=owner(customer), now=now)


def agree(campaign: Campaign, target: Cell, *, now: datetime) -> None:
    asked = ask_agreement(campaign=campaign, region=target.region, reason="More room there", by=SYSTEM, now=now)
    answer_agreement(agreement=asked, agrees=True, by=owner(campaign.owner), now=now)


def under_way(move: Move) -> CampaignJob:
    return CampaignJob.objects.get(campaign=move.campaign, finished_at=None)


def told(job: CampaignJob, state: str, **values: Any) -> JobProgress:
    news: dict[str, Any] = {
        "error": "",
        "steps": (),
        "attempts": 1,
        "done": 0,
        "total": 0,
        "result": {},
        "sequence": 99,
    }
    return JobProgress(uuid=job.uuid, kind=job.kind, tenant_uuid=job.campaign.uuid, state=state, **{**news, **values})


def finish(move: Move, now: datetime) -> tuple[str, str]:
    """The job under way is done; (its kind, its cell)."""
    job = under_way(move)
    record_job_progress(told(job, "done", result=TOLD.get(job.kind, {})), now=now)
    record_job_progress(told(job, "done", result=TOLD.get(job.kind, {})), now=now)  # twice
    move.refresh_from_db()
    return job.kind, job.cell


def fail(move: Move, now: datetime) -> None:
    job = under_way(move)
    record_job_progress(told(job, "failed", error="archive_damaged"), now=now)
    move.refresh_from_db()


def test_a_move_goes_from_job_to_job_and_ends_in_the_new_cell(move: Move, target: Cell, now: datetime) -> None:
    done = []
    while move.finished_at is None:
        done.append(finish(move, now))
    assert done == [
        ("move_copy", "fr-1"),
        ("move_receive", "de-1"),
        ("move_freeze", "fr-1"),
        ("move_receive", "de-1"),
        ("move_release", "fr-1"),
        ("move_open", "de-1"),
    ]
    campaign = Campaign.objects.get(pk=move.campaign_id)
    assert (campaign.cell, campaign.region) == (target, target.region)
    assert (move.stage, move.read_only_seconds, move.erase_at) == (MoveStage.DONE, 21.5, now + timedelta(days=1))
    assert [line.action for line in audit_of(campaign.uuid) if line.action.startswith("move")] == [
        "move.done",
        "move.asked",
        "move.agreed",
        "move.agreement_asked",
    ]


@pytest.mark.parametrize("takes_changes", [True, False])
def test_the_last_copy_is_whole_where_the_new_cell_takes_no_changes(
    move: Move, now: datetime, takes_changes: bool
) -> None:
    finish(move, now)
    record_job_progress(told(under_way(move), "done", result={"takes_changes": takes_changes}), now=now)
    assert under_way(move).parameters["is_whole"] is not takes_changes


def test_each_cell_gets_the_secret_locked_for_it_and_the_copy_that_was_made(
    move: Move, now: datetime, settings: Any
) -> None:
    of_source = under_way(move).parameters["secret"]
    finish(move, now)
    first = under_way(move).parameters
    finish(move, now)
    finish(move, now)
    last = under_way(move).parameters
    # On the campaign's own host, whatever the cell tells: the other one fetches nothing from elsewhere.
    assert first["url"] == f"{move.campaign.address}/media/exports/a.sealed?s=1"
    assert last["url"] == f"{move.campaign.address}/@elsewhere.example/b.sealed?s=2"
    settings.CELL = "fr-1"
    secret = unlock_secret(of_source)
    settings.CELL = "de-1"
    assert unlock_secret(first["secret"]) == secret
    with pytest.raises(InvalidToken):
        unlock_secret(of_source)


def test_a_failure_before_the_window_calls_it_off_and_leaves_nothing(move: Move, now: datetime) -> None:
    finish(move, now)
    fail(move, now)
    assert move.stage == MoveStage.THAWING
    assert [finish(move, now), finish(move, now)] == [("move_thaw", "fr-1"), ("move_discard", "de-1")]
    assert (move.stage, move.error, move.campaign.cell.name) == (MoveStage.CALLED_OFF, "archive_damaged", "fr-1")


def test_a_failure_in_the_window_opens_the_old_cell_first(move: Move, now: datetime) -> None:
    for _stage in range(3):
        finish(move, now)
    fail(move, now)
    assert under_way(move).kind == "move_thaw"


def test_after_the_old_cell_is_released_nothing_is_called_off(move: Move, now: datetime) -> None:
    for _stage in range(5):
        finish(move, now)
    fail(move, now)
    assert move.stage == MoveStage.OPENING
    assert not CampaignJob.objects.filter(campaign=move.campaign, kind__in=["move_thaw", "move_discard"]).exists()
    job = CampaignJob.objects.get(uuid=move.job_uuid("opening"))
    retry_campaign_job(job=job, by=SYSTEM, now=now)
    record_job_progress(
        told(job, "done", result=TOLD["move_open"], sequence=100),
        now=now,
    )
    move.refresh_from_db()
    assert move.stage == MoveStage.DONE


def test_a_job_that_is_in_the_way_delays_a_move_and_does_not_stop_it(move: Move, now: datetime) -> None:
    job = under_way(move)
    backup = told(job, "running")
    in_the_way = JobProgress(
        **{**{name: getattr(backup, name) for name in JobProgress.__slots__}, "kind": "backup", "uuid": move.uuid}
    )
    record_job_progress(in_the_way, now=now)
    record_job_progress(told(job, "done", result=COPY), now=now)
    move.refresh_from_db()
    assert move.stage == MoveStage.ARRIVING
    assert under_way(move).kind == "backup"
    CampaignJob.objects.filter(kind="backup").update(finished_at=now)
    resume_moves(now=now)
    resume_moves(now=now)
    assert under_way(move).kind == "move_receive"


def test_what_has_moved_is_erased_where_it_was_a_day_later(move: Move, now: datetime) -> None:
    while move.finished_at is None:
        finish(move, now)
    erase_left_campaigns(now=now)
    assert not CampaignJob.objects.filter(kind="move_erase").exists()
    for _twice in range(2):
        erase_left_campaigns(now=now + timedelta(days=2))
    erasing = CampaignJob.objects.get(kind="move_erase")
    assert erasing.cell == "fr-1"


def test_what_cannot_be_moved_is_refused(
    move: Move, campaign_of: Callable[..., Campaign], customer: User, target: Cell, now: datetime
) -> None:
    with pytest.raises(JobUnderWay):
        request_move(campaign=move.campaign, target=target, by=SYSTEM, now=now)
    other = campaign_of(customer, "une-autre", state="suspended")
    with pytest.raises(CannotMove):
        request_move(campaign=other, target=target, by=SYSTEM, now=now)
    Campaign.objects.filter(pk=other.pk).update(state="active")
    with pytest.raises(CannotMove):
        request_move(campaign=other, target=other.cell, by=SYSTEM, now=now)
    Cell.objects.filter(pk=target.pk).update(state=CellState.CLOSED)
    target.refresh_from_db()
    with pytest.raises(CannotMove):
        request_move(campaign=other, target=target, by=SYSTEM, now=now)
    request_job(campaign=other, kind="export", by=SYSTEM, now=now)
