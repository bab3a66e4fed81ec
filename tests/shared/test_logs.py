import contextlib
import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from shared.logs import ContextFilter, JsonFormatter, request_id
from tenants.facts import TenantFacts
from tests.conftest import TenantClient
from tests.shared.test_reports import fail_with_a_name


def test_a_log_line_is_json_with_the_schema_and_the_request(tenant: TenantFacts) -> None:
    record = logging.LogRecord("crm", logging.WARNING, __file__, 1, "Import %s is late", (7,), None)
    token = request_id.set("abc")
    ContextFilter().filter(record)
    request_id.reset(token)
    line = json.loads(JsonFormatter().format(record))
    assert (line["message"], line["level"], line["schema"], line["request_id"]) == (
        "Import 7 is late",
        "WARNING",
        tenant.schema_name,
        "abc",
    )


CANARY = "canari@example.org"


@pytest.fixture
def said() -> Iterator[StringIO]:
    """Everything that is logged, as it leaves."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(ContextFilter())
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def lines(said: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.getvalue().splitlines()]


@pytest.mark.parametrize("page", ["echouer", "doubler"])
def test_an_error_of_a_page_says_type_and_place_only(
    tenant: TenantFacts, settings: Any, said: StringIO, page: str
) -> None:
    settings.ROOT_URLCONF = "tests.shared.failing_urls"
    browser = TenantClient(tenant.primary_host, raise_request_exception=False)
    browser.post(f"/{page}/Zephyrine/?q={CANARY}", {"email": CANARY, "note": "votera-blanc"})
    [line] = [line for line in lines(said) if line.get("error")]
    assert line["error"] == {"echouer": "ValueError", "doubler": "IntegrityError"}[page]
    assert line["frames"][-1]
    for personal in (CANARY, "canari", "Zephyrine", "votera-blanc"):
        assert personal not in said.getvalue()


def test_an_error_of_a_task_says_its_name_and_not_its_arguments(tenant: TenantFacts, said: StringIO) -> None:
    with contextlib.suppress(LookupError):
        fail_with_a_name.apply(kwargs={"note": "votera-blanc"})
    assert "tests.fail_with_a_name" in said.getvalue()
    assert [line["error"] for line in lines(said) if "error" in line] == ["LookupError"]
    for personal in (CANARY, "canari", "votera-blanc"):
        assert personal not in said.getvalue()


def test_sentences_of_others_keep_their_numbers_only(said: StringIO) -> None:
    logging.getLogger("somebody.else").error("%s asked for %s, %d times", "Zephyrine", "/lettre/jeton/", 3)
    logging.getLogger("somebody.else").error("To " + CANARY + ": refused")  # noqa: G003 -- what others do
    logging.getLogger("celery.app.trace").error(
        "Task %(name)s[%(id)s] raised: %(exc)s", {"name": "a.b", "id": "1", "exc": f"Key (email)=({CANARY})"}
    )
    assert [line["message"] for line in lines(said)] == [
        "… asked for …, 3 times",
        "To …: refused",
        "Task a.b[1] raised: …",
    ]
