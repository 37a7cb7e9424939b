"""Format instants for feeds."""

from __future__ import annotations

import datetime as dt


def z(instant: dt.datetime) -> str:
    """The instant in UTC with a `Z`, e.g. `2008-10-21T08:00:00Z` (RFC 3339)."""
    # Always the same form, because Converse sorts dates as strings.
    return instant.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
