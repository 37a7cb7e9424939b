"""Refuse pages of a theme that puts its own words into the texts of the posts. Pure.

The selectors of publisher.yaml fit the theme that they were learned from. With another one, the
title, the date or a box may stand in every body, which shows all of its post nevertheless.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from publisher.errors import UnsafePlanError
from publisher.sources.built.added_elements import selectors_before
from publisher.sources.built.bodies.added_words import NO_WORDS
from publisher.sources.built.bodies.opened_page import title_of
from publisher.sources.built.bodies.shared_words import longest_shared, quoted
from publisher.sources.built.learning.foreign import makes_words
from publisher.sources.built.pages.words import words
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from publisher.post import Post
    from publisher.sources.built.bodies.shared_words import Piece
    from publisher.sources.built.state.conclusion import Look

FEWEST_PAGES = 5  # that tell something about a theme
# Nobody but a template puts the title above the text of a post that was not edited.
_FEWEST_TITLED = 3
_NEARLY_ALL = 0.9  # of them


def require_known_theme(
    opened: Iterable[tuple[Post, Look]],
    drop: Sequence[str],
    memory: Path,
    *,
    wants_title: bool,
    is_forgotten: bool,
) -> None:
    """Raise UnsafePlanError if the opened pages show that posts.drop no longer fits them.

    `memory` is the file that remembers the pages. `is_forgotten`: it remembers no body, although
    earlier runs have read some. Otherwise a page of which it knows none is new, and has not
    changed.

    A selector that matches nothing on them is no proof: it may be meant for few pages. It is one if
    nearly all of these bodies show words around their posts that they did not show before. Posts
    that were edited do not count: their bodies may show a new title. Neither do bodies in which the
    text of the post cannot be found, e.g. because it is one picture: nothing stands around it.
    """
    pages = [
        (post, look)
        for post, look in opened
        if not look.is_edited
        and not look.opened.refusal(wants_title=wants_title)
        and (is_forgotten or look.opened.added_last is not None)
    ]
    pages = [(post, look) for post, look in pages if look.opened.added.is_found]
    titled = [(post, look) for post, look in pages if words(title_of(post) or "")]
    if len(titled) >= _FEWEST_TITLED:
        _require_no_titles(titled, memory)
    looks = [
        look for post, look in pages if not makes_words(post.body, post.syntax.template_language)
    ]
    if len(looks) >= FEWEST_PAGES:
        _require_no_shared_words(looks, drop, memory)


def _require_no_titles(pages: Sequence[tuple[Post, Look]], memory: Path) -> None:
    looks = [look for _, look in pages]
    titled = [(post, look) for post, look in pages if _shows_title(post, look)]
    useless = _useless(looks)
    # A selector may be meant for few pages, so on few it is no sign that it matches nothing.
    is_new = _are_rebuilt(titled) or (useless and len(looks) >= FEWEST_PAGES)
    if is_new and len(titled) >= _NEARLY_ALL * len(looks):
        raise _refused("the title of the post", looks, useless, memory, _before(titled))


def _require_no_shared_words(looks: Sequence[Look], drop: Sequence[str], memory: Path) -> None:
    """Posts whose sources make words do not count: these may be the same in all of them."""
    useless, shared = _useless(looks), _shared(looks)
    # Of a theme of which nothing is remembered, some words may always have been there.
    if shared and useless and (useless >= {*drop} or any(look.opened.added_last for look in looks)):
        raise _refused(quoted(shared), looks, useless, memory)


def _useless(looks: Sequence[Look]) -> frozenset[str]:
    return frozenset.intersection(*(look.opened.useless for look in looks))


def _shows_title(post: Post, look: Look) -> bool:
    """Whether the title stands before the text, and did not when the post was taken last."""
    title, last = title_of(post), look.opened.added_last or NO_WORDS
    return look.opened.added.titles(title) > last.titles(title)


def _are_rebuilt(pages: Sequence[tuple[Post, Look]]) -> bool:
    """Whether the pages are others than those to which the same selectors were applied before."""
    known = [look for _, look in pages if look.opened.added_last is not None]
    return bool(known) and all(
        look.row.digest != look.digest and _reader(look.row.digest) == _reader(look.digest)
        for look in known
    )


def _before(pages: Sequence[tuple[Post, Look]]) -> Sequence[str]:
    """Selectors of what nearly all of these bodies show before their posts."""
    counted = Counter(
        selector
        for post, look in pages
        for selector in selectors_before(
            look.body.html, len(look.opened.added.before), title_of(post)
        )
    )
    return [one for one, count in counted.items() if count >= _NEARLY_ALL * len(pages)]


def _reader(digest: str) -> str:
    return digest.rpartition(":")[0]


def _shared(looks: Sequence[Look]) -> Sequence[str]:
    """Words that nearly all bodies show around their posts and did not show before."""
    return longest_shared([[*_new_pieces(look)] for look in looks], share=_NEARLY_ALL)


def _new_pieces(look: Look) -> Iterator[Piece]:
    now, last = look.opened.added, look.opened.added_last or NO_WORDS
    for is_before, side, known in (
        (True, now.before, last.before),
        (False, now.behind, last.behind),
    ):
        for is_known, piece in groupby(side, frozenset(known).__contains__):
            if not is_known:
                yield is_before, [*piece]


def _refused(
    what: str,
    looks: Sequence[Look],
    useless: Iterable[str],
    memory: Path,
    selectors: Iterable[str] = (),
) -> UnsafePlanError:
    names = [f"`{one}`" for one in sorted(useless)]
    gone, verb = " and ".join(names), "match" if len(names) > 1 else "matches"
    cause = f", and {gone} of posts.drop {verb} nothing there" if gone else ""
    way = f"remove {gone} from posts.drop" if gone else f"move {memory} away, and run again"
    added = " and ".join(f"`{one}`" for one in selectors)
    proposal = f" (add {added} to posts.drop)" if added else ""
    return UnsafePlanError(
        f"nearly all of {number_of(len(looks), 'page')} show {what} in the text of their post"
        f"{cause}, e.g. {looks[0].page}; nothing was built or sent. The theme of the site seems to "
        f"have changed: correct posts.body and posts.drop{proposal}, or run "
        f"`publisher init --learn`. If readers should get that, {way}"
    )
