"""What `publisher status` shows of the watcher: whether it runs, and what its last run left."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from publisher.app.watch import watch_state as states
from publisher.app.watch.session_state import FINAL
from publisher.cli import output

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.app.watch.session_state import SessionState
    from publisher.app.watch.watch_state import WatchState


def print_watcher(folder: Path) -> None:
    """Print nothing if nobody has started a watcher here, or it has ended as it should."""
    found = states.known(folder)
    if found is None:
        return
    if found.is_running:
        _print_running(found.state, found.written)
    else:
        output.print_line(
            f"watch  stopped: process {found.state.pid} was killed; what it had not sent goes with "
            "the next run"
        )


def _print_running(state: WatchState, written: float | None) -> None:
    output.print_line(f"watch  process {state.pid} since {_time(state.started)}")
    if written is not None:
        output.print_line(f"       it did not answer; this is what it wrote at {_time(written)}:")
    for account in state.accounts:
        output.print_line(f"       {_account(account)}")
    if state.last_publish is not None:
        output.print_line(f"       last publish: {_time(state.last_publish)}")
    if state.next_due is not None:
        output.print_line(f"       next date of a post: {_time(state.next_due)}")
    for word, lines in (("waiting", state.waiting), ("held", state.held)):
        for line in lines:
            output.print_line(f"       {word}: {line}")
    for word, line in (("waiting", state.postponed), ("last error", state.last_error)):
        if line:
            output.print_line(f"       {word}: {line}")
    if state.next_try is not None:
        output.print_line(
            f"       it tries again by itself, at the latest: {_time(state.next_try)}"
        )


def as_json(folder: Path) -> object:
    """The state of the watcher, and whether it is `running`; None without one.

    `written` is when that was so, if the watcher does not answer now.
    """
    found = states.known(folder)
    if found is None:
        return None
    return {**_values(found.state), "running": found.is_running, "written": found.written}


def _values(state: WatchState) -> dict[str, object]:
    values: dict[str, object] = msgspec.to_builtins(state)
    return values


def _account(session: SessionState) -> str:
    if session.since is not None:
        return f"{session.jid}: logged in since {_time(session.since)}"
    if session.is_final:
        return f"{session.jid}: {session.error}; {FINAL}"
    if not session.error:
        return f"{session.jid}: logging in"
    return f"{session.jid}: not logged in, and keeps trying: {session.error}"


def _time(seconds: float) -> str:
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
