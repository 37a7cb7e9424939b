"""Make a node equal to the posts: look, decide, then change by change intent, step, record.

Knows no protocol: a Node is whatever can be looked at, published to and retracted from. Refuses
to guess: what has no answer stays intended, and the next look asks the node.
"""

from publisher.sync.node import NOTIFICATION_FIELDS, Drift, Node, Outcome, Result, State, Step, Task
from publisher.sync.reconcile import RETRY_SECONDS, is_settled, locate, offline, preview, reconcile
from publisher.system.retry import Clock

__all__ = [
    "NOTIFICATION_FIELDS",
    "RETRY_SECONDS",
    "Clock",
    "Drift",
    "Node",
    "Outcome",
    "Result",
    "State",
    "Step",
    "Task",
    "is_settled",
    "locate",
    "offline",
    "preview",
    "reconcile",
]
