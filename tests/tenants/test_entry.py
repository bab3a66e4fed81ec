from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tenants.context import tenant_context
from tenants.entry import (
    Entry,
    EntryExpired,
    EntryInvalid,
    EntryUsed,
    entry_url,
    new_token_id,
    open_entry,
    read_entry,
    seal_entry,
)
from tenants.facts import TenantFacts


@pytest.fixture
def entry() -> Entry:
    return Entry(
        email="ada@example.org",
        first_name="Ada",
        last_name="Durand",
        password_hash="md5$x$y",
        language="fr",
        role="owner",
        token_id=new_token_id(),
    )


def test_a_link_opens_its_office_once(tenant: TenantFacts, entry: Entry, now: datetime) -> None:
    token = seal_entry(uuid=tenant.uuid, cell=tenant.cell, entry=entry, now=now)
    assert read_entry(token, now=now) == entry
    assert open_entry(token, now=now) == entry
    with pytest.raises(EntryUsed):
        open_entry(token, now=now)


def test_a_link_is_refused_after_ten_minutes(tenant: TenantFacts, entry: Entry, now: datetime) -> None:
    token = seal_entry(uuid=tenant.uuid, cell=tenant.cell, entry=entry, now=now)
    with pytest.raises(EntryExpired):
        open_entry(token, now=now + timedelta(minutes=11))


def test_a_link_into_one_office_does_not_open_another(
    tenant: TenantFacts, other_tenant: TenantFacts, entry: Entry, now: datetime
) -> None:
    token = seal_entry(uuid=tenant.uuid, cell=tenant.cell, entry=entry, now=now)
    with tenant_context(other_tenant), pytest.raises(EntryInvalid):
        open_entry(token, now=now)


def test_a_forged_link_is_refused(tenant: TenantFacts, entry: Entry, now: datetime) -> None:
    token = seal_entry(uuid=tenant.uuid, cell=tenant.cell, entry=replace(entry, role="reader"), now=now)
    with pytest.raises(EntryInvalid):
        open_entry(token[:-4] + "AAA=", now=now)


def test_nothing_personal_can_be_read_in_the_link(tenant: TenantFacts, entry: Entry, now: datetime) -> None:
    url = entry_url(tenant.absolute_url(""), seal_entry(uuid=tenant.uuid, cell=tenant.cell, entry=entry, now=now))
    assert url.startswith("http://demain.isoloir.localhost:8000/bureau/entrer/?jeton=")
    assert "ada" not in url
