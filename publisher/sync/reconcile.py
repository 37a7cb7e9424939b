"""One node, from the first look to the last record; or a preview of it, which changes nothing."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.errors import Forbidden, Held, NoRoom, PublisherError, Refused, Unavailable
from publisher.sync import plan as plans
from publisher.sync.look import look, notes
from publisher.sync.node import Result, Step
from publisher.sync.plan import Publish, Refuse, Retract, Shortage
from publisher.sync.retry import Patient
from publisher.system.retry import Clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from publisher.sync.ledger import Ledger
    from publisher.sync.node import Node, State, Task
    from publisher.sync.plan import Change, Guard, Plan
    from publisher.text.node_address import NodeAddress

RETRY_SECONDS = 30.0
DAY = 86_400.0


def is_settled(address: NodeAddress, task: Task, ledger: Ledger, *, now: float) -> bool:
    """Whether the node is known to equal the posts, so that there is no need to look.

    It is not while an intention is open, while what was acknowledged last was not seen again, when
    the configuration has changed, and a day after the last look.
    """
    visit = ledger.visit(address)
    if task.verify or visit.muted or visit.wanted != task.wanted:
        return False
    if not now - DAY < visit.looked <= now:
        return False
    recorded = ledger.recorded(address)
    return plans.settled(task.desired, recorded, task.policy, room=visit.room, broken=task.broken)


def locate(address: NodeAddress, task: Task, ledger: Ledger) -> None:
    """Record the file of every item that needs no publish: it was renamed, or the ledger is old."""
    moved = plans.moved(task.desired, ledger.recorded(address), task.policy)
    if moved:
        ledger.locate(address, moved)


def offline(address: NodeAddress, task: Task, ledger: Ledger) -> Result:
    """The plan if the node holds what the ledger says. Asks nobody."""
    result = Result(address)
    recorded = ledger.recorded(address)
    room = ledger.visit(address).room
    plan = plans.from_ledger(task.desired, recorded, task.policy, room=room, broken=task.broken)
    plan = plans.narrow(plan, task.asked) if task.asked else plan
    result.items = sum(record.done for record in recorded.values())
    result.steps = [_planned(change) for change in plan.changes]
    result.notes += notes(plan, task)
    _report_shortage(plan, result)
    return result


async def preview(node: Node, task: Task, ledger: Ledger, *, clock: Clock | None = None) -> Result:
    """What `reconcile` would do. Changes nothing, not even the ledger."""
    result = Result(node.address)
    clock = clock or Clock()
    patient = Patient(node, clock, seconds=RETRY_SECONDS)
    try:
        state, plan = await look(patient, task, ledger, result, clock=clock, change=False)
        result.steps = [_planned(change) for change in plan.changes]
        await _check(
            patient, plan, state, _guard(task, ledger, node.address, quiet=task.quiet != "no")
        )
        _report_shortage(plan, result)
    except PublisherError as error:
        result.error = error
    return result


async def reconcile(
    node: Node,
    task: Task,
    ledger: Ledger,
    *,
    hold_back: Callable[[Sequence[str]], Awaitable[Mapping[str, str]]],
    on_step: Callable[[Step, int], None],
    clock: Clock | None = None,
    retry_seconds: float = RETRY_SECONDS,
) -> Result:
    """Make the node equal to the posts. Errors of the service are in the result.

    `hold_back` is asked, before anything is sent, which of the ids to be published must wait, and
    why; `on_step` gets every step taken, and how many there will be.
    """
    from publisher.sync.apply import Run  # noqa: PLC0415 - asyncio: see `Clock.sleep`

    clock = clock or Clock()
    result = Result(node.address)
    patient = Patient(node, clock, seconds=retry_seconds)
    try:
        state, plan = await look(patient, task, ledger, result, clock=clock, change=True)
        result.steps = [_planned(change) for change in plan.changes]
        async with _quietly(patient, task, ledger, plan, result) as quiet:
            if quiet:
                result.steps = [_planned(change) for change in plan.quieted().changes]
            await _check(patient, plan, state, _guard(task, ledger, node.address, quiet=quiet))
            held = await hold_back([change.id for change in plan.publishes])
            with ledger.together():
                # What may be published while nobody listens may not be told to all later.
                told = [] if quiet else [plans.token(change) for change in plan.publishes]
                ledger.accept(node.address, [*map(plans.token, plan.retracts), *told])
            await Run(patient, task, ledger, result, clock, held, on_step).apply()
        _conclude(task, ledger, plan, result, held, now=clock.now())
    except Forbidden as error:
        result.error = error
        result.steps = result.steps or [Step(c, "refused", str(error)) for c in _all_new(task)]
    except PublisherError as error:
        result.error = error
    return result


async def _check(node: Node, plan: Plan, state: State, guard: Guard) -> None:
    """Raises UnsafePlanError. Subscribers are asked about only where that decides."""
    audience = plans.is_loud(plan, guard) and (bool(state.ids) or await node.has_subscribers())
    plans.check(plan, guard, audience=audience)


def _guard(task: Task, ledger: Ledger, address: NodeAddress, *, quiet: bool) -> Guard:
    guard = replace(task.guard, accepted=ledger.accepted(address))
    return replace(guard, announce_limit=None) if quiet else guard


@asynccontextmanager
async def _quietly(
    node: Node, task: Task, ledger: Ledger, plan: Plan, result: Result
) -> AsyncIterator[bool]:
    """Turn the node's notifications off meanwhile, if that is asked for; whether they are off.

    The ledger knows before the node does: whatever happens, a later run turns them on again.
    """
    sent = any(isinstance(change, Publish | Retract) for change in plan.changes)
    if task.quiet == "no" or not sent:
        yield False
        return
    plans.check(plan, _guard(task, ledger, node.address, quiet=True), audience=False)
    before = ledger.visit(node.address)
    ledger.remember(node.address, replace(before, muted=True))
    refusal = await _mute(node, task)
    if refusal:
        ledger.remember(node.address, before)
        if task.quiet == "must":
            raise Refused(
                f"{node.address} cannot be published to quietly: {refusal}; nothing was sent"
            )
        result.notes.append(f"its subscribers are told: {refusal}")
        yield False
        return
    try:
        yield True
    finally:
        await _unmute(node, task, ledger, result)


async def _mute(node: Node, task: Task) -> str:
    """Why it cannot be done, or nothing."""
    try:
        left = await node.configure(dict.fromkeys(task.notification_fields, "0"))
    except Refused as error:
        return str(error)
    return f"the service does not know pubsub#{', pubsub#'.join(left)}" if left else ""


async def _unmute(node: Node, task: Task, ledger: Ledger, result: Result) -> None:
    try:
        left = await node.configure(task.notification_fields)
    except (Refused, Unavailable) as error:
        left = {"all": str(error)}
    if left:
        result.notes.append("its notifications are still turned off; the next run turns them on")
    else:
        ledger.remember(node.address, replace(ledger.visit(node.address), muted=False))


def _conclude(
    task: Task,
    ledger: Ledger,
    plan: Plan,
    result: Result,
    held: Mapping[str, str],
    *,
    now: float,
) -> None:
    """Write down that the node equals the posts, if it does; else the error says why not."""
    _report_shortage(_with_figures_of(result, plan), result)
    if held:
        count = f"{len(held)} {'post waits' if len(held) == 1 else 'posts wait'}"
        _report(Held(f"{count} for a page on the web; run again later"), result)
    visit = ledger.visit(result.address)
    if plan.shortage:  # for a plan that asks nobody
        ledger.remember(result.address, replace(visit, room=plan.room))
    elif not result.error and not plan.put_off:
        visit = replace(visit, looked=now, room=plan.room, wanted=task.wanted)
        ledger.remember(result.address, visit)


def _with_figures_of(result: Result, plan: Plan) -> Plan:
    """The plan, with a shortage that says how many items the node holds after the changes made."""
    if not isinstance(plan.shortage, Shortage):
        return plan
    done = (step.change for step in result.steps if step.outcome == "done")
    items = plan.shortage.items + plans.growth(done)
    return replace(plan, shortage=replace(plan.shortage, items=items, after=items))


def _report_shortage(plan: Plan, result: Result) -> None:
    if plan.shortage:
        _report(NoRoom(str(plan.shortage)), result)


def _report(error: PublisherError, result: Result) -> None:
    """As the error of the result, or as a note beside the error that came first."""
    if result.error is None:
        result.error = error
    else:
        result.notes.append(str(error))


def _planned(change: Change) -> Step:
    if isinstance(change, Refuse):
        return Step(change, "refused", change.reason)
    return Step(change, "planned", change.reason if isinstance(change, Retract) else "")


def _all_new(task: Task) -> Sequence[Change]:
    """What would have been published at a node that we may not even create."""
    posts = plans.window(task.desired, keep=task.policy.keep, room=None)
    return [Publish(post, "new") for post in posts]
