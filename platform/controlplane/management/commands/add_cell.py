from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_slug

from controlplane.enums import Country
from controlplane.services.cells import CellDraft, CellElsewhere, add_cell
from tenants.carrying import access_rule
from tenants.context import public_context
from tenants.keys import broker_password, cell_key, lasting_key


class Command(BaseCommand):
    help = "Put a cell into the catalogue and print what its environment must hold. Run again, it changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="of the cell: the region's code, a hyphen and a number (de-1)")
        parser.add_argument("--country", choices=Country.values, help="of a region that is new (default: its code)")
        parser.add_argument("--places", type=int, default=300, help="for new campaigns (300)")
        parser.add_argument("--most-places", type=int, default=1000, help="at the most (1000)")
        parser.add_argument("--open-region", action="store_true", help="let customers choose the region")
        parser.add_argument("--keep-password", action="store_true", help="its user's former password holds as well")
        parser.add_argument(
            "--access-file", type=Path, help="ACL file of the bus's broker: the cell's user is added to it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        region, _hyphen, number = name.rpartition("-")
        try:
            validate_slug(name)
        except ValidationError as error:
            raise CommandError(f"{name} is no name of a cell.") from error
        if not settings.BUS_URL:
            raise CommandError("BUS_URL is not set: the control plane has no broker that a cell could reach.")
        if settings.ROLE == "cell" or not region or not number.isdecimal():
            raise CommandError("Run this on the control plane, with a name such as de-1.")
        draft = CellDraft(
            name=name,
            region=region,
            country=options["country"] or region.upper(),
            soft_capacity=options["places"],
            hard_capacity=options["most_places"],
        )
        try:
            with public_context():
                add_cell(draft=draft, open_region=options["open_region"])
        except CellElsewhere as error:
            raise CommandError(str(error)) from error
        if options["access_file"]:
            self._allow(name, options["access_file"], keep_password=options["keep_password"])
        for variable, value in (
            ("ISOLOIR_ROLE", "cell"),
            ("ISOLOIR_CELL", name),
            ("ISOLOIR_REGION", region),
            ("BUS_KEY", cell_key(name)),
            ("BUS_URL", self._bus_url(name)),
            ("LASTING_KEY", lasting_key()),
        ):
            self.stdout.write(f"{variable}={value}")

    def _bus_url(self, name: str) -> str:
        """Ours, with the user of the cell."""
        parts = urlsplit(settings.BUS_URL)
        server = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{name}:{broker_password(name)}@{server}"))

    def _allow(self, name: str, file: Path, *, keep_password: bool) -> None:
        lines = file.read_text().splitlines() if file.exists() else []
        others = [line for line in lines if not line.startswith(f"user {name} ")]
        own = [line for line in lines if line.startswith(f"user {name} ")]
        password = broker_password(name)
        former = [word for line in own for word in line.split() if word.startswith(">") and word != f">{password}"]
        rule = " ".join([access_rule(name, password=password), *(former if keep_password else [])])
        file.write_text("\n".join([*others, rule]) + "\n")
