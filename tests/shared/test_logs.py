import json
import logging

from shared.logs import ContextFilter, JsonFormatter, request_id
from tenants.facts import TenantFacts


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
