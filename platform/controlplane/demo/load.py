"""The demo campaign from nothing to alive. Each part skips what is there already."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from controlplane.demo.campaign import OPERATOR, OWNER, PASSWORD, SEED
from controlplane.demo.contacts import sign_up_people, write_notes
from controlplane.demo.opening import fill_office, open_demo
from controlplane.demo.people import Inventor, growing_moments
from controlplane.demo.segments import make_segments
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
        _fill_people(owner, count=people, now=now, tell=tell)
        make_segments(owner=owner, now=now)
        tell("segments made")
    return _facts(opened.tenant)


def _fill_people(owner: User, *, count: int, now: datetime, tell: Callable[[str], None]) -> None:
    if Person.objects.exists():
        return
    rng = Random(SEED)  # noqa: S311 -- invented people, not secrets
    inventor = Inventor(rng, now=now)
    moments = growing_moments(rng, round(count * SIGN_UPS), now=now - timedelta(minutes=12), days=DAYS)
    ids = sign_up_people(
        [inventor.supporter(moment) for moment in moments], reference="form:accueil", form_note="Accueil"
    )
    write_notes(ids, rng=rng, actor_id=owner.pk, now=now)
    tell(f"{len(ids)} people signed up")


def _facts(tenant: TenantFacts) -> dict[str, Any]:
    return {
        "office": tenant.absolute_url("/bureau/"),
        "site": tenant.absolute_url("/"),
        "owner": {"email": OWNER.email, "password": PASSWORD},
        "operator": {"email": OPERATOR.email, "password": PASSWORD},
    }
