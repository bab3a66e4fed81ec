import getpass
import os
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from controlplane.services.accounts import make_operator
from tenants.context import public_context

VARIABLE = "OPERATOR_PASSWORD"


class Command(BaseCommand):
    help = f"Make an operator of the console, or give one a new password (from {VARIABLE}, else asked for)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")
        parser.add_argument("--language", default="fr", choices=["fr", "en"])

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get(VARIABLE) or getpass.getpass("Password: ")
        try:
            validate_password(password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        names = {key: options[key] for key in ("first_name", "last_name", "language")}
        with public_context():
            user, created = make_operator(email=options["email"], password=password, **names)
        self.stdout.write(f"Operator {user.pk} {'made' if created else 'brought up to date'}.")
