"""Which file is the configuration, where the user names none."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from publisher.errors import ConfigError
from publisher.text import yaml_document

NAME = "publisher.yaml"
# COMPAT(0.1): what it was called before. Sites of Hugo and Zola have a file of that name, too.
OLD_NAME = "config.yaml"
_SECTIONS = ("site", "posts")


def find(folder: Path, *, home: Path, uid: int) -> Path:
    """The nearest configuration: in a folder or above it, up to its repository's root or `home`.

    In a folder of neither, only the folder itself counts. `uid` is the user who runs the program.
    The path is relative to `folder`. Raises ConfigError if there is none, or if it may be
    somebody else's.
    """
    folders = _folders(folder, home)
    for place in folders:
        for name in (NAME, OLD_NAME):
            path = place / name
            if path.is_file() and (name == NAME or is_ours(path)):
                _require_trusted(path, uid)
                return Path(os.path.relpath(path, folder))
    raise ConfigError(_missing(folders))


def _folders(folder: Path, home: Path) -> list[Path]:
    """The folder and those above it that may hold its configuration, the nearest first."""
    found = []
    for place in (folder, *folder.parents):
        found.append(place)
        if place == home or (place / ".git").exists():
            return found
    return [folder]


def is_ours(path: Path) -> bool:
    """Whether a file called `config.yaml` is a configuration of publisher, and not of the site."""
    try:
        document = yaml_document.read(path.read_text(encoding="utf-8-sig")).value
    except (OSError, UnicodeDecodeError, yaml_document.YamlError):
        return False
    site, posts = (document.get(key) if isinstance(document, dict) else None for key in _SECTIONS)
    has_url = isinstance(site, dict) and "url" in site
    return has_url and isinstance(posts, dict) and not {"path", "feed"}.isdisjoint(posts)


def _require_trusted(path: Path, uid: int) -> None:
    """Refuse a file that others may have put there: it names the commands that a run starts."""
    for status in (path.lstat(), path.stat()):
        if status.st_uid not in {0, uid}:
            reason = f"it belongs to another user (uid {status.st_uid})"
        elif stat.S_ISREG(status.st_mode) and status.st_mode & stat.S_IWOTH:
            reason = "everybody may write it"
        else:
            continue
        raise ConfigError(
            f"{path} is not used: {reason}; if you trust it, name it with --config {path}"
        )


def _missing(folders: list[Path]) -> str:
    above = f", or above it up to {folders[-1]}" if len(folders) > 1 else ""
    foreign = folders[0] / OLD_NAME
    other = (
        f" ({OLD_NAME} is not one: it has no site.url, or neither posts.path nor posts.feed)"
        if foreign.is_file()
        else ""
    )
    return (
        f"there is no {NAME} in {folders[0]}{above}{other}; `publisher init` writes one, "
        "`--config FILE` names another file"
    )
