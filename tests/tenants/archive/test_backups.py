"""Exports and backups as jobs, and a tenant brought back alone: kept, confirmed or taken back, whatever is killed."""

import io
import zipfile
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from crm.consent.entries import Source
from crm.consent.models import ConsentEntry, Suppression
from crm.consent.services import withdraw_consent
from crm.consent.suppression import address_hash
from crm.people.carrying import carry_refusals
from crm.people.erasing import erase_person, request_erasure
from crm.people.merging import merge_people
from crm.people.models import Person
from messaging.deliveries.models import AskedAddress
from sitebuilder.forms.refusing import allow_confirmations, is_refused, refuse_confirmations
from tenants.archive import exporting, stores
from tenants.archive.backups import names_to_keep, start_backups, starts_at
from tenants.archive.exporting import expire_export
from tenants.archive.stores import cell_store, tenant_prefix
from tenants.context import enter, public_context
from tenants.factors.models import AuthenticatorApp
from tenants.factors.queries import recovery_codes_left
from tenants.factors.services import begin_enrolment, check_code
from tenants.facts import TenantFacts
from tenants.jobs.models import Job
from tenants.jobs.services import run_job, start_job
from tenants.models import Alarm
from tenants.office.profile import campaign_profile
from tenants.office.services.profile import save_profile
from tenants.office.services.second_factor import reset_factor, set_up_factor
from tenants.users.models import User
from tests.database import OTHER, TENANT
from tests.factors import current_code, give_factor
from tests.tenants.archive.support import FILES, contents, files_under, furnish, positions, schemas
from tests.tenants.jobs.killing import run_and_kill
from tests.tenants.s3 import moto

SINCE = "documents/depuis.txt"


