"""A restoration brings no lost telephone back, and takes nobody's second factor away: they stay as they are today."""

from datetime import datetime

from django.db import connection

# The same account has the same number and the same beginning; a number may be given anew.
SAME = (
    "JOIN {before}.users_user b ON b.id = f.user_id JOIN users_user u ON (u.id, u.date_joined) = (b.id, b.date_joined)"
)
APPS = (
    "id",
    "user_id",
    "name",
    "confirmed",
    "throttling_failure_timestamp",
    "throttling_failure_count",
    "sealed_secret",
    "last_step",
    "drift",
    "created_at",
)
TABLES = {"factors_authenticatorapp": APPS, "factors_recoverycode": ("id", "user_id", "digest", "used_at")}
SALTS = """
UPDATE users_user u SET session_salt = b.session_salt FROM {before}.users_user b
WHERE (u.id, u.date_joined) = (b.id, b.date_joined)
"""
REQUIREMENT = """
UPDATE office_campaignprofile p SET requires_second_factor = b.requires_second_factor
FROM {before}.office_campaignprofile b WHERE b.id = p.id
"""


def carry_second_factors(before: str, since: datetime, now: datetime) -> None:
    quoted = connection.ops.quote_name(before)
    statements = [SALTS, REQUIREMENT]
    for table, columns in TABLES.items():
        names, values = ", ".join(columns), ", ".join(f"f.{column}" for column in columns)
        statements += [
            f"DELETE FROM {table}",  # noqa: S608 -- our own words
            f"INSERT INTO {table} ({names}) SELECT {values} FROM {{before}}.{table} f {SAME}",  # noqa: S608 -- our own words
            f"SELECT setval('{table}_id_seq', s.last_value, s.is_called) FROM {{before}}.{table}_id_seq s",  # noqa: S608 -- our own words
        ]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.format(before=quoted))
