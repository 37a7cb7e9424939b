"""The runs that the watcher begins by itself: how they publish, and when none begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.app.options import PublishOptions, Waits
from publisher.system import git_work

if TYPE_CHECKING:
    from publisher.config import Config


def options(config: Config) -> PublishOptions:
    """It asks for a page once, and the next run asks again."""
    waits_for_pages = config.publish.wait_for_url is not None
    return PublishOptions(waits=Waits(for_url=0.0 if waits_for_pages else None))


def postponed(config: Config) -> str:
    """Why no run begins now, as git is at work or has another branch; else empty."""
    folder = config.posts.path
    return git_work.in_progress(folder) or git_work.off_branch(folder, config.watch.branch)
