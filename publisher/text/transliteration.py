"""Write text of any script in ASCII, as the site generators do for their slugs. Pure.

Pelican and Nikola use Unidecode. Zola uses the Rust crate deunicode, which has grown from the same
tables.
"""

from __future__ import annotations

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


def unidecoded(text: str) -> str:
    """The text in ASCII by Unidecode, which has nothing for symbols and rare scripts."""
    if text.isascii():
        return text
    from unidecode import unidecode  # noqa: PLC0415 - few slugs need it

    return unidecode(text)


def deunicoded(text: str) -> str:
    """The text in ASCII by deunicode, as far as a slug shows it."""
    letters = _deunicode()
    return "".join(unidecoded(letters.get(character, character)) for character in text)


@cache
def _deunicode() -> dict[str, str]:
    groups = (group.partition(":") for group in _OF_DEUNICODE.split())
    return {letter: ascii_text for ascii_text, _, letters in groups for letter in letters}
