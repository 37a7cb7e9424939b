"""How the addresses of pages differ from those that our rules give, in words. Pure.

Where most of the pages follow a permalink template that we can fill in, the template is inferred
from their addresses.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from publisher.sources.built.pages.page_url import url_path
from publisher.text import permalinks
from publisher.text.counts import number_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.post import Post


class PlacedPost(Struct, frozen=True):
    """A post, the absolute URL that our rules give it, and the absolute URL of its page."""

    post: Post
    expected: str
    address: str


class AddressDifference(Struct, frozen=True):
    """What is different about the addresses of some posts, as a sentence without a full stop.

    `template` is a permalink template that gives these addresses; None if there is none.
    """

    message: str
    posts: tuple[PurePosixPath, ...]
    template: str | None = None


_MAX_TEMPLATES = 5  # that are named
_SAMPLE = 200  # posts from which templates are inferred
_TRIED = 12  # templates that are tried on all posts
_MAX_PER_POST = 64  # templates that give the address of one post


def differences(
    placed: Sequence[PlacedPost], *, site_url: str, zone: dt.tzinfo
) -> tuple[AddressDifference, ...]:
    """The differences, those of the most posts first. `zone` is that of the dates in URLs."""
    by_form: defaultdict[str, list[PlacedPost]] = defaultdict(list)
    for one in placed:
        by_form[_form(one.expected, one.address)].append(one)
    by_form.pop("", None)
    others = [_Located(one, site_url, zone) for one in by_form.pop(_OTHER, ())]
    found = [_difference(posts, form) for form, posts in by_form.items()]
    found += _by_template(others)
    return tuple(sorted(found, key=lambda one: (-len(one.posts), one.message)))


def _difference(
    placed: Sequence[PlacedPost], where: str, template: str | None = None
) -> AddressDifference:
    first = placed[0]
    is_one = len(placed) == 1
    message = (
        f"{number_of(len(placed), 'post')} {'has' if is_one else 'have'} no page at the expected "
        f"address, e.g. {urlsplit(first.expected).path} of {first.post.path}; "
        f"{'its page is' if is_one else 'the pages are'} {where}"
    )
    return AddressDifference(message, tuple(one.post.path for one in placed), template)


# Addresses that differ only in their form

_OTHER = "elsewhere"
_ENDING = re.compile(r"(?:/index)?\.x?html?$|/$")
_ENDINGS = {"/": "with a slash at the end", "": "without an ending"}


def _form(expected: str, address: str) -> str:
    """What is different, as the end of a sentence; empty if nothing is."""
    ours, its = urlsplit(expected), urlsplit(address)
    our_path, its_path = url_path(ours.path), url_path(its.path)
    if our_path == its_path:
        return "" if ours.netloc == its.netloc else f"at the host {its.netloc}"
    our_bare, its_bare = (_ENDING.sub("", path) for path in (our_path, its_path))
    if our_bare == its_bare:
        ending = its_path.removeprefix(its_bare)
        return f"at the same path {_ENDINGS.get(ending, f'with {ending} at the end')}"
    if our_bare.lower() == its_bare.lower():
        return "at the same path with other capitals"
    return _OTHER


# Addresses elsewhere


class _Located:
    """A post with the path of its page below the site's URL, and what placeholders stand for."""

    def __init__(self, placed: PlacedPost, site_url: str, zone: dt.tzinfo) -> None:
        post = placed.post
        root = urlsplit(site_url).path.rstrip("/")
        self.placed = placed
        self.path = url_path(urlsplit(placed.address).path.removeprefix(root))
        self.values = permalinks.values(
            post.published.astimezone(zone), post.slug, post.path, post.categories
        )

    def is_at(self, template: str) -> bool:
        return url_path(permalinks.filled(template, self.values)) == self.path


def _by_template(located: Sequence[_Located]) -> Iterator[AddressDifference]:
    """Group posts by the templates that give the addresses of most of them."""
    left = located
    for _ in range(_MAX_TEMPLATES):
        template = _best_template(left)
        if template is None:
            break
        placed = [one.placed for one in left if one.is_at(template)]
        yield _difference(placed, f"at {template}", template)
        left = [one for one in left if not one.is_at(template)]
    if left:
        placed = [one.placed for one in left]
        where = urlsplit(placed[0].address).path
        yield _difference(placed, f"at {'' if len(left) == 1 else 'other addresses, e.g. '}{where}")


def _best_template(located: Sequence[_Located]) -> str | None:
    """The template that gives the most addresses, at least two and a tenth of them."""
    step = len(located) // _SAMPLE + 1
    votes = Counter(template for one in located[::step] for template in _templates(one))
    counts = {
        template: sum(one.is_at(template) for one in located)
        for template in sorted(votes, key=lambda template: (-votes[template], _rank(template)))[
            :_TRIED
        ]
    }
    best = min(counts, key=lambda template: (-counts[template], _rank(template)), default="")
    return best if counts.get(best, 0) >= max(2, len(located) / 10) else None


# The first that fit are preferred.
_TEXTS = ("slug", "title", "name", "categories", "slugified_categories", "section", "sections",
          "path")  # fmt: skip
_DATES = ("year", "month", "day", "i_month", "i_day", "short_month", "long_month", "y_day",
          "short_year", "week", "hour", "minute", "second")  # fmt: skip
_RANKS = {name: rank for rank, name in enumerate((*_DATES, *_TEXTS))}


def _rank(template: str) -> tuple[int, int, str]:
    """Prefer templates without numbers, then those of the simplest parts."""
    names = re.findall(":([a-z_]+)", template)
    numbers = len(re.findall("[0-9]+", template))
    return numbers, sum(_RANKS.get(name, 0) for name in names), template


def _templates(located: _Located) -> list[str]:
    """Templates that give the address of one post."""
    segments = unquote(located.path).split("/")[1:]
    found: list[tuple[str, int]] = [("", 0)]
    while unfinished := [one for one in found if one[1] < len(segments)]:
        at = min(position for _, position in unfinished)
        longer = [
            (f"{template}/{piece}", at + length)
            for template, position in found
            if position == at
            for piece, length in _pieces(segments[at:], located.values)
        ]
        found = [*longer, *(one for one in found if one[1] != at)][:_MAX_PER_POST]
    return [template for template, _ in found]


def _pieces(segments: Sequence[str], values: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The placeholders or the text of the next segments of a path, and how many these are."""
    for name in ("categories", "sections", "path"):
        parts = values[name].strip("/").split("/")
        if len(parts) > 1 and [*segments[: len(parts)]] == parts:
            yield f":{name}", len(parts)
    for piece in _piece(segments[0], values):
        yield piece, 1


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SUFFIX = re.compile(r"\.x?html?$")


def _piece(segment: str, values: Mapping[str, str]) -> Iterator[str]:
    """One segment, with placeholders where it holds what they stand for."""
    suffix = _SUFFIX.search(segment)
    ending = suffix[0] if suffix else ""
    stem = unicodedata.normalize("NFC", segment.removesuffix(ending))
    day = "{year}-{month}-{day}".format_map(values)
    prefix = ":year-:month-:day" if stem.startswith(day) else ""
    rest = stem.removeprefix(day) if prefix else stem
    hyphen = "-" if prefix and rest.startswith("-") else ""
    rest = rest.removeprefix(hyphen)
    for name in (*_DATES, *_TEXTS):
        if rest and values[name] == rest:
            yield f"{prefix}{hyphen}:{name}{ending}"
    if ":" not in segment and not _YEAR.search(rest):  # a year of some posts is no template
        yield f"{prefix}{hyphen}{rest}{ending}"
