"""Write the notes on what a plan leaves out without an error. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.sync import rights, skipped
from publisher.sync.changes import Publish
from publisher.sync.room import withheld_message
from publisher.text.characters import short_line
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.sync.node import State, Task
    from publisher.sync.plan import Plan

SHOWN_ID = 100  # characters of an item's id in a message


def notes(
    plan: Plan, task: Task, state: State | None = None, *, obstacle: str = ""
) -> Iterator[str]:
    """Notes on what the plan leaves out without an error.

    `state` is that of the node, None for a plan made from the ledger. `obstacle` says why items
    cannot be corrected silently; it is empty if no item needs a correction.
    """
    selected = _count_selected(task)
    if outside := outside_message(plan, task):
        yield outside
    if plan.reread:
        yield reread_message(plan.reread, task, state, obstacle=obstacle)
    if plan.other_contents:
        yield _other_contents_message(plan.other_contents, task, state)
    if plan.older_builds:
        yield _older_builds_message(plan.older_builds, task, state)
    # While a post cannot be read, it may be the post of any of these items.
    if plan.unclaimed and not task.has_unreadable_posts:
        yield _unclaimed_message(plan.unclaimed)
    if plan.withheld and not plan.shortage:
        yield withheld_message(plan.withheld)
    yield from skipped.messages(plan.skipped)
    if plan.deferred:
        yield _deferred_message(plan.deferred, plan.deferred_holds)
    if plan.older and selected is not None:
        verb = "is" if len(plan.older) == 1 else "are"
        yield f"{_share(len(plan.older), selected)} {verb} too old for `keep`"


def outside_message(plan: Plan, task: Task) -> str:
    """Say which posts the node has no room for; empty if there are none, or if it is an error."""
    if not plan.outside or plan.shortage:
        return ""
    count, selected = len(plan.outside), _count_selected(task)
    return f"no room for {oldest(count) if selected is None else _share(count, selected)}"


def _count_selected(task: Task) -> int | None:
    """How many posts the run selects, None if it selects all."""
    if not task.is_selected:
        return None
    return sum(task.is_selected(Publish(post, "new")) for post in task.desired)


def oldest(count: int) -> str:
    """The oldest posts, with their number."""
    return "the oldest post" if count == 1 else f"the {count} oldest posts"


def may_reappear_message(count: int) -> str:
    """Say that posts to publish may be at the node already, which only a run can see."""
    it_is = "it is" if count == 1 else "they are"
    return (
        f"the full node may hide {count} of these posts, which may be listed again once others are "
        f"retracted; then {it_is} not sent"
    )


def _share(count: int, selected: int) -> str:
    return "the selected post" if selected == 1 else f"{count} of the selected posts"


def _unclaimed_message(ids: Sequence[str]) -> str:
    """Say that items stay although no post here has them, and how to retract them."""
    example, is_one = short_line(ids[0], SHOWN_ID), len(ids) == 1
    items = (
        f"1 item has an id of this site but no post here ({example})"
        if is_one
        else f"{len(ids)} items have ids of this site but no post here, e.g. {example}"
    )
    them = "it" if is_one else "them"
    return (
        f"{items}, and publisher has no record of publishing {them}. To retract {them}, set "
        "`prune: site` for this node in the configuration, and run `publisher publish`"
    )


def _deferred_message(count: int, holds: int) -> str:
    """Say how many changes the selection of this run leaves out; `holds` of them are held posts."""
    what = (
        "change that is not selected waits" if count == 1 else "changes that are not selected wait"
    )
    waiting = f"{count} {what} for a run without a selection"
    if not holds:
        return waiting
    which = "it needs" if count == 1 else f"{holds} of them {'needs' if holds == 1 else 'need'}"
    return f"{waiting}; {which} a decision, which `publisher plan` explains"


def reread_message(count: int, task: Task, state: State | None, *, obstacle: str) -> str:
    """Say that items stay as they are although their posts are read in another way now."""
    items = f"{number_of(count, 'item')} still {'has' if count == 1 else 'have'}"
    because = (
        f", because items cannot be corrected without notifying subscribers ({obstacle})"
        if obstacle
        else ""
    )
    advice = _refresh_advice(task, state)
    return f"{items} the text or link of an earlier run{because}; {advice}"


def _other_contents_message(count: int, task: Task, state: State | None) -> str:
    """Say that items carry what the node's earlier settings left of their posts."""
    items = (
        f"{number_of(count, 'item')} {'was' if count == 1 else 'were'} sent with other values of"
    )
    return f"{items} `content` or `alternatives`; {_refresh_advice(task, state)}"


def _older_builds_message(count: int, task: Task, state: State | None) -> str:
    """Say that items show their pages as they were before the site was built anew."""
    items = "1 item still shows" if count == 1 else f"{count} items still show"
    page = "its page was" if count == 1 else "their pages were"
    return f"{items} the text from before {page} built again; {_refresh_advice(task, state)}"


def _refresh_advice(task: Task, state: State | None) -> str:
    refresh = "`publisher publish --refresh` sends every item again"
    if state is None:
        return f"{refresh}, and notifies subscribers of each unless the account owns the node"
    if state.not_owner:
        return f"{refresh}, and notifies subscribers of each; ask the owner of the node to run it"
    if rights.silence_refusal(task, state):
        return f"{refresh}, and notifies subscribers of each"
    return refresh
