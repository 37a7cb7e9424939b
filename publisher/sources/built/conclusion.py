"""Conclude from a post and its opened page what goes out, and what is remembered. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, assert_never

from publisher.sources.built.output import Signature
from publisher.sources.built.waiting import Early, Facts, NoPage, Take, Taken, Wait, decide

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from publisher.post import BuiltBody
    from publisher.sources.built.memory import PostMemory
    from publisher.sources.built.opened import OpenedPage

# In the place of a hash: the page does not show the text.
NO_TEXT = "no text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A post and its page, as a run found them.

    `row` is what was remembered. `source` is a hash of the post's body, and `file` the bytes of its
    file with their `file_signature`. `digest` is that of the page's bytes and of what reads them.
    `body` is that of the page with its own metadata, `address` that of the page.
    """

    row: PostMemory
    page: PurePosixPath
    signature: Signature
    digest: str
    opened: OpenedPage
    body: BuiltBody
    address: str
    source: str
    file: bytes
    file_signature: Signature
    is_newer: bool


@dataclass(frozen=True, slots=True)
class Goes:
    """The post goes out with this body; None means the one that was taken last."""

    row: PostMemory
    body: BuiltBody | None


@dataclass(frozen=True, slots=True)
class Stays:
    """The post waits, for this reason, as it was taken last."""

    row: PostMemory
    reason: str


Conclusion: TypeAlias = Goes | Stays


def conclude(look: Look, *, wants_title: bool) -> Conclusion:
    """Conclude on one post. `wants_title`: the page must show the title of the post."""
    row, refusal = look.row, look.opened.refusal(wants_title=wants_title)
    shown = _shown(look, refusal)
    facts = Facts(
        has_page=True,
        is_newer=look.is_newer,
        source=look.source,
        page_body=shown,
        missing=look.opened.missing,
        taken=row.taken,
        is_rewritten=row.waits == look.source and row.waits_since != look.signature,
    )
    decision = decide(facts)
    match decision:
        case Take():
            return _goes(look, shown, row.early, refusal)
        case Early():
            return _goes(look, shown, shown, "")
        case Wait(reason):
            since = row.waits_since if row.waits == look.source else look.signature
            return Stays(replace(row, waits=look.source, waits_since=since), reason)
        case NoPage():
            raise AssertionError("the post has a page")
        case _:
            assert_never(decision)


def _shown(look: Look, refusal: str) -> str:
    """The hash of the body that the page shows; empty if it is not that of the post."""
    taken, now = look.row.taken, look.opened.hash
    if taken and is_as_taken(look):
        # Whatever became of the source, the page is the one that was taken. Another version of this
        # program may hash it in another way.
        return taken.page_body
    return "" if refusal else now


def is_as_taken(look: Look) -> bool:
    """Whether the page shows what the post was taken with last."""
    taken = look.row.taken
    if taken is None or taken.page_body in {"", NO_TEXT}:
        return False
    bytes_of = [digest.rpartition(":")[2] for digest in (look.digest, look.row.digest)]
    is_same_file = look.row.shown == taken.page_body and bytes_of[0] == bytes_of[1]
    return is_same_file or look.opened.hash == taken.page_body


def _goes(look: Look, shown: str, early: str, refusal: str) -> Goes:
    row, taken = look.row, look.row.taken
    seen = replace(
        placed(row, look.page),
        signature=look.signature,
        digest=look.digest,
        address=look.address,
        shown=shown,
        refusal="" if shown else refusal,
        has_title=look.opened.has_title,
        file_signature=look.file_signature,
        early=early,
    )
    if shown:
        new = Taken(source=look.source, page_body=shown, missing=look.opened.missing)
        return Goes(replace(seen, taken=new), look.body)
    if taken and taken.page_body not in {"", NO_TEXT}:
        return Goes(replace(seen, taken=replace(taken, source=look.source)), None)
    new = Taken(source=look.source, page_body=NO_TEXT, missing=frozenset())
    return Goes(replace(seen, taken=new, early=NO_TEXT), replace(look.body, html=""))


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
    )
