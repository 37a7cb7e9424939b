"""Make posts of the files without a date whose pages state one. Pure."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher.post import Post, Skip
from publisher.text.timestamps import z

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from pathlib import PurePosixPath

    from publisher.post import Reading
    from publisher.sources.built.pages.page_dates import PageDates


class Schedule(Struct, frozen=True):
    """The instant of a run. A post with a later date stays if it `was_published` before."""

    instant: dt.datetime
    was_published: Callable[[Post], bool]


def with_dates(
    reading: Reading, found: Mapping[PurePosixPath, PageDates], schedule: Schedule
) -> Reading:
    """The reading in which the files whose dates were found are posts, or wait for their date."""
    dated = [with_date(one.post, found[one.path]) for one in reading.pages if one.path in found]
    early = [post for post in dated if post.published > schedule.instant]
    not_due = {post.path for post in early if schedule.was_published(post)}
    scheduled = {
        post.path: Skip(post.path, f"scheduled for {z(post.published)}", status="future", post=post)
        for post in early
        if post.path not in not_due
    }
    posts = [post for post in dated if post.path not in scheduled]
    stays = [post for post in posts if post.path in not_due]
    return replace(
        reading,
        posts=tuple(sorted((*reading.posts, *posts), key=_path)),
        skipped=tuple(sorted((*reading.skipped, *scheduled.values()), key=_path)),
        pages=tuple(page for page in reading.pages if page.path not in found),
        not_due=tuple(sorted((*reading.not_due, *stays), key=_path)),
    )


def with_date(post: Post, found: PageDates) -> Post:
    """The post with the dates of its page."""
    return dataclasses.replace(post, published=found.published, updated=found.updated)


def _path(one: Post | Skip) -> PurePosixPath:
    return one.path
