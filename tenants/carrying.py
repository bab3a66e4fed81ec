"""The carrier: takes bus messages between our own broker and the bus's, where control plane and cells are apart.

On the bus's broker a cell has one user, who reaches the two queues of that cell and nothing else; the control plane holds no
credential of any cell. Only bus messages get through: whatever lies in a queue, its parts are taken out and handed on by a
task of our own making. While one of the brokers is away, messages wait in the other.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread
from typing import Any

from django.conf import settings
from kombu import Connection, Consumer, Message, Queue
from kombu.exceptions import DecodeError, KombuError
from kombu.exceptions import OperationalError as Unreachable
from kombu.pools import producers

from tenants.bus import TO
from tenants.tasks import deliver_task, report_directory_task, report_health_task

logger = logging.getLogger(__name__)
LONGEST_PAUSE = 10.0
LOOK_AGAIN = 10.0  # seconds after which the list of queues may have changed
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)
ONCE_MORE = {"max_retries": 1, "interval_start": 0}
PARTS = {"name": str, "version": int, "body": dict}


class NoMessage(Exception):
    """What lay in the queue is no message of the bus."""


class HandOverFailed(Exception):
    """A message could not be handed on; it lies in its queue again."""


@dataclass(frozen=True, slots=True)
class Direction:
    name: str
    url: str
    queues: Callable[[], list[str]]
    hand_on: Callable[[Message, str], None]  # the message, and the queue that it lay in


def down_queue(cell: str) -> str:
    return f"bus.{cell}.down"


def up_queue(cell: str) -> str:
    return f"bus.{cell}.up"


def access_rule(cell: str, *, password: str) -> str:
    """The line of the broker's ACL file that makes the cell's user."""
    rights = "resetchannels -@all +@read +@write +@connection +@transaction +@keyspace +@scripting -@dangerous"
    return f"user {cell} on >{password} resetkeys ~bus.{cell}.* {rights}"


def carry_messages(*, cells: Callable[[], list[str]], stop: Event) -> None:
    """Both directions, until `stop`. `cells`: whose queues are ours, asked again and again."""
    own = settings.CELL if settings.ROLE == "cell" else "control"
    inbox = down_queue if settings.ROLE == "cell" else up_queue
    directions = [
        Direction("in", settings.BUS_URL, lambda: [inbox(cell) for cell in cells()], take_in),
        Direction("out", settings.CELERY_BROKER_URL, lambda: [settings.OUTGOING_QUEUE], send_out),
    ]
    threads = [Thread(target=_carry, args=[direction, own, stop], daemon=True) for direction in directions]
    for thread in threads:
        thread.start()
    while not stop.wait(0.5):
        if not all(thread.is_alive() for thread in threads):
            raise RuntimeError("A direction of the carrier has stopped; see the log")


def take_in(message: Message, queue: str) -> None:
    """From the bus to our own broker. Raises NoMessage."""
    cell = queue.split(".")[1]
    own_queue = settings.CELL_QUEUE if settings.ROLE == "cell" else settings.CONTROL_QUEUE
    # The cell that the control plane hears is the one whose queue it reads, whatever the message says.
    sender = "control" if settings.ROLE == "cell" else cell
    deliver_task.apply_async(kwargs={**parts_of(message), "sender": sender}, queue=own_queue)


def send_out(message: Message, queue: str) -> None:
    """From our own broker to the bus. Raises NoMessage."""
    headers = message.headers or {}
    if settings.ROLE == "cell":
        target = up_queue(settings.CELL)
    elif str(headers.get(TO, "")).startswith("cell."):
        target = down_queue(str(headers[TO]).removeprefix("cell."))
    else:
        raise NoMessage
    with producers[_connection(settings.BUS_URL, "bus.sender")].acquire(block=True) as producer:
        # The default exchange: a queue is reached by its name, and no binding has to be written anywhere.
        producer.publish(
            parts_of(message), exchange="", routing_key=target, serializer="json", retry=True, retry_policy=ONCE_MORE
        )


def parts_of(message: Message) -> dict[str, Any]:
    """What makes a bus message, from one of Celery's or one of ours; nothing else goes through. Raises NoMessage."""
    try:
        payload = message.payload
    except (DecodeError, KombuError) as error:
        raise NoMessage from error
    found = payload[1] if isinstance(payload, list) and len(payload) == 3 else payload
    if not isinstance(found, dict) or not all(isinstance(found.get(key), kind) for key, kind in PARTS.items()):
        raise NoMessage
    return {key: found[key] for key in PARTS}


