"""Tags and websites of organisations: the campaign's own tags, which merges and deletions carry along."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from crm.consent.services import Source
from crm.people.models import Tag
from crm.people.tag_keeping import delete_tag, delete_unused, merge_tags
from crm.people.tagging import ensure_tags
from crm.relations.identifiers import normalize_website
from crm.relations.merging import forget_merge, merge_organisations, part_organisations
from crm.relations.models import Organisation
from crm.relations.queries import organisations_matching
from crm.relations.services import save_organisation
from crm.relations.tagging import organisations_carrying, tag_organisation, untag_organisation
from tenants.facts import TenantFacts

TEAM = Source("office", "test", 1)


def organisation(now: datetime, name: str, *tags: str, **values: Any) -> Organisation:
    one = save_organisation(organisation=None, values={"name": name, **values}, source=TEAM, now=now)
    tag_organisation(organisation=one, names=tags, now=now)
    one.refresh_from_db()
    return one


def tag(name: str) -> Tag:
    return Tag.objects.get(pk=ensure_tags([name])[0])


def tags_on(one: Organisation) -> list[str]:
    one.refresh_from_db()
    names = dict(Tag.objects.values_list("pk", "name"))
    return sorted(names[pk] for pk in one.tag_ids)


@pytest.mark.parametrize(
    ("typed", "website"),
    [
        ("https://example.org/équipe?a=1", "https://example.org/équipe?a=1"),
        (" HTTP://example.org ", "http://example.org"),
        ("www.example.org", "https://www.example.org"),
        ("example.org:8080/x", "https://example.org:8080/x"),
        ("javascript:alert(1)", None),
        ("javascript://example.org/%0aalert(1)", None),
        ("data:text/html,<b>", None),
        ("mailto:ada@example.org", None),
        ("https://example.org@evil.example", None),
        ("ftp://example.org", None),
        ("https://exam ple.org", None),
        ("notre page", None),
        ("https://example.org/" + "x" * 200, None),
        ("https://[example.org", None),
    ],
)
def test_a_website_is_a_page_of_the_web(typed: str, website: str | None) -> None:
    assert normalize_website(typed) == website


def test_tags_are_put_and_taken_on_the_page(tenant: TenantFacts, office: Any, now: datetime) -> None:
    port = organisation(now, "Atelier du port")
    Tag.objects.filter(pk=tag("Culture").pk).update(color="red")
    address = reverse("relations:organisation_tag", args=[port.uuid])

    assert office.post(address, {"tags": " culture, salle,, "}).status_code == 302
    assert tags_on(port) == ["Culture", "salle"]
    assert port.updated_at > now
    page = office.get(port.get_absolute_url()).content.decode()
    assert 'class="iso-tag t-red"' in page
    assert "Retirer l’étiquette salle" in page
    assert f'<form class="people-ajout" method="post" action="{address}">' in page

    office.post(address, {"remove": str(tag("salle").pk)})
    office.post(address, {"remove": "9" * 30})
    assert tags_on(port) == ["Culture"]


def test_only_who_may_edit_puts_tags(tenant: TenantFacts, office_as: Any, now: datetime) -> None:
    port, reader = organisation(now, "Atelier du port", "salle"), office_as("reader")
    page = reader.get(port.get_absolute_url()).content.decode()
    assert "salle" in page
    assert reverse("relations:organisation_tag", args=[port.uuid]) not in page
    answer = reader.post(reverse("relations:organisation_tag", args=[port.uuid]), {"tags": "culture"})
    assert answer.status_code == 403
    assert tags_on(port) == ["salle"]


def test_the_list_is_filtered_by_a_tag(tenant: TenantFacts, office: Any, now: datetime) -> None:
    for number in range(55):
        organisation(now, f"École {number:02}", "salle", kind="school")
    organisation(now, "Atelier du port", "culture")
    address, hall = reverse("relations:organisations"), tag("salle")

    first = office.get(address, {"tag": hall.pk})
    second = office.get(address + first.context["after_url"])

    shown = [one.name for one in [*first.context["organisations"], *second.context["organisations"]]]
    assert shown == [f"École {number:02}" for number in range(55)]
    assert f"tag={hall.pk}" in first.context["after_url"]
    assert '<span class="iso-tag t-' in first.content.decode()
    both = office.get(address, {"tag": tag("culture").pk, "kind": "school"})
    assert "Aucune organisation n’est de cette nature" in both.content.decode()
    assert len(office.get(address, {"tag": "x"}).context["organisations"]) == 50


def test_a_website_is_checked_and_linked(tenant: TenantFacts, office: Any, now: datetime) -> None:
    address = reverse("relations:organisation_add")
    refused = office.post(address, {"name": "Port", "kind": "other", "website": "javascript:alert(1)"})
    assert refused.status_code == 422
    assert "n’est pas l’adresse d’un site" in refused.content.decode()

    office.post(address, {"name": "Port", "kind": "other", "website": "port.example.org"})
    port = Organisation.objects.get()
    assert port.website == "https://port.example.org"
    assert (
        '<a href="https://port.example.org" rel="noopener noreferrer'
        in office.get(port.get_absolute_url()).content.decode()
    )
    Organisation.objects.update(website="javascript:alert(1)")  # by whatever way it came
    assert 'href="javascript' not in office.get(port.get_absolute_url()).content.decode()


def test_an_edit_keeps_tags_that_were_put_meanwhile(tenant: TenantFacts, now: datetime) -> None:
    port = organisation(now, "Atelier du port")
    stale = Organisation.objects.get()
    tag_organisation(organisation=port, names=["salle"], now=now)
    save_organisation(organisation=stale, values={"name": "Atelier"}, source=TEAM, now=now)
    assert (tags_on(port), port.name) == (["salle"], "Atelier")


# --- what happens to tags ---------------------------------------------------------------------------------------------
def test_merged_tags_take_organisations_along(tenant: TenantFacts, now: datetime) -> None:
    one, both = organisation(now, "Un", "salle"), organisation(now, "Deux", "salle", "salles")
    merge_tags(keep=tag("salles"), merged=tag("salle"), source=TEAM, now=now)
    assert (tags_on(one), tags_on(both)) == (["salles"], ["salles"])
    tag_organisation(organisation=one, names=["salle"], now=now)  # means the other one now
    assert tags_on(one) == ["salles"]


def test_a_deleted_tag_leaves_them_and_says_so_before(tenant: TenantFacts, office: Any, now: datetime) -> None:
    one = organisation(now, "Un", "salle", "culture")
    organisation(now, "Deux", "salle")
    hall = tag("salle")
    page = office.get(reverse("people:tag_delete", args=[hall.pk])).content.decode()
    assert f'href="/bureau/organisations/?tag={hall.pk}">2 organisations</a>' in page
    delete_tag(tag=hall, source=TEAM, now=now)
    assert tags_on(one) == ["culture"]


def test_a_tag_of_organisations_is_not_swept_out(tenant: TenantFacts, office: Any, now: datetime) -> None:
    one, nobodys = organisation(now, "Un", "salle"), tag("vieux")
    page = office.get(reverse("people:tags_unused"))
    assert [free.name for free in page.context["free"]] == ["vieux"]
    assert delete_unused(tag_ids=[tag("salle").pk, nobodys.pk]) == ["vieux"]
    assert tags_on(one) == ["salle"]


def test_what_was_merged_is_not_counted(tenant: TenantFacts, now: datetime) -> None:
    one, other = organisation(now, "Un", "salle"), organisation(now, "Deux", "salle")
    merge_organisations(keep=one, duplicate=other, source=TEAM, now=now)
    (usage,) = organisations_carrying([tag("salle").pk])
    assert usage.label == "1 organisation"
    assert list(organisations_matching("", tag=tag("salle").pk)) == [one]


# --- organisations that are one ---------------------------------------------------------------------------------------
def test_a_merge_takes_tags_and_gives_them_back(tenant: TenantFacts, now: datetime) -> None:
    kept, other = organisation(now, "Un", "salle", "culture"), organisation(now, "Deux", "culture", "asso", "sport")
    merge = merge_organisations(keep=kept, duplicate=other, source=TEAM, now=now)
    assert tags_on(kept) == ["asso", "culture", "salle", "sport"]
    untag_organisation(organisation=kept, tag_id=tag("sport").pk, now=now)
    tag_organisation(organisation=kept, names=["presse"], now=now)
    part_organisations(merge=merge, now=now)
    assert (tags_on(kept), tags_on(other)) == (["culture", "presse", "salle"], ["asso", "culture", "sport"])


@pytest.mark.parametrize(("own", "theirs", "left"), [("a", "b", ["b"]), ("b", "a", ["b"]), ("", "a", [])])
def test_tags_merged_meanwhile_are_given_back_rightly(
    tenant: TenantFacts, now: datetime, own: str, theirs: str, left: list[str]
) -> None:
    """The tag a was merged into b between the two: who had one of them before has b afterwards."""
    kept, other = organisation(now, "Un", own), organisation(now, "Deux", theirs)
    tag("b")
    merge = merge_organisations(keep=kept, duplicate=other, source=TEAM, now=now)
    merge_tags(keep=tag("b"), merged=tag("a"), source=TEAM, now=now)
    merge.refresh_from_db()
    part_organisations(merge=merge, now=now)
    assert (tags_on(kept), tags_on(other)) == (left, ["b"])


def test_a_forgotten_merge_keeps_no_tags(tenant: TenantFacts, now: datetime) -> None:
    kept, other = organisation(now, "Un"), organisation(now, "Deux", "salle")
    merge = merge_organisations(keep=kept, duplicate=other, source=TEAM, now=now)
    forget_merge(merge_id=merge.pk)
    assert (tags_on(kept), tags_on(other)) == (["salle"], [])


def test_a_tag_that_is_gone_is_put_on_nothing(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, gone = organisation(now, "Un"), tag("salle")
    monkeypatch.setattr("crm.relations.tagging.ensure_tags", lambda _names: [gone.pk])
    delete_tag(tag=gone, source=TEAM, now=now)
    tag_organisation(organisation=one, names=["salle"], now=now + timedelta(hours=1))
    assert tags_on(one) == []
    assert one.updated_at == now
