"""Find the published items of posts that are not for every reader any more, by the ledger.

No rule of publisher retracts them, because another version of it may have published them on
purpose. So a run must name them as long as they are there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from publisher import identity
from publisher.app import readable_ledger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePosixPath

    from publisher.app.project import Project
    from publisher.identity.claims import PublishedItem
    from publisher.post import Skip


class RestrictedItem(Struct, frozen=True):
    """An item that is at a node although its post is not for every reader, for this reason."""

    path: PurePosixPath
    item_id: str
    reason: str

    @property
    def message(self) -> str:
        """What the author must know, after the place of the post."""
        return (
            f"{self.reason}. Its item {self.item_id} was published before and stays, so "
            "subscribers can still read it; to retract it, add `draft: true` to the front matter"
        )


def find(project: Project) -> Sequence[RestrictedItem]:
    """The items, in the order of the paths of their posts; none without a ledger that is read."""
    skips = [skip for skip in project.entries.skipped if skip.status == "restricted"]
    if not (skips and project.config.xmpp):
        return ()
    nothing: list[PublishedItem] = []
    state = project.config.state
    items = readable_ledger.ask(state, lambda one: one.published_items(), otherwise=nothing)
    by_path = {item.path: item.item_id for item in items if item.path}
    # An old ledger has no paths.
    without_path = {item.item_id for item in items if not item.path}
    found = ((skip, _item(project, skip, by_path, without_path)) for skip in skips)
    return [RestrictedItem(skip.path, item, skip.reason) for skip, item in found if item]


def _item(
    project: Project, skip: Skip, by_path: dict[str, str], without_path: set[str]
) -> str | None:
    candidate = identity.item_of(skip.path, skip.post, project.entries.given_ids)
    return by_path.get(str(skip.path)) or (candidate if candidate in without_path else None)
