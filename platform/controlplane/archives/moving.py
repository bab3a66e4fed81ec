"""A move, put together from jobs of two cells. One stage after the other; each job tells what the next one needs.

Until the old cell is released, a failure calls the move off: first the old cell takes writing up again, then the copy goes.
From then on there is no way back, and no need: what fails is tried again until the new cell is open.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from controlplane.archives.agreeing import use_agreement
from controlplane.archives.enums import MoveStage
from controlplane.archives.models import Move
from controlplane.audit.actors import SYSTEM, Actor
from controlplane.audit.services import record_audit
from controlplane.enums import CellState
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.services import JobUnderWay, request_job
from controlplane.models import Campaign, Cell
from tenants.archive.keys import lock_secret, new_secret
from tenants.archive.moving import window_seconds

ERASED_AFTER = timedelta(days=1)
WINDOW = 15  # seconds that visitors are told of, where only changes are copied
TO_TARGET = ("move_receive", "move_open", "move_discard")
JOBS = {
    MoveStage.COPYING: "move_copy",
    MoveStage.ARRIVING: "move_receive",
    MoveStage.FREEZING: "move_freeze",
    MoveStage.RECEIVING: "move_receive",
    MoveStage.RELEASING: "move_release",
    MoveStage.OPENING: "move_open",
    MoveStage.THAWING: "move_thaw",
    MoveStage.DISCARDING: "move_discard",
}
NEXT = {
    MoveStage.COPYING: MoveStage.ARRIVING,
    MoveStage.ARRIVING: MoveStage.FREEZING,
    MoveStage.FREEZING: MoveStage.RECEIVING,
    MoveStage.RECEIVING: MoveStage.RELEASING,
    MoveStage.RELEASING: MoveStage.OPENING,
    MoveStage.OPENING: MoveStage.DONE,
    MoveStage.THAWING: MoveStage.DISCARDING,
    MoveStage.DISCARDING: MoveStage.CALLED_OFF,
}
RETURNABLE = (MoveStage.COPYING, MoveStage.ARRIVING, MoveStage.FREEZING, MoveStage.RECEIVING)


class CannotMove(Exception):
    """The campaign is not open, is there already, or the cell takes no campaign."""


class NeedsAgreement(Exception):
    """The cell is in another region, and the owner has not agreed to that."""


@transaction.atomic
def request_move(*, campaign: Campaign, target: Cell, by: Actor, now: datetime) -> Move:
    """Start moving a campaign; into another region with its owner's agreement only.

    Raises CannotMove, NeedsAgreement, or JobUnderWay when something else is being done with it.
    """
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("cell").get(pk=campaign.pk)
    if not campaign.is_open or target == campaign.cell or target.state == CellState.CLOSED:
        raise CannotMove
    if Move.objects.under_way().filter(campaign=campaign).exists():
        raise JobUnderWay
    if target.region_id != campaign.region_id and not use_agreement(campaign=campaign, region=target.region, now=now):
        raise NeedsAgreement
    secret = new_secret()
    move = Move.objects.create(
        campaign=campaign,
        source=campaign.cell,
        target=target,
        secret=lock_secret(secret, cell=campaign.cell.name),
        secret_for_target=lock_secret(secret, cell=target.name),
        asked_by=by.kind,
        asked_by_id=by.user_id,
        asked_at=now,
    )
    _audit("move.asked", move, by=by, now=now)
    _ask(move, by=by, now=now)
    return move


def resume_moves(*, now: datetime) -> None:
    """Ask for what could not be asked for when its turn came: another job of the campaign was under way."""
    for move in Move.objects.under_way().select_related("campaign", "source", "target"):
        if not CampaignJob.objects.filter(uuid=move.job_uuid(move.stage)).exists():
            _try(move, now=now)


def on_move_job_done(job: CampaignJob, now: datetime) -> None:
    """The next stage, when this job was the one that the move waited for."""
    move = _move_of(job)
    if move is None or job.uuid != move.job_uuid(move.stage):
        return
    move.told = {**move.told, job.kind: job.result}
    move.stage = NEXT[MoveStage(move.stage)]
    if move.stage in _endings:
        _endings[MoveStage(move.stage)](move, now)
    move.save()
    if move.finished_at is None:
        _try(move, now=now)


def on_move_job_failed(job: CampaignJob, now: datetime) -> None:
    """Call the move off while that can be; afterwards somebody tries the job again."""
    move = _move_of(job)
    if move is None or job.uuid != move.job_uuid(move.stage):
        return
    move.error = job.error
    if move.stage in RETURNABLE:
        move.stage = MoveStage.THAWING
    move.save()
    _audit("move.failed", move, by=SYSTEM, now=now)
    _try(move, now=now)


def erase_left_campaigns(*, now: datetime) -> None:
    """What has moved is erased where it was, once the new place has proved itself."""
    for move in Move.objects.filter(stage=MoveStage.DONE, erase_at__lte=now).select_related("campaign", "source"):
        parameters = {"move": str(move.uuid)}
        try:
            request_job(
                campaign=move.campaign,
                kind="move_erase",
                by=SYSTEM,
                now=now,
                parameters=parameters,
                uuid=move.job_uuid("erase"),
                cell=move.source.name,
            )
        except JobUnderWay:
            continue
        Move.objects.filter(pk=move.pk).update(erase_at=None)


def _try(move: Move, *, now: datetime) -> None:
    """`resume_moves` comes back to it."""
    try:
        with transaction.atomic():
            _ask(move, by=SYSTEM, now=now)
    except JobUnderWay:
        return


def _ask(move: Move, *, by: Actor, now: datetime) -> None:
    kind = JOBS[MoveStage(move.stage)]
    goes_to_target = kind in TO_TARGET
    request_job(
        campaign=move.campaign,
        kind=kind,
        by=by,
        now=now,
        parameters=_parameters(move, kind),
        uuid=move.job_uuid(move.stage),
        cell=(move.target if goes_to_target else move.source).name,
    )


def _parameters(move: Move, kind: str) -> dict[str, Any]:
    parameters: dict[str, Any] = {"move": str(move.uuid)}
    if kind in ("move_copy", "move_freeze"):
        parameters["secret"] = move.secret
    if kind == "move_receive":
        copy = move.told["move_copy" if move.stage == MoveStage.ARRIVING else "move_freeze"]
        # The cell that is left tells the path alone: the other one asks the campaign's own host, and nothing elsewhere.
        url = f"{move.campaign.address}/{copy['path'].lstrip('/')}"
        parameters |= {"secret": move.secret_for_target, "url": url, "sums": copy["sums"]}
        parameters["is_quick"] = move.stage == MoveStage.RECEIVING  # the campaign is read-only meanwhile
    if kind == "move_freeze":
        is_whole = not move.told["move_receive"].get("takes_changes", False)
        parameters |= {"is_whole": is_whole, "expected_seconds": _expected_seconds(move) if is_whole else WINDOW}
    return parameters


def _expected_seconds(move: Move) -> int:
    """What the first copy took, files and all: the last one takes less."""
    jobs = CampaignJob.objects.filter(uuid__in=[move.job_uuid(MoveStage.COPYING), move.job_uuid(MoveStage.ARRIVING)])
    steps = [step for job in jobs for step in job.steps]
    return max(15, round(sum(step["seconds"] or 0 for step in steps)))


def _finish(move: Move, now: datetime) -> None:
    Campaign.objects.filter(pk=move.campaign_id).update(cell=move.target, region=move.target.region_id)
    frozen_at, opened_at = move.told["move_freeze"]["frozen_at"], move.told["move_open"]["opened_at"]
    move.read_only_seconds = round(window_seconds(frozen_at=frozen_at, opened_at=opened_at), 3)
    move.finished_at, move.erase_at = now, now + ERASED_AFTER
    _audit("move.done", move, by=SYSTEM, now=now)


def _call_off(move: Move, now: datetime) -> None:
    move.finished_at = now
    _audit("move.called_off", move, by=SYSTEM, now=now)


_endings: dict[MoveStage, Callable[[Move, datetime], None]] = {
    MoveStage.DONE: _finish,
    MoveStage.CALLED_OFF: _call_off,
}


def _move_of(job: CampaignJob) -> Move | None:
    moves = Move.objects.select_for_update(of=("self",)).select_related("campaign", "source", "target")
    return moves.filter(uuid=job.parameters.get("move"), campaign=job.campaign_id).first()


def _audit(action: str, move: Move, *, by: Actor, now: datetime) -> None:
    details = {"move": str(move.uuid), "from": move.source.name, "to": move.target.name, "error": move.error}
    record_audit(action=action, by=by, now=now, campaign_uuid=move.campaign.uuid, details=details)
