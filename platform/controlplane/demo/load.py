"""The demo campaign from nothing to alive. Each part skips what is there already."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction

from controlplane.demo.campaign import OPERATOR, OWNER, PASSWORD, SEED
from controlplane.demo.contacts import sign_up_people, write_notes
from controlplane.demo.letters import DRAFT, SENT
from controlplane.demo.mailings import send_letter, write_letter
from controlplane.demo.opening import fill_office, open_demo
from controlplane.demo.people import Inventor, growing_moments
from controlplane.demo.segments import make_segments
from controlplane.demo.site import furnish_site
from crm.people.models import Person
from tenants.context import public_context, tenant_context
from tenants.facts import TenantFacts
from tenants.users.models import User

SIGN_UPS = 0.56  # of the people came by themselves; the others by contact files
DAYS = 190


def load_demo(*, people: int, now: datetime, tell: Callable[[str], None]) -> dict[str, Any]:
    with public_context():
        opened = open_demo(now=now)
    tell("campaign opened")
    with tenant_context(opened.tenant):
        owner = fill_office(now=now)
        make_segments(owner=owner, now=now)
        furnish_site(by=owner, now=now)
        tell("site furnished")
        if not Person.objects.exists():
            Past(owner, now=now, tell=tell).play(count=people)
    return _facts(opened.tenant)


class Past:
    """The months behind the campaign, in their order: who had come when a letter left was written to, and nobody else."""

    def __init__(self, owner: User, *, now: datetime, tell: Callable[[str], None]) -> None:
        self.owner, self.now, self.tell = owner, now, tell
        self.rng = Random(SEED)  # noqa: S311 -- invented people, not secrets
        self.inventor = Inventor(self.rng, now=now)

    @transaction.atomic
    def play(self, *, count: int) -> None:
        """All of it or nothing: a demo that was cut short starts again."""
        moments = growing_moments(self.rng, round(count * SIGN_UPS), now=self.now - timedelta(minutes=12), days=DAYS)
        ids: list[int] = []
        for letter in SENT:
            sent_at = (self.now - timedelta(days=letter.days_ago)).replace(hour=17, minute=30)
            ids += self._sign_up([moment for moment in moments if moment < sent_at])
            moments = [moment for moment in moments if moment >= sent_at]
            send_letter(letter, by=self.owner, rng=self.rng, now=sent_at)
            self.tell(f"“{letter.subject}” sent")
        ids += self._sign_up(moments)
        write_notes(ids, rng=self.rng, actor_id=self.owner.pk, now=self.now)
        write_letter(DRAFT, by=self.owner, now=self.now - timedelta(hours=20))

    def _sign_up(self, moments: list[datetime]) -> list[int]:
        people = [self.inventor.supporter(moment) for moment in moments]
        ids = sign_up_people(people, reference="form:accueil", form_note="Accueil")
        self.tell(f"{len(ids)} people signed up")
        return ids


def _facts(tenant: TenantFacts) -> dict[str, Any]:
    return {
        "office": tenant.absolute_url("/bureau/"),
        "site": tenant.absolute_url("/"),
        "owner": {"email": OWNER.email, "password": PASSWORD},
        "operator": {"email": OPERATOR.email, "password": PASSWORD},
    }
