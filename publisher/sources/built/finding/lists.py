"""Tell the page of a post from a list that shows its text among those of others. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.sources.built.finding.page_words import has_title
from publisher.sources.built.finding.pair import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.sources.built.finding.page_words import PageWords
    from publisher.sources.built.finding.pair import PostWords

_FEWEST = 8  # triples of a text that is recognised


def is_list(page: PageWords, post: PostWords, others: Iterable[PostWords]) -> bool:
    """Whether the page, which has the words of the post, shows other posts whole and not its title.

    `others` are posts; those with the text of this post do not count.
    """
    return not has_title(page, post.title) and shows_others(page, post, others)


def shows_others(page: PageWords, post: PostWords, others: Iterable[PostWords]) -> bool:
    """Whether the page of a post shows other posts whole that have not its text."""
    return any(
        _shows(page.triples, other.triples) and not _shows(post.triples, other.triples)
        for other in others
    )


def _shows(triples: frozenset[int], text: frozenset[int]) -> bool:
    return len(text) >= _FEWEST and len(text & triples) >= WHOLE * len(text)
