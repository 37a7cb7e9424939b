"""What other threads, and signals, tell the watcher: messages in its queue."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from publisher.app.watch.offers import Offer
    from publisher.app.watch.session_state import SessionState
    from publisher.app.watch.watch_events import WatchProblem


class Written(Struct, frozen=True):
    """Files that somebody wrote, created or removed."""

    paths: frozenset[Path]


class Hangup(Struct, frozen=True):
    """SIGHUP: the configuration is read again, and all accounts log in anew."""


Message: TypeAlias = "Written | Hangup | SessionState | WatchProblem | Offer"


@contextmanager
def hangups(on_hangup: Callable[[], None]) -> Iterator[None]:
    """Call the function at each SIGHUP in this block."""
    if threading.current_thread() is not threading.main_thread():  # only that one gets signals
        yield
        return
    before = signal.signal(signal.SIGHUP, lambda *_: on_hangup())
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
