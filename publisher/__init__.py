"""A folder of posts becomes feeds and an XMPP pubsub node that equals it.

A map of the package, in the order in which a post passes through it::

    errors      every error a user can meet
    text/       strings: XML text, URIs, timestamps, YAML with lines, permalinks, slugs, code
    system/     the machine: atomic files, symbolic links, the lock, HTTP, retries, threads, the
                index of runs that need not be made again
    config/     publisher.yaml -> frozen Config; every problem at once, with its line
    post        Post: what the author wrote; Skip: why a file is not published
    sources/    files -> posts
        engines/       one module for each site generator
        front_matter/  the key-value head of a post
        feed/          an Atom, RSS or JSON Feed in the place of a folder
    content/    body -> safe XHTML with absolute URLs, and its plain-text alternative
        templates/     Liquid and shortcodes
        markup/, rst/  Markdown and reStructuredText -> HTML
    media       recordings and pictures -> enclosures, measured
    identity/   the ids of posts, made from their paths; which file keeps an id that several claim
    entry       Post -> Entry: what the world reads, in the terms of RFC 4287
    rendering   Entry -> Rendered: with its content, and with its recordings measured
    selection   which entries belong to a feed or a node
    feeds/      entries -> Atom, RSS, JSON Feed, the page for people
    sync/       item, plan, ledger: how a node becomes equal to the posts
    xmpp/       the nodes of `sync` over XMPP
    lint/       problems that readers will have with the posts
    app/        what the program does: read a project, build, preview, publish, ping, watch
        watch/         stays, and publishes what changes
        hooks/         what git, generators, CI, cron and systemd run
        serve/         the preview in a browser
    api         the same from Python
    pelican_plugin  what Pelican runs after a build, see docs/hooks.md
    cli/        main, and one module for each command: arguments, and what is printed

A room imports only from those above it. tests/unit/test_layout.py has the exact table, and the one
room that may import each of the larger libraries, e.g. slixmpp and feedgen.
"""

from __future__ import annotations

# Not imported from `typing`, which takes a while: until `__main__` runs, Ctrl-C prints a traceback.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from publisher.api import (
        Blog,
        Config,
        Document,
        Entry,
        PublisherError,
        Rendered,
        Result,
        build_feeds,
        load_config,
        make_plan,
        read_posts,
    )

__all__ = [
    "Blog",
    "Config",
    "Document",
    "Entry",
    "PublisherError",
    "Rendered",
    "Result",
    "__version__",
    "build_feeds",
    "load_config",
    "make_plan",
    "read_posts",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Imported when it is asked for: a run of the program needs little of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from publisher import api  # noqa: PLC0415 - it imports all of us

    return getattr(api, name)
