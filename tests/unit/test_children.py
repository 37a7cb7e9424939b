"""Child processes end with the work that started them, with their own children."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from publisher.system.children import running
from tests.support.blog import SECONDS
from tests.support.processes import are_gone

if TYPE_CHECKING:
    from pathlib import Path

# Records its id and that of a child of its own, and waits for the child.
WAITS = "sleep 3600 & echo $! $$ > {pids}.new; mv {pids}.new {pids}; wait"


def wait_for(path: Path) -> None:
    give_up = time.monotonic() + SECONDS
    while not path.exists():
        assert time.monotonic() < give_up
        time.sleep(0.01)


@pytest.mark.parametrize("command", [WAITS, f"trap '' TERM; {WAITS}"], ids=["plain", "stubborn"])
def test_a_command_that_is_cancelled_while_it_starts_leaves_no_child(
    tmp_path: Path, command: str
) -> None:
    pids = tmp_path / "pids"

    async def use() -> None:
        async with running(["sh", "-c", command.format(pids=pids)], stderr=None):
            await asyncio.Event().wait()

    async def cancel() -> None:
        task = asyncio.create_task(use())
        await asyncio.sleep(0)  # it starts the command, and goes no further
        wait_for(pids)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert are_gone(pids)


def test_output_and_exit_code_are_those_of_the_command() -> None:
    async def use() -> tuple[bytes, int]:
        async with running(["sh", "-c", "echo one; echo two; exit 3"], stderr=None) as child:
            return await child.stdout.read(), await child.wait()

    assert asyncio.run(use()) == (b"one\ntwo\n", 3)
