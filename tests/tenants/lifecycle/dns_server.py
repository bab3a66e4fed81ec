"""A DNS server on the loopback, with the records that a test gives it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from dnslib import CNAME, QTYPE, RCODE, RR, TXT, DNSRecord
from dnslib.server import BaseResolver, DNSLogger, DNSServer


@dataclass
class Zone(BaseResolver):
    aliases: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    is_broken: bool = False
    port: int = 0

    def resolve(self, request: DNSRecord, handler: object) -> DNSRecord:
        name, kind = str(request.q.qname).rstrip(".").lower(), QTYPE[request.q.qtype]
        self.asked.append(f"{kind} {name}")
        reply = request.reply()
        if self.is_broken:
            reply.header.rcode = RCODE.SERVFAIL
        elif kind == "CNAME" and name in self.aliases:
            reply.add_answer(RR(name, QTYPE.CNAME, rdata=CNAME(self.aliases[name]), ttl=1))
        elif kind == "TXT" and name in self.texts:
            text = self.texts[name].encode()
            parts = [text[start : start + 255] for start in range(0, len(text), 255)]  # a key is longer than one
            reply.add_answer(RR(name, QTYPE.TXT, rdata=TXT(parts), ttl=1))
        elif name not in self.aliases and name not in self.texts:
            reply.header.rcode = RCODE.NXDOMAIN
        return reply


@contextmanager
def running_zone() -> Iterator[Zone]:
    zone = Zone()
    server = DNSServer(zone, address="127.0.0.1", port=0, logger=DNSLogger(log="-request,-reply,-truncated,-error"))
    zone.port = server.server.server_address[1]
    server.start_thread()
    try:
        yield zone
    finally:
        server.stop()
        server.server.server_close()
        server.thread.join()
