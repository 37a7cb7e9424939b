"""A node, and the folder in which a service stores its nodes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Stored:
    """An item. `publisher` is a bare JID, `payload` XML."""

    publisher: str
    payload: str


@dataclass
class Subscription:
    """`jid` is as it was subscribed, bare or full."""

    id: str
    jid: str


@dataclass
class Leaf:
    """A node. Its items are in the order in which they were published, the newest last."""

    name: str
    config: dict[str, str]
    affiliations: dict[str, str]
    subscriptions: list[Subscription] = field(default_factory=list)
    items: dict[str, Stored] = field(default_factory=dict)

    @property
    def shown(self) -> list[str]:
        """The ids that the node shows. Older ones are hidden behind `max_items`, not deleted."""
        limit = int(self.config["max_items"])
        ids = list(self.items)
        return ids[-limit:] if limit > 0 else ids

    def put(self, id_: str, item: Stored) -> None:
        """Add an item as the newest, also if there is one with its id."""
        self.items.pop(id_, None)
        if self.config["persist_items"] == "0":
            self.items.clear()
        self.items[id_] = item

    def affiliation(self, account: str) -> str:
        return self.affiliations.get(account, "none")

    def subscriptions_of(self, account: str) -> list[Subscription]:
        return [one for one in self.subscriptions if one.jid.partition("/")[0] == account]


class Store:
    """The nodes of one service on disk, written when somebody reads them: Openfire acknowledges
    first. A server that is killed before has lost what it acknowledged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)

    def load(self) -> dict[str, Leaf]:
        return {unquote(path.name): _leaf(path) for path in sorted(self._folder.iterdir())}

    def save(self, leaf: Leaf) -> None:
        text = json.dumps(asdict(leaf))
        path = self._path(leaf.name)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / quote(name, safe="").replace(".", "%2E")


def _leaf(path: Path) -> Leaf:
    values = json.loads(path.read_text(encoding="utf-8"))
    return Leaf(
        values["name"],
        values["config"],
        values["affiliations"],
        [Subscription(**one) for one in values["subscriptions"]],
        {id_: Stored(**one) for id_, one in values["items"].items()},
    )
