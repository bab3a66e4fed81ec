"""Ports for servers that tests start."""

import socket
from secrets import randbelow


def free_port() -> int:
    """Below those that the system gives away by itself: minutes may pass before the server takes it."""
    while True:
        port = 20_000 + randbelow(12_000)  # `random` is seeded alike in all workers
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
