"""Record what a piece of work looks at on disk, so that a later run can tell if it would see that.

Whoever looks at a path calls `note` before. Outside of `recorded` that does nothing. What was not
there is recorded as well: a file that appears where one was looked for makes a difference.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A bigger file is never taken for unchanged.
MOST_BYTES = 4 * 1024 * 1024
# What was asked of a path: what it leads to, or which names a folder holds.
DiskLook: TypeAlias = "tuple[str, Literal['path', 'names']]"
DiskLooks: TypeAlias = "dict[DiskLook, str]"

_recording: ContextVar[DiskLooks | None] = ContextVar("_recording", default=None)
_UNKNOWN = ""


@contextmanager
def recorded() -> Iterator[DiskLooks]:
    """Record every look within: each path that was looked at, and what was there at first."""
    looks: DiskLooks = {}
    token = _recording.set(looks)
    try:
        yield looks
    finally:
        _recording.reset(token)


def note(path: os.PathLike[str] | str, *, names: bool = False) -> None:
    """Record that a path is about to be looked at, or with `names` which names a folder holds."""
    looks = _recording.get()
    if looks is None:
        return
    look: DiskLook = os.path.abspath(path), "names" if names else "path"  # noqa: PTH100
    if look not in looks:
        looks[look] = _seen(look)


def are_the_same(looks: Mapping[DiskLook, str]) -> bool:
    """Whether everything that was recorded is as it was."""
    return all(was and _seen(look) == was for look, was in looks.items())


def _seen(look: DiskLook) -> str:
    """What is there, as a text that is the same as long as that is; empty if that is not known.

    A file is known by its content and not by its time: two writes may have one time.
    """
    path, question = look
    try:
        if question == "names":
            return f"names {_hash(os.listdir(path))}"  # noqa: PTH208 - names are enough
        status, real = os.stat(path), os.path.realpath(path)  # noqa: PTH116
        if stat.S_ISDIR(status.st_mode):
            return f"folder {real}"
        if not stat.S_ISREG(status.st_mode):
            return f"no file {real}"
        data = _data(real)
    except OSError as error:
        return f"error {error.errno or errno.EIO}"
    except ValueError:  # an impossible name
        return "error"
    return _UNKNOWN if len(data) > MOST_BYTES else f"{hashlib.sha256(data).hexdigest()} {real}"


def _data(path: str) -> bytes:
    """The first bytes of a file that was a regular one a moment ago. Raises OSError."""
    # A pipe in its place must not keep us waiting.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no Path
        return file.read(MOST_BYTES + 1)


def _hash(names: list[str]) -> str:
    text = "\0".join(sorted(names))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
