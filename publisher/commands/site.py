"""What several commands need: the configuration, the posts, the feeds on disk, and how we talk."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher import config as configs
from publisher import entry, feed, selection, sources
from publisher.errors import FeedError
from publisher.item import Address

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from publisher.config import Config, FeedFile, NodeConfig
    from publisher.entry import Entries
    from publisher.selection import Group
    from publisher.sources.post import Remark


@dataclass(frozen=True, slots=True)
class Site:
    """A configuration and what its folder of posts gave."""

    config: Config
    entries: Entries


@dataclass(frozen=True, slots=True)
class Built:
    """A feed on disk: how many entries it has, and whether its bytes changed."""

    feed: FeedFile
    entries: int
    written: bool
    error: FeedError | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of every command that reads the posts."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--now",
        type=_instant,
        metavar="TIME",
        help="the instant that decides what is scheduled (default: the clock's), "
        "e.g. 2026-12-24T08:00:00Z",
    )


def add_config(parser: argparse.ArgumentParser, *, default: object = argparse.SUPPRESS) -> None:
    """Before the command with a default, after it without: that would overwrite the first."""
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="FILE",
        default=default,
        help="the configuration (default: config.yaml)",
    )


def load_config(arguments: argparse.Namespace) -> Config:
    """The configuration alone. Raises ConfigError."""
    return configs.load(arguments.config)


def load(arguments: argparse.Namespace) -> Site:
    """The configuration and the posts. Raises ConfigError."""
    config = load_config(arguments)
    now = arguments.now or dt.datetime.now(dt.UTC)
    return Site(config, entry.entries(sources.read(config, now=now), config.site))


def build(site: Site) -> list[Built]:
    """Bring the feeds on disk up to date. One that cannot be written costs no other."""
    nodes = [
        (node, group)
        for xmpp in site.config.xmpp
        for node in xmpp.nodes
        for group in selection.groups(node, site.entries.entries, site.config.site)
    ]
    return [_build(site, document, nodes) for document in site.config.feeds]


def _build(site: Site, document: FeedFile, nodes: Sequence[tuple[NodeConfig, Group]]) -> Built:
    of_feed = selection.select(site.entries.entries, document.only, site=site.config.site)
    entries = feed.newest(of_feed, document.limit)
    uris = [
        Address(node.service, group.node).uri
        for node, group in selection.nodes_of(document, nodes)
        if node.access == "open"  # a link that only few may follow is not for a public feed
    ]
    try:
        written = feed.write(
            document.path, feed.build(document, site.config.site, entries, nodes=uris)
        )
    except OSError as error:
        message = f"{document.path} cannot be written: {error.strerror or error}"
        return Built(document, len(entries), written=False, error=FeedError(message))
    return Built(document, len(entries), written=written)


def remarks(site: Site) -> list[Remark]:
    """All warnings so far: of the reader, of the ids, and of what was rendered."""
    rendered = (e.warnings for e in site.entries.entries if e.is_rendered)
    found = [*site.entries.warnings, *(remark for some in rendered for remark in some)]
    return sorted(found, key=lambda remark: (remark.path, remark.line, remark.message))


def tell_skipped(site: Site, *, broken_only: bool) -> None:
    """Say which files are not published, each with the reason."""
    for skip in site.entries.skipped:
        place = site.config.posts.where(skip.path, skip.line)
        if skip.broken:
            say(f"error: {place}: {skip.reason}")
        elif not broken_only:
            say(f"skipped: {site.config.posts.where(skip.path)}: {skip.reason}")


def tell_failed(built: Sequence[Built]) -> None:
    """Say which feeds could not be written."""
    for one in built:
        if one.error:
            say(f"error: {one.error}")


def tell_remarks(site: Site, found: Iterable[Remark]) -> None:
    """Say what readers will see differently from what was meant."""
    for remark in found:
        say(f"warning: {site.config.posts.where(remark.path, remark.line)}: {remark.message}")


def count(number: int, one: str, many: str = "") -> str:
    """`1 post`, `2 posts`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def say(text: str) -> None:
    """Talk: to stderr, so that stdout stays what was asked for."""
    print(text, file=sys.stderr)


def document(site: Site, **parts: Any) -> str:
    """A JSON document of a command's parts, and of what was skipped and warned of."""
    skipped = [{"path": str(s.path), "reason": s.reason} for s in site.entries.skipped]
    warnings = [{"path": str(r.path), "line": r.line, "message": r.message} for r in remarks(site)]
    whole = {**parts, "skipped": skipped, "warnings": warnings}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def exit_code(site: Site, errors: Sequence[Exception | None] = ()) -> int:
    """The worst: of the errors given, and 1 if any post is broken."""
    codes = [getattr(error, "exit_code", 1) for error in errors if error]
    return max([1 if site.entries.broken else 0, *codes])


def seconds(text: str) -> float:
    """A number of seconds on the command line."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found >= 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds; e.g. 60")
    return found


def _instant(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time; e.g. 2026-12-24T08:00:00Z"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
