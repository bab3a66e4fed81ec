"""A population of which it is known who is who: households, twins, fathers and sons, and people who came twice."""

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

FIRST = """Marie Jean Pierre Michel André Philippe Nathalie Isabelle Sylvie Catherine Martine Alain Jacques Bernard Daniel Françoise Christine
Monique Nicolas Patrick Laurent Christophe Stéphane Sandrine Véronique Céline Sophie Valérie Thierry Frédéric David Julien Sébastien Olivier
Pascal Éric Christian Claude Dominique Gérard Camille Léa Manon Chloé Emma Inès Jade Louise Alice Zoé Juliette Lucas Hugo Louis Jules Arthur
Gabriel Raphaël Adam Nathan Ethan Paul Léo Tom Mathis Noah Théo Maxime Antoine Alexandre Thomas Clément Romain Benjamin Quentin Kévin Florian
Aïcha Fatima Mohamed Karim Yasmine Samira Mehdi Rachid Leïla Nadia Amadou Fatoumata Ibrahima Mariam Moussa Ousmane Awa Seydou Linh Minh Anh
Giulia Marco Paolo Ana João Pedro Carmen José Luis Hélène Odile Geneviève Solène Maëlle Gwenaëlle Yann Loïc Erwan Ronan Anaïs Océane Aurore
Jean-Pierre Jean-Marc Marie-Claude Anne-Sophie Jean-Luc Marie-Thérèse Jean-François Anne-Marie Marie-Hélène Lou Ève Guy Rémi Noël Gaël Cyril
Agathe Apolline Barnabé Bérénice Blandine Côme Eudes Fleur Gaspard Hortense Ignace Joséphine Léopold Mahaut Octave Pénélope Quitterie""".split()  # noqa: SIM905 -- as one reads names
COMMON = """Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David Bertrand Morel Fournier
Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure André Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand
Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer
Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martínez Gérard Roche Renard Schmitt Roy Leroux Colin Vidal
Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois Pierre Benoît Rey Leclerc Payet Rolland Leclercq Guillaume
Nguyen Traoré Diallo Ben-Ali Da-Silva De-La-Tour""".split()  # noqa: SIM905 -- as one reads names
HEADS = [
    "Bar",
    "Bel",
    "Ber",
    "Bou",
    "Bra",
    "Cha",
    "Cou",
    "Del",
    "Des",
    "Dou",
    "Fab",
    "Gar",
    "Gen",
    "Gou",
    "Gré",
    "Gui",
    "Jan",
    "Lac",
    "Lam",
    "Lau",
    "Mal",
    "Mar",
    "Mer",
    "Mon",
    "Nau",
    "Per",
    "Pic",
    "Pou",
    "Ran",
    "Rav",
    "Ri",
    "Ros",
    "Sal",
    "Sau",
    "Tar",
    "Tri",
    "Val",
    "Ver",
    "Vi",
    "Zie",
]
MIDDLES = [
    "a",
    "an",
    "ar",
    "e",
    "el",
    "en",
    "er",
    "i",
    "ill",
    "in",
    "o",
    "on",
    "ou",
    "oul",
    "u",
    "und",
    "al",
    "as",
    "ette",
    "iss",
    "oi",
    "ai",
    "ach",
    "eau",
    "ien",
]
TAILS = [
    "bert",
    "card",
    "chet",
    "court",
    "dier",
    "din",
    "doux",
    "fort",
    "gnon",
    "guet",
    "lard",
    "lier",
    "lot",
    "mand",
    "mier",
    "mont",
    "nac",
    "neau",
    "net",
    "nier",
    "pin",
    "quet",
    "ral",
    "reau",
    "rier",
    "rot",
    "sac",
    "sier",
    "sin",
    "tel",
    "tier",
    "toux",
    "vel",
    "vier",
    "ville",
    "zac",
]
STREETS = [
    "rue de la Paix",
    "rue Victor-Hugo",
    "avenue Jean-Jaurès",
    "rue des Lilas",
    "boulevard Voltaire",
    "impasse du Moulin",
    "rue Pasteur",
    "place de la Mairie",
    "chemin des Vignes",
    "rue du 8-Mai-1945",
    "allée des Tilleuls",
    "rue de l’Église",
    "quai du Port",
    "cours Lieutaud",
    "montée des Accoules",
    "rue Gambetta",
]
MAILS = (
    "gmail.com",
    "gmail.com",
    "gmail.com",
    "orange.fr",
    "free.fr",
    "laposte.net",
    "hotmail.fr",
    "wanadoo.fr",
    "example.org",
)


