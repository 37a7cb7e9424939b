"""Find in the body of a page what an edit took out of its source. Pure.

A page that still shows what only the old source had was not built again. That is seen in its words
and their punctuation, in the targets of its pictures and links, and in the texts that stand for
pictures. Whatever the new source may still put there is no
trace of the old one: an edit that the page never shows must not seem to wait for a build.
"""

from __future__ import annotations

import re
from html import unescape
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote

from publisher.sources.built.pages.page import PageError, words_in
from publisher.sources.built.pages.source_markup import shown_text, without_comments
from publisher.sources.built.pages.tree import TooDeepError, tree_of
from publisher.sources.built.pages.words import source_words, triples, words
from publisher.text.lazy_attributes import POSTERS, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml import etree

# What puts text and targets into a page that the source does not have.
_TEMPLATE_CODE = re.compile(r"\{\{|\{%|<%|<[A-Z]|\binclude::")
_TARGETS = (*SOURCES, *POSTERS, "href")
_MAX_TARGETS = 1_000  # of one body
_ABSOLUTE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)
_ALTERNATIVE = re.compile(r"""!\[([^\[\]\n]+)\]|\balt="([^"<>&\n]+)\"""")
_TOKEN = re.compile(r"[^\W_]+|[.,;:!?]+")
_PAGE_SUFFIX = re.compile(r"(?:^|/)index\.html?$|\.html?$")


def shows_removed(old: str, new: str, body: str) -> bool:
    """Whether the body, which is HTML, shows what the old source has and the new one has not.

    Both sources are texts without front matter. What is hidden in comments counts as removed. If
    the new source has more template code than the old one, that may have taken the place of it.
    """
    old, new = without_comments(old), without_comments(new)
    if len(_TEMPLATE_CODE.findall(new)) > len(_TEMPLATE_CODE.findall(old)):
        return False
    try:
        tree = tree_of(f"<!DOCTYPE html><html><body>{body}</body></html>".encode())
        return tree is not None and any(
            has(tree, old, new)
            for has in (_has_words, _has_targets, _has_alternatives, _has_punctuation)
        )
    except (TooDeepError, PageError):
        return False


def _has_words(tree: etree._Element, old: str, new: str) -> bool:
    # The raw words of the new source are in it, too: markup may hold a text that the page shows.
    kept = triples(source_words(new, title=None)) | triples(words(new))
    removed = triples(source_words(old, title=None)) - kept
    return not removed.isdisjoint(triples(words_in(tree)))


def _has_alternatives(tree: etree._Element, old: str, new: str) -> bool:
    """Whether a picture has the alternative text of the old source alone."""
    removed = {found[1] or found[2] for found in _ALTERNATIVE.finditer(old)}
    shown = {" ".join((picture.get("alt") or "").split()) for picture in tree.iter("img")}
    return any(text in shown and text not in new for text in removed)


def _has_punctuation(tree: etree._Element, old: str, new: str) -> bool:
    """Whether punctuation of the old source alone is there, between the same words.

    If the generator writes it in another way, e.g. with typographic dots, it is not.
    """
    kept = triples(_tokens(shown_text(new))) | triples(_tokens(new))
    removed = triples(_tokens(shown_text(old))) - kept
    return not removed.isdisjoint(triples(_tokens(" ".join(map(str, tree.itertext())))))


def _tokens(text: str) -> list[str]:
    """The words and the punctuation of a text."""
    return _TOKEN.findall(text)


def _has_targets(tree: etree._Element, old: str, new: str) -> bool:
    kept = {*new.splitlines()}
    removed = _readable(line for line in old.splitlines() if line not in kept)
    text = _readable([new])
    return any(
        _is_named(target, removed) and not _is_named(target, text)
        for target in islice(dict.fromkeys(_targets(tree)), _MAX_TARGETS)
    )


def _readable(lines: Iterable[str]) -> str:
    """The text with URLs as people read them."""
    return unquote(unescape("\n".join(lines)))


def _targets(tree: etree._Element) -> Iterator[str]:
    for element in tree.iter():
        for name in _TARGETS:
            target = element.get(name)
            if target and not target.startswith(("#", "data:")):
                yield target


def _is_named(target: str, text: str) -> bool:
    """Whether a source names a target of its page: by the whole URL, or by the end of its path."""
    if _ABSOLUTE.match(target):
        if _has(text, unquote(target).rstrip("/"), not_before="/", not_behind=r"?&=%~+"):
            return True
        text = _URL.sub(" ", text)  # the paths of other sites may end alike
    name = _name(target)
    # A name that is a word of prose, e.g. of `/about/`, must look like a part of a path.
    return bool(name) and _has(text, name, not_before=r"\s" if name.isalpha() else "")


def _name(target: str) -> str:
    """The end of the path: the name of a file, but of a page without `.html`; or of a mailbox."""
    path = _ABSOLUTE.sub("", target).partition("#")[0].partition("?")[0]
    return unquote(_PAGE_SUFFIX.sub("", path).rstrip("/").rpartition("/")[2].rpartition(":")[2])


def _has(text: str, name: str, *, not_before: str, not_behind: str = "") -> bool:
    """Whether the text has the name as a whole. The source of a page may have another suffix."""
    if name not in text:
        return False
    longer = r"[-./]\w" if "." in name else r"[-/]\w"
    whole = rf"(?:^|[^\w{not_before}]){re.escape(name)}(?![\w{not_behind}]|{longer})"
    return bool(re.search(whole, text))
