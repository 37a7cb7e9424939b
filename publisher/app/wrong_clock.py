"""A clock that is wrong, or `--now`, must not unpublish posts and announce them again later.

A post that the ledger knows as published stays published, although it is not due yet, unless its
author gave it a later date.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher import identity
from publisher.app import readable_ledger
from publisher.post import Diagnostic
from publisher.text import source_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from publisher.config import Config
    from publisher.post import Post, Reading
    from publisher.sync.ledger_records import Recorded


def was_published(config: Config) -> Callable[[Post], bool]:
    """Return a function that tells whether a post that is not due yet was published already."""

    @cache
    def records() -> Mapping[tuple[str, str], Sequence[Recorded]]:  # few runs need them
        found: dict[tuple[str, str], list[Recorded]] = {}
        for record in _records(config):
            # Old ledgers did not record the path.
            key = (record.path, "") if record.path else ("", record.id)
            found.setdefault(key, []).append(record)
        return found

    def is_published(post: Post) -> bool:
        item = identity.ids(post, config.site)[0]
        keys = (str(post.path), ""), ("", item)
        return any(_was_due(record, post) for key in keys for record in records().get(key, ()))

    return is_published


def _records(config: Config) -> Sequence[Recorded]:
    """The items of the ledger; none if there is no ledger that this user can read."""
    if not config.xmpp:
        return ()
    nothing: Sequence[Recorded] = ()
    return readable_ledger.ask(
        config.state, lambda ledger: ledger.published_records(), otherwise=nothing
    )


def _was_due(record: Recorded, post: Post) -> bool:
    """Whether the author has not changed the post since, or its date had come when it was sent.

    Anything may have moved the date of an unchanged post: the clock, `--now`, or the zone in the
    settings of the site.
    """
    is_unchanged = bool(post.source) and source_hash.is_same(record.source, post.source)
    return is_unchanged or post.published.timestamp() <= record.recorded_at


def warning(
    config: Config, reading: Reading, now: dt.datetime, *, by_clock: bool
) -> Diagnostic | None:
    """Say that posts are dated after `now` although they were published, probably.

    `now` is the time of this machine's clock, or that of `--now`. The path of the warning is that
    of the first post, from the root.
    """
    clock = f"{'the clock of this machine' if by_clock else '--now'} says {_shown(now)}"
    if reading.not_due:
        first, others = reading.not_due[0], len(reading.not_due) - 1
        stays = f"; so {'does 1 other' if others == 1 else f'do {others} others'}" if others else ""
        message = (
            f"is dated {_shown(first.published)}, but {clock}. The post was published already, so "
            f"it stays published{stays}. Correct the {'clock' if by_clock else 'time'}; to "
            "unpublish a post, change its date"
        )
        return _about(first, message, config)
    return _left_out(config, reading, clock)


def _left_out(config: Config, reading: Reading, clock: str) -> Diagnostic | None:
    """Say that a post was probably in the feeds before, and is not due by the clock."""
    if not (built := _last_build(config)):
        return None
    at, path = built
    posts = (skip.post for skip in reading.skipped if skip.status == "future")
    lost = next((post for post in posts if post and post.published <= at), None)
    if not lost:
        return None
    message = (
        f"is dated {_shown(lost.published)}, but {clock}, so it is not in the feeds. {path} was "
        f"built at {_shown(at)}: if the clock has gone back, correct it and run again"
    )
    return _about(lost, message, config)


def _last_build(config: Config) -> tuple[dt.datetime, Path] | None:
    """When the newest feed on disk was written, and its file."""
    times = []
    for feed in config.feeds:
        try:
            times.append((feed.path.stat().st_mtime, feed.path))
        except OSError:  # not built yet, or a pattern
            continue
    if not times:
        return None
    seconds, path = max(times)
    return dt.datetime.fromtimestamp(seconds, dt.UTC), path


def _about(post: Post, message: str, config: Config) -> Diagnostic:
    if config.posts.feed:
        return Diagnostic(PurePosixPath(config.path), 1, f"{post.path.with_suffix('')} {message}")
    return Diagnostic(PurePosixPath(config.posts.path / post.path), post.lines[0], message)


def _shown(instant: dt.datetime) -> str:
    return f"{instant.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
