"""The changes that a plan consists of: what happens to one item. Values only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.sync.desired import Desired
    from publisher.sync.ledger_records import Recorded
    from publisher.sync.renames import NewPost

Action: TypeAlias = Literal["new", "changed", "missing", "refresh"]


class _PostChange(Struct, frozen=True):
    """A change that concerns the item of a post."""

    post: Desired

    @property
    def id(self) -> str:
        return self.post.id

    @property
    def title(self) -> str:
        return self.post.title


class Publish(_PostChange, frozen=True):
    """Publish the item, replacing the one with the same id if the node has it."""

    action: Action


class Correct(_PostChange, frozen=True):
    """Replace the item without notification: its post is the same, but is read differently now.

    `adopted` is what the ledger gets if the item stays as it is.
    """

    adopted: Recorded
    action: Literal["corrected"] = "corrected"

    def as_adoption(self) -> Adopt:
        """The change for a node where nothing can be sent without notification."""
        return Adopt(self.post, self.adopted)


class Adopt(_PostChange, frozen=True):
    """Record an item that the node has already."""

    record: Recorded
    action: Literal["adopt"] = "adopt"


class Retract(Struct, frozen=True):
    """Retract the item, without notification (not `notify`) if that only makes room."""

    id: str
    title: str
    notify: bool = True
    reason: str = ""
    action: Literal["removed"] = "removed"


class Forget(Struct, frozen=True):
    """Drop the record of an item that neither the posts nor the node have any longer."""

    id: str
    title: str
    action: Literal["forget"] = "forget"


class Refuse(Struct, frozen=True):
    """Leave an item alone because its id is a post's, but the item is not ours."""

    id: str
    title: str
    reason: str
    action: Literal["refused"] = "refused"


class Hold(Struct, frozen=True):
    """Leave a new post and an item alone until somebody decides if the item is this post's.

    `item` is the id of the item, and `advice` says how the post keeps it. `record` is what the
    ledger gets if it does not know the item, so that the next run still knows the question.
    """

    post: NewPost
    item: str
    advice: str = ""
    record: Recorded | None = None
    action: Literal["held"] = "held"

    @property
    def id(self) -> str:
        return self.post.id

    @property
    def title(self) -> str:
        return self.post.title

    @property
    def reason(self) -> str:
        return f"has the text of {self.item}, whose post is gone"


Change: TypeAlias = Publish | Correct | Adopt | Retract | Forget | Refuse | Hold


def makes_room(change: Change) -> bool:
    """Whether the change retracts an item of a post, which is older than what the node can hold."""
    return isinstance(change, Retract) and not change.notify


def growth(changes: Iterable[Change]) -> int:
    """How many more items a node holds after these changes; negative if it holds fewer."""
    return sum(
        (change.action in {"new", "missing"}) - isinstance(change, Retract) for change in changes
    )
