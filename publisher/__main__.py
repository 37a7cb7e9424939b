"""`publisher` and `python -m publisher`."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False  # not from `typing`, which takes a while
if TYPE_CHECKING:
    import signal
    from typing import NoReturn
else:
    # `signal` makes enumerations of what it has. To import what that needs takes a third of a run
    # that hands its work over.
    import _signal as signal

# Python looks for cycles of unused objects each time so many more objects exist; its own number is
# 700. The imports alone create more than this, and none of them is unused.
OBJECTS = 100_000


def main() -> NoReturn:
    """Run the program and end the process with its exit code."""
    # Before and after the work, Ctrl-C ends the process without a traceback of Python.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.set_threshold(OBJECTS)
    from publisher.cli import hand_over  # noqa: PLC0415 - each of these takes longer

    code = hand_over.offered(sys.argv[1:])
    _exit_now(_run() if code is None else code)


def _run() -> int:
    from publisher.cli.repeat import Attempt, repeated  # noqa: PLC0415

    attempt = Attempt(sys.argv[1:])
    code = repeated(attempt)
    if code is None:
        from publisher.cli import main as cli  # noqa: PLC0415

        code = cli.main(attempt=attempt)
    return code


def _exit_now(code: int) -> NoReturn:
    """End without the clean-up of the interpreter: all work is done, and all files are closed.

    The clean-up takes longer than to publish a post. It also resets the handlers of signals: a
    second signal in that time would kill the process, and it would not have this exit code.
    """
    # Python sets a stream to None if its descriptor is closed.
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError):  # nobody reads it, or it is closed
            continue
    os._exit(code)


if __name__ == "__main__":
    main()
