"""Find what a template puts around the text inside of a body, and name it by selectors. Pure.

Only what stands before the first and behind the last part of a post can be furniture, and only if
no word of the source is in it and other posts have it, too. A selector is taken only if it finds
nothing but furniture on every page that was learned from.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.sources.built.bodies.tree_edits import elements, names, text_of
from publisher.sources.built.learning.edges import begins_with_words, ends_with_words
from publisher.sources.built.learning.element_names import (
    TITLE,
    Compound,
    Selector,
    is_made,
    looks,
    names_of,
    places_of,
    selector,
)
from publisher.sources.built.learning.foreign import telling
from publisher.sources.built.pages.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml import etree

    from publisher.sources.built.learning.learning_page import LearningPage

MAX_DROPS = 20
_TITLED = 0.8  # of the posts: then the template writes the heading
_RECURS = 0.03  # of the posts
_MAX_SOUGHT = 1_000  # pictures of a page; further ones are the post's
_PICTURES = 0.3  # of the posts: then a picture is the template's
_ALWAYS = 0.98  # of the posts: then furniture may be named by its place
_MAX_DEPTH = 3
_HEADINGS = frozenset({"h1", "h2"})
_BLOCKS = names(
    "address article aside blockquote center details dialog div dl fieldset figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr iframe li main menu nav ol p pre section table ul"
)
_CONTAINERS = frozenset({"article", "div", "main", "section"})
# What authors write, too; a name of the template has to tell its furniture from that.
_WRITTEN = _BLOCKS - {
    "address",
    "aside",
    "footer",
    "form",
    "header",
    "hgroup",
    "main",
    "menu",
    "nav",
}
_MEDIA = frozenset(
    {"audio", "canvas", "embed", "iframe", "img", "object", "picture", "svg", "video"}
)
_STILL = frozenset({"img", "picture", "svg"})
_FOOTNOTES = ("footnote", "endnote")


# What templates call it: then it may be on few posts.
_CALLED = re.compile(
    r"author|bio|bread|by-?line|categor|comment|copyright|date|discuss|edit|foot|head|info|license|"
    r"meta|nav|news-?letter|next|pag|prev|pubdate|read|recommend|related|series|share|social|"
    r"sub-?title|subscri|tag|time|title|toc|updated"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A block before or behind the post, from the outside inwards, that may be furniture.

    `may_be_written` tells whether its media may be those of the source, by another name, and
    `is_stated` whether the head of the page states the title that it shows.
    """

    element: etree._Element
    depth: int
    is_title: bool
    has_media: bool
    may_be_written: bool
    is_stated: bool


class TrimmedBody:
    """A body of a page with the parts before and behind its post."""

    def __init__(self, page: LearningPage, element: etree._Element) -> None:
        self.page, self.element = page, element
        self._sought = 0
        self._counts = page.counts(element)
        self._title = words(page.post.title or "")
        self._stated = {*page.index.matches(selector(TITLE))}
        source, title = page.post.source, page.post.title
        self._has_words_at = {  # in front or behind
            True: begins_with_words(source, title),
            False: ends_with_words(source, title),
        }
        self.sides = [[*self._parts(element, 0, is_front=side)] for side in (True, False)]
        self.all = {part.element for side in self.sides for part in side}

    def _parts(self, parent: etree._Element, depth: int, *, is_front: bool) -> Iterator[Part]:
        """Yield the parts on one side up to the first of the post; then those within that."""
        if is_front and (parent.text or "").strip():
            return
        for child in [*parent][:: 1 if is_front else -1]:
            if not is_front and (child.tail or "").strip():
                return
            if child.tag in _BLOCKS and self._is_post(child, is_front=is_front):
                if child.tag in _CONTAINERS and depth < _MAX_DEPTH:
                    yield from self._parts(child, depth + 1, is_front=is_front)
                return
            if child.tag in _BLOCKS:
                yield self._part(child, depth, is_front=is_front)
            elif not _shows_nothing(child):
                return
            if is_front and (child.tail or "").strip():
                return

    def _part(self, element: etree._Element, depth: int, *, is_front: bool) -> Part:
        is_title = element.tag in _HEADINGS and words(text_of(element)) == self._title
        has_media = _has_media(element)
        may_be_written = has_media and not self._is_decoration(element, is_front=is_front)
        is_stated = is_title and element in self._stated
        return Part(element, depth, is_title, has_media, may_be_written, is_stated)

    def _is_decoration(self, element: etree._Element, *, is_front: bool) -> bool:
        """Whether it shows pictures where the source has none, but perhaps elsewhere."""
        return self._has_words_at[is_front] and _has_media(element) and _shows_pictures(element)

    def _is_post(self, element: etree._Element, *, is_front: bool) -> bool:
        """Whether it holds words that the post has nowhere else, its notes, or a picture of it."""
        touching = self.page.touching(element, self.element)
        if any(self._counts[triple] == 1 for triple in touching):
            return True
        own = f"{element.get('class', '')} {element.get('id', '')}".lower()
        if any(name in own for name in _FOOTNOTES):
            return True
        if self._is_decoration(element, is_front=is_front):
            return False
        return any(
            (stem := _stem(one.get(key, ""))) and self._has_source(stem)
            for one in element.iter("img", "source", "video", "audio", "iframe")
            for key in ("src", "data-src")
        )

    def _has_source(self, name: str) -> bool:
        """Whether the source names a picture. Each search takes as long as the source is."""
        self._sought += 1
        return self._sought > _MAX_SOUGHT or name in self.page.post.source


