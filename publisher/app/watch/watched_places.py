"""What the watcher looks at, and which changes there are its own work."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher import sources
from publisher.config.keys import PLACEHOLDER
from publisher.sources.walk import is_ignored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.config import Config

# The names of the temporary files of `system.atomic_files`.
_TEMPORARY = re.compile(r"\.[0-9a-f]{16}\.publisher")
_FOREIGN = frozenset({".git", "node_modules"})
# What programs write beside a file until it is whole. Vim tries with the name 4913 whether it may
# write into the folder.
_PASSING = frozenset({".tmp", ".temp", ".part", ".swp", ".bak"})
_VIM = "4913"


class WatchedPlaces(Struct, frozen=True):
    """Where to look, as absolute paths.

    Everything below the `roots` counts, and so do the single `files`, but what matches `own` or
    lies below `state`, whose path is resolved. The `outputs` are those of our own files whose paths
    are known. `is_build`: the roots are what the generator of the site writes.
    """

    roots: tuple[Path, ...]
    files: tuple[Path, ...]
    own: re.Pattern[str]
    outputs: tuple[Path, ...]
    state: Path
    is_build: bool

    def counts(self, path: Path) -> bool:
        """Whether a change of this file may change what is published.

        That one of our own files was written is no change, but that one is gone is. An editor that
        saves its swap file again and again must not keep a post from being published.
        """
        if _FOREIGN.intersection(path.parts) or _TEMPORARY.fullmatch(path.name):
            return False
        if path not in self.roots and self._is_passed_over(path):
            return False
        if self._is_own(path) and path.exists():
            return False
        real = os.path.realpath(path)
        return self.state not in (Path(real), *Path(real).parents)

    def _is_passed_over(self, path: Path) -> bool:
        """Whether the name is that of a file which is no post, whatever the engine."""
        if is_ignored(path.name) or path.suffix in _PASSING or path.name == _VIM:
            return True
        if self.is_build:  # pages may lie in `.well-known`
            return False
        folders = next(
            (path.relative_to(one).parts for one in self.roots if one in path.parents), ()
        )
        return any(map(is_ignored, folders))

    def is_gap(self, path: Path) -> bool:
        """Whether a file is gone that may come back: many generators empty their folder first."""
        return self.is_build and not self._is_own(path) and not path.exists()

    def _is_own(self, path: Path) -> bool:
        return any(self.own.fullmatch(text) for text in (str(path), os.path.realpath(path)))


def watched(config: Config) -> WatchedPlaces:
    """The finished build where there is an output folder, else the posts or the feed."""
    own = "|".join(_pattern(path) for path in _outputs(config)) or "(?!)"
    return WatchedPlaces(
        roots=(*_roots(config),),
        files=(*_files(config),),
        own=re.compile(own),
        outputs=tuple(path for path in _outputs(config) if not PLACEHOLDER.search(str(path))),
        state=Path(os.path.realpath(config.state)),
        is_build=config.site.output is not None,
    )


def _roots(config: Config) -> Iterator[Path]:
    if config.site.output:
        yield config.site.output
    elif not config.posts.feed:
        yield config.posts.path


def _files(config: Config) -> Iterator[Path]:
    """The settings of the site, and the feed that takes the place of the folder."""
    if config.posts.feed:
        if "://" not in config.posts.feed:
            yield Path(config.posts.feed)
    else:
        yield from sources.settings_of(config)


def _outputs(config: Config) -> Iterator[Path]:
    """The files that a run writes; those of patterns have placeholders."""
    for feed in config.feeds:
        yield feed.path
        if feed.archive:
            yield feed.archive
    if config.page:
        yield config.page.path
    if config.stylesheet:
        yield config.stylesheet


def _pattern(path: Path) -> str:
    """A regular expression for the path; each placeholder stands for some characters."""
    texts = (str(path), os.path.realpath(path))
    parts = ("[^/]+".join(map(re.escape, PLACEHOLDER.split(text)[::2])) for text in texts)
    return "|".join(parts)
