"""A server that takes error reports as Sentry does, and keeps what arrived on the wire."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Sink:
    port: int = 0
    headers: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        return f"http://key@127.0.0.1:{self.port}/1"

    @property
    def wire(self) -> str:
        return "\n".join([*self.headers, *self.bodies])

    @property
    def events(self) -> list[dict[str, Any]]:
        """Of each envelope, what follows its header and the item's."""
        return [json.loads(body.split("\n")[2]) for body in self.bodies]


@contextmanager
def sentry_sink() -> Iterator[Sink]:
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sink.headers.append(str(self.headers))
            sink.bodies.append((gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_request(self, *args: Any, **kwargs: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sink.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
