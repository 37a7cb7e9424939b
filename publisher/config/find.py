"""Find the configuration file if the user names none."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from publisher.errors import ConfigError
from publisher.text import yaml_document

NAME = "publisher.yaml"
# COMPAT(0.1): the name in the first version. Hugo and Zola have settings of the same name.
OLD_NAME = "config.yaml"
_SECTIONS = ("site", "posts")


def find(folder: Path, *, home: Path, uid: int) -> Path:
    """The nearest configuration in the folder or above it, up to the repository's root or `home`.

    Outside of a repository and of `home`, only the folder itself is searched. `uid` is the user who
    runs the program. The result is relative to `folder`. Raises ConfigError if there is no
    configuration, or if another user may have written it.
    """
    folders = _folders(folder, home)
    for candidate in folders:
        for name in (NAME, OLD_NAME):
            path = candidate / name
            if path.is_file() and (name == NAME or is_ours(path)):
                _require_trusted(path, uid)
                return Path(os.path.relpath(path, folder))
    raise ConfigError(_missing(folders))


def _folders(folder: Path, home: Path) -> list[Path]:
    """The folders in which the configuration may be, the nearest first."""
    folders = []
    for candidate in (folder, *folder.parents):
        folders.append(candidate)
        if candidate == home or (candidate / ".git").exists():
            return folders
    return [folder]


def is_ours(path: Path) -> bool:
    """Whether a `config.yaml` is a configuration of publisher, and not of a site generator."""
    try:
        document = yaml_document.read(path.read_text(encoding="utf-8-sig")).value
    except (OSError, UnicodeDecodeError, yaml_document.YamlError):
        return False
    site, posts = (document.get(key) if isinstance(document, dict) else None for key in _SECTIONS)
    has_url = isinstance(site, dict) and "url" in site
    return has_url and isinstance(posts, dict) and not {"path", "feed"}.isdisjoint(posts)


def _require_trusted(path: Path, uid: int) -> None:
    """Refuse a file that another user may have written. Raises ConfigError."""
    # The configuration names a command that prints the password, and we would run it.
    for status in (path.lstat(), path.stat()):
        if status.st_uid not in {0, uid}:
            reason = f"it belongs to another user (uid {status.st_uid})"
        elif stat.S_ISREG(status.st_mode) and status.st_mode & stat.S_IWOTH:
            reason = "every user may write to it"
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
