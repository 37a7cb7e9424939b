"""Write a first publisher.yaml from the posts and the site's settings in a folder."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher import config as configs
from publisher import sources
from publisher.app.events import Note, ignore
from publisher.config.find import NAME, OLD_NAME, is_ours
from publisher.config.keys import FEED_FOLDERS, STATE_NAME
from publisher.errors import ConfigError
from publisher.sources import detect
from publisher.sources.engines.detected import POSTS, DetectedSite
from publisher.sources.feed.web_page import WebPageError
from publisher.sources.front_matter.values import language_tag
from publisher.system import symlinks
from publisher.system.symlinks import LinkError
from publisher.text import permalinks
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from publisher.app.events import OnEvent
    from publisher.config import Engine

TEMPLATE = """\
# The configuration of publisher. Every key is explained in config.example.yaml.
site:
  title: {title}
  url: {url}
{optional}  timezone: {timezone}
  # A day on which you already owned this address. It is part of the ids of posts without a date in
  # their file names: never change it.
  since: {since}

posts:
{posts}
feeds:
{generator}  - path: {output}feed.atom
    format: atom
  - path: {output}feed.rss
    format: rss
  - path: {output}feed.json
    format: json
# To keep older posts in a document for each year, add to a feed e.g.
#     archive: "{output}archive/{{year}}.atom"
# A page for people, with the newest posts and how to subscribe:
# page: {{path: {output}feeds.html}}

{xmpp}"""

_GENERATOR = """\
  # In the folder that your generator builds, which may delete them: run publisher after it.
"""
_FEED_NAMES = ("feed.atom", "feed.rss", "feed.json")
_ONLY_SUMMARIES = (
    "{feed} has only summaries: the longest has {words}. Feeds and nodes will show no more "
    "of the posts; if the site has a feed with their whole text, give that one"
)
XMPP = """\
xmpp:
  jid: {jid}
  password_env: PUBLISHER_PASSWORD
  nodes:
    - service: {service}
      node: {node}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitOptions:
    """The facts that the user gives; `init` detects those that are None in the site's folder.

    `feed` is the URL or the file of a feed to use instead of a folder of posts.
    """

    title: str | None = None
    url: str | None = None
    posts: str | None = None
    feed: str | None = None
    engine: Engine | None = None
    jid: str | None = None
    service: str | None = None
    node: str = "blog"


@dataclass(frozen=True, slots=True)
class WrittenConfig:
    """The written configuration: the posts folder, the engine and the site's settings file.

    `posts` is None if the posts come from a feed; `source` is empty if the site has no settings.
    """

    posts: Path | None
    engine: Engine
    source: str
    has_url: bool


def init(path: Path, options: InitOptions, on_event: OnEvent = ignore) -> WrittenConfig:
    """Write a configuration to a new file.

    Raises ConfigError if the file exists or a value does not fit, and Unavailable if the feed
    cannot be downloaded.
    """
    if path.exists():
        raise ConfigError(f"{path} already exists; edit it, or choose another file with --config")
    folder = path.absolute().parent
    old = path.parent / OLD_NAME
    if path.name == NAME and is_ours(old):
        raise ConfigError(f"{old} is already a configuration of publisher; rename it to {NAME}")
    if options.feed:
        options, site = _in_feed(options, options.feed, folder)
    else:
        site = detect.detect(folder)
    for note in site.notes:
        on_event(Note(note))
    settings = _settings(site, on_event)
    posts = options.posts or site.posts or POSTS[0]
    url = options.url or settings.get("url")
    output = _free_output(folder) if options.feed else _output(options.engine or site.engine)
    parts = {
        "title": _quoted(options.title or settings.get("title") or folder.name),
        "url": _quoted(url or configs.EXAMPLE_URL),
        "optional": "".join(_optional(site, settings)),
        "timezone": settings.get("timezone", "UTC"),
        "posts": "".join(_posts(options, site, settings, posts)),
        "output": output,
        "generator": _GENERATOR if output and not options.feed else "",
        "xmpp": _xmpp(options),
    }
    today = dt.datetime.now(dt.UTC).date()
    since = _since(TEMPLATE.format(since=today, **parts), path, today)
    text = TEMPLATE.format(since=since, **parts)
    _check(text, path)
    _write(path, text)
    return WrittenConfig(
        None if options.feed else folder / posts, site.engine, site.source, bool(url)
    )


def _in_feed(options: InitOptions, feed: str, folder: Path) -> tuple[InitOptions, DetectedSite]:
    """Read the facts about the site in a feed, or in the one feed that a web page names.

    Returns the options with the feed that was read. Raises ConfigError, Unavailable.
    """
    try:
        return options, _in_one_feed(feed, folder)
    except WebPageError as page:
        url = _only_feed(page)
        if not url:
            raise _which_feed(page, feed) from page
    site = _in_one_feed(url, folder)
    note = f"{feed} is a web page; publisher takes the feed that it names, {url}"
    return replace(options, feed=url), replace(site, notes=(note, *site.notes))


def _only_feed(page: WebPageError) -> str:
    """The URL of the only feed of a page, empty if the page may not choose it.

    A page may name anything, also what only this machine can reach.
    """
    urls = [one.url for one in page.feeds]
    is_own = len(urls) == 1 and urlsplit(urls[0]).netloc == urlsplit(page.address).netloc != ""
    return urls[0] if is_own else ""


def _which_feed(page: WebPageError, feed: str) -> ConfigError:
    if not page.feeds:
        return page
    which = "this feed; run" if len(page.feeds) == 1 else "these feeds; run one of"
    return ConfigError(
        f"{feed} is not a feed, but a web page. It names {which}:",
        [f"publisher init --feed {one.quoted}" for one in page.feeds],
    )


