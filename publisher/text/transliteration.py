"""Write text of any script in ASCII, as the site generators do for their slugs. Pure.

Pelican and Nikola use Unidecode. Zola uses the Rust crate deunicode, which has grown from the same
tables. Eleventy uses @sindresorhus/transliterate, whose tables are its own, but short.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

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
a:₳\u0787\u07a2 b:฿₿ bo:૱ c:¢₡₵￠ ce:₠ cr:₢ dp:₯ f:₣ g:₲ gn:\u078f k:₭ l:₺ lh:\u0785
m:₥ n:₦ p:₱₽ pt:₧ r:₹ rs:₨ s:₫₰₴₷ t:₮₸৳ tt:₶ w:₩￦ y:¥￥
:^`¨¯´·¸
"""
# Circled digits, and the letters and digits of mathematics.
_STYLED = ("①", "⒛"), ("⓪", "⓪"), ("𝐀", "𝟿")
_ALPHABETS = (
    ("α", "ώ"), ("а", "ё"), ("ա", "ֆ"), ("\u0621", "\u063a"), ("\u0641", "\u064a"),
    ("\u06f0", "\u06f9"), ("\u0780", "\u07b0"), ("ა", "ჰ"),
)  # fmt: skip

# What Eleventy's older filter `slug` writes in another way than without accents: the tables of the
# npm package slugify. Without a text, a letter goes.
_OF_SLUG = """
:ƑǇǊϴЍᲐᲑᲒᲓᲔᲕᲖᲗᲘᲙᲚᲛᲜᲝᲞᲟᲠᲡᲢᲣᲤᲥᲦᲧᲨᲩᲪᲫᲬᲭᲮᲯᲰ
:ĉċĕĝġĥĭĵĺŏŗŝŭǎǐǒǔǖǘǚǜǟǡǧǩǫǭǰǵǹǻȁȃȅȇȉȋȍȏȑȓȕȗȟȧȩȫȭȯȱȳḁḃḅḇḉḋḍḏḑḓḕḗḙḛḝḟḡḣḥḧḩḫḭḯḱḳḵḷ
:ḹḻḽḿṁṃṅṇṉṋṍṏṑṓṕṗṙṛṝṟṡṥṧṩṫṭṯṱṳṵṷṹṻṽṿẇẉẋẍẏẑẓẕẖẗẘẙ \":“”„ ':‘’ (c):© (r):® *:• +:† -:–\ufeff ...:…
0:\u0660\u06f0 1:\u0661\u06f1 2:\u0662\u06f2 3:ξ\u0663\u06f3 4:\u0664\u06f4 5:\u0665\u06f5
6:\u0666\u06f6 7:\u0667\u06f7 8:θ\u0668\u06f8 9:\u0669\u06f9
a:ªάαаԱ\u0621\u0623\u0627\u0639\u0649\u064eაά aa:\u0622 ae:æә an:\u064b and:& austral:₳
b:βбԲ\u0628ბ baht:฿ bitcoin:₿ c:цћՑ c':Ծ cedi:₵ cent:¢ ch:чՉ\u0686ჩჭ cruzeiro:₢ currency:¤
d:ðδдԴ\u062fდ∂ d':Ձ delta:∆ dh:\u0636 dj:đђ dollar:$ dong:₫ drachma:₯ dz:џძ
e:əέεеэԵ\u0626\u0650ეέ e':Է ecu:₠ en:\u064d euro:€ ev:և f:ƒφфՖ\u0641ფ french-franc:₣
g:γгґԳ\u06afგ gh:ғՂ\u063aღ greater:> guarani:₲ h:ήηхһՀ\u0629\u062d\u0647ჰή hryvnia:₴
i:ıΐίιϊиіԻ\u0625იίιΐ indian-rupee:₹ infinity:∞ j:йјՋ\u062cჯ jh:Ժ k:κкԿ\u0643\u06a9კქ
kazakhstani-tenge:₸ kh:қ\u062eხ kip:₭ l:łλлԼ\u0644ლ la:ﻻ laa:ﻵﻷ lai:ﻹ less:< lira:₤ lj:ǉљ love:♥
m:μмՄ\u0645მ mill:₥ n:νнՆ\u0646ნ naira:₦ new-shequel:₪ ng:ң nj:ǌњ o:ºø˚οόоოό o'':Օ oe:œө
on:\u064c or:| p:πпՊ\u067eპ p':Փ penny:₰ percent:% peseta:₧ peso:₱ pound:£ ps:ψ q:\u0642ყ q':Ք
r:ρрՐ\u0631რ r':Ռ rial:﷼ rupee:₨ russian-ruble:₽ s:ςσсՍ\u0633\u0635ს sh:шщՇ\u0634შ sm:℠ ss:ß
sum:∑ t:τтՏ\u062a\u0637თტ t':Թ th:þ\u062b\u0630 tm:™ ts:ცწ tugrik:₮ turkish-lira:₺ tw:Ճ
u:уъѝұ\u0624\u064fუ ue:ү v:вՎვ w:ωώ\u0648ώ won:₩ x:χԽ y:ΰυϋύыՅ\u064a\u06ccύΰ y':Ը ya:я ye:є
yen:¥円 yi:ї yo:ё yu:ю yuan:元 z:ζзԶ\u0632\u0638ზ zh:ж\u0698ჟ
"""


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


def of_slug(text: str) -> str:
    """The text in lower case and in ASCII by the npm package slugify; other letters go."""
    return "".join(map(_of_slug, unicodedata.normalize("NFC", text)))


def _of_slug(character: str) -> str:
    letters, lower = _letters(_OF_SLUG), character.lower()
    written = letters.get(character, letters.get(lower))
    if written is not None:
        return written
    parts = unicodedata.normalize("NFD", lower)
    return "".join(part for part in parts if part.isascii() or part.isspace())


def _of_eleventy(character: str) -> str:
    written = _letters(_OF_ELEVENTY).get(character)
    if written is not None:
        return written
    if _is_within(character, _ALPHABETS):
        return unidecoded(character).lower()
    plain = unicodedata.normalize("NFKC", character).lower()
    if plain != character and _is_within(character, _STYLED):
        return "".join(map(_of_eleventy, plain.strip("()")))
    parts = unicodedata.normalize("NFD", character)
    return "".join(part for part in parts if not _is_accent(part))


def _is_within(character: str, ranges: Iterable[tuple[str, str]]) -> bool:
    return any(first <= character <= last for first, last in ranges)


def _is_accent(character: str) -> bool:
    """Whether the character is an accent, or a letter that stands for one."""
    return bool(unicodedata.combining(character)) or "\u02b0" <= character <= "\u02ff"


@cache
def _letters(table: str) -> dict[str, str]:
    groups = (group.partition(":") for group in table.split())
    return {letter: ascii_text for ascii_text, _, letters in groups for letter in letters}
