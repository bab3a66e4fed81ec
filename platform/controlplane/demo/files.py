"""Contact files as campaigns really have them: from a spreadsheet, in French, with accents and slips."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from controlplane.demo.people import Invented, Inventor

HEADERS = (
    "Nom", "Prénom", "E-mail", "Téléphone", "Adresse", "Code postal", "Ville", "Date de naissance", "Profession",
    "Niveau de soutien", "Étiquettes", "Accord e-mail", "Accord téléphone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ContactFile:
    file_name: str
    title: str
    days_ago: int
    share: float  # of the demo's people
    source_type: str
    proof: str
    wording: str
    tags: tuple[str, ...]
    encoding: str = "utf-8-sig"
    keenness: float = 0.4
    has_slips: bool = False  # rows that somebody must look after


FILES = (
    ContactFile(
        file_name="contacts-campagne-2020.csv",
        title="Contacts de la campagne 2020",
        days_ago=176,
        share=0.3,
        source_type="former_tool",
        proof="Export de l’ancien outil, fichier remis par Odile le jour du lancement. Formulaires gardés au local.",
        wording="J’accepte de recevoir les nouvelles de la campagne et de ses suites.",
        tags=("campagne 2020",),
        encoding="cp1252",
    ),
    ContactFile(
        file_name="emargement-reunions-automne.csv",
        title="Feuilles d’émargement, réunions d’automne",
        days_ago=37,
        share=0.09,
        source_type="supporters",
        proof="Dix-sept feuilles d’émargement signées, classeur bleu du local.",
        wording="Je souhaite être tenu au courant par e-mail.",
        tags=("réunion publique",),
        keenness=0.8,
    ),
    ContactFile(
        file_name="carnets-belle-de-mai.csv",
        title="Carnets du porte-à-porte, Belle de Mai",
        days_ago=16,
        share=0.05,
        source_type="supporters",
        proof="Carnets des onze binômes de samedi, saisis par Mariama.",
        wording="J’accepte que Demain Marseille me recontacte.",
        tags=("rencontré à sa porte",),
        keenness=0.5,
        has_slips=True,
    ),
)


def contact_file(file: ContactFile, people: Sequence[Invented], *, rng: Random) -> bytes:
    rows = [_row(one) for one in people]
    if file.has_slips:
        rows = list(_with_slips(rows, rng))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADERS)
    writer.writerows(rows)
    return text.getvalue().encode(file.encoding, errors="replace")


def people_for(file: ContactFile, inventor: Inventor, *, count: int) -> list[Invented]:
    return [inventor.contact(inventor.now, keenness=file.keenness) for _ in range(count)]


def _row(one: Invented) -> list[str]:
    place = one.place
    return [
        one.last_name,
        one.first_name,
        one.email,
        _spaced(one.phone),
        place.street if place else "",
        place.postcode if place else "",
        place.city if place else "",
        one.birth_date.strftime("%d/%m/%Y") if one.birth_date else "",
        one.occupation,
        str(one.support_level or ""),
        ", ".join(one.tags),
        _yes(one.channels.get("email")),
        _yes(one.channels.get("phone")),
    ]


def _with_slips(rows: Iterable[list[str]], rng: Random) -> Iterable[list[str]]:
    """A tired volunteer on a Saturday evening: no name and no address, a date that is none, a mail without its domain."""
    for number, row in enumerate(rows):
        if number % 23 == 7:
            yield ["", "", rng.choice(["illisible", "", "pas d’e-mail"]), "", *row[4:7], "", "", row[9], "", "", ""]
        if number % 41 == 11:
            yield [*row[:7], "31/02/1980", *row[8:]]
        elif number % 37 == 5:
            yield [*row[:2], "prenom.nom@", *row[3:]]
        else:
            yield row


def _spaced(phone: str) -> str:
    """+33465711234 as one writes it: 04 65 71 12 34."""
    national = phone.replace("+33", "0")
    return " ".join(national[at : at + 2] for at in range(0, len(national), 2))


def _yes(answer: bool | None) -> str:
    return {True: "oui", False: "non", None: ""}[answer]
