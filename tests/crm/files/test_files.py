"""Papers on somebody's page: private, checked by their content, gone with her."""

from datetime import datetime
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from crm.consent.services import Source
from crm.files.models import PersonFile
from crm.files.services import LARGEST, TooLarge, TooMany, WrongType, add_file, delete_stored
from crm.people.erasing import erase_person
from crm.people.merging import merge_people
from crm.people.models import Person
from crm.people.parting import part_people
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tests.crm.people.arriving import person

TEAM = Source("office", "test", 1)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


def kept(one: Person, now: datetime, content: bytes = PDF, name: str = "Bulletin d'adhésion.pdf") -> PersonFile:
    return add_file(person=one, upload=SimpleUploadedFile(name, content), source=TEAM, now=now)


def stored(one: Person) -> str:
    return PersonFile.objects.get(person=one).stored


def test_a_file_is_kept_under_a_name_that_says_nothing(tenant: TenantFacts, now: datetime) -> None:
    file = kept(person(now), now)

    assert file.stored.startswith("people/")
    assert file.stored.endswith(".pdf")
    assert "adh" not in file.stored.lower()
    with default_storage.open(file.stored) as kept_file:
        assert kept_file.read() == PDF


@pytest.mark.parametrize(
    ("content", "name", "refused"),
    [
        (b"MZ\x90\x00" + bytes(300), "facture.pdf", WrongType),
        (b"<html><script>alert(1)</script></html>", "photo.png", WrongType),
        (b"", "vide.pdf", WrongType),
        (PDF + bytes(LARGEST), "gros.pdf", TooLarge),
    ],
)
def test_what_it_is_counts_and_not_its_name(
    tenant: TenantFacts, now: datetime, content: bytes, name: str, refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        kept(person(now), now, content, name)
    assert not PersonFile.objects.exists()


def test_a_refused_one_leaves_nothing_in_the_storage(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.files.services.MOST", 1)
    ada = person(now)
    kept(ada, now)
    before = default_storage.listdir("people")[1]

    with pytest.raises(TooMany):
        kept(ada, now)

    assert default_storage.listdir("people")[1] == before


def test_a_file_is_shown_under_its_name_and_only_to_the_team(
    tenant: TenantFacts, office: Any, site: Any, now: datetime
) -> None:
    ada = person(now)
    office.post(reverse("files:add", args=[ada.uuid]), {"file": SimpleUploadedFile("carte.pdf", PDF)})
    file = PersonFile.objects.get(person=ada)
    address = reverse("files:show", args=[ada.uuid, file.uuid])
    assert "carte.pdf" in office.get(ada.get_absolute_url()).content.decode()

    answer = office.get(address)

    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'inline; filename="carte.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Security-Policy"].endswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert office.get(f"/media/{file.stored}").status_code == 404  # without a signature
    assert "/login/" in site.get(address)["Location"]


def test_a_file_of_another_page_is_not_there(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada, boris = person(now), person(now, 1)
    file = kept(ada, now)
    assert office.get(reverse("files:show", args=[boris.uuid, file.uuid])).status_code == 404


def test_another_campaign_does_not_see_it(
    tenant: TenantFacts, other_tenant: TenantFacts, office: Any, now: datetime
) -> None:
    with tenant_context(other_tenant):
        ada = person(now)
        file = kept(ada, now)
    assert office.get(reverse("files:show", args=[ada.uuid, file.uuid])).status_code == 404
    assert not default_storage.exists(file.stored)


def test_readers_open_and_do_not_add(tenant: TenantFacts, office_as: Any, now: datetime) -> None:
    ada = person(now)
    file = kept(ada, now)
    reader = office_as("reader")

    assert b"".join(reader.get(reverse("files:show", args=[ada.uuid, file.uuid])).streaming_content) == PDF
    answer = reader.post(reverse("files:add", args=[ada.uuid]), {"file": SimpleUploadedFile("x.pdf", PDF)})
    assert answer.status_code == 403
    assert reader.post(reverse("files:delete", args=[ada.uuid, file.uuid])).status_code == 403


def test_an_erasure_takes_the_file_itself(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now)
    name = kept(ada, now).stored
    delete_stored(stored=name)
    assert default_storage.exists(name)  # as long as the page names it

    erase_person(person_id=ada.pk, now=now)
    delete_stored(stored=name)

    assert not PersonFile.objects.exists()
    assert not default_storage.exists(name)


def test_a_merge_takes_the_files_along_and_back(tenant: TenantFacts, now: datetime) -> None:
    ada, boris = person(now), person(now, 1)
    file = kept(boris, now)

    merge = merge_people(keep=ada, merged=boris, source=TEAM, now=now)
    assert stored(ada) == file.stored
    part_people(merge=merge, source=TEAM, now=now)

    assert stored(boris) == file.stored
