"""Find what a template puts around the text inside of a body, and name it by selectors. Pure.

Only what stands before the first and behind the last part of a post can be furniture, and only if
no word of the source is in it and other posts have it, too. A selector is taken only if it finds
nothing but furniture on every page that was learned from, and only if it says what it finds: where
a paragraph of the template stands on these pages, that of an author stands on the next one. So
furniture without a name stays, and is reported.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources.built.bodies.author_text import AuthorText
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
from publisher.text.shortening import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from lxml import etree

    from publisher.sources.built.learning.learning_page import LearningPage

MAX_DROPS = 20
_TITLED = 0.8  # of the posts: then the template writes the heading
_RECURS = 0.03  # of the posts
_PICTURES = 0.3  # of the posts: then a picture is the template's
_FEWEST, _ALWAYS = (
    5,
    0.98,
)  # of the posts: then what stands at a place without a name is the template's
_STAYS = 0.5  # of the posts: then furniture that stays is reported
_LONGEST_QUOTE = 60  # characters
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
_FOOTNOTES = re.compile("footnote|endnote|footdef")

# What templates call it: then it may be on few posts.
_CALLED = re.compile(
    r"author|bio|bread|by-?line|categor|comment|copyright|date|discuss|edit|foot|head|info|license|"
    r"meta|nav|news-?letter|next|pag|prev|pubdate|read|recommend|related|series|share|social|"
    r"sub-?title|subscri|tag|time|title|toc|updated"
)


class Part(Struct, frozen=True):
    """A block before or behind the post, from the outside inwards, that may be furniture.

    `may_be_written` tells whether its media may be those of the source, by another name, and
    `is_stated` whether the head of the page states the title that it shows. `inner` are the blocks
    within.
    """

    element: etree._Element
    depth: int
    is_title: bool
    has_media: bool
    may_be_written: bool
    is_stated: bool
    inner: tuple[Part, ...] = ()


class StayingPart(Struct, frozen=True):
    """Furniture that no selector names, which readers get: the words of one of the posts.

    `is_above` tells whether it stands above the text of the posts or below it. A title is one of
    the posts' titles.
    """

    words: str
    is_above: bool
    is_title: bool


class TrimmedBody:
    """A body of a page with the parts before and behind its post."""

    def __init__(self, page: LearningPage, element: etree._Element) -> None:
        self.page, self.element = page, element
        self._author = AuthorText(page.page, element, page.post.words, page.post.source)
        self._title = words(page.post.title or "")
        self._stated = {*page.index.matches(selector(TITLE))}
        source, title = page.post.source, page.post.title
        self._has_words_at = {  # in front or behind
            True: begins_with_words(source, title),
            False: ends_with_words(source, title),
        }
        self.sides = [[*self._parts(element, 0, is_front=side)] for side in (True, False)]
        self.parts = [one for side in self.sides for part in side for one in _with_inner(part)]
        self.all = {part.element for part in self.parts}

    def _parts(self, parent: etree._Element, depth: int, *, is_front: bool) -> Iterator[Part]:
        """Yield the parts on one side up to the first of the post; then those within that."""
        if is_front and (parent.text or "").strip():
            return
        for child in [*parent][:: 1 if is_front else -1]:
            if not is_front and (child.tail or "").strip():
                return
            if child.tag in _BLOCKS and self._is_post(child, is_front=is_front):
                if child.tag in _CONTAINERS and depth < _MAX_DEPTH and not _is_notes(child):
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
        inner = [*self._within(element, depth + 1, is_front=is_front)]
        return Part(
            element, depth, is_title, has_media, may_be_written, is_stated, inner=tuple(inner)
        )

    def _within(self, element: etree._Element, depth: int, *, is_front: bool) -> Iterator[Part]:
        """The blocks in a part that has no name of its own, because they may have some."""
        has_name = not all(map(is_made, names_of(element)[1:]))
        if element.tag in _CONTAINERS and depth <= _MAX_DEPTH and not has_name:
            for child in element:
                if child.tag in _BLOCKS:
                    yield self._part(child, depth, is_front=is_front)

    def _is_decoration(self, element: etree._Element, *, is_front: bool) -> bool:
        """Whether it shows pictures where the source has none, but perhaps elsewhere."""
        return self._has_words_at[is_front] and _has_media(element) and _shows_pictures(element)

    def _is_post(self, element: etree._Element, *, is_front: bool) -> bool:
        """Whether it holds words of the post, its notes, or a picture of it."""
        if self._author.words_in(element):
            return True
        if _is_notes(element):
            return True
        if self._is_decoration(element, is_front=is_front):
            return False
        return bool(self._author.picture_in(element))


def _is_notes(element: etree._Element) -> bool:
    """Whether it holds footnotes, which authors write; `doc-endnotes` is a role of DPUB-ARIA."""
    own = " ".join(element.get(name, "") for name in ("class", "id", "role")).lower()
    return "data-footnotes" in element.attrib or _FOOTNOTES.search(own) is not None


def _with_inner(part: Part) -> Iterator[Part]:
    yield part
    for one in part.inner:
        yield from _with_inner(one)


def drop_selectors(
    pages: Sequence[LearningPage], bodies: Sequence[Selector]
) -> tuple[list[Selector], list[StayingPart]]:
    """The selectors of furniture inside of the bodies that these selectors find, and what stays."""
    drops: list[Selector] = []
    staying: list[StayingPart] = []
    trimmed: dict[Selector, list[TrimmedBody]] = {body: [] for body in bodies}
    for page in pages:
        for body in bodies:
            found = page.index.matches(body)
            if len(found) == 1:
                if found[0] in page.containers:
                    trimmed[body].append(TrimmedBody(page, found[0]))
                break
    for body, own in trimmed.items():
        of_body, left = _of_body(body, own)
        drops += of_body
        staying += left
    return drops[:MAX_DROPS], staying


def _of_body(
    body: Selector, bodies: Sequence[TrimmedBody]
) -> tuple[list[Selector], list[StayingPart]]:
    # What a loop or a shortcode makes at the end of posts recurs, too.
    teachers = telling(bodies, [not one.page.post.makes_words for one in bodies])
    recurring = _Recurring(teachers)
    furniture = [[*recurring.furniture(one)] for one in teachers]
    counted = Counter(
        name for parts in furniture for name in {n for part in parts for n in recurring.names(part)}
    )
    left = {part.element for parts in furniture for part in parts}
    drops: list[Selector] = []
    for (chosen, depth), _ in sorted(
        counted.items(), key=lambda row: (-row[1], _rank(row[0][0]), row[0])
    ):
        drop = Selector(((" ", Compound(chosen)),)).under(body, " " if depth else ">")
        found = [{*one.page.index.matches(drop)} for one in bodies]
        is_safe = all(elements <= one.all for elements, one in zip(found, bodies, strict=True))
        if is_safe and left & set().union(*found):
            left -= {one for top in set().union(*found) for one in top.iter()}
            drops.append(drop)
    return drops, _staying(teachers, left)


def _staying(bodies: Sequence[TrimmedBody], left: Collection[etree._Element]) -> list[StayingPart]:
    """What most bodies have at the same place, and no selector removes: said once for each."""
    found: defaultdict[tuple[bool, str], list[StayingPart]] = defaultdict(list)
    for body in bodies:
        for is_above, side in zip((True, False), body.sides, strict=True):
            for outer in side:
                for number, part in enumerate(_left_of(outer, left)):
                    text = " ".join(text_of(part.element).split())
                    if words(text) and not _is_written(text, body.page.post.words):
                        place = f"{_place(outer)} {number}"
                        quote = shortened(text, _LONGEST_QUOTE)
                        found[is_above, place].append(StayingPart(quote, is_above, part.is_title))
    least = max(_STAYS * len(bodies), 2)
    return [parts[0] for parts in found.values() if len(parts) >= least]


def _is_written(text: str, source: Sequence[str]) -> bool:
    """Whether a part of two words or more says nothing but words of the source in its order.

    Below three words nothing else tells that they are the author's.
    """
    said = words(text)
    return len(said) > 1 and f" {' '.join(said)} " in f" {' '.join(source)} "


def _left_of(part: Part, left: Collection[etree._Element]) -> Iterator[Part]:
    """The part, or what is left of it, if some parts within are removed."""
    if part.element not in left:
        return
    if all(one.element in left for one in _with_inner(part)):
        yield part
    else:
        for one in part.inner:
            yield from _left_of(one, left)


def _place(part: Part) -> str:
    """Where a part stands: how deep, and as which child from the beginning or the end."""
    return f"{part.depth} {part.element.tag} {''.join(places_of(part.element)[:1])}"


class _Recurring:
    """What the parts of the bodies of one template have in common."""

    def __init__(self, bodies: Sequence[TrimmedBody]) -> None:
        self._count = len(bodies)
        self._pages: Counter[str] = Counter()
        # The names that parts have whose pictures may be written by the author.
        self._written: set[str] = set()
        titled = 0
        for body in bodies:
            parts = body.parts
            titled += any(part.is_title for part in parts)
            self._pages.update({key for part in parts for key in self._keys(part)})
            self._written |= {
                key for part in parts if part.may_be_written for key in self._keys(part)
            }
        self._has_titles = titled >= _TITLED * self._count

    def furniture(self, body: TrimmedBody) -> Iterator[Part]:
        """The parts of a body up to the first that does not recur, on both sides."""
        for side in body.sides:
            for part in side:
                if not self._recurs(part):
                    break
                yield from _with_inner(part)

    def names(self, part: Part) -> set[tuple[tuple[str, ...], int]]:
        """By which names a drop selector may find the part, with whether it is a direct child."""
        depth = min(part.depth, 1)
        tag, *others = names_of(part.element) or [""]
        found: set[tuple[str, ...]] = {(one,) for one in others if self._is_frequent(one, part)}
        found |= {(tag, *name) for name in found}
        if part.is_stated and self._has_titles:
            found.add((str(part.element.tag), TITLE))
        elif tag and tag not in _WRITTEN and not part.has_media:
            found.add((tag,))
        return {(names, depth) for names in found}

    def _recurs(self, part: Part) -> bool:
        """Whether other posts have it, too, or something at the same place."""
        if part.is_title:
            return self._has_titles
        place = _place(part)
        is_always = self._count >= _FEWEST and self._pages[place] >= _ALWAYS * self._count
        return is_always or bool(self.names(part))

    def _keys(self, part: Part) -> Iterator[str]:
        yield from names_of(part.element)
        yield _place(part)

    def _is_frequent(self, name: str, part: Part) -> bool:
        if is_made(name):
            return False
        is_called = not part.has_media and _CALLED.search(name.lower()) is not None
        is_picture = part.has_media and name not in self._written
        share = _RECURS if is_called or is_picture else _PICTURES
        return self._pages[name] >= max(share * self._count, min(2, self._count))


def _rank(names: tuple[str, ...]) -> int:
    """The lower, the better a name says what the furniture is."""
    called = any(_CALLED.search(name.lower()) for name in names)
    return 3 * (not called) + sum(map(looks, names)) + len(names)


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
