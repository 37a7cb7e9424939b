"""Find out which text the item of each post would show now, to compare it with what is there."""

from __future__ import annotations

from dataclasses import replace as replaced
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Set

    from publisher.sync.desired import Desired
    from publisher.sync.node import Task
    from publisher.system.retry import Clock


async def with_texts(task: Task, ids: Set[str], clock: Clock) -> Task:
    """The task with the texts of the posts that may have an item among `ids`.

    Each post is rendered for it, so this is asked for only if something may read the posts in
    another way than the last run: another version of publisher, other settings, or other files
    beside the post.
    """
    if not ids:
        return task
    posts: list[Desired] = []
    for post in task.desired:
        is_asked = post.id in ids or any(id_ in ids for id_, _ in post.earlier_ids)
        posts.append(replaced(post, text=_text(task, post)) if is_asked else post)
        await clock.sleep(0)  # the connection must answer meanwhile
    return replace(task, desired=posts)


def _text(task: Task, post: Desired) -> str:
    try:
        return task.make_item(post.id, 0).text
    except Refused:  # no item of the post is small enough, so none can be compared
        return ""
