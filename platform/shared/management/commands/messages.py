"""Messages for translators with no program but Python: extract, complete, compile, check."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from shared.catalogs import Catalogs


class Command(BaseCommand):
    help = "Update locale/fr/LC_MESSAGES/django.po of every app from its code and templates."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--compile", action="store_true", help="only write the .mo files")
        parser.add_argument(
            "--check", action="store_true", help="fail when French is out of date or incomplete; write nothing"
        )
        parser.add_argument("apps", nargs="*", help="labels of apps; all when none is named")

    def handle(self, *args: Any, **options: Any) -> None:
        catalogs = Catalogs(options["apps"])
        if options["compile"]:
            self.stdout.write(f"{catalogs.compile()} catalogs compiled")
            return
        if options["check"]:
            problems = catalogs.problems()
            if problems:
                raise CommandError("French is not complete:\n" + "\n".join(problems))
            self.stdout.write("French is complete")
            return
        self.stdout.write(f"{catalogs.update()} catalogs updated, {catalogs.compile()} compiled")
