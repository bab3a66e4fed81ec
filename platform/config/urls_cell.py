"""A cell's schema public: no page is served from it. The pages that say why a campaign is closed are rendered with it."""

from typing import Any

urlpatterns: list[Any] = []
