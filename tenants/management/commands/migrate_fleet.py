"""Every tenant of this cell to the version of the code, canaries first. Kill it at any moment and run it again."""

import sys
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from tenants.preparing import WORKERS, PreparationRefused, prepare_database


class Command(BaseCommand):
    help = "Migrate all tenants. Exit code 0: all are up to date; 1: some failed and keep their maintenance page; 2: stopped at a canary."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=WORKERS, help=f"tenants at a time (default: {WORKERS})")
        parser.add_argument(
            "--canary",
            action="append",
            default=list(settings.CANARY_TENANTS),
            help="a tenant (address or UUID) to migrate before all others; when it fails the run stops",
        )
        parser.add_argument("--only", action="append", default=[], help="a tenant to migrate alone, to try it again")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = prepare_database(
                say=self.stdout.write,
                workers=max(1, options["workers"]),
                canaries=options["canary"],
                only=options["only"],
            )
        except PreparationRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Fleet: {report}")
        for outcome in report.failures:
            self.stdout.write(f"  {outcome.tenant.uuid} {outcome.failure.words if outcome.failure else ''}")
        if not report.is_good:
            sys.exit(2 if report.is_stopped else 1)
