"""What `publish` would change at every node. Sends nothing, writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher import sync
from publisher.app import targets
from publisher.sync.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.app.options import NodeOptions
    from publisher.app.project import Project
    from publisher.sync import Node, Result, Task


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change at each node, and hints at nodes that the configuration left behind."""

    results: Sequence[Result]
    hints: Sequence[str]


def preview(project: Project, options: NodeOptions, *, offline: bool = False) -> Preview:
    """The results are in the order of the configuration; what fails at a node is in its result.

    `offline` asks no server, and takes the ledger at its word. Raises ConfigError if the options
    name a post that does not exist, and LedgerError.
    """
    with Ledger(project.config.state, read_only=True) as ledger:
        found = targets.targets(project, ledger, options)
        hints = targets.left_behind(found, ledger)
        if offline or not found:
            offline_results = [sync.offline(one.address, one.task, ledger) for one in found]
            return Preview(offline_results, hints)

        from publisher.app import sessions  # noqa: PLC0415 - slow, with all that goes out

        async def work(node: Node, task: Task) -> Result:
            return await sync.preview(node, task, ledger)

        return Preview(sessions.work_at(project, found, work), hints)
