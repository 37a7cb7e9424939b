"""Write text of any script in ASCII, as the site generators do for their slugs. Pure.

Pelican and Nikola use Unidecode. Zola uses the Rust crate deunicode, which has grown from the same
tables. Eleventy uses @sindresorhus/transliterate, whose tables are its own, but short.
"""

from __future__ import annotations

import unicodedata
from functools import cache

# The letters of living languages that deunicode writes in another way, as far as a slug shows it:
# TEXT:LETTERS.
_OF_DEUNICODE = """
:ー -:\u05b0\u05bc\u05c4\u05c5\u05d0\u0621\u0625ॱॽঀঽఽಽഽ\u0ebaဢჸჺჾ\u3099\u309a -i:ኢ 1-2:½ 1-4:¼
3-4:¾ a:\u0670ऄॲॵ\u0eb1\u102b\u17cb\u17d0 ae:ჽ ao:\u1034 b:ॿ bh:ຠ c:ౘ℃ ch:ຉ d:ॸॾຑ dh:ຒຘ
e:Є\u06d0ဨ\u1035ჷₔℇ f:℉ g:ॻໞჹ gh:Ӷӷຆ gn:ໟ goa:ጏ h:ӏӾӿ\u05c1ೱೲຮ\u103eℏ hoa:ሇኇ hrn:₴
i:\u05f2\u1033 inf:∞ j:ॼ jh:Ҋҋຌ jia-:价 k:\u05da\u05dbൿ k-oa:ቇ ka:ゕ ke:ゖ kh:\u05d7 koa:ኯ koto:ヿ
l:ઌૡఴൖൽൾຬ lari:₾ lh:Ӆӆ lv-:旅 m:ৼಀഄൔ me-:么 mh:Ӎӎ n:ౝೝഩൺൻຎຓჼ ngwa:ጟ nh:Ӊӊ no:№ ny:\u06d1 o:ॳॴ om:ௐ
ph:Ԥԥ q:Ԛԛ\u05e7 r:ౚൎർ\u103c rb:₽ s:ஶຨຩ shen-:什 shu-:术 si:しシ ss:ဿ t:ৎഺຏ th:ຐ ti:ちチ tl:₺ tm:™
tu:っつッツ u:ॶॷ v:ଵ\u103d w:Ԝԝୱჿ woa:ዏ x:Ӽӽ xh:Ӻӻ y:ॺൕ\u103b yoa:ዯ yori:ゟ z:ౙ zh:ॹૹ
"""


# The lower-case letters that Eleventy writes in another way than Unidecode, and the ranges of the
# alphabets that it knows beside the Latin one.
_OF_ELEVENTY = """
:ъьՙ -:ѐւ 0:\u0660 1:\u0661 2:\u0662 3:\u0663 4:\u0664 5:\u0665 6:\u0666 7:\u0667
8:\u0668 9:\u0669 a:ά\u0623\u0627\u0649 ae:äæ ai:\u06cd c:ց\u0685 ch:չ\u0686ჩ
d:ðđ\u0688\u0689 dz:ძ e:€έ\u0621\u0639\u06c0\u06d0\u06d2 f:φ g:ґ\u0696\u06ab\u06af
gh:\u063aღ h:ħ\u06be\u06c1 i:ıΐήίηі\u0625 ij:ĳ k:\u06a9ყ kh:ხ kj:ќ ks:ξ l:ł lj:љ
n:\u06ba\u06bc nj:њ o:ø oe:ö p:փ\u067c\u067e ph:ფ q:քქ r:ռ\u0691\u0693 sch:щ ss:ß
t:թ\u0629\u0679თ tch:ճჭ th:þ ts:ცწ u:\u064f ue:ü v:β vo:ո w:\u0624 x:χ\u069a
y:ΰυϋύйը\u0626\u06cc ya:я ye:єե yev:և yi:ї yo:ё yu:ю z:\u0681 zh:\u0698
"""
_ALPHABETS = (
    ("α", "ώ"), ("а", "ё"), ("ա", "ֆ"), ("\u0621", "\u063a"), ("\u0641", "\u064a"),
    ("\u06f0", "\u06f9"), ("ა", "ჰ"),
)  # fmt: skip


def unidecoded(text: str) -> str:
    """The text in ASCII by Unidecode, which has nothing for symbols and rare scripts."""
    if text.isascii():
        return text
    from unidecode import unidecode  # noqa: PLC0415 - few slugs need it

    return unidecode(text)


def deunicoded(text: str) -> str:
    """The text in ASCII by deunicode, as far as a slug shows it."""
    letters = _letters(_OF_DEUNICODE)
    return "".join(unidecoded(letters.get(character, character)) for character in text)


def of_eleventy(text: str) -> str:
    """The text in lower case, and in ASCII except for what Eleventy has no letters for."""
    lower = unicodedata.normalize("NFC", text.lower())
    for letters, written in (("ъе", "ye"), ("ый", "iy")):
        lower = lower.replace(letters, written)
    return "".join(map(_of_eleventy, lower))


def _of_eleventy(character: str) -> str:
    written = _letters(_OF_ELEVENTY).get(character)
    if written is not None:
        return written
    if any(first <= character <= last for first, last in _ALPHABETS):
        return unidecoded(character).lower()
    parts = unicodedata.normalize("NFD", character)
    return "".join(part for part in parts if not unicodedata.combining(part))


@cache
def _letters(table: str) -> dict[str, str]:
    groups = (group.partition(":") for group in table.split())
    return {letter: ascii_text for ascii_text, _, letters in groups for letter in letters}
