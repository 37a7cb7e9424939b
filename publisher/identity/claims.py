"""Which file keeps an identity (an item id or an atom:id) that more than one file claims. Pure.

A post claims the identities that its path makes, or the one that its `id:` names. Never the first
file by name wins: whoever names a file could take over a published item.

=======================================================  =======================================
who claims the identity                                  who keeps it
=======================================================  =======================================
exactly one post or unreadable file whose path makes it  that file
none of these, but a post that is not published now      that file: a draft comes back
several files, of which the ledger recorded one with it  that file
one post by its `id:`, and the ledger does not say from  nobody, if its text is another one: the
which file it was made, and some file cannot be read     unreadable file may be that one
one post by its `id:`                                    that post
anything else                                            nobody; the published item stays
=======================================================  =======================================

A file that cannot be read claims what its path makes and what the ledger recorded with its path, so
that nobody takes its place meanwhile. So does a folder, for all files that may be in it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Standing: TypeAlias = Literal["post", "unreadable", "scheduled", "hidden"]


@dataclass(frozen=True, slots=True)
class PublishedItem:
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

    `keys` are the item ids under which it is found: see `Claims`. `makes` tells whether its path
    makes an identity, and `body` gives a hash of its text, empty if that cannot be read. A
    `scheduled` post was perhaps published before, so it also claims what the ledger recorded with
    its path. A `hidden` one (a draft, say) claims only what its path makes.
    """

    path: PurePosixPath
    item_id: str
    atom_id: str | None
    keys: tuple[str, ...]
    makes: Callable[[str], bool]
    body: Callable[[], str]
    standing: Standing = "post"


@dataclass(frozen=True)
class Claims:
    """All the claims of one folder.

    `published` gives what the ledger has. It is called only where an identity is disputed, or is
    claimed by an `id:` beside files that cannot be read or are scheduled. `keys` gives the item ids
    by which a file is found whose path makes an identity; None: it may be any file.
    """

    files: Sequence[Claimant]
    published: Callable[[], Iterable[PublishedItem]]
    keys: Callable[[str], Iterable[str]] | None = None

    def claimants(self, identity: str) -> list[Claimant]:
        """Every file that claims the identity."""
        claimants = list(self._by_identity.get(identity, ()))
        makers = [one for one in claimants if one.makes(identity)]
        absent = [one for one in self._absent_near(identity) if one not in claimants]
        claimants += [one for one in absent if one.standing == "unreadable"]
        if not makers:
            claimants += [one for one in absent if one.standing != "unreadable"]
        if not makers and not absent:
            claimants += self._absent_and_recorded(identity)
        return claimants

    def keeper(self, identity: str) -> Claimant | None:
        """The file that keeps the identity; None if nothing tells which one it is."""
        claimants = self.claimants(identity)
        makers = [one for one in claimants if one.makes(identity)]
        if len(makers) == 1:
            return makers[0]
        if len(claimants) == 1:
            return None if self.unknown_origin(identity) else claimants[0]
        holders = self._recorded_with(identity, claimants)
        return holders[0] if len(holders) == 1 else None

    def unknown_origin(self, identity: str) -> Sequence[PurePosixPath]:
        """The unreadable files, if one of them may be that of a recorded item.

        Only ledgers of older versions do not know from which file an item was made. A post that has
        the item's text was moved, and keeps it.
        """
        unreadable = [one.path for one in self._absent if one.standing == "unreadable"]
        rows = self._recorded.get(identity, ()) if unreadable else ()
        claimants = self._by_identity.get(identity, ())
        if not rows or any(row.path for row in rows):
            return ()
        if any(one.makes(identity) or self._had_any(one, rows) for one in claimants):
            return ()
        return unreadable

    def _absent_near(self, identity: str) -> list[Claimant]:
        """The files that give no post now and whose path makes the identity."""
        near = self._absent
        if self.keys:
            keys = dict.fromkeys(self.keys(identity))
            near = [one for key in keys for one in self._absent_by_key.get(key, ())]
        return [one for one in dict.fromkeys(near) if one.makes(identity)]

    def _absent_and_recorded(self, identity: str) -> list[Claimant]:
        away = [one for one in self._absent if one.standing != "hidden"]
        rows = self._recorded.get(identity, ()) if away else ()
        known = self._by_identity.get(identity, ())
        return [one for one in away if one not in known and self._had_any(one, rows)]

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

    def _had_any(self, one: Claimant, rows: Sequence[PublishedItem]) -> bool:
        return any(self._had(one, row) for row in rows)

    def _had(self, one: Claimant, row: PublishedItem) -> bool:
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
        for one in self.files:
            if one.standing in {"scheduled", "hidden"}:
                continue
            for identity in filter(None, {one.item_id, one.atom_id}):
                found[identity].append(one)
        return found

    @cached_property
    def _absent(self) -> Sequence[Claimant]:
        """The files that give no post now."""
        return [one for one in self.files if one.standing != "post"]

    @cached_property
    def _absent_by_key(self) -> Mapping[str, Sequence[Claimant]]:
        found: defaultdict[str, list[Claimant]] = defaultdict(list)
        for one in self._absent:
            for key in one.keys:
                found[key].append(one)
        return found

    @cached_property
    def _read(self) -> frozenset[str]:
        return frozenset(str(one.path) for one in self.files if one.standing == "post")

    @cached_property
    def _recorded(self) -> Mapping[str, Sequence[PublishedItem]]:
        found: defaultdict[str, list[PublishedItem]] = defaultdict(list)
        for row in self.published():
            for identity in filter(None, {row.item_id, row.atom_id}):
                found[identity].append(row)
        return found
