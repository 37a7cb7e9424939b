"""Ask the ledger, if there is one that this user can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from publisher.config.keys import LEDGER_NAME
from publisher.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.sync.ledger import Ledger

Answer = TypeVar("Answer")


def ask(state: Path, question: Callable[[Ledger], Answer], *, otherwise: Answer) -> Answer:
    """The answer of the ledger in the state folder; `otherwise` without one that can be read.

    `build` may run as a user who cannot read the state folder.
    """
    from publisher.sync.ledger import Ledger  # noqa: PLC0415 - a build without a ledger needs none

    try:
        if not (state / LEDGER_NAME).exists():
            return otherwise
        with Ledger(state, read_only=True) as ledger:
            return question(ledger)
    except (OSError, LedgerError):
        return otherwise
