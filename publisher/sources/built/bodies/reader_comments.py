"""Cut off what readers of a page have written below the post. Pure.

An author may write about comments, too. So a heading such as "Comments" ends the post only if what
stands below it is a form, a script or an element that says by its name that it holds comments.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from lxml import etree

from publisher.sources.built.bodies.tree_edits import (
    elements,
    finish,
    names,
    remove,
    text_of,
    tokens,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# The classes and ids of WordPress, Disqus, utterances, Giscus, Isso, Commento, Remark42, Cusdis,
# Gitalk, Valine, Waline, Twikoo, Staticman, webmentions and many themes.
_NAMES = names(
    "cactus-comments comment-list comment-section commentlist comments comments-area "
    "comments-section cusdis_thread disqus disqus-comments disqus_thread fb-comments giscus "
    "gitalk-container isso-thread js-comments page-comments page__comments post-comments "
    "post__comments remark42 respond tcomment utterances vcomments waline webmentions"
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TITLE = re.compile(
    r"(?:\d+ |no )?(?:comments?|responses?|replies|reactions|webmentions|discussion"
    r"|(?:leave|post|write|add) (?:a|your) (?:comment|reply|response)"
    r"|kommentare?|(?:kommentar|antwort) schreiben|commentaires?|laisser un commentaire"
    r"|comentarios?|comentários?|commenti|reacties|komentarze|komentáře|kommentarer|kommentit"
    r"|комментарии|коментарі|评论|評論|留言|コメント|댓글)(?: \(?\d+\)?)?[:：…!.]*"
)
_OF_COMMENTS = re.compile(
    r"comment|cusdis|disqus|giscus|hyvor|isso[/_-]|remark42|utteranc|webmention|\b(?:reply|respond)\b"
)
_NUMBER = names("sectnum section-number header-section-number")  # of docutils, Sphinx, Pandoc
_LOADERS = frozenset({"iframe", "noscript", "script"})
_CANDIDATES = etree.XPath(
    "descendant::*[@class or @id or self::h1 or self::h2 or self::h3 or self::h4 or self::h5"
    " or self::h6]"
)
_CLASSES_AND_IDS = etree.XPath(
    "descendant::*/@*[name() = 'class' or name() = 'id']", smart_strings=False
)


def cut(root: etree._Element) -> None:
    """Remove the comments below a post, their heading, and all that follows."""
    first = next(_starts(root), None)
    if first is not None:
        heading = first.getprevious()
        if (
            heading is not None
            and _is_heading_of_comments(heading)
            and not (heading.tail or "").strip()
        ):
            first = heading
        _remove_from(first, root)


def _starts(root: etree._Element) -> Iterator[etree._Element]:
    # Few bodies have one of the names, and those with code have thousands of classes.
    has_names = any(map(_is_named, {*cast("list[str]", _CLASSES_AND_IDS(root))}))
    candidates = _CANDIDATES(root) if has_names else root.iterdescendants(*_HEADINGS)
    for element in cast("Iterable[etree._Element]", candidates):
        if element.tag in _HEADINGS:
            if _is_heading_of_comments(element) and any(map(_is_machinery, _section(element))):
                yield element
        elif _holds_comments(element) and not _is_code(element):
            yield element


def _is_heading_of_comments(element: etree._Element) -> bool:
    text = " ".join(text_of(element).lower().split()) if element.tag in _HEADINGS else ""
    return _TITLE.fullmatch(text.rstrip("#¶ ")) is not None


def _holds_comments(element: etree._Element) -> bool:
    if _is_named(element.get("class", "")):
        return True
    # docutils gives a section of the post that is called "Comments" the id `comments`.
    return _is_named(element.get("id", "")) and not _is_section(element)


@lru_cache(1_000)
def _is_named(classes: str) -> bool:
    return bool(_NAMES & {*classes.lower().split()})


def _is_section(element: etree._Element) -> bool:
    """Whether it is a part of the post that begins with a heading and has its id from that."""
    return _is_named_by_heading(element) and not any(map(_is_machinery, elements(element)))


def _is_named_by_heading(element: etree._Element) -> bool:
    """Whether it begins with a heading whose words are its id, e.g. not "2 comments"."""
    first = next(iter(element), None)
    if first is None or first.tag not in _HEADINGS:
        return False
    numbers = {text_of(one) for one in first.iter("span") if _NUMBER & {*tokens(one)}}
    text = text_of(first)
    for number in numbers:
        text = text.removeprefix(number)
    return re.findall(r"[^\W_]+", text.lower()) == re.findall(
        r"[^\W_]+", element.get("id", "").lower()
    )


def _is_machinery(element: etree._Element) -> bool:
    """Whether it is a form, or loads or holds comments by its name, its URL or its content."""
    if element.tag in {"form", "textarea"}:
        return True
    if _is_named(element.get("id", "")) and not _is_named_by_heading(element):
        return True
    named = element.get("class", "")
    if element.tag in _LOADERS:
        named = f"{named} {element.get('src', '')} {' '.join(map(str, element.itertext()))}"
    return _OF_COMMENTS.search(named.lower()) is not None and not _is_code(element)


def _is_code(element: etree._Element) -> bool:
    is_block = element.tag in {"code", "pre"}
    return is_block or next(element.iterancestors("pre", "code"), None) is not None


def _section(heading: etree._Element) -> Iterator[etree._Element]:
    """What follows a heading up to the next one of its level or a higher one."""
    for element in heading.itersiblings():
        if element.tag in _HEADINGS and element.tag <= heading.tag:
            return
        yield element
        yield from elements(element)


def _remove_from(element: etree._Element, root: etree._Element) -> None:
    """Remove an element and all that follows it below the root."""
    inner = element
    while inner is not root and (parent := inner.getparent()) is not None:
        inner.tail = None
        for later in [*inner.itersiblings()]:
            parent.remove(later)  # with the text behind it
        inner = parent
    remove(element)
    finish(root)
