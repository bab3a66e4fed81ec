"""What other apps have to say on the page of a person: each registers its own in AppConfig.ready()."""

from collections.abc import Callable

from wagtail.admin.ui.components import Component

from crm.people.models import Person
from tenants.http import TenantRequest

Aside = Callable[[TenantRequest, Person], Component | None]
_asides: list[Aside] = []
_sections: list[Aside] = []


def register_aside(aside: Aside) -> None:
    if aside not in _asides:
        _asides.append(aside)


def asides_for(request: TenantRequest, person: Person) -> list[Component]:
    """Shown above everything else, so each has to be short and rare."""
    return [shown for aside in _asides if (shown := aside(request, person)) is not None]


def register_section(section: Aside) -> None:
    """For what belongs to the page of everybody: shown in its narrow column, below her identity."""
    if section not in _sections:
        _sections.append(section)


def sections_for(request: TenantRequest, person: Person) -> list[Component]:
    return [shown for section in _sections if (shown := section(request, person)) is not None]
