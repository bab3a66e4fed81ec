import pytest

from billing.plans import PLANS, UnknownPlan, get_plan, plan_for


def test_the_ladder_is_the_published_one() -> None:
    assert [(plan.contacts, plan.price_cents) for plan in PLANS] == [
        (250, 0),
        (1_000, 900),
        (5_000, 2_900),
        (10_000, 4_900),
        (25_000, 9_500),
        (50_000, 15_900),
        (100_000, 24_900),
        (250_000, 44_900),
        (500_000, 69_900),
        (1_000_000, 99_900),
    ]


@pytest.mark.parametrize(("contacts", "code"), [(0, "free"), (250, "free"), (251, "1k"), (1_000_000, "1m")])
def test_the_first_tier_with_room_is_found(contacts: int, code: str) -> None:
    plan = plan_for(contacts)
    assert plan
    assert plan.code == code


def test_there_is_no_tier_beyond_a_million() -> None:
    assert plan_for(1_000_001) is None


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(UnknownPlan):
        get_plan("2m")
