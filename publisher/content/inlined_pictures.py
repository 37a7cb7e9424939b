"""Put pictures of the source in the place of those that a page has in itself (`data:`). Pure.

Such a picture is a placeholder that a script replaces, or a small copy of the picture. Feed readers
run no scripts, and show no `data:` URLs.
"""

from __future__ import annotations

import html as entities
from typing import TYPE_CHECKING

from publisher.content.allowed_html import names, tags
from publisher.content.lazy_pictures import is_lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from publisher.content.allowed_html import HtmlTag

MAX_PICTURES = 300  # of one page
_PICTURES = names("img")
_DATA = "data:image/"


def has_some(html: str) -> bool:
    """Whether a page may have pictures in itself."""
    return _DATA in html


def replaced(html: str, source: str, url_of: Callable[[str], str]) -> str:
    """The HTML with the pictures of the source, whose HTML is `source`, where they certainly are.

    That is so if both have as many pictures, none with another text alternative, or if one of each
    has the same text alternative.
    `url_of` returns the URL at which the site shows a picture of the source; empty: it shows none.
    """
    shown, written = _pictures(html), _pictures(source)
    parts, at = [], 0
    for tag, own in _pairs(shown, written):
        url = url_of(own.attributes.get("src", "")) if _is_inlined(tag) else ""
        if url:
            parts += [html[at : tag.start], _with_source(tag, url)]
            at = tag.end
    return "".join([*parts, html[at:]])


def _pictures(html: str) -> Sequence[HtmlTag]:
    return [tag for tag in tags(html) if tag.name in _PICTURES and not tag.closes][:MAX_PICTURES]


def _pairs(
    shown: Sequence[HtmlTag], written: Sequence[HtmlTag]
) -> Iterator[tuple[HtmlTag, HtmlTag]]:
    """The pictures of a page, each with that of the source, in their order."""
    if len(shown) == len(written):
        pairs = [*zip(shown, written, strict=True)]
        if all(_may_be_same(*pair) for pair in pairs):
            yield from pairs
            return
    of_page, of_source = _by_alternative(shown), _by_alternative(written)
    for alternative, tag in of_page.items():
        own = of_source.get(alternative)
        if tag and own:
            yield tag, own


def _may_be_same(tag: HtmlTag, own: HtmlTag) -> bool:
    known = {_alternative(tag), _alternative(own)} - {""}
    return len(known) < 2


def _by_alternative(pictures: Sequence[HtmlTag]) -> Mapping[str, HtmlTag | None]:
    """The only picture with each text alternative; None if there are several."""
    found: dict[str, HtmlTag | None] = {}
    for tag in pictures:
        if alternative := _alternative(tag):
            found[alternative] = None if alternative in found else tag
    return found


def _alternative(tag: HtmlTag) -> str:
    return " ".join(tag.attributes.get("alt", "").split())


def _is_inlined(tag: HtmlTag) -> bool:
    """Whether the picture is in the page, and no attribute has its real URL."""
    is_data = tag.attributes.get("src", "").strip().lower().startswith(_DATA)
    return is_data and not is_lazy(tag) and not tag.attributes.get("srcset", "").strip()


def _with_source(tag: HtmlTag, url: str) -> str:
    attributes = {**tag.attributes, "src": url}
    written = "".join(f' {name}="{entities.escape(value)}"' for name, value in attributes.items())
    return f"<{tag.name}{written}>"
