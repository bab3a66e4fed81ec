"""The demo's site: the starter pages made the campaign's own, as its team would in the editor."""

from datetime import datetime, timedelta
from typing import Any

from controlplane.demo import site_texts as texts
from controlplane.demo.fields import POLLING_DAY, make_fields
from sitebuilder.pages.models import ContentPage, HomePage
from sitebuilder.pages.starter import block, item
from tenants.users.models import User

PROGRAM = "programme"


def furnish_site(*, by: User, now: datetime) -> None:
    """Nothing is touched once the program is there: from then on the site is whoever tries it out."""
    home = HomePage.objects.first()
    if home is None or home.get_children().filter(slug=PROGRAM).exists():
        return
    program = _add_program(home, by)
    _rewrite_about(home, by)
    home.refresh_from_db()
    home.body = _home(program, now)
    home.search_description = (
        "Inès Castellan, candidate à la mairie de Marseille\xa0: le programme, l’équipe, et comment nous rejoindre."
    )
    home.save_revision(user=by).publish(user=by)


def _home(program: ContentPage, now: datetime) -> list[dict[str, Any]]:
    return [
        block(
            "hero",
            {
                "tone": "brand",
                "eyebrow": "Élections municipales",
                "title": "Marseille\nà voix\nhaute",
                "name": "Inès Castellan",
                "role": "médecin urgentiste, candidate à la mairie",
                "lead": "Une ville qui parle fort mérite une mairie qui écoute. Soixante-quatre groupes de quartier écrivent ce "
                "programme. Le vôtre vous attend.",
                "drawing": "portrait",
                "treatment": "cutout",
                "form_title": "Rejoignez {count} voisins",
                "button": "Je rejoins",
            },
        ),
        block("counters", {"tone": "paper", "counters": [item(one) for one in _counters()]}),
        block(
            "proposals",
            {
                "tone": "paper",
                "menu": "Nos engagements",
                "eyebrow": "Le programme",
                "title": "Six engagements, chiffrés et datés",
                "intro": "Écrits avec 4 000 habitants, de porte en porte. Si l’un d’eux n’est pas tenu, vous saurez pourquoi.",
                "proposals": [item({"title": title, "text": text}) for title, text in texts.PROPOSALS],
                "page": program.pk,
                "button": "Lire tout le programme",
            },
        ),
        block(
            "quote",
            {"tone": "ink", "text": texts.QUOTE, "author": "Inès Castellan", "context": "réunion de la Belle de Mai"},
        ),
        _team(),
        _news(now),
        block(
            "questions",
            {
                "tone": "soft",
                "menu": "Questions",
                "eyebrow": "Questions",
                "title": "On nous le demande souvent",
                "questions": [item({"question": question, "answer": answer}) for question, answer in texts.QUESTIONS],
            },
        ),
        block("join", {"tone": "brand", "title": "À vous. Prenez la parole", "button": "Rejoindre la campagne"}),
    ]


def _counters() -> list[dict[str, Any]]:
    return [
        {"label": "habitants nous ont rejoints", "source": "supporters", "minimum": 100},
        {"label": "groupes de quartier actifs", "source": "typed", "typed": 64},
        {"label": "réunions tenues depuis septembre", "source": "typed", "typed": 213},
    ]


def _team() -> dict[str, Any]:
    people = [{"name": name, "line": line, "role": role, "drawing": face} for name, line, role, face in texts.TEAM]
    return block(
        "team",
        {
            "tone": "paper",
            "menu": "L’équipe",
            "eyebrow": "L’équipe",
            "title": "Cent une personnes, seize arrondissements",
            "intro": "Aucun parachuté\xa0: tous vivent dans le secteur où ils se présentent.",
            "people": [item(person) for person in people],
        },
    )


def _news(now: datetime) -> dict[str, Any]:
    stories = [
        {
            "topic": topic,
            "date": (now - timedelta(days=days)).date().isoformat(),
            "title": title,
            "text": text,
            "drawing": drawing,
        }
        for topic, days, title, text, drawing in texts.STORIES
    ]
    return block(
        "news",
        {
            "tone": "paper",
            "menu": "Actualités",
            "eyebrow": "Actualités",
            "title": "Du terrain",
            "stories": [item(one) for one in stories],
        },
    )


def _add_program(home: HomePage, by: User) -> ContentPage:
    chapters = [
        block(
            "proposals",
            {
                "tone": "paper" if number % 2 else "soft",
                "eyebrow": f"Chapitre {number}",
                "title": title,
                "start": 1 + sum(len(earlier) for _title, earlier in texts.CHAPTERS[: number - 1]),
                "proposals": [item({"title": name, "text": text}) for name, text in proposals],
            },
        )
        for number, (title, proposals) in enumerate(texts.CHAPTERS, start=1)
    ]
    page = ContentPage(
        title="Douze engagements pour une ville qui s’écoute",
        slug=PROGRAM,
        eyebrow="Le programme",
        intro="Chaque engagement a un coût, une échéance et un responsable. Si l’un d’eux n’est pas tenu, vous saurez pourquoi.",
        body=[
            *chapters,
            block("join", {"tone": "brand", "title": "À vous. Prenez la parole", "button": "Rejoindre la campagne"}),
        ],
        search_description="Le programme de Demain Marseille\xa0: douze engagements, leur coût et leur échéance.",
    )
    home.add_child(instance=page)
    page.save_revision(user=by).publish(user=by)
    return page


def _rewrite_about(home: HomePage, by: User) -> None:
    page = ContentPage.objects.child_of(home).filter(slug="qui-sommes-nous").first()
    if page is None:
        return
    page.intro = (
        "Des soignants, des profs, un maître-nageur, une notaire\xa0: des gens d’ici, qui ont décidé de s’y mettre."
    )
    page.body = [
        block("text", {"tone": "paper", "title": "Une médecin, cent une personnes", "text": texts.ABOUT}),
        block(
            "image",
            {
                "tone": "paper",
                "drawing": "marche",
                "alt": "Des étals de marché",
                "caption": "Place Jean-Jaurès, un samedi",
            },
        ),
        _team(),
        block(
            "join",
            {
                "tone": "brand",
                "title": "Venez avec nous",
                "button": "Rejoindre la campagne",
                "ask_fields": [str(make_fields()[POLLING_DAY].key)],
            },
        ),
    ]
    page.save_revision(user=by).publish(user=by)
