"""Create a node, set fields of its configuration that are wrong, and refuse one that is no use.

Only fields that the configuration names, or of a node that we created, are set. A node is never
opened, and an open one is never closed in silence: whoever has subscribed might stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.config import NODE_KEYS
from publisher.errors import Forbidden, NotFound, PublisherError, Refused
from publisher.sync import rights
from publisher.sync.node import NOTIFICATION_FIELDS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from publisher.sync.ledger import Ledger
    from publisher.sync.ledger_records import LastLook
    from publisher.sync.node import Drift, Node, Result, State, Task


_DELETED = "the node that this run had created was deleted again"
_STILL_THERE = "the node that this run has created is still there, because somebody may use it"


async def prepared(
    node: Node,
    task: Task,
    ledger: Ledger,
    result: Result,
    *,
    change: bool,
    also: Sequence[str] = (),
) -> State:
    """The state of the node, which with `change` is created and repaired first.

    `also` are the ids of items that will probably be fetched next.

    Raises Forbidden, Refused or Unavailable if nothing can be published at the node.
    """
    state = await _existing(node, task, ledger, result, change=change, also=also)
    result.looked = True
    state = await _repaired(node, task, ledger, state, result, change=change)
    # Only now, because the repair may have made the node usable.
    if state.exists:
        _require_usable(node, task, state)
        rights.require_restrictions(node.address, task, state)
    return state


async def _existing(
    node: Node,
    task: Task,
    ledger: Ledger,
    result: Result,
    *,
    change: bool,
    also: Sequence[str],
) -> State:
    """The state of the node, which with `change` is created if it does not exist."""
    try:
        state = await node.look(also)
    except NotFound:
        state = await node.prospect()
    rights.require(task, state)
    if state.exists:
        return state
    rights.require_silent_creation(node.address, task, state)
    if change:
        return await _created(node, task, ledger, result)
    result.notes.append(rights.creation_note(task, state))
    return state


async def _created(node: Node, task: Task, ledger: Ledger, result: Result) -> State:
    before = ledger.last_look(node.address)
    # Recorded first, so that a later run knows that the node is ours if this one dies meanwhile.
    ledger.record_look(node.address, replace(before, created=True))
    try:
        is_ours = await node.create()
    # The service did not create the node. After any other error it may exist, so the record stays.
    except Refused:
        ledger.record_look(node.address, before)
        raise
    created = await node.look()
    if not is_ours:
        ledger.record_look(node.address, before)
        return created
    try:
        rights.require(task, created)
        rights.require_restrictions(node.address, task, created, is_created=True)
        _require_usable(node, task, created)
    except PublisherError:
        # A node that is not as it should be must not wait for somebody to use it.
        is_deleted = await node.delete_unused()
        if is_deleted:
            ledger.record_look(node.address, before)
        result.notes.append(_DELETED if is_deleted else _STILL_THERE)
        raise
    return created


async def _repaired(
    node: Node, task: Task, ledger: Ledger, state: State, result: Result, *, change: bool
) -> State:
    """Set the fields that we may set, or note what would be set. Returns the state after that."""
    last_look = ledger.last_look(node.address)
    ours = _settable(task, state, last_look)
    if state.exposed:
        # `_require_usable` raises an error about it, so it needs no note.
        state = replace(state, drift=tuple(d for d in state.drift if d.name != "access_model"))
    left = set(state.drift)
    if ours and state.not_owner:
        result.notes.append(f"its configuration could not be changed: {state.not_owner}")
    elif ours and change:
        left -= await _configure(node, ours, result)
        refused = frozenset(_field(drift) for drift in ours if drift in left)
        last_look = replace(last_look, refused=refused)
        ledger.record_look(node.address, last_look)
        state = await node.look()
    elif ours:
        left -= set(ours)
        state = rights.repaired(state, _note_repairs(ours, last_look, result))
    is_muted = any(drift.name in NOTIFICATION_FIELDS for drift in state.drift)
    if change and last_look.muted and not is_muted:
        ledger.record_look(node.address, replace(last_look, muted=False))
    result.notes += [_drift_note(drift, ours) for drift in state.drift if drift in left]
    return state


def _settable(task: Task, state: State, last_look: LastLook) -> list[Drift]:
    """The wrong fields, if we created the node or publisher.yaml sets the field.

    The notification fields always are, because a silent run that died left them off.
    """
    fields = task.configured_fields | {*NOTIFICATION_FIELDS}
    return [
        drift
        for drift in state.drift
        # Only the owner may close an open node: whoever subscribed meanwhile might stay subscribed.
        if not (state.exposed and drift.name == "access_model")
        # Somebody may have closed the node on purpose; only the configuration may open it again.
        and (drift.name in fields or (last_look.created and drift.name != "access_model"))
    ]


def _note_repairs(ours: Sequence[Drift], last_look: LastLook, result: Result) -> list[Drift]:
    """Note what a run that may change the node sets. Returns what it can be expected to set."""
    settable = [drift for drift in ours if _field(drift) not in last_look.refused]
    result.notes += [f"its {drift}; `publisher publish` sets it" for drift in settable]
    result.notes += [
        f"its {drift}; `publisher publish` tries to set it, but failed last time"
        for drift in ours
        if drift not in settable
    ]
    return settable


def _field(drift: Drift) -> str:
    """The field and its wanted value, as the ledger records it."""
    return f"{drift.name}={drift.wanted}".replace("\n", " ")


def _drift_note(drift: Drift, ours: Collection[Drift]) -> str:
    if drift in ours:  # `_configure` has noted why it could not be set
        return f"its {drift}"
    key = drift.name if drift.name in NODE_KEYS else f"options: {{{drift.name}: ...}}"
    return f"its {drift}; set {key} in the configuration, and publish with the node owner's account"


async def _configure(node: Node, ours: Sequence[Drift], result: Result) -> set[Drift]:
    """Set the fields. Returns the drift that this repaired."""
    try:
        left = await node.configure({drift.name: drift.wanted for drift in ours})
    except Refused as error:
        result.notes.append(f"its configuration could not be changed: {error}")
        return set()
    repaired = {drift for drift in ours if drift.name not in left}
    result.repaired = bool(repaired)
    result.notes += [drift.repaired for drift in ours if drift in repaired]
    return repaired


def _require_usable(node: Node, task: Task, state: State) -> None:
    if not state.persistent:
        raise Refused(f"{node.address} does not store items; set its pubsub#persist_items to true")
    if state.exposed:
        raise Forbidden(
            f"{node.address} is open to everybody, but the configuration wants it closed; set its "
            "pubsub#access_model and check who has subscribed, or use a new node"
        )
    if state.max_items_problem and task.policy.keep is None:
        raise Forbidden(
            f"{state.max_items_problem}. If the account should only publish there, or the service "
            "does not show the number, set `keep` of this node to at most what it can hold"
        )
