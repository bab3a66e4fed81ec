import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from controlplane.demo.load import load_demo
from controlplane.demo.opening import DemoFailed


class Command(BaseCommand):
    help = "Open the demo campaign «Demain Marseille» with people, segments, messages and a site. Run again, it adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=5000, help="how many people to invent (5000)")

    def handle(self, *args: Any, people: int, **options: Any) -> None:
        began = time.monotonic()
        try:
            facts = load_demo(people=people, now=timezone.now(), tell=lambda words: self._tell(words, began))
        except DemoFailed as error:
            raise CommandError(str(error)) from error
        path = Path(settings.VAR_DIR) / "demo.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n")
        self._tell(f"the demo campaign stands at {facts['site']}", began)

    def _tell(self, words: str, began: float) -> None:
        self.stdout.write(f"{time.monotonic() - began:5.1f} s  {words}")
