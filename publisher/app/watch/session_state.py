"""Whether an account is logged in, as a value."""

from __future__ import annotations

from msgspec import Struct

# Of a session that `is_final`.
FINAL = "no login is tried before the configuration, the password file or the ca_file changes"


class SessionState(Struct, frozen=True):
    """Whether an account is logged in.

    `since` is when that began, in seconds since the epoch, None if it is not logged in. `error` is
    why not, empty during the first login; with `is_final` no login is tried again before somebody
    changes the configuration, or a file that it names.
    """

    jid: str
    since: float | None = None
    error: str = ""
    is_final: bool = False
