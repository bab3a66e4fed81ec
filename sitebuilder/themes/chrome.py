"""What stands around every page of the site: brand, menu, footer. The pages app knows it and registers its answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from sitebuilder.themes.queries import Look
from tenants.office.models import CampaignProfile
from tenants.office.profile import SOCIAL_NETWORKS


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Chrome:
    look: Look
    profile: CampaignProfile
    language: str
    menu: tuple[Link, ...]
    legal_links: tuple[Link, ...]
    join_url: str
    thanks_url: str
    origin: str

    @property
    def name_start(self) -> str:
        return self.profile.display_name.rpartition(" ")[0]

    @property
    def name_end(self) -> str:
        return self.profile.display_name.rpartition(" ")[2]

    @property
    def social(self) -> list[tuple[str, str]]:
        links = self.profile.social_links
        return [
            (name, links[key])
            for key, name in SOCIAL_NETWORKS.items()
            if str(links.get(key, "")).startswith("https://")
        ]


_providers: list[Callable[[HttpRequest, Any], Chrome]] = []


def register_chrome(provider: Callable[[HttpRequest, Any], Chrome]) -> None:
    _providers[:] = [provider]


def chrome_for(request: HttpRequest, page: Any = None) -> Chrome:
    return _providers[0](request, page)
