"""A second reading of segments' trees, in plain Python over plain facts, that shares no code with the product."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import asin, cos, pi, sin, sqrt
from typing import Any
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
MASK = 0xFFFFFFFF
CITY = {"13055": "132", "75056": "751", "69123": "6938"}


@dataclass
class Facts:
    """One person: her columns, what she did, what she said, what she was sent, the lists she is on."""

    columns: dict[str, Any]
    activities: list[dict[str, Any]] = field(default_factory=list)
    consents: dict[tuple[str, str], tuple[bool, str]] = field(default_factory=dict)
    deliveries: list[tuple[int, str, datetime]] = field(default_factory=list)  # mailing, state, when
    # mailing, when it left, first opened, first clicked: of the messages that measured her
    readings: list[tuple[int, datetime, datetime | None, datetime | None]] = field(default_factory=list)
    lists: set[int] = field(default_factory=set)
    ties: set[tuple[str, int]] = field(default_factory=set)  # recruiter or point person, and who
    household: int | None = None  # whose
    affiliations: set[tuple[str, int]] = field(default_factory=set)
    imports: set[int] = field(default_factory=set)
    pk: int = 0


@dataclass
class World:
    people: list[Facts]
    segments: dict[int, dict[str, Any]]
    centres: dict[str, tuple[float, float]]
    now: datetime

    def members(self, criteria: dict[str, Any]) -> set[int]:
        return {one.pk for one in self.people if one.columns["erased_at"] is None and self.holds(criteria, one)}

    def holds(self, criteria: dict[str, Any], one: Facts) -> bool:
        if not criteria:
            return True
        [(key, content)] = criteria.items()
        if key == "all":
            return all(self.holds(child, one) for child in content)
        if key == "any":
            return any(self.holds(child, one) for child in content)
        if key == "not":
            return not self.holds(content, one)
        if key == "draw":
            those = self.members(content.get("of", {}))
            return one.pk in sorted(those, key=lambda pk: (lot(pk, content["salt"]), pk))[: content["people"]]
        [(operator, value)] = content.items()
        if key.startswith("field:"):
            return bool(self.custom(operator, value, one.columns["custom"].get(key[6:])))
        return bool(getattr(self, f"{key}_{operator}")(value, one))

    # --- columns --------------------------------------------------------------------------------------------------
    def tags_any(self, value: Any, one: Facts) -> Any:
        return any(tag in one.columns["tag_ids"] for tag in value)

    def tags_all(self, value: Any, one: Facts) -> Any:
        return all(tag in one.columns["tag_ids"] for tag in value)

    def tags_none(self, value: Any, one: Facts) -> Any:
        return not self.tags_any(value, one)

    def place_communes(self, value: Any, one: Facts) -> Any:
        code = one.columns["commune_code"]
        return any(
            code == wanted or (wanted in CITY and code.startswith(CITY[wanted]) and code != "") for wanted in value
        )

    def place_postcodes(self, value: Any, one: Facts) -> Any:
        """«13001-13400»: both ends and whatever is between."""
        ends = [entry.split("-") for entry in value]
        return any(low[0] <= one.columns["postcode"] <= low[-1] for low in ends)

    def place_departements(self, value: Any, one: Facts) -> Any:
        return one.columns["departement_code"] in value

    def place_regions(self, value: Any, one: Facts) -> Any:
        return one.columns["region_code"] in value

    def place_near(self, value: Any, one: Facts) -> Any:
        code = one.columns["commune_code"]
        if value["commune"] == "13055" and code.startswith("132"):
            return True  # Marseille is all of its arrondissements
        there = self.centres.get(code)
        return there is not None and kilometres(self.centres[value["commune"]], there) <= value["km"]

    def place_inside(self, value: Any, one: Facts) -> Any:
        there = self.centres.get(one.columns["commune_code"])
        return there is not None and winds_around(there, value)

    def age_between(self, value: Any, one: Facts) -> Any:
        born = one.columns["birth_date"]
        if born is None:
            return False
        today = self.now.astimezone(PARIS).date()
        age = today.year - born.year - (1 if (today.month, today.day) < (born.month, born.day) else 0)
        low, high = value
        return (0 if low is None else low) <= age <= (999 if high is None else high)

    def age_unknown(self, value: Any, one: Facts) -> Any:
        return one.columns["birth_date"] is None

    def birthday_months(self, value: Any, one: Facts) -> Any:
        born = one.columns["birth_date"]
        return bool(born) and born.month in [int(month) for month in value]

    def support_in(self, value: Any, one: Facts) -> Any:
        return one.columns["support_level"] in value

    def support_unknown(self, value: Any, one: Facts) -> Any:
        return one.columns["support_level"] is None

    def reach_by(self, value: Any, one: Facts) -> Any:
        names = {"email": "can_email", "sms": "can_sms", "phone": "can_call", "post": "can_post"}
        return any(one.columns[names[channel]] for channel in value)

    def reach_not_by(self, value: Any, one: Facts) -> Any:
        return not self.reach_by(value, one)

    def language_in(self, value: Any, one: Facts) -> Any:
        return one.columns["language"] in value

    def gender_in(self, value: Any, one: Facts) -> Any:
        return one.columns["gender"] in value

    def source_in(self, value: Any, one: Facts) -> Any:
        return one.columns["source_kind"] in value

    def relationship_in(self, value: Any, one: Facts) -> Any:
        return one.columns["relationship"] in value

    def contact_has(self, value: Any, one: Facts) -> Any:
        return any(one.columns[name] != "" for name in value)

    def contact_lacks(self, value: Any, one: Facts) -> Any:
        return all(one.columns[name] == "" for name in value)

    def occupation_contains(self, value: Any, one: Facts) -> Any:
        return value.lower() in one.columns["occupation"].lower().replace("é", "e").replace("è", "e")

    def added_by(self, value: Any, one: Facts) -> Any:
        return one.columns["actor_id"] in value

    def joined_since(self, value: Any, one: Facts) -> Any:
        return one.columns["created_at"] >= midnight(value)

    def joined_before(self, value: Any, one: Facts) -> Any:
        return one.columns["created_at"] < midnight(value)

    def joined_last_days(self, value: Any, one: Facts) -> Any:
        return one.columns["created_at"] >= self.now - timedelta(days=value)

    def active_last_days(self, value: Any, one: Facts) -> Any:
        last = one.columns["last_activity_at"]
        return last is not None and last >= self.now - timedelta(days=value)

    def sample_percent(self, value: Any, one: Facts) -> Any:
        return lot(one.pk, value["salt"]) % 100 < value["percent"]

    def custom(self, operator: str, value: Any, held: Any) -> Any:
        if operator in ("filled", "empty") or held is None:
            return (held is None) == (operator == "empty")
        if operator == "between":
            low, high = value
            return not (low is not None and held < low) and not (high is not None and held > high)
        if operator == "contains":
            return value.lower() in held.lower().replace("é", "e").replace("à", "a")
        if operator in ("yes", "no"):
            return held == (operator == "yes")
        return any(one in value for one in (held if isinstance(held, list) else [held]))

    # --- other tables ---------------------------------------------------------------------------------------------
    def in_period(self, at: datetime, period: dict[str, Any]) -> bool:
        if "last_days" in period:
            return at >= self.now - timedelta(days=period["last_days"])
        after = "since" not in period or at >= midnight(period["since"])
        return after and ("until" not in period or at < midnight(period["until"], later=1))

    def often(self, value: Any, moments: list[datetime]) -> Any:
        inside = [at for at in moments if self.in_period(at, value.get("period", {}))]
        return len(inside) >= value.get("times", 1)

    def activity_done(self, value: Any, one: Facts) -> Any:
        detail = value.get("detail", "").lower()
        acts = [act for act in one.activities if act["kind"] in value["kinds"] and mentions(act, detail)]
        return self.often(value, [act["at"] for act in acts])

    def activity_not_done(self, value: Any, one: Facts) -> Any:
        return not self.activity_done(value, one)

    def form_filled(self, value: Any, one: Facts) -> Any:
        wanted = value.get("page", "").lower()
        acts = [act for act in one.activities if act["kind"] == "signed_up"]
        return self.often(value, [act["at"] for act in acts if wanted in act["payload"].get("page", "").lower()])

    def form_not_filled(self, value: Any, one: Facts) -> Any:
        return not self.form_filled(value, one)

    def recruiter_is(self, value: Any, one: Facts) -> Any:
        acts = [act for act in one.activities if act["kind"] == "signed_up" and "recruiter_id" in act["payload"]]
        wanted = value.get("person")
        return self.often(value, [act["at"] for act in acts if wanted in (None, act["payload"]["recruiter_id"])])

    def recruiter_brought(self, value: Any, one: Facts) -> Any:
        return self.often(value, [act["at"] for act in one.activities if act["kind"] == "recruited"])

    def import_in(self, value: Any, one: Facts) -> Any:
        return bool(one.imports & set(value["imports"]))

    def sent(self, value: Any, one: Facts, state: str) -> Any:
        wanted = value.get("mailings")
        sent = [at for mailing, was, at in one.deliveries if was == state and (not wanted or mailing in wanted)]
        return self.often(value, sent)

    def message_received(self, value: Any, one: Facts) -> Any:
        return self.sent(value, one, "accepted")

    def message_not_received(self, value: Any, one: Facts) -> Any:
        return not self.sent(value, one, "accepted")

    def message_refused(self, value: Any, one: Facts) -> Any:
        return self.sent(value, one, "refused")

    def measured(self, value: Any, one: Facts) -> list[Any]:
        return [row for row in one.readings if row[0] in value.get("mailings", [row[0]])]

    def message_opened(self, value: Any, one: Facts) -> Any:
        return self.often(value, [row[2] for row in self.measured(value, one) if row[2]])

    def message_clicked(self, value: Any, one: Facts) -> Any:
        return self.often(value, [row[3] for row in self.measured(value, one) if row[3]])

    def message_not_opened(self, value: Any, one: Facts) -> Any:
        return self.left_unread(value, one, 2)

    def message_not_clicked(self, value: Any, one: Facts) -> Any:
        return self.left_unread(value, one, 3)

    def left_unread(self, value: Any, one: Facts, place: int) -> bool:
        """Some message measured her in that time, and none of these was opened (or clicked in), then or later."""
        sent = [row for row in self.measured(value, one) if self.in_period(row[1], value.get("period", {}))]
        return bool(sent) and all(row[place] is None for row in sent)

    def consent_given(self, value: Any, one: Facts) -> Any:
        granted, basis = one.consents.get((value["purpose"], value["channel"]), (False, ""))
        return granted and ("bases" not in value or basis in value["bases"])

    def consent_refused(self, value: Any, one: Facts) -> Any:
        said = one.consents.get((value["purpose"], value["channel"]))
        return said is not None and not said[0]

    def consent_unknown(self, value: Any, one: Facts) -> Any:
        return (value["purpose"], value["channel"]) not in one.consents

    def segment_in(self, value: Any, one: Facts) -> Any:
        return any(self.holds(self.segments[pk], one) for pk in value)

    def segment_not_in(self, value: Any, one: Facts) -> Any:
        return not self.segment_in(value, one)

    def list_in(self, value: Any, one: Facts) -> Any:
        return bool(one.lists & set(value))

    def recruited_by(self, value: Any, one: Facts) -> Any:
        return any(("recruiter", pk) in one.ties for pk in value)

    def point_person_by(self, value: Any, one: Facts) -> Any:
        return any(("point_person", pk) in one.ties for pk in value)

    def household_with(self, value: Any, one: Facts) -> Any:
        return one.household in value

    def household_shared(self, value: Any, one: Facts) -> Any:
        others = [other for other in self.people if other is not one and other.columns["erased_at"] is None]
        return one.household is not None and any(other.household == one.household for other in others)

    def organisation_works(self, value: Any, one: Facts) -> Any:
        return any(("works", pk) in one.affiliations for pk in value)

    def organisation_represents(self, value: Any, one: Facts) -> Any:
        return any(("represents", pk) in one.affiliations for pk in value)

    def list_not_in(self, value: Any, one: Facts) -> Any:
        return not one.lists & set(value)


def midnight(day: str, later: int = 0) -> datetime:
    return datetime.combine(date.fromisoformat(day) + timedelta(days=later), time.min, PARIS)


def mentions(act: dict[str, Any], detail: str) -> bool:
    told = [act["payload"].get(key, "") for key in ("form", "page", "title")]
    return any(detail in text.lower() for text in [*told, act["source_reference"]])


def kilometres(here: tuple[float, float], there: tuple[float, float]) -> float:
    (a, b), (c, d) = [[x * pi / 180 for x in point] for point in (here, there)]
    return 12742.0176 * asin(sqrt(sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2))


def winds_around(point: tuple[float, float], outline: list[list[float]]) -> bool:
    """By the number of the edges that a ray to the east meets."""
    y, x = point
    met = 0
    for number, (y1, x1) in enumerate(outline):
        y2, x2 = outline[number - 1]
        if min(y1, y2) <= y < max(y1, y2) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            met += 1
    return met % 2 == 1


def lot(number: int, salt: int) -> int:
    """PostgreSQL's hashint8extended, the lower 31 bits, from its own source (Bob Jenkins' hash)."""
    low, high = number & MASK, (number >> 32) & MASK
    a = b = c = (0x9E3779B9 + 4 + 3923095) & MASK
    a, b, c = _mix((a + (salt >> 32)) & MASK, (b + salt) & MASK, c)
    return _final((a + (low ^ high)) & MASK, b, c) & 0x7FFFFFFF


def _turn(x: int, by: int) -> int:
    return ((x << by) | (x >> (32 - by))) & MASK


def _mix(a: int, b: int, c: int) -> tuple[int, int, int]:
    for by in (4, 6, 8, 16, 19, 4):
        a = (a - c) & MASK
        a ^= _turn(c, by)
        c = (c + b) & MASK
        a, b, c = b, c, a
    return a, b, c


def _final(a: int, b: int, c: int) -> int:
    for by in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - _turn(b, by)) & MASK
        a, b, c = b, c, a
    return b  # the rounds hand the names on: the last one written is in `b`
