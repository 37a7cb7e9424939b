"""Turn the notifications of a node off for a while, and on again whatever happens meanwhile.

Nothing is set at a service that lacks one of the fields.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.errors import Refused, Unavailable
from publisher.sync import rights

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping

    from publisher.sync.ledger import Ledger
    from publisher.sync.node import Node, Result, State, Task


@asynccontextmanager
async def muted(
    node: Node, task: Task, ledger: Ledger, result: Result, *, state: State
) -> AsyncIterator[str]:
    """Turn the notifications off for the block. Yields why that failed, empty if they are off.

    The ledger records that first, so that a later run turns them on again if this one dies.
    """
    refusal = rights.silence_refusal(task, state) or await _mute(node, task, ledger, result)
    if refusal:
        yield refusal
        return
    try:
        yield ""
    finally:
        # Also after an error or Ctrl-C, or later posts would reach nobody.
        await _unmute(node, ledger, result, task.notification_fields)


async def _mute(node: Node, task: Task, ledger: Ledger, result: Result) -> str:
    """Turn the notifications off. Returns why that failed, empty if it did not.

    If the service has set some of the fields only, they are set back.
    """
    before = ledger.last_look(node.address)
    ledger.record_look(node.address, replace(before, muted=True))
    try:
        left: Collection[str] = await node.configure(dict.fromkeys(task.notification_fields, "0"))
        if not left:
            return ""
        refusal = f"the service did not set pubsub#{', pubsub#'.join(left)}"
    except Refused as error:
        refusal = str(error)
        # A service may refuse a form after it has set the fields before the bad one.
        left = await _still_on(node, task)
    taken = {name: on for name, on in task.notification_fields.items() if name not in left}
    if taken:
        await _unmute(node, ledger, result, taken)
    else:
        ledger.record_look(node.address, before)
    return refusal


async def _still_on(node: Node, task: Task) -> Collection[str]:
    """The notification fields that the node has as they should be, all if it hides them."""
    drift = {one.name for one in (await node.look()).drift}
    return task.notification_fields.keys() - drift


async def _unmute(node: Node, ledger: Ledger, result: Result, fields: Mapping[str, str]) -> None:
    """Turn the notifications on again. Reports in the result if that fails.

    The ledger still says that the node is muted then, so the next run begins with it.
    """
    still_off = (
        f"the notifications of {node.address} are still turned off; the next run turns them on"
    )
    try:
        left = await node.configure(fields)
    except Refused as error:
        result.report(Refused(f"{still_off} ({error})"))
    except Unavailable as error:
        result.report(Unavailable(f"{still_off} ({error})"))
    else:
        # A field without a value is one that the service does not know.
        if any(left.values()):
            result.report(Refused(still_off))
        else:
            ledger.record_look(node.address, replace(ledger.last_look(node.address), muted=False))
