"""A NUL is refused wherever it is told, whatever the page."""

import logging
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.facts import TenantFacts


@pytest.mark.parametrize(
    "path",
    [
        "/bureau/personnes/?q=a%00b",
        "/bureau/organisations/?q=%00",
        "/bureau/segments/suggestions/?what=tags&q=%00",
        "/bureau/personnes/?%00=1",
        "/bureau/per%00sonnes/",
        "/?x=%00",
        "/nowhere%00/",
    ],
)
def test_in_an_address(tenant: TenantFacts, office: Any, path: str) -> None:
    assert office.get(path).status_code == 400


def test_on_the_site_and_on_the_platform(site: Any, platform: Any) -> None:
    assert site.get("/?x=%00").status_code == 400
    assert platform.get("/?x=%00").status_code == 400


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_in_a_form_and_told_to_no_log(
    tenant: TenantFacts, office: Any, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    typed = {"tag": "secret\0", "ids": "1"}
    with caplog.at_level(logging.DEBUG):
        if kind.startswith("multipart"):
            answer = office.post("/bureau/personnes/etiqueter/", typed)
        else:
            answer = office.post("/bureau/personnes/etiqueter/", "ids=1&tag=secret%00", content_type=kind)
    assert answer.status_code == 400
    assert "secret" not in caplog.text


def test_a_file_may_hold_some(tenant: TenantFacts, office: Any) -> None:
    file = SimpleUploadedFile("a.csv", b"a\0b")
    assert office.post("/bureau/personnes/etiqueter/", {"tag": "x", "file": file}).status_code == 302
