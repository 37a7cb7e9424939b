"""Compare the words of a post with those of its page, in whatever order they stand. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from publisher.lint.built.differences import LONGEST_QUOTE, Difference
from publisher.lint.built.word_runs import lacking
from publisher.sources.built.pages.words import words as words_of
from publisher.text.shortening import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from publisher.lint.built.body import PageBody
    from publisher.lint.built.words_of_source import SourceWords
    from publisher.post import Post

# Words without numbers. On five public sites, whose pages were compared with what their generators
# made of the bodies alone, 122 of 559 posts lack a word or two: labels, numbers of lists, marks. 11
# lack three or more, and in most of these the generator has swallowed text.
FEWEST_WORDS = 3
MAX_RUNS = 50  # whose places are looked up, of one post


def words(
    post: Post, page: PageBody, source: SourceWords, lost_code: Iterable[str]
) -> Iterator[Difference]:
    """Find the words that one of them lacks. Those of `lost_code` are known to be missing."""
    of_code = {word for block in lost_code for word in words_of(block)}
    found = lacking(source.shown, page.words, page.attribute_words, least=FEWEST_WORDS)
    lost = _of_text(source.shown, found, source.of_markup | of_code)
    if lost:
        quote, count = _quote(source.shown, lost)
        line = source.line(lost[0][0])
        yield Difference(post.path, line, "lacks-words", quote, "", count, len(lost))
    found = lacking(page.words, source.shown, source.written, least=FEWEST_WORDS)
    by_place: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, run in enumerate(found):
        by_place[page.place(*run) if number < MAX_RUNS else ""].append(run)
    for place, runs in by_place.items():
        quote, count = _quote(page.words, runs)
        yield Difference(post.path, 1, "has-words", quote, place, count, len(runs))


def _of_text(
    text: Sequence[str], runs: Iterable[tuple[int, int]], of_markup: Collection[str]
) -> list[tuple[int, int]]:
    """The runs of words most of which are no words of markup."""
    return [
        (start, end)
        for start, end in runs
        if 2 * sum(word in of_markup for word in text[start:end]) <= end - start
    ]


def _quote(text: Sequence[str], runs: Sequence[tuple[int, int]]) -> tuple[str, int]:
    """The words of the first run, in short, and the number of words in all of them."""
    words_of_first = " ".join(text[slice(*runs[0])])
    return shortened(words_of_first, LONGEST_QUOTE), sum(end - start for start, end in runs)
