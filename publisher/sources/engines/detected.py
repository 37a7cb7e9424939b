"""What `init` learns from the settings of a site, and helpers with which engines detect sites."""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.config import DEFAULT_ENGINE
from publisher.sources import site_settings
from publisher.system.paths import is_folder
from publisher.system.symlinks import Reach

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.config import Engine, Person
    from publisher.text.yaml_document import Value

POSTS = ("_posts", "posts", "content/posts", "content/post", "content/blog", "src/posts")
# Posts in these folders belong to a package, a built site or a test.
_NOT_SITES = frozenset({"node_modules", "vendor", "_site", "public", "output", "test", "tests"})
_DEPTH = 3


@dataclass(frozen=True, kw_only=True)
class DetectedSite:
    """The settings of a detected site; None if not set. `notes` name the settings left unused.

    `generator` is the name of a generator that is not an engine of ours; `is_known` is false if
    only a folder of posts was found, so that any generator may build the site. `site` is the folder
    of the site if it must be configured. `program` is the file with the settings if that is a
    program, from which only literals were taken; `unread` says where it computes a value, by our
    keys. `base` is the path of the site on its host if a setting of its own says it, without
    slashes at its ends. `output` are folders into which the site may be
    built, and `static` is one whose files the build copies into the site. `copied` is
    the folder of all sources if an engine of ours copies every file there that is no source. All
    folders are relative to the folder in which we looked.
    """

    engine: Engine = DEFAULT_ENGINE
    generator: str = ""
    is_known: bool = True
    posts: str | None = None
    site: str | None = None
    output: Sequence[str] = ()
    static: str = ""
    copied: str = ""
    source: str = ""
    program: str = ""
    unread: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    title: str | None = None
    url: str | None = None
    base: str = ""
    description: str | None = None
    language: str | None = None
    timezone: str | None = None
    permalink: str | None = None
    author: Person | None = None
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def base_path(self) -> str:
        """The path of the site on its host by its settings, without slashes at its ends."""
        try:
            return urlsplit(self.url or "").path.strip("/") or self.base
        except ValueError:  # http://[
            return self.base

    @property
    def name(self) -> str:
        """The name of the generator; empty for a folder of posts of which nothing else is known."""
        return self.generator or (self.engine if self.is_known else "")


def settings_in(folder: Path, names: Sequence[str]) -> tuple[str, dict[str, Value]] | None:
    """The name and the settings of the first file that exists. Raises ConfigError."""
    file = site_settings.find(folder, names)
    return (file.name, site_settings.read(file, reach_of(folder))) if file else None


def reach_of(folder: Path) -> Reach:
    """The files that `init` may read: no link out of the site, which others may have written."""
    return Reach((folder,), (folder,), f"outside {folder}")


def inside(written: str) -> str:
    """A path of the settings as one below the site; empty for the site itself, and outside of it.

    Settings may come from authors whom the owner of the account does not trust with the machine.
    """
    parts = [part for part in written.split("/") if part not in {"", "."}]
    return "" if written.startswith("/") or ".." in parts else "/".join(parts)


def output_folder(written: str | None) -> tuple[str, ...]:
    """The folder of the built site that the settings name; none for the site itself.

    It may lie outside of the site, because `init` takes it only if it has pages of the posts.
    """
    folder = posixpath.normpath(written) if written else "."
    return () if folder == "." else (folder,)


def first_folder(folder: Path, names: Sequence[str]) -> str | None:
    """The first of the folders that exists."""
    return next((name for name in names if is_folder(folder / name)), None)


def folders_named(folder: Path, wanted: str) -> Iterator[str]:
    """The paths of the folders with that name, in order, at most _DEPTH levels down."""
    for here, folders, _ in os.walk(folder):
        below = os.path.relpath(here, folder)
        depth = 0 if below == "." else below.count(os.sep) + 1
        if wanted in folders:
            yield wanted if below == "." else f"{below}/{wanted}"
        folders[:] = sorted(
            name
            for name in folders
            if depth < _DEPTH and name not in _NOT_SITES and not re.match(r"[._]", name)
        )


def texts_in(folder: Path) -> int:
    """How many pages in Markdown a folder has, apart from those of sections."""
    texts = folder.rglob("*.md") if is_folder(folder) else ()
    return sum(not text.name.startswith("_index.") for text in texts)


def unread_sections(folder: Path, content: str, posts: str) -> Iterator[str]:
    """A note for each section with pages that is not read, because only `posts` is."""
    if posts == content or not is_folder(folder / content):
        return
    for section in sorted((folder / content).iterdir()):
        name = f"{content}/{section.name}"
        if name != posts and texts_in(section):
            yield f"{name} is not read; to read all sections set `path: {content}`"
