"""Turn titles and file names into slugs, by the rule of each site generator. Pure.

No rule percent-encodes: the slug of `Ü` may be `Ü`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING, Literal

from publisher.text import site_patterns, transliteration

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEPT_BY_HUGO = "._#+~-@/\\"
_KEPT_AS_IT_IS = re.compile(r"[\w.#+~@/\\-]*", re.ASCII)
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_DROPPED_BY_ZOLA = re.compile(r"""[<>:"/\\|?*]""")
# hexo-util's escapeDiacritic, for letters that Unicode does not decompose: BASE:LETTERS.
_GROUPS = """
A:ȺⱯ AA:Ꜳ AE:Æ AO:Ꜵ AU:Ꜷ AV:ꜸꜺ AY:Ꜽ B:ƁƂɃ C:ƇȻꜾ D:ĐƉƊƋꝹ DZ:ǄǱ Dz:ǅǲ E:ƎƐ F:ƑꝻ G:ƓǤꝽꝾꞠ
H:ĦⱧⱵꞍ I:Ɨ J:Ɉ K:ƘⱩꝀꝂꝄꞢ L:ĿŁȽⱠⱢꝆꝈꞀ LJ:Ǉ Lj:ǈ M:ƜⱮ N:ƝȠꞐꞤ NJ:Ǌ Nj:ǋ O:ØƆƟꝊꝌ OE:Œ OI:Ƣ
OO:Ꝏ OU:Ȣ P:ƤⱣꝐꝒꝔ Q:ɊꝖꝘ R:ɌⱤꝚꞂꞦ S:ẞⱾꞄꞨ T:ŦƬƮȾꞆ TZ:Ꜩ U:Ʉ V:ƲɅꝞ VY:Ꝡ W:Ⱳ Y:ƳɎỾ Z:ƵȤⱫⱿꝢ
a:ɐẚⱥ aa:ꜳ ae:æ ao:ꜵ au:ꜷ av:ꜹꜻ ay:ꜽ b:ƀƃɓ c:ƈȼↄꜿ d:đƌɖɗꝺ dz:ǆǳ e:ǝɇɛ f:ƒꝼ g:ǥɠᵹꝿꞡ
h:ħɥⱨⱶ hv:ƕ i:ıɨ j:ɉ k:ƙⱪꝁꝃꝅꞣ l:ŀłſƚɫⱡꝇꝉꞁ lj:ǉ m:ɯɱ n:ŉƞɲꞑꞥ nj:ǌ o:øɔɵꝋꝍ oe:œ oi:ƣ
oo:ꝏ ou:ȣ p:ƥᵽꝑꝓꝕ q:ɋꝗꝙ r:ɍɽꝛꞃꞧ s:ßȿẛꞅꞩ t:ŧƭʈⱦꞇ tz:ꜩ u:ʉ v:ʋʌꝟ vy:ꝡ w:ⱳ y:ƴɏỿ z:ƶȥɀⱬꝣ
"""
_BASES = {
    letter: base
    for base, _, letters in (group.partition(":") for group in _GROUPS.split())
    for letter in letters
}
# The characters that hexo-util's slugize replaces by a hyphen.
_BETWEEN_WORDS = re.compile(r"""[\s~`!@#$%^&*()\-_+=\[\]{}|\\;:"'<>,.?/]+""")
_NOT_IN_ID = re.compile(r"[^\w\- ]")
_CONTROLS = re.compile(r"[\x00-\x1f]")
_DROPPED_BY_SLUG = re.compile(r"""[^A-Za-z0-9_\s$*+~.()'"!\-:@]""")


def slugify(text: str, *, mode: Literal["default", "pretty"]) -> str:
    """Jekyll's slug: letters, marks and digits; one hyphen replaces each run of other characters.

    The mode `pretty` also keeps `._~!$&'()+,;=@`. The case stays.
    """
    keep = "._~!$&'()+,;=@" if mode == "pretty" else ""
    folded = "".join(c if c in keep or is_word(c) else "-" for c in text)
    slug = re.sub(r"-{2,}", "-", folded)
    return slug.removeprefix("-").removesuffix("-")


