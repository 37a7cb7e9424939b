"""Give the pictures that a script of the page would load their real addresses. Pure.

Until the script runs, such a page shows a placeholder: a `data:` URI, a tiny or blurred picture.
Some themes have it in `srcset`, which browsers prefer, and the picture in `src`. Many pages repeat
the picture in a <noscript> beside the placeholder. Readers run no scripts, and are to show the
picture once.
"""

from __future__ import annotations

import html as entities
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from publisher.content.allowed_html import NO_SCRIPT, names, tags
from publisher.text.lazy_attributes import REAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from publisher.content.allowed_html import HtmlTag

_LAZY_TAGS = names("audio embed iframe img source track video")
_MAY_BE_LAZY = re.compile(r"\s(?:data-|lazyload\b)|<noscript", re.IGNORECASE)
# Fluid, a theme of Hexo: `<img lazyload src="a.jpg" srcset="loading.gif">`.
_SET_IS_PLACEHOLDER = "lazyload"
_PLACEHOLDER_NAME = re.compile(
    r"""(?<![a-z])(?:blank|blur(?:red)?|dots?|empty|grey|lazy|lo(?:ad(?:er|ing)|w(?:res)?)|lqip
    |pixel|placeholder|preview|spacer|spinner|thumb(?:nail)?|tiny|transparent)(?![a-z])
    |\b[0-9]{1,2}x[0-9]{0,2}\b  # its size, e.g. 1x1
    |[?&]w(?:idth)?=[0-9]{1,2}\b
    |/[0-9]\.gif$""",
    re.IGNORECASE | re.VERBOSE,
)
# The elements that may stand around a picture and its copy in <noscript>.
_UNSEEN = names("script style")
_FRAMES = names("a br div figure p picture source span")


def loaded(html: str) -> str:
    """The HTML after the script has loaded all pictures, players and frames."""
    if not _MAY_BE_LAZY.search(html):
        return html
    all_tags = [*tags(html)]
    changes = {tag.start: (tag.end, _rewritten(tag)) for tag in all_tags if is_lazy(tag)}
    for start, end in _copies(html, all_tags):
        changes[start] = end, ""
    parts, at = [], 0
    for start, (end, text) in sorted(changes.items()):
        if start >= at:  # a change within a removed <noscript> has no effect
            parts += [html[at:start], text]
            at = end
    return "".join([*parts, html[at:]])


def is_lazy(tag: HtmlTag) -> bool:
    """Whether a script would give the element another source."""
    if tag.name not in _LAZY_TAGS or tag.closes:
        return False
    return bool(_real(tag)) or _has_set_of_placeholder(tag)


def _has_set_of_placeholder(tag: HtmlTag) -> bool:
    """Whether a script would take away the `srcset` of a picture."""
    attributes = tag.attributes
    is_lazy_set = tag.name == "img" and _SET_IS_PLACEHOLDER in attributes and "srcset" in attributes
    return is_lazy_set and not _is_empty(attributes.get("src", ""))


def _real(tag: HtmlTag) -> dict[str, str]:
    """The real values of the attributes that hold placeholders.

    The source of a picture may be a blurred copy; that of a frame or a player is no placeholder.
    """
    attributes = tag.attributes
    found = {
        name: next((attributes[key] for key in keys if _is_url(attributes.get(key, ""))), "")
        for name, keys in REAL.items()
    }
    if tag.name != "img" and not _is_empty(attributes.get("src", "")):
        del found["src"]
    return {name: value for name, value in found.items() if value}


def _is_url(value: str) -> bool:
    """Whether it may be a URL.

    Scripts also keep numbers, words, JSON and templates (`a_{width}x.jpg`) in such attributes.
    """
    text = value.strip()
    is_other = text.startswith("[") or "{" in text
    return ("." in text or "/" in text) and not is_other and not _is_empty(text)


