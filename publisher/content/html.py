"""HTML as people write it: which elements, attributes and addresses readers get of it. Pure.

Tags are found as the sanitiser finds them (HTML 13.2.5), but not what it makes of their order.
"""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from publisher.text.uris import uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    Resolve: TypeAlias = Callable[[str], "str | None"]


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SCHEMES = names("geo http https mailto tel xmpp")
BLOCKS = names(
    "address article aside blockquote caption details dd div dl dt figcaption figure footer "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tr ul"
)
TAGS = BLOCKS | names(
    "a abbr audio b bdi bdo big br cite code col colgroup data del dfn em i img ins kbd mark "
    "picture q rp rt ruby s samp small source span strike strong sub sup tbody td tfoot th thead "
    "time track tt u var video wbr"
)
# Those that never have an end tag (HTML, section 13.1.2).
VOID = names("br col hr img source track wbr")
# MathML Core without what holds HTML, fetches or acts.
MATH = names(
    "annotation math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom "
    "mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder "
    "munderover semantics"
)
MATH_NS = "http://www.w3.org/1998/Math/MathML"
TAGS_WITH_CONTENT = names("noembed noframes object script select style svg template textarea title")
# Readers run no scripts: what is in it is what they are to show.
NO_SCRIPT = "noscript"
ADDRESSES = names("cite href poster src")

# HTML 13.2.5: a quote counts behind `=` only, and `<` is nothing special inside of a tag.
_INSIDE = r"""((?:[ \t\n\r\f/]++|[^ \t\n\r\f/>][^ \t\n\r\f/>=]*+(?:[ \t\n\r\f]*+=[ \t\n\r\f]*+
    (?:"[^"]*(?:"|\Z)|'[^']*(?:'|\Z)|[^ \t\n\r\f>"'][^ \t\n\r\f>]*+)?+)?+)*+)"""
_TOKEN = re.compile(
    rf"""<!--(?:-?>|.*?(?:--!?>|\Z))  # a comment
    |<(?:[!?]|/(?![a-z]))[^>]*+>?  # what is taken for one
    |<(/?)([a-z][^ \t\n\r\f/>]*+){_INSIDE}(?:>|\Z)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
# Whatever looks like a tag in them is none (13.2.5.4).
_RAW = names("noembed noframes script style textarea title xmp")
_ENDS = {
    name: re.compile(rf"</{name}(?=[ \t\n\r\f/>])", re.IGNORECASE)
    for name in _RAW | TAGS_WITH_CONTENT
}
_END_OF_FRAME = re.compile(r"[^<]*+</iframe[ \t\n\r\f]*+>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*+=\s*+("[^"]*"|'[^']*'|[^\s>]+))?""")


def as_it_is(address: str) -> str | None:
    return address


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag from `start` to `end` of the text; `name` in small letters, `inside` as it stands."""

    start: int
    end: int
    name: str
    inside: str
    closes: bool

    @property
    def attributes(self) -> dict[str, str]:
        """The first of a name counts, as in HTML."""
        attributes: dict[str, str] = {}
        for name, value in _ATTRIBUTE.findall(self.inside):
            bare = value[1:-1] if value[:1] in {'"', "'"} else value
            attributes.setdefault(name.lower(), entities.unescape(bare))
        return attributes


def tags(html: str, opaque: frozenset[str] = _RAW | TAGS_WITH_CONTENT) -> Iterator[Tag]:
    """All tags; none in comments, in attributes, and between the tags of `opaque` elements."""
    return (tag for _, tag in _tokens(html, opaque) if tag)


def _tokens(html: str, opaque: frozenset[str]) -> Iterator[tuple[re.Match[str], Tag | None]]:
    """The same, with comments, and a tag that the text ends in, as None."""
    at = 0
    while found := _TOKEN.search(html, at):
        at = found.end()
        if not found[2] or html[at - 1] != ">":
            yield found, None
            continue
        tag = Tag(found.start(), at, found[2].lower(), found[3], closes=bool(found[1]))
        yield found, tag
        if tag.name in opaque and not tag.closes:
            end = _ENDS[tag.name].search(html, at)
            at = end.start() if end else len(html)


def settled(html: str, base: str) -> str:
    """The same, where every `<` begins a tag that is read as it stands; frames have become links.

    So it cannot be told differently by anybody what is a tag.
    """
    parts, at, hidden = [], 0, ""
    for found, tag in _tokens(html, _RAW):
        parts.append(_text(html[at : found.start()], hidden))
        at, hidden = found.end(), ""
        if tag is None or tag.name in _RAW:
            hidden = tag.name if tag and not tag.closes else ""
        elif tag.name == NO_SCRIPT:
            continue
        elif tag.name != "iframe":
            parts.append(found[0])
        elif not tag.closes:
            parts.append(_frame_link(tag, base))
            at = end.end() if (end := _END_OF_FRAME.match(html, at)) else at
    parts.append(_text(html[at:], hidden))
    return "".join(parts)


def _text(text: str, within: str) -> str:
    match within:
        case "":
            return text.replace("<", "&lt;")
        case "xmp":
            return entities.escape(text)
        case _:
            return ""


def _frame_link(tag: Tag, base: str) -> str:
    address = entities.escape(frame_address(tag.attributes, base))
    return address and f'<a href="{address}">{address}</a>'


def absolute(address: str, base: str) -> str:
    """The URI as seen from `base`; empty if there is none, or none that may be followed."""
    bare = re.sub(r"[\t\n\r]", "", address).strip()  # browsers look through them, too
    try:
        found = urljoin(base, bare)
        allowed = urlsplit(found).scheme in SCHEMES
    except ValueError:  # http://[
        return ""
    return uri(found) if bare and allowed else ""


def frame_address(attributes: dict[str, str], base: str) -> str:
    address = absolute(attributes.get("src", ""), base)
    return address if address.startswith(("http:", "https:")) else ""
