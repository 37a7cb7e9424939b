"""A configuration and the entries of its posts: the input of every operation."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from publisher import config as configs
from publisher import entry, feeds, identity, selection, sources
from publisher.app import pattern_limit, readable_ledger, wrong_clock
from publisher.app.doubted import NO_DOUBTS
from publisher.app.doubts import exposed_password
from publisher.app.doubts import unknown_urls as doubted_addresses
from publisher.content import cache as caches
from publisher.content.cache import Cache
from publisher.feeds import outputs
from publisher.lint import post_urls, selections
from publisher.post import UNBUILT, Diagnostic, PagesReport, Status, nothing_earlier
from publisher.rendering import Renderings
from publisher.sources import first_commits
from publisher.system import program
from publisher.text.characters import printable
from publisher.text.stand_in_urls import stand_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from publisher.app.doubted import DoubtedChanges
    from publisher.app.pattern_limit import OverLimit
    from publisher.config import Config, NodeConfig
    from publisher.entry import Entries, Entry
    from publisher.feeds.outputs import Output
    from publisher.identity.claims import PublishedItem
    from publisher.post import EarlierReadings, Reading, Skip
    from publisher.selection import Group
    from publisher.sync.skipped import Skipped, SkippedFiles
    from publisher.text.yaml_document import Key


# The items of posts that are not published for such a reason stay at their nodes.
_STAYING: frozenset[Status] = frozenset({"skipped", "restricted", "ignored", *UNBUILT})


@dataclass(frozen=True)
class Project:
    """A configuration and its entries. Nodes and outputs are selected once, when first needed.

    `as_new` has the item ids of the posts that are published as new ones, although each has the
    text of an item whose post is gone (`sync.renames`). `clock_warning` is that of
    `app.wrong_clock`, and `earlier` that of the reading. `built` reports on the built pages. At
    `next_date` a post becomes due, expires or is deleted. `doubts` are those of the caller. `now`
    is the time of the run, or that of `--now`.
    """

    config: Config
    entries: Entries
    renderings: Renderings
    as_new: frozenset[str] = frozenset()
    clock_warning: Diagnostic | None = None
    earlier: Callable[[PurePosixPath], EarlierReadings] = nothing_earlier
    built: PagesReport = field(default_factory=PagesReport)
    next_date: dt.datetime | None = None
    doubts: DoubtedChanges = NO_DOUBTS
    now: dt.datetime | None = None

    @cached_property
    def node_groups(self) -> tuple[tuple[NodeConfig, Group], ...]:
        """Every node of the configuration with its entries; a pattern stands for several nodes."""
        return self._groups(self.entries)

    def _groups(self, entries: Entries) -> tuple[tuple[NodeConfig, Group], ...]:
        deleted = [one.entry for one in entries.deleted]
        groups = selection.node_groups(self.config, entries.entries, deleted=deleted)
        return tuple(one for one in groups if (one[0].service, one[1].name) not in self._left_out)

    def groups_of(self, node: NodeConfig) -> list[Group]:
        """The nodes that a configured node stands for."""
        return [group for config, group in self.node_groups if config is node]

    @cached_property
    def outputs(self) -> tuple[Output, ...]:
        """Every file to build, in the order of the configuration."""
        shown = self.shown_entries
        groups = self.node_groups if shown is self.entries else self._groups(shown)
        left_out = frozenset(name for service, name in self._left_out if not service)
        return tuple(outputs.outputs(self.config, shown, groups, self.renderings, left_out))

    @property
    def needed(self) -> Iterator[Entry]:
        """The entries that are in a feed, on the page, or at a node, some of them repeatedly."""
        for output in self.outputs:
            yield from output.document.entries if output.document else ()
        if self.config.page:
            yield from feeds.newest(self.shown_entries.entries, self.config.page.limit)
        for node, group in self.node_groups:
            yield from feeds.newest(group.entries, node.keep or "all")

    @cached_property
    def shown_entries(self) -> Entries:
        """The entries as feeds show them: a post that may have been renamed keeps its ids."""
        if not self.config.xmpp:  # then nothing is recorded of published posts
            return self.entries
        from publisher.app import possible_renames  # noqa: PLC0415 - a build without nodes needs none of it

        return possible_renames.with_kept_ids(self.entries, self.config, self.as_new)

    @cached_property
    def reader(self) -> str:
        """A digest of what decides how the texts of posts are read, apart from their files."""
        # Most posts share one syntax, which takes time to be written.
        kinds = {id(one.post.syntax): one.post.syntax for one in self.entries.entries}
        parts = {msgspec.json.encode(one, order="deterministic") for one in kinds.values()}
        rules = repr((self.config.site, self.config.posts, self.renderings.settings)).encode()
        return hashlib.sha256(b"\0".join((program.version(), rules, *sorted(parts)))).hexdigest()

    @cached_property
    def skipped(self) -> SkippedFiles:
        """The files that are no posts now, but not because their authors hid or removed them."""
        from publisher.sync.skipped import (  # noqa: PLC0415 - imports all that nodes need
            Doubted,
            SkippedFiles,
        )

        found = [
            (one.path, one.post, _skipped(one))
            for one in self.entries.skipped
            if one.status in _STAYING and not one.broken
        ]
        found += [(one.path, one.post, f"{one.path}: {one.reason}") for one in self.entries.pages]
        found += [(PurePosixPath(path), None, Doubted(path)) for path in sorted(self.doubts.gone)]
        by_id: dict[str, Skipped] = {}
        for path, post, file in found:
            item = identity.item_of(path, post, self.entries.given_ids)
            by_id.setdefault(item, file)
        return SkippedFiles(by_id, {str(path): file for path, _, file in found})

    @cached_property
    def _over_limit(self) -> tuple[OverLimit, ...]:
        return tuple(pattern_limit.find(self.config, self.entries))

    @cached_property
    def _left_out(self) -> frozenset[tuple[str, str]]:
        """The nodes and the paths of feeds that `pattern_limit` excludes: (service or "", name)."""
        return frozenset((one.service, name) for one in self._over_limit for name in one.left_out)

    @cached_property
    def setting_errors(self) -> tuple[Diagnostic, ...]:
        """Feeds and nodes that a pattern must not make. The path is that of publisher.yaml."""
        return tuple(self.of_setting(one.key, one.message) for one in self._over_limit)

    @cached_property
    def setting_warnings(self) -> tuple[Diagnostic, ...]:
        """Warnings about the clock, and about publisher.yaml, that only the posts show.

        The path is that of the file, from the root.
        """
        found = selections.check(self.config, self.entries)
        warnings = tuple(self.of_setting(one.key, one.message) for one in found)
        warnings += tuple(self._id_warnings())
        if doubt := doubted_addresses.doubt(self.config):
            advice = doubted_addresses.advice(doubt)
            warnings += (self.of_setting(("posts", "permalink"), advice),)
        warnings += tuple(
            self.of_setting(("xmpp", number, "password_file"), message)
            for number, message in exposed_password.exposed(self.config)
        )
        first = (self.clock_warning, self.url_warning, self._lost_dates)
        return (*filter(None, first), *warnings)

    def _id_warnings(self) -> Iterator[Diagnostic]:
        """Warn of the lines of posts.ids that give no post an id."""
        for name, text in self.config.posts.ids.items():
            if why := identity.unusable(text):
                yield self.of_setting(("posts", "ids", name), why)
        for name, why in self.built.idle_ids:
            yield self.of_setting(("posts", "ids", name), why)

    @cached_property
    def _lost_dates(self) -> Diagnostic | None:
        """A warning about files that are meant as posts, and whose dates nothing tells."""
        lost = [page for page in self.entries.pages if page.is_meant]
        if not lost:
            return None
        files = (
            f"{len(lost)} files that are not posts, e.g." if lost[1:] else "a file that is no post:"
        )
        example = f"{printable(str(lost[0].path))} {lost[0].reason}"
        return self.of_setting(("posts", "path"), f"has {files} {example}")

    @cached_property
    def url_warning(self) -> Diagnostic | None:
        """A warning if site.url cannot be the URL of a site on the web; else None."""
        url = self.config.site.url
        why = stand_in(url)
        message = f"is {url}, {why}; links and ids of posts are made of it, so correct it"
        return self.of_setting(("site", "url"), message) if why else None

    @cached_property
    def address_warnings(self) -> tuple[Diagnostic, ...]:
        """Warnings about posts of a folder that share a URL, or whose URL has no slug."""
        if self.config.posts.feed:  # its entries may well lead to one page; `check` tells
            return ()
        site = self.config.site
        return (
            *post_urls.check(self.entries.entries, site),
            *post_urls.unbuilt(self.entries, site),
        )

    def of_setting(self, key: Key, message: str) -> Diagnostic:
        """A diagnostic about a key of publisher.yaml, whose path is that of the file."""
        line, shown = configs.place(self.config.path, key)
        return Diagnostic(PurePosixPath(self.config.path), line, f"{shown} {message}")

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """All diagnostics so far.

        They are from reading, about ids and URLs, from rendering, and about deleted posts.
        """
        warnings = [rendered.warnings for rendered in self.renderings.so_far()]
        warnings += [skip.warnings for skip in self.entries.skipped if skip.status == "deleted"]
        diagnostics = {*self.entries.warnings, *self.address_warnings}
        diagnostics |= {*itertools.chain.from_iterable(warnings)}
        return sorted(diagnostics, key=lambda one: (one.path, one.line, one.message))


def _skipped(skip: Skip) -> Skipped:
    from publisher.sync.skipped import Restricted, Unbuilt  # noqa: PLC0415 - as above

    if skip.status in UNBUILT:
        return Unbuilt(str(skip.path), waits=skip.status == "waiting")
    if skip.status == "restricted":
        return Restricted(str(skip.path))
    return f"{skip.path}: {skip.reason}"


def read(
    config: Config,
    *,
    now: dt.datetime | None = None,
    writes: bool = False,
    every_page: bool = False,
    may_lose_pages: bool = False,
    anew: bool = False,
    on_read: Callable[[int, int], None] = lambda *_: None,
) -> Project:
    """Read the posts of a configuration.

    `writes` caches what was read and rendered for later runs, and remembers built pages.
    `every_page` opens the page of every post, and not only of those that a feed or a node needs.
    With `may_lose_pages`, it is no error if several pages that are posts are gone. With `anew`,
    built pages are opened that are as they were at the last run, too. If many files must be read,
    `on_read` gets the number of those that are read, and of all of them.

    Posts dated after `now` (aware; default: the clock) are scheduled, unless they were published
    already (`app.wrong_clock`). Raises ConfigError if the posts folder does not exist; Unavailable
    if the feed with the posts cannot be downloaded, or the site is not built; UnsafePlanError if
    its pages must not be published; and LedgerError if posts dispute an id and the ledger cannot be
    read, or if what is remembered of built pages cannot.
    """
    instant = now or dt.datetime.now(dt.UTC)
    reading = sources.read(
        config,
        now=instant,
        was_published=wrong_clock.was_published(config),
        published_ids=partial(_published_ids, config),
        may_lose_pages=may_lose_pages,
        anew=anew,
        keeps=writes,
        helpers=sources.Helpers("publisher.app.reading_helper", on_read),
    )
    if writes:
        first_commits.remember(reading.first_commits, config.state)
    warning = wrong_clock.warning(config, reading, instant, by_clock=now is None)
    reading, entries, report = with_pages(reading, config, every_page=every_page, writes=writes)
    if writes:
        reading.keep(entry.facts_of(entries.entries, config.site, reading.settings))
    cache = Cache(config.state / caches.FOLDER, writes=writes)
    renderings = Renderings(reading, config.site, cache)
    return Project(
        config,
        entries,
        renderings,
        clock_warning=warning,
        earlier=reading.earlier,
        built=report,
        next_date=_next_date(reading, instant),
        now=instant,
    )


def _next_date(reading: Reading, now: dt.datetime) -> dt.datetime | None:
    """When a post becomes due, at nodes too, expires or is deleted next; None if no post does."""
    scheduled = [one.post for one in reading.skipped if one.status == "future" and one.post]
    dates = [*reading.deadlines, *(post.published for post in (*scheduled, *reading.not_due))]
    dates += [post.syndicate for post in reading.posts if post.syndicate]
    return min((date for date in dates if date > now), default=None)


def with_pages(
    reading: Reading, config: Config, *, every_page: bool, writes: bool
) -> tuple[Reading, Entries, PagesReport]:
    """The reading with the bodies of built pages, its entries, and what the pages give to say.

    For the arguments and errors see `read`.
    """
    entries_of = partial(entry.entries, site=config.site, published=partial(published, config))
    if not config.site.output:
        return reading, entries_of(reading), PagesReport()
    from publisher.app import opened_pages  # noqa: PLC0415 - imports the parser of pages

    def needed(reading: Reading, entries: Entries) -> Iterable[Entry]:
        project = Project(config, entries, Renderings(reading, config.site))
        return entries.entries if every_page else project.needed

    return opened_pages.examined(reading, entries_of, needed, writes=writes)


def _published_ids(config: Config) -> frozenset[str]:
    """The ids of the items of all nodes; none without a ledger that this user can read."""
    nothing: list[PublishedItem] = []
    items = readable_ledger.ask(config.state, lambda one: one.published_items(), otherwise=nothing)
    return frozenset(item.item_id for item in items)


def published(config: Config) -> list[PublishedItem]:
    """The items of all nodes in the ledger; none if there is no ledger. Raises LedgerError."""
    from publisher.sync.ledger import Ledger  # noqa: PLC0415 - only posts that dispute an id need it

    with Ledger(config.state, read_only=True) as ledger:
        return ledger.published_items()
