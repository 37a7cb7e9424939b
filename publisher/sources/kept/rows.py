"""What is kept of each file, and what counts for all of them, as values that are written down."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import msgspec
from msgspec import Struct

from publisher.sources.kept.values import KeptOutcome
from publisher.sources.walk import FileState

States: TypeAlias = dict[str, FileState | None]  # None: there is no such file


class Row(Struct, array_like=True, frozen=True):
    """A file: its state, those of the files beside it, its last commit, and what it is."""

    state: FileState
    beside: States
    committed: dt.datetime | None
    outcome: KeptOutcome


class Common(Struct, array_like=True, frozen=True):
    """What counts for all files; see `kept`."""

    version: int
    context: bytes
    looks: list[tuple[str, str, str]]
    shared: States
    facts: dict[str, bool]
    folders: dict[str, set[str]]
    names: bytes  # a digest of all paths if the reader needed all, else empty


class SentRows(Struct, array_like=True, frozen=True):
    """What one process sends to another (`kept.Kept.take`)."""

    common: Common
    rows: dict[str, msgspec.Raw]


read_row = msgspec.msgpack.Decoder(Row).decode
