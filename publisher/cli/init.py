"""Write a config.yaml from what is here: the posts, and the settings of the site's own engine.

Never touches a file that exists.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import typing
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import config as configs
from publisher import sources
from publisher.cli import site as sites
from publisher.errors import ConfigError
from publisher.sources import detect
from publisher.sources.detect import Found
from publisher.sources.front_matter.values import language_tag
from publisher.system import symlinks
from publisher.system.symlinks import LinkError
from publisher.text import permalinks

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

EXAMPLE = "  publisher init --url https://blog.example --jid blog@example.org"

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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--title", help="the site's title (default: its settings', or the folder's)"
    )
    parser.add_argument("--url", help="the site's address (default: its settings')")
    parser.add_argument("--posts", help="the folder of the posts (default: what is found)")
    parser.add_argument("--feed", help="a feed in place of a folder: its address, or its file")
    parser.add_argument(
        "--engine", choices=typing.get_args(configs.Engine), help="whose rules (default: found)"
    )
    parser.add_argument("--jid", help="the account that publishes (default: no xmpp section)")
    parser.add_argument("--service", help="the pubsub service (default: pubsub. and JID's domain)")
    parser.add_argument("--node", default="blog", help="the node (default: blog)")


def run(arguments: argparse.Namespace) -> int:
    path: Path = arguments.config
    if path.exists():
        raise ConfigError(f"{path} exists already; edit it, or name another file with --config")
    folder = path.absolute().parent
    found = _in_feed(arguments.feed, folder) if arguments.feed else detect.detect(folder)
    for note in found.notes:
        sites.say(f"note: {note}")
    told = _told(found)
    posts = arguments.posts or found.posts or detect.POSTS[0]
    url = arguments.url or told.get("url")
    parts = {
        "title": _quoted(arguments.title or told.get("title") or folder.name),
        "url": _quoted(url or configs.EXAMPLE_URL),
        "optional": "".join(_optional(found, told)),
        "timezone": told.get("timezone", "UTC"),
        "posts": "".join(_posts(arguments, found, told, posts)),
        "xmpp": _xmpp(arguments),
    }
    today = dt.datetime.now(dt.UTC).date()
    since = _since(TEMPLATE.format(since=today, **parts), path, today)
    text = TEMPLATE.format(since=since, **parts)
    _check(text, path)
    _write(path, text)
    _tell(
        path,
        None if arguments.feed else folder / posts,
        found,
        has_url=bool(url),
        has_jid=bool(arguments.jid),
    )
    return 0


def _in_feed(feed: str, folder: Path) -> Found:
    """What a feed says of its site. Raises ConfigError, Unavailable."""
    from publisher.sources.feed import channel  # noqa: PLC0415 - few need it

    if configs.is_address(feed) and not configs.is_web(feed):
        raise ConfigError("--feed must be an address without a name or a password in it, or a file")
    source = feed if configs.is_address(feed) else str(folder / Path(feed).expanduser())
    about = channel(source, _cache(folder))
    return Found(
        source=feed,
        title=about.title or None,
        url=about.link or None,
        description=about.description or None,
        language=about.language or None,
    )


def _cache(folder: Path) -> Path:
    """Where the feed is kept for the next run. Raises ConfigError if a link leads elsewhere."""
    cache = folder / ".publisher" / "source"
    try:
        symlinks.resolved(cache, (folder,))
    except LinkError as error:
        raise ConfigError(f"{error.message}; remove the link") from error
    return cache


def _posts(
    arguments: argparse.Namespace, found: Found, told: Mapping[str, str], posts: str
) -> Iterator[str]:
    """The section of the posts."""
    if arguments.feed:
        yield f"  feed: {_quoted(arguments.feed)}\n"
        return
    yield f"  path: {_quoted(posts)}\n  engine: {arguments.engine or found.engine}\n"
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


def _tell(path: Path, posts: Path | None, found: Found, *, has_url: bool, has_jid: bool) -> None:
    source = f", with what {found.source} says" if found.source else ""
    print(f"wrote {path}: {f'a site of {found.engine}' if posts else 'a feed'}{source}")
    if posts and not posts.is_dir():
        sites.say(f"note: there is no folder {posts}; set posts.path")
    if not has_url:
        sites.say(f"note: set site.url; it is {configs.EXAMPLE_URL} now")
    if not has_jid:
        sites.say("note: there is no xmpp section: feeds only; see config.example.yaml")
    named = "" if path == Path("config.yaml") else f" --config {path}"
    print(f"next: publisher {'plan' if has_jid else 'build'}{named}")


def _told(found: Found) -> dict[str, str]:
    """What the site's settings tell, as far as it may stand in ours."""
    keys = ("title", "url", "description", "language", "timezone", "permalink")
    values = {key: getattr(found, key) for key in keys}
    if found.language:
        values["language"] = language_tag(found.language)
    return {key: value for key, value in values.items() if value and _fits(found, key, value)}


def _fits(found: Found, key: str, value: str) -> bool:
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
        sites.say(f"note: {found.source}: {reason}; it is left out")
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


def _optional(found: Found, told: Mapping[str, str]) -> Iterator[str]:
    for key in ("description", "language"):
        if key in told:
            yield f"  {key}: {_quoted(told[key])}\n"
    if found.author:
        parts = {"name": found.author.name, "email": found.author.email, "uri": found.author.uri}
        inside = ", ".join(f"{key}: {_quoted(part)}" for key, part in parts.items() if part)
        yield f"  author: {{{inside}}}\n"


def _xmpp(arguments: argparse.Namespace) -> str:
    jid = arguments.jid or "blog@example.org"
    domain = jid.partition("@")[2]
    service = arguments.service or f"pubsub.{domain}"
    text = XMPP.format(jid=_quoted(jid), service=_quoted(service), node=_quoted(arguments.node))
    return text if arguments.jid else "".join(f"# {line}\n" for line in text.splitlines())


def _quoted(text: str) -> str:
    """A YAML scalar: JSON's strings are YAML's, too; what is plain stays plain."""
    plain = re.fullmatch(r"[A-Za-z0-9_/.@-]+", text)
    return text if plain else json.dumps(text, ensure_ascii=False)
