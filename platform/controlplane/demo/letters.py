"""What the demo campaign wrote to its supporters."""

from dataclasses import dataclass
from typing import Any

Block = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    preheader: str
    blocks: tuple[Block, ...]
    segment: str = ""  # empty: everyone who may be reached
    days_ago: int = 0


SENT = (
    Letter(
        subject="Marseille à voix haute, c’est parti",
        preheader="Six engagements, chiffrés et datés. Dites-nous lequel vous tient à cœur.",
        days_ago=61,
        blocks=(
            ("text", "<p>Bonjour {{ prénom }},</p><p>Une ville qui parle fort mérite une mairie qui écoute. Depuis six mois, "
             "nous frappons aux portes, des Crottes à la Pointe-Rouge. Voici ce que vous nous avez dit, et ce que nous en ferons.</p>"),
            ("heading", "Six engagements, pas un de plus"),
            ("text", "<ul><li><b>Des écoles qui ne prennent plus l’eau</b>\xa0: cent quatre-vingts rénovées en six ans.</li>"
             "<li><b>Un bus toutes les huit minutes</b>, de 5 h à minuit.</li>"
             "<li><b>Plus un seul immeuble en péril</b>\xa0: permis de louer et quarante inspecteurs.</li>"
             "<li><b>L’ombre comme service public</b>\xa0: quarante mille arbres.</li>"
             "<li><b>La mer, pour tous</b>\xa0: navettes gratuites le week-end.</li>"
             "<li><b>Des comptes à cœur ouvert</b>\xa0: chaque marché en ligne le jour de sa signature.</li></ul>"),
            ("quote", {"text": "On a dit de Marseille qu’elle était trop bruyante. Je crois qu’on ne l’a pas assez écoutée.",
                       "who": "Inès Castellan"}),
            ("button", {"label": "Lire le programme", "link": "{site}programme/"}),
            ("text", "<p>À très vite,<br/>Inès</p>"),
        ),
    ),
    Letter(
        subject="Jeudi, parlons des bus de nuit",
        preheader="19 h, salle de l’Alcazar. Venez avec votre trajet le plus absurde.",
        segment="Moins de 30 ans",
        days_ago=23,
        blocks=(
            ("text", "<p>Salut {{ prénom }},</p><p>Rentrer d’un concert de la Friche à pied parce que le dernier bus est à 21 h\xa0: "
             "tout le monde a son histoire. Jeudi, on les met sur une carte, et on écrit ensemble la page «\xa0transports\xa0» du programme.</p>"),
            ("heading", "Jeudi, 19 h, salle de l’Alcazar"),
            ("text", "<p>Entrée libre, cours Belsunce. Il y aura de quoi grignoter, et Yanis, qui conduit le 31 depuis douze ans.</p>"),
            ("button", {"label": "Je viens", "link": "{site}"}),
            ("text", "<p>Mariama, pour l’équipe</p>"),
        ),
    ),
    Letter(
        subject="Samedi, la Belle de Mai palier par palier",
        preheader="Deux heures, un binôme, trois cents portes. Débutants bienvenus.",
        days_ago=4,
        blocks=(
            ("text", "<p>Bonjour {{ prénom }},</p><p>On frappe, on écoute, on note. Samedi matin, nous serons une quarantaine à la Belle de Mai. "
             "Chacun part avec quelqu’un qui l’a déjà fait\xa0: si vous n’osez pas frapper, vous tiendrez le carnet. C’est le plus beau rôle.</p>"),
            ("heading", "Place Bernard-Cadenat, samedi à 10 h"),
            ("text", "<ul><li>10 h\xa0: café, binômes et plan des rues.</li><li>10 h 30\xa0: trois cents portes, deux questions.</li>"
             "<li>12 h\xa0: retour, récits, et ce que l’on promet de rappeler.</li></ul>"),
            ("button", {"label": "Je viens samedi", "link": "{site}"}),
            ("text", "<p>Vous n’êtes pas libre\xa0? Transférez ce message à une voisine, c’est déjà beaucoup.</p><p>Inès</p>"),
        ),
    ),
)  # fmt: skip

DRAFT = Letter(
    subject="Le permis de louer, comment ça marche ?",
    preheader="Une réunion d’appartement, rue de Lodi, pour en parler sans jargon.",
    segment="Centre-ville et logement",
    blocks=(
        ("text", "<p>Bonjour {{ prénom }},</p><p>Vous nous avez parlé de votre immeuble. Nous voulons vous montrer ce que changerait "
         "un permis de louer dans votre rue, avec une architecte et un ancien inspecteur.</p>"),
        ("heading", "Mardi, 18 h 30, chez Odile"),
        ("text", "<p>Quarante places\xa0: répondez à ce message pour en garder une.</p>"),
    ),
)  # fmt: skip
