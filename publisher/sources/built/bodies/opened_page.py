"""Read what one built page shows of its post: the body, the address, the metadata. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

from msgspec import Struct

from publisher.post import BuiltBody
from publisher.sources.built.bodies.accept import (
    OTHER_TITLE,
    Accepted,
    RefusedBody,
    accepts,
    keeps,
    kept_words,
    only_by_title,
    shows_title,
)
from publisher.sources.built.bodies.added_words import NO_WORDS, AddedWords, added_words, useless
from publisher.sources.built.bodies.body import extract
from publisher.sources.built.bodies.kept_parts import KeptParts, kept_parts
from publisher.sources.built.pages.head import Head
from publisher.sources.built.pages.page import words_of_html
from publisher.sources.built.pages.page_facts import absolute, base_of
from publisher.sources.built.pages.words import missing_triples, source_words, triples
from publisher.text.titles import plain_title

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePosixPath

    from publisher.post import Post
    from publisher.sources.built.bodies.body import Extracted
    from publisher.sources.built.pages.page import BuiltPage


class OpenedPage(Struct, frozen=True):
    """What a page shows of a post.

    `refusals` are the reasons why the body is not taken, empty if it is: first if the page need not
    show the title of the post, then if it must. Every page has the title of a post without one.
    `is_by_title` tells whether only the title speaks for the page (`accept.only_by_title`).
    `missing` are the triples of the source that the page lacks; `lacks_end` tells whether the last
    one is among them. `added` are the words around the post in the body, `added_last` those in the
    one that was taken last (None: none was). `useless` are the selectors of `drop` that match
    nothing in it. `kept` is a sentence about what the author wrote where they name only a place;
    else empty. `kept_words` are those of `accept`, (0, 0) if no body was taken before.
    """

    body: BuiltBody
    hash: str
    refusals: tuple[str, str]
    has_title: bool
    missing: frozenset[int]
    lacks_end: bool
    head: Head
    added: AddedWords = NO_WORDS
    added_last: AddedWords | None = None
    useless: frozenset[str] = frozenset()
    kept: str = ""
    kept_words: tuple[int, int] = (0, 0)
    is_by_title: bool = False

    def refusal(self, *, wants_title: bool) -> str:
        return self.refusals[wants_title]


def open_page(
    page: BuiltPage,
    post: Post,
    *,
    body: Sequence[str],
    drop: Sequence[str],
    site_root: str,
    last: BuiltBody | None = None,
) -> OpenedPage:
    """Compare a page with the post that it may show.

    `body` and `drop` are the selectors of publisher.yaml; without `body` none is looked for. `last`
    is the body that was taken last, if one was.
    """
    title, written = title_of(post), written_title(post)
    has_title = not written or shows_title(written, page.head)
    source = source_words(post.body, title=title)
    missing = missing_triples(source, page.words)
    parts = kept_parts(page, body, drop, source, post.body) if body else KeptParts()
    extracted = extract(page, body, drop, kept=parts.elements) if body else None
    last_words = words_of_html(last.html) if last and extracted else None
    base = base_of(url_of(page.path, site_root), extracted.base if extracted else "")
    return OpenedPage(
        body=BuiltBody(
            extracted.html if extracted else "",
            base,
            page.head.language,
            page.head.description,
            (absolute(base, page.head.image) or None) if page.head.image else None,
        ),
        hash=extracted.hash if extracted else "",
        refusals=_refusals(written, source, page, extracted, last_words, has_title=has_title),
        has_title=has_title,
        missing=missing,
        lacks_end=not triples(source[-3:]).isdisjoint(missing),
        head=page.head,
        added=added_words(extracted.words, source) if extracted else NO_WORDS,
        added_last=None if last_words is None else added_words(last_words, source),
        useless=useless(page, body, drop),
        kept=parts.message,
        kept_words=kept_words(source, last_words, extracted.words)
        if last_words is not None and extracted
        else (0, 0),
        is_by_title=extracted is not None and only_by_title(source, extracted.words, page.words),
    )


def unreadable(path: PurePosixPath, reason: str, *, site_root: str) -> OpenedPage:
    """A page that exceeds a limit shows nothing."""
    body = BuiltBody("", url_of(path, site_root))
    return OpenedPage(body, "", (reason, reason), False, frozenset(), False, Head())


def _refusals(
    title: str | None,
    source: Sequence[str],
    page: BuiltPage,
    extracted: Extracted | None,
    last: Sequence[str] | None,
    *,
    has_title: bool,
) -> tuple[str, str]:
    if page.head.is_redirect and not (extracted and extracted.words):
        where = page.head.redirect_url or "another page"
        return (f"redirects to {where}",) * 2
    loss = keeps(source, last, extracted.words) if last is not None and extracted else None
    loose = _reason(accepts(title, source, page, extracted, wants_title=False)) or _reason(loss)
    has_other_title = extracted is not None and title is not None and not has_title
    return loose, OTHER_TITLE.reason if has_other_title else loose


def _reason(outcome: Accepted | RefusedBody | None) -> str:
    return outcome.reason if isinstance(outcome, RefusedBody) else ""


def title_of(post: Post) -> str | None:
    """The title as a page shows it; None if the author gave none."""
    return plain_title(post.title or post.name or "", post.syntax.titles) or None


def written_title(post: Post) -> str | None:
    """The title as the author wrote it, which some pages show; None if the author gave none."""
    return (post.title or post.name or None) if title_of(post) else None


def url_of(path: PurePosixPath, site_root: str) -> str:
    """The URL of a file of the output, whose root is that of the site's URL."""
    return urljoin(site_root, quote(str(path)).removesuffix("index.html"))
