"""`publisher` and `python -m publisher`."""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress

TYPE_CHECKING = False  # not from `typing`, which takes a while
if TYPE_CHECKING:
    from typing import NoReturn

# Python looks for cycles of unused objects each time so many more objects exist; its own number is
# 700. The imports alone create more than this, and none of them is unused.
OBJECTS = 100_000


def main() -> NoReturn:
    """Run the program and end the process with its exit code."""
    # Before and after the work, Ctrl-C ends the process without a traceback of Python.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.set_threshold(OBJECTS)
    from publisher.cli.hand_over import handed_over  # noqa: PLC0415 - these take a while
    from publisher.cli.repeat import Attempt, repeated  # noqa: PLC0415

    attempt = Attempt(sys.argv[1:])
    code = repeated(attempt)
    if code is None and attempt.state:
        code = handed_over(attempt.state, sys.argv[1:])
    if code is None:
        from publisher.cli import main as cli  # noqa: PLC0415 - takes much longer

        code = cli.main(attempt=attempt)
    _exit_now(code)


def _exit_now(code: int) -> NoReturn:
    """End without the clean-up of the interpreter: all work is done, and all files are closed.

    The clean-up takes longer than to publish a post. It also resets the handlers of signals: a
    second signal in that time would kill the process, and it would not have this exit code.
    """
    # Python sets a stream to None if its descriptor is closed.
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError, ValueError):  # nobody reads it, or it is closed
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
