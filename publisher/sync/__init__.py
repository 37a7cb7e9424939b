"""Make a node equal to the posts: look, decide, then record, apply and confirm each change.

Independent of XMPP: a Node is anything that can be looked at, published to and retracted from.
A change without an answer stays recorded as intended, and the next look finds out whether the node
made it.
"""

from publisher.sync.node import (
    NOTIFICATION_FIELDS,
    Drift,
    ItemsRead,
    Node,
    NotDeployed,
    OnRead,
    Outcome,
    Result,
    State,
    Step,
    Task,
    ignore_reading,
)
from publisher.sync.reconcile import (
    is_settled,
    offline,
    preview,
    reconcile,
    record_paths,
    settled_until,
)
from publisher.system.retry import Clock

__all__ = [
    "NOTIFICATION_FIELDS",
    "Clock",
    "Drift",
    "ItemsRead",
    "Node",
    "NotDeployed",
    "OnRead",
    "Outcome",
    "Result",
    "State",
    "Step",
    "Task",
    "ignore_reading",
    "is_settled",
    "offline",
    "preview",
    "reconcile",
    "record_paths",
    "settled_until",
]
