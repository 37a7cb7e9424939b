"""Read the posts of a folder, or of a feed, by the rules of the site's engine.

Nothing is lost silently: a file or a folder that cannot be read is a broken Skip with its reason.
Only a missing folder of posts, or unreadable settings of the site, are an error of the
configuration.
"""

from __future__ import annotations

import dataclasses
import os
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from publisher.config import MAX_LEVELS_UP
from publisher.errors import ConfigError
from publisher.post import Diagnostic, Page, Post, Reading, Skip
from publisher.sources import kept, site_settings
from publisher.sources.engines import RECORDS
from publisher.sources.engines.file_reader import read_file
from publisher.sources.kept import Kept
from publisher.sources.other_pages import OtherPages
from publisher.sources.post_files import PostFiles
from publisher.sources.walk import enter, walk
from publisher.system import looks
from publisher.system.paths import is_folder
from publisher.system.reasons import closed_by, permission_advice, reason
from publisher.system.site_files import Files
from publisher.system.symlinks import Reach
from publisher.text import globs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping, Sequence

    from publisher.config import Config
    from publisher.sources.engines.engine import PostReader
    from publisher.sources.walk import Listing

# What a file is, its warnings, and whether it is due.
_FileRead: TypeAlias = "tuple[Post | Skip | Page | None, Sequence[Diagnostic], bool]"


def read(
    config: Config,
    *,
    now: dt.datetime,
    was_published: Callable[[Post], bool] = lambda _: False,
    published_ids: Callable[[], Collection[str]] = frozenset,
    may_lose_pages: bool = False,
    anew: bool = False,
    keeps: bool = False,
) -> Reading:
    """Read all posts, in the order of their paths.

    Posts dated after `now` are skipped, but not those of which `was_published` says that they were
    published before. `published_ids` returns the ids of all items that are known; only a feed is
    asked for them. With `may_lose_pages`, it is no error if several pages that are posts are gone.
    With `anew`, files and built pages are read that are as they were at the last run, too. With
    `keeps`, `Reading.keep` lets the next run read only what has changed.

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
    return _read_folder(config, now, was_published, anew=anew, keeps=keeps)


def _read_folder(
    config: Config,
    now: dt.datetime,
    was_published: Callable[[Post], bool],
    *,
    anew: bool,
    keeps: bool,
) -> Reading:
    _require_folder(config.posts.path, config.path)
    horizon = kept.horizon(config.state) if keeps else 0
    with looks.recorded() as seen:
        _require_own_folder(config)
        reach = reach_of(config)
        listing = walk(config.posts.path, reach)
        record = RECORDS[config.posts.engine]
        reader = record.reader(_folder(config, listing, reach), record)
        before = Kept(reader, listing, now, partial(read_file, reader, now=now), horizon)
        if not anew:
            before.load()
        is_excluded = _exclusion(config)
        read_files = [
            _read_or_kept(reader, before, path, now, was_published)
            for path in listing.paths
            if not is_excluded(path)
        ]
        # A glob such as `img/**` matches what is in a folder, but not the folder itself.
        skipped = [skip for skip in listing.skipped if not is_excluded(f"{skip.path}/x")]
        reading = _reading(reader, read_files, skipped, now)
    if keeps:
        reading = replace(reading, keep=partial(before.write, seen))
    if lost := [page.path for page in reading.pages if page.is_meant]:
        reader.require_history(lost)
    if not config.site.output:
        return reading
    return _located(reading, reader, config.site.output, now, was_published, anew=anew)


def _read_or_kept(
    reader: PostReader,
    before: Kept,
    path: str,
    now: dt.datetime,
    was_published: Callable[[Post], bool],
) -> _FileRead:
    """What a file is: what it was at the last run, as long as nothing has changed for it."""
    if known := before.outcome(path):
        return *known, True
    dated = len(reader.deadlines), len(reader.first_commits)
    outcome, warnings, is_due = _read_file(reader, PurePosixPath(path), now, was_published)
    # What depends on the clock, on what was published or on git is read in every run.
    if is_due and dated == (len(reader.deadlines), len(reader.first_commits)):
        before.add(path, (outcome, warnings))
    return outcome, warnings, is_due


def _reading(
    reader: PostReader,
    read_files: Sequence[_FileRead],
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
    from publisher.sources.built.dating import Schedule  # noqa: PLC0415
    from publisher.sources.built.folder.source_files import SourceFiles  # noqa: PLC0415

    config, record = reader.config, RECORDS[reader.config.posts.engine]

    def post_of(path: PurePosixPath, data: bytes) -> Post | None:
        folder = dataclasses.replace(reader.folder, instead={path: data})
        outcome, _, _ = _read_file(record.reader(folder, record), path, now, was_published)
        if isinstance(outcome, Page) and not record.has_rules:
            return outcome.post
        return outcome if isinstance(outcome, Post) else None

    def own_bytes(path: PurePosixPath) -> bytes:
        reader.folder.trace.begin(path)  # else all other files would count as dependent on it
        return reader.folder.bytes(path)

    files = SourceFiles(config.posts.path, own_bytes, post_of)
    schedule = None if record.has_rules else Schedule(now, was_published)
    return built.located(reading, config, output, files, schedule, anew=anew)


def _read_file(
    reader: PostReader,
    path: PurePosixPath,
    now: dt.datetime,
    was_published: Callable[[Post], bool],
) -> _FileRead:
    reader.folder.trace.begin(path)
    outcome, warnings = read_file(reader, path, now=now)
    early = _scheduled(outcome)
    if early is None or not was_published(early):
        return outcome, warnings, True
    return *read_file(reader, path, now=early.published), False


def _scheduled(outcome: Post | Skip | Page | None) -> Post | None:
    """The post that is not published because it is dated in the future, else None."""
    return outcome.post if isinstance(outcome, Skip) and outcome.status == "future" else None


def _exclusion(config: Config) -> Callable[[str], bool]:
    """Whether a file is no post by the configuration, or because the site's generator built it."""
    posts, output, patterns = config.posts.path, config.site.output, config.posts.exclude
    is_inside = output is not None and output != posts and output.is_relative_to(posts)
    built = f"{output.relative_to(posts)}/" if output and is_inside else "/"  # begins no path

    def is_excluded(path: str) -> bool:
        return path.startswith(built) or any(globs.excludes(one, path) for one in patterns)

    return is_excluded