def _is_empty(url: str) -> bool:
    """Whether the URL loads nothing from the web."""
    return not url.strip() or url.strip().lower().startswith(("data:", "about:"))


def _rewritten(tag: HtmlTag) -> str:
    attributes, real = tag.attributes, _real(tag)
    if _has_set_of_placeholder(tag):
        del attributes["srcset"]
    if tag.name == "img" and "srcset" in real and not _shows_picture(attributes, real["srcset"]):
        # `render` shows the largest picture of the set in the place of the placeholder.
        attributes.pop("src", None)
    written = "".join(
        f' {name}="{entities.escape(value)}"' for name, value in {**attributes, **real}.items()
    )
    return f"<{tag.name}{written}>"


def _shows_picture(attributes: Mapping[str, str], lazy_set: str) -> bool:
    """Whether the `src` beside a set that a script loads is a picture, and no placeholder.

    Beside a `srcset` it is one, because browsers do not load it: lazysizes recommends a placeholder
    there. Else a class tells that the script has not run yet.
    """
    source = attributes.get("src", "").strip()
    if _is_empty(source):
        return False
    if source in {part.strip(",") for part in lazy_set.split()}:
        return True
    if _PLACEHOLDER_NAME.search(source):
        return False
    classes = attributes.get("class", "").lower()
    is_loaded = "lazy" not in classes or "lazyloaded" in classes
    return is_loaded or bool(attributes.get("srcset", "").strip())


def _copies(html: str, all_tags: Sequence[HtmlTag]) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each copy of a picture: a <noscript>, or its placeholder."""
    for first, last in _noscripts(all_tags):
        if not _is_picture(html, all_tags[first : last + 1]):
            continue
        before = _beside(html, all_tags, range(first - 1, -1, -1))
        beside = before or _beside(html, all_tags, range(last + 1, len(all_tags)))
        if beside is None:
            continue
        copies = [tag.attributes for tag in all_tags[first + 1 : last] if tag.name == "img"]
        own = beside.attributes
        is_same = is_lazy(beside) or own.get("src") in {copy.get("src", "") for copy in copies}
        if is_same and (own.get("alt") or not any(copy.get("alt") for copy in copies)):
            yield all_tags[first].start, all_tags[last].end
        elif is_same or _is_placeholder(beside):
            yield beside.start, beside.end


def _noscripts(all_tags: Sequence[HtmlTag]) -> Iterator[tuple[int, int]]:
    """Yield the indexes of the start tag and of the end tag of each <noscript>."""
    first: int | None = None
    for index, tag in enumerate(all_tags):
        if tag.name == NO_SCRIPT and not tag.closes and first is None:
            first = index
        elif tag.name == NO_SCRIPT and tag.closes and first is not None:
            yield first, index
            first = None


def _is_picture(html: str, element: Sequence[HtmlTag]) -> bool:
    """Whether the content of a <noscript> is only a picture. `element` begins and ends with it."""
    inner = {tag.name for tag in element[1:-1]}
    has_text = any(
        html[one.end : two.start].strip()
        for one, two in pairwise(element)
        if one.closes or one.name not in _UNSEEN
    )
    return "img" in inner and inner <= {*_FRAMES, *_UNSEEN, "img"} and not has_text


def _beside(html: str, all_tags: Sequence[HtmlTag], indexes: range) -> HtmlTag | None:
    """The picture that has only tags of frames between itself and the <noscript>, if any."""
    for index in indexes:
        tag, last = all_tags[index], all_tags[index - indexes.step]
        start, end = sorted((tag, last), key=lambda one: one.start)
        if html[start.end : end.start].strip():
            return None
        if tag.name == "img":
            return tag
        if tag.name not in _FRAMES:
            return None
    return None


def _is_placeholder(tag: HtmlTag) -> bool:
    attributes = tag.attributes
    return _is_empty(attributes.get("src", "")) or "lazy" in attributes.get("class", "").lower()