def _connection(url: str, owner: str) -> Connection:
    """Names of its own for what is not yet acknowledged: a user of the bus reaches no key of another."""
    options = {
        "unacked_key": f"{owner}.unacked",
        "unacked_index_key": f"{owner}.unacked_index",
        "unacked_mutex_key": f"{owner}.unacked_mutex",
        "visibility_timeout": 60,
        "priority_steps": [0],
        "socket_connect_timeout": 5,
        "socket_timeout": 20,
    }
    return Connection(url, transport_options=options, connect_timeout=5)


def _carry(direction: Direction, own: str, stop: Event) -> None:
    errors: tuple[type[BaseException], ...] = (HandOverFailed, Unreachable, OSError, *_errors(direction.url))
    pause, is_away = 0.5, False
    while not stop.is_set():
        try:
            with _connection(direction.url, f"bus.{own}.{direction.name}") as connection:
                connection.ensure_connection(max_retries=1, timeout=5)
                if is_away:
                    logger.info("The carrier (%s) reaches its brokers again", direction.name)
                if direction.name == "in" and settings.ROLE == "cell":
                    # At the start and after each outage: whatever was missed meanwhile is put right.
                    report_health_task.delay()
                    report_directory_task.delay()
                pause, is_away = 0.5, False
                _consume(connection, direction, stop)
        except errors:
            if not is_away:
                logger.warning("The carrier (%s) cannot hand messages on: they wait", direction.name, exc_info=True)
            is_away = True
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


def _errors(url: str) -> tuple[type[BaseException], ...]:
    connection = Connection(url)
    return (*connection.connection_errors, *connection.channel_errors)


def _consume(connection: Connection, direction: Direction, stop: Event) -> None:
    """Until `stop`, or until the queues are no longer the same."""
    names = direction.queues()
    channel = connection.channel()
    for name in names:
        handler = partial(_handle, direction, name)
        Consumer(channel, [Queue(name)], on_message=handler, accept=["json"], prefetch_count=20).consume()
    until = time.monotonic() + LOOK_AGAIN
    while not stop.is_set():
        try:
            connection.drain_events(timeout=1)
        except TimeoutError:
            connection.heartbeat_check()
        except UNREADABLE:
            # Already out of its queue, and nobody's message: one bad hand must not stop what the others send.
            logger.warning("The carrier (%s) dropped what cannot be read", direction.name)
        if time.monotonic() > until:
            if direction.queues() != names:
                return
            until = time.monotonic() + LOOK_AGAIN


def _handle(direction: Direction, queue: str, message: Message) -> None:
    try:
        if direction.url == settings.BUS_URL:
            _refuse_false_address(message, queue)
        direction.hand_on(message, queue)
    except NoMessage:
        logger.warning("The carrier (%s) dropped what is no message of the bus, from %s", direction.name, queue)
    except Exception as error:
        message.requeue()
        raise HandOverFailed from error
    message.ack()


def _refuse_false_address(message: Message, queue: str) -> None:
    """A message names its queue itself, and goes back there when it is not acknowledged: it must be the one that it lay in."""
    if (message.delivery_info.get("exchange"), message.delivery_info.get("routing_key")) != ("", queue):
        raise NoMessage


__all__ = ["access_rule", "carry_messages"]
