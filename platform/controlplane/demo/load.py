"""The demo campaign from nothing to alive. Each part skips what is there already."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from random import Random
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from controlplane.demo.campaign import OWNER, PASSWORD, SEED
from controlplane.demo.contacts import sign_up_people, write_notes
from controlplane.demo.fields import answer_fields, make_fields
from controlplane.demo.files import FILES, ContactFile, contact_file, people_for
from controlplane.demo.imports import import_file
from controlplane.demo.letters import DRAFT, SENT, Letter
from controlplane.demo.mailings import send_letter, write_letter
from controlplane.demo.opening import demo_tenant, fill_office, open_demo
from controlplane.demo.operator import operator_facts
from controlplane.demo.people import Inventor, growing_moments
from controlplane.demo.segments import make_segments
from controlplane.demo.site import furnish_site
from crm.people.models import Person
from tenants.context import public_context, tenant_context
from tenants.facts import TenantFacts
from tenants.users.models import User

DAYS = 190


def load_demo(*, people: int, now: datetime, tell: Callable[[str], None]) -> dict[str, Any]:
    """Open the campaign and fill it; where control plane and cell are apart, each does its half when it is asked."""
    now = timezone.localtime(now)  # letters leave at half past five by the clock on the wall
    if settings.ROLE != "cell":
        with public_context():
            address = open_demo(now=now).address
        tell("campaign opened")
    if settings.ROLE != "control":
        tenant = demo_tenant()
        address = tenant.absolute_url("")
        fill_demo(tenant, people=people, now=now, tell=tell)
    facts = {
        "office": f"{address}/bureau/",
        "site": f"{address}/",
        "owner": {"email": OWNER.email, "password": PASSWORD},
    }
    if settings.ROLE != "cell":
        with public_context():
            facts["operator"] = operator_facts()
    return facts


def fill_demo(tenant: TenantFacts, *, people: int, now: datetime, tell: Callable[[str], None]) -> None:
    with tenant_context(tenant), override(tenant.language):
        owner = fill_office(now=now)
        make_fields()
        make_segments(owner=owner, now=now)
        furnish_site(by=owner, now=now)
        tell("site furnished")
        if not Person.objects.exists():
            Past(owner, now=now, tell=tell).play(count=people)


class Past:
    """The months behind the campaign, in their order: who had come when a letter left was written to, and nobody else."""

    def __init__(self, owner: User, *, now: datetime, tell: Callable[[str], None]) -> None:
        self.owner, self.now, self.tell = owner, now, tell
        self.rng = Random(SEED)  # noqa: S311 -- invented people, not secrets
        self.inventor = Inventor(self.rng, now=now)
        self.moments: list[datetime] = []
        self.ids: list[int] = []

    @transaction.atomic
    def play(self, *, count: int) -> None:
        """All of it or nothing: a demo that was cut short starts again."""
        signed_up = round(count * (1 - sum(file.share for file in FILES)))
        self.moments = growing_moments(self.rng, signed_up, now=self.now - timedelta(minutes=12), days=DAYS)
        acts = [(letter.days_ago, partial(self._send, letter)) for letter in SENT]
        acts += [(file.days_ago, partial(self._import, file, count)) for file in FILES]
        for days_ago, act in sorted(acts, key=itemgetter(0), reverse=True):
            at = (self.now - timedelta(days=days_ago)).replace(hour=17, minute=30)
            self._sign_up(until=at)
            act(at)
        self._sign_up(until=self.now)
        answer_fields(self.ids, rng=self.rng)
        write_notes(self.ids, rng=self.rng, actor_id=self.owner.pk, now=self.now)
        write_letter(DRAFT, by=self.owner, now=self.now - timedelta(hours=20))

    def _send(self, letter: Letter, at: datetime) -> None:
        mailing = send_letter(letter, by=self.owner, rng=self.rng, now=at)
        self.tell(f"“{letter.subject}” sent to {mailing.people_count} people")

    def _import(self, file: ContactFile, count: int, at: datetime) -> None:
        people = people_for(file, self.inventor, count=round(count * file.share))
        done = import_file(file, contact_file(file, people, rng=self.rng), by=self.owner, now=at)
        self.tell(f"{file.file_name}: {done.created} people imported, {done.rejected} lines set aside")

    def _sign_up(self, *, until: datetime) -> None:
        come = [moment for moment in self.moments if moment < until]
        self.moments = [moment for moment in self.moments if moment >= until]
        people = [self.inventor.supporter(moment) for moment in come]
        self.ids += sign_up_people(people, reference="form:accueil", form_note="Accueil")
        self.tell(f"{len(people)} people signed up")
