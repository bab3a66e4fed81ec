"""Five thousand people who do not exist. The same seed gives the same people."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

from controlplane.demo.names import FAMILIES, MEN, OCCUPATIONS, WOMEN
from controlplane.demo.places import Drawer, Place

# Reserved names (RFC 2606, RFC 6761): a message to them can reach nobody.
DOMAINS = (
    ("example.org", 5),
    ("courriel.example", 4),
    ("example.net", 3),
    ("boite.example", 3),
    ("example.com", 2),
    ("mel.example", 1),
)
# Numbers that the French regulator keeps for fiction. A reader of numbers may take 06 39 for Mayotte's: never in a file.
MOBILE, FIXED = "+3363998", "+3346571"
LANGUAGES = (("fr", 94), ("en", 2), ("ar", 2), ("es", 1), ("it", 1))
CAUSES = (
    ("logement", 30),
    ("transports", 26),
    ("écoles", 22),
    ("écologie", 24),
    ("mer et littoral", 14),
    ("propreté", 16),
)
HELPS = (("porte-à-porte", 42), ("tractage", 38), ("réunion d’appartement", 14), ("assesseur", 16), ("traduction", 6))
YOUNG = 30


@dataclass(frozen=True, slots=True)
class Invented:
    first_name: str
    last_name: str
    gender: str
    birth_date: date | None
    email: str
    phone: str
    place: Place | None
    occupation: str
    language: str
    support_level: int | None
    tags: tuple[str, ...]
    joined_at: datetime
    # What she ticked: channel to yes or no; nothing said is absent.
    channels: dict[str, bool] = field(default_factory=dict)
    accepts_targeting: bool = False
    accepts_measuring: bool = False


class Inventor:
    def __init__(self, rng: Random, *, now: datetime) -> None:
        self.rng = rng
        self.now = now
        self.places = Drawer(rng)
        self.emails: set[str] = set()
        self.phones: set[str] = set()

    def supporter(self, joined_at: datetime) -> Invented:
        """Somebody who signed up on the site."""
        rng = self.rng
        invented = self._somebody(joined_at, keenness=1.0)
        phone = self._phone(MOBILE) if rng.random() < 0.55 else ""
        place = invented.place if rng.random() < 0.93 else None
        odds = {"email": 0.965, "sms": 0.62 if phone else 0, "phone": 0.4 if phone else 0, "post": 0.3 if place else 0}
        # A box that is not ticked says nothing, as on the site's form.
        channels = {channel: True for channel, share in odds.items() if rng.random() < share}
        # Drawn apart from the rest, by her address.
        measured = Random(invented.email).random() < 0.44  # noqa: S311 -- invented people, not secrets
        return replace(
            invented,
            phone=phone,
            place=place,
            channels=channels,
            accepts_targeting=rng.random() < 0.58,
            accepts_measuring=measured,
        )

    def contact(self, joined_at: datetime, *, keenness: float = 0.4) -> Invented:
        """Somebody on a list that was brought along; not everything is known."""
        rng = self.rng
        invented = self._somebody(joined_at, keenness=keenness)
        email = invented.email if rng.random() < 0.9 else ""
        phone = self._phone(FIXED) if rng.random() < 0.6 or not email else ""
        channels = {"email": rng.random() < 0.86} if email else {}
        if phone and rng.random() < 0.6:
            channels["phone"] = rng.random() < 0.75
        return replace(invented, email=email, phone=phone, channels=channels)

    def _somebody(self, joined_at: datetime, *, keenness: float) -> Invented:
        rng = self.rng
        birth = self._birth_date()
        generation = 0 if birth.year < 1965 else 1 if birth.year < 1990 else 2
        gender = rng.choice("ffm") if rng.random() < 0.4 else rng.choice("fm")
        first_name = rng.choice((WOMEN if gender == "f" else MEN)[generation])
        last_name = rng.choice(FAMILIES)
        if rng.random() < 0.04:
            last_name = f"{last_name}-{rng.choice(FAMILIES)}"
        age = (self.now.date() - birth).days // 365
        return Invented(
            first_name=first_name,
            last_name=last_name,
            gender=gender if rng.random() < 0.8 else "",
            birth_date=birth if rng.random() < 0.62 else None,
            email=self._email(first_name, last_name, birth),
            phone="",
            place=self.places.draw(),
            occupation=rng.choice(OCCUPATIONS) if rng.random() < 0.22 else "",
            language=_pick(rng, LANGUAGES),
            support_level=self._support(keenness),
            tags=self._tags(age, keenness),
            joined_at=joined_at,
        )

    def _birth_date(self) -> date:
        age = min(93.0, max(16.2, self.rng.gauss(43, 17)))
        return (self.now - timedelta(days=age * 365.25)).date()

    def _email(self, first_name: str, last_name: str, birth: date) -> str:
        rng = self.rng
        first, last = _letters(first_name), _letters(last_name)
        domain = _pick(rng, DOMAINS)
        forms = (
            f"{first}.{last}",
            f"{first}{last}",
            f"{first[0]}.{last}",
            f"{last}.{first}",
            f"{first}.{last}{birth.year % 100:02d}",
        )
        local = rng.choice(forms)
        while f"{local}@{domain}" in self.emails:
            local = f"{first}.{last}{rng.randint(1, 9999)}"
        self.emails.add(f"{local}@{domain}")
        return f"{local}@{domain}"

    def _phone(self, start: str) -> str:
        number = f"{start}{self.rng.randrange(10_000):04d}"
        while number in self.phones:
            number = f"{start}{self.rng.randrange(10_000):04d}"
        self.phones.add(number)
        return number

    def _support(self, keenness: float) -> int | None:
        if self.rng.random() > 0.45:
            return None
        weights = (48, 30, 15, 5, 2) if keenness > 0.7 else (24, 30, 28, 11, 7)
        return self.rng.choices((1, 2, 3, 4, 5), weights)[0]

    def _tags(self, age: int, keenness: float) -> tuple[str, ...]:
        rng = self.rng
        tags = [name for name, percent in CAUSES if rng.random() < percent / 100 * (0.35 + 0.5 * keenness)]
        if age < YOUNG and rng.random() < 0.7:
            tags.append("jeunes")
        if rng.random() < 0.14 * keenness + 0.02:
            tags.append("bénévole")
            tags += [name for name, percent in HELPS if rng.random() < percent / 100]
        if rng.random() < 0.006:
            tags.append(rng.choice(("presse", "élu local", "élu local")))
        return tuple(tags)


def growing_moments(rng: Random, count: int, *, now: datetime, days: int) -> list[datetime]:
    """Moments over the last days, ever more of them, with the evenings and the Sundays that sign-ups have."""
    weights = [
        (0.25 + (day / days) ** 2.2) * (1.35 if (now - timedelta(days=days - day)).weekday() >= 5 else 1.0)
        for day in range(days)
    ]
    drawn = rng.choices(range(days), cum_weights=list(accumulate(weights)), k=count)
    hours = rng.choices((8, 9, 12, 13, 17, 18, 19, 20, 21, 22), (5, 6, 9, 6, 9, 14, 16, 17, 12, 6), k=count)
    moments = []
    for day, hour in zip(drawn, hours, strict=True):
        moment = (now - timedelta(days=days - 1 - day)).replace(
            hour=hour, minute=rng.randrange(60), second=rng.randrange(60)
        )
        moments.append(moment if moment < now else moment - timedelta(days=1))
    return sorted(moments)


def supporters(inventor: Inventor, moments: list[datetime]) -> Iterator[Invented]:
    return (inventor.supporter(moment) for moment in moments)


def _pick(rng: Random, weighted: tuple[tuple[str, int], ...]) -> str:
    return rng.choices([name for name, _weight in weighted], [weight for _name, weight in weighted])[0]


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha()).lower()
