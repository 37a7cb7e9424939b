"""Tell a site that is half built from one that has given up several posts. Pure.

While a generator works, and after it has failed, pages are missing whose posts are still there. So
posts that lose their pages together wait. The site has given them up if it was built again since,
and they are as many as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.sources.built.folder.output_folder import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePosixPath

    from publisher.sources.built.state.page_memory import PostMemory

# In the place of the hash of a source that waits: the post waits for its page to come back. Then
# the signature is that of the output when it began to: its stamp in the place of a time, and how
# many posts had lost their pages.
LOST = "lost page"
_MOST = 0.1  # of the posts that had a page


def waiting_since(
    lost: Mapping[PurePosixPath, PostMemory], *, known: int, stamp: int
) -> Mapping[PurePosixPath, Signature]:
    """Since which output each of the lost posts waits that does wait.

    `lost` are the posts without a page of the `known` ones, which had one at the last run. `stamp`
    is that of the output (`OutputFolder`).
    """
    now = Signature(stamp, len(lost))
    are_many = len(lost) > 1 and len(lost) > _MOST * known
    since = {path: _since(row, now, are_many=are_many) for path, row in lost.items()}
    return {path: one for path, one in since.items() if one}


def _since(row: PostMemory, now: Signature, *, are_many: bool) -> Signature | None:
    if row.waits != LOST:
        return now if are_many else None
    before = row.waits_since
    if now.mtime_ns == before.mtime_ns:
        return before
    return now if now.size < before.size else None
