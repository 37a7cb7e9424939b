"""What a caller of a run doubts for now: removals and edits that may be taken back in a moment."""

from __future__ import annotations

from msgspec import Struct


class DoubtedChanges(Struct, frozen=True):
    """The paths of published posts whose files are `gone`, or whose texts went `back`.

    Their items stay as they are for now.
    """

    gone: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()


NO_DOUBTS = DoubtedChanges()
