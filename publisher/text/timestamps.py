"""Instants as feeds write them."""

from __future__ import annotations

import datetime as dt


def z(instant: dt.datetime) -> str:
    """In UTC with a Z (RFC 3339), whole seconds: Converse sorts dates as texts."""
    return instant.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
