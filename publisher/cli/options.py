"""The options that several commands share.

`publisher --help` imports this module, so it imports nothing else of the program when it is loaded.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.cli import output

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.app.options import NodeOptions, Waits
    from publisher.config import Config

URL_SECONDS = 120.0


CONFIG_HELP = "the configuration (default: publisher.yaml in this folder or above)"


def add_config(
    parser: argparse.ArgumentParser,
    *,
    default: object = argparse.SUPPRESS,
    help: str = CONFIG_HELP,  # noqa: A002 - as argparse calls it
) -> None:
    """Add `--config`. It may stand before the command or after it.

    Only the parser before the command gets a default: the parser of the command runs later, and its
    default would overwrite the value that the first one read.
    """
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="FILE",
        default=default,
        help=help,
    )


def load_config(
    arguments: argparse.Namespace, load: Callable[[Path], Config] | None = None
) -> Config:
    """Load the configuration that `--config` names, else the nearest one. Raises ConfigError.

    `load` may be another function than that of `publisher.config`.
    """
    from publisher import config as configs  # noqa: PLC0415 - the help needs none of it

    path = arguments.config
    if path is None:
        path = configs.find(current_folder(), home=home(), uid=os.getuid())
        if path.is_absolute() and sys.stderr.isatty():
            output.print_message(f"using {path}")
    return (load or configs.load)(path)


def reload(config: Config) -> Config:
    """Load the file of a configuration again. Raises ConfigError."""
    from publisher import config as configs  # noqa: PLC0415 - the help needs none of it

    return configs.load(config.path)


def config_option(arguments: argparse.Namespace) -> str:
    """The end of a command that reads the same configuration, e.g. ` --config blog.yaml`."""
    if arguments.config is None:
        return ""
    return " " + shlex.join(["--config", str(arguments.config)])


def current_folder() -> Path:
    """The folder in which the program runs. Raises ConfigError if somebody removed it."""
    from publisher.errors import ConfigError  # noqa: PLC0415 - the help needs none of it

    try:
        return Path.cwd()
    except OSError as error:
        raise ConfigError("the current folder does not exist any more; change to one") from error


def home() -> Path:
    """The user's home; for a user without one, an absolute path that does not exist."""
    return Path(os.path.expanduser("~")).absolute()  # noqa: PTH111 - Path.home() raises


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add the options of every command that reads the posts."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--now",
        type=_instant,
        metavar="TIME",
        help="treat posts with a later date as scheduled (default: the current time); "
        "e.g. 2026-12-24T08:00:00Z",
    )


def add_waits(
    parser: argparse.ArgumentParser, *, retry: float, again: str, before: str, unless: str = ""
) -> None:
    """Add the options for waiting: for another run, for an answer, for a deployment.

    `retry` is the default of `--retry`, in seconds. `again`, `before` and `unless` complete the
    help of `--retry` and `--wait-for-url`.
    """
    from publisher.app.options import LOCK_SECONDS  # noqa: PLC0415 - only for these

    parser.add_argument(
        "--lock-wait",
        type=_seconds,
        default=LOCK_SECONDS,
        metavar="SECONDS",
        help=f"how long to wait for another run (default: {LOCK_SECONDS:.0f})",
    )
    parser.add_argument(
        "--retry",
        type=_seconds,
        default=retry,
        metavar="SECONDS",
        help=f"how long to retry {again} (default: {retry:.0f})",
    )
    parser.add_argument(
        "--wait-for-url",
        type=_seconds,
        nargs="?",
        const=URL_SECONDS,
        metavar="SECONDS",
        help=f"before {before} (default: {unless}do not wait; without a number: {URL_SECONDS:.0f})",
    )


def waits(arguments: argparse.Namespace) -> Waits:
    from publisher.app.options import Waits  # noqa: PLC0415 - the help needs none of it

    return Waits(lock=arguments.lock_wait, retry=arguments.retry, for_url=arguments.wait_for_url)


def add_node_options(parser: argparse.ArgumentParser) -> None:
    _add_selection(parser)
    _add_policy(parser)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    selection = parser.add_argument_group("which posts")
    selection.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="POST",
        help="change only this post (its file or its item id); may be repeated",
    )
    selection.add_argument(
        "--since",
        type=_date,
        metavar="DATE",
        help="do not publish older posts; e.g. 2026-01-31",
    )


def _add_policy(parser: argparse.ArgumentParser) -> None:
    policy = parser.add_argument_group("how")
    policy.add_argument(
        "--announce-all",
        action="store_true",
        help="notify subscribers of any number of posts",
    )
    policy.add_argument(
        "--no-notify",
        action="store_true",
        help="publish without notifying subscribers (only the node's owner can)",
    )
    policy.add_argument("--quiet", action=_Renamed, nargs="?", help=argparse.SUPPRESS)
    policy.add_argument(
        "--allow-retracts",
        action="store_true",
        help="retract any number of items",
    )
    policy.add_argument(
        "--as-new",
        action="append",
        default=[],
        metavar="POST",
        help="this post is not a renamed one: publish it, and retract the item with its text; may "
        "be repeated; `all` for every such post",
    )
    add_new_ids(policy)
    policy.add_argument(
        "--refresh",
        action="store_true",
        help="publish unchanged posts again, without notifying subscribers where the server "
        "allows it",
    )
    policy.add_argument(
        "--verify",
        action="store_true",
        help="compare every item of every node, whatever the ledger says, and read all files "
        "and built pages anew",
    )


def add_new_ids(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--new-ids",
        action="store_true",
        help="give published posts the new ids that a moved site makes; readers show them as new "
        "posts",
    )


def node_options(arguments: argparse.Namespace) -> NodeOptions:
    from publisher.app.options import NodeOptions  # noqa: PLC0415 - the help needs none of it

    return NodeOptions(
        only=tuple(arguments.only),
        since=arguments.since,
        notify=not arguments.no_notify,
        announce_all=arguments.announce_all,
        allow_retracts=arguments.allow_retracts,
        as_new=tuple(arguments.as_new),
        new_ids=arguments.new_ids,
        refresh=arguments.refresh,
        verify=arguments.verify,
    )


class _Renamed(argparse.Action):
    """A renamed option. It is an error, because most programs print less with `--quiet`."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        parser.error("--quiet is called --no-notify now; it publishes without notifications")


def _seconds(text: str) -> float:
    """Parse a number of seconds. Raises ArgumentTypeError."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds >= 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds; e.g. 60")
    return seconds


def _instant(text: str) -> dt.datetime:
    """Parse a time; one without a time zone is in UTC. Raises ArgumentTypeError."""
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time; e.g. 2026-12-24T08:00:00Z"
        ) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; e.g. 2026-01-31") from None
