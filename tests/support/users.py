"""Another user of the machine, for tests of permissions that may run as root."""

from __future__ import annotations

import codecs
import gc
import os
import pwd
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Root may read every file and folder, so the block runs as another user."""
    codecs.lookup("utf-8-sig")  # a module of Python that the other user may not be able to import
    before = os.geteuid()
    # What is collected may have a file to remove, which the other user may not.
    gc.disable()
    if before == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(before)
        gc.enable()
