"""A real server on the loopback that answers as a test tells it to."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    slow: float = 0  # seconds between two bytes
    cut: int = 0  # bytes that are announced and do not come


@dataclass
class Server:
    address: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)  # path, headers


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Server]:
    server = Server("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append((self.path, dict(self.headers.items())))
            answer = server.answers.get(self.path.partition("?")[0], Answer(status=404))
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body) + answer.cut))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self._write(answer)

        def _write(self, answer: Answer) -> None:
            with suppress(OSError):  # whoever asked has gone
                if not answer.slow:
                    self.wfile.write(answer.body)
                    return
                for position in range(len(answer.body)):
                    self.wfile.write(answer.body[position : position + 1])
                    time.sleep(answer.slow)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name of the base class
            """Tests are quiet."""

    running = ThreadingHTTPServer((host, 0), Handler)
    server.address = f"http://{host}:{running.server_port}"
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        running.shutdown()
        running.server_close()
        thread.join()
