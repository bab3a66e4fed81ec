"""How fast the office answers about a million people: make bench-people, or PEOPLE=100000 make bench-people.

KEEP=1 make bench-people finds the people of the run before, where there are any, and brings them up to the code.

A real tenant filled by SQL, a real server, ten people at work at once: each counts, opens, looks up, opens somebody, thinks a
second, and goes on. Times are those of the whole answer as the browser gets it. The exact counts are measured alone, for
comparison: the page shows them when somebody waits.
"""

import http.client
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
django.setup()

from django.conf import settings  # noqa: E402 -- Django first
from django.contrib.auth.models import Group as Role  # noqa: E402 -- Django first
from django.test import Client  # noqa: E402 -- Django first
from django.utils import timezone  # noqa: E402 -- Django first
from people_fill import fill  # noqa: E402 -- Django first
from people_segments import SEGMENTS, register_kinds  # noqa: E402 -- Django first
from results import note, report  # noqa: E402 -- Django first
from tenancy import free_port, wait_for  # noqa: E402 -- Django first

import config.celery  # noqa: E402, F401 -- the broker's address for the messages of the bus
from crm.people.models import Person  # noqa: E402 -- Django first
from crm.people.orders import ORDERS  # noqa: E402 -- Django first
from crm.segments.builder import Draft, Group, Item, draft_of, prefix_of  # noqa: E402 -- Django first
from crm.segments.counting import figures_of  # noqa: E402 -- Django first
from crm.segments.models import Segment  # noqa: E402 -- Django first
from crm.segments.services import add_segment  # noqa: E402 -- Django first
from crm.segments.tree import parse  # noqa: E402 -- Django first
from tenants.bus import ProvisionRequest  # noqa: E402 -- Django first
from tenants.context import public_context, tenant_context  # noqa: E402 -- Django first
from tenants.facts import TenantFacts  # noqa: E402 -- Django first
from tenants.models import Tenant  # noqa: E402 -- Django first
from tenants.preparing import prepare_database  # noqa: E402 -- Django first
from tenants.provisioning import provision, start_run  # noqa: E402 -- Django first
from tenants.queries import get_tenant  # noqa: E402 -- Django first
from tenants.statics import collect_static_files  # noqa: E402 -- Django first
from tenants.users.models import User  # noqa: E402 -- Django first

PEOPLE = int(os.environ.get("PEOPLE") or os.environ.get("ROWS") or 1_000_000)
EDITORS = 10
SECONDS = int(os.environ.get("SECONDS") or 60)
THINKING = (0.5, 1.5)  # seconds between an answer and the next question
LIMITS = {"segment_count": 100, "segment_page": 200, "search": 100, "person_page": 150}
OFFICE = "/bureau"
SLUG = "banc"


@dataclass(frozen=True)
class Question:
    metric: str
    path: str
    body: str = ""


