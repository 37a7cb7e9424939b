"""Write the first configuration: look at the site, ask what is doubtful, check, and write."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher import config as configs
from publisher.app.doubts import ignored_files, unread_settings
from publisher.app.events import Note, ignore
from publisher.app.init import (
    config_text,
    detect,
    feed_folder,
    from_feed,
    learning,
    no_posts_advice,
    site_facts,
    site_url,
    urls,
)
from publisher.app.init.learning import Lesson
from publisher.app.init.options import WrittenConfig, nobody, require_yes
from publisher.app.init.survey import survey
from publisher.config.find import NAME, OLD_NAME, is_ours
from publisher.errors import ConfigError, Unavailable, UnsafePlanError
from publisher.sources.engines.detected import DetectedSite
from publisher.system.paths import is_folder
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.app.events import OnEvent
    from publisher.app.init.config_text import SiteFacts
    from publisher.app.init.options import Ask, AskText, InitOptions
    from publisher.app.init.survey import Survey
    from publisher.config import Config


def init(
    path: Path,
    options: InitOptions,
    on_event: OnEvent = ignore,
    *,
    ask: Ask = nobody,
    ask_text: AskText = nobody,
) -> WrittenConfig:
    """Write a configuration to a new file.

    Raises ConfigError if the file exists, the folder is no site, a value does not fit, the next
    command would refuse the configuration, or `ask` answers no; and Unavailable if the feed cannot
    be downloaded.
    """
    _require_new(path)
    folder = path.absolute().parent
    options, site = _site(options, folder)
    for note in site.notes:
        on_event(Note(note))
    facts = _facts(options, site, folder, on_event)
    config = _parsed(facts, path)
    found = survey(config)
    if found.templates and not ignored_files.doubt(config):
        facts, config, found = _without_templates(facts, path, found.templates, on_event)
    if not options.feed:
        lesson = learning.study(config, site.output, site.static, on_event)
        facts = site_facts.with_metadata(facts, lesson, on_event)
    facts = site_url.with_url(facts, site, partial(_refusal, path), on_event, ask_text)
    if facts.lesson:
        facts, config, found = _learned(facts, facts.lesson, site, path, found)
    for doubt in (
        site_facts.unread(facts, site),
        site_facts.doubt_about_url(facts, site),
        site_facts.doubt_about_title(facts),
    ):
        if doubt:
            on_event(Note(doubt))
    _ask_about_pages(facts, found, ask)  # after that, because pages may date their posts
    facts = _with_ignored(facts, config, ask)
    facts, found = _with_rule(facts, config, found, on_event, ask_text)
    for note in _unread(_parsed(facts, path)):
        on_event(Note(note.removeprefix(f"{folder}/")))
    since = found.oldest or dt.datetime.now(dt.UTC).date()
    _write(path, config_text.text(facts, since))
    posts = None if options.feed else folder / facts.posts["path"]
    return WrittenConfig(posts, site.name, site.source, found, facts.lesson, facts.taken)


def _unread(config: Config) -> Iterator[str]:
    """What of the settings is not read, or names what does not exist, with the places."""
    for doubt in unread_settings.doubts(config):
        yield f"{doubt.place}: {doubt.message}"
    for problem in unread_settings.problems(config):
        yield f"{problem.path}:{problem.line}: {problem.message}"


def _require_new(path: Path) -> None:
    """Raise ConfigError if there is a configuration already."""
    if path.exists():
        raise ConfigError(f"{path} already exists; edit it, or choose another file with --config")
    old = path.parent / OLD_NAME
    if path.name == NAME and is_ours(old):
        raise ConfigError(f"{old} is already a configuration of publisher; rename it to {NAME}")


def _site(options: InitOptions, folder: Path) -> tuple[InitOptions, DetectedSite]:
    """The options with the feed or the posts that were found, and the site.

    Raises ConfigError, Unavailable.
    """
    if options.feed:
        return from_feed.in_feed(options, options.feed, folder)
    site = _detected(options, folder)
    posts = options.posts or site.posts
    if posts is None:
        raise ConfigError(
            f"{folder} is a site of {site.name}, but no folder with posts is in it; name it with "
            "--posts FOLDER"
        )
    if not is_folder(folder / posts):
        advice = "name the folder with your posts with --posts FOLDER"
        raise ConfigError(f"the folder {folder / posts} does not exist; {advice}")
    return replace(options, posts=posts), site


def _detected(options: InitOptions, folder: Path) -> DetectedSite:
    """The site in a folder. Raises ConfigError if there is none, or its settings are broken."""
    try:
        site = detect.detect(folder)
    except ConfigError as error:
        if not (options.posts and options.engine):
            raise
        return DetectedSite(notes=(f"the settings of the site are not used: {error}",))
    if site is None and not options.posts:
        near = [f"perhaps: {text}" for text in detect.near(folder)]
        found = [f"no {text}" for text in detect.looked_for()]
        raise ConfigError(
            f"{folder} is not the folder of a site. Run `publisher init` in the folder with your "
            "site's settings, name the folder with your posts with --posts FOLDER, or the feed of "
            "your site with --feed URL",
            [*found, *near],
        )
    return site or detect.without_settings()


def _facts(options: InitOptions, site: DetectedSite, folder: Path, on_event: OnEvent) -> SiteFacts:
    settings = site_facts.valid(site, on_event)
    url = options.url or settings.get("url")
    engine = options.engine or site.engine
    is_feed = options.feed is not None
    return config_text.SiteFacts(
        title=options.title or settings.get("title") or folder.name,
        url=url,
        settings=settings,
        author=site.author,
        posts={"feed": options.feed} if options.feed else _posts(options, site, settings),
        feeds=feed_folder.of_feed(folder)
        if is_feed
        else feed_folder.of_site(folder, site, engine, url),
        options=options,
    )


def _posts(options: InitOptions, site: DetectedSite, settings: Mapping[str, str]) -> dict[str, str]:
    """The keys of the section `posts` for a folder of posts."""
    posts = {"path": options.posts or "", "engine": options.engine or site.engine}
    if site.site or site.generator:  # no settings show where the site of a generator begins
        posts["site"] = site.site or "."
    if options.permalink:
        posts["permalink"] = options.permalink
    elif site.permalink and "permalink" not in settings:  # it is invalid
        posts["permalink"] = "date"
    return posts


def _parsed(facts: SiteFacts, path: Path) -> Config:
    """The configuration. Raises ConfigError without lines, as no file is written yet."""
    if facts.url and "://" not in facts.url:  # else every value that is made of it is named, too
        fault = f"site.url is '{facts.url}', without a scheme; write https://{facts.url}"
        raise ConfigError(f"{path} is not written; correct this value", [fault])
    try:
        return configs.parse(config_text.text(facts, dt.datetime.now(dt.UTC).date()), path)
    except ConfigError as error:
        problems = [line.partition(": ")[2] for line in str(error).splitlines()[1:]]
        raise ConfigError(f"{path} is not written; correct these values", problems) from error


def _without_templates(
    facts: SiteFacts, path: Path, templates: Sequence[str], on_event: OnEvent
) -> tuple[SiteFacts, Config, Survey]:
    """The facts that leave out the templates for new posts, their configuration, and its posts."""
    names = ", ".join(templates)
    on_event(Note(f"templates for new posts are left out with posts.exclude: {names}"))
    facts = replace(facts, templates=templates)
    config = _parsed(facts, path)
    return facts, config, survey(config)


def _learned(
    facts: SiteFacts, lesson: Lesson, site: DetectedSite, path: Path, before: Survey
) -> tuple[SiteFacts, Config, Survey]:
    """The facts with what the built pages showed, their configuration, and its posts."""
    folder = path.absolute().parent
    engine = facts.options.engine or site.engine
    feeds = feed_folder.of_site(folder, site, engine, facts.url, output=lesson.output)
    facts = replace(facts, lesson=lesson, feeds=feeds)
    config = _parsed(facts, path)
    if not lesson.output:
        return facts, config, before
    try:
        return facts, config, survey(config)
    except (UnsafePlanError, Unavailable) as error:  # e.g. a build that is not the whole site
        failed = Lesson(lesson.posts, reason=error.title, metadata=lesson.metadata)
        return _learned(facts, failed, site, path, before)


def _with_rule(
    facts: SiteFacts, config: Config, found: Survey, on_event: OnEvent, ask: AskText
) -> tuple[SiteFacts, Survey]:
    """The facts with posts.permalink if it must be given and somebody gives it; then the survey."""
    settled = urls.with_rule(facts, config, partial(_refusal, config.path), on_event, ask)
    if settled.posts == facts.posts:
        return settled, found
    return settled, survey(_parsed(settled, config.path))


def _refusal(path: Path, facts: SiteFacts) -> ConfigError | None:
    """Why the facts are no valid configuration; None if they are one."""
    try:
        _parsed(facts, path)
    except ConfigError as error:
        return error
    return None


def _ask_about_pages(facts: SiteFacts, found: Survey, ask: Ask) -> None:
    """Ask if the folder has mostly pages. Raises ConfigError."""
    if not found.is_mostly_undated:
        return
    pages = number_of(found.pages, "file")
    fact = (
        f"{facts.posts['path']} has {number_of(found.posts, 'post')} and {pages} without a date, "
        "which no feed and no node will have"
    )
    ways = no_posts_advice.ways(facts, found)
    which = "only the dated files are posts" if found.posts else "you will date them later"
    yes = f"if {which}, run again with --yes"
    require_yes(ask, fact, "Is it the folder with your posts?", yes=yes, ways=ways)


def _with_ignored(facts: SiteFacts, config: Config, ask: Ask) -> SiteFacts:
    """The facts with the answer if files may be published that the site leaves out.

    Raises ConfigError if they may not.
    """
    risk = ignored_files.risk(config)
    if not risk:
        return facts
    fact = f"{risk}, so it may publish e.g. private notes"
    question = f"Publish all posts in {config.posts.path.name}?"
    ways = ["build the site first, so that publisher sees which posts have a page"]
    require_yes(ask, fact, question, yes="to publish all posts, run again with --yes", ways=ways)
    return replace(facts, excludes_nothing=True)


def _write(path: Path, text: str) -> None:
    try:
        # "x" never overwrites a file, even one that appeared after `init` checked.
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
