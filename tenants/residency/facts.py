"""What a certificate states, and the fingerprint of it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenants.residency.checks import Check


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    campaign: UUID
    name: str
    host: str
    region: str
    cell: str
    proof: UUID
    proved_at: datetime
    checks: Sequence[Check]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what is certified: the same facts give the same one, in whatever language they are printed."""
        stated = {
            "campaign": str(self.campaign),
            "name": self.name,
            "host": self.host,
            "region": self.region,
            "cell": self.cell,
            "proof": str(self.proof),
            "proved_at": self.proved_at.isoformat(),
            "checks": [check.plain() for check in self.checks],
        }
        return hashlib.sha256(json.dumps(stated, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
