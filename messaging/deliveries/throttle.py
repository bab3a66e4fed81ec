"""The rate that the mail provider allows this cell, shared by its workers (SMTP_RATE, messages a second; 0: no limit)."""

import time

from django.conf import settings
from django_redis import get_redis_connection

# The time at which the next message may leave moves forward by what is taken; whoever comes too early waits.
TAKE = """
local now = redis.call('TIME'); local clock = now[1] + now[2] / 1000000
local free = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), clock)
redis.call('SET', KEYS[1], string.format('%.6f', free + ARGV[1] / ARGV[2]), 'EX', 3600)
return string.format('%.6f', free - clock)
"""
KEY = "isoloir:smtp-rate"  # of the cell, not of a tenant: the provider counts them all


def wait_for_room(messages: int) -> None:
    if settings.SMTP_RATE:
        time.sleep(float(get_redis_connection("default").eval(TAKE, 1, KEY, messages, settings.SMTP_RATE)))
