"""Say which settings of a site publisher does not read, although its posts depend on them."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher import sources
from publisher.post import Diagnostic
from publisher.sources.engines import RECORDS, unread
from publisher.sources.post_files import PostFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.config import Config
    from publisher.sources.engines.unread import FoundSetting, Part

_OF_PAGES: frozenset[Part] = frozenset({"posts", "URLs"})  # which built pages show


def doubts(config: Config) -> list[Diagnostic]:
    """A warning for each setting that changes what publisher takes from the sources of the site.

    Raises ConfigError if the settings cannot be read.
    """
    if config.posts.feed or config.posts.pages:
        return []
    record, reach = RECORDS[config.posts.engine], sources.reach_of(config)
    folder = PostFiles(config, config.posts.path, sources.site_of(config), frozenset(), reach)
    reader = record.reader(folder, record)
    found = unread.find(reader.settings_files(), record.unread_settings, reach)
    known = {*_known(config)}
    return [
        Diagnostic(PurePosixPath(one.file), one.line, _message(one, parts, config))
        for one in found
        if (parts := [part for part in one.parts if part not in known])
    ]


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


def _message(setting: FoundSetting, parts: list[Part], config: Config) -> str:
    named = ", ".join(parts[:-1]) + f" and {parts[-1]}" if parts[1:] else parts[0]
    message = f"{setting.name} is not read, so publisher may have other {named} than your site"
    if not config.site.output and not _OF_PAGES.isdisjoint(parts):
        return f"{message}; set site.output to the folder into which the site is built"
    if "bodies" in parts:
        return f"{message}; posts.body takes them from the built pages"
    return message
