"""The way back to what was done in number."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from crm.bulk import views
from crm.bulk.services import KIND
from crm.people.models import Tag
from crm.runs.models import Run
from tenants.facts import TenantFacts
from tenants.users.models import User

LIST = "/bureau/personnes/actions/recentes/"


def done(now: datetime, *, state: str = "done", changed: int = 3, **told: Any) -> Run:
    return Run.objects.create(
        kind=KIND, state=state, created_at=now, result={"seen": 5, "changed": changed},
        parameters={**(told or {"action": "relate", "relationship": "member"}), "whom": {}, "through": 0},
    )  # fmt: skip


def acts(page: Any) -> list[int]:
    return [act.run.pk for act in page.context["acts"]]


def test_what_how_many_who_when_and_the_way_back(office: Any, now: datetime) -> None:
    owner = User.objects.get(email="owner@example.org")
    run = done(now, action="tag", tag=Tag.objects.create(name="vélo").pk)
    Run.objects.update(asked_by_id=owner.pk)
    other = Run.objects.create(kind="exports.export", created_at=now)

    page = office.get(LIST)
    text = page.content.decode()

    assert acts(page) == [run.pk]
    assert str(other.uuid) not in text
    for told in (
        "vélo",
        owner.get_full_name(),
        "22 novembre 2026",
        f"/bureau/personnes/actions/{run.uuid}/annulation/",
    ):
        assert told in text, told
    assert LIST in office.get(f"/bureau/personnes/actions/{run.uuid}/").content.decode()


@pytest.mark.parametrize(
    ("state", "changed", "may"),
    [
        ("done", 3, True),
        ("failed", 3, True),
        ("cancelled", 3, True),
        ("done", 0, False),
        ("running", 3, False),
        ("undoing", 3, False),
        ("undone", 3, False),
    ],
)
def test_only_what_changed_something_and_is_over_can_be_taken_back(
    office: Any, now: datetime, state: str, changed: int, may: bool
) -> None:
    done(now, state=state, changed=changed)
    assert ("annulation/" in office.get(LIST).content.decode()) is may


@pytest.mark.parametrize(
    ("run", "told"),
    [
        ({"state": "done"}, "Fait pour 3 personnes"),
        ({"state": "done", "changed": 1}, "Fait pour 1 personne"),
        ({"state": "done", "changed": 0}, "Rien à changer"),
        ({"state": "undone"}, "Fait pour 3 personnes, puis défait"),
        ({"state": "undone", "action": "erase"}, "Demandé pour 3 personnes, puis défait"),
        ({"state": "undoing"}, "Fait pour 3 personnes, en train d’être défait"),
        ({"state": "cancelled"}, "Fait pour 3 personnes, puis arrêté"),
        ({"state": "failed", "changed": 0}, "Interrompu avant tout changement"),
    ],
)
def test_one_sentence_tells_what_was_done_to_how_many_and_whether_it_holds(
    office: Any, now: datetime, run: dict[str, Any], told: str
) -> None:
    made = done(now, **run)
    pages = [LIST] if made.is_at_work else [LIST, f"/bureau/personnes/actions/{made.uuid}/"]

    for page in pages:
        assert f"</svg>{told}</span>" in office.get(page).content.decode(), page


def test_an_undoing_that_failed_does_not_look_like_an_act_that_failed(office: Any, now: datetime) -> None:
    done(now, state="failed")
    assert "Fait pour 3 personnes, puis interrompu" in office.get(LIST).content.decode()
    Run.objects.update(result={"changed": 3, "undoing": True})
    assert ", puis défait en partie\u00a0: interrompu en route</span>" in office.get(LIST).content.decode()


def test_the_oldest_is_within_reach(office: Any, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "LISTED", 2)
    runs = [done(now + timedelta(minutes=number)).pk for number in range(5)][::-1]

    pages = [office.get(LIST)]
    while older := pages[-1].context["slice"].older:
        pages.append(office.get(f"{LIST}?older={older}"))

    assert [acts(page) for page in pages] == [runs[:2], runs[2:4], runs[4:]]
    assert f"?older={runs[1]}" in pages[0].content.decode()


def test_the_list_of_people_leads_there_and_to_the_exports(
    tenant: TenantFacts, office_as: Callable[[str], Any], now: datetime
) -> None:
    people = "/bureau/personnes/"
    assert "rien" in office_as("owner").get(LIST).content.decode().lower()
    for role, sees in (("owner", True), ("manager", True), ("communications", False), ("reader", False)):
        client = office_as(role)
        page = client.get(people).content.decode()
        assert (f'href="{LIST}"' in page, f'href="{people}exports/"' in page) == (sees, sees), role
        assert client.get(LIST).status_code == (200 if sees else 403)


def test_a_report_leads_back_to_the_list_as_it_was_for_whoever_asked(
    office: Any, office_as: Callable[[str], Any], now: datetime
) -> None:
    owner = User.objects.get(email="owner@example.org")
    run = done(now)
    Run.objects.update(
        asked_by_id=owner.pk, parameters={**run.parameters, "whom": {"query": "q=Delcourt&departement=13"}}
    )
    report, people = f"/bureau/personnes/actions/{run.uuid}/", "/bureau/personnes/"

    assert f'href="{people}?q=Delcourt&amp;departement=13"' in office.get(report).content.decode()
    page = office_as("manager").get(report).content.decode()
    assert "Delcourt" not in page
    assert f'href="{people}">Retour à la liste' in page


def test_the_empty_page_says_what_will_not_stand_there(office: Any) -> None:
    """A tag put at the foot of the list of people is no bulk action: the list itself takes it back."""
    assert "Une étiquette posée sur des personnes cochées" in office.get(LIST).content.decode()
