"""Find the tags in untidy HTML, and decide which elements and URLs readers get. Pure.

Tags are tokenised as the sanitiser does it (HTML 13.2.5), but no tree is built from them.
"""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from msgspec import Struct

from publisher.text.uris import uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    Resolve: TypeAlias = Callable[[str], "str | None"]


def names(text: str) -> frozenset[str]:
    """Split a list of names at blanks."""
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
# Void elements, which never have an end tag (HTML 13.1.2).
VOID = names("br col hr img source track wbr")
# MathML Core without elements that hold HTML, fetch something or act.
MATH = names(
    "annotation math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom "
    "mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder "
    "munderover semantics"
)
MATH_NS = "http://www.w3.org/1998/Math/MathML"
TAGS_WITH_CONTENT = names("noembed noframes object script select style svg template textarea title")
# Readers run no scripts, so they show what <noscript> contains.
NO_SCRIPT = "noscript"
# The words of titles of frames that services write, e.g. "YouTube video player".
_KINDS = names(
    "an audio bandcamp content codepen embed embedded external frame from iframe in inline map "
    "media of page player podcast post soundcloud spotify the tweet twitter video vimeo widget "
    "window x youtube"
)
URL_ATTRIBUTES = names("cite href poster src")

# HTML 13.2.5: a quote starts a value only behind `=`, and `<` has no meaning inside a tag.
_INSIDE = r"""((?:[ \t\n\r\f/]++|[^ \t\n\r\f/>][^ \t\n\r\f/>=]*+(?:[ \t\n\r\f]*+=[ \t\n\r\f]*+
    (?:"[^"]*(?:"|\Z)|'[^']*(?:'|\Z)|[^ \t\n\r\f>"'][^ \t\n\r\f>]*+)?+)?+)*+)"""
_TOKEN = re.compile(
    rf"""<!--(?:-?>|.*?(?:--!?>|\Z))  # a comment
    |<(?:[!?]|/(?![a-z]))[^>]*+>?  # a "bogus comment" (13.2.5.41)
    |<(/?)([a-z][^ \t\n\r\f/>]*+){_INSIDE}(?:>|\Z)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
# Their content is text, even if it looks like a tag (13.2.5.4).
_RAW = names("noembed noframes script style textarea title xmp")
_ENDS = {
    name: re.compile(rf"</{name}(?=[ \t\n\r\f/>])", re.IGNORECASE)
    for name in _RAW | TAGS_WITH_CONTENT
}
_END_OF_FRAME = re.compile(r"[^<]*+</iframe[ \t\n\r\f]*+>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*+=\s*+("[^"]*"|'[^']*'|[^\s>]+))?""")


def unchanged(url: str) -> str | None:
    """Return the URL unchanged: the `Resolve` of a body whose URLs need no translation."""
    return url


class HtmlTag(Struct, frozen=True):
    """A tag at `start` to `end` of the text.

    `name` is in lower case; `inside` is the source between the name and `>`.
    """

    start: int
    end: int
    name: str
    inside: str
    closes: bool

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes by lower-case name; the first of duplicates counts (HTML 13.2.5.33)."""
        attributes: dict[str, str] = {}
        for name, value in _ATTRIBUTE.findall(self.inside):
            bare = value[1:-1] if value[:1] in {'"', "'"} else value
            attributes.setdefault(name.lower(), entities.unescape(bare))
        return attributes


def tags(html: str, opaque: frozenset[str] = _RAW | TAGS_WITH_CONTENT) -> Iterator[HtmlTag]:
    """Yield all tags, except in comments, in attribute values and inside `opaque` elements."""
    return (tag for _, tag in tokens(html, opaque) if tag)


def tokens(
    html: str, opaque: frozenset[str] = _RAW | TAGS_WITH_CONTENT
) -> Iterator[tuple[re.Match[str], HtmlTag | None]]:
    """Yield tags, and comments or a tag cut off by the end of the text with None."""
    at = 0
    while match := _TOKEN.search(html, at):
        at = match.end()
        if not match[2] or html[at - 1] != ">":
            yield match, None
            continue
        tag = HtmlTag(match.start(), at, match[2].lower(), match[3], closes=bool(match[1]))
        yield match, tag
        if tag.name in opaque and not tag.closes:
            end = _ENDS[tag.name].search(html, at)
            at = end.start() if end else len(html)


def normalised(html: str, base: str) -> str:
    """Escape every `<` that begins no tag, and replace frames by links.

    The result holds no comment and no raw text element, so that no parser can disagree about what
    is a tag.
    """
    parts, at, raw_element = [], 0, ""
    for match, tag in tokens(html, _RAW):
        parts.append(_text(html[at : match.start()], raw_element))
        at, raw_element = match.end(), ""
        if tag is None or tag.name in _RAW:
            raw_element = tag.name if tag and not tag.closes else ""
        elif tag.name == NO_SCRIPT:
            continue
        elif tag.name != "iframe":
            parts.append(match[0])
        elif not tag.closes:
            parts.append(_frame_link(tag, base))
            at = end.end() if (end := _END_OF_FRAME.match(html, at)) else at
    parts.append(_text(html[at:], raw_element))
    return "".join(parts)


def _text(text: str, raw_element: str) -> str:
    """Return a piece of text as HTML; of the content of raw text elements only that of <xmp>."""
    match raw_element:
        case "":
            return text.replace("<", "&lt;")
        case "xmp":
            return entities.escape(text)
        case _:
            return ""


def _frame_link(tag: HtmlTag, base: str) -> str:
    """Return a link to the page that an iframe shows; empty if readers cannot follow its URL.

    Its text is the title of the frame, unless that only says what kind of page it is.
    """
    attributes = tag.attributes
    url = entities.escape(frame_url(attributes, base))
    title = " ".join(attributes.get("title", "").split())
    says = any(word not in _KINDS for word in re.findall(r"\w+", title.lower()))
    return url and f'<a href="{url}">{entities.escape(title) if says else url}</a>'


def absolute(url: str, base: str) -> str:
    """Resolve a URL against `base`; empty if it is empty, malformed or has a forbidden scheme."""
    bare = re.sub(r"[\t\n\r]", "", url).strip()  # browsers ignore these, too (WHATWG URL 4.4)
    try:
        joined = urljoin(base, bare)
        is_allowed = urlsplit(joined).scheme in SCHEMES
    except ValueError:  # http://[
        return ""
    return uri(joined) if bare and is_allowed else ""


def is_same_page(first: str, second: str) -> bool:
    """Whether two absolute URLs without fragments lead to one page, as sites serve them."""
    return _page(first) == _page(second)


def _page(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    path = unquote(parts.path).removesuffix("index.html").removesuffix(".html").rstrip("/")
    return parts.netloc.lower().removeprefix("www."), path, parts.query


def frame_url(attributes: dict[str, str], base: str) -> str:
    """Return the absolute http(s) URL of an iframe; empty if it has none."""
    url = absolute(attributes.get("src", ""), base)
    return url if url.startswith(("http:", "https:")) else ""
