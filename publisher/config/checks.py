"""Check what types cannot express: values with a wrong form, and options that contradict.

Each check is a generator of problems: (key below the section, message). The message continues a
sentence that begins with the key, e.g. `site.url is 'x'; it must be ...`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from publisher.config import named_files
from publisher.config.feed_checks import check_feed, check_page, check_podcast
from publisher.config.keys import (
    Config,
    FeedFile,
    NodeConfig,
    PageFile,
    Person,
    Podcast,
    Posts,
    Selection,
    Site,
    Xmpp,
)
from publisher.config.node_fields import NODE_FIELDS, field_name
from publisher.config.post_checks import check_posts, check_selection
from publisher.config.site_checks import check_person, check_site
from publisher.config.value_forms import near
from publisher.config.xmpp_checks import EXAMPLE_NODES, check_node, check_xmpp, clash, misspelt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from msgspec import Struct

    from publisher.text import yaml_document

EXAMPLES = {
    "site": 'site: {title: "My blog", url: "https://blog.example"}',
    "site.title": 'title: "My blog"',
    "site.url": 'url: "https://blog.example"',
    "site.author": "author: Ada Example",
    "site.author.name": 'name: "Ada Example"',
    "posts": "posts: {path: _posts}",
    "posts.path": "path: _posts",
    "feeds.path": "path: feed.atom",
    "feeds.format": "format: atom",
    "page.path": "path: feeds.html",
    "only": "only: {tags: [xmpp]}",
    "xmpp.jid": "jid: blog@example.org",
    "xmpp.nodes": EXAMPLE_NODES,
    "xmpp.nodes.service": "service: pubsub.example.org",
    "xmpp.nodes.node": "node: blog",
}


def inconsistencies(
    kind: type[Struct], parts: dict[str, Any]
) -> Iterator[tuple[yaml_document.Key, str]]:
    """The problems of a section of class `kind`, whose values by field name are `parts`.

    `parts` lacks the values that have the wrong type, so that one wrong value hides no other
    problem.
    """
    if kind in _CHECKS:
        yield from _CHECKS[kind](parts)


def _check_config(config: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    yield from named_files.clashes(config)
    posts = config.get("posts")
    yield from _check_output(config.get("site"), posts)
    is_partial = posts is not None and posts.feed and not posts.complete
    known: list[NodeConfig] = []
    for number, account in enumerate(config.get("xmpp", ())):
        nodes = account.nodes if account else ()
        for index, node in enumerate(nodes):
            if message := clash(node, known):
                yield ("xmpp", number, "nodes", index), message
            if is_partial and node and node.pruning != "own":
                where = ("xmpp", number, "nodes", index, "prune" if node.prune else "exclusive")
                message = "retracts the posts that drop out of the feed; if the feed has all posts"
                yield where, f"{message}, set posts.complete: true"
        known += nodes


def _check_output(
    site: Site | None, posts: Posts | None
) -> Iterator[tuple[yaml_document.Key, str]]:
    """Check that the folder of the built site is known where a key needs it."""
    if site is None or posts is None:
        return
    if site.output and posts.feed:
        yield ("site", "output"), "cannot be used with posts.feed, which has the links; remove it"
    for key in ("body", "pages"):
        if getattr(posts, key) and not site.output and not posts.feed:
            message = "needs site.output, the folder into which the site is built; add e.g."
            yield ("posts", key), f"{message} site: {{output: _site}}"


_CHECKS: dict[type[Struct], Callable[[dict[str, Any]], Iterator[tuple[yaml_document.Key, str]]]] = {
    Person: check_person,
    Site: check_site,
    Posts: check_posts,
    Selection: check_selection,
    FeedFile: check_feed,
    PageFile: check_page,
    Podcast: check_podcast,
    NodeConfig: check_node,
    Xmpp: check_xmpp,
    Config: _check_config,
}


def unknown_key(kind: type[Struct], name: str, known: Collection[str]) -> str:
    """The problem with a key that a section of class `kind` does not have; it has the `known`."""
    import difflib  # noqa: PLC0415 - only a mistake needs it

    is_close = bool(difflib.get_close_matches(name, known, n=1))
    field = field_name(name) if field_name(name) in NODE_FIELDS else misspelt(field_name(name))
    if kind is NodeConfig and field and not is_close:
        return f"is an unknown key; write it below options: {{{field}: ...}}"
    return f"is an unknown key{near(name, known)}"
