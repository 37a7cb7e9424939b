"""A folder of posts becomes feeds and an XMPP pubsub node that equals it.

The modules, in the order in which a post passes through them. Each imports only from those
above it::

    errors      every error a user can meet
    streams     stdout and stderr that cannot hold up or end a run
    characters  what XML can carry
    addresses   addresses -> URIs
    instants    instants -> what feeds write
    symlinks    which symbolic links are followed
    disk        files, replaced at once
    lock        one run at a time
    marked      YAML as people write it: text, bounded, every value with its line
    globs       patterns of paths
    fences      where a text is code
    files       the site's files, as addresses name them
    permalink   templates of addresses, slugs
    fetch       a document of the web, if it changed
    config/     config.yaml -> frozen Config; every problem at once, with its line
    secret      the account's password
    sources/    a post's file -> Post; one module per engine; a feed as a source
    shown       tags that make boxes -> the picture, the link or the words in them
    rest/       reStructuredText -> HTML
    markup/     Markdown, HTML and reStructuredText -> HTML, within bounds
    render/     markup -> safe, well-formed XHTML with absolute URLs
    kept        what was rendered once
    links       links from post to post -> addresses of the web
    templates/  tags of Liquid and shortcodes -> what they say
    media       recordings and pictures -> enclosures, measured
    claims      which file keeps an id that several claim
    entry       Post -> Entry: ids, title, link, dates, content, fingerprint
    check       what readers will make of the posts
    selection   which entries belong to a feed or a node
    feed/       entries -> Atom entry elements, and Atom, RSS and JSON Feed documents
    item        an Atom entry element -> Item: id, namespaced payload, fingerprint
    page        entries -> the page for people
    outputs     configuration and entries -> every file that is to be there
    readers     what each reader makes of them
    plan        desired, recorded, present -> Plan; pure
    hints       what a plan looks like to a person: a rename, a move
    ledger      what we published
    hub         tells a WebSub hub of a feed
    publish/    the Node protocol; look, decide, then intent, step, record
    pubsub/     the Node over XMPP
    commands/   one module per command: arguments, wiring, what it prints
    cli         the command table, exit codes: the one error boundary
    api         the same from Python: read posts, build feeds, make a plan

Only ``pubsub`` imports slixmpp, only ``feed`` imports feedgen, only ``ledger`` imports sqlite3; the
other libraries that matter have one importer each, too (tests/unit/test_layout.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from publisher.api import (
        Config,
        Document,
        Entries,
        Entry,
        PublisherError,
        Result,
        build_feeds,
        load_config,
        make_plan,
        read_posts,
    )

__all__ = [
    "Config",
    "Document",
    "Entries",
    "Entry",
    "PublisherError",
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
