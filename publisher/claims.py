"""Which file keeps an identity (an item id or an atom:id) that more than one file claims. Pure.

The file whose own path makes the identity keeps it; else the file that the ledger recorded with it;
else none does. Never the first one by name: whoever names a file could take over a published item.

A file that cannot be read still claims what its path makes and what the ledger recorded with its
path, so that nobody takes its place meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Standing: TypeAlias = Literal["post", "unreadable", "scheduled"]


@dataclass(frozen=True, slots=True)
class Published:
    """An item that the ledger has at some node, and the file that it was made from.

    `body` is a hash of the post's text. Older ledgers have no `path`, the oldest no `body`: then
    they are empty.
    """

    item_id: str
    atom_id: str
    path: str
    body: str


@dataclass(frozen=True, slots=True, eq=False)
class Claimant:
    """A file and the identities that it claims.

    `makes` tells whether its path makes an identity, and `body` gives a hash of its text, empty if
    that cannot be read. A `scheduled` post claims only what the ledger recorded with it: it was
    published before.
    """

    path: PurePosixPath
    item_id: str
    atom_id: str | None
    makes: Callable[[str], bool]
    body: Callable[[], str]
    standing: Standing = "post"


@dataclass(frozen=True)
class Claims:
    """All the claims of one folder. `published` is called only where the claims need the ledger."""

    claimants: Sequence[Claimant]
    published: Callable[[], Iterable[Published]]

    def of(self, identity: str) -> list[Claimant]:
        """Every file that claims the identity."""
        found = list(self._by_identity.get(identity, ()))
        away = [one for one in self._away if one not in found]
        found += [one for one in away if one.standing == "unreadable" and one.makes(identity)]
        if away and not any(one.makes(identity) for one in found):
            rows = self._recorded.get(identity, ())
            found += [one for one in away if one not in found and self._had_any(one, rows)]
        return found

    def keeper(self, identity: str) -> Claimant | None:
        """The file that keeps the identity; None if nothing tells which one it is."""
        found = self.of(identity)
        makers = [one for one in found if one.makes(identity)]
        for few in (found, makers):
            if len(few) == 1:
                return few[0]
        holders = self._recorded_with(identity, found)
        return holders[0] if len(holders) == 1 else None

    def _recorded_with(self, identity: str, found: Sequence[Claimant]) -> list[Claimant]:
        """Those that the ledger has under the identity: by their path, or else by their text.

        An atom:id that it does not have goes with the item id: the site's template may be new.
        """
        rows = self._recorded.get(identity) or [
            row for item in {one.item_id for one in found} for row in self._recorded.get(item, ())
        ]
        by_path = [one for one in found if self._had_any(one, [row for row in rows if row.path])]
        holders = by_path or [one for one in found if self._had_any(one, rows)]
        if len(holders) == 1:
            return holders
        atom_ids = {row.atom_id for row in rows}
        return [one for one in holders if one.atom_id in atom_ids]

    def _had_any(self, one: Claimant, rows: Sequence[Published]) -> bool:
        return any(self._had(one, row) for row in rows)

    def _had(self, one: Claimant, row: Published) -> bool:
        """Whether the item was made from this file, or from one in this folder."""
        if not row.path:
            return bool(row.body) and row.body == one.body()
        if row.path == str(one.path):
            return True
        return (
            one.standing == "unreadable"
            and row.path not in self._read
            and one.path in PurePosixPath(row.path).parents
        )

    @cached_property
    def _by_identity(self) -> Mapping[str, Sequence[Claimant]]:
        found: defaultdict[str, list[Claimant]] = defaultdict(list)
        for one in self.claimants:
            if one.standing == "scheduled":
                continue
            for identity in filter(None, {one.item_id, one.atom_id}):
                found[identity].append(one)
        return found

    @cached_property
    def _away(self) -> Sequence[Claimant]:
        return [one for one in self.claimants if one.standing != "post"]

    @cached_property
    def _read(self) -> frozenset[str]:
        return frozenset(str(one.path) for one in self.claimants if one.standing == "post")

    @cached_property
    def _recorded(self) -> Mapping[str, Sequence[Published]]:
        found: defaultdict[str, list[Published]] = defaultdict(list)
        for row in self.published():
            for identity in filter(None, {row.item_id, row.atom_id}):
                found[identity].append(row)
        return found
