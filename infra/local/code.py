"""The six digits that the demo operator's authenticator app would show now (RFC 6238). `make code` prints them."""

import base64
import hashlib
import hmac
import json
import sys
import time
from pathlib import Path

STEP = 30


def code(secret: str, *, at: float) -> str:
    counter = int(at // STEP).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def newest_facts(var: Path) -> Path | None:
    """Of the demo that was loaded last: in one process, or with its control plane apart."""
    found = [file for file in (var / "demo.json", var / "control" / "demo.json") if file.exists()]
    return max(found, key=lambda file: file.stat().st_mtime, default=None)


def main() -> int:
    var = Path(sys.argv[1] if len(sys.argv) > 1 else "var")
    facts = newest_facts(var)
    if facts is None:
        print(f"There is no demo in {var}/: start it first.", file=sys.stderr)
        return 1
    secret = json.loads(facts.read_text())["operator"]["totp_secret"]
    print(f"{code(secret, at=time.time())}  (for {STEP - int(time.time()) % STEP} s more; each works once)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
