"""What Python imports when it starts with this folder in PYTHONPATH, below libfaketime.

COMPAT(libfaketime 0.9.10): its clock_nanosleep, on which time.sleep relies, fails with EINVAL if it
is told to leave the monotonic clock alone.
"""

import select
import time


def sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = sleep  # type: ignore[assignment]
