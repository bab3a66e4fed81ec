"""An S3 server for one cell, with one bucket in a region of the European Union. In memory: moto's."""

import argparse
import signal
import sys
from threading import Event
from urllib.request import Request, urlopen

from moto.server import ThreadedMotoServer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--region", required=True)
    options = parser.parse_args()
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=options.port, verbose=False)
    server.start()
    place = f"<CreateBucketConfiguration><LocationConstraint>{options.region}</LocationConstraint></CreateBucketConfiguration>"
    make = Request(f"http://127.0.0.1:{options.port}/{options.bucket}", data=place.encode(), method="PUT")
    # moto reads the region of a request from its signature's scope.
    scope = (
        f"AWS4-HMAC-SHA256 Credential=local/20260101/{options.region}/s3/aws4_request, SignedHeaders=host, Signature=0"
    )
    make.add_header("Authorization", scope)
    urlopen(make).close()  # noqa: S310
    stop.wait()
    server.stop()
    sys.exit(0)


if __name__ == "__main__":
    main()
