"""What the command line says about one run at the nodes: which posts, how loud, how much trust."""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from publisher import entry as entries
from publisher.errors import ConfigError
from publisher.sync.plan import Publish, Retract

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from publisher.cli.site import Site
    from publisher.sync.plan import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The options of one run; the defaults are those of a hook.

    `fetch_foreign`: see `sync.Task`.
    """

    only: tuple[str, ...] = ()
    since: dt.date | None = None
    quiet: bool = False
    announce_all: bool = False
    allow_retracts: bool = False
    refresh: bool = False
    verify: bool = False
    fetch_foreign: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    selection = parser.add_argument_group("which posts")
    selection.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="POST",
        help="change nothing but this post: its file, or its item id; may be repeated",
    )
    selection.add_argument(
        "--since",
        type=_date,
        metavar="DATE",
        help="publish no post that is older; e.g. 2026-01-31",
    )
    policy = parser.add_argument_group("how")
    policy.add_argument(
        "--announce-all",
        action="store_true",
        help="yes, subscribers are to hear of so many posts at once",
    )
    policy.add_argument(
        "--quiet",
        action="store_true",
        help="tell no subscriber: the node's notifications are off meanwhile (for its owner)",
    )
    policy.add_argument(
        "--allow-retracts",
        action="store_true",
        help="yes, so many posts are meant to go",
    )
    policy.add_argument(
        "--refresh",
        action="store_true",
        help="publish again what is there already, quietly where that is possible",
    )
    policy.add_argument(
        "--verify",
        action="store_true",
        help="look at every item of every node, whatever the ledger says",
    )


def choice(arguments: argparse.Namespace) -> Choice:
    return Choice(
        only=tuple(arguments.only),
        since=arguments.since,
        quiet=arguments.quiet,
        announce_all=arguments.announce_all,
        allow_retracts=arguments.allow_retracts,
        refresh=arguments.refresh,
        verify=arguments.verify,
    )


def asked(choice: Choice, site: Site, known: Collection[str]) -> Callable[[Change], bool] | None:
    """Which changes the run is about; None for all. `known` are the ids in the ledger.

    Raises ConfigError if a post that was named does not exist.
    """
    if not choice.only and choice.since is None:
        return None
    ids = {id_ for text in choice.only for id_ in _named(text, site, known)}
    zone = site.config.site.zone
    start = choice.since and dt.datetime.combine(choice.since, dt.time(), zone)

    def is_asked(change: Change) -> bool:
        if not isinstance(change, Publish | Retract):
            return True  # bookkeeping
        if ids and change.id not in ids:
            return False
        return not (start and isinstance(change, Publish) and change.post.published < start)

    return is_asked


def _named(text: str, site: Site, known: Collection[str]) -> set[str]:
    """The item ids that a user means by a file, or by an id."""
    folder = site.config.posts.path
    found = {
        one.item_id
        for one in site.entries.entries
        if text in {one.item_id, str(one.post.path)}
        or Path(text).absolute() == folder / one.post.path
    }
    removed = {text, entries.item_id(PurePosixPath(_relative(text, folder)))} & set(known)
    if not found | removed:
        for skip in site.entries.skipped:
            if text == str(skip.path) or Path(text).absolute() == folder / skip.path:
                raise ConfigError(f"--only {text}: this post is not published: {skip.reason}")
        raise ConfigError(
            f"--only {text}: there is no such post; name a file of {site.config.posts.place}, or "
            "an item id as `publisher plan` prints it"
        )
    return found | removed


def _relative(text: str, folder: Path) -> str:
    path = Path(text).absolute()
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else text


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; e.g. 2026-01-31") from None
