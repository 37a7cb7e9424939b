"""The runs that the watcher begins by itself: how they publish, and when none begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.app.options import PublishOptions, Waits
from publisher.errors import ConfigError
from publisher.system import git_work

if TYPE_CHECKING:
    from publisher.config import Config


def require_node(config: Config) -> None:
    """Raise ConfigError if there is no node."""
    if not config.xmpp:
        raise ConfigError(
            "there is no node to publish to; add the section xmpp. A hook builds feeds alone: "
            "see `publisher hook print`"
        )


def options(config: Config) -> PublishOptions:
    """It asks for a page once, and the next run asks again."""
    waits_for_pages = config.publish.wait_for_url is not None
    return PublishOptions(waits=Waits(for_url=0.0 if waits_for_pages else None))


def postponed(config: Config) -> str:
    """Why no run begins now, as git is at work or has another branch; else empty."""
    folder = config.posts.path
    return git_work.in_progress(folder) or git_work.off_branch(folder, config.watch.branch)
