"""Say which settings of a site publisher does not read, although its posts depend on them."""

from __future__ import annotations

import itertools
import typing
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher import sources
from publisher.sources.engines import RECORDS, unread
from publisher.sources.engines.unread import Part
from publisher.sources.post_files import PostFiles
from publisher.text.counts import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from publisher.config import Config
    from publisher.post import Diagnostic
    from publisher.sources.engines.engine import PostReader
    from publisher.sources.engines.unread import FoundSetting

_OF_PAGES: frozenset[Part] = frozenset({"posts", "URLs"})  # which built pages show
_BUILD = "build the site and run `publisher init --learn`"
_BODIES = "set posts.body to take them from the built pages"


class Doubt(Struct, frozen=True):
    """Settings of one file that are not read, in the order of its lines, and what they change.

    `way_out` is a clause; empty if the built pages do not show these parts.
    """

    file: Path
    settings: Sequence[FoundSetting]
    parts: Sequence[Part]
    way_out: str

    @property
    def place(self) -> str:
        """The file, and the line of the only setting; several have theirs in the message."""
        return f"{self.file}" if self.settings[1:] else f"{self.file}:{self.settings[0].line}"

    @property
    def message(self) -> str:
        """Two sentences that name all settings."""
        if not self.settings[1:]:
            return self.message_of(self.settings[0])
        named = ", ".join(f"{one.name} (line {one.line})" for one in self.settings)
        return f"publisher does not read these settings: {named}. {self._effect}"

    def message_of(self, setting: FoundSetting) -> str:
        """The same about one of the settings."""
        return f"publisher does not read {setting.name}. {self._effect}"

    @property
    def _effect(self) -> str:
        parts = listed(self.parts)
        way_out = f"; {self.way_out}" if self.way_out else ""
        return f"{parts[0].upper()}{parts[1:]} may differ from those on your site{way_out}"


def doubts(config: Config) -> list[Doubt]:
    """The settings that change what publisher takes from the sources: one for each file and kind.

    Raises ConfigError if the settings cannot be read.
    """
    if config.posts.feed or config.posts.pages:
        return []
    known = frozenset(_known(config))
    kinds: dict[tuple[Path, str], list[FoundSetting]] = {}
    for one in _found(config):
        if parts := {*one.parts} - known:
            kinds.setdefault((one.file, _way_out(parts, config)), []).append(one)
    return [
        Doubt(file, sorted(found, key=lambda one: one.line), _parts(found, known), way_out)
        for (file, way_out), found in kinds.items()
    ]


def problems(config: Config) -> list[Diagnostic]:
    """Warnings about settings that name what does not exist. Raises ConfigError."""
    return [] if config.posts.feed or config.posts.pages else [*_reader(config).setting_problems()]


def _found(config: Config) -> list[FoundSetting]:
    reader = _reader(config)
    return unread.find(reader.settings_files(), reader.unread_settings, reader.folder.reach)


def _reader(config: Config) -> PostReader:
    record, reach = RECORDS[config.posts.engine], sources.reach_of(config)
    folder = PostFiles(config, config.posts.path, sources.site_of(config), frozenset(), reach)
    return record.reader(folder, record)


def _known(config: Config) -> Iterator[Part]:
    """What the configuration or the built pages say, so that the setting does not matter."""
    if config.site.output:
        yield from _OF_PAGES
    if config.posts.permalink:
        yield "URLs"
    if config.posts.from_pages:
        yield "bodies"
    if config.posts.updated == "git":
        yield "dates"
    if config.posts.languages:
        yield "languages"


def _way_out(parts: set[Part], config: Config) -> str:
    """How to take these parts from the built pages; empty if they do not show them."""
    if not config.site.output and not parts.isdisjoint(_OF_PAGES | {"bodies"}):
        return _BUILD
    return _BODIES if "bodies" in parts else ""


def _parts(found: Sequence[FoundSetting], known: frozenset[Part]) -> list[Part]:
    """What all these settings change, in the order of `Part`."""
    changed = {*itertools.chain.from_iterable(one.parts for one in found)} - known
    return [part for part in typing.get_args(Part) if part in changed]
