"""Everything a process needs before it serves: extensions, tables of its role, template, tenants, static files."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.utils import timezone

from tenants.preparing import PreparationRefused, prepare_database, prepare_without_tenants
from tenants.statics import collect_static_files


class Command(BaseCommand):
    help = (
        "Prepare the database, template and static files of this role. Safe to run again; quick when nothing changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--database-only", action="store_true", help="leave the static files and messages alone")
        parser.add_argument("--without-tenants", action="store_true", help="leave the tenants to migrate_fleet")

    def handle(self, *args: Any, **options: Any) -> None:
        began = timezone.now()
        if not options["database_only"]:
            call_command("messages", "--compile")
            collect_static_files()
        try:
            report = self._prepare(without_tenants=options["without_tenants"])
        except PreparationRefused as error:
            raise CommandError(str(error)) from error
        seconds = (timezone.now() - began).total_seconds()
        self.stdout.write(f"Role {settings.ROLE} ready in {seconds:.1f} s: {report}")

    def _prepare(self, *, without_tenants: bool) -> str:
        if without_tenants:
            prepare_without_tenants(say=self.stdout.write)
            return "the tenants are left to migrate_fleet"
        return str(prepare_database(say=self.stdout.write, canaries=settings.CANARY_TENANTS))
