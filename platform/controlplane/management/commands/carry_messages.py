import signal
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from controlplane.queries import cell_names
from tenants.carrying import carry_messages


class Command(BaseCommand):
    help = "Take messages between this process's broker and the bus's (BUS_URL), both ways, until it is stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.BUS_URL:
            raise CommandError(
                "BUS_URL is not set: control plane and cells share one broker, and nothing is to be carried."
            )
        stop = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        carry_messages(cells=(lambda: [settings.CELL]) if settings.ROLE == "cell" else cell_names, stop=stop)
