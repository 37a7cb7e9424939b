"""Decide which file keeps an identity (an item id or atom:id) that several files claim. Pure.

A post claims the identities that its path makes, or the one in its `id:`. The order of file names
never decides: otherwise anybody who adds a file could take over a published item.

=======================================================  =======================================
who claims the identity                                  who keeps it
=======================================================  =======================================
exactly one page to which publisher.yaml gives it        that page
(`posts.ids`); if it is gone, and the ledger recorded
the item with it, it counts, too
otherwise:
exactly one post or unreadable file whose path makes it  that file
none of these, but one post that is not published now    that file, e.g. a draft
several files, of which the ledger recorded one with it  that file
one post by its `id:`, with another text, if the ledger  nobody: the unreadable file may be the
does not know the item's file and some file is           item's file
unreadable
one post by its `id:` otherwise                          that post
anything else                                            nobody; the published item stays
=======================================================  =======================================

An unreadable file claims what its path makes and what the ledger recorded with its path, so that no
other file takes its place meanwhile. An unreadable folder does so for all files that may be in it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_MAX_STEM = 90  # characters of an item id that leave room for a number

Standing: TypeAlias = Literal["post", "unreadable", "scheduled", "hidden", "gone"]


class PublishedItem(Struct, frozen=True):
    """An item that the ledger has at some node, with the file that it was made from.

    `body` is a hash of the post's text. In a ledger of an older version `path` may be empty, in the
    oldest ones `body` too.
    """

    item_id: str
    atom_id: str
    path: str
    body: str


class Claimant(Struct, frozen=True, eq=False):
    """A file and the identities that it claims.

    `keys` are the item ids by which `Claims` looks it up. `makes` tells whether the path makes an
    identity. `body` returns a hash of the text, empty if it cannot be read. A `scheduled` post may
    have been published before, so it also claims what the ledger recorded with its path. A `hidden`
    one, e.g. a draft, claims only what its path makes. `given` are the identities that
    publisher.yaml gives to the file. A `gone` one is only named there, and is not in the folder.
    """

    path: PurePosixPath
    item_id: str
    atom_id: str | None
    keys: tuple[str, ...]
    makes: Callable[[str], bool]
    body: Callable[[], str]
    standing: Standing = "post"
    given: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Claims:
    """The claims of all files of one folder.

    `published` returns the items of the ledger. It is called only if an identity is disputed, or if
    it is claimed by an `id:` while some files are unreadable or scheduled. `keys` returns the item
    ids under which files are looked up whose path may make an identity; if it is None, all are.
    """

    files: Sequence[Claimant]
    published: Callable[[], Iterable[PublishedItem]]
    keys: Callable[[str], Iterable[str]] | None = None

    def claimants(self, identity: str) -> list[Claimant]:
        """The files that claim the identity."""
        claimants = list(self._by_identity.get(identity, ()))
        makers = [file for file in claimants if file.makes(identity)]
        absent = [file for file in self._absent_makers(identity) if file not in claimants]
        claimants += [file for file in absent if file.standing == "unreadable"]
        if not makers:
            claimants += [file for file in absent if file.standing != "unreadable"]
        if not makers and not absent:
            claimants += self._absent_recorded(identity)
        return claimants

    def keeper(self, identity: str) -> Claimant | None:
        """The file that keeps the identity, None if that cannot be decided."""
        if given := self._by_given.get(identity):
            given = self._there(given, identity)
            if len(given) == 1:
                return given[0]
        own = self._by_identity.get(identity, ())
        # The same as below for nearly all identities: of the absent files only unreadable ones
        # compete with a post whose path makes the identity.
        if len(own) == 1 and not self._has_unreadable and own[0].makes(identity):
            return own[0]
        claimants = self.claimants(identity)
        makers = [file for file in claimants if file.makes(identity)]
        if len(makers) == 1:
            return makers[0]
        if len(claimants) == 1:
            return None if self.unknown_origin(identity) else claimants[0]
        holders = self._recorded_claimants(identity, claimants)
        return holders[0] if len(holders) == 1 else None

    def free_item_id(self, item_id: str) -> str:
        """An item id that resembles this one, and that no file claims."""
        taken = {file.item_id for file in self.files}
        # As long as there are more numbers than files, one is free.
        numbered = (f"{item_id[:_MAX_STEM]}-{number}" for number in range(2, len(taken) + 3))
        return next(one for one in numbered if one not in taken)

    def unknown_origin(self, identity: str) -> Sequence[PurePosixPath]:
        """The unreadable files, if one of them may be the file of the recorded item.

        That is so only if the ledger is of an older version, which did not record files. If a post
        has the text of the item, the post was moved and keeps the item.
        """
        unreadable = [file.path for file in self._absent if file.standing == "unreadable"]
        rows = self._recorded.get(identity, ()) if unreadable else ()
        claimants = self._by_identity.get(identity, ())
        if not rows or any(row.path for row in rows):
            return ()
        if any(file.makes(identity) or self._made_any(file, rows) for file in claimants):
            return ()
        return unreadable

    def _there(self, given: Sequence[Claimant], identity: str) -> list[Claimant]:
        """The files, to which publisher.yaml gives the identity, that are there or had it."""
        return [
            file
            for file in given
            if file.standing != "gone" or self._made_any(file, self._recorded.get(identity, ()))
        ]

    def _absent_makers(self, identity: str) -> list[Claimant]:
        """The files without a post now whose path makes the identity."""
        candidates = self._absent
        if candidates and self.keys:
            keys = dict.fromkeys(self.keys(identity))
            candidates = [file for key in keys for file in self._absent_by_key.get(key, ())]
        # A file may be found under several keys.
        return [file for file in dict.fromkeys(candidates) if file.makes(identity)]

    def _absent_recorded(self, identity: str) -> list[Claimant]:
        """The unreadable and scheduled files that the ledger recorded with the identity."""
        absent = [file for file in self._absent if file.standing != "hidden"]
        rows = self._recorded.get(identity, ()) if absent else ()
        claimants = self._by_identity.get(identity, ())
        return [file for file in absent if file not in claimants and self._made_any(file, rows)]

    def _recorded_claimants(self, identity: str, claimants: Sequence[Claimant]) -> list[Claimant]:
        """The claimants that the ledger recorded with the identity, by path or else by text."""
        # If the ledger does not have the atom:id, the site's id template may be new: then the item
        # id decides.
        rows = self._recorded.get(identity) or [
            row
            for item_id in {file.item_id for file in claimants}
            for row in self._recorded.get(item_id, ())
        ]
        by_path = [
            file for file in claimants if self._made_any(file, [row for row in rows if row.path])
        ]
        holders = by_path or [file for file in claimants if self._made_any(file, rows)]
        if len(holders) == 1:
            return holders
        atom_ids = {row.atom_id for row in rows}
        return [file for file in holders if file.atom_id in atom_ids]

    def _made_any(self, file: Claimant, rows: Sequence[PublishedItem]) -> bool:
        return any(self._made(file, row) for row in rows)

    def _made(self, file: Claimant, row: PublishedItem) -> bool:
        """Whether the item was made from this file, or from a file in this unreadable folder."""
        if not row.path:
            # No hash is no match: both are empty if the ledger is old and the text cannot be read.
            return bool(row.body) and row.body == file.body()
        if row.path == str(file.path):
            return True
        return (
            file.standing == "unreadable"
            and row.path not in self._paths_of_posts
            and file.path in PurePosixPath(row.path).parents
        )

    @cached_property
    def _by_identity(self) -> Mapping[str, Sequence[Claimant]]:
        by_identity: defaultdict[str, list[Claimant]] = defaultdict(list)
        for file in self.files:
            if file.standing in {"scheduled", "hidden", "gone"}:
                continue
            for identity in filter(None, {file.item_id, file.atom_id}):
                by_identity[identity].append(file)
        return by_identity

    @cached_property
    def _by_given(self) -> Mapping[str, Sequence[Claimant]]:
        by_given: defaultdict[str, list[Claimant]] = defaultdict(list)
        for file in self.files:
            for identity in file.given:
                by_given[identity].append(file)
        return by_given

    @cached_property
    def _absent(self) -> Sequence[Claimant]:
        """The files without a post now."""
        return [file for file in self.files if file.standing not in {"post", "gone"}]

    @cached_property
    def _has_unreadable(self) -> bool:
        return any(file.standing == "unreadable" for file in self._absent)

    @cached_property
    def _absent_by_key(self) -> Mapping[str, Sequence[Claimant]]:
        by_key: defaultdict[str, list[Claimant]] = defaultdict(list)
        for file in self._absent:
            for key in file.keys:
                by_key[key].append(file)
        return by_key

    @cached_property
    def _paths_of_posts(self) -> frozenset[str]:
        return frozenset(str(file.path) for file in self.files if file.standing == "post")

    @cached_property
    def _recorded(self) -> Mapping[str, Sequence[PublishedItem]]:
        by_identity: defaultdict[str, list[PublishedItem]] = defaultdict(list)
        for row in self.published():
            for identity in filter(None, {row.item_id, row.atom_id}):
                by_identity[identity].append(row)
        return by_identity
