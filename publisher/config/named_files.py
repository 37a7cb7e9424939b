"""The files that a configuration names: their URLs, conflicts among them, and the state folder."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

from publisher.config.find import NAME, is_ours
from publisher.config.keys import (
    LEDGER_NAME,
    MAX_LEVELS_UP,
    PLACEHOLDER,
    STATE_NAME,
)
from publisher.errors import ConfigError
from publisher.system import symlinks
from publisher.system.paths import exists, is_file, is_folder
from publisher.system.symlinks import LinkError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.config.keys import Config, FeedFile
    from publisher.text import yaml_document

_DIGITS = {"year": "[0-9]{4}", "month": "[0-9]{2}"}


def default_url(path: str, root: str, output: str, folder: Path) -> str | None:
    """The URL of a file in the folder of the configuration; None for a path outside.

    `output` is the folder into which the site is built: its content is the root of the site's URL,
    wherever it is. Both paths are written as in the configuration.
    """
    file = _absolute(path, folder)
    for top in (_absolute(output, folder), _absolute(".", folder)):
        if file.is_relative_to(top):
            below = quote(str(file.relative_to(top)), safe="/{}")
            return urljoin(root, below.removesuffix("index.html"))
    return None


def _absolute(path: str, folder: Path) -> Path:
    try:
        return Path(os.path.normpath(folder / Path(path).expanduser()))
    except RuntimeError:  # a user that does not exist, which is reported where the path is read
        return Path(path)


def check_state(config: Config) -> None:
    """Refuse symbolic links in the state folder that an author of posts could have placed.

    So is a file that `state:` names; one in the default place stops only what writes there. Raises
    ConfigError.
    """
    is_named = config.state != config.path.parent / STATE_NAME
    if is_named and exists(config.state) and not is_folder(config.state):
        raise ConfigError(
            f"{config.path}: state: {config.state} is a file, not a folder; name a folder, or "
            "remove the line"
        )
    try:
        folder = symlinks.resolved(config.state, config.shared_folders)
        for name in os.listdir(folder):  # noqa: PTH208 - the folder is resolved already
            symlinks.resolved(folder / name, config.shared_folders)
    except LinkError as error:
        raise ConfigError(
            f"{config.path}: state: {error.message}; {link_advice(config, 'state')}"
        ) from error
    except OSError:  # it does not exist yet, or the attempt to write there will report the error
        return


def check_ledger(config: Config) -> None:
    """Refuse to start an empty ledger if there is an older one of this site.

    The older one lies beside the posts or above them, and no other configuration uses it. An empty
    ledger would forget what was published. A state folder with a ledger is used as it is; one with
    nothing but a cache proves nothing. Raises ConfigError.
    """
    if is_file(config.state / LEDGER_NAME):
        return
    posts = config.posts
    above = (posts.path, *list(posts.path.parents)[:MAX_LEVELS_UP])
    for folder in dict.fromkeys((config.path.parent, posts.site or posts.path, *above)):
        state, other = folder / STATE_NAME, folder / NAME
        is_used = other != config.path and is_file(other) and is_ours(other)
        if is_file(state / LEDGER_NAME) and not is_used:
            own = shlex.quote(str(config.state))
            empty = shlex.quote(str(config.state / LEDGER_NAME))
            raise ConfigError(
                f"{config.path}: the state folder {config.state} has no ledger, but there is one "
                f"in {state}; use it with `state: {state}`, or, if it belongs to another site, run "
                f"`mkdir -p {own} && touch {empty}` to start an empty one"
            )


def link_advice(config: Config, key: str) -> str:
    """How to fix a symbolic link in the path that `key` sets, as the end of an error message."""
    advice = f"remove the link, or set {key} to the real path"
    if config.posts.site:
        return advice
    return f"{advice}, or set posts.site: links outside of the site's folder are followed"


def clashes(config: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    """The problems of files that would overwrite each other: (key, message)."""
    itself = "is the configuration itself; choose another path"
    taken = {os.path.normpath(config["path"]): itself}
    posts = config.get("posts")
    if posts is not None and posts.feed:
        source = "is the feed that the posts come from; choose another path"
        taken[os.path.normpath(posts.feed)] = source
    feeds = config.get("feeds", ())
    for key, file in _files(config, feeds):
        path = os.path.normpath(file)
        if path in taken:
            yield key, taken[path]
        taken.setdefault(path, "is the path of another file, too; change one")
    yield from _repeated(feeds, "url")
    yield from _repeated(feeds, "archive")
    yield from _archive_clashes(feeds, taken)


def _files(
    config: dict[str, Any], feeds: Sequence[FeedFile | None]
) -> Iterator[tuple[yaml_document.Key, str]]:
    for index, feed in enumerate(feeds):
        if feed:
            yield ("feeds", index, "path"), str(feed.path)
    if page := config.get("page"):
        yield ("page", "path"), str(page.path)
    if sheet := config.get("stylesheet"):
        yield ("stylesheet",), str(sheet)


def _repeated(
    feeds: Sequence[FeedFile | None], name: str
) -> Iterator[tuple[yaml_document.Key, str]]:
    seen: set[str] = set()
    for index, feed in enumerate(feeds):
        value = getattr(feed, name, None)
        text = os.path.normpath(value) if name == "archive" and value else value
        if text in seen:
            yield ("feeds", index), f"has the same {name} as another feed; change one"
        if text is not None:
            seen.add(text)


def _archive_clashes(
    feeds: Sequence[FeedFile | None], files: dict[str, str]
) -> Iterator[tuple[yaml_document.Key, str]]:
    """Problems of archives whose pattern fits another file: `{year}.atom` fits `2025.atom`."""
    for index, feed in enumerate(feeds):
        archive = feed and feed.archive and os.path.normpath(feed.archive)
        if not archive:
            continue
        parts = PLACEHOLDER.split(archive)  # the odd ones are names of placeholders
        pattern = "".join(
            _DIGITS.get(part, "[^/]+") if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )
        if clash := next((path for path in files if re.fullmatch(pattern, path)), None):
            message = f"may become {Path(clash).name}, which is another file; change one"
            yield ("feeds", index, "archive"), message
