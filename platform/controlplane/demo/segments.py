"""Seven segments that a campaign of this size would really keep."""

from datetime import datetime, timedelta
from typing import Any

from controlplane.demo.fields import POLLING_DAY, make_fields
from crm.people.tagging import ensure_tags
from crm.segments.models import Segment
from crm.segments.services import add_segment
from tenants.users.models import User


def _segments() -> list[tuple[str, str, dict[str, Any]]]:
    volunteer, doors, leaflets, press, elected, young, housing = (
        ensure_tags([name])[0]
        for name in ("bénévole", "porte-à-porte", "tractage", "presse", "élu local", "jeunes", "logement")
    )
    polling_day = make_fields()[POLLING_DAY]
    return [
        ("Toute la liste", "La lettre de campagne, sans trier.", {"reach": {"by": ["email"]}}),
        (
            "Bénévoles de Marseille",
            "Pour les appels du samedi. Ni la presse, ni les élus.",
            {
                "all": [
                    {"all": [{"place": {"communes": ["13055"]}}]},
                    {"any": [{"tags": {"any": [volunteer, doors, leaflets]}}]},
                    {"not": {"any": [{"tags": {"any": [press, elected]}}]}},
                ]
            },
        ),
        (
            "Moins de 30 ans",
            "Les rendez-vous de la jeunesse.",
            {"any": [{"age": {"between": [None, 29]}}, {"tags": {"any": [young]}}]},
        ),
        (
            "Centre-ville et logement",
            "Réunions sur le permis de louer, du 1er au 6e.",
            {
                "all": [
                    {"place": {"postcodes": ["13001", "13002", "13003", "13004", "13005", "13006"]}},
                    {"tags": {"any": [housing]}},
                ]
            },
        ),
        ("Nouveaux depuis un mois", "À accueillir\xa0: un mot, puis une invitation.", {"joined": {"last_days": 30}}),
        (
            "À convaincre au porte-à-porte",
            "Indécis joignables par téléphone ou à leur porte. Jamais par message ciblé.",
            {"all": [{"support": {"in": [3]}}, {"reach": {"by": ["phone", "post"]}}]},
        ),
        (
            "Disponibles le jour du vote",
            "Pour tenir les bureaux et conduire des électeurs.",
            {"all": [{f"field:{polling_day.key}": {"yes": True}}, {"reach": {"by": ["phone", "sms"]}}]},
        ),
    ]


def make_segments(*, owner: User, now: datetime) -> dict[str, Segment]:
    for age, (name, description, criteria) in enumerate(_segments()):
        if not Segment.objects.filter(name=name).exists():
            add_segment(
                name=name, description=description, criteria=criteria, by=owner, now=now - timedelta(days=40 - 6 * age)
            )
    return {segment.name: segment for segment in Segment.objects.all()}
