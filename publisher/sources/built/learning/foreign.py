"""Count the words in bodies that are not their posts'. Pure.

A loop or a shortcode in a post makes words that its source does not have, and they are the post's
all the same. What a template puts around posts is on all of its pages. So posts whose source makes
words are left out, if the others are enough to judge the template.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from publisher.sources.built.pages.source_markup import outside_code
from publisher.sources.built.pages.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.post import TemplateLanguage

T = TypeVar("T")

FEWEST_POSTS = 20
_LABEL = 2  # words
# Tags of Liquid and its like, and shortcodes. Those that only mark code or links are none.
_TAGS = re.compile(
    r"""\{%(?!-?\s*(?:end)?(?:comment|highlight|link|post_url|raw|verbatim)\b)
    |\{\{(?!-?\s*site\.(?:base)?url\b)|<%|<\?(?:php|=)
    """,
    re.VERBOSE,
)
# Components of MDX and of the browser, and what includes a file, a list of headings or the output
# of a program.
_COMPONENTS = re.compile(
    r"""<[A-Z][\w.]*+[\s/>]|<[a-z]++-[\w-]++[\s/>]
    |(?i:^[ \t]*+\.\.[ ](?:auto\w++|contents|csv-table|gist|include|list-table|listing
        |literalinclude|plot|post-list|program-output|toctree|[\w-]{0,50}exec[\w-]*+)::
    |^(?:include|toc)::|^[ \t]*+\#\+include:
    |^[ \t]*+(?:\[\[?_?toc_?\]\]?[ \t]*+$|-+8<-+)|\{:toc|!\[\[|^[ \t]*+[`~]{3,}+[^\n]*\bexec\b)
    """,
    re.MULTILINE | re.VERBOSE,
)


class BodyWords(Struct, frozen=True):
    """How many words a body has, and how many of them its source does not have.

    `selector` is the one of `posts.body` that found the body: of one template.
    """

    selector: str
    words: int
    foreign: int
    is_whole: bool  # the source makes no further words


def not_written(body: Sequence[str], are_own: Sequence[bool], source: str) -> int:
    """How many words of a body are not the post's, and are nowhere else in its source.

    `are_own` tells of each word whether it is in the text of the post. The source may have others
    in its markup, e.g. the name of the file that is shown above code.
    """
    own = [word for word, is_own in zip(body, are_own, strict=True) if is_own]
    others = Counter(word for word, is_own in zip(body, are_own, strict=True) if not is_own)
    written = Counter(words(source))
    written.subtract(Counter(own))
    return sum(max(count - max(written[word], 0), 0) for word, count in others.items())


def makes_words(source: str, language: TemplateLanguage) -> bool:
    """Whether the generator may show words for this source that are not in it.

    Components in code are shown as they are, and so are template tags there if the generator has no
    template language for posts; others evaluate tags in code, too.
    """
    text = outside_code(source)
    tagged = text if language == "none" else source
    return bool(_TAGS.search(tagged) or _COMPONENTS.search(text))


def share(bodies: Sequence[BodyWords]) -> float:
    """The share of foreign words in the bodies that can tell; 0 if there are none."""
    counted = _telling_bodies(bodies)
    words = sum(one.words for one in counted)
    return sum(one.foreign for one in counted) / words if words else 0.0


def are_few(bodies: Sequence[BodyWords]) -> bool:
    """Whether the bodies have so few foreign words that these may be labels, e.g. of a box.

    Among the words of short posts they are a large share.
    """
    counted = _telling_bodies(bodies)
    return sum(one.foreign for one in counted) <= _LABEL * len(counted)


def _telling_bodies(bodies: Sequence[BodyWords]) -> Sequence[BodyWords]:
    counted: list[BodyWords] = []
    for selector in {one.selector for one in bodies}:
        own = [one for one in bodies if one.selector == selector]
        counted += telling(own, [one.is_whole for one in own])
    return counted


def telling(pages: Sequence[T], are_whole: Sequence[bool]) -> Sequence[T]:
    """Those of the pages of a template that show what it adds to posts: all, if too few do."""
    whole = [page for page, is_whole in zip(pages, are_whole, strict=True) if is_whole]
    return whole if len(whole) >= min(FEWEST_POSTS, len(pages) / 2) else pages
