"""What really leaves for Sentry, read on the wire."""

from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from celery import shared_task

from shared.reports import start_reports
from tenants.facts import TenantFacts
from tenants.tasking import TenantTask
from tests.conftest import TenantClient
from tests.shared.sentry_sink import Sink, sentry_sink

NAME, OPINION, EMAIL, TOKEN = "Zéphyrine-Canari", "votera-blanc-canari", "canari@example.org", "jeton-canari"
CANARIES = (NAME, OPINION, EMAIL, TOKEN, "Z%C3%A9phyrine", "\\u00e9phyrine", "203.0.113.77")


@shared_task(name="tests.fail_with_a_name", base=TenantTask)
def fail_with_a_name(*, note: str) -> None:
    raise LookupError(f"{EMAIL} {note}")


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with sentry_sink() as sink:
        settings.SENTRY_DSN = sink.dsn
        start_reports()
        yield sink
        sentry_sdk.flush(timeout=60)
        sentry_sdk.get_client().close()
        sentry_sdk.init()


def visit(tenant: TenantFacts, settings: Any, page: str) -> None:
    settings.ROOT_URLCONF = "tests.shared.failing_urls"
    browser = TenantClient(tenant.primary_host, raise_request_exception=False)
    sentry_sdk.set_user({"email": EMAIL, "ip_address": "203.0.113.77"})
    sentry_sdk.set_tag("note", OPINION)
    sentry_sdk.set_context("person", {"name": NAME})
    sentry_sdk.add_breadcrumb(message=OPINION)
    browser.cookies["session"] = TOKEN
    browser.post(
        f"/{page}/{NAME}/?courriel={EMAIL}&jeton={TOKEN}",
        {"note": OPINION, "email": EMAIL},
        headers={"Authorization": f"Bearer {TOKEN}", "Referer": f"https://example.org/?q={EMAIL}", "User-Agent": NAME},
        REMOTE_ADDR="203.0.113.77",
    )
    sentry_sdk.flush(timeout=60)


def assert_nothing_personal(sink: Sink) -> None:
    assert [canary for canary in CANARIES if canary.lower() in sink.wire.lower()] == []


def test_an_error_of_a_page_says_where_and_not_for_whom(tenant: TenantFacts, settings: Any, sink: Sink) -> None:
    visit(tenant, settings, "echouer")
    [event] = [event for event in sink.events if "exception" in event]
    [error] = event["exception"]["values"]
    assert error["type"] == "ValueError"
    assert error["stacktrace"]["frames"][-1]["function"] == "fail"
    tags = event["tags"]
    expected = {"cell": settings.CELL, "region": settings.REGION, "schema": tenant.schema_name, "method": "POST"}
    assert {key: tags[key] for key in expected} == expected
    assert tags["route"] == "echouer/<str:name>/"
    assert event["release"].startswith("isoloir@")
    assert_nothing_personal(sink)


def test_an_event_holds_what_is_on_the_list_and_nothing_else(tenant: TenantFacts, settings: Any, sink: Sink) -> None:
    visit(tenant, settings, "echouer")
    listed = {"event_id", "timestamp", "level", "platform", "release", "environment", "tags", "exception", "logger"}
    frames = {"filename", "module", "function", "lineno", "in_app"}
    for event in sink.events:
        # the SDK adds the names of its own parts after us
        assert set(event) - {"sdk"} <= listed
        for error in event.get("exception", {"values": []})["values"]:
            assert set(error) <= {"type", "module", "mechanism", "stacktrace"}
            assert {key for frame in error["stacktrace"]["frames"] for key in frame} <= frames


def test_an_error_of_the_database_keeps_the_row_to_itself(tenant: TenantFacts, settings: Any, sink: Sink) -> None:
    visit(tenant, settings, "doubler")
    types = [error["type"] for event in sink.events for error in event.get("exception", {"values": []})["values"]]
    assert "IntegrityError" in types
    assert "UniqueViolation" in types
    assert_nothing_personal(sink)


def test_an_error_of_a_task_names_the_task(tenant: TenantFacts, run_tasks: None, sink: Sink) -> None:
    with pytest.raises(LookupError):
        fail_with_a_name.delay(note=OPINION)
    sentry_sdk.flush(timeout=60)
    [event] = [event for event in sink.events if "exception" in event]
    assert event["exception"]["values"][-1]["type"] == "LookupError"
    assert event["tags"]["task"] == "tests.fail_with_a_name"
    assert event["tags"]["schema"] == tenant.schema_name
    assert_nothing_personal(sink)


def test_a_logged_error_leaves_its_sentence_without_its_values(tenant: TenantFacts, settings: Any, sink: Sink) -> None:
    visit(tenant, settings, "noter")
    [event] = [event for event in sink.events if event.get("logger") == "crm.people"]
    assert event["logentry"] == {"message": "Person %s cannot be told apart"}
    assert_nothing_personal(sink)
