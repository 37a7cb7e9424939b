"""The version of the running program: of publisher, Python and the libraries that render."""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import publisher

if TYPE_CHECKING:
    from collections.abc import Iterator

# Prefixes of the metadata folders of the libraries that decide what is read and written, in lower
# case.
_LIBRARIES = (
    "babel-", "cssselect-", "docutils-", "emoji-", "feedgen-", "feedparser-", "lxml-", "markdown-",
    "markdown_it_py-", "markupsafe-", "mdit_py_plugins-", "mdurl-", "msgspec-", "mutagen-", "nh3-",
    "pygments-", "python_dateutil-", "python_liquid-", "pytz-", "pyyaml-", "regex-", "tzdata-",
    "unidecode-",
)  # fmt: skip
_METADATA = (".dist-info", ".egg-info")


@functools.cache
def version() -> bytes:
    """What `current_version` was when this process first asked."""
    return current_version()


def current_version() -> bytes:
    """Return a digest of the versions of Python, of the libraries and of our own modules.

    Another version of any of them may render the same post differently. Our own version counts
    too, because a build can give the files of all versions the same time.
    """
    facts = [
        sys.version,
        publisher.__version__,
        *_libraries(),
        *sorted(_own_modules(Path(publisher.__file__).parent)),
    ]
    return hashlib.sha256("\n".join(facts).encode("utf-8", "surrogateescape")).digest()


def _libraries() -> Iterator[str]:
    """The names of the metadata folders, which contain the versions.

    They are in the order in which Python looks for modules, because it imports the first version
    that it finds. A library without such a folder, or in a zip file, is not seen.
    """
    # importlib.metadata would find the same versions, but takes some 20 ms, mostly to be imported.
    # Listing all folders takes half a millisecond.
    for folder in sys.path:
        with suppress(OSError):
            names = (name.lower() for name in os.listdir(folder or "."))  # noqa: PTH208 - faster
            yield from sorted(
                n for n in names if n.startswith(_LIBRARIES) and n.endswith(_METADATA)
            )


def _own_modules(folder: Path) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _own_modules(Path(entry))
        elif entry.name.endswith(".py"):
            # Size and time show an edit, too, and cost less than reading every module at each
            # start.
            status = entry.stat()
            yield f"{entry.path} {status.st_size} {status.st_mtime_ns}"
