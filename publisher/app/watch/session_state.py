"""Whether an account is logged in, as a value."""

from __future__ import annotations

from msgspec import Struct


class SessionState(Struct, frozen=True):
    """Whether an account is logged in.

    `since` is when that began, in seconds since the epoch, None if it is not logged in. `error` is
    why not; with `is_final` no login is tried again before somebody changes the configuration.
    """

    jid: str
    since: float | None = None
    error: str = ""
    is_final: bool = False
