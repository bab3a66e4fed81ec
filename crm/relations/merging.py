"""Two entries of one organisation become one. For thirty days it can be taken back; what was written since stays."""

from datetime import datetime
from typing import Any

from django.db import transaction

from crm.consent.entries import Source
from crm.people.writing import sourced
from crm.relations.models import Affiliation, Organisation, OrganisationMerge
from crm.relations.queries import KEPT
from crm.relations.tagging import tags_there
from tenants.alarms import cancel_alarm, set_alarm

FORGET = "relations.forget_merge"  # the alarm
FILLED = ("siren", "website", "email", "phone")  # the kept one's word stands; what it lacks, the other one tells
PLACE = ("street", "postcode", "city")  # one address, never two mixed
TIE = ("person_id", "kind", "title", "source_kind", "source_reference", "actor_id")


class CannotMerge(Exception):
    """They are one already, or one of them is gone."""


class CannotPart(Exception):
    """It was taken back, or the thirty days are over."""


@transaction.atomic
def merge_organisations(
    *, keep: Organisation, duplicate: Organisation, source: Source, now: datetime
) -> OrganisationMerge:
    """Ties, tags and notes go to the one that is kept, and what it does not know of itself. Raises CannotMerge."""
    tags = tags_there(duplicate.tag_ids)
    kept, merged = _locked(keep.pk, duplicate.pk)
    if kept.pk == merged.pk or kept.merged_into_id or merged.merged_into_id:
        raise CannotMerge
    ties = _move_ties(kept, merged)
    earlier = list(Organisation.objects.filter(merged_into=merged).values_list("pk", flat=True))
    Organisation.objects.filter(pk__in=earlier).update(merged_into=kept)
    before = {name: [getattr(kept, name), value] for name, value in _taken(kept, merged).items()}
    had = kept.tag_ids
    kept.tag_ids = sorted({*had, *(tags & {*merged.tag_ids})})
    merged.merged_into = kept
    if "siren" in before:  # no two rows have the same number
        merged.siren = ""
    merged.save(update_fields=["merged_into", "siren"])
    _write(kept, {name: after for name, (_old, after) in before.items()}, now)
    merge = OrganisationMerge.objects.create(
        kept=kept,
        merged=merged,
        before=before,
        moved={**ties, "earlier": earlier, "tags": had},
        at=now,
        **sourced(source),
    )
    set_alarm(FORGET, due_at=now + KEPT, key=str(merge.pk))
    return merge


@transaction.atomic
def part_organisations(*, merge: OrganisationMerge, now: datetime) -> Organisation:
    """The other one is there again, with its ties. What was changed or untied since stays so. Raises CannotPart."""
    merge = OrganisationMerge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at or now >= merge.at + KEPT:
        raise CannotPart
    kept, merged = _locked(merge.kept_id, merge.merged_id)
    if merged.merged_into_id != kept.pk:  # the kept one was merged into a third: that has to be taken back first
        raise CannotPart
    kept.tag_ids = sorted({*kept.tag_ids} - ({*merged.tag_ids} - {*merge.moved.get("tags", ())}))
    _write(kept, {name: old for name, (old, after) in merge.before.items() if getattr(kept, name) == after}, now)
    merged.merged_into = None
    if "siren" in merge.before and not kept.siren:
        merged.siren = merge.before["siren"][1]
    merged.save(update_fields=["merged_into", "siren"])
    _give_back(merge, kept, merged)
    merge.undone_at = now
    merge.save(update_fields=["undone_at"])
    cancel_alarm(FORGET, key=str(merge.pk))
    return merged


def forget_merge(*, merge_id: int) -> None:
    """After the thirty days nobody parts them any more: what was kept for that is deleted. Safe to repeat."""
    merge = OrganisationMerge.objects.select_related("merged").filter(pk=merge_id, undone_at=None).first()
    if merge is None:
        return
    blank = dict.fromkeys((*FILLED, *PLACE, "note"), "")
    Organisation.objects.filter(pk=merge.merged_id).update(**blank, tag_ids=[])
    OrganisationMerge.objects.filter(pk=merge.pk).update(before={}, moved={})


def _locked(keep: int, duplicate: int) -> tuple[Organisation, Organisation]:
    """In the order of their numbers: two who merge the same ones wait for each other."""
    rows = Organisation.objects.select_for_update(of=("self",)).filter(pk__in=[keep, duplicate]).order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) < 2:
        raise CannotMerge
    return found[keep], found[duplicate]


def _taken(kept: Organisation, merged: Organisation) -> dict[str, str]:
    """What the kept one takes over."""
    names = [name for name in FILLED if not getattr(kept, name)]
    if not any(getattr(kept, name) for name in PLACE):
        names += PLACE
    taken = {name: str(getattr(merged, name)) for name in names if getattr(merged, name)}
    if merged.note and merged.note != kept.note:
        taken["note"] = "\n\n".join(text for text in (kept.note, merged.note) if text)
    return taken


def _move_ties(kept: Organisation, merged: Organisation) -> dict[str, Any]:
    """Somebody tied to both in the same way is tied once."""
    ties = Affiliation.objects.filter(organisation=merged)
    known = set(Affiliation.objects.filter(organisation=kept).values_list("person_id", "kind"))
    both = [tie.pk for tie in ties if (tie.person_id, tie.kind) in known]
    rows = Affiliation.objects.filter(pk__in=both)
    dropped = [{**row, "created_at": row["created_at"].isoformat()} for row in rows.values("created_at", *TIE)]
    rows.delete()
    moved = list(ties.order_by("pk").values_list("pk", flat=True))
    ties.update(organisation=kept)
    return {"ties": moved, "dropped": dropped}


def _give_back(merge: OrganisationMerge, kept: Organisation, merged: Organisation) -> None:
    moved = merge.moved
    Affiliation.objects.filter(pk__in=moved["ties"], organisation=kept).update(organisation=merged)
    Organisation.objects.filter(pk__in=moved["earlier"], merged_into=kept).update(merged_into=merged)
    for tie in moved["dropped"]:
        still = Affiliation.objects.filter(organisation=kept, person_id=tie["person_id"], kind=tie["kind"])
        if still.exists():  # whoever was untied, or erased, is not tied again
            at = datetime.fromisoformat(tie["created_at"])
            Affiliation.objects.get_or_create(
                organisation=merged,
                person_id=tie["person_id"],
                kind=tie["kind"],
                defaults={**{name: tie[name] for name in TIE[2:]}, "created_at": at},
            )


def _write(organisation: Organisation, values: dict[str, str], now: datetime) -> None:
    for name, value in values.items():
        setattr(organisation, name, value)
    organisation.updated_at = now
    organisation.save(update_fields=[*values, "tag_ids", "updated_at"])