def nikola_slug(text: str) -> str:
    """Nikola's slug: lower-case ASCII words, digits, `_` and `+`; one hyphen for each gap."""
    plain = re.sub(r"[^+\w\s-]", "", transliteration.unidecoded(text))
    return re.sub(r"[-\s]+", "-", plain.strip().lower())


def hugo_slug(text: str) -> str:
    """Hugo's slug: letters, digits and `._#+~-@/`, in their case; spaces become one hyphen.

    A percent sign stays before two hexadecimal digits.
    """
    if _KEPT_AS_IT_IS.fullmatch(text):
        return text
    slug: list[str] = []
    is_after_space = False
    for at, character in enumerate(text):
        is_kept = character in _KEPT_BY_HUGO or is_word(character) or _ESCAPE.match(text, at)
        if is_kept:
            if is_after_space and character != "-" and slug[-1:] != ["-"]:
                slug.append("-")
            slug.append(character)
            is_after_space = False
        elif slug and character.isspace():
            is_after_space = True
    return "".join(slug)


def go_lower(text: str) -> str:
    """The text in lower case as Go writes it: each character by itself, and as one character."""
    return text.lower() if text.isascii() else "".join(char.lower()[0] for char in text)


def pelican_slug(
    text: str,
    *,
    use_unicode: bool,
    preserve_case: bool,
    substitutions: Sequence[tuple[str, str]] | None = None,
) -> str:
    """Pelican's slug, with its settings `SLUGIFY_USE_UNICODE` and `SLUGIFY_PRESERVE_CASE`.

    Without Unicode the slug is ASCII. The text may have HTML tags. `substitutions` are patterns and
    their replacements; None means the default. Raises SitePatternError.
    """
    untagged = html.unescape(re.sub(r"<[^>]*>", "", text))
    plain = unicodedata.normalize("NFKC", untagged)
    plain = plain if use_unicode else transliteration.unidecoded(plain)
    if substitutions is None:
        slug = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip())
    else:
        normal = unicodedata.normalize
        pairs = [(normal("NFKC", old), normal("NFKC", new)) for old, new in substitutions]
        slug = site_patterns.replaced(plain, pairs).strip()
    return slug if preserve_case else slug.lower()


def eleventy_slug(text: str) -> str:
    """The slug of Eleventy's filter `slugify`: lower-case ASCII letters, digits and hyphens."""
    for sign, word in (("&", " and "), ("♥", " love "), ("🦄", " unicorn ")):
        text = text.replace(sign, word)
    plain = transliteration.of_eleventy(text)
    plain = re.sub(r"([a-z0-9])'([ts])(?=\s|$)", r"\1\2", plain)
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def eleventy_old_slug(text: str) -> str:
    """The slug of Eleventy's older filter `slug`, which keeps some signs."""
    plain = _DROPPED_BY_SLUG.sub("", transliteration.of_slug(text)).replace("-", " ")
    return re.sub(r"\s+", "-", plain.strip())


def zola_slug(text: str, mode: str) -> str:
    """Zola's slug. `mode` is its setting `slugify.paths`: `on`, `safe` or `off`."""
    match mode:
        case "off":
            return text
        case "safe":
            return _DROPPED_BY_ZOLA.sub("", text.rstrip(" ."))
        case _:
            plain = transliteration.deunicoded(text).lower()
            return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def github_slug(text: str) -> str:
    """The id that GitHub, Hugo and kramdown give to a heading, before they number equal ones."""
    return _NOT_IN_ID.sub("", text.lower()).replace(" ", "-")


def hexo_slug(text: str) -> str:
    """Hexo's slug: accents go, the case stays; spaces and ASCII punctuation become one hyphen."""
    plain = _CONTROLS.sub("", "".join(map(_without_accent, text)))
    return _BETWEEN_WORDS.sub("-", plain).strip("-")


def _without_accent(character: str) -> str:
    """The ASCII letter below an accent; any other character unchanged."""
    normal = unicodedata.normalize("NFD", character)
    if unicodedata.decomposition(character).startswith(("<wide>", "<circle>")):
        normal = unicodedata.normalize("NFKD", character)
    base = _BASES.get(character) or _BASES.get(normal[0], normal[0])
    return base if base.isascii() and base.isalpha() else character


def is_word(character: str) -> bool:
    """Whether the character is a letter, a mark or a decimal digit in Unicode."""
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd"
