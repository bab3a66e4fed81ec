from typing import Any

from django.core.management import BaseCommand, CommandParser
from django.utils import timezone

from tenants.context import public_context
from tenants.letters.models import DeadLetter
from tenants.letters.services import deliver_letter, discard_letter


class Command(BaseCommand):
    help = "Messages that could not be received here: list them, try them again now, or discard one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--deliver", action="store_true", help="try every one of them again, now")
        parser.add_argument("--discard", type=int, metavar="NUMBER", help="forget this one")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["discard"]:
            discard_letter(letter_id=options["discard"])
        with public_context():
            letters = list(DeadLetter.objects.all())
        for letter in letters:
            if options["deliver"] and deliver_letter(letter_id=letter.pk, now=timezone.now()):
                self.stdout.write(f"{letter.pk}  {letter} from {letter.sender}: received")
            else:
                self.stdout.write(f"{letter.pk}  {letter} from {letter.sender}: {letter.reason}, {letter.tries} tries")
        if not letters:
            self.stdout.write("No dead letter.")
