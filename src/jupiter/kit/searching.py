"""Words as searches compare them: upper case, no accents, nothing but letters, figures and single spaces."""

import re
import unicodedata

WORD = re.compile(r"[A-Z0-9]+")
SHORTEST = 2  # characters a search must have
BEGINNING_OF_A_PLATE = re.compile(r"[A-Z]{2}-[0-9]{2,3}(-[A-Z]{0,2})?", re.IGNORECASE)  # no model is written so

Pattern = str | tuple[str | tuple[str, ...], ...]  # a word; of several in brackets, one; all of those in brackets within


def plain(text: str) -> str:
    """« Dupont-Élise » is DUPONT ELISE."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.replace("\x00", " ")) if not unicodedata.combining(sign))
    return " ".join(WORD.findall(bare.upper().replace("Œ", "OE").replace("Æ", "AE")))


def as_number_or_words(typed: str) -> list[Pattern]:
    """For kit.walls.holds: all of it as one number, « 06 12 34 56 78 », or every one of its words, in any order. Empty for nothing.

    The beginning of a plate, « GA-383- », is a number only: its words stand in many a VIN.
    """
    if BEGINNING_OF_A_PLATE.fullmatch(typed.strip()):
        return [squeezed(typed)]
    words = tuple(plain(typed).split())
    return [(squeezed(typed), words)] if words else []


def squeezed(text: str) -> str:
    """A number whatever stands between its characters: eg-702 hq is EG702HQ."""
    return plain(text).replace(" ", "")
