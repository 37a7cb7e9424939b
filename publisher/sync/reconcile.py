"""Reconcile one node with the posts: look, plan, apply, record. Or preview that."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.errors import (
    Forbidden,
    IdsChangedError,
    NoRoom,
    PageMissing,
    PublisherError,
    Refused,
    UnsafePlanError,
)
from publisher.sync import guard as guards
from publisher.sync import ledger_plan, notifications_off, reappeared, rename_hints, rights
from publisher.sync import plan as plans
from publisher.sync.changes import Hold, Publish, Refuse, Retract, growth
from publisher.sync.look import look
from publisher.sync.node import Result, Step, ignore_reading
from publisher.sync.plan_notes import may_reappear_message, notes, outside_message, reread_message
from publisher.sync.retrying_node import RetryingNode
from publisher.sync.room import Shortage, window
from publisher.system.retry import Clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence

    from publisher.sync.apply import PlanRun
    from publisher.sync.changes import Change
    from publisher.sync.guard import Guard
    from publisher.sync.ledger import Ledger
    from publisher.sync.node import Node, NotDeployed, OnRead, State, Task
    from publisher.sync.plan import Plan
    from publisher.text.node_address import NodeAddress

# Other clients may change a node without the ledger's knowledge, so no look counts for longer.
DAY = 86_400.0

# Each look of a run may show items that only its retracts have brought back. The next run goes on.
MOST_LOOKS = 20


def is_settled(address: NodeAddress, task: Task, ledger: Ledger, *, now: float) -> bool:
    """Whether the ledger shows that the node equals the posts, so that no look is necessary.

    A look is necessary while an intent is open, until the items that were acknowledged last have
    been seen again, when the configuration has changed, and a day after the last look.
    """
    last_look = ledger.last_look(address)
    # A muted node needs a look, which turns its notifications on again.
    if task.verify or last_look.muted or last_look.config_digest != task.config_digest:
        return False
    recorded = ledger.recorded(address)
    # The same posts may make other texts now.
    there = (id_ for id_, record in recorded.items() if record.done)
    if last_look.reader != task.reader or not task.reread.isdisjoint(there):
        return False
    # A look in the future shows that somebody has set the clock back, so its age is unknown.
    if not now - DAY < last_look.looked <= now:
        return False
    return ledger_plan.is_settled(
        task.desired,
        recorded,
        task.policy,
        room=last_look.room,
        has_unreadable_posts=task.has_unreadable_posts,
        skipped=task.skipped,
    )


def record_paths(address: NodeAddress, task: Task, ledger: Ledger) -> None:
    """Record the path of every post that was renamed, or that an old ledger has without a path.

    A post that must be published is left out: the publish records its path. Without any other the
    ledger is not written.
    """
    posts = ledger_plan.relocated(task.desired, ledger.recorded(address), task.policy)
    if posts:
        with ledger.transaction():  # one commit for all of them
            ledger.record_paths(address, posts)


def settled_until(addresses: Iterable[NodeAddress], ledger: Ledger) -> float:
    """When the first of the settled nodes needs a look, if nothing changes until then.

    In seconds since the epoch; infinite without nodes.
    """
    return min((ledger.last_look(one).looked + DAY for one in addresses), default=float("inf"))


def offline(address: NodeAddress, task: Task, ledger: Ledger) -> Result:
    """What `reconcile` would do if the node held what the ledger says. Contacts no server."""
    result = Result(address)
    recorded = ledger.recorded(address)
    room = ledger.last_look(address).room
    plan = ledger_plan.from_ledger(
        task.desired,
        recorded,
        task.policy,
        room=room,
        has_unreadable_posts=task.has_unreadable_posts,
        skipped=task.skipped,
    )
    plan = plans.narrow(plan, task.is_selected) if task.is_selected else plan
    result.items = sum(record.done for record in recorded.values())
    result.steps = [_planned(change) for change in plan.changes]
    result.notes += notes(plan, task)
    _note_what_may_reappear(plan, result)
    result.hints.extend(rename_hints.post_renamed(plan, recorded, {}, task.policy.renames))
    # Only the service knows the subscribers of a node that has no items yet.
    has_audience = "@" in address.service or result.items > 0
    guard = _guard(task, ledger, address, silent=task.silent != "no")
    try:
        guards.require_safe(plan, guard, has_audience=has_audience)
        _report_shortage(plan, result)
    except UnsafePlanError as error:
        _fail(error, task, result)
    return result


async def preview(
    node: Node,
    task: Task,
    ledger: Ledger,
    *,
    on_read: OnRead = ignore_reading,
    retry_seconds: float = 0.0,
    clock: Clock | None = None,
) -> Result:
    """What `reconcile` would do. Looks at the node, and changes neither it nor the ledger."""
    result = Result(node.address)
    clock = clock or Clock()
    retrying = RetryingNode(node, clock, seconds=retry_seconds)
    try:
        state, plan = await look(
            retrying, task, ledger, result, clock=clock, change=False, on_read=on_read
        )
        result.steps = [_planned(change) for change in plan.changes]
        silent = _is_silent(task, ledger, state, plan, result)
        if silent:
            result.steps = [_planned(change) for change in plan.without_notifications().changes]
        await _require_safe(
            retrying, plan, task, state, _guard(task, ledger, node.address, silent=silent)
        )
        _note_what_may_reappear(plan, result)
        _report_shortage(plan, result)
    except PublisherError as error:
        _fail(error, task, result)
    return result


async def reconcile(
    node: Node,
    task: Task,
    ledger: Ledger,
    *,
    find_not_deployed: Callable[[Sequence[str]], Awaitable[Mapping[str, NotDeployed]]],
    on_step: Callable[[Step, int], None],
    on_read: OnRead = ignore_reading,
    retry_seconds: float = 0.0,
    clock: Clock | None = None,
) -> Result:
    """Make the node equal to the posts. Errors are in the result.

    `find_not_deployed` gets the ids that will be published, before anything is sent; it returns
    those that must not be sent, each with the reason. `on_step` gets each step once it is taken,
    and the number of all steps. `on_read` gets how many items of the node are listed and read.
    """
    from publisher.sync.apply import PlanRun  # noqa: PLC0415 - asyncio: see `Clock.sleep`

    clock = clock or Clock()
    result = Result(node.address)
    retrying = RetryingNode(node, clock, seconds=retry_seconds)
    try:
        state, plan = await look(
            retrying, task, ledger, result, clock=clock, change=True, on_read=on_read
        )
        result.steps = [_planned(change) for change in plan.changes]
        async with _silently(retrying, task, ledger, plan, result, state=state) as silent:
            if silent:
                result.steps = [_planned(change) for change in plan.without_notifications().changes]
            # If notifications could not be turned off, the limit for announcements still applies.
            guard = _guard(task, ledger, node.address, silent=silent)
            await _require_safe(retrying, plan, task, state, guard)
            not_deployed = await find_not_deployed(
                [c.id for c in (*plan.publishes, *plan.corrections)]
            )
            with ledger.transaction():
                ledger.accept(node.address, guards.accepted(plan, guard, silent=silent))
            run = PlanRun(retrying, task, ledger, result, clock, not_deployed, on_step)
            await run.retract()
            plan = _with_room_of(await _look_again(run, state, silent=silent), plan, run)
            if plan.may_reappear:
                plan = await _require_safe_rest(run, plan, state, guard, silent=silent)
            await run.publish(silent=silent)
        await _correct(task, ledger, result, run, state)
        _conclude(task, ledger, plan, result, not_deployed, now=clock.now())
    except PublisherError as error:
        _fail(error, task, result)
    return result


async def _look_again(run: PlanRun, state: State, *, silent: bool) -> Plan | None:
    """Find the items that a full node lists again because others were retracted.

    They are not published again; those that the node should not have are retracted in their turn,
    which may bring back others. Returns the plan of the last look, None if there was none.
    """
    result, done, plan = run.result, 0, None
    task = replace(run.task, verify=False, fetch_foreign=False)
    guard = _guard(task, run.ledger, result.address, silent=silent)
    for _ in range(MOST_LOOKS):
        retracted = reappeared.count_retracted(result.steps)
        is_possible = reappeared.may_reappear(
            task, state, result.steps, run.recorded, retracted=retracted - done
        )
        if result.error or not is_possible:
            break
        done = retracted
        state, plan = await look(
            run.node, task, run.ledger, Result(result.address), clock=run.clock, again=True
        )
        plan = plan.without_notifications() if silent else plan
        found = reappeared.compare(result.steps, state.ids, plan, guard)
        run.replace_publishes(found.instead)
        await run.retract_also(found.retracts)
    return plan


def _with_room_of(again: Plan | None, plan: Plan, run: PlanRun) -> Plan:
    """The plan with the room that the node was found to have `again`. Corrects the note on that.

    Items of others may have been listed again, too, and they take room.
    """
    if again is None:
        return plan
    result, shortage = run.result, again.shortage
    if isinstance(shortage, Shortage):  # `_with_final_figures` adds what is done already
        done = growth(step.change for step in result.steps if step.outcome == "done")
        shortage = replace(shortage, items=shortage.items - done)
    found = replace(plan, outside=again.outside, room=again.room, shortage=shortage)
    old, new = (outside_message(one, run.task) for one in (plan, found))
    if old != new:
        result.notes = [note for note in (new, *result.notes) if note and note != old]
    return found


async def _require_safe_rest(
    run: PlanRun, plan: Plan, state: State, guard: Guard, *, silent: bool
) -> Plan:
    """Check the publishes that are left, also of items that have not reappeared. Returns the plan.

    Raises UnsafePlanError.
    """
    plan = replace(plan, may_reappear=frozenset())
    if not run.result.error:
        left = [step.change for step in run.result.steps if step.outcome == "planned"]
        rest = replace(plan, changes=tuple(c for c in left if isinstance(c, Publish)))
        await _require_safe(run.node, rest, run.task, state, guard)
        with run.ledger.transaction():
            run.ledger.accept(run.result.address, guards.accepted(rest, guard, silent=silent))
    return plan


def _fail(error: PublisherError, task: Task, result: Result) -> None:
    result.report(error)
    if isinstance(error, IdsChangedError):  # the steps are those of a site that has not moved
        result.steps = []
    if isinstance(error, Forbidden) and not result.steps:
        result.steps = _refused_steps(task, str(error))


async def _correct(task: Task, ledger: Ledger, result: Result, run: PlanRun, state: State) -> None:
    """Send the corrections that are left, with notifications off for them alone.

    If the service does not turn notifications off, the items stay as they are.
    """
    run.refuse_corrections()
    if not run.has_corrections:
        return
    async with notifications_off.muted(run.node, task, ledger, result, state=state) as refusal:
        if not refusal:
            await run.correct()
            return
        count = run.adopt_corrections()
        result.notes.append(reread_message(count, task, state, obstacle=refusal))


async def _require_safe(node: Node, plan: Plan, task: Task, state: State, guard: Guard) -> None:
    """Raises UnsafePlanError."""
    has_audience = False
    if guards.exceeds_announce_limit(plan, guard):  # asking for the subscribers costs a request
        has_audience = bool(state.ids) or await node.has_subscribers()
    can_be_silent = not rights.silence_refusal(task, state)
    guards.require_safe(plan, guard, has_audience=has_audience, can_be_silent=can_be_silent)


def _guard(task: Task, ledger: Ledger, address: NodeAddress, *, silent: bool) -> Guard:
    guard = replace(task.guard, accepted=ledger.accepted(address))
    return replace(guard, announce_limit=None) if silent else guard


def _is_silent(task: Task, ledger: Ledger, state: State, plan: Plan, result: Result) -> bool:
    """Whether the plan is applied without notifications, as far as the state of the node shows.

    Adds a note if it should be, but cannot. Raises UnsafePlanError, and Refused if it must be.
    """
    if task.silent == "no" or not plan.sends:
        return False
    # Before the first change at the node: a refused plan must leave its configuration alone.
    guards.require_safe(plan, _guard(task, ledger, result.address, silent=True), has_audience=False)
    if task.silent == "must":
        rights.require_silence(result.address, task, state)
    elif refusal := rights.silence_refusal(task, state):
        result.notes.append(_unsilenced(refusal))
        return False
    return True


def _unsilenced(refusal: str) -> str:
    return f"could not silence its notifications ({refusal}); subscribers will be notified"


@asynccontextmanager
async def _silently(
    node: Node, task: Task, ledger: Ledger, plan: Plan, result: Result, *, state: State
) -> AsyncIterator[bool]:
    """Turn the notifications off for the block if the task says so. Yields whether they are off."""
    if not _is_silent(task, ledger, state, plan, result):
        yield False
        return
    async with notifications_off.muted(node, task, ledger, result, state=state) as refusal:
        if refusal and task.silent == "must":
            raise Refused(rights.unsilenced(node.address, refusal))
        if refusal:
            result.notes.append(_unsilenced(refusal))
        yield not refusal


def _conclude(
    task: Task,
    ledger: Ledger,
    plan: Plan,
    result: Result,
    not_deployed: Mapping[str, NotDeployed],
    *,
    now: float,
) -> None:
    """Record that the node equals the posts, or report in the result why it does not."""
    _report_shortage(_with_final_figures(plan, result), result)
    if waiting := sum(one.waits for one in not_deployed.values()):
        posts = "1 post waits for its page" if waiting == 1 else f"{waiting} posts wait for pages"
        result.report(PageMissing(f"{posts} on the web; the next run asks again"))
    last_look = ledger.last_look(result.address)
    if plan.shortage:  # `offline` needs the room
        ledger.record_look(result.address, replace(last_look, room=plan.room))
    # After an error or a selection, changes are left to make, so the next run must look again.
    elif not result.error and not plan.deferred:
        of_task = {"config_digest": task.config_digest, "reader": task.reader}
        last_look = replace(last_look, looked=now, room=plan.room, **of_task)
        ledger.record_look(result.address, last_look)


def _with_final_figures(plan: Plan, result: Result) -> Plan:
    """The plan with a shortage that counts the items after the changes that were really made."""
    if not isinstance(plan.shortage, Shortage):
        return plan
    done = (step.change for step in result.steps if step.outcome == "done")
    items = plan.shortage.items + growth(done)
    return replace(plan, shortage=replace(plan.shortage, items=items, after=items))


def _report_shortage(plan: Plan, result: Result) -> None:
    if plan.shortage:
        result.report(NoRoom(str(plan.shortage)))


def _note_what_may_reappear(plan: Plan, result: Result) -> None:
    if plan.may_reappear:
        result.notes.append(may_reappear_message(len(plan.may_reappear)))


def _planned(change: Change) -> Step:
    if isinstance(change, Refuse):
        return Step(change, "refused", change.reason)
    return Step(change, "planned", change.reason if isinstance(change, Retract | Hold) else "")


def _refused_steps(task: Task, reason: str) -> list[Step]:
    """A refused publish of every desired post, for a node that the account may not even create."""
    posts = window(task.desired, keep=task.policy.keep, room=None)
    changes = [Publish(post, "new") for post in posts]
    return [
        Step(change, "refused", reason)
        for change in changes
        if task.is_selected is None or task.is_selected(change)
    ]
