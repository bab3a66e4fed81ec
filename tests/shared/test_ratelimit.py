from typing import Any

from shared.ratelimit import Limit


def test_a_limit_counts_each_key_apart(settings: Any) -> None:
    settings.RATE_LIMIT_FACTOR = 1
    limit = Limit("test-apart", times=2, seconds=60)
    assert [limit.allows("ada"), limit.allows("ADA"), limit.allows("ada"), limit.allows("boris")] == [
        True,
        True,
        False,
        True,
    ]


def test_the_factor_widens_the_limits_and_nought_turns_them_off(settings: Any) -> None:
    limit = Limit("test-factor", times=1, seconds=60)
    settings.RATE_LIMIT_FACTOR = 2
    assert [limit.allows("ada") for _ in range(3)] == [True, True, False]
    settings.RATE_LIMIT_FACTOR = 0
    assert all(limit.allows("ada") for _ in range(10))
