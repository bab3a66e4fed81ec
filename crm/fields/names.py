import re
import unicodedata


def fold(text: str) -> str:
    """What two names must not share: no case, accents, signs. «Taille T-shirt» and «taille_t_shirt» are one."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    return " ".join(re.findall(r"[^\W_]+", letters))


def tidy(text: str) -> str:
    return " ".join(text.split())
