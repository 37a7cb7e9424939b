"""Compare a post with its item at the node. Pure.

If the item differs, either the author has edited the post, or publisher reads the same text in
another way now: a rule of publisher or a setting of the site has changed. Subscribers are notified
of an edit only. The marker of the item, or else the ledger, shows which of both it is.

The page that was built for the post is no part of this: a site that is built anew with another
theme is no other reading. It is one if the item is made from the page now and was made from the
source, or the other way round; if the item shows the page as it was before an edit, or as it was
built for another URL; and if it shows the page of another post.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec.structs import replace

from publisher.sync.item import Seen
from publisher.sync.ledger_records import Recorded
from publisher.text import source_hash

if TYPE_CHECKING:
    from publisher.sync.desired import Desired

_AT_NODE = frozenset({"done", "seen", "hidden"})

ItemDifference: TypeAlias = Literal["none", "reading", "edit"]


def difference(post: Desired, record: Recorded | None, seen: Seen) -> ItemDifference:
    """How the item that the node has differs from the one that the post makes now."""
    if seen.fingerprint == post.fingerprint:
        is_reread = (
            _has_other_link(post, seen)
            or _has_other_origin(post, seen)
            or _has_other_text(post, record, seen)
        )
        return "reading" if is_reread else "none"
    # Without a fingerprint, publisher has not made the item.
    if not (post.source and seen.fingerprint):
        return "edit"
    source, body = _made_from(record, seen)
    if source:
        is_same = source_hash.is_same(source, post.source) or source in post.earlier().sources
        return "reading" if is_same or _is_only_renamed(post, record, seen) else "edit"
    # From here on a version without sources has made the item.
    is_pending = record and record.state not in _AT_NODE and not _is_of(record, seen)
    if is_pending:  # an edit was about to be sent, and has not arrived
        return "edit"
    is_other = body and body != post.body and body not in post.earlier().bodies
    return "edit" if is_other else "reading"


def _is_only_renamed(post: Desired, record: Recorded | None, seen: Seen) -> bool:
    """Whether the file has another name, and the `id:` that keeps the item, but the same text."""
    if record is None or not (record.done and _is_of(record, seen) and record.body):
        return False
    is_renamed = bool(record.path and post.path) and record.path != post.path
    return is_renamed and (record.body, record.title) == (post.body, post.title)


def _has_other_link(post: Desired, seen: Seen) -> bool:
    return bool(seen.link and post.link and seen.link != post.link)


def _has_other_origin(post: Desired, seen: Seen) -> bool:
    """Whether the item must show the page, or the source, in the place of what it shows."""
    if seen.page and post.page:
        is_wrong = seen.page in post.early_pages or seen.page in post.shown_pages
        return is_wrong and seen.page != post.page
    return seen.page != post.page


def _has_other_text(post: Desired, record: Recorded | None, seen: Seen) -> bool:
    """Whether the item shows another text than the same post makes now.

    What comes from another build of the page, or was left out by other settings, does not count.
    """
    if not post.text:  # this run compares no texts, and what was adopted stays so
        is_adopted = record and record.done and record.adopted == post.reading
        return bool(record and is_adopted and seen.text and record.text == seen.text)
    if post.is_textless or post.written or not seen.text:
        return False
    is_comparable = (seen.page, seen.contents) == (post.page, post.contents)
    return is_comparable and seen.text != post.text


def may_be_newer(post: Desired, record: Recorded | None, seen: Seen) -> bool:
    """Whether an item of another source may be newer than the post, which goes out as it was.

    The site was not built since, or what was remembered of it is from an earlier day, or lost.
    """
    source, body = _made_from(record, seen)
    is_newer = bool(source and source_hash.is_same(source, post.written))
    return post.waits or is_newer or _is_unbuilt(post, seen, body)


def _is_unbuilt(post: Desired, seen: Seen, body: str) -> bool:
    """Whether the page still shows what the item shows, which was made of another text.

    Of a page that earlier runs knew, its memory says what to do.
    """
    is_same_page = bool(seen.page) and seen.page == post.page
    return post.is_page_new and is_same_page and body not in {"", post.body}


def keeps_text(post: Desired, record: Recorded | None, seen: Seen) -> bool:
    """Whether the item shows a text that the post has lost.

    Its page asks for a password, or a build has failed, and the memory of its text is lost.
    """
    if not post.is_textless or seen.page in post.shown_pages:
        return False
    _, body = _made_from(record, seen)
    # An item of a post that has a source shows its text, unless it was made from such a page.
    return seen.page != post.page if post.page else bool(body)


def shows_older_build(post: Desired, seen: Seen) -> bool:
    """Whether the item shows the built page as it was, although the post is the same."""
    if post.is_textless or (post.written and seen.fingerprint != post.fingerprint):
        return False
    return bool(seen.page and post.page) and seen.page != post.page


def _made_from(record: Recorded | None, seen: Seen) -> tuple[str, str]:
    """The source and the body from which the item at the node was made, empty if unknown."""
    # The ledger knows more than the marker if the post was changed since without any effect.
    if record and (record.fingerprint == seen.fingerprint or record.adopted):
        return record.source or seen.source, record.body or seen.body
    body = record.body if record and record.done else ""
    return seen.source, seen.body or body


def present_record(
    post: Desired, record: Recorded | None, seen: Seen, found: ItemDifference, *, accepts: bool
) -> Recorded:
    """The record of the item as the node has it.

    With `accepts`, the record also says that this version of the item may stay. `recorded_at` is 0
    if the ledger did not know that the item is there.
    """
    source, body = _made_from(record, seen)
    if found != "edit":
        source, body = post.source, post.body
    known = record if record and record.done and _is_of(record, seen) else None
    link = seen.link or (known.link if known else "")
    return replace(
        known or Recorded(post.id, post.title, ""),
        title=post.title,
        fingerprint=seen.fingerprint or "",
        atom_id=seen.atom_id or (record.atom_id if record else post.atom_id),
        level=record.level if record else 0,
        path=post.path,
        source=source,
        body=body,
        link=link,
        adopted=post.reading if accepts else "",
        contents=seen.contents,
        page=seen.page,
        text=seen.text,
    )


def _is_of(record: Recorded, seen: Seen) -> bool:
    return record.fingerprint == (seen.fingerprint or "")


def tells_the_same(one: Recorded | None, other: Recorded) -> bool:
    """Whether both records tell the same about the item at the node."""
    return one is not None and _essentials(one) == _essentials(other)


def _essentials(record: Recorded) -> tuple[str | bool, ...]:
    """What the ledger must not get wrong about an item.

    A change of title, path or level alone is no reason to write.
    """
    same = record.fingerprint, record.source, record.link, record.adopted, record.contents
    return record.done, *same, record.page, record.text


def as_seen(record: Recorded) -> Seen:
    """The item as the node has it, if it still has what the ledger recorded."""
    return Seen(
        record.id,
        record.atom_id or None,
        record.title,
        record.fingerprint,
        record.source,
        record.body,
        record.link,
        record.contents,
        record.page,
        record.text,
    )


def is_same(record: Recorded, seen: Seen) -> bool:
    """Whether the node has the item that the ledger recorded."""
    links = {record.link, seen.link} - {""}
    is_same_post = record.fingerprint == seen.fingerprint and len(links) < 2
    return is_same_post and record.page == seen.page


def needs_no_publish(post: Desired, record: Recorded) -> bool:
    """Whether the recorded item may stay: it is what the post makes now, or it was adopted."""
    if post.text and not record.text:  # an older version has recorded none to compare
        return False
    if record.adopted:
        return record.adopted == post.reading
    return difference(post, record, as_seen(record)) == "none"