@dataclass(frozen=True, slots=True)
class Somebody:
    human: int  # the truth
    first: str
    last: str
    birth: str = ""
    born: date | None = None
    gender: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    email: str = ""
    phone: str = ""


class Population:
    def __init__(self, size: int, seed: int = 1) -> None:
        self.size, self.dice = size, random.Random(seed)  # noqa: S311 -- a benchmark's dice
        self._mail = self._human = 0
        self._written: set[str] = set()
        self._firsts = _falling(len(FIRST), 0.7)
        self._commons = _falling(len(COMMON), 0.5)
        self._places = [
            f"{self.dice.choice(range(1, 96)):02d}{self.dice.randrange(0, 990, 10):03d}" for _ in range(6_000)
        ]

    def people(self) -> Iterator[Somebody]:
        told = 0
        while told < self.size:
            for one in self._household():
                yield one
                told += 1
                if self.dice.random() < 0.03:
                    for _ in range(1 + (self.dice.random() < 0.1)):
                        yield self._again(one)
                        told += 1

    def _household(self) -> list[Somebody]:
        """Half live alone; the others share a roof, mostly a name, sometimes a telephone. None of them is a duplicate."""
        dice = self.dice
        street, postcode = f"{dice.randrange(1, 180)} {dice.choice(STREETS)}", dice.choice(self._places)
        last, phone, born = self._last(), self._phone(), self._born(1940, 2006)
        size = 1 if dice.random() < 0.5 else dice.choice((2, 2, 3, 4))
        home = {"street": street, "postcode": postcode, "city": f"Ville {postcode[:3]}"}
        people: list[Somebody] = []
        for number in range(size):
            own = last if dice.random() < 0.85 else self._last()
            shares_phone = number > 0 and dice.random() < 0.25
            called = {one.first for one in people}
            own_phone = phone if shares_phone or not number else self._phone()
            people.append(self._somebody(own, own_phone, home, called))
        if size > 1 and (draw := dice.random()) < 0.06:
            if draw < 0.03:  # twins: all the same but for the first name
                people[1] = replace(people[1], last=people[0].last, born=born, phone=people[0].phone)
                people[0] = replace(people[0], born=born)
            else:  # father and son of one name
                elder = date(dice.randrange(1940, 1970), dice.randrange(1, 13), dice.randrange(1, 29))
                people[0] = replace(people[0], born=elder)
                younger = elder + timedelta(days=dice.randrange(20, 36) * 365 + dice.randrange(365))
                people[1] = replace(
                    people[1],
                    first=people[0].first,
                    last=people[0].last,
                    gender=people[0].gender,
                    phone=people[0].phone,
                    born=younger,
                )
        return [self._as_known(one) for one in people]

    def _somebody(self, last: str, phone: str, home: dict[str, str], called: set[str]) -> Somebody:
        """Under one roof nobody has another's first name, but for fathers and sons."""
        self._human += 1
        first = self.dice.choices(FIRST, cum_weights=self._firsts)[0]
        while first in called:
            first = self.dice.choices(FIRST, cum_weights=self._firsts)[0]
        email, born = self._email(first, last), self._born(1940, 2006)
        return Somebody(self._human, first, last, "", born, self.dice.choice("fm"), email=email, phone=phone, **home)

    def _as_known(self, one: Somebody) -> Somebody:
        """What a campaign's file holds of somebody: mostly a name and an e-mail, often more."""
        dice = self.dice
        return replace(
            one,
            born=one.born if dice.random() < 0.75 else None,
            gender=one.gender if dice.random() < 0.5 else "",
            phone=one.phone if dice.random() < 0.65 else "",
            email=one.email if dice.random() < 0.85 else "",
            **({} if dice.random() < 0.8 else {"street": ""}),
        )

    def _again(self, one: Somebody) -> Somebody:
        """The same human being, told by another file or typed by herself in a hurry."""
        dice = self.dice
        first, last, birth = self._name_again(one)
        again = replace(
            one,
            first=first,
            last=last,
            birth=birth,
            born=self._born_again(one),
            email=self._email_again(one, first, last),
            phone=one.phone if dice.random() < 0.6 else self._phone() if dice.random() < 0.3 else "",
        )
        if dice.random() < 0.2:
            street = f"{dice.randrange(1, 180)} {dice.choice(STREETS)}"
            return replace(again, street=street, postcode=dice.choice(self._places))
        return replace(again, street="", postcode="", city="") if dice.random() < 0.2 else again

    def _name_again(self, one: Somebody) -> tuple[str, str, str]:
        """First name, last name, birth name: with a slip, swapped, without accents, married, shortened, or as it was."""
        dice, draw = self.dice, self.dice.random()
        if draw < 0.12:
            return _slip(one.first, dice), one.last, ""
        if draw < 0.24:
            return one.first, _slip(one.last, dice), ""
        if draw < 0.32:
            return one.last, one.first, ""
        if draw < 0.42:
            return _plain(one.first).upper(), _plain(one.last).upper(), ""
        if draw < 0.50:
            return one.first, self._last(), one.last if dice.random() < 0.7 else ""
        return one.first.split("-")[0] if draw < 0.56 else one.first, one.last, ""

    def _born_again(self, one: Somebody) -> date | None:
        draw = self.dice.random()
        if one.born and draw < 0.08:
            return _other_day(one.born, self.dice)
        return None if draw < 0.25 else one.born

    def _email_again(self, one: Somebody, first: str, last: str) -> str:
        draw, (local, _, domain) = self.dice.random(), one.email.partition("@")
        made = ""
        if one.email and draw < 0.15 and domain == "gmail.com":
            made = f"{local.replace('.', '')}@gmail.com" if "." in local else f"{local}+infos@gmail.com"
        elif one.email and draw < 0.35:
            made = f"{local}@{self.dice.choice([each for each in MAILS if each != domain])}"
        if made and made not in self._written:
            self._written.add(made)
            return made
        return self._email(first, last) if draw < 0.75 else ""

    def _email(self, first: str, last: str) -> str:
        self._mail += 1
        name = _plain(f"{first}.{last}").lower().replace(" ", "").replace("-", "")
        draw = self.dice.random()
        if draw < 0.3:
            name = f"{''.join(self.dice.choices(string.ascii_lowercase, k=8))}"
        return f"{name}{self._mail}@{self.dice.choice(MAILS)}"

    def _last(self) -> str:
        dice = self.dice
        if dice.random() < 0.2:
            return dice.choices(COMMON, cum_weights=self._commons)[0]
        return dice.choice(HEADS) + dice.choice(MIDDLES) + dice.choice(TAILS)

    def _phone(self) -> str:
        return f"+33{self.dice.choice('67')}{self.dice.randrange(10**8):08d}"

    def _born(self, first: int, last: int) -> date:
        if self.dice.random() < 0.01:
            return date(self.dice.randrange(first, last), 1, 1)
        return date(first, 1, 1) + timedelta(days=self.dice.randrange((last - first) * 365))


def _falling(count: int, power: float) -> list[float]:
    total, weights = 0.0, []
    for number in range(1, count + 1):
        total += 1 / number**power
        weights.append(total)
    return weights


def _slip(name: str, dice: random.Random) -> str:
    """A letter left out, doubled, changed or swapped with its neighbour."""
    if len(name) < 4:
        return name
    at = dice.randrange(1, len(name) - 1)
    kind = dice.randrange(4)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at] + name[at:]
    if kind == 2:
        return name[:at] + dice.choice(string.ascii_lowercase) + name[at + 1 :]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _other_day(born: date, dice: random.Random) -> date:
    if dice.random() < 0.4 and born.day <= 12:
        return date(born.year, born.day, born.month)
    return date(born.year - 10 if dice.random() < 0.5 else born.year + 1, born.month, min(born.day, 28))


def _plain(text: str) -> str:
    return text.translate(str.maketrans("àâäéèêëîïôöùûüçÉÈÀÇíãñ", "aaaeeeeiioouuucEEACian"))
