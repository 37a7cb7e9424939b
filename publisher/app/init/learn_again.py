"""Learn again from the built pages, and change only what that decides in publisher.yaml."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher import config as configs
from publisher.app.events import Note, ignore
from publisher.app.init import config_text, detect, feed_folder, learning, urls
from publisher.app.init.config_text import LEARNED
from publisher.errors import ConfigError
from publisher.system import atomic_files
from publisher.system.reasons import reason
from publisher.text import yaml_edit
from publisher.text.yaml_edit import Change, EditError

if TYPE_CHECKING:
    from publisher.app.events import OnEvent
    from publisher.app.init.learning import Lesson
    from publisher.config import Config
    from publisher.sources.engines.detected import DetectedSite

_BOM = "\ufeff"
_BEFORE = ("site", "engine", "path")  # the keys below which those about pages stand
# A comment with figures whose key a person removed or put elsewhere.
_FORSAKEN = re.compile(rf"^[ \t]*# {LEARNED}: [^\n]*\n(?![ \t]*(?:body|from)[ \t]*:)", re.MULTILINE)
# What stands for the keys that are to be found, if others need them.
_OUTPUT = (Change("site", "output", ".", after=("url",)),)
_BODY = (Change("posts", "body", "body", after=("engine", "path")),)


class Revision(Struct, frozen=True):
    """A configuration before and after, and the lesson that changes it."""

    path: Path
    before: str
    after: str
    lesson: Lesson


def learn_again(path: Path, on_event: OnEvent = ignore) -> Revision:
    """Learn from the pages of a configured site. Writes nothing.

    Raises ConfigError if there is nothing to learn from, or the file cannot be edited.
    """
    config = _config(path)
    if config.posts.feed or config.posts.pages:
        key = "feed" if config.posts.feed else "pages"
        raise ConfigError(
            f"{path}: posts.{key} has no sources to compare with the pages; set posts.body by hand"
        )
    text = path.read_bytes().decode("utf-8")
    site = _site(config)
    output = site.output if site else ()
    known = (_as_written(config),) if config.site.output else ()
    lesson = learning.study(
        config,
        (*known, *output),
        site.static if site else "",
        on_event,
        keeps_body=_is_by_hand(config, text),
    )
    if not lesson.output:
        raise ConfigError(f"{path} stays as it is: {lesson.reason}")
    # The pages have the URLs, too, so what said that no rule gives them is no longer so.
    after = urls.without_comments(_edited(path, text, _changes(config, lesson)), config)
    if site and lesson.takes_bodies:
        after = _with_feeds_in_site(after, config, site, lesson, on_event)
    configs.parse(after.removeprefix(_BOM), path)
    return Revision(path, text, after, lesson)


def _config(path: Path) -> Config:
    """The configuration, even if it lacks the keys that learning will add. Raises ConfigError."""
    try:
        return configs.load(path)
    except ConfigError:
        for unknown in (_OUTPUT, (*_OUTPUT, *_BODY)):
            with suppress(OSError, UnicodeDecodeError, ConfigError, EditError):
                text = path.read_bytes().decode("utf-8").removeprefix(_BOM)
                config = configs.parse(yaml_edit.changed(text, unknown), path)
                posts = replace(config.posts, body=()) if unknown[-1:] == _BODY else config.posts
                return replace(config, site=replace(config.site, output=None), posts=posts)
        raise


def write(revision: Revision) -> None:
    """Write the revision, unless the file was changed meanwhile. Raises ConfigError."""
    path = Path(os.path.realpath(revision.path))
    try:
        if path.read_bytes() != revision.before.encode():
            raise ConfigError(f"{revision.path} was changed meanwhile; run again")
        atomic_files.write(path, revision.after.encode())
    except OSError as error:
        raise ConfigError(f"{revision.path} cannot be written: {reason(error)}") from error


def _site(config: Config) -> DetectedSite | None:
    try:
        return detect.detect(config.path.parent)
    except ConfigError:  # the usual folders are tried
        return None


def _as_written(config: Config) -> str:
    """The folder of the site as a path relative to the configuration, if it is below that."""
    output, folder = config.site.output or Path(), config.path.parent
    return str(output.relative_to(folder) if output.is_relative_to(folder) else output)


def _is_by_hand(config: Config, text: str) -> bool:
    """Whether a person wrote `posts.body`: no comment with figures says that it was learned."""
    learned = f"# {LEARNED}: {learning.found_in(config.posts.body)}:"
    return bool(config.posts.body) and learned not in text


def _changes(config: Config, lesson: Lesson) -> list[Change]:
    """The changes to site.output, posts.body, posts.drop and posts.from.

    site.title changes, too, if it is only the name of the folder, and the pages have another.
    """
    # So that the next time shows that a person wrote it.
    stays = "posts.body stays; " if lesson.stays else ""
    comment = f"{LEARNED}: {stays}{lesson.figures}"
    output = config.path.parent / lesson.output
    same = config.site.output and os.path.realpath(output) == os.path.realpath(config.site.output)
    changes = [] if same else [Change("site", "output", lesson.output, after=("url",))]
    title = lesson.metadata.title
    if title and title != config.site.title == config.path.parent.name:
        changes.append(Change("site", "title", title))
    keys = lesson.keys
    if not lesson.takes_bodies:
        changes += [Change("posts", key, None, comment=LEARNED) for key in ("body", "drop")]
        return [*changes, Change("posts", "from", keys["from"], after=_BEFORE, comment=comment)]
    if config.posts.from_ == "source":
        changes.append(Change("posts", "from", None, comment=LEARNED))
    changes.append(Change("posts", "body", keys["body"], after=_BEFORE, comment=comment))
    if not lesson.stays:
        changes.append(Change("posts", "drop", keys.get("drop"), after=("body",)))
    return changes


def _with_feeds_in_site(
    text: str, config: Config, site: DetectedSite, lesson: Lesson, on_event: OnEvent
) -> str:
    """The text with the feeds in the built site, if `init` put them where a build copies them.

    With bodies from pages publisher runs after the generator, whose next build would be the first
    to copy the feeds. Feeds that somebody else wrote there are only named.
    """
    folder = config.path.parent
    before = feed_folder.copied(folder, site, config.site.url)
    if before is None or not any(
        _is_below(feed.path, folder / site.static) for feed in config.feeds
    ):
        return text
    after = feed_folder.of_site(
        folder, site, config.posts.engine, config.site.url, output=lesson.output
    )
    old, new = (config_text.feeds_section(one) for one in (before, after))
    why = (
        f"your generator copies {site.static} when it builds the site, but publisher takes the "
        "texts from the built pages, so it runs after that: feeds there would be those of the "
        "build before"
    )
    if old in text:
        on_event(Note(f"{why}; they move to {lesson.output}. Delete the old ones afterwards"))
        return text.replace(old, new, 1)
    on_event(Note(f"{why}. Move them, e.g. `path: {after.path}{config_text.FEED_NAMES[0]}`"))
    return text


def _is_below(path: Path, folder: Path) -> bool:
    return os.path.realpath(path).startswith(f"{os.path.realpath(folder)}/")


def _edited(path: Path, text: str, changes: list[Change]) -> str:
    bom = _BOM if text.startswith(_BOM) else ""
    try:
        return bom + yaml_edit.changed(_FORSAKEN.sub("", text.removeprefix(_BOM)), changes)
    except EditError as error:
        by_hand = [
            f"{one.section}.{one.key}: {yaml_edit.written(one.value)}"
            if one.value is not None
            else f"remove {one.section}.{one.key}"
            for one in changes
        ]
        raise ConfigError(
            f"{path}:{error.line}: not changed, because {error}. Write by hand:", by_hand
        ) from error
