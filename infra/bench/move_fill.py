"""In the cell that is left: move_fill.py UUID PEOPLE FILES fills the campaign."""

import os
import random
import sys
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from people_fill import fill  # noqa: E402 -- Django first

from tenants.archive.stores import cell_store, tenant_prefix  # noqa: E402 -- Django first
from tenants.queries import get_tenant  # noqa: E402 -- Django first

LARGEST = 600_000


def main(uuid: UUID, people: int, files: int) -> None:
    fill(get_tenant(uuid), people)
    dice = random.Random(2026)  # noqa: S311 -- the same files each time
    for number in range(files):
        with cell_store().writing(f"{tenant_prefix(uuid)}documents/fichier {number} été.bin") as sink:
            sink.write(dice.randbytes(dice.randrange(LARGEST)))


if __name__ == "__main__":
    main(UUID(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