@pytest.fixture
def campaign(
    live_tenant: TenantFacts, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> TenantFacts:
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setenv("MEDIA_ROOT", str(tmp_path))
    furnish(live_tenant, now=now)
    return live_tenant


def do(kind: str, *, dies: tuple[str, str] | None = None, **parameters: Any) -> Job:
    uuid = start_job(uuid=uuid4(), kind=kind, tenant_uuid=TENANT, parameters=parameters).uuid
    if dies:
        assert run_and_kill(uuid, step=dies[0], where=dies[1])
    run_job(uuid=uuid)
    return row(uuid)


def row(uuid: UUID) -> Job:
    with public_context():
        return Job.objects.get(uuid=uuid)


def own_files() -> dict[str, bytes]:
    return {n: c for n, c in files_under(cell_store(), tenant_prefix(TENANT)).items() if not n.startswith("exports/")}


def change_everything(tenant: TenantFacts) -> None:
    enter(tenant)
    Person.objects.filter(email="p3@example.org").delete()
    Person.objects.update(first_name="Overwritten")
    default_storage.delete("documents/vide.txt")
    Path(default_storage.path("imports/12.csv")).write_bytes(b"another content")
    default_storage.save(SINCE, ContentFile(b"since"))
    connection.close()


@pytest.mark.parametrize("dies", [None, ("write", "end"), ("check", "end")], ids=["alive", "written", "checked"])
def test_an_export_lies_in_the_tenants_own_storage_for_a_week(campaign: TenantFacts, dies: Any) -> None:
    job = do("export", dies=dies)
    assert job.state == "done"
    name = tenant_prefix(TENANT) + job.result["name"]
    with cell_store().reading(name) as source, zipfile.ZipFile(source) as archive:
        assert archive.testzip() is None
        assert "lisible/people.csv" in archive.namelist()
    with public_context():
        alarm = Alarm.objects.get(schema_name=campaign.schema_name, kind="archive.expire")
    assert abs(alarm.due_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=5)
    assert [n.name for n in cell_store().names(f"{tenant_prefix(TENANT)}exports/")].count(name) == 1
    enter(campaign)
    expire_export(name="../x.zip")
    expire_export(name=alarm.key)
    assert name not in {stored.name for stored in cell_store().names(tenant_prefix(TENANT))}


def test_an_export_is_written_into_a_bucket_as_well(campaign: TenantFacts, settings: Any) -> None:
    with moto(settings):
        with cell_store().writing(f"{tenant_prefix(TENANT)}documents/été.txt") as sink:
            sink.write(b"in the bucket")
        job = do("export")
        assert (job.state, job.error) == ("done", "")
        with cell_store().reading(tenant_prefix(TENANT) + job.result["name"]) as source:
            archive = zipfile.ZipFile(io.BytesIO(source.read()))
        assert archive.testzip() is None
        assert archive.read("fichiers/documents/été.txt") == b"in the bucket"
        assert do("backup").state == "done"


def test_an_export_that_finds_no_room_fails_for_now_and_works_when_there_is_some(
    campaign: TenantFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> Any:
        raise OSError(28, "No space left on device")

    before = contents(campaign.schema_name)
    with monkeypatch.context() as patch:
        patch.setattr(exporting, "write_archive", full)
        uuid = do("export").uuid
    assert (row(uuid).state, row(uuid).error, row(uuid).finished_at) == ("waiting", "failed", None)
    assert not any(stores.UNFINISHED in str(path) for path in Path(default_storage.path("")).rglob("*"))
    run_job(uuid=uuid)
    assert row(uuid).state == "done"
    assert contents(campaign.schema_name) == before


def test_a_backup_is_kept_outside_of_what_it_saves(campaign: TenantFacts) -> None:
    job = do("backup", dies=("write", "end"))
    assert job.result["name"].startswith(f"backups/{TENANT}/")
    assert [stored.name for stored in cell_store().names("backups/")] == [job.result["name"]]
    assert job.result["kept"] == [job.result["name"]]


def test_the_nights_backups_are_one_for_each_tenant_however_often_they_are_started(campaign: TenantFacts) -> None:
    tonight = timezone.localtime().replace(hour=6)
    assert (start_backups(now=tonight), start_backups(now=tonight)) == (2, 0)
    with public_context():
        assert set(Job.objects.filter(kind="backup").values_list("tenant_uuid", flat=True)) == {TENANT, OTHER}
        assert Job.objects.filter(kind="backup").count() == 2


def test_backups_are_spread_over_the_night_and_what_was_missed_is_made_up_for(campaign: TenantFacts) -> None:
    times = [starts_at(uuid4()) for _ in range(2400)]
    assert (min(times), max(times)) == (time(1), time(4, 50))
    assert max(Counter(times).values()) < 200  # of 100 on average at each of 24 times
    night = datetime(2026, 11, 25, tzinfo=UTC)
    first, second = sorted((starts_at(TENANT), starts_at(OTHER)))
    assert first < second
    just_before = datetime.combine(night, first, UTC) - timedelta(minutes=1)
    assert start_backups(now=just_before) == 0
    assert start_backups(now=datetime.combine(night, first, UTC)) == 1
    assert start_backups(now=night.replace(hour=6, minute=50)) == 1


def test_rows_of_backups_that_are_gone_are_forgotten_and_the_others_stay(campaign: TenantFacts) -> None:
    old = timezone.now() - timedelta(days=8)
    kept, failed, recent, export = (
        start_job(uuid=uuid4(), kind=kind, tenant_uuid=TENANT).uuid for kind in ("backup", "backup", "backup", "export")
    )
    gone = do("backup").uuid
    do("backup")
    with public_context():
        name = Job.objects.get(uuid=gone).result["name"]
        cell_store().delete(name)
        Job.objects.filter(uuid=gone).update(finished_at=old)
        Job.objects.filter(uuid=failed).update(state="failed", finished_at=old)
        Job.objects.filter(uuid=export).update(state="done", finished_at=old)
        Job.objects.filter(uuid=recent).update(state="failed", finished_at=timezone.now())
        with cell_store().writing(f"backups/{TENANT}/20200101T000000Z-old.zip") as sink:
            sink.write(b"kept, whatever its age")
        stands = names_to_keep([stored.name for stored in cell_store().names(f"backups/{TENANT}/")], now=timezone.now())
        Job.objects.filter(uuid=kept).update(state="done", finished_at=old, result={"name": sorted(stands)[-1]})
    do("backup")
    with public_context():
        left = set(Job.objects.values_list("uuid", flat=True))
    assert {kept, recent, export} <= left
    assert not {gone, failed} & left
    run_job(uuid=gone)  # a message that comes late


def test_old_backups_go_and_the_newest_stays() -> None:
    now = datetime(2026, 11, 25, 3, tzinfo=UTC)
    names = [f"backups/x/{now - timedelta(days=day):%Y%m%dT%H%M%SZ}-a.zip" for day in range(60)]
    kept = names_to_keep(names, now=now)
    assert set(names[:7]) <= kept
    assert len(kept) == 7 + 5
    assert names_to_keep(names[50:51], now=now) == {names[50]}


@pytest.mark.parametrize("dies", [None, ("prepare", "end"), ("place", "2"), ("place", "end")])
def test_a_tenant_comes_back_alone_and_what_it_replaced_can_be_put_back(campaign: TenantFacts, dies: Any) -> None:
    backup = do("backup").result["name"]
    saved, where = contents(campaign.schema_name), positions(campaign.schema_name)
    other = contents(schemas_of_others(campaign))
    change_everything(campaign)
    changed, files = contents(campaign.schema_name), own_files()
    with public_context():
        Alarm.objects.filter(schema_name=campaign.schema_name).delete()

    assert do("restore", name=backup, dies=dies).state == "done"
    assert (contents(campaign.schema_name), positions(campaign.schema_name)) == (saved, where)
    assert {name: content for name, content in own_files().items() if name != SINCE} == FILES
    with public_context():
        assert Alarm.objects.filter(schema_name=campaign.schema_name, kind="archive.test").exists()
    enter(campaign)
    Person.objects.create(first_name="Works again")
    connection.close()
    assert do("restore", name=backup).error == "restoration_unconfirmed"

    assert do("restore_undo").state == "done"
    assert (contents(campaign.schema_name), own_files()) == (changed, files)
    assert schemas() == {campaign.schema_name, schemas_of_others(campaign)}
    assert contents(schemas_of_others(campaign)) == other
    assert list(cell_store().names("kept/")) == []


@pytest.mark.parametrize("dies", [None, ("confirm", "end")])
def test_a_confirmed_restoration_leaves_nothing_of_what_was_before(campaign: TenantFacts, dies: Any) -> None:
    backup = do("backup").result["name"]
    change_everything(campaign)
    do("restore", name=backup)
    assert do("restore_confirm", dies=dies).state == "done"
    assert own_files() == FILES
    assert schemas() == {campaign.schema_name, schemas_of_others(campaign)}
    assert list(cell_store().names("kept/")) == []
    assert do("restore_undo").state == "done"
    assert own_files() == FILES


def test_a_restoration_killed_between_files_and_tables_can_be_begun_again_from_another_backup(
    campaign: TenantFacts,
) -> None:
    first = do("backup").result["name"]
    saved = contents(campaign.schema_name)
    change_everything(campaign)
    assert do("restore", name="backups/elsewhere/x.zip").error == "archive_foreign"
    assert do("restore", name=f"backups/{TENANT}/20200101T000000Z-gone.zip").error == "backup_gone"
    uuid = start_job(uuid=uuid4(), kind="restore", tenant_uuid=TENANT, parameters={"name": first}).uuid
    assert run_and_kill(uuid, step="place", where="start")
    assert do("restore", name=first).state == "done"
    assert contents(campaign.schema_name) == saved


def test_who_refused_or_was_erased_since_the_backup_stays_so(campaign: TenantFacts) -> None:
    backup = do("backup").result["name"]
    enter(campaign)
    refusing, erased, asking = Person.objects.filter(
        email__in=["p4@example.org", "p5@example.org", "p7@example.org"]
    ).order_by("id")
    assert refusing.can_email
    now = timezone.now()
    day, source = date(2026, 3, 1), Source("import", "import:1")
    withdraw_consent(person_id=refusing.pk, channel="email", source=source, now=now, given_on=day)
    erase_person(person_id=erased.pk, now=now)
    request_erasure(person=asking, source=Source("office", "x"), now=now)
    suppressed = Suppression.objects.count()
    connection.close()

    assert do("restore", name=backup, dies=("place", "end")).state == "done"
    enter(campaign)
    refusing.refresh_from_db()
    erased.refresh_from_db()
    asking.refresh_from_db()
    assert not refusing.can_email
    assert list(ConsentEntry.objects.filter(person=refusing, granted=False).values_list("given_on", "at")) == [
        (day, now)
    ]
    assert (erased.is_erased, erased.email) == (True, "")
    assert (asking.is_erased, asking.erase_requested_at is not None) == (False, True)
    assert Suppression.objects.count() == suppressed > 0


def test_confirmations_refused_or_taken_back_since_the_backup_stay_so(campaign: TenantFacts) -> None:
    enter(campaign)
    kept, taken_back, since = (address_hash(f"{name}@example.org") for name in ("ada", "boris", "chloe"))
    for digest in (kept, taken_back):
        refuse_confirmations(digest=digest, now=timezone.now())
    connection.close()
    backup, whole = do("backup").result["name"], do("export").result["name"]
    with cell_store().reading(tenant_prefix(TENANT) + whole) as source, zipfile.ZipFile(source) as archive:
        assert any("siteforms_confirmationrefusal" in name for name in archive.namelist())
    enter(campaign)
    allow_confirmations(digests=[taken_back])
    refuse_confirmations(digest=since, now=timezone.now())
    connection.close()

    assert do("restore", name=backup, dies=("place", "end")).state == "done"
    enter(campaign)
    assert [is_refused(digest) for digest in (kept, taken_back, since)] == [True, False, True]
    refuse_confirmations(digest=taken_back, now=timezone.now())  # numbers go on where they were


def test_who_was_asked_since_the_backup_is_not_asked_again(campaign: TenantFacts) -> None:
    enter(campaign)
    kept, since = (address_hash(f"{name}@example.org") for name in ("ada", "chloe"))
    AskedAddress.objects.create(address_hash=kept, mailing_id=1, asked_at=timezone.now())
    connection.close()
    backup = do("backup").result["name"]
    enter(campaign)
    AskedAddress.objects.create(address_hash=since, mailing_id=2, asked_at=timezone.now())
    connection.close()

    assert do("restore", name=backup, dies=("place", "end")).state == "done"
    enter(campaign)
    assert {bytes(asked.address_hash) for asked in AskedAddress.objects.all()} == {kept, since}
    AskedAddress.objects.create(address_hash=b"x" * 32, mailing_id=3, asked_at=timezone.now())  # numbers go on


def test_second_factors_stay_as_they_are_today(campaign: TenantFacts) -> None:
    backup = do("backup").result["name"]
    enter(campaign)
    ada, now = User.objects.get(), timezone.now()
    boris = User.objects.create_user("boris@example.org", "correct horse")
    give_factor(boris)
    reset_factor(member=ada, by=None, now=now)
    app = begin_enrolment(user=ada, now=now)
    codes = set_up_factor(user=ada, app=app, code=current_code(ada, confirmed=False), now=now) or []
    secret, salt = AuthenticatorApp.objects.get(user=ada).secret, User.objects.get(pk=ada.pk).session_salt
    save_profile(profile=campaign_profile(), now=now, requires_second_factor=True)
    connection.close()

    assert do("restore", name=backup, dies=("place", "end")).state == "done"
    enter(campaign)
    assert AuthenticatorApp.objects.get().secret == secret  # hers alone: whoever came since has no account here
    assert User.objects.get().session_salt == salt != ""
    assert recovery_codes_left(ada) == len(codes) == 10
    assert check_code(user=ada, code=codes[0], now=now)
    assert campaign_profile().requires_second_factor


def test_two_people_merged_since_the_backup_are_two_again_and_nobody_is_erased(campaign: TenantFacts) -> None:
    backup = do("backup").result["name"]
    enter(campaign)
    people = Person.objects.filter(email__in=[f"p{number}@example.org" for number in (4, 5, 7, 8)])
    keep, merged, gone, gone_too = people.order_by("id")
    team, now = Source("office", "person", 1), timezone.now()
    merge_people(keep=keep, merged=merged, source=team, now=now)
    merge_people(keep=gone, merged=gone_too, source=team, now=now)
    erase_person(person_id=gone.pk, now=now)
    connection.close()

    assert do("restore", name=backup).state == "done"
    enter(campaign)
    alive = set(Person.objects.alive().filter(pk__in=[keep.pk, merged.pk, gone.pk, gone_too.pk]))
    assert alive == {keep, merged}
    assert Person.objects.get(pk=merged.pk).can_email


def test_who_came_after_the_restoration_is_not_taken_for_who_had_her_number_before(campaign: TenantFacts) -> None:
    backup = do("backup").result["name"]
    enter(campaign)
    before = Person.objects.create(first_name="Since")
    erase_person(person_id=before.pk, now=timezone.now())
    connection.close()
    assert do("restore", name=backup).state == "done"
    enter(campaign)
    newcomer = Person.objects.create(pk=before.pk, first_name="New")

    carry_refusals(f"{campaign.schema_name}_before", timezone.now() - timedelta(days=1), timezone.now())

    newcomer.refresh_from_db()
    assert (newcomer.first_name, newcomer.is_erased) == ("New", False)


def schemas_of_others(campaign: TenantFacts) -> str:
    return next(schema for schema in schemas() if not schema.startswith(campaign.schema_name))
