"""Files and folders that are looked at every second, because they may lie anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from publisher.app.watch.watched_places import WatchedPlaces
    from publisher.config import Config

# What a file is like: None if it does not exist, or cannot be looked at.
Signature: TypeAlias = "tuple[int, ...] | None"


class Polled(Struct, frozen=True):
    """What the configuration, its secrets, the settings of the site and the folders are like now.

    A folder that was replaced by another one of the same name is another folder. `outputs` says
    which of our own files exist.
    """

    configuration: tuple[Signature, ...]
    secrets: tuple[Signature, ...]
    files: tuple[Signature, ...]
    roots: tuple[Signature, ...]
    outputs: tuple[bool, ...]


def poll(config: Config, places: WatchedPlaces) -> Polled:
    return Polled(
        configuration=_signatures([config.path]),
        secrets=_signatures(_secrets(config)),
        files=_signatures(places.files),
        roots=tuple(_identity(root) for root in places.roots),
        outputs=tuple(path.exists() for path in places.outputs),
    )


def lost_outputs(places: WatchedPlaces, before: Polled, now: Polled) -> list[Path]:
    """Our own files that existed `before`, and are gone now."""
    found = zip(places.outputs, before.outputs, now.outputs, strict=True)
    return [path for path, existed, exists in found if existed and not exists]


def _secrets(config: Config) -> Iterable[Path]:
    files = ((account.password_file, account.ca_file) for account in config.xmpp)
    return [file for pair in files for file in pair if file]


def _signatures(files: Iterable[Path]) -> tuple[Signature, ...]:
    return tuple(map(_signature, files))


def _signature(file: Path) -> Signature:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns


def _identity(folder: Path) -> Signature:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
