"""Who the demo campaign is. Invented, all of it: any likeness to a real person, list or address is chance."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

SLUG = "demain-marseille"
NAME = "Demain Marseille"
PASSWORD = "marseille a voix haute"  # noqa: S105 -- of invented people, on a machine for trying out
SEED = 20_261_122


@dataclass(frozen=True, slots=True)
class Account:
    email: str
    first_name: str
    last_name: str
    role: str = ""


OWNER = Account("ines@demain-marseille.example", "Inès", "Castellan", "owner")
TEAM = (
    Account("yanis@demain-marseille.example", "Yanis", "Ferracci", "manager"),
    Account("mariama@demain-marseille.example", "Mariama", "Sylvestre", "communications"),
    Account("odile@demain-marseille.example", "Odile", "Marchetti-Roux", "reader"),
)
OPERATOR = Account("operateur@isoloir.example", "Camille", "Dupuis")


def election_day(today: date) -> date:
    """A Sunday some four months ahead, whenever the demo is started."""
    ahead = today + timedelta(days=118)
    return ahead + timedelta(days=(6 - ahead.weekday()) % 7)


def profile_facts(now: datetime) -> dict[str, Any]:
    return {
        "display_name": NAME,
        "kind": "candidate",
        "tagline": "Marseille à voix haute",
        "candidate_name": "Inès Castellan",
        "election_label": "Élections municipales",
        "election_on": election_day(now.date()),
        "publisher_name": "Association de financement «\xa0Demain Marseille\xa0»",
        "publisher_address": "48, rue des Trois-Mages\n13006 Marseille",
        "publisher_email": "bonjour@demain-marseille.example",
        "publisher_phone": "04 65 71 13 06",
        "publication_director": "Inès Castellan",
        "host_text": "Isoloir, cellule fr-1, France",
        "financial_agent_name": "Odile Marchetti-Roux",
        "financial_agent_designated_on": (now - timedelta(days=260)).date(),
        "dpo_email": "donnees@demain-marseille.example",
        "retention_text": "Trois ans après votre dernier geste, ou aussitôt que vous le demandez.",
        "sender_name": "Inès Castellan",
        "measures_messages": True,
        "reply_to_email": "bonjour@demain-marseille.example",
        "social_links": {
            "bluesky": "https://bsky.example/demain-marseille",
            "instagram": "https://instagram.example/demainmarseille",
        },
        "color": "#ff4a17",
    }
