"""Machines that fetch pictures and follow links before anybody reads. What they do is counted apart.

Apple's Mail Privacy Protection loads every picture by itself and names no program; Gmail looks at what is new under the
name of an old browser, and fetches in the reader's place when she opens (GoogleImageProxy: that one counts); scanners of
links say so, ask with HEAD, or come in the seconds after the delivery. The others cannot be told from people.
"""

import re
from datetime import timedelta

from django.http import HttpRequest

AT_ONCE = timedelta(seconds=5)  # nobody is as quick: it is the receiving server that looks at the mail
NAMELESS = re.compile(r"(Mozilla/5\.0)?\s*")
SCANNERS = re.compile(
    r"bot\b|crawl|spider|scan|preview|prefetch|validat|monitor|headless|phantom|curl|wget|python|java/|okhttp|go-http|libwww"
    r"|barracuda|mimecast|proofpoint|fortinet|forcepoint|safelinks|trend ?micro|symantec|vade|facebookexternalhit|slack|whatsapp"
    r"|Edge/12\.246 Mozilla/5\.0",
    re.IGNORECASE,
)
AHEAD = ("prefetch", "preview", "prerender")


def is_machine(request: HttpRequest) -> bool:
    program = request.headers.get("User-Agent", "")
    purpose = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}".lower()
    ahead = any(word in purpose for word in AHEAD)
    return request.method == "HEAD" or ahead or bool(NAMELESS.fullmatch(program) or SCANNERS.search(program))
