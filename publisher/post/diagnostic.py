"""Warnings about posts, and how those of one post are shortened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import PurePosixPath

MAX_WARNINGS = 50  # of one post
MAX_NAMED_LINES = 3  # lines that a repeated warning names beside the first


class Diagnostic(Struct, frozen=True):
    """A warning: readers will see something else than the author meant. Lines count from 1."""

    path: PurePosixPath
    line: int
    message: str


def in_short_by_file(warnings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The warnings of one post, file by file; those of each file as `in_short` has them."""
    by_file: dict[PurePosixPath, list[tuple[int, str]]] = {}
    for one in warnings:
        by_file.setdefault(one.path, []).append((one.line, one.message))
    return tuple(
        Diagnostic(file, *one) for file, found in by_file.items() for one in in_short(found)
    )


def in_short(warnings: Iterable[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """The warnings of one post as (line, message), sorted by line and without repetitions.

    A repeated message stands at its first line and names other lines. Only the first MAX_WARNINGS
    are kept, and a message says how many there are beyond.
    """
    lines: dict[str, list[int]] = {}
    for line, message in sorted(set(warnings)):
        lines.setdefault(message, []).append(line)
    combined = [(first, message + _also(rest)) for message, (first, *rest) in lines.items()]
    if len(combined) > MAX_WARNINGS:
        count = len(combined) - MAX_WARNINGS
        summary = f"{count} more warnings from here on; fix those above first"
        combined[MAX_WARNINGS:] = [(combined[MAX_WARNINGS][0], summary)]
    return tuple(combined)


def _also(lines: Sequence[int]) -> str:
    """The end of a repeated message: `; also in lines 7, 9, 12 and 4 more`."""
    if not lines:
        return ""
    named = [*map(str, lines[:MAX_NAMED_LINES])]
    if len(lines) > MAX_NAMED_LINES:
        named.append(f"{len(lines) - MAX_NAMED_LINES} more")
    *most, last = named
    both = f"{', '.join(most)} and {last}" if most else last
    return f"; also in line{'s' if most else ''} {both}"
