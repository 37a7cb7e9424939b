"""Find renamed posts: new posts with the text of an item whose post is gone. Pure.

Only the author knows if such a post was renamed or is another one. Until the author has decided,
the post is *held*: it is not published, and the item is not retracted. An `id:` in the front matter
of the post keeps the item; `--as-new` publishes the post as a new one, and retracts the item.

The posts of the whole folder are compared, not those of a node: a post that a node does not select
any longer still exists.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from publisher.sync.item import Seen

LEAST_WORDS = 30  # of a text; shorter ones may be alike by chance


def front_matter_line(items: Sequence[str]) -> str:
    """How a post with front matter keeps one of these items."""
    lines = " or ".join(f"id: {item}" for item in items)
    return f"keep its item with a line in its front matter: {lines}"


class NewPost(Struct, frozen=True):
    """A post of which there is no item yet. `body` is a hash of its text."""

    id: str
    title: str
    path: str
    body: str
    published: dt.datetime


class Renames(Struct, frozen=True, kw_only=True):
    """What the folder of the posts and the ledger show about renames.

    `new` has the new posts by their item ids; those with fewer than LEAST_WORDS are left out.
    `vanished` has the ids of the recorded items whose posts are gone, by the hash of their text.
    `has_file` tells whether a file of the folder may be the post of an item id. `advice` says how a
    new post keeps the item with this item id and atom:id, and `keeping` how the post with this
    path keeps one of these items. `as_new` has the ids of the posts that
    the author publishes as new ones, and `with_id` of those that have an `id:` already.
    """

    new: Mapping[str, NewPost] = field(default_factory=dict)
    vanished: Mapping[str, frozenset[str]] = field(default_factory=dict)
    has_file: Callable[[str], bool] = lambda _: True
    advice: Callable[[NewPost, str, str], str] = lambda _, item_id, __: f"id: {item_id}"
    keeping: Callable[[str, Sequence[str]], str] = lambda _, items: front_matter_line(items)
    as_new: frozenset[str] = frozenset()
    with_id: frozenset[str] = frozenset()

    @property
    def recorded(self) -> Mapping[str, str]:
        """The id of each held post with that of its item, as far as the ledger shows."""
        found = self._matches(self.vanished, present=())
        return {new: old for new, old in found.items() if new not in self.as_new}

    def at_node(
        self,
        recorded: Collection[str],
        present: Mapping[str, Seen],
        is_minted: Callable[[Seen], bool],
    ) -> Mapping[str, str]:
        """The ids of all posts that may be renamed ones, each with the id of its item.

        An item that was never recorded counts, too, if it carries an id of our site and its text's
        hash. A post that the node has already is not new there.
        """
        vanished = defaultdict(frozenset[str], self.vanished)
        for id_, seen in present.items():
            if seen.body and id_ not in recorded and is_minted(seen) and not self.has_file(id_):
                vanished[seen.body] |= {id_}
        return self._matches(vanished, present)

    def _matches(
        self, vanished: Mapping[str, frozenset[str]], present: Collection[str]
    ) -> Mapping[str, str]:
        def pairs() -> Iterator[tuple[str, str]]:
            for post in self.new.values():
                items = [*vanished.get(post.body, ())]
                # If two items have the text, nobody can tell which of them the post was.
                if len(items) == 1 and post.id not in present:
                    yield post.id, items[0]

        return dict(pairs())


NO_RENAMES = Renames()
