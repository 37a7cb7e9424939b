"""Read the posts of a folder, or of a feed, by the rules of the site's engine.

Nothing is lost silently: a file or a folder that cannot be read is a broken Skip with its reason.
Only a missing folder of posts, or unreadable settings of the site, are an error of the
configuration.
"""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher.post import Page, Post, Reading, Skip
from publisher.sources import each_file, kept, site_folder
from publisher.sources.engines import RECORDS
from publisher.sources.engines.file_reader import read_file
from publisher.sources.kept import Kept
from publisher.sources.other_pages import OtherPages
from publisher.sources.post_files import PostFiles
from publisher.sources.site_folder import reach_of, settings_of, site_of
from publisher.sources.walk import walk
from publisher.system import disk_traces
from publisher.system.site_files import Files
from publisher.text import globs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from publisher.config import Config
    from publisher.sources.each_file import FileRead
    from publisher.sources.engines.engine import PostReader
    from publisher.sources.walk import Listing
    from publisher.system.disk_traces import DiskLook
    from publisher.system.symlinks import Reach

__all__ = ["Helpers", "reach_of", "read", "settings_of", "site_of"]

MANY = 1000  # files; fewer are read before another process has started


class Helpers(Struct, frozen=True):
    """How to read many files side by side in other processes: see `side_by_side`.

    Such a process runs `main` of the module, which must end in `helper.serve`. `on_read` gets the
    number of files that are read, and of those that have to be.
    """

    module: str
    on_read: Callable[[int, int], None]


def read(
    config: Config,
    *,
    now: dt.datetime,
    was_published: Callable[[Post], bool] = lambda _: False,
    published_ids: Callable[[], Collection[str]] = frozenset,
    may_lose_pages: bool = False,
    anew: bool = False,
    keeps: bool = False,
    helpers: Helpers | None = None,
) -> Reading:
    """Read all posts, in the order of their paths.

    Posts dated after `now` are skipped, but not those of which `was_published` says that they were
    published before. `published_ids` returns the ids of all items that are known; only a feed is
    asked for them. With `may_lose_pages`, it is no error if several pages that are posts are gone.
    With `anew`, files and built pages are read that are as they were at the last run, too. With
    `keeps`, `Reading.keep` lets the next run read only what has changed, and `helpers` read many
    files side by side.

    If the configuration names the output folder of the site, the posts have the addresses of their
    pages; `built.examined` gives them their bodies.

    Raises ConfigError if the folder of posts is missing or the settings of the site are unusable,
    Unavailable if the posts come from a feed that cannot be downloaded now, the site is not built,
    or the history of git that dates the posts is cut, UnsafePlanError if pages that are posts must
    not be published, and LedgerError if what is remembered of the pages cannot be read.
    """
    if config.posts.feed:
        from publisher.sources import feed  # noqa: PLC0415 - few need it

        return feed.read(config, now=now, was_published=was_published, published_ids=published_ids)
    if config.posts.pages:
        from publisher.sources.built import page_posts  # noqa: PLC0415 - imports the parser of pages

        return page_posts.read(
            config,
            now=now,
            was_published=was_published,
            may_lose_pages=may_lose_pages,
            anew=anew,
        )
    return _read_folder(config, now, was_published, anew=anew, keeps=keeps, helpers=helpers)


def _read_folder(
    config: Config,
    now: dt.datetime,
    was_published: Callable[[Post], bool],
    *,
    anew: bool,
    keeps: bool,
    helpers: Helpers | None,
) -> Reading:
    site_folder.require_folder(config.posts.path, config.path)
    horizon = kept.horizon(config.state) if keeps else 0
    with disk_traces.recorded() as seen:
        site_folder.require_own_folder(config)
        reach = site_folder.reach_of(config)
        listing = walk(config.posts.path, reach)
        record = RECORDS[config.posts.engine]
        reader = record.reader(_folder(config, listing, reach), record)
        before = Kept(reader, listing, now, partial(read_file, reader, now=now), horizon)
        if not anew:
            before.load()
        is_excluded = _exclusion(config)
        files = _files(
            [path for path in listing.paths if not is_excluded(path)],
            before,
            seen,
            was_published,
            helpers,
        )
        # A glob such as `img/**` matches what is in a folder, but not the folder itself.
        skipped = [skip for skip in listing.skipped if not is_excluded(f"{skip.path}/x")]
        reading = _reading(reader, files, skipped, now)
    if keeps:
        reading = replace(reading, keep=partial(before.write, seen))
    if lost := [page.path for page in reading.pages if page.is_meant]:
        reader.require_history(lost)
    if not config.site.output:
        return reading
    return _located(reading, reader, config.site.output, now, was_published, anew=anew)


