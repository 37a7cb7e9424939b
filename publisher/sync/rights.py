"""What the account may do at a node, and if the node is as closed as it should be. Pure.

`plan` and `publish` both decide by these functions, from a state of the node that was read without
changing anything. What no service tells beforehand is not claimed: a right that only an attempt
shows (see `Node.prospect`; on ejabberd also whether we may replace another publisher's item), a
value that the service will refuse, a page that is not deployed yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.config import NODE_FIELDS
from publisher.errors import ConfigError, Forbidden, Refused
from publisher.sync.changes import Publish
from publisher.sync.room import window
from publisher.text.nearest_name import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.sync.node import Drift, State, Task
    from publisher.text.node_address import NodeAddress

# The fields that keep others out, each with the value that lets everybody in.
RESTRICTIONS = {
    "access_model": "open",
    "publish_model": "open",
    "roster_groups_allowed": "",
    "subscribe": "1",
}


def require(task: Task, state: State) -> None:
    """Raise ConfigError for a field that the service does not have, Forbidden without rights."""
    absent = () if state.fields is None else task.configured_fields - state.fields
    for name in sorted(absent):
        # A service may accept a registered field that is not in its form for new nodes. For a
        # restriction that is not certain enough.
        if name not in NODE_FIELDS or name in RESTRICTIONS:
            meant = did_you_mean(name, state.fields or ())
            raise ConfigError(f"the service has no field {name!r}{meant}; remove it from `options`")
    if state.refusal:
        raise Forbidden(state.refusal)


def require_restrictions(
    address: NodeAddress, task: Task, state: State, *, is_created: bool = False
) -> None:
    """Raise Forbidden if the node lets more people in than the configuration wants.

    At a node that this run has created, that includes people who publish.
    """
    names = task.configured_fields | ({"publish_model"} if is_created else set())
    wrong = [
        drift
        for drift in state.drift
        if drift.name in names and RESTRICTIONS.get(drift.name, drift.wanted) != drift.wanted
    ]
    if wrong:
        raise Forbidden(
            f"{address} is not as closed as the configuration wants it: its "
            f"{', its '.join(map(str, wrong))}; nothing was published. Let its owner set the "
            "field, or use another service"
        )


def repaired(state: State, drift: Sequence[Drift]) -> State:
    """The state once these fields have been set."""
    left = tuple(one for one in state.drift if one not in drift)
    state = replace(state, drift=left)
    for one in drift:
        if one.name == "max_items" and one.wanted.removeprefix("-").isdecimal():
            most = int(one.wanted)  # a negative number is no limit
            state = replace(state, max_items=None if most < 0 else most)
        if one.name == "persist_items":
            state = replace(state, persistent=True)
    return state


def silence_refusal(task: Task, state: State) -> str:
    """Why the notifications of the node cannot be turned off; empty if they probably can.

    Decided before any field is set, because a service may ignore the unknown fields of a form and
    set the others (XEP-0004 does not forbid that).
    """
    if state.not_owner:
        return state.not_owner
    if state.fields is None:
        return ""
    absent = [name for name in task.notification_fields if name not in state.fields]
    return f"the service does not know pubsub#{', pubsub#'.join(absent)}" if absent else ""


def require_silence(address: NodeAddress, task: Task, state: State) -> None:
    """Raise Refused if posts may only be published silently, and the service cannot do that."""
    if refusal := silence_refusal(task, state):
        raise Refused(unsilenced(address, refusal))


def unsilenced(address: NodeAddress, refusal: str) -> str:
    """Say that nothing is published because notifications cannot be turned off.

    Something may have been sent: the node may be new, or have been repaired.
    """
    return f"could not silence the notifications of {address}: {refusal}; nothing was published"


def require_silent_creation(address: NodeAddress, task: Task, state: State) -> None:
    """The same for a node that does not exist, before it is created for a post of this run."""
    is_selected = task.is_selected or (lambda _: True)
    if task.silent == "must" and any(is_selected(Publish(post, "new")) for post in task.desired):
        require_silence(address, task, state)


def creation_note(task: Task, state: State) -> str:
    """Say that the node will be created, and how many of the posts it will hold."""
    posts = len(task.desired)
    wanted = len(window(task.desired, keep=task.policy.keep, room=None))
    start = "it does not exist yet; `publisher publish` creates it"
    if task.is_selected or not posts:
        return start
    if state.max_items_problem and wanted > state.least_items:
        least = f", only that it takes {state.least_items}" if state.least_items else ""
        return f"{start}; the service does not tell whether it takes {_posts(wanted)}{least}"
    holds = wanted if state.max_items is None else min(wanted, state.max_items)
    if holds == posts:
        return f"{start}, and it will hold {'the post' if posts == 1 else f'all {posts} posts'}"
    limits = [
        *([f"`keep` is {task.policy.keep}"] if task.policy.keep else []),
        *([f"its max_items will be {state.max_items}"] if holds < wanted else []),
    ]
    return f"{start}, and it will hold {holds} of {_posts(posts)} ({', '.join(limits)})"


def _posts(count: int) -> str:
    return "1 post" if count == 1 else f"{count} posts"
