"""`publisher` and `python -m publisher`."""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Run the program and return its exit code."""
    # Before and after the work, Ctrl-C ends the process without a traceback of Python.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from publisher.cli import main as cli  # noqa: PLC0415 - takes a while

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
