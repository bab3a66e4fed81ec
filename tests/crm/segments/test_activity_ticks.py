"""What the builder offers of a history: people's own acts first, and nothing of the file's housekeeping."""

import pytest

from crm.people.activities import is_her_own
from crm.segments.builder import read_row
from crm.segments.registry import RawValue, find_by_key
from tenants.facts import TenantFacts
from tests.conftest import TenantClient


@pytest.mark.parametrize("key", ["activity.done", "activity.not_done"])
def test_own_acts_come_first_and_housekeeping_not_at_all(tenant: TenantFacts, key: str) -> None:
    criterion = find_by_key(key)
    assert criterion
    offered = [kind for kind, _label in criterion.options(RawValue())]
    heading = offered.index("")
    assert "signed_up" in offered[:heading]
    assert all(map(is_her_own, offered[:heading]))
    assert not any(map(is_her_own, offered[heading + 1 :]))
    assert {"edited", "message_sent"} <= set(offered[heading:])
    assert not {"erased", "merged", "parted"} & set(offered)


def test_what_a_segment_counts_on_already_stays_ticked(tenant: TenantFacts) -> None:
    row = read_row("activity.done", RawValue(picked=("merged",)))
    assert row.condition
    assert "merged" in [kind for kind, _label in row.options]


def test_the_heading_is_no_tick(office: TenantClient) -> None:
    data = {"groups": 1, "g0-kind": "all", "g0-rows": 1, "g0-r0-what": "activity.done", "do": "refresh"}
    page = office.post("/bureau/tris/nouveau/", data).content.decode()
    assert '<b class="tri-titre">Ce qui leur est arrivé, ou a été noté</b>' in page
    assert 'id="g0-r0-pick-"' not in page


@pytest.mark.parametrize("key", ["support.in", "added.by"])
def test_a_pick_of_thousands_of_digits_is_refused_aloud(tenant: TenantFacts, key: str) -> None:
    assert read_row(key, RawValue(picked=("9" * 5000,))).error
    assert read_row(key, RawValue(picked=("9" * 150,))).error
