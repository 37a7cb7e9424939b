"""Report the files that are written, in a thread.

If the kernel cannot watch the folders, e.g. because there are too many of them, they are compared
every few seconds instead.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

POLL_MS = 2_000
# The kernel keeps 16,384 reports (fs.inotify.max_queued_events), and drops others without a word
# that reaches us. With so many at once, some may be lost.
FLOOD = 8_000
# Changes that come within this time are reported together.
STEP_MS, DEBOUNCE_MS = 100, 500


def require_library(extra: str) -> None:
    """Raise ConfigError if the library that watches files is not installed.

    `extra` names the dependencies of publisher that have it.
    """
    try:
        import watchfiles  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise ConfigError(
            "watching needs the Python package watchfiles; install publisher with its extra: "
            f"pip install '.[{extra}]'"
        ) from error


class FileWatch:
    """Reports changes below the folders that `use` was told last, until `close`.

    `on_change` is called with the paths that were written, created or removed, and `on_problem`
    with a message if the kernel does not watch the folders. Both are called in a thread.
    """

    def __init__(
        self,
        on_change: Callable[[frozenset[Path]], None],
        on_problem: Callable[[str], None],
        *,
        step_ms: int = STEP_MS,
        debounce_ms: int = DEBOUNCE_MS,
    ) -> None:
        self._on_change = on_change
        self._on_problem = on_problem
        self._step_ms = step_ms
        self._debounce_ms = debounce_ms
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def use(self, folders: Iterable[Path]) -> None:
        """Watch these folders with everything below them. Those that do not exist are left out."""
        self.close()
        there = [folder for folder in folders if folder.is_dir()]
        if there:
            self._stop = threading.Event()
            arguments = (there, self._stop)
            self._thread = threading.Thread(target=self._watch, args=arguments, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop. Nothing is reported any more."""
        self._stop.set()
        if self._thread:
            self._thread.join()
            self._thread = None

    def _watch(self, folders: list[Path], stop: threading.Event) -> None:
        try:
            self._report(folders, stop, polls=False)
        except FileNotFoundError:  # removed since; the caller looks for it
            return
        except (OSError, RuntimeError) as error:
            self._on_problem(
                f"the kernel does not watch the folders ({error}); they are compared every "
                f"{POLL_MS // 1000} seconds. If the limit is reached, raise it: "
                "sysctl fs.inotify.max_user_watches=524288"
            )
            try:
                self._report(folders, stop, polls=True)
            except (OSError, RuntimeError):  # removed since
                return

    def _report(self, folders: list[Path], stop: threading.Event, *, polls: bool) -> None:
        import watchfiles  # noqa: PLC0415 - an extra

        for changes in watchfiles.watch(
            *folders,
            watch_filter=None,
            debounce=self._debounce_ms,
            step=self._step_ms,
            stop_event=stop,
            force_polling=polls,
            poll_delay_ms=POLL_MS,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            self._on_change(frozenset(Path(path) for _, path in changes))
