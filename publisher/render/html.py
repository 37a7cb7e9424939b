"""HTML as people write it: which elements, attributes and addresses readers get of it. Pure.

The patterns miss what is broken; the sanitiser does not.
"""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
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
TAGS_WITH_CONTENT = names(
    "noembed noframes noscript object script select style svg template textarea title"
)
ADDRESSES = names("cite href poster src")

_IN_TAG = r"""((?:[^<>"']|"[^"]*"|'[^']*')*+)"""
TAG = re.compile(rf"<([a-z][^\s<>/]*+){_IN_TAG}>", re.IGNORECASE)
IFRAME = re.compile(rf"<iframe\b{_IN_TAG}>(?:[^<]*+</iframe\s*+>)?", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*+=\s*+("[^"]*"|'[^']*'|[^\s>]+))?""")
INERT = re.compile(
    rf"<!--.*?(?:-->|\Z)|(<({'|'.join(sorted(TAGS_WITH_CONTENT))})\b[^<>]*>).*?(?=</\2|\Z)",
    re.IGNORECASE | re.DOTALL,
)


def as_it_is(address: str) -> str | None:
    return address


def attributes_of(inside: str) -> dict[str, str]:
    """The attributes of a tag as it was written; the first of a name counts, as in HTML."""
    attributes: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(inside):
        bare = value[1:-1] if value[:1] in {'"', "'"} else value
        attributes.setdefault(name.lower(), entities.unescape(bare))
    return attributes


def absolute(address: str, base: str) -> str:
    """The address as seen from `base`; empty if there is none, or none that may be followed."""
    bare = re.sub(r"[\t\n\r]", "", address).strip()  # browsers look through them, too
    try:
        found = urljoin(base, bare)
        allowed = urlsplit(found).scheme in SCHEMES
    except ValueError:  # http://[
        return ""
    return found.replace(" ", "%20") if bare and allowed else ""


def frame_address(attributes: dict[str, str], base: str) -> str:
    address = absolute(attributes.get("src", ""), base)
    return address if address.startswith(("http:", "https:")) else ""
