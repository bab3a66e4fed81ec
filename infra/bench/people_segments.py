"""Ten segments that campaigns really keep, from narrow to nearly everybody, flat and nested."""

from typing import Any

from people_fill import TAGS

from crm.people.activities import register_kind


def register_kinds() -> None:
    """Events and gifts are not apps yet; their activities are counted on already."""
    for kind in ("event_attended", "gave", "petition_signed", "volunteered"):
        register_kind(kind, kind.replace("_", " "), "iso-history")


def _tags(*names: str) -> list[int]:
    return sorted(TAGS.index(name) + 1 for name in names)


def _did(kind: str, days: int | None = None, **more: Any) -> dict[str, Any]:
    return {"activity": {"done": {"kinds": [kind], **({"period": {"last_days": days}} if days else {}), **more}}}


def _never(kind: str, days: int | None = None) -> dict[str, Any]:
    return {"activity": {"not_done": {"kinds": [kind], **({"period": {"last_days": days}} if days else {})}}}


SEGMENTS: dict[str, dict[str, Any]] = {
    "young people of three communes who came to an event in the last 60 days and never gave": {
        "all": [
            {"place": {"communes": ["13055", "31555", "44109"]}},
            {"age": {"between": [16, 30]}},
            _did("event_attended", 60),
            _never("gave"),
        ]
    },
    "volunteers of the first districts of Marseille, neither press nor elected": {
        "all": [
            {"all": [{"place": {"postcodes": [f"130{number:02d}" for number in range(1, 9)]}}]},
            {"any": [{"tags": {"any": _tags("bénévole", "tractage", "porte-à-porte")}}, _did("volunteered", 180)]},
            {"not": {"any": [{"tags": {"any": _tags("presse", "élu local")}}]}},
        ]
    },
    "women of the Bouches-du-Rhône who care about ecology, by text message": {
        "all": [
            {"place": {"departements": ["13"]}},
            {"gender": {"in": ["f"]}},
            {"tags": {"any": _tags("écologie")}},
            {"reach": {"by": ["sms"]}},
        ]
    },
    "signed two petitions in a year and are not members": {
        "all": [_did("petition_signed", 365, times=2), {"not": {"relationship": {"in": ["member"]}}}]
    },
    "gave within the year, within 30 km of Lyon": {
        "all": [{"place": {"near": {"commune": "69123", "km": 30}}}, _did("gave", 365)]
    },
    "came to an event long ago, and did nothing since": {
        "all": [
            {"activity": {"done": {"kinds": ["event_attended"], "period": {"until": "2026-01-01"}}}},
            _never("event_attended", 300),
            _never("gave", 300),
            {"reach": {"by": ["email"]}},
        ]
    },
    "the whole list by e-mail": {"reach": {"by": ["email"]}},
    "under thirty, or young by their tag, everywhere": {
        "any": [{"age": {"between": [None, 29]}}, {"tags": {"any": _tags("jeunes")}}]
    },
    "the west, active or volunteering, neither donors nor elected, in groups inside groups": {
        "all": [
            {"any": [{"place": {"regions": ["53", "52"]}}, {"place": {"departements": ["50", "79"]}}]},
            {
                "any": [
                    {"all": [{"tags": {"any": _tags("bénévole")}}, {"not": {"tags": {"any": _tags("collage")}}}]},
                    {"all": [_did("event_attended", 90), {"any": [_did("shared"), {"support": {"in": [1, 2]}}]}]},
                ]
            },
            {"not": {"any": [_did("gave"), {"tags": {"any": _tags("élu local")}}]}},
        ]
    },
    "one in ten of Île-de-France who agreed to targeted messages and were sent none for a month": {
        "all": [
            {"place": {"regions": ["11"]}},
            {"consent": {"given": {"purpose": "targeting", "channel": "email"}}},
            _never("message_sent", 30),
            {"sample": {"percent": {"percent": 10, "salt": 2027}}},
        ]
    },
}
