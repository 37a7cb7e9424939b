"""Stay, and publish what changes.

Watches the finished build where there is an output folder (`site.output`), else the posts. When
nothing was written for a while (`watch.settle`), it builds the feeds and pushes the posts, over a
connection that stays open. Posts that are scheduled go when they are due.

It stays until Ctrl-C or SIGTERM, and reads the configuration again when that changes, or on SIGHUP.
`publisher status` shows what it does. Until it ends, `publisher publish` hands its work over to it.
"""

from __future__ import annotations

import io
import os
import shlex
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

from publisher.app.events import (
    FeedsBuilt,
    NodeRead,
    NodesOpen,
    Note,
    PagesRead,
    PostsRead,
    StepTaken,
    WaitingForLock,
)
from publisher.app.watch.session_state import FINAL, SessionState
from publisher.app.watch.watch_events import (
    HandedOver,
    Postponed,
    Reloaded,
    RunEnded,
    Watching,
    WatchProblem,
)
from publisher.app.watch.watcher import Watcher
from publisher.cli import node_results, options, output
from publisher.cli.for_client import ClientWork
from publisher.cli.publish import print_built, print_results
from publisher.errors import LedgerError, PublisherError, Unavailable
from publisher.system.interruption import Interrupted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from publisher.app.watch.timing import Timing
    from publisher.app.watch.watch_events import WatchEvent

EXAMPLE = """\
  publisher watch
  publisher hook print systemd-watch   (a unit that keeps it running)"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(json=False)


def run(arguments: argparse.Namespace, *, timing: Timing | None = None) -> int:
    config = options.load_config(arguments)
    log = _Log()
    watcher = Watcher(
        config,
        load=lambda: options.reload(config),
        on_event=log.note,
        serve=ClientWork().serve,
        timing=timing,
    )
    try:
        watcher.run()
    except Interrupted as end:
        output.print_message(f"{end.signal.name}: the watcher ends")
        return end.exit_code
    except LedgerError as error:
        if not error.may_pass:
            raise
        output.print_end(error)
        return Unavailable.exit_code  # so that systemd starts it again


class _Log:
    """Prints one line for each change and each message, for the journal or a terminal.

    A run says again what is still wrong, so what the run before it has said is left out.
    """

    def __init__(self) -> None:
        self._said: frozenset[str] = frozenset()
        self._now: list[str] = []
        self._nodes = 1
        self._sessions: dict[str, SessionState] = {}
        self._addresses: set[str] = set()

    def note(self, event: WatchEvent) -> None:
        match event:
            case RunEnded():
                self._end_run(event)
            case NodesOpen(nodes=number):
                self._nodes = number
            case StepTaken(address=address, step=step):
                node = address.node if self._nodes > 1 else ""
                _print(node_results.step_line(step, node=node))
            case Note(text=text):
                self._say(f"note: {text}")
            case FeedsBuilt():
                self._print_all(lambda: _print_feeds(event))
            case SessionState(jid=jid):
                if event != self._sessions.get(jid):
                    _print(_session_line(event))
                self._sessions[jid] = event
            case NodeRead() | PagesRead() | PostsRead():
                pass
            case Reloaded(error=PublisherError() as error):
                output.print_error("error: the old configuration stays in use", error)
            case _:
                _print(_line(event))

    def _end_run(self, event: RunEnded) -> None:
        """Print what the run said, unless the run before it said so, too."""
        error, done = event.error, event.done
        if error:
            self._print_all(lambda: output.print_error("error", error))
        elif done:
            self._print_all(lambda: print_results(done.project, done.results, selected=False))
        if event.tries_again:
            self._say("note: the watcher tries again by itself")
        self._said, self._now = frozenset(self._now), []

    def _say(self, *lines: str) -> None:
        """Print messages that the run before this one has not said."""
        for line in lines:
            if line not in self._said:
                output.print_message(line)
        self._now += lines

    def _print_all(self, print_all: Callable[[], None]) -> None:
        """Print what a function prints: results always, messages if they are new."""
        results, messages = io.StringIO(), io.StringIO()
        with redirect_stdout(results), redirect_stderr(messages):
            print_all()
        self._say(*messages.getvalue().splitlines())
        for line in results.getvalue().splitlines():
            if line not in self._addresses:
                output.print_message(line)
            if line.startswith("subscribe: "):  # the same after each run
                self._addresses.add(line)


def _print(line: str) -> None:
    if line:
        output.print_message(line)


def _line(
    event: HandedOver | Watching | Reloaded | Postponed | WatchProblem | WaitingForLock,
) -> str:
    match event:
        case Watching(places=places):
            named = ", ".join(map(str, places)) or "the feed"
            return f"process {os.getpid()} watches {named}"
        case Reloaded():
            return "the configuration was read again"
        case Postponed(why=why):
            return f"waiting: {why}"
        case WatchProblem(text=text):
            return f"warning: {text}"
        case HandedOver(arguments=arguments, code=code, refused=refused):
            done = f"refused: {refused}" if refused else f"exit code {code}"
            return f"handed over: publisher {shlex.join(arguments)}: {done}"
        case WaitingForLock():
            return "waiting for another run to end ..."


def _session_line(session: SessionState) -> str:
    if session.since is not None:
        return f"{session.jid}: logged in"
    if session.is_final:
        return f"error: {session.error}. {FINAL[0].upper()}{FINAL[1:]}"
    return f"{session.jid}: {session.error} (the watcher logs in again by itself)"


def _print_feeds(event: FeedsBuilt) -> None:
    output.print_setting_diagnostics(event.project)
    output.print_failed(event.built)
    print_built(event.project, event.built)