def _files(
    paths: Sequence[str],
    before: Kept,
    seen: Mapping[DiskLook, str],
    was_published: Callable[[Post], bool],
    helpers: Helpers | None,
) -> list[FileRead]:
    """What each file is: what it was at the last run, as long as nothing has changed for it."""
    read: dict[str, FileRead] = {}

    def add_known(paths: Iterable[str]) -> None:
        for path in paths:
            if known := before.outcome(path):
                read[path] = *known, True

    def read_here(path: str) -> None:
        read[path] = each_file.read_and_keep(before, path, was_published)

    add_known(paths)
    left = [path for path in paths if path not in read]
    if helpers and len(left) >= MANY:
        _read_side_by_side(left, before, seen, read_here, helpers)
        left = [path for path in left if path not in read]
        add_known(left)
    for path in left:
        if path not in read:
            read_here(path)
    return [read[path] for path in paths]


def _read_side_by_side(
    paths: Sequence[str],
    before: Kept,
    seen: Mapping[DiskLook, str],
    read_here: Callable[[str], None],
    helpers: Helpers,
) -> None:
    """Read many files: some of them here, while `before` gets what is read of the others."""
    from publisher.sources import helper, side_by_side  # noqa: PLC0415 - few runs need it

    folder = before.reader.folder
    job = helper.Job(
        folder.config,
        before.listing.files,
        dict(folder.committed),
        before.now,
        before.horizon,
    )
    side_by_side.read(
        paths,
        job,
        helpers.module,
        # Nothing may be taken without a time before which a file must have been written.
        side_by_side.processors() - 1 if before.horizon else 0,
        take=lambda data: before.take(data, seen),
        read_here=read_here,
        on_read=lambda done: helpers.on_read(done, len(paths)),
    )


def _reading(
    reader: PostReader,
    read_files: Sequence[FileRead],
    skipped: Sequence[Skip],
    now: dt.datetime,
) -> Reading:
    """What was read: the files, and those that were `skipped` without being read."""
    outcomes = [outcome for outcome, _, _ in read_files]
    skips = [*skipped, *(outcome for outcome in outcomes if isinstance(outcome, Skip))]
    folder, record = reader.folder, RECORDS[reader.config.posts.engine]
    others = OtherPages(reader, lambda files: record.reader(files, record), outcomes, now)
    return Reading(
        tuple(outcome for outcome in outcomes if isinstance(outcome, Post)),
        tuple(sorted(skips, key=lambda skip: skip.path)),
        tuple(warning for _, warnings, _ in read_files for warning in warnings),
        settings=reader.settings,
        files=Files(reader.config.posts.path, reader.root, reader.config.site.root, folder.reach),
        url_path_of=reader.url_path_of,
        template_files=reader.template_files,
        attachment=reader.attachment,
        list_page=reader.list_page,
        other_page=others.find,
        pages=tuple(outcome for outcome in outcomes if isinstance(outcome, Page)),
        not_due=tuple(
            outcome for outcome, _, is_due in read_files if isinstance(outcome, Post) and not is_due
        ),
        first_commits=reader.first_commits,
        deadlines=tuple(reader.deadlines),
    )


def _located(
    reading: Reading,
    reader: PostReader,
    output: Path,
    now: dt.datetime,
    was_published: Callable[[Post], bool],
    *,
    anew: bool,
) -> Reading:
    """The reading with the addresses of the pages in the output folder."""
    from publisher.sources import built  # noqa: PLC0415 - imports the parser of pages
    from publisher.sources.built.folder.source_files import SourceFiles  # noqa: PLC0415
    from publisher.sources.built.undated_files import Schedule  # noqa: PLC0415

    config, record = reader.config, RECORDS[reader.config.posts.engine]

    def post_of(path: PurePosixPath, data: bytes) -> Post | None:
        folder = dataclasses.replace(reader.folder, instead={path: data})
        outcome, _, _ = each_file.read(record.reader(folder, record), path, now, was_published)
        if isinstance(outcome, Page) and not record.has_rules:
            return outcome.post
        return outcome if isinstance(outcome, Post) else None

    def own_bytes(path: PurePosixPath) -> bytes:
        reader.folder.trace.begin(path)  # else all other files would count as dependent on it
        return reader.folder.bytes(path)

    files = SourceFiles(config.posts.path, own_bytes, post_of)
    schedule = None if record.has_rules else Schedule(now, was_published)
    return built.located(reading, config, output, files, schedule, anew=anew)


def _exclusion(config: Config) -> Callable[[str], bool]:
    """Whether a file is no post by the configuration, or because the site's generator built it."""
    posts, output, patterns = config.posts.path, config.site.output, config.posts.exclude or ()
    is_inside = output is not None and output != posts and output.is_relative_to(posts)
    built = f"{output.relative_to(posts)}/" if output and is_inside else "/"  # begins no path

    def is_excluded(path: str) -> bool:
        return path.startswith(built) or any(globs.excludes(one, path) for one in patterns)

    return is_excluded


def _folder(config: Config, listing: Listing, reach: Reach) -> PostFiles:
    """Raises ConfigError."""
    posts = config.posts
    committed: Mapping[PurePosixPath, dt.datetime] = {}
    if posts.updated == "git":
        from publisher.sources import git_history  # noqa: PLC0415 - few need it, at every start

        committed = git_history.last_changes(posts.path, [*map(PurePosixPath, listing.files)])
    return PostFiles(
        config=config,
        posts=posts.path,
        site=site_folder.site_of(config),
        files=listing.files.keys(),
        reach=reach,
        committed=committed,
    )
