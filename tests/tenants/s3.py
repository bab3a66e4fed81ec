"""S3 servers on the loopback: moto's, which behaves like Amazon's, and one that fails as it is told."""

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

BUCKET, REGION = "isoloir-fr-1", "eu-west-3"


def point_at(settings: Any, address: str) -> None:
    settings.S3_ENDPOINT_URL, settings.S3_BUCKET, settings.S3_REGION = address, BUCKET, REGION
    settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY = "key", "secret"


def client_of(settings: Any, region: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=settings.S3_ENDPOINT_URL,
        region_name=region,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )


@contextmanager
def moto(settings: Any) -> Iterator[Any]:
    """A server with the cell's bucket in it, the settings pointed at it; its client."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    point_at(settings, f"http://{host}:{port}")
    client = client_of(settings, REGION)
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    yield client
    for bucket in client.list_buckets()["Buckets"]:
        for item in client.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            client.delete_object(Bucket=bucket["Name"], Key=item["Key"])
        client.delete_bucket(Bucket=bucket["Name"])
    server.stop()


@contextmanager
def failing(settings: Any, *, status: int = 503, seconds: float = 0) -> Iterator[list[str]]:
    """A server that answers everything with this status, after this long; the methods that it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(self.command)
            time.sleep(seconds)
            body = b"<Error><Code>ServiceUnavailable</Code><Message>Down</Message></Error>"
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Nothing on the tests' output."""

        def handle(self) -> None:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the client did not wait
                super().handle()

    for method in ("GET", "HEAD", "PUT", "POST", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    point_at(settings, f"http://127.0.0.1:{server.server_port}")
    yield asked
    server.shutdown()
    server.server_close()
    thread.join()
