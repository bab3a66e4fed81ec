import getpass
import os
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from controlplane.audit.actors import SYSTEM
from controlplane.enums import OperatorRole
from controlplane.operators.services import NewOperator, make_operator
from tenants.context import public_context

VARIABLE = "OPERATOR_PASSWORD"


class Command(BaseCommand):
    help = (
        f"Make an operator of the console, or give one a new password (from {VARIABLE}, else asked for). "
        "She sets up her second factor when she first enters, within seven days."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--role", default=OperatorRole.ADMINISTRATOR, choices=OperatorRole.values)
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")
        parser.add_argument("--language", default="fr", choices=["fr", "en"])

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get(VARIABLE) or getpass.getpass("Password: ")
        try:
            validate_password(password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        names = {key: options[key] for key in ("email", "first_name", "last_name", "language")}
        new = NewOperator(password=password, role=OperatorRole(options["role"]), **names)
        with public_context():
            operator, created = make_operator(new=new, by=SYSTEM, now=timezone.now())
        self.stdout.write(f"Operator {operator.pk} {'made' if created else 'brought up to date'}.")
