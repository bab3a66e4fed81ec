"""Several processes count, one answers; figures name no campaign."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.conftest import TenantClient
from tests.database import ROOT

TOKEN = "ouvre-toi"
COUNT = """
import django; django.setup()
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve
from shared.metrics import count_mails, count_request, observe_provisioning
from shared.middleware import MetricsMiddleware
request = RequestFactory().get("/compte/0b1c7a52-5c1f-4d7c-9a52-3a1f5f3f1c11/", headers={"host": "canari.isoloir.localhost"})
def answer(request):
    request.resolver_match = resolve(request.path, "config.urls_platform")
    return HttpResponse(status=404)
for _ in range(3):
    MetricsMiddleware(answer)(request)
count_mails(way="mailing", outcome="accepted", number=40)
observe_provisioning(0.4)
"""
WORK = """
import django; django.setup()
from celery import shared_task
from config.celery import app
app.conf.update(task_always_eager=True)
@shared_task(name="tests.work")
def work(*, fails): assert not fails
work.delay(fails=False); work.delay(fails=True)
"""
READ = """
import django; django.setup()
from django.test import Client
response = Client(headers={"host": "10.0.0.7", "authorization": "Bearer %s"}).get("/-/metrics")
print(response.content.decode())
"""


def run(program: str, folder: Path) -> str:
    database = connection.settings_dict
    address = f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}&port={database['PORT']}"
    environment = {**os.environ, "METRICS_TOKEN": TOKEN, "METRICS_DIR": str(folder), "DATABASE_URL": address}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 -- our own programs
    return done.stdout


@pytest.mark.usefixtures("db")
def test_what_several_processes_counted_is_added_up(tmp_path: Path) -> None:
    for program in (COUNT, COUNT, WORK):
        run(program, tmp_path)
    text = run(READ % TOKEN, tmp_path)
    assert 'isoloir_requests_total{method="GET",route="compte/<uuid:uuid>/",status="404"} 6.0' in text
    assert 'isoloir_request_seconds_count{route="compte/<uuid:uuid>/"} 6.0' in text
    assert 'isoloir_tasks_total{outcome="success",task="tests.work"} 1.0' in text
    assert 'isoloir_tasks_total{outcome="failure",task="tests.work"} 1.0' in text
    assert 'isoloir_mails_total{outcome="accepted",way="mailing"} 80.0' in text
    assert "isoloir_provisioning_seconds_count 2.0" in text
    assert "isoloir_alarms_due " in text
    assert "canari" not in text
    assert "0b1c7a52" not in text


@pytest.mark.usefixtures("db")
def test_nothing_answers_without_the_token(settings: Any, tmp_path: Path) -> None:
    assert TenantClient("10.0.0.7").get("/-/metrics").status_code == 404
    settings.METRICS_TOKEN, settings.METRICS_DIR = TOKEN, str(tmp_path)
    for given in ("", "Bearer ", "Bearer x", TOKEN[:-1]):
        assert TenantClient("10.0.0.7").get("/-/metrics", headers={"authorization": given}).status_code == 404
    assert TenantClient("10.0.0.7").get("/-/metrics", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_nothing_is_counted_unless_it_is_asked_for(settings: Any) -> None:
    assert settings.METRICS_TOKEN == ""
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ
