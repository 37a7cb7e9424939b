"""A plugin for Pelican: runs publisher each time Pelican has written the site.

`publisher hook print pelican` prints the settings for it. It runs in the process of Pelican, so it
imports nothing of publisher, and publisher itself never imports it.
"""

from __future__ import annotations

import logging
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LOG = logging.getLogger(__name__)
# `pelican --autoreload --listen`; the short options may be one word, as in `pelican -lr`.
_DEVELOPMENT = re.compile(r"--autoreload|--listen|-[a-z]*[lr][a-z]*")


class _Pelican(Protocol):
    settings: Mapping[str, Any]


def register() -> None:
    """Let Pelican call us when the site is written."""
    from pelican import signals  # noqa: PLC0415 - only Pelican calls this

    signals.finalized.connect(_run)


def _run(pelican: _Pelican) -> None:
    """Run publisher as PUBLISHER says. With `strict`, an error ends Pelican."""
    chosen: Mapping[str, Any] = pelican.settings.get("PUBLISHER", {})
    reason = development(pelican.settings, sys.argv)
    if reason:
        _LOG.info("publisher: not run in development: %s", reason)
        return
    command = _command(chosen)
    code = subprocess.call(command, stdin=subprocess.DEVNULL)  # noqa: S603 - a list of words
    if code:
        _LOG.warning("publisher: exit code %s of %s", code, shlex.join(command))
        if chosen.get("strict"):
            raise SystemExit(code)


def development(settings: Mapping[str, Any], arguments: Sequence[str]) -> str:
    """Why this is no build of the site for its readers; empty if it is one."""
    option = next((word for word in arguments[1:] if _DEVELOPMENT.fullmatch(word)), "")
    if option:
        return option
    return "" if settings.get("SITEURL") else "SITEURL is empty"


def _command(chosen: Mapping[str, Any]) -> list[str]:
    program = chosen.get("program", [sys.executable, "-m", "publisher"])
    return [
        *program,
        chosen.get("command", "build"),
        "--config",
        chosen.get("config", "publisher.yaml"),
    ]
