"""What the ledger remembers, as values: of each item, and of the last look at each node."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

State: TypeAlias = Literal["intended", "done", "seen", "retracted", "hidden"]


class Recorded(Struct, frozen=True):
    """What the ledger has of an item.

    `intended`: it was sent, and may have arrived. `done`: the node acknowledged it. `seen`: a later
    look, when the acknowledgement had become durable, still found it. `retracted`: the node
    acknowledged the retraction, but a crash of the server may still undo that. `hidden`: nobody
    retracted it, but the node was full and did not list it; COMPAT(Openfire 5.2): such an item is
    listed again once others are retracted, and then it is still ours. `recorded_at` is the time of
    the last change of these, in seconds since 1970. The item must be shortened at least to
    `level`: the server closed the stream at a longer one. `path` is the post's file, empty if the
    ledger is of a version that did not record it.

    `source` and `body` are hashes of the post from which the item was made, and `link` is the link
    that the item has; they are empty if they are unknown. `contents` is what the settings of the
    node left of the post. `page` is a hash of the built page's body in the item, empty if that was
    made from the source. `text` is a hash of what the item shows, empty if the ledger is of a
    version that did not record it. `adopted` is the `reading` of the post
    beside which this item may stay although publisher would make another item now, empty if there
    is none. An `intended` item with an `adopted` reading is a correction: until it arrives, the
    node has an item of the same source.

    `is_added`: the node had no item with this id when the item was sent, nor had the ledger. So if
    the node lists the id now, it is this item.
    """

    id: str
    title: str
    fingerprint: str
    state: State = "done"
    recorded_at: float = 0.0
    atom_id: str = ""
    body: str = ""
    level: int = 0
    path: str = ""
    source: str = ""
    link: str = ""
    adopted: str = ""
    contents: str = ""
    page: str = ""
    is_added: bool = False
    text: str = ""

    @property
    def done(self) -> bool:
        """Whether the node acknowledged the item and, as far as we know, still has it."""
        return self.state in {"done", "seen"}


class LastLook(Struct, frozen=True):
    """What the last look at a node found.

    `looked` is when the node last equalled the posts, in seconds since 1970, 0 if never. `room` is
    how many items of ours it can hold, None if there is no limit. `config_digest` is the digest of
    its configuration in publisher.yaml at that time. `created`: publisher created the node.
    `muted`: publisher turned its notifications off, and has not turned them on again. `refused` has
    the fields that the service did not take in the last attempt, as `name=value`. `reader` is the
    digest of what read the posts when the texts of the items were compared.
    """

    looked: float = 0.0
    room: int | None = None
    config_digest: str = ""
    created: bool = False
    muted: bool = False
    refused: frozenset[str] = frozenset()
    reader: str = ""
