"""Addresses of campaigns: what is a good one, which are kept for ourselves, what to propose when one is taken."""

import re
from pathlib import Path

from django.utils import timezone
from django.utils.text import slugify

from controlplane.lifecycle.holding import is_held
from controlplane.models import Campaign

MAX_LENGTH = 40
MIN_LENGTH = 3
SHAPE = re.compile(r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$")
RESERVED = frozenset((Path(__file__).parent / "reserved_addresses.txt").read_text(encoding="utf-8").split())
_SPELLED = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "_": "-", ".": "-", "’": "-", "'": "-"})


class BadSlug(Exception):
    """The text cannot be an address: too short, too long, or other signs than letters, digits and hyphens."""


class SlugTaken(Exception):
    """Another campaign lives at this address, or we keep it for ourselves."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


def clean_slug(text: str) -> str:
    """The text as an address; raises BadSlug. What was typed is kept as far as it can be: «Été 2027» is ete-2027."""
    slug = re.sub(r"-+", "-", slugify(text.lower().translate(_SPELLED))).strip("-")
    if not MIN_LENGTH <= len(slug) <= MAX_LENGTH or not SHAPE.match(slug):
        raise BadSlug(text)
    return slug


def is_reserved(slug: str) -> bool:
    return slug in RESERVED or slug.startswith(("isoloir-", "xn--"))


def is_free(slug: str) -> bool:
    taken = Campaign.objects.filter(slug=slug).exists() or is_held(slug, now=timezone.now())
    return not is_reserved(slug) and not taken


def free_slugs_like(slug: str, *, name: str = "", year: int, count: int = 3) -> list[str]:
    """Free addresses near to the one that was wished for."""
    base = slugify(name)[: MAX_LENGTH - 5].strip("-")
    stems = [
        f"avec-{slug}",
        f"{slug}-{year}",
        base,
        f"{base}-{year}",
        f"{slug}-campagne",
        *(f"{slug}-{n}" for n in range(2, 8)),
    ]
    good = [stem for stem in dict.fromkeys(stems) if MIN_LENGTH <= len(stem) <= MAX_LENGTH and stem != slug]
    taken = set(Campaign.objects.filter(slug__in=good).values_list("slug", flat=True))
    taken |= {stem for stem in good if is_held(stem, now=timezone.now())}
    return [stem for stem in good if stem not in taken and not is_reserved(stem)][:count]
