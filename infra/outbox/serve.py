"""Catches mail: SMTP on one port, a page that shows it on another. Loopback only.

serve.py --folder var/outbox --smtp-port 1025 --web-port 8025
"""

import argparse
import asyncio
import errno
import signal
import sys
import threading
from pathlib import Path

from smtp_server import serve_smtp
from store import Store
from web import Server

HOST = "127.0.0.1"


async def serve(folder: Path, *, smtp_port: int, web_port: int) -> None:
    store = Store(folder)
    smtp = await serve_smtp(store, hosts=[HOST], port=smtp_port)
    web = Server((HOST, web_port), store)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    print(
        f"mail is caught on smtp://{HOST}:{smtp.sockets[0].getsockname()[1]}, shown on http://{HOST}:{web.server_port}",
        flush=True,
    )
    await stop.wait()
    smtp.close()
    store.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--smtp-port", type=int, default=1025)
    parser.add_argument("--web-port", type=int, default=8025)
    options = parser.parse_args()
    try:
        asyncio.run(serve(options.folder, smtp_port=options.smtp_port, web_port=options.web_port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        print(f"Port {options.smtp_port} or {options.web_port} is taken by another program.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
