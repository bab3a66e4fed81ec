"""The outbox's words in both languages. Small enough to need no catalog."""

from datetime import datetime

LANGUAGES = ("fr", "en")

WORDS = {
    "outbox": ("Boîte d’envoi", "Outbox"),
    "caught": ("Courrier retenu", "Caught mail"),
    "lead": (
        "Tout ce que la plateforme envoie arrive ici, et nulle part ailleurs.",
        "Everything that the platform sends arrives here, and nowhere else.",
    ),
    "none": ("Aucun message pour l’instant", "No message yet"),
    "none_text": (
        "Inscrivez une campagne ou envoyez un message depuis le bureau : il apparaîtra ici à l’instant où il part.",
        "Sign a campaign up or send a message from the office: it will show here the moment it leaves.",
    ),
    "none_for": ("Aucun message pour «\u00a0{to}\u00a0».", "No message for “{to}”."),
    "all": ("Voir tous les messages", "See all messages"),
    "count_one": ("1 message", "1 message"),
    "count": ("{n} messages", "{n} messages"),
    "recipient": ("Destinataire", "Recipient"),
    "recipient_help": ("Une adresse, ou une partie : @example.org", "An address, or a part of one: @example.org"),
    "search": ("Chercher", "Search"),
    "refresh": ("Actualiser", "Refresh"),
    "to": ("À", "To"),
    "from": ("De", "From"),
    "subject": ("Objet", "Subject"),
    "no_subject": ("(sans objet)", "(no subject)"),
    "arrived": ("Arrivé", "Arrived"),
    "size": ("Taille", "Size"),
    "and_more": ("et {n} autres", "and {n} more"),
    "page": ("{first} à {last} sur {n}", "{first} to {last} of {n}"),
    "newer": ("Plus récents", "Newer"),
    "older": ("Plus anciens", "Older"),
    "delete_all": ("Effacer les {n} messages", "Delete all {n} messages"),
    "delete_one": ("Effacer le message", "Delete the message"),
    "delete_title": ("Vider la boîte d’envoi ?", "Empty the outbox?"),
    "delete_text": (
        "Les messages retenus seront effacés de ce poste, sans retour possible. Rien d’autre ne change.",
        "The caught messages will be deleted from this machine for good. Nothing else changes.",
    ),
    "keep": ("Les garder", "Keep them"),
    "message": ("Message", "Message"),
    "text": ("Texte", "Text"),
    "source": ("Source", "Source"),
    "headers": ("En-têtes", "Headers"),
    "parts": ("Parties du message", "Parts of the message"),
    "attachments": ("Pièces jointes", "Attachments"),
    "no_html": ("Ce message n’a pas de partie HTML.", "This message has no HTML part."),
    "no_text": ("Ce message n’a pas de partie texte.", "This message has no text part."),
    "download": ("Télécharger le .eml", "Download the .eml"),
    "cut": ("Affichage coupé à {n}. Le fichier entier se télécharge.", "Cut at {n}. The whole file can be downloaded."),
    "other_language": ("English", "Français"),
    "gone": ("Ce message n’est plus là", "This message is no longer here"),
    "gone_text": ("La boîte a peut-être été vidée.", "The outbox may have been emptied."),
    "skip": ("Aller au contenu", "Skip to content"),
    "bytes": ("o", "B"),
}
NARROW = "\u00a0"
MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


class Words:
    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "fr"
        self.other = "en" if self.language == "fr" else "fr"

    def __call__(self, key: str, **values: object) -> str:
        text = WORDS[key][LANGUAGES.index(self.language)].format(**values)
        return text.replace(" :", NARROW + ":").replace(" ?", NARROW + "?") if self.language == "fr" else text

    def number(self, value: int) -> str:
        return f"{value:,}".replace(",", NARROW if self.language == "fr" else ",")

    def count(self, value: int) -> str:
        return self("count_one") if value == 1 else self("count", n=self.number(value))

    def size(self, value: int) -> str:
        unit = self("bytes")
        for prefix in ("", "k", "M"):
            if value < 1000 or prefix == "M":
                return f"{self.number(value)}{NARROW}{prefix}{unit}"
            value = round(value / 1000)
        return ""

    def moment(self, at: float, *, now: float) -> str:
        then, today = (datetime.fromtimestamp(value).astimezone() for value in (at, now))
        if then.date() == today.date():
            return f"{then:%H:%M:%S}"
        if self.language == "fr":
            return f"{then.day}{NARROW}{MONTHS[then.month - 1]} {then:%H:%M}"
        return f"{then.day}{NARROW}{then:%b %H:%M}"


def preferred_language(header: str) -> str:
    """The first of our languages in Accept-Language; French when none is there."""
    for part in header.lower().split(","):
        if part.strip()[:2] in LANGUAGES:
            return part.strip()[:2]
    return "fr"
