"""Find the posts that `exclude` in Jekyll's settings leaves out, as its `EntryFilter` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.text import globs, ruby_globs

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import PurePosixPath


def leaves_out(
    patterns: Sequence[str], path: PurePosixPath, folders_of_posts: Collection[str]
) -> bool:
    """Whether Jekyll leaves a post out; `path` is relative to `source`, as the patterns are.

    Jekyll looks at the folders above `_posts`, and then at the file. A pattern is also the
    beginning of what it leaves out, whatever follows: `a` leaves out `about`.
    """
    depth = next((at for at, part in enumerate(path.parts) if part in folders_of_posts), 0)
    entries = [str(path), *("/".join(path.parts[:at]) for at in range(1, depth + 1))]
    begun = [pattern.lstrip("/") for pattern in patterns]
    return any(
        entry.startswith(pattern) or ruby_globs.matches(pattern, entry)
        for pattern in begun
        for entry in entries
    )


def left_out_before(patterns: Sequence[str], path: PurePosixPath) -> bool:
    """The same as versions of publisher read it that knew no pattern across folders.

    `path` is relative to the site. Of these posts no item stays.
    """
    names = [name.strip("/") for name in patterns]
    return any(globs.matches(glob, str(path)) for name in names for glob in (name, f"{name}/**"))
