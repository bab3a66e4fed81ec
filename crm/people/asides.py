"""What other apps have to say on the page of a person: each registers its own in AppConfig.ready()."""

from collections.abc import Callable

from wagtail.admin.ui.components import Component

from crm.people.models import Person
from tenants.http import TenantRequest

Aside = Callable[[TenantRequest, Person], Component | None]
_asides: list[Aside] = []


def register_aside(aside: Aside) -> None:
    if aside not in _asides:
        _asides.append(aside)


def asides_for(request: TenantRequest, person: Person) -> list[Component]:
    """Shown above everything else, so each has to be short and rare."""
    return [shown for aside in _asides if (shown := aside(request, person)) is not None]
