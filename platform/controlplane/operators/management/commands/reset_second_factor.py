from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from controlplane.audit.actors import SYSTEM
from controlplane.operators.models import Operator
from controlplane.operators.services import reset_second_factor
from tenants.context import public_context


class Command(BaseCommand):
    help = (
        "Take an operator's lost second factor and recovery codes away: she sets up new ones within seven days. "
        "For when no administrator is left who can do it in the console; make sure first that it is her who asks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        with public_context():
            operator = Operator.objects.filter(user__email=options["email"].strip().lower()).first()
            if operator is None:
                raise CommandError("There is no operator with this address.")
            reset_second_factor(operator=operator, by=SYSTEM, now=timezone.now())
        self.stdout.write(f"Operator {operator.pk} sets up a new second factor at the next entry, within seven days.")
