"""The words of texts, and the triples of words by which a post and its page are compared. Pure.

A source and its page are written in different markups. What they share is the order of their words,
so everything here is about words, whatever the dialect of the source.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from publisher.sources.built.pages.source_markup import shown_text

if TYPE_CHECKING:
    from collections.abc import Sequence

# Scripts that put no spaces between words: each character is a word. Thai to Khmer (whose vowel
# signs `\w` does not match), Han and its repetition marks, kana, Bopomofo, Yi.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3105-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uf900-\ufaff\U0001b000-\U0001b16f"
    "\U00020000-\U0003fffd"
)
# An underscore is markup more often than it is part of a word.
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_ASCII_WORD = re.compile("[a-z0-9]+")

# Odd numbers of 64 bits (fractions of square roots), which make the order of words count.
_FIRST, _SECOND = 0x6A09E667F3BCC909, 0xBB67AE8584CAA73B
_MASK = (1 << 63) - 1  # 63 bits, so that SQLite can hold a triple as a signed integer
_MAX_HASHED_WORDS = 200_000  # kept in memory; more than the vocabulary of a large site


def words(text: str) -> list[str]:
    """The words in order: in lower case, NFKC, without punctuation; numbers are words, too."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    # Folding can undo a normal form and the other way round, e.g. for a dotted capital I.
    return _WORD.findall(unicodedata.normalize("NFKC", text.casefold()).casefold())


def source_words(body: str, *, title: str | None) -> list[str]:
    """The words that a page shows of a post's text, which begins below the front matter.

    A title at the beginning of the text is left out: the page shows it as its own.
    """
    found = words(shown_text(body))
    first = words(title or "")
    return found[len(first) :] if found[: len(first)] == first else found


def triples(words: Sequence[str]) -> frozenset[int]:
    """Hashes of each three consecutive words. They are the same on all machines and versions."""
    hashes = [_hash(word) for word in words]
    return frozenset(
        (first * _FIRST + second * _SECOND + third) & _MASK
        for first, second, third in zip(hashes, hashes[1:], hashes[2:], strict=False)
    )


def missing_triples(words: Sequence[str], among: Sequence[str]) -> frozenset[int]:
    """The triples of words that others lack: `triples(words) - triples(among)`, but faster.

    Few are missing, and only these are hashed.
    """
    missing = consecutive(words).difference(zip(among, among[1:], among[2:], strict=False))
    return frozenset().union(*map(triples, missing))


def consecutive(words: Sequence[str]) -> set[tuple[str, str, str]]:
    """Each three consecutive words."""
    return {*zip(words, words[1:], words[2:], strict=False)}


@lru_cache(_MAX_HASHED_WORDS)
def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(errors="replace"), digest_size=8).digest())
