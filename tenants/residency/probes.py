"""What a store says of itself: the region written in the database, the place that the bucket's server names."""

from dataclasses import dataclass, field

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.db import OperationalError, transaction

from tenants.context import connection, public_context
from tenants.residency.enums import Verdict
from tenants.residency.models import RegionTag
from tenants.storage import client_config

SECONDS = 5
MISSING = {"NoSuchBucket", "404", "NotFound"}
MOVED = {"PermanentRedirect", "301", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}


@dataclass(frozen=True, slots=True)
class Answer:
    verdict: Verdict
    evidence: str = ""
    facts: dict[str, str] = field(default_factory=dict)


def ask_database() -> Answer:
    """The tag that prepare_cell wrote, and whether this is still the server that it was written on."""
    try:
        with public_context(), transaction.atomic():
            tag = RegionTag.objects.first() if _is_prepared() else None
            server, address = server_identity(), server_address()
    except OperationalError:
        return Answer(Verdict.SILENT)
    if tag is None:
        return Answer(Verdict.UNTAGGED)
    found, expected = f"{tag.region} ({tag.cell})", f"{settings.REGION} ({cell_name()})"
    if found != expected:
        return Answer(Verdict.OTHER_CELL, facts={"found": found, "expected": expected})
    if tag.server and server and tag.server != server:
        return Answer(Verdict.OTHER_SERVER)
    return Answer(Verdict.RIGHT, "tag", {"server": server, "address": address})


def _is_prepared() -> bool:
    """Asked of the catalog: in a bare database this login may not even look into the schema public."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_tables WHERE schemaname = 'public' AND tablename = 'residency_regiontag'")
        return cursor.fetchone() is not None


def cell_name() -> str:
    """What this process serves: its cell, or the control plane."""
    return "control" if settings.ROLE == "control" else settings.CELL


def server_identity() -> str:
    """PostgreSQL's identifier of the cluster, where the login may read it: it does not travel with a dump."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_function_privilege('pg_control_system()', 'EXECUTE')")
        if cursor.fetchone() != (True,):
            return ""
        cursor.execute("SELECT system_identifier::text FROM pg_control_system()")
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def server_address() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(host(inet_server_addr()), '')")
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def ask_bucket(*, expected: str) -> Answer:
    """Where the server says that the bucket lies, against the provider's own name for the place (S3_REGION on this machine)."""
    try:
        told = bucket_locations()
    except ClientError as error:
        return _refused(error, expected)
    except BotoCoreError:
        return Answer(Verdict.SILENT)
    wrong = sorted(told - {expected}) if expected else []
    if wrong:
        return Answer(Verdict.OTHER_LOCATION, facts={"found": ", ".join(wrong), "expected": expected})
    return Answer(Verdict.RIGHT, "location" if told else "", {"location": ", ".join(told)})


def bucket_locations() -> set[str]:
    """What GetBucketLocation and HeadBucket say. A server that says nothing of it leaves the set empty."""
    client = boto3.client(
        "s3",
        endpoint_url=settings.S3_ENDPOINT_URL or None,
        region_name=settings.S3_REGION or None,
        aws_access_key_id=settings.S3_ACCESS_KEY_ID or None,
        aws_secret_access_key=settings.S3_SECRET_ACCESS_KEY or None,
        config=client_config(seconds=SECONDS, attempts=2),
    )
    head = client.head_bucket(Bucket=settings.S3_BUCKET)
    told = {head["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region", "")}
    try:
        told.add(client.get_bucket_location(Bucket=settings.S3_BUCKET)["LocationConstraint"] or "")
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDenied", "NotImplemented"):  # a key may be too narrow for it
            raise
    return told - {""}


def _refused(error: ClientError, expected: str) -> Answer:
    code = str(error.response["Error"]["Code"])
    headers = error.response["ResponseMetadata"].get("HTTPHeaders", {})
    if code in MISSING:
        return Answer(Verdict.MISSING)
    if code in MOVED:
        found = headers.get("x-amz-bucket-region", "?")
        return Answer(Verdict.OTHER_LOCATION, facts={"found": found, "expected": expected})
    return Answer(Verdict.SILENT, facts={"code": code})