def _require_folder(folder: Path, config: Path) -> None:
    try:
        problem = "is not a folder" if folder.exists() else "does not exist"
        if folder.is_dir():
            enter(folder)
            return
    except PermissionError as error:
        raise ConfigError(
            f"{config}: posts.path: {closed_by(folder)} cannot be read: {reason(error)}; "
            f"{permission_advice(folder)}"
        ) from error
    except OSError as error:
        problem = f"cannot be read: {reason(error)}"
    raise ConfigError(
        f"{config}: posts.path: {folder} {problem}; set it to the folder with your posts, "
        "e.g. path: _posts"
    )


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
        site=site_of(config),
        files=listing.files.keys(),
        reach=reach,
        committed=committed,
    )


def site_of(config: Config) -> Path:
    """The folder of the site: `posts.site`, else the nearest folder with the engine's settings.

    The search goes from the posts up to the configuration. If there are no settings, it is the
    folder of the configuration if the posts are below it, else the parent folder of the posts.
    """
    posts = config.posts
    if posts.site:
        return posts.site
    record = RECORDS[posts.engine]
    top = config.path.parent
    sites = (
        folder for folder in _candidates(config) if site_settings.find(folder, record.site_files)
    )
    if site := next(sites, None):
        return site
    if record.posts_folder and is_folder(posts.path / record.posts_folder):
        return posts.path
    return top if top in (posts.path, *posts.path.parents) else posts.path.parent


def settings_of(config: Config) -> list[Path]:
    """The files that mark the folder of a site, wherever `site_of` looks for them."""
    names = RECORDS[config.posts.engine].site_files
    return [folder / name for folder in _candidates(config) for name in names]


def _candidates(config: Config) -> list[Path]:
    """The folders that may be that of the site, if they hold settings, the nearest first."""
    return [config.posts.path, *_between(config.posts.path, config.path.parent)]


def reach_of(config: Config) -> Reach:
    """The files of the site and its posts that a run may read.

    If no settings were found, the folder of the site is a guess and may be a home folder. Then a
    symbolic link must end inside the folder of the posts.
    """
    posts, site = config.posts, _known_site(config)
    if site is None:
        advice = (
            f"outside {posts.path}; set posts.site if the link ends in the folder of the site, or "
            "posts.follow_links: true to follow every link"
        )
        return Reach(
            (posts.path, site_of(config)), (posts.path,), advice, follow_links=posts.follow_links
        )
    folders = (posts.path, site)
    advice = f"outside {site} and {posts.path}; set posts.follow_links: true to follow such links"
    return Reach(folders, folders, advice, follow_links=posts.follow_links)


def _known_site(config: Config) -> Path | None:
    """The folder of the site if it is certain: it is configured, or holds settings; else None."""
    posts, site = config.posts, site_of(config)
    files = RECORDS[posts.engine].site_files
    is_known = posts.site is not None or site_settings.find(site, files) is not None
    return site if is_known else None


def _require_own_folder(config: Config) -> None:
    """Refuse a folder of posts inside the site that is a symbolic link out of it.

    An author who may add posts could have replaced the folder by a link. Raises ConfigError.
    """
    posts, site = config.posts, _known_site(config)
    if posts.follow_links or site is None:
        return
    inside = Path(os.path.normpath(posts.path)).is_relative_to(os.path.normpath(site))
    real = Path(os.path.realpath(posts.path))
    if inside and not real.is_relative_to(os.path.realpath(site)):
        raise ConfigError(
            f"{config.path}: posts.path: {posts.path} leads through a symbolic link to {real}, "
            f"outside of the site in {site}; if that is intended, set posts.path to {real}"
        )


def _between(posts: Path, top: Path) -> Sequence[Path]:
    """The folders above the posts, up to `top`, or MAX_LEVELS_UP of them if `top` is not above."""
    parents = [*posts.parents]
    return parents[: parents.index(top) + 1] if top in parents else parents[:MAX_LEVELS_UP]
