"""The command line: the table of commands, and the only place that prints errors.

Results go to stdout; warnings and errors go to stderr. `publisher.errors` lists the exit codes, and
tells which of several is returned.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
import textwrap
from typing import TYPE_CHECKING, NoReturn

from publisher import __version__
from publisher.cli import output, streams, unwritten_output
from publisher.cli.options import CONFIG_HELP, add_config
from publisher.cli.repeat import Attempt
from publisher.errors import PublisherError
from publisher.system.interruption import Interrupted, raised
from publisher.text.nearest_name import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.cli.streams import QueuedOutput
    from publisher.system.interruption import Raiser

# Each command is a module of `cli`. Only the chosen one is imported: importing all of them takes
# longer than many runs.
COMMANDS = {
    "init": "write a publisher.yaml for the site in this folder",
    "check": "report problems that readers will have with your posts",
    "build": "build the feeds; push nothing",
    "plan": "show what publish would change",
    "publish": "build the feeds and push the posts",
    "watch": "stay, and publish what changes",
    "serve": "show the feeds and the built site in a browser",
    "ping": "notify the WebSub hubs of changed feeds",
    "status": "show the state of the posts, the feeds and the nodes",
    "hook": "let git, a site generator, CI, cron or systemd run publisher",
    "node": "compare nodes with their configuration, delete or forget one",
    "demo": "publish a small blog on a throw-away local server",
}

# The help for `--config` of the commands that read no configuration.
_CONFIG_HELP = {
    "init": "the file to write (default: publisher.yaml in this folder)",
    "demo": argparse.SUPPRESS,
}

EPILOG = """\
A first run:
  publisher init            write a publisher.yaml for the site in this folder
  publisher check           report problems that readers will have
  publisher build           build the feeds; push nothing

exit codes: 0 done; 1 a post is broken or a server refused something, the rest
is done; 2 wrong usage, configuration, password or certificate; 3 you must
decide, the message says what; 4 a server, a page or the lock is unavailable,
or git is at work, try again later. Of several, the first of 2, 3, 1, 4 is
returned.
130, 143, 129 interrupted by Ctrl-C, SIGTERM or SIGHUP
"""


def main(argv: Sequence[str] | None = None, attempt: Attempt | None = None) -> int:
    """Run one command and return its exit code. The `attempt` records it if it can be repeated."""
    attempt = attempt or Attempt(())
    with raised() as signals:
        try:
            with streams.queued() as printed:
                code, shows = _run(argv, signals, attempt, printed)
            if printed.stdout_error:
                code = unwritten_output.exit_code(printed.stdout_error, code, shows=shows)
        except Interrupted as end:  # at the end, while waiting for the reader of the output
            signals.end_at_next_signal()
            code = end.exit_code
    return code


def _run(
    argv: Sequence[str] | None, signals: Raiser, attempt: Attempt, printed: QueuedOutput
) -> tuple[int, bool]:
    """Run one command. Returns its exit code, and whether it only shows something."""
    shows = False
    try:
        arguments = parsed(argv)
        arguments.attempt = attempt
        arguments.argv = sys.argv[1:] if argv is None else argv
        shows = arguments.shows
        code = arguments.run(arguments)
        attempt.keep(code, printed)
    except SystemExit as end:  # --help, --version, wrong usage
        return int(end.code or 0), True
    except PublisherError as error:
        output.print_end(error)
        code = error.exit_code
    except Interrupted as end:
        signals.end_at_next_signal()
        output.print_message(f"publisher: {end}")
        code = end.exit_code
    return code, shows


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.end(message, help_of=self.prog)

    def end(self, message: str, *, help_of: str) -> NoReturn:
        """End with the message, and name the command whose help has the right usage."""
        output.print_message(f"{help_of}: {message}; see `{help_of} --help`")
        self.exit(2)


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments, with those of the chosen command. Raises SystemExit, also after `--help`."""
    # The first parser only finds the command; the second has the arguments of that command.
    chosen = _parser().parse_known_args(argv)[0].command
    parser = _parser(chosen)
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        hint = _unknown_option(unknown[0].partition("=")[0], chosen)
        action = getattr(arguments, "action", "")  # of `publisher node`
        command = " ".join(part for part in (parser.prog, chosen, action) if part)
        parser.end(f"unrecognized arguments: {' '.join(unknown)}{hint}", help_of=command)
    return arguments


# Options of other programs for which publisher has a command.
_DRY_RUN = " (`publisher plan` shows what publish would change)"
_OTHER_PROGRAMS = {"--dry-run": _DRY_RUN, "-n": _DRY_RUN, "--check": " (see `publisher check`)"}


def _unknown_option(option: str, command: str) -> str:
    """Where the option exists, or which one may be meant, to insert into a message."""
    if hint := _OTHER_PROGRAMS.get(option):
        return hint
    others = [f"`publisher {name}`" for name in COMMANDS if option in _options(name)]
    if others:
        return f" (an option of {' and '.join(others)})"
    return did_you_mean(option, _options(command))


def _options(command: str) -> set[str]:
    """The long options of a command."""
    parser = argparse.ArgumentParser()
    if command:
        importlib.import_module(f"publisher.cli.{command}").add_arguments(parser)
    return {*re.findall(r"--[a-z][a-z-]*", parser.format_help()), "--config"}


def _parser(chosen: str = "") -> _Parser:
    """The parser of all commands. Only the `chosen` command gets its arguments."""
    parser = _Parser(
        prog="publisher",
        allow_abbrev=False,
        description="Turns a folder of posts into feeds, and keeps XMPP pubsub nodes equal to it.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"publisher {__version__}")
    parser.set_defaults(shows=False)
    add_config(parser, default=None)
    commands = parser.add_subparsers(
        metavar="COMMAND", dest="command", required=True, title="commands", prog="publisher"
    )
    for name, words in COMMANDS.items():
        if name == chosen:
            _complete(commands.add_parser(name, help=words, allow_abbrev=False), name)
        else:
            # Without --help, so that the first parser leaves `publisher COMMAND --help` to the
            # second.
            commands.add_parser(name, help=words, add_help=False, allow_abbrev=False)
    return parser


def _complete(parser: argparse.ArgumentParser, name: str) -> None:
    command = importlib.import_module(f"publisher.cli.{name}")
    parser.description = _reflowed(command.__doc__ or "")
    parser.epilog = f"example:\n{command.EXAMPLE}"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add_config(parser, help=_CONFIG_HELP.get(name, CONFIG_HELP))
    command.add_arguments(parser)
    parser.set_defaults(run=command.run)


def _reflowed(text: str) -> str:
    """Wrap each paragraph for a terminal of 80 columns."""
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(textwrap.fill(" ".join(part.split()), 78) for part in paragraphs)