def _in_one_feed(feed: str, folder: Path) -> DetectedSite:
    """Raises ConfigError, Unavailable."""
    from publisher.sources.feed import channel  # noqa: PLC0415 - few sites start from a feed

    if configs.is_url(feed) and not configs.is_web_url(feed):
        raise ConfigError(
            "--feed must be a file, or an http or https URL without user name and password"
        )
    source = feed if configs.is_url(feed) else str(folder / Path(feed).expanduser())
    about, words = channel(source, _cache(folder))
    return DetectedSite(
        source=feed,
        title=about.title or None,
        url=about.link or None,
        description=about.description or None,
        language=about.language or None,
        notes=()
        if words is None
        else (_ONLY_SUMMARIES.format(feed=feed, words=number_of(words, "word")),),
    )


def _free_output(folder: Path) -> str:
    """Where the built feeds replace no file: one may be the feed that the posts come from."""
    candidates = itertools.chain(("", "feeds/"), (f"feeds-{n}/" for n in itertools.count(2)))
    return next(
        start
        for start in candidates
        if not any((folder / f"{start}{name}").exists() for name in _FEED_NAMES)
    )


def _cache(folder: Path) -> Path:
    """The folder that caches the feed for the next run.

    Raises ConfigError if a symbolic link leads out of the folder: then it may not be written to.
    """
    cache = folder / STATE_NAME / "source"
    try:
        symlinks.resolved(cache, (folder,))
    except LinkError as error:
        raise ConfigError(f"{error.message}; remove the link") from error
    return cache


def _posts(
    options: InitOptions, site: DetectedSite, settings: Mapping[str, str], posts: str
) -> Iterator[str]:
    """The lines of the section `posts`."""
    if options.feed:
        yield f"  feed: {_quoted(options.feed)}\n"
        return
    yield f"  path: {_quoted(posts)}\n  engine: {options.engine or site.engine}\n"
    if site.permalink and "permalink" not in settings:
        yield "  permalink: date\n"


def _check(text: str, path: Path) -> None:
    """Raise ConfigError if a value is invalid. It names no lines, as no file is written yet."""
    try:
        configs.parse(text, path)
    except ConfigError as error:
        problems = [line.partition(": ")[2] for line in str(error).splitlines()[1:]]
        raise ConfigError(f"{path} is not written; correct these values", problems) from error


def _write(path: Path, text: str) -> None:
    try:
        # "x" never overwrites a file, even one that appeared after `init` checked.
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error


def _output(engine: Engine) -> str:
    """Where the feeds lie, so that they are deployed with the site: the start of their paths."""
    folder = FEED_FOLDERS[engine]
    return f"{folder}/" if folder else ""


def _settings(site: DetectedSite, on_event: OnEvent) -> dict[str, str]:
    """The settings of the site that are valid in publisher.yaml."""
    keys = ("title", "url", "description", "language", "timezone", "permalink")
    values = {key: getattr(site, key) for key in keys}
    if site.language:
        values["language"] = language_tag(site.language)
    is_valid = partial(_is_valid, site, on_event)
    return {key: value for key, value in values.items() if value and is_valid(key, value)}


def _is_valid(site: DetectedSite, on_event: OnEvent, key: str, value: str) -> bool:
    """Whether a value is valid in publisher.yaml; report an invalid one, which is left out."""
    posts = {"path": "p"}
    about = {"title": "t", "url": configs.EXAMPLE_URL}
    if key != "permalink":
        about[key] = value
    elif value in permalinks.STYLES:
        posts[key] = value
    else:  # in publisher.yaml a permalink starts with a slash
        posts[key] = f"/{value.lstrip('/')}"
    # JSON is valid YAML, so any value is quoted correctly.
    text = (
        f"site: {json.dumps(about)}\nposts: {json.dumps(posts)}\n"
        "feeds: [{path: f, format: atom}]\n"
    )
    try:
        configs.parse(text, Path(site.source))
    except ConfigError as error:
        reason = str(error).splitlines()[-1].partition(": ")[2]
        on_event(Note(f"{site.source}: {reason}; left out"))
        return False
    return True


def _since(text: str, path: Path, today: dt.date) -> dt.date:
    """The day of the oldest post, or today: the author owned the site by then (RFC 4151)."""
    try:
        config = configs.parse(text, path)
        reading = sources.read(config, now=dt.datetime.now(dt.UTC))
    except ConfigError:  # `_check` or the first run reports it
        return today
    days = [post.published.astimezone(config.site.zone).date() for post in reading.posts]
    return min(days, default=today)


def _optional(site: DetectedSite, settings: Mapping[str, str]) -> Iterator[str]:
    """The optional lines of the section `site`."""
    for key in ("description", "language"):
        if key in settings:
            yield f"  {key}: {_quoted(settings[key])}\n"
    if author := site.author:
        parts = {"name": author.name, "email": author.email, "uri": author.uri}
        inside = ", ".join(f"{key}: {_quoted(part)}" for key, part in parts.items() if part)
        yield f"  author: {{{inside}}}\n"


def _xmpp(options: InitOptions) -> str:
    """The section `xmpp`, commented out if the user gave no account."""
    jid = options.jid or "blog@example.org"
    domain = jid.partition("@")[2]
    service = options.service or f"pubsub.{domain}"
    text = XMPP.format(jid=_quoted(jid), service=_quoted(service), node=_quoted(options.node))
    return text if options.jid else "".join(f"# {line}\n" for line in text.splitlines())


def _quoted(text: str) -> str:
    """Write a text as a YAML scalar: plain if it needs no quotes, else as a JSON string."""
    plain = re.fullmatch(r"[A-Za-z0-9_/.@-]+", text)
    return text if plain else json.dumps(text, ensure_ascii=False)
