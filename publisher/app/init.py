"""Write a first publisher.yaml from what is here: the posts, and the settings of the site."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import config as configs
from publisher import sources
from publisher.app.events import Note, ignore
from publisher.config.find import NAME, OLD_NAME, is_ours
from publisher.config.values import STATE_NAME
from publisher.errors import ConfigError
from publisher.sources import detect
from publisher.sources.engines.detected import POSTS, DetectedSite
from publisher.sources.front_matter.values import language_tag
from publisher.system import symlinks
from publisher.system.symlinks import LinkError
from publisher.text import permalinks

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
  # A day on which this address was yours already; part of the ids of posts without a date in
  # their file name. Never change it.
  since: {since}

posts:
{posts}
feeds:
  - path: feed.atom
    format: atom
  - path: feed.rss
    format: rss
  - path: feed.json
    format: json
# The older posts, in a document for every year: beside a feed's path e.g.
#     archive: "archive/{{year}}.atom"
# A page for people: how to subscribe, and the newest posts.
# page: {{path: feeds.html}}

{xmpp}"""

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
    """What the owner says of the site; None and empty: what is found in its folder.

    `feed` is the URL or the file of a feed in the place of a folder of posts.
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
    """What was written. `posts` is None for a feed; `source` is the file of settings, if any."""

    posts: Path | None
    engine: Engine
    source: str
    has_url: bool


def init(path: Path, options: InitOptions, on_event: OnEvent = ignore) -> WrittenConfig:
    """Write a configuration to a file that does not exist yet. Raises ConfigError, Unavailable."""
    if path.exists():
        raise ConfigError(f"{path} exists already; edit it, or name another file with --config")
    folder = path.absolute().parent
    old = path.parent / OLD_NAME
    if path.name == NAME and is_ours(old):
        raise ConfigError(f"{old} is a configuration of publisher already; rename it to {NAME}")
    found = _in_feed(options.feed, folder) if options.feed else detect.detect(folder)
    for note in found.notes:
        on_event(Note(note))
    told = _told(found, on_event)
    posts = options.posts or found.posts or POSTS[0]
    url = options.url or told.get("url")
    parts = {
        "title": _quoted(options.title or told.get("title") or folder.name),
        "url": _quoted(url or configs.EXAMPLE_URL),
        "optional": "".join(_optional(found, told)),
        "timezone": told.get("timezone", "UTC"),
        "posts": "".join(_posts(options, found, told, posts)),
        "xmpp": _xmpp(options),
    }
    today = dt.datetime.now(dt.UTC).date()
    since = _since(TEMPLATE.format(since=today, **parts), path, today)
    text = TEMPLATE.format(since=since, **parts)
    _check(text, path)
    _write(path, text)
    return WrittenConfig(
        None if options.feed else folder / posts, found.engine, found.source, bool(url)
    )


def _in_feed(feed: str, folder: Path) -> DetectedSite:
    """What a feed says of its site. Raises ConfigError, Unavailable."""
    from publisher.sources.feed import channel  # noqa: PLC0415 - few need it

    if configs.is_url(feed) and not configs.is_web_url(feed):
        raise ConfigError(
            "--feed must be a file, or an http or https URL without user name and password"
        )
    source = feed if configs.is_url(feed) else str(folder / Path(feed).expanduser())
    about = channel(source, _cache(folder))
    return DetectedSite(
        source=feed,
        title=about.title or None,
        url=about.link or None,
        description=about.description or None,
        language=about.language or None,
    )


def _cache(folder: Path) -> Path:
    """Where the feed is kept for the next run. Raises ConfigError if a link leads elsewhere."""
    cache = folder / STATE_NAME / "source"
    try:
        symlinks.resolved(cache, (folder,))
    except LinkError as error:
        raise ConfigError(f"{error.message}; remove the link") from error
    return cache


def _posts(
    options: InitOptions, found: DetectedSite, told: Mapping[str, str], posts: str
) -> Iterator[str]:
    """The section of the posts."""
    if options.feed:
        yield f"  feed: {_quoted(options.feed)}\n"
        return
    yield f"  path: {_quoted(posts)}\n  engine: {options.engine or found.engine}\n"
    if found.permalink and "permalink" not in told:
        yield "  permalink: date\n"


def _check(text: str, path: Path) -> None:
    """Raises ConfigError, in terms of what was asked for: there is no file yet to look into."""
    try:
        configs.parse(text, path)
    except ConfigError as error:
        problems = [line.partition(": ")[2] for line in str(error).splitlines()[1:]]
        raise ConfigError(f"{path} is not written; these values do not fit", problems) from error


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error


def _told(found: DetectedSite, on_event: OnEvent) -> dict[str, str]:
    """What the site's settings tell, as far as it may stand in ours."""
    keys = ("title", "url", "description", "language", "timezone", "permalink")
    values = {key: getattr(found, key) for key in keys}
    if found.language:
        values["language"] = language_tag(found.language)
    fits = partial(_fits, found, on_event)
    return {key: value for key, value in values.items() if value and fits(key, value)}


def _fits(found: DetectedSite, on_event: OnEvent, key: str, value: str) -> bool:
    """Whether a value may stand in our configuration; what may not is left out, and said."""
    section = "posts: {path: p, permalink: %s}" if key == "permalink" else "posts: {path: p}"
    site = {"title": "t", "url": configs.EXAMPLE_URL}
    if key != "permalink":
        site[key] = value
    elif value not in permalinks.STYLES:  # ours start with a slash
        value = f"/{value.lstrip('/')}"
    text = (
        f"site: {json.dumps(site)}\n{section.replace('%s', json.dumps(value))}\n"
        "feeds: [{path: f, format: atom}]\n"
    )
    try:
        configs.parse(text, Path(found.source))
    except ConfigError as error:
        reason = str(error).splitlines()[-1].partition(": ")[2]
        on_event(Note(f"{found.source}: {reason}; it is left out"))
        return False
    return True


def _since(text: str, path: Path, today: dt.date) -> dt.date:
    """The day of the oldest post, else today: the site was its author's by then."""
    try:
        config = configs.parse(text, path)
        reading = sources.read(config, now=dt.datetime.now(dt.UTC))
    except ConfigError:  # whatever is wrong is said where it is written, or used
        return today
    days = [post.published.astimezone(config.site.zone).date() for post in reading.posts]
    return min(days, default=today)


def _optional(found: DetectedSite, told: Mapping[str, str]) -> Iterator[str]:
    for key in ("description", "language"):
        if key in told:
            yield f"  {key}: {_quoted(told[key])}\n"
    if found.author:
        parts = {"name": found.author.name, "email": found.author.email, "uri": found.author.uri}
        inside = ", ".join(f"{key}: {_quoted(part)}" for key, part in parts.items() if part)
        yield f"  author: {{{inside}}}\n"


def _xmpp(options: InitOptions) -> str:
    jid = options.jid or "blog@example.org"
    domain = jid.partition("@")[2]
    service = options.service or f"pubsub.{domain}"
    text = XMPP.format(jid=_quoted(jid), service=_quoted(service), node=_quoted(options.node))
    return text if options.jid else "".join(f"# {line}\n" for line in text.splitlines())


def _quoted(text: str) -> str:
    """A YAML scalar: JSON's strings are YAML's, too; what is plain stays plain."""
    plain = re.fullmatch(r"[A-Za-z0-9_/.@-]+", text)
    return text if plain else json.dumps(text, ensure_ascii=False)
