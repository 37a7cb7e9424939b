"""The text of a first publisher.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from publisher import config as configs
from publisher.text import yaml_edit

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from publisher.app.init.learning import Lesson
    from publisher.app.init.options import InitOptions
    from publisher.config import Person

FEED_NAMES = ("feed.atom", "feed.rss", "feed.json")
LEARNED = "Learned by publisher init"  # begins the comment with the figures
_FORMATS = ("atom", "rss", "json")
_TEMPLATE = """\
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
{feeds}
{xmpp}"""
_FEEDS = """\
feeds:
{note}{feeds}# To keep older posts in a document for each year, add to a feed e.g.
#     archive: "{output}archive/{{year}}.atom"
# A page for people, with the newest posts and how to subscribe:
# page: {{path: {output}feeds.html}}
"""
_XMPP = """\
xmpp:
  jid: {jid}
  password_env: PUBLISHER_PASSWORD
  nodes:
    - service: {service}
      node: {node}
"""


class FeedFolder(Struct, frozen=True):
    """Where the feeds lie below the configuration, so that they are deployed with the site.

    `path` is empty or ends with a slash. `url` is the URL of that folder if publisher.yaml must
    give it, else empty. `note` says in a comment what the site's generator does with the folder.
    """

    path: str = ""
    url: str = ""
    note: str = ""


class SiteFacts(Struct, frozen=True, kw_only=True):
    """What the document says. `settings` are the valid settings of the site, by our keys.

    `posts` are the keys of the section `posts` in order, `templates` are those for new posts, which
    are excluded; `excludes_nothing` tells that every post may be published, although settings that
    leave files out are not known. `comments` are the comments below the keys;
    `lesson` is what the built pages showed, and `taken` are the title and the URL if they are from
    there: key, value, and what it was taken from.
    """

    title: str
    url: str | None
    settings: Mapping[str, str]
    author: Person | None
    posts: Mapping[str, str]
    feeds: FeedFolder
    options: InitOptions
    lesson: Lesson | None = None
    taken: Sequence[tuple[str, str, str]] = ()
    templates: Sequence[str] = ()
    excludes_nothing: bool = False
    comments: Sequence[str] = field(default_factory=tuple)


def text(facts: SiteFacts, since: dt.date) -> str:
    return _TEMPLATE.format(
        title=yaml_edit.scalar(facts.title),
        url=yaml_edit.scalar(facts.url or configs.EXAMPLE_URL),
        optional="".join(_optional(facts)),
        timezone=facts.settings.get("timezone", "UTC"),
        since=since,
        posts="".join(_posts(facts)),
        feeds=feeds_section(facts.feeds),
        xmpp=_xmpp(facts.options),
    )


def _optional(facts: SiteFacts) -> Iterator[str]:
    """The optional lines of the section `site`."""
    if facts.lesson and facts.lesson.output:
        yield f"  output: {yaml_edit.scalar(facts.lesson.output)}\n"
    for key in ("description", "language"):
        if key in facts.settings:
            yield f"  {key}: {yaml_edit.scalar(facts.settings[key])}\n"
    if author := facts.author:
        parts = {"name": author.name, "email": author.email, "uri": author.uri}
        inside = ", ".join(
            f"{key}: {yaml_edit.scalar(part)}" for key, part in parts.items() if part
        )
        yield f"  author: {{{inside}}}\n"


def _posts(facts: SiteFacts) -> Iterator[str]:
    """The lines of the section `posts`."""
    for key, value in facts.posts.items():
        yield f"  {key}: {yaml_edit.scalar(value)}\n"
    if facts.excludes_nothing:
        yield _comment("Settings of the site are computed, but every post may be published.")
        yield "  exclude: []\n"
    elif facts.templates:
        yield _comment("Templates for new posts, which are no posts.")
        yield f"  exclude: {yaml_edit.written(tuple(facts.templates))}\n"
    if facts.lesson:
        yield _comment(f"{LEARNED}: {facts.lesson.figures}")
        learned = facts.lesson.keys.items()
        yield from (f"  {key}: {yaml_edit.written(value)}\n" for key, value in learned)
    for line in facts.comments:
        yield _comment(line)


def feeds_section(folder: FeedFolder) -> str:
    """The section `feeds`, with the comments below it."""
    return _FEEDS.format(
        note=_comment(folder.note), feeds="".join(_feeds(folder)), output=folder.path
    )


def _feeds(folder: FeedFolder) -> Iterator[str]:
    for name, kind in zip(FEED_NAMES, _FORMATS, strict=True):
        yield f"  - path: {yaml_edit.scalar(folder.path + name)}\n    format: {kind}\n"
        if folder.url:
            yield f"    url: {yaml_edit.scalar(folder.url + name)}\n"


def _comment(line: str) -> str:
    return f"  # {line}\n" if line else ""


def _xmpp(options: InitOptions) -> str:
    """The section `xmpp`, commented out if the user gave no account."""
    jid = options.jid or "blog@example.org"
    domain = jid.partition("@")[2]
    service = options.service or f"pubsub.{domain}"
    section = _XMPP.format(
        jid=yaml_edit.scalar(jid),
        service=yaml_edit.scalar(service),
        node=yaml_edit.scalar(options.node),
    )
    return section if options.jid else "".join(f"# {line}\n" for line in section.splitlines())
