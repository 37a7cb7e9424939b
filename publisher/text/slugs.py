"""Slugs: what a title or a file name becomes as a part of a URL, by the rule of each generator.

Pure. None of them percent-encodes: the slug of `Ü` may be `Ü`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

_KEPT_BY_HUGO = "._#+~-@/"
# https://www.getzola.org/documentation/getting-started/configuration/ has the modes.
_DROPPED_BY_ZOLA = re.compile(r"[<>:/|?*#\\()\[\]\n\t]")


def slugify(text: str, *, mode: Literal["default", "pretty"]) -> str:
    """Jekyll's slug: what is not a letter, a mark or a digit becomes one hyphen.

    `pretty` also keeps `._~!$&'()+,;=@`. The case stays.
    """
    keep = "._~!$&'()+,;=@" if mode == "pretty" else ""
    folded = "".join(c if c in keep or is_word(c) else "-" for c in text)
    slug = re.sub(r"-{2,}", "-", folded)
    return slug.removeprefix("-").removesuffix("-")


def ascii_slug(text: str) -> str:
    """Small letters and digits of ASCII without accents, one hyphen for everything between them.

    It is the rule of Nikola, of Zola and, behind its own, of Pelican.
    """
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o"))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")


def hugo_slug(text: str) -> str:
    """Letters, digits and `._#+~-@/` stay, in their case; blanks become one hyphen."""
    made: list[str] = []
    blank = False
    for character in text.strip():
        if character in _KEPT_BY_HUGO or is_word(character):
            if blank and character != "-" and made[-1:] != ["-"]:
                made.append("-")
            made.append(character)
            blank = False
        elif made and character.isspace():
            blank = True
    return "".join(made)


def pelican_slug(text: str, *, use_unicode: bool, preserve_case: bool) -> str:
    """ASCII, unless `SLUGIFY_USE_UNICODE` is set; only then `SLUGIFY_PRESERVE_CASE` counts."""
    plain = re.sub(r"[^\w\s-]", "", text)
    plain = re.sub(r"[-\s]+", "-", plain.strip())
    if not use_unicode:
        return ascii_slug(plain)
    return plain if preserve_case else plain.lower()


def zola_slug(text: str, mode: str) -> str:
    """`mode` is the setting `slugify.paths`: `on`, `safe` or `off`."""
    if mode == "off":
        return text
    if mode == "safe":
        return re.sub(r"\s", "_", _DROPPED_BY_ZOLA.sub("", text)).strip(" .")
    return ascii_slug(text)


def is_word(character: str) -> bool:
    """Whether Unicode calls it a letter, a mark or a decimal digit."""
    return unicodedata.category(character)[0] in "LM" or unicodedata.category(character) == "Nd"
