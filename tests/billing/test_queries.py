import pytest

from billing.plans import get_plan
from billing.queries import Usage


@pytest.mark.parametrize(
    ("contacts", "level", "way_out"),
    [
        (0, "ok", None),
        (799, "ok", None),
        (800, "near", "5k"),
        (1000, "near", "5k"),
        (1001, "over", "5k"),
        (60_000, "over", "100k"),
    ],
)
def test_usage_says_how_near_the_limit_is_and_the_way_out(contacts: int, level: str, way_out: str | None) -> None:
    usage = Usage(contacts=contacts, plan=get_plan("1k"))
    assert usage.level == level
    assert (usage.way_out.code if usage.way_out else None) == way_out


def test_the_last_tier_has_no_way_out() -> None:
    assert Usage(contacts=2_000_000, plan=get_plan("1m")).way_out is None
