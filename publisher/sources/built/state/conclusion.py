"""Conclude from a post and its opened page what goes out, and what is remembered. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from publisher.sources.built.folder.output_folder import Signature
from publisher.sources.built.pages.words import triples
from publisher.sources.built.state.waiting import (
    NO_TEXT,
    Early,
    Facts,
    Keep,
    NoPage,
    Take,
    Taken,
    Wait,
    decide,
    has_body,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePosixPath

    from publisher.post import BuiltBody
    from publisher.sources.built.bodies.opened_page import OpenedPage
    from publisher.sources.built.state.page_memory import PostMemory

# Since which page a post waits whose page did not show its text at all since it was edited. The
# first one that does may still be that of before the edit.
_NO_PAGE_YET = Signature(0, 0)
_MOST_EARLY = 5  # bodies with which a post went out early
# Of the triples of words that a page showed. An edit takes two away, and a theme splits words.
_FEWEST_LOST, _LEAST_LOST = 5, 0.1


class Look(Struct, frozen=True, kw_only=True):
    """A post and its page, as a run found them.

    `row` is what was remembered. `source` is a hash of the post's body, and `file` the bytes of its
    file with their `file_signature`. `digest` is that of the page's bytes and of what reads them.
    `body` is that of the page with its own metadata, `last` the one that was taken last (None: no
    page showed one), and `address` that of the page. `is_edited`: the file is not the one that was
    taken last. `is_cut`: the page is not written whole. `looked` is that of the memory.
    """

    row: PostMemory
    last: BuiltBody | None
    page: PurePosixPath
    signature: Signature
    digest: str
    opened: OpenedPage
    body: BuiltBody
    address: str
    source: str
    file: bytes
    is_edited: bool
    file_signature: Signature
    is_newer: bool
    is_cut: bool
    looked: str


class Goes(Struct, frozen=True):
    """The post goes out with this body; None means the one that was taken last."""

    row: PostMemory
    body: BuiltBody | None


class Stays(Struct, frozen=True):
    """The post stays as it was taken last, and waits if its row has a reason."""

    row: PostMemory


Conclusion: TypeAlias = Goes | Stays


def conclude(
    look: Look,
    *,
    wants_title: bool,
    shows_removed: bool,
    alike: tuple[str, ...],
    old_words: Sequence[str] = (),
    is_elsewhere: bool = False,
) -> Conclusion:
    """Conclude on one post. `wants_title`: the page must show the title of the post.

    `shows_removed` is that of `waiting`; it is asked only if `may_show_removed`. `alike` are the
    versions of the source that readers cannot tell from this one if the page is the same
    (`unseen`), and the one that was taken last is among them. `old_words` are those of the source
    that was taken last; they are asked for if `is_edited`. `is_elsewhere`: the pages say that the
    site has another URL than it has, so what goes out now is corrected when they do not any more.
    """
    row, refusal = look.row, _refusal(look, wants_title=wants_title)
    now = "" if refusal else _hash(look)
    page_body = row.taken.page_body if row.taken and is_as_taken(look) else now
    facts = Facts(
        has_page=True,
        is_newer=look.is_newer,
        source=look.source,
        page_body=page_body,
        missing=look.opened.missing,
        shows_removed=shows_removed,
        is_unseen=bool(alike),
        taken=row.taken,
        is_withdrawn=row.is_withdrawn,
        loses_text=_loses_text(look, old_words),
        is_cut=look.is_cut,
        lacks_end=look.opened.lacks_end,
        is_rewritten=row.waits == look.source
        and row.waits_since not in {look.signature.written(), _NO_PAGE_YET},
    )
    decision = decide(facts)
    match decision:
        case Take() if not (is_elsewhere and now):
            return _goes(look, now, replace(row, shown=page_body, refusal=refusal), alike)
        case Take() | Early():
            early = _with_early(row, now or page_body or _shown(look, now))
            return _goes(look, now, replace(early, shown=page_body, refusal=refusal), alike)
        case Wait(reason):
            return Stays(_waiting(look, reason, refusal))
        case Keep():
            return Stays(_waiting(look, "", refusal))
        case NoPage():
            raise AssertionError("the post has a page")
        case _:
            assert_never(decision)


def _with_early(row: PostMemory, page_body: str) -> PostMemory:
    """The row with one more body that is none of the site as it is deployed."""
    before = [one for one in row.early if one != page_body]
    return replace(row, early=(*before, page_body)[-_MOST_EARLY:])


def _loses_text(look: Look, old_words: Sequence[str]) -> bool:
    """Whether the page lacks much of what it showed, and what the source still has."""
    missing_before = look.row.taken.missing if look.row.taken else frozenset()
    shown = triples(old_words) - missing_before
    lost = shown & look.opened.missing
    return len(lost) >= max(_FEWEST_LOST, _LEAST_LOST * len(shown))


def _waiting(look: Look, reason: str, refusal: str) -> PostMemory:
    row = look.row
    since = row.waits_since if row.waits == look.source else _NO_PAGE_YET
    if since == _NO_PAGE_YET and not refusal:
        since = look.signature.written()
    # Whether a page is whole, other pages decide, too.
    looked = "" if look.is_cut else look.looked
    return replace(
        row, waits=look.source, waits_since=since, looked=looked, reason=reason, refusal=refusal
    )


def _refusal(look: Look, *, wants_title: bool) -> str:
    """Why the body on the page is not taken; empty if it is.

    If the page is as it was, only what reads it can have lost the body: its selectors or this
    program. The title of the post may be newer than the page.
    """
    taken = look.row.taken
    if taken and is_as_taken(look):
        is_same = _hash(look) == taken.page_body
        return "" if is_same else look.opened.refusal(wants_title=False)
    return look.opened.refusal(wants_title=wants_title)


def _hash(look: Look) -> str:
    """The hash of the body; that with which it was taken if it is the same.

    Another version of this program may hash it in another way.
    """
    taken = look.row.taken
    is_same = look.last is not None and look.last.html == look.body.html
    return taken.page_body if taken and is_same else look.opened.hash


def is_as_taken(look: Look) -> bool:
    """Whether the page shows what the post was taken with last.

    If its bytes are the same, then whatever became of the source, and whatever the selectors of
    publisher.yaml make of the page now.
    """
    taken = look.row.taken
    if taken is None or not has_body(taken):
        return False
    bytes_of = [digest.rpartition(":")[2] for digest in (look.digest, look.row.digest)]
    is_same_file = look.row.shown == taken.page_body and bytes_of[0] == bytes_of[1]
    return is_same_file or look.opened.hash == taken.page_body


def is_edited(look: Look) -> bool:
    """Whether the source was edited since it was taken."""
    taken = look.row.taken
    return taken is not None and taken.source != look.source


def may_show_removed(look: Look) -> bool:
    """Whether the page may be older than the edit of its source.

    Only if it shows what it showed before the edit. But of a post that was withdrawn meanwhile,
    other builds of the page may have been there that no run has seen.
    """
    return is_edited(look) and (look.row.is_withdrawn or is_as_taken(look))


def _goes(look: Look, now: str, row: PostMemory, alike: tuple[str, ...]) -> Goes:
    """The post goes out. `now` is the hash of its page's body; empty if that is refused."""
    taken = row.taken
    is_same_page = taken is not None and taken.page_body == _shown(look, now)
    seen = replace(
        placed(row, look.page),
        signature=look.signature,
        digest=look.digest,
        address=look.address,
        has_title=look.opened.has_title,
        file_signature=look.file_signature,
        # The page shows what an edit that was not seen before has changed.
        alike=alike if is_same_page or alike == row.alike else (),
        new_body="" if is_same_page else now,
    )
    if now:
        new = Taken(source=look.source, page_body=now, missing=look.opened.missing)
        return Goes(replace(seen, shown=now, taken=new, kept=look.opened.kept), look.body)
    if taken and _may_stay(row):
        return Goes(replace(seen, taken=replace(taken, source=look.source)), None)
    new = Taken(source=look.source, page_body=NO_TEXT, missing=frozenset())
    seen = replace(_with_early(seen, NO_TEXT), taken=new, kept="")
    return Goes(seen, replace(look.body, html=""))


def _shown(look: Look, now: str) -> str:
    """The hash of the body with which the post goes out."""
    taken = look.row.taken
    return now or (taken.page_body if taken and _may_stay(look.row) else NO_TEXT)


def _may_stay(row: PostMemory) -> bool:
    """Whether the body that was taken last may go out although the page does not show it."""
    return has_body(row.taken) and not row.is_withdrawn


def placed(row: PostMemory, page: PurePosixPath) -> PostMemory:
    """What is remembered of a post that has a page and does not wait for it."""
    return replace(
        row,
        page=str(page),
        found_page="",
        searched="",
        is_said=False,
        waits="",
        waits_since=Signature(0, 0),
        looked="",
        reason="",
        is_withdrawn=False,
    )