@dataclass
class Editor:
    """Somebody signed in, with a browser's cookies."""

    host: str
    port: int
    cookies: dict[str, str]
    questions: list[Question]
    dice: random.Random
    times: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)

    def work(self, seconds: float) -> None:
        deadline = time.perf_counter() + seconds
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        time.sleep(self.dice.random())
        while time.perf_counter() < deadline:
            metric = self.dice.choice(list(LIMITS))
            question = self.dice.choice([one for one in self.questions if one.metric == metric])
            self.times[metric].append((self._time(connection, question), question.path))
            time.sleep(self.dice.uniform(*THINKING))

    def time(self, question: Question) -> float:
        return self._time(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60), question)

    def _time(self, connection: http.client.HTTPConnection, question: Question) -> float:
        began = time.perf_counter()
        status = self._ask(connection, question)
        if status != 200:
            self.failures.append(f"{status} {question.path}")
        return time.perf_counter() - began

    def _ask(self, connection: http.client.HTTPConnection, question: Question) -> int:
        headers = {
            "Host": self.host,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-CSRFToken": self.cookies[settings.CSRF_COOKIE_NAME],
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request("POST" if question.body else "GET", question.path, question.body or None, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status


def campaign() -> TenantFacts:
    request = ProvisionRequest(
        uuid=uuid4(),
        slug=SLUG,
        name="Banc",
        kind="party",
        region="fr",
        cell="fr-1",
        language="fr",
        plan_name="",
        contact_limit=None,
    )
    start_run(request)
    provision(uuid=request.uuid)
    return get_tenant(request.uuid)


def fields_of(draft: Draft) -> str:
    """What the builder's page posts."""
    fields: list[tuple[str, str]] = [("groups", str(len(draft.groups))), ("salt", str(draft.salt)), ("parts", "count")]
    for number, group in enumerate(draft.groups):
        _add(fields, (number,), group)
    return urlencode(fields)


def _add(fields: list[tuple[str, str]], path: tuple[int, ...], item: Item) -> None:
    prefix = prefix_of(path)
    if isinstance(item, Group):
        fields += [(f"{prefix}-kind", str(item.kind)), (f"{prefix}-rows", str(len(item.items)))]
        for number, inside in enumerate(item.items):
            _add(fields, (*path, number), inside)
        return
    raw = item.raw
    fields += [(f"{prefix}-what", item.criterion.key if item.criterion else ""), (f"{prefix}-text", raw.text)]
    fields += [(f"{prefix}-low", raw.low), (f"{prefix}-high", raw.high)]
    fields += [(f"{prefix}-pick", value) for value in raw.picked]
    fields += [(f"{prefix}-p-{name}", value) for name, value in raw.parts.items()]


def questions(segments: list[Segment]) -> list[Question]:
    asked = [
        Question("segment_count", f"{OFFICE}/tris/compte/", fields_of(draft_of(parse(one.criteria))))
        for one in segments
    ]
    asked += [Question("segment_page", f"{OFFICE}/tris/{one.pk}/") for one in segments]
    dice = random.Random(5)  # noqa: S311 -- the same people each time
    chosen = Person.objects.filter(pk__in=dice.sample(range(1, PEOPLE + 1), 40))
    for number, person in enumerate(chosen):
        asked.append(Question("person_page", person.get_absolute_url()))
        asked.append(Question("search", f"{OFFICE}/personnes/?{urlencode({'q': _wanted(person, number)})}"))
    return asked


def _wanted(person: Person, number: int) -> str:
    """As people look somebody up: a name, with a slip of the finger, an e-mail, a telephone, a name and a place, a place."""
    name = person.last_name
    slip = name[:2] + name[3:2:-1] + name[4:] if len(name) > 5 else name
    kinds = [name.lower(), f"{person.first_name} {name}", slip, person.email[:12], f"0{person.phone[3:]}"]
    kinds += [f"{name} {person.city}", person.city, person.postcode]
    return kinds[number % len(kinds)] or name


def sign_in(tenant: TenantFacts, number: int) -> dict[str, str]:
    user = User.objects.create_user(f"editor{number}@example.org", "correct horse", first_name=f"Ada {number}")
    user.groups.add(Role.objects.get_or_create(name="owner")[0])
    browser = Client(headers={"host": tenant.primary_host})
    browser.force_login(user)
    return {name: morsel.value for name, morsel in browser.cookies.items()} | {settings.CSRF_COOKIE_NAME: "c" * 32}


def start(port: int) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "4", "--log-level", "warning", "bench_wsgi:application"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    return subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[2])


def at_work(editors: list[Editor], seconds: float) -> None:
    threads = [threading.Thread(target=editor.work, args=(seconds,)) for editor in editors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] * 1000 if len(times) > 1 else times[0] * 1000


def tell(editors: list[Editor]) -> None:
    failures = [failure for editor in editors for failure in editor.failures]
    if failures:
        raise SystemExit(f"{len(failures)} answers failed, the first: {failures[0]}")
    for metric, limit in LIMITS.items():
        times = [seconds for editor in editors for seconds, _path in editor.times[metric]]
        slowest = max((one for editor in editors for one in editor.times[metric]), default=(0, ""))
        note(
            f"{metric}: {len(times)} answers, median {statistics.median(times) * 1000:.0f} ms, worst {slowest[0] * 1000:.0f} ms {slowest[1]}"
        )
        report(bench="people", metric=f"{metric}_p95_ms", value=p95(times), unit="ms", reference=limit)


def look_alone(editor: Editor, segments: list[Segment]) -> None:
    """Pages that are opened now and then, with nobody else at work: a segment's people in the list, the list in its orders,
    whom one may ask for an agreement."""
    pages = {
        "segment_list": [f"{OFFICE}/personnes/?segment={one.pk}" for one in segments],
        "segment_list_by_name": [f"{OFFICE}/personnes/?segment={one.pk}&sort=name" for one in segments],
        "list_order": [f"{OFFICE}/personnes/?sort={order}" for order in ORDERS],
        "request_page": [f"{OFFICE}/messages/demandes/", f"{OFFICE}/messages/demandes/?departement=13"],
    }
    for metric, paths in pages.items():
        times = [(editor.time(Question(metric, path)), path) for path in paths for _turn in range(3)]
        slowest, path = max(times)
        note(
            f"{metric}: alone, median {statistics.median(seconds for seconds, _ in times) * 1000:.0f} ms, worst {slowest * 1000:.0f} ms {path}"
        )
        report(bench="people", metric=f"{metric}_worst_ms", value=slowest * 1000, unit="ms")


def count_alone(segments: list[Segment]) -> None:
    """How each of the ten is answered with nobody else at work: at once, exactly, and how far the estimate is off."""
    off = []
    for segment in segments:
        node, now = parse(segment.criteria), timezone.now()
        began = time.perf_counter()
        quick = figures_of(node, now=now)
        between = time.perf_counter()
        exact = figures_of(node, now=now, exact=True)
        ended = time.perf_counter()
        if quick.is_estimate and exact.total:
            off.append(abs(quick.total - exact.total) / exact.total)
        note(f"{quick.total:>8}{'~' if quick.is_estimate else ' '} in {(between - began) * 1000:4.0f} ms, "
             f"{exact.total:>8} in {(ended - between) * 1000:5.0f} ms: {segment.name}")  # fmt: skip
    report(bench="people", metric="estimated_segments", value=len(off), unit="of 10")
    report(bench="people", metric="estimate_error_worst", value=100 * max(off, default=0), unit="%")


def kept_campaign() -> TenantFacts | None:
    """The one that an earlier run has filled, without its editors and segments."""
    with public_context():
        uuid = Tenant.objects.filter(slug=SLUG).values_list("uuid", flat=True).first()
    if uuid is None:
        return None
    tenant = get_tenant(uuid)
    with tenant_context(tenant):
        found = Person.objects.count()
        if found != PEOPLE:
            raise SystemExit(f"What was kept has {found} people, not {PEOPLE}: run it once without KEEP.")
        User.objects.filter(email__startswith="editor").delete()
        Segment.objects.all().delete()
    return tenant


def find_or_fill() -> TenantFacts:
    prepare_database(say=note)
    collect_static_files()
    if kept := kept_campaign():
        return kept
    tenant = campaign()
    began = time.perf_counter()
    fill(tenant, PEOPLE)
    report(bench="people", metric="fill_seconds", value=time.perf_counter() - began, unit="s")
    return tenant


def prepared_segments() -> list[Segment]:
    register_kinds()
    kept = {segment.name: segment for segment in Segment.objects.all()}
    now = timezone.now()
    for name, criteria in SEGMENTS.items():
        if name not in kept:
            kept[name] = add_segment(name=name, criteria=criteria, by=None, now=now)
    return [kept[name] for name in SEGMENTS]


def main() -> None:
    tenant = find_or_fill()
    port = free_port()
    with tenant_context(tenant):
        segments = prepared_segments()
        count_alone(segments)
        asked = questions(segments)
        cookies = [sign_in(tenant, number) for number in range(EDITORS)]
    server = start(port)
    try:
        wait_for(server, port)
        editors = [Editor(tenant.primary_host, port, one, asked, random.Random(number)) for number, one in enumerate(cookies)]  # noqa: S311 -- the same each time  # fmt: skip
        at_work(editors, 10)  # every process has read its tables of communes
        for editor in editors:
            editor.times.clear()
        at_work(editors, SECONDS)
        look_alone(editors[0], segments)
        tell(editors)
    finally:
        server.terminate()
        server.wait(15)


if __name__ == "__main__":
    main()
