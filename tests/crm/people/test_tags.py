"""Tags kept in order: groups, former names, what may be tidied up, and ends that nothing is silently changed by."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.urls import reverse

from crm.consent.services import Source
from crm.people import quality, tag_figures, tag_groups, tag_keeping, tag_runs
from crm.people.forms import FilterForm
from crm.people.merging import merge_people
from crm.people.models import DistinctTags, Person, SavedView, Tag, TagAlias, TagChange, TagGroup
from crm.people.parting import part_people
from crm.people.queries import all_tags
from crm.people.services import ContactData, capture
from crm.people.tag_figures import count_tags, last_puts, pairs_alike
from crm.people.tag_keeping import TagInUse, delete_tag, delete_unused, make_tag, merge_tags, rename_tag
from crm.people.tagging import change_tags, ensure_tags, find_tag, tag_numbers
from crm.people.timeline import timeline
from crm.runs.models import Run
from crm.runs.services import SILENCE, resume_run, start_run, watch_run, work_on
from tenants.context import tenant_context
from tenants.facts import TenantFacts

FORM = Source(kind="form", reference="form:1")
TEAM = Source(kind="office", reference="tags", actor_id=1)
TAGS = "/bureau/personnes/etiquettes/"


def person(now: datetime, number: int, *tags: str) -> Person:
    contact = ContactData(email=f"p{number}@example.org", last_name=f"Durand{number}", tags=tags)
    return Person.objects.get(pk=capture(contact=contact, kind="signed_up", source=FORM, now=now).person_id)


def tag(name: str) -> Tag:
    return Tag.objects.get(name=name)


def carriers(name: str) -> set[str]:
    return set(Person.objects.tagged(tag(name).pk).values_list("email", flat=True))


@pytest.fixture
def refusals(tenant: TenantFacts, now: datetime) -> tuple[Tag, Tag]:
    """The tag that stays, which two carry; and the one that goes, which two carry, one of them both."""
    person(now, 0, "NPS")
    person(now, 1, "NPS", "ne pas solliciter")
    person(now, 2, "ne pas solliciter")
    return tag("NPS"), tag("ne pas solliciter")


def test_a_merged_name_means_the_other_tag_wherever_it_is_still_written(
    refusals: tuple[Tag, Tag], now: datetime
) -> None:
    keep, gone = refusals
    number = gone.pk
    group = TagGroup.objects.create(name="Consignes")
    rename_tag(tag=gone, name=gone.name, group=group)

    assert merge_tags(keep=keep, merged=gone, source=TEAM, now=now) == 2

    assert carriers("NPS") == {"p0@example.org", "p1@example.org", "p2@example.org"}
    assert tag_numbers(["Ne pas  solliciter", "nps"]) == {"Ne pas  solliciter": keep.pk, "nps": keep.pk}
    assert find_tag("NE PAS SOLLICITER") == keep
    person(now, 3, "ne pas solliciter")
    assert "p3@example.org" in carriers("NPS")
    assert list(Tag.objects.all()) == [keep]
    story = [event.text for event in timeline(Person.objects.get(email="p2@example.org")).events]
    assert "ne pas solliciter" in story
    assert (TagAlias.objects.get().number, tag("NPS").group) == (number, group)


def test_former_names_go_along_and_can_be_given_to_a_tag_of_their_own(refusals: tuple[Tag, Tag], now: datetime) -> None:
    keep, gone = refusals
    merge_tags(keep=keep, merged=gone, source=TEAM, now=now)
    third = make_tag(name="Opposition")
    merge_tags(keep=third, merged=keep, source=TEAM, now=now)
    assert ensure_tags(["NPS", "ne pas solliciter"]) == [third.pk]

    again = make_tag(name="nps")
    rename_tag(tag=third, name="Ne pas solliciter")

    assert ensure_tags(["NPS"]) == [again.pk]
    assert not TagAlias.objects.exists()


def test_saved_views_follow_a_merge_and_go_with_a_deletion(refusals: tuple[Tag, Tag], now: datetime) -> None:
    keep, gone = refusals
    view = SavedView.objects.create(name="Refus", query=f"tag={gone.pk}&departement=13", owner_id=1)
    other = SavedView.objects.create(name="Marseille", query="departement=13", owner_id=1)

    merge_tags(keep=keep, merged=gone, source=TEAM, now=now)
    view.refresh_from_db()
    assert QueryDict(view.query).dict() == {"tag": str(keep.pk), "departement": "13"}

    delete_tag(tag=keep, source=TEAM, now=now)
    assert list(SavedView.objects.all()) == [other]
    assert Person.objects.filter(tag_ids=[]).count() == 3


def test_nothing_is_merged_or_deleted_under_work_that_names_it(refusals: tuple[Tag, Tag], now: datetime) -> None:
    keep, gone = refusals
    run = start_run(kind="bulk.act", parameters={"whom": {"query": f"tag={gone.pk}"}}, by=1, now=now)
    for act in (
        lambda: merge_tags(keep=keep, merged=gone, source=TEAM, now=now),
        lambda: merge_tags(keep=gone, merged=keep, source=TEAM, now=now),
        lambda: delete_tag(tag=gone, source=TEAM, now=now),
        lambda: tag_runs.start_merging(keep=keep, merged=gone, by=1, now=now),
    ):
        with pytest.raises(TagInUse):
            act()
    Run.objects.filter(pk=run.pk).update(state="done")
    assert merge_tags(keep=keep, merged=gone, source=TEAM, now=now) == 2


def test_a_tag_that_is_gone_is_put_on_nobody(refusals: tuple[Tag, Tag], now: datetime) -> None:
    ids = list(Person.objects.values_list("pk", flat=True))
    _keep, gone = refusals
    number = gone.pk
    delete_tag(tag=gone, source=TEAM, now=now)

    assert change_tags(person_ids=ids, add=[number], remove=[], source=TEAM, now=now) == []
    assert not Person.objects.tagged(number).exists()


def test_who_is_parted_again_has_the_tag_that_took_over(tenant: TenantFacts, now: datetime) -> None:
    """Whom it was on before the people were merged keeps it; where it came along, it goes again."""
    with_own, her_double = person(now, 0, "NPS"), person(now, 1, "ne pas solliciter")
    without, his_double = person(now, 2), person(now, 3, "ne pas solliciter", "presse")
    first = merge_people(keep=with_own, merged=her_double, source=TEAM, now=now)
    second = merge_people(keep=without, merged=his_double, source=TEAM, now=now)
    keep = tag("NPS")

    merge_tags(keep=keep, merged=tag("ne pas solliciter"), source=TEAM, now=now)
    part_people(merge=first, source=TEAM, now=now + timedelta(days=1))
    part_people(merge=second, source=TEAM, now=now + timedelta(days=1))

    for one in (with_own, her_double, without, his_double):
        one.refresh_from_db()
    assert (with_own.tag_ids, her_double.tag_ids) == ([keep.pk], [keep.pk])
    assert (without.tag_ids, set(his_double.tag_ids)) == ([], {keep.pk, tag("presse").pk})


def test_many_are_done_by_a_worker_that_may_be_killed(
    refusals: tuple[Tag, Tag],
    office: Any,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    run_tasks: None,
    django_capture_on_commit_callbacks: Any,
) -> None:
    keep, gone = refusals
    monkeypatch.setattr(tag_runs, "MANY", 1)
    monkeypatch.setattr(tag_runs, "AT_ONCE", 1)
    page = office.post(f"{TAGS}{gone.pk}/fusion/", {"into": keep.pk})  # the task is only queued on commit
    run = Run.objects.get(kind=tag_runs.KIND)
    assert page.url == reverse("people:tag_run", args=[run.uuid])
    assert "NPS" in office.get(page.url).content.decode()
    off, calls = tag_keeping.take_off, []

    def dies(**told: Any) -> int:
        calls.append(told)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return off(**told)

    monkeypatch.setattr(tag_runs, "take_off", dies)
    with pytest.raises(KeyboardInterrupt):
        work_on(run_id=run.pk, clock=lambda: now)
    assert list(Tag.objects.all()) == [keep]
    assert len(carriers("NPS")) == 3
    with django_capture_on_commit_callbacks(execute=True):
        watch_run(run_id=run.pk, now=now + SILENCE)

    run.refresh_from_db()
    assert (run.state, run.done, run.total) == ("done", 4, 4)
    assert all(ids == [keep.pk] for ids in Person.objects.values_list("tag_ids", flat=True))
    assert "NPS" in office.get(page.url).content.decode()


def test_a_worker_deletes_a_tag_of_many(
    refusals: tuple[Tag, Tag],
    office: Any,
    monkeypatch: pytest.MonkeyPatch,
    run_tasks: None,
    django_capture_on_commit_callbacks: Any,
) -> None:
    _keep, gone = refusals
    monkeypatch.setattr(tag_runs, "MANY", 1)
    with django_capture_on_commit_callbacks(execute=True):
        page = office.post(f"{TAGS}{gone.pk}/suppression/")

    assert Run.objects.get(kind=tag_runs.KIND).state == "done"
    assert not Tag.objects.filter(pk=gone.pk).exists()
    assert not Person.objects.tagged(gone.pk).exists()
    assert office.get(page.url).status_code == 200


def test_what_began_since_is_waited_for(refusals: tuple[Tag, Tag], now: datetime) -> None:
    keep, gone = refusals
    run = tag_runs.start_merging(keep=keep, merged=gone, by=1, now=now)
    other = start_run(kind="bulk.act", parameters={"tag": gone.pk}, by=1, now=now)
    work_on(run_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, run.failure, len(carriers("ne pas solliciter"))) == ("failed", "busy", 2)

    Run.objects.filter(pk=other.pk).update(state="done")
    resume_run(run=run, now=now)
    work_on(run_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert (run.state, list(Tag.objects.all()), len(carriers("NPS"))) == ("done", [keep], 3)


def test_groups_are_headings_wherever_tags_are_chosen(tenant: TenantFacts, office: Any, now: datetime) -> None:
    person(now, 0, "vélo", "presse")
    office.post(f"{TAGS}groupes/ajouter/", {"name": "Thèmes"})
    office.post(f"{TAGS}groupes/ajouter/", {"name": "Aides"})
    assert office.post(f"{TAGS}groupes/ajouter/", {"name": "themes"}).context["group_form"].errors
    themes, helps = TagGroup.objects.get(name="Thèmes"), TagGroup.objects.get(name="Aides")
    office.post(f"{TAGS}{tag('vélo').pk}/", {"name": "vélo", "group": themes.pk})
    office.post(f"{TAGS}groupes/{helps.pk}/avant/")

    page = office.get(TAGS)
    assert [group for group, _rows in page.context["sections"]] == [helps, themes, None]
    listed = office.get(f"/bureau/personnes/?tag={tag('vélo').pk}").content.decode()
    assert '<optgroup label="Thèmes">' in listed
    assert "<b>vélo</b>" in listed
    form = FilterForm(QueryDict(f"tag={tag('presse').pk}"), tags=all_tags(), own=[])
    assert form.filters().tag == tag("presse").pk

    office.post(f"{TAGS}groupes/{themes.pk}/", {"name": "Causes"})
    assert TagGroup.objects.get(pk=themes.pk).name == "Causes"
    office.post(f"{TAGS}groupes/{themes.pk}/suppression/")
    assert tag("vélo").group is None
    assert tag_groups.choices_by_group([tag("vélo")]) == [(str(tag("vélo").pk), "vélo")]


def test_what_nobody_carries_goes_in_one_step_but_for_what_is_left_out(
    refusals: tuple[Tag, Tag], office: Any, now: datetime
) -> None:
    ensure_tags(["vieux", "essai", "à garder"])
    page = office.get(f"{TAGS}inutilisees/")
    assert [one.name for one in page.context["free"]] == ["à garder", "essai", "vieux"]
    ticked = [tag("vieux").pk, tag("essai").pk]
    person(now, 9, "essai")  # meanwhile

    office.post(f"{TAGS}inutilisees/", {"tags": ticked})
    assert set(Tag.objects.values_list("name", flat=True)) == {"NPS", "ne pas solliciter", "à garder", "essai"}
    assert delete_unused(tag_ids=[tag("essai").pk, tag("à garder").pk]) == ["à garder"]


@pytest.mark.parametrize(
    ("names", "alike"),
    [
        (("bénévole", "Bénévoles"), True),
        (("porte-à-porte", "porte à porte"), True),
        (("bénévole", "benevolle"), True),
        (("réunion 2020", "réunion 2024"), False),
        (("presse", "vélo"), False),
    ],
)
def test_names_that_nearly_agree_are_offered_as_one(tenant: TenantFacts, names: tuple[str, str], alike: bool) -> None:
    ensure_tags(names)
    found = [{one.name, other.name} for one, other in pairs_alike(all_tags())]
    assert found == ([set(names)] if alike else [])


def test_two_that_are_two_are_offered_no_more(office: Any) -> None:
    older, younger = (Tag.objects.create(name=name) for name in ("Bénévoles", "bénévole"))
    assert len(pairs_alike(all_tags())) == 1
    for _click in range(2):
        assert office.post(f"{TAGS}{younger.pk}/distincte/{older.pk}/").status_code == 302
    assert pairs_alike(all_tags()) == []
    older.delete()
    assert not DistinctTags.objects.exists()


def test_among_many_the_rare_are_counted_and_the_frequent_estimated(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    often, seldom, never = sorted(ensure_tags(["often", "seldom", "never"]))[:3]
    often, seldom, never = (tag(name).pk for name in ("often", "seldom", "never"))
    Person.objects.bulk_create(
        Person(last_name=str(number), tag_ids=[often, seldom] if number < 5 else [often]) for number in range(700)
    )
    ids = [often, seldom, never]
    assert [count_tags(ids)[pk].number for pk in ids] == [700, 5, 0]

    monkeypatch.setattr(tag_figures, "rows_known", lambda: quality.FEW + 1)
    monkeypatch.setattr(tag_figures, "RARE", 8)
    counted = count_tags(ids)
    assert counted[often].is_estimate
    assert 500 < counted[often].number < 900
    assert [(counted[pk].number, counted[pk].is_estimate) for pk in (seldom, never)] == [(5, False), (0, False)]


def test_a_tag_that_came_with_a_file_is_not_called_one_that_nobody_put(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    brought, never = make_tag(name="salon 2025"), make_tag(name="jamais posée")
    Person.objects.create(created_at=now, tag_ids=[brought.pk])  # as an import writes new people

    page = office.get("/bureau/personnes/etiquettes/").content.decode()

    rows = {name: page[page.index(f">{name}</a>") :].split("</tr>")[0] for name in (brought.name, never.name)}
    assert ("avec un import" in rows[brought.name], "jamais<" in rows[brought.name]) == (True, False)
    assert "jamais<" in rows[never.name]


def test_when_a_tag_was_put_last_is_read_from_the_latest_changes(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(now - timedelta(days=9), 0, "old")
    person(now - timedelta(days=5), 1, "new")
    person(now, 2, "new")
    never = make_tag(name="never").pk
    old, new = tag("old").pk, tag("new").pk

    last = last_puts([old, new, never])
    assert (last[old].at, last[new].at, last[never]) == (now - timedelta(days=9), now, tag_figures.LastPut())

    monkeypatch.setattr(tag_figures, "LOOKED_AT", 2)
    last = last_puts([old, new])
    assert (last[new].at, last[old].at, last[old].since) == (now, None, now - timedelta(days=5))


def test_the_page_tells_what_a_merge_and_a_deletion_would_touch(
    refusals: tuple[Tag, Tag], office: Any, now: datetime
) -> None:
    keep, gone = refusals
    SavedView.objects.create(name="Refus", query=f"tag={gone.pk}", owner_id=1, is_shared=True)
    SavedView.objects.create(name="Secret", query=f"tag={gone.pk}", owner_id=99)

    assert "Refus" in office.get(f"{TAGS}{gone.pk}/fusion/?into={keep.pk}").content.decode()
    deletion = office.get(f"{TAGS}{gone.pk}/suppression/").content.decode()
    assert "Refus" in deletion
    assert "Secret" not in deletion
    assert office.get(f"{TAGS}{gone.pk}/fusion/").context["keep"] is None
    assert office.post(f"{TAGS}{gone.pk}/fusion/", {"into": gone.pk}).status_code == 422
    assert TagChange.objects.filter(removed__contains=[gone.pk]).count() == 0


def test_only_who_may_edit_ends_or_groups_tags(
    refusals: tuple[Tag, Tag], office_as: Callable[[str], Any], other_tenant: TenantFacts
) -> None:
    keep, gone = refusals
    group = TagGroup.objects.create(name="Consignes")
    reader = office_as("reader")
    for path in (f"{gone.pk}/fusion/", f"{gone.pk}/suppression/", "inutilisees/"):
        assert reader.get(f"{TAGS}{path}").status_code == 403
        assert reader.post(f"{TAGS}{path}", {"into": keep.pk}).status_code == 403
    for path in (f"groupes/{group.pk}/", f"groupes/{group.pk}/suppression/", f"groupes/{group.pk}/avant/"):
        assert reader.post(f"{TAGS}{path}", {"name": "X"}).status_code == 403
    assert reader.get(TAGS).status_code == 200
    with tenant_context(other_tenant):
        assert not TagGroup.objects.exists()
