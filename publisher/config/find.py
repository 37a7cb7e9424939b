"""Find the configuration file if the user names none."""

from __future__ import annotations

import os
import re
import shlex
import stat
from pathlib import Path

from publisher.errors import ConfigError
from publisher.system.paths import exists, is_file
from publisher.text import yaml_document

NAME = "publisher.yaml"
# COMPAT(0.1): the name in the first version. Hugo and Zola have settings of the same name.
OLD_NAME = "config.yaml"
_SECTIONS = ("site", "posts")


def find(folder: Path, *, home: Path, uid: int) -> Path:
    """The configuration in the folder or above it, up to the repository's root or `home`.

    Outside of a repository and of `home`, only the folder itself is searched. `uid` is the user who
    runs the program. The path is a name if the file is in the folder itself, else absolute. Raises
    ConfigError if there is no configuration, if there are several, or if another user may have
    written it.
    """
    paths = configurations(folder, home)
    if not paths:
        raise ConfigError(_missing(folder, home))
    # The nearer one may come from an author of posts, who must not choose what a run does.
    if len(paths) > 1:
        raise ConfigError(
            f"{paths[0]} and {paths[1]} are both configurations of publisher; name the right one "
            "with --config FILE"
        )
    _require_trusted(paths[0], uid)
    return Path(paths[0].name) if paths[0].parent == folder else paths[0]


def configurations(folder: Path, home: Path) -> list[Path]:
    """The configurations in the folder and above it, the nearest first. Raises ConfigError."""
    return [path for candidate in _folders(folder, home) if (path := _configuration(candidate))]


def _configuration(folder: Path) -> Path | None:
    """The configuration in a folder. Raises ConfigError if it is no regular file."""
    path, old = folder / NAME, folder / OLD_NAME
    if is_file(path):
        return path
    if os.path.lexists(path):
        raise ConfigError(f"{path} is a folder, a broken link or a pipe, not a file; remove it")
    return old if is_file(old) and is_ours(old) else None


def _folders(folder: Path, home: Path) -> list[Path]:
    """The folders in which the configuration may be, the nearest first."""
    folders, home = [], Path(os.path.realpath(home))
    for candidate in (folder, *folder.parents):
        folders.append(candidate)
        if _is_last(candidate, home):
            return folders
    return [folder]


def _is_last(folder: Path, home: Path) -> bool:
    """Whether the search ends here: at the root of a repository, or at `home`."""
    return folder == home or exists(folder / ".git")


def is_ours(path: Path) -> bool:
    """Whether a `config.yaml` is a configuration of publisher, and not of a site generator."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    try:
        document = yaml_document.read(text).value
    except yaml_document.YamlError:  # reading the configuration reports what is wrong
        return all(re.search(rf"^{section}:", text, re.MULTILINE) for section in _SECTIONS)
    site, posts = (document.get(key) if isinstance(document, dict) else None for key in _SECTIONS)
    has_url = isinstance(site, dict) and "url" in site
    return has_url and isinstance(posts, dict) and not {"path", "feed", "pages"}.isdisjoint(posts)


def is_read_beside(path: Path, folder: Path) -> bool:
    """Whether another configuration in the folder of this one has the posts of a folder."""
    others = (one for one in path.absolute().parent.glob("*.y*ml") if one.name != path.name)
    paths = ((one, _posts_path(one)) for one in others if is_ours(one))
    places = (one.parent / written for one, written in paths if written)
    return any(place.is_relative_to(folder) or folder.is_relative_to(place) for place in places)


def _posts_path(path: Path) -> str:
    """The value of posts.path in a configuration of ours; empty if it cannot be read."""
    try:
        document = yaml_document.read(path.read_text(encoding="utf-8-sig")).value
    except yaml_document.YamlError:
        return ""
    posts = document.get("posts") if isinstance(document, dict) else None
    written = posts.get("path") if isinstance(posts, dict) else None
    return written if isinstance(written, str) else ""


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
        option = f"--config {shlex.quote(str(path))}"
        raise ConfigError(f"{path} is not used: {reason}; if you trust it, name it with {option}")


def _missing(folder: Path, home: Path) -> str:
    last = _folders(folder, home)[-1]
    above = f", or above it up to {last}" if last != folder else ""
    if last == folder and not _is_last(folder, Path(os.path.realpath(home))):
        above = " (folders above it are searched only in a git repository or below your home)"
    foreign = folder / OLD_NAME
    other = (
        f" ({OLD_NAME} is not one: it has no site.url, or none of posts.path, posts.feed and "
        "posts.pages)"
        if is_file(foreign)
        else ""
    )
    return (
        f"there is no {NAME} in {folder}{above}{other}; `publisher init` writes one, "
        "`--config FILE` names another file"
    )
