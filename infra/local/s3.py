"""An S3 server for one cell, with one bucket in a region of the European Union. In memory: moto's."""

import argparse
import signal
import sys
from threading import Event

import boto3
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
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{options.port}",
        region_name=options.region,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 -- moto asks for some, and looks at none
    )
    client.create_bucket(Bucket=options.bucket, CreateBucketConfiguration={"LocationConstraint": options.region})
    stop.wait()
    server.stop()
    sys.exit(0)


if __name__ == "__main__":
    main()
