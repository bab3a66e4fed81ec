"""Fixtures of every test: one prepared database a process, two tenants, their people, clients on the right hosts."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import hypothesis
import pytest
from celery import current_app
from django.contrib.auth.models import Group
from django.core.cache import caches
from django.core.management import call_command
from django.core.signals import setting_changed
from django.db import connections
from django.test import Client
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from sitebuilder.pages import outage, pagecache
from tenants.context import connection, enter, leave, public_context
from tenants.facts import TenantFacts
from tenants.hosts import hosts
from tenants.queries import get_tenant
from tenants.users.models import User
from tests.database import OTHER, TENANT, copy, ready_database, template_folder, use, worker_database

# A machine under load is no fault of what is tested.
hypothesis.settings.register_profile("patient", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("patient")


POSTING = re.compile(rb'<form\b[^>]*\bmethod="post"[^>]*>.*?</form>', re.DOTALL | re.IGNORECASE)
OTHERS = re.compile(rb'\A<form[^>]*(action="(?!/bureau/)|class="w-editing-sessions")')
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')


def forms_without_token(page: bytes) -> list[bytes]:
    """Django's client passes by what a browser must send: so it is looked for on each page of the office.

    A preview shows the site's own forms, which are cached and have none; Wagtail's script sends its own.
    """
    return [form for form in POSTING.findall(page) if not TOKEN.search(form) and not OTHERS.search(form)]


class TenantClient(Client):
    """A browser on one host. The connection is given back in the schema that the test was in, once all is received."""

    def __init__(self, host: str, **defaults: Any) -> None:
        super().__init__(headers={"host": host}, **defaults)

    def request(self, **request: Any) -> Any:
        before = connection.tenant
        try:
            response: Any = super().request(**request)
            if response.streaming:  # as a server does: in nobody's schema
                response.streaming_content = list(response.streaming_content)
            elif response.status_code == 200 and request["PATH_INFO"].startswith("/bureau/"):
                assert not forms_without_token(response.content), "a form that the server would refuse"
            return response
        finally:
            enter(before)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compiled catalogs are not in the repository: a fresh clone would speak English. Once, before any worker starts."""
    os.environ["TEMPLATE_FOLDER"] = str(template_folder())  # for products that tests start
    if not hasattr(session.config, "workerinput"):
        call_command("messages", "--compile", verbosity=0)
        setting_changed.send(
            sender=None, setting="LOCALE_PATHS", value=None, enter=True
        )  # what was read before is read anew


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, in the random order otherwise."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        copy(ready_database(), worker_database())
        use(worker_database())
    yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """Nothing of one test is left for the next: caches, known hosts, the schema in force, the language of a request."""
    yield
    translation.deactivate()
    hosts.clear()
    pagecache._generations.clear()
    outage._looks.clear()
    for cache in caches.all():
        cache.clear()
    leave()


@pytest.fixture
def live_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Real commits, for threads and other processes; the database is copied anew afterwards. Not together with `db`."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()
        copy(ready_database(), worker_database())
        use(worker_database())


@pytest.fixture
def live_tenant(live_database: None) -> TenantFacts:
    tenant = get_tenant(TENANT)
    enter(tenant)
    return tenant


@pytest.fixture
def tenant(db: None) -> TenantFacts:
    """The tenant most tests work in: the connection is in its schema."""
    tenant = get_tenant(TENANT)
    enter(tenant)
    return tenant


@pytest.fixture
def other_tenant(db: None) -> TenantFacts:
    """Somebody else's campaign. Enter it with tenant_context."""
    return get_tenant(OTHER)


@pytest.fixture
def public_schema(db: None) -> Iterator[None]:
    """The control plane's tables and the registry."""
    with public_context():
        yield


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def member_as(tenant: TenantFacts) -> Callable[[str], User]:
    """A member of the tenant's team with this role."""

    def member(role: str) -> User:
        names = {"owner": "Ada", "manager": "Boris", "communications": "Chloé", "reader": "Dov"}
        user = User.objects.create_user(
            f"{role}@example.org", "correct horse", first_name=names[role], last_name="Durand"
        )
        user.groups.add(Group.objects.get_or_create(name=role)[0])
        return user

    return member


@pytest.fixture
def owner(member_as: Callable[[str], User]) -> User:
    return member_as("owner")


@pytest.fixture
def office_as(tenant: TenantFacts, member_as: Callable[[str], User]) -> Callable[[str], TenantClient]:
    """A client signed in to the tenant's office with this role."""

    def client(role: str) -> TenantClient:
        browser = TenantClient(tenant.primary_host)
        browser.force_login(User.objects.filter(email=f"{role}@example.org").first() or member_as(role))
        return browser

    return client


@pytest.fixture
def office(office_as: Callable[[str], TenantClient]) -> TenantClient:
    return office_as("owner")


@pytest.fixture
def site(tenant: TenantFacts) -> TenantClient:
    """A visitor of the tenant's site."""
    return TenantClient(tenant.primary_host)


@pytest.fixture
def platform(db: None, settings: Any) -> TenantClient:
    """A visitor of the platform's site."""
    return TenantClient(settings.PLATFORM_HOST)


@pytest.fixture
def run_tasks() -> Iterator[None]:
    """Tasks run at once, in the process that queues them."""
    current_app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    current_app.conf.update(task_always_eager=False, task_eager_propagates=False)
