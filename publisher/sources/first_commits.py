"""Remember the dates that notes have from their first commits, for a run without the history.

A checkout without `.git`, or a shallow clone, knows no first commit. A note that was published must
stay a post there, with the same date.
"""

from __future__ import annotations

import datetime as dt
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from publisher.errors import ConfigError
from publisher.system import atomic_files
from publisher.system.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDER = "notes"  # of the state folder


def recall(state: Path) -> Mapping[PurePosixPath, dt.datetime]:
    """The remembered date of each note, by its path below the folder of the posts.

    Raises ConfigError if the file cannot be read.
    """
    file = _file(state)
    try:
        dates = msgspec.json.decode(file.read_bytes(), type=dict[str, dt.datetime])
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        problem = reason(error) if isinstance(error, OSError) else str(error)
        raise ConfigError(
            f"{file} cannot be read: {problem}; it holds the dates of notes that have none of "
            "their own. Restore it, or remove it where git knows the whole history"
        ) from error
    return {PurePosixPath(path): date.astimezone(dt.UTC) for path, date in dates.items()}


def remember(dates: Mapping[PurePosixPath, dt.datetime], state: Path) -> None:
    """Remember these dates, beside all earlier ones. Raises ConfigError if they cannot be written.

    A note that cannot be read now keeps its date, too.
    """
    known = recall(state) if dates else {}
    after = {**known, **dates}
    if after != known:
        by_path = {str(path): after[path] for path in sorted(after)}
        atomic_files.keep(_file(state), msgspec.json.encode(by_path))


def _file(state: Path) -> Path:
    return state / FOLDER / "first-commits.json"
