"""Preview what `publish` would change at every node. Changes neither the nodes nor the disk."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher import sync
from publisher.app import changed_ids, chosen_changes, syndication, targets
from publisher.app.events import ignore
from publisher.app.options import SERVICE_RETRY_SECONDS
from publisher.sync import Clock, Result
from publisher.sync.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.app.events import OnEvent
    from publisher.app.options import NodeOptions
    from publisher.app.project import Project
    from publisher.app.syndication import Delayed
    from publisher.errors import IdsChangedError
    from publisher.sync import Node, Task


class Preview(Struct, frozen=True):
    """The planned changes of each node, and hints at nodes that are no longer configured.

    `delayed` are the posts that nodes get later.
    """

    results: Sequence[Result]
    hints: Sequence[str]
    delayed: Sequence[Delayed] = ()


def preview(
    project: Project,
    options: NodeOptions,
    *,
    offline: bool = False,
    config_option: str = "",
    on_event: OnEvent = ignore,
) -> Preview:
    """Plan the changes of every node, in the order of the configuration, as `publish` does.

    An error at a node is in its result. `offline` plans from the ledger, without asking a server.
    `config_option` ends the commands in the hints. Raises ConfigError if the options name a post
    that does not exist, and LedgerError.
    """
    project = chosen_changes.decided(project, options)
    with Ledger(project.config.state, read_only=True) as ledger:
        all_targets = targets.targets(project, ledger, options)
        hints = targets.left_behind(all_targets, ledger, config_option=config_option)
        delayed = syndication.delayed(entry for one in all_targets for entry in one.later)
        moved = None if options.new_ids else changed_ids.problem(project, ledger)
        if moved and not options.fetch_foreign:  # `publish` stops before it looks at any node
            return Preview(
                [Result(one.address, error=moved) for one in all_targets], hints, delayed
            )
        results = {one.address: sync.offline(one.address, one.task, ledger) for one in all_targets}
        now = Clock().now()
        # `publish` does not look at a settled node either.
        unsettled = [
            one
            for one in all_targets
            if not offline
            and (options.fetch_foreign or not targets.is_settled(one, ledger, now=now))
        ]
        if not unsettled:
            return Preview(_with_error([*results.values()], moved), hints, delayed)
        from publisher.app import sessions  # noqa: PLC0415 - imports slixmpp, which is slow

        async def work(node: Node, task: Task) -> Result:
            return await sync.preview(
                node,
                task,
                ledger,
                on_read=partial(sessions.report_reading, on_event, node.address),
                retry_seconds=SERVICE_RETRY_SECONDS,
            )

        looked = sessions.work_at(project, unsettled, work, on_event)
        results |= {result.address: result for result in looked}
        return Preview(_with_error([*results.values()], moved), hints, delayed)


def _with_error(results: Sequence[Result], error: IdsChangedError | None) -> Sequence[Result]:
    """The results with an error that stops the whole run; a node may have one of its own."""
    for result in results if error else ():
        result.error = result.error or error
        result.steps = []
    return results
