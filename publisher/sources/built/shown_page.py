"""What a page shows of a post that is made of it. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.post import BuiltBody
from publisher.sources.built.pages.page_facts import base_of

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from publisher.sources.built.bodies.body import Extracted
    from publisher.sources.built.pages.page_dates import PageDates
    from publisher.sources.built.pages.page_facts import PageFacts
    from publisher.sources.built.read_pages import ReadPage


class ShownPage(Struct, frozen=True, kw_only=True):
    """A page of the site that shows a post, or that has no date and so is a page."""

    path: PurePosixPath
    address: str
    facts: PageFacts
    dates: PageDates | None
    page: ReadPage


def body_of(shown: ShownPage) -> BuiltBody:
    extracted = shown.page.extracted
    html, base = (extracted.html, extracted.base) if extracted else ("", "")
    return BuiltBody(html, base_of(shown.address, base))


def text_of(extracted: Extracted) -> str:
    """The text in the place of a source: the words, and a hash of everything that the page shows.

    Not the HTML, in which a generator changes classes and ids with every build.
    """
    return f"{' '.join(extracted.words)}\n\n{extracted.hash}" if extracted.words else extracted.hash


def source_of(shown: ShownPage, found: PageDates) -> str:
    """The hash of what the page shows of the post, for `Post.source`.

    Neither its URLs nor the date of its last change: a generator writes these anew.
    """
    facts, page = shown.facts, shown.page
    parts = [
        facts.title,
        facts.description,
        page.tags,
        page.categories,
        [author.name for author in facts.authors],
        facts.language,
        found.published.isoformat(),
        page.extracted.hash if page.extracted else "",
    ]
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()