def drop_selectors(pages: Sequence[LearningPage], bodies: Sequence[Selector]) -> list[Selector]:
    """The selectors of furniture inside of the bodies that these selectors find."""
    drops: list[Selector] = []
    trimmed: dict[Selector, list[TrimmedBody]] = {body: [] for body in bodies}
    for page in pages:
        for body in bodies:
            found = page.index.matches(body)
            if len(found) == 1:
                if found[0] in page.containers:
                    trimmed[body].append(TrimmedBody(page, found[0]))
                break
    for body, own in trimmed.items():
        drops += _of_body(body, own)
    return drops[:MAX_DROPS]


def _of_body(body: Selector, bodies: Sequence[TrimmedBody]) -> list[Selector]:
    # What a loop or a shortcode makes at the end of posts recurs, too.
    teachers = telling(bodies, [not one.page.post.makes_words for one in bodies])
    recurring = _Recurring(teachers)
    furniture = [[*recurring.furniture(one)] for one in teachers]
    counted = Counter(
        name for parts in furniture for name in {n for part in parts for n in recurring.names(part)}
    )
    left = {part.element for parts in furniture for part in parts}
    drops = []
    for (chosen, depth), _ in sorted(
        counted.items(), key=lambda row: (-row[1], _rank(row[0][0]), row[0])
    ):
        drop = Selector(((" ", Compound(chosen)),)).under(body, " " if depth else ">")
        found = [{*one.page.index.matches(drop)} for one in bodies]
        is_safe = all(elements <= one.all for elements, one in zip(found, bodies, strict=True))
        if is_safe and left & set().union(*found):
            left -= set().union(*found)
            drops.append(drop)
    return drops


class _Recurring:
    """What the parts of the bodies of one template have in common."""

    def __init__(self, bodies: Sequence[TrimmedBody]) -> None:
        self._count = len(bodies)
        self._pages: Counter[str] = Counter()
        # The names that parts have whose pictures may be written by the author.
        self._written: set[str] = set()
        titled = stated = 0
        for body in bodies:
            parts = [part for side in body.sides for part in side]
            titled += any(part.is_title for part in parts)
            stated += any(part.is_stated for part in parts)
            self._pages.update({key for part in parts for key in self._keys(part)})
            self._written |= {
                key for part in parts if part.may_be_written for key in self._keys(part)
            }
        self._has_titles = titled >= _TITLED * self._count
        # If so, `h1:title` matches the title alone, and not the headings of authors.
        self._are_stated = stated >= _TITLED * max(titled, 1)

    def furniture(self, body: TrimmedBody) -> Iterator[Part]:
        """The parts of a body up to the first that does not recur, on both sides."""
        for side in body.sides:
            for part in side:
                if not self._recurs(part):
                    break
                yield part

    def names(self, part: Part) -> set[tuple[tuple[str, ...], int]]:
        """By which names a drop selector may find the part, with whether it is a direct child."""
        depth = min(part.depth, 1)
        tag, *others = names_of(part.element) or [""]
        found: set[tuple[str, ...]] = {(one,) for one in others if self._is_frequent(one, part)}
        found |= {(tag, *name) for name in found}
        if part.is_title and self._are_stated:
            return {(name, depth) for name in (*found, *self._stated_names(part))}
        if (
            tag
            and (tag not in _WRITTEN or (part.is_title and self._has_titles))
            and not part.has_media
        ):
            found.add((tag,))
        if not part.depth:
            found |= {
                (tag, place) for place in places_of(part.element) if self._is_always(tag, place)
            }
        if part.is_title and not part.depth:
            found |= {(tag, place) for place in places_of(part.element)}
        return {(names, depth) for names in found}

    def _stated_names(self, part: Part) -> Iterator[tuple[str, ...]]:
        if part.is_stated:
            yield str(part.element.tag), TITLE

    def _recurs(self, part: Part) -> bool:
        if part.is_title:
            return self._has_titles
        return bool(self.names(part))

    def _keys(self, part: Part) -> Iterator[str]:
        tag, *others = names_of(part.element) or [""]
        yield from (tag, *others)
        if not part.depth:
            yield from (tag + place for place in places_of(part.element))

    def _is_frequent(self, name: str, part: Part) -> bool:
        if is_made(name):
            return False
        is_called = not part.has_media and _CALLED.search(name.lower()) is not None
        is_picture = part.has_media and name not in self._written
        share = _RECURS if is_called or is_picture else _PICTURES
        return self._pages[name] >= max(share * self._count, min(2, self._count))

    def _is_always(self, tag: str, place: str) -> bool:
        return self._count >= 5 and self._pages[tag + place] >= _ALWAYS * self._count


def _rank(names: tuple[str, ...]) -> int:
    """The lower, the better a name says what the furniture is."""
    has_place = any(name.startswith(":") and name != TITLE for name in names)
    called = any(_CALLED.search(name.lower()) for name in names)
    return 10 * has_place + 3 * (not called) + sum(map(looks, names)) + len(names)


def _shows_nothing(element: etree._Element) -> bool:
    if element.tag in {"link", "meta", "script", "style", "template"}:
        return True
    return not text_of(element).strip() and not _has_media(element)


def _has_media(element: etree._Element) -> bool:
    return element.tag in _MEDIA or any(one.tag in _MEDIA for one in elements(element))


def _shows_pictures(element: etree._Element) -> bool:
    """Whether it shows pictures, and no recording and no other page."""
    media = {one.tag for one in (element, *elements(element))} & _MEDIA
    return media <= _STILL


def _stem(url: str) -> str:
    """The name of the file of a URL; empty if it is too short to be found by chance."""
    name = url.partition("?")[0].rpartition("/")[2].partition(".")[0]
    return name if len(name) > 3 else ""
