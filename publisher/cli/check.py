"""Say what readers will do with the posts: each one that is not published, and why; each slip.

Builds and pushes nothing. The exit code is 1 if a post is skipped that was meant to be published.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections import Counter, defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from publisher import entry, feeds, selection, sources
from publisher.cli import site as sites
from publisher.feeds import outputs
from publisher.lint import clients, posts
from publisher.sync.ledger import Ledger
from publisher.system.site_files import Files
from publisher.text.characters import printable
from publisher.text.node_address import NodeAddress
from publisher.text.timestamps import z

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.cli.site import Site
    from publisher.config import Config
    from publisher.content.templates.text import Fate
    from publisher.entry import Entry
    from publisher.lint.clients import Verdict
    from publisher.post import Post, Remark, Skip

EXAMPLE = "  publisher check --readers\n  publisher check --json"

WATCHABLE = 200
SUBJECTS = 3  # posts that are named beside a verdict
WORDS = {"future": "scheduled"}
FATES: dict[Fate, str] = {
    "evaluated": "evaluated",
    "kept": "kept readable",
    "dropped": "left out",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(shows=True)
    sites.add_arguments(parser)
    parser.add_argument(
        "--readers",
        action="store_true",
        help="also what individual readers make of the feeds and items: Movim, newsboat ...",
    )


def run(arguments: argparse.Namespace) -> int:
    site = sites.load(arguments)
    found = posts.check(
        site.entries,
        site.config.site,
        files=_files(site.config),
        now=arguments.now or dt.datetime.now(dt.UTC),
        watch=_watched if sys.stderr.isatty() else iter,
    )
    remarks: defaultdict[PurePosixPath, list[Remark]] = defaultdict(list)
    skipped = [remark for skip in site.entries.skipped for remark in skip.warnings]
    for remark in dict.fromkeys((*sites.remarks(site), *skipped, *found)):
        remarks[remark.path].append(remark)
    verdicts = _verdicts(site, arguments.now) if arguments.readers else []
    if arguments.json:
        print(_document(site, remarks, verdicts if arguments.readers else None))
    else:
        _tell(site, remarks)
        _tell_verdicts(verdicts, asked=arguments.readers)
    return 1 if any(skip.status == "skipped" for skip in site.entries.skipped) else 0


def _verdicts(site: Site, now: dt.datetime | None) -> list[Verdict]:
    """What readers make of the nodes and their items, then of the feeds; each said once."""
    config, entries = site.config, site.entries.entries
    found: list[Verdict] = []
    with Ledger(config.state, read_only=True) as ledger:
        at_nodes = {id_ for address in ledger.counts() for id_ in ledger.recorded(address)}
    if config.xmpp:
        for one in entries:
            found += clients.of_age(one, now=now or dt.datetime.now(dt.UTC), at_nodes=at_nodes)
    for xmpp in config.xmpp:
        for node in xmpp.nodes:
            found += clients.of_node(node)
            address = NodeAddress(node.service, node.node)
            for one in selection.select(entries, node.only, site=config.site, since=node.since):
                found += clients.of_item(one, config.site, address, account=xmpp.jid)
    topics = [one.document for one in outputs.outputs(config, site.entries) if one.is_topic]
    documents = [document for document in topics if document]
    in_html = {one.id(config.site) for one in documents if _is_html(one)}
    has_podcast = any(one.feed.podcast for one in documents)
    for document in documents:
        others = clients.Others(document.id(config.site) in in_html, has_podcast)
        short, data = feeds.build(document, config.site)
        found += clients.of_feed(short, config.site, data, others)
    return list(dict.fromkeys(found))


def _is_html(document: feeds.Document) -> bool:
    """Whether programs that cannot read XHTML have these posts in it."""
    form = document.feed
    is_readable = form.format == "rss" or form.content_type == "html"
    return is_readable and form.content != "summary" and not form.podcast


def _tell_verdicts(verdicts: Sequence[Verdict], *, asked: bool) -> None:
    """Reader by reader; what many posts share is said once, with the first of them."""
    shared: defaultdict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for one in verdicts:
        shared[one.reader, one.message].append(one)
    for reader, message in sorted(shared, key=lambda key: key[0]):
        print(printable(f"{reader}: {message}"))
        print(printable(f"    {_subjects(shared[reader, message])}"))
    if asked and not verdicts:
        print("readers: nothing to say; all show the posts as they are")


def _subjects(verdicts: Sequence[Verdict]) -> str:
    """`a.atom, b.atom and 3 more, as in 2026-01-31-a.md`."""
    subjects = list(dict.fromkeys(one.subject for one in verdicts))
    more = f" and {len(subjects) - SUBJECTS} more" if len(subjects) > SUBJECTS else ""
    example = next((one.example for one in verdicts if one.example), "")
    return ", ".join(subjects[:SUBJECTS]) + more + (f", as in {example}" if example else "")


def _files(config: Config) -> Files | None:
    """Of a feed nobody knows where the files of its site are."""
    if config.posts.feed:
        return None
    return Files(
        config.posts.path, sources.site_of(config), config.site.root, sources.reach_of(config)
    )


def _watched(entries: Sequence[Entry]) -> Iterator[Entry]:
    """With a bar, where that takes long enough to be looked at."""
    if len(entries) < WATCHABLE:
        yield from entries
        return
    from rich.console import Console  # noqa: PLC0415 - 0.1 s, and only for terminals
    from rich.progress import track  # noqa: PLC0415

    console = Console(stderr=True)
    yield from track(entries, "reading as a reader", console=console, transient=True)


def _tell(site: Site, remarks: Mapping[PurePosixPath, Sequence[Remark]]) -> None:
    """In the order of paths: what is skipped, then what is odd."""
    posts = site.config.posts
    skips = {skip.path: skip for skip in site.entries.skipped}
    for path in sorted({*skips, *remarks}):
        if path in skips:
            print(_skip_line(skips[path], posts.where(path, skips[path].line)))
        for remark in sorted(remarks.get(path, ()), key=lambda one: (one.line, one.message)):
            place = posts.where(path, remark.line)
            print(printable(f"{place}: warning: {remark.message}"))
    print(_summary(site, sum(map(len, remarks.values()))))
    if tags := _tags(site.entries.entries):
        told = ", ".join(f"{count} {FATES[fate]}" for fate, count in tags.items())
        print(f"tags of templates: {told}")


def _tags(entries: Sequence[Entry]) -> dict[Fate, int]:
    """What became of the tags, in the order of FATES."""
    counts = Counter(fate for one in entries for fate, _ in one.source.tags)
    return {fate: counts[fate] for fate in FATES if counts[fate]}


def _skip_line(skip: Skip, place: str) -> str:
    kind = "skipped" if skip.status == "skipped" else "not published"
    return printable(f"{place}: {kind}: {skip.reason}")


def _summary(site: Site, warnings: int) -> str:
    counts = Counter(skip.status for skip in site.entries.skipped)
    held = "".join(
        f", {counts[status]} {WORDS.get(status, status)}"
        for status in ("draft", "future", "expired", "deleted", "hidden", "skipped")
        if counts[status]
    )
    return (
        f"{sites.count(site.entries.posts, 'post')}: {len(site.entries.entries)} published{held}; "
        f"{sites.count(warnings, 'warning')}"
    )


def _document(
    site: Site,
    remarks: Mapping[PurePosixPath, Sequence[Remark]],
    verdicts: Sequence[Verdict] | None,
) -> str:
    posts = [_of_entry(one, site) for one in site.entries.entries]
    posts += [_of_skip(skip, site) for skip in site.entries.skipped]
    by_name = {str(path): found for path, found in remarks.items()}
    for post in posts:
        found = sorted(by_name.get(post["path"], ()), key=lambda one: (one.line, one.message))
        post["warnings"] = [{"line": one.line, "message": one.message} for one in found]
    posts.sort(key=lambda post: str(post["path"]))
    document: dict[str, Any] = {"posts": posts}
    if verdicts is not None:
        document["readers"] = [asdict(one) for one in verdicts]
    return json.dumps(document, ensure_ascii=False, indent=2)


def _of_entry(one: Entry, site: Site) -> dict[str, Any]:
    facts = {"status": "published", "reason": None, "id": one.atom_id, "item_id": one.item_id}
    shown = {"url": one.link, "title": one.title, "tags_of_templates": _tags([one])}
    return {**_of_post(one.post, site), **facts, **shown}


def _of_skip(skip: Skip, site: Site) -> dict[str, Any]:
    """What the post would be, as far as that can be said."""
    nothing = dict.fromkeys(("id", "url", "title", "published", "updated", "language"))
    lists: dict[str, list[str]] = {"tags": [], "categories": [], "authors": []}
    facts: dict[str, Any] = {"path": str(skip.path), **nothing, **lists, "tags_of_templates": {}}
    facts["item_id"] = entry.item_id(skip.path)
    if skip.post:
        item, atom, _ = entry.ids(skip.post, site.config.site)
        url = entry.link(skip.post, site.config.site)
        facts |= {**_of_post(skip.post, site), "id": atom, "item_id": item, "url": url}
    return {**facts, "status": skip.status, "reason": skip.reason}


def _of_post(post: Post, site: Site) -> dict[str, Any]:
    """What readers will have, with what the site says where the post does not."""
    authors = entry.authors(post, site.config.site)
    return {
        "path": str(post.path),
        "title": post.title or post.name,
        "published": z(post.published),
        "updated": z(post.updated),
        "tags": list(post.tags),
        "categories": list(post.categories),
        "authors": [author.name for author in authors],
        "language": post.language or site.config.site.language,
    }
