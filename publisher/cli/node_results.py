"""The results at the nodes: as text, as JSON, and as an exit code."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from publisher.cli import output
from publisher.errors import NoRoom, UndecidedError, UnsafePlanError, first_exit_code
from publisher.sync.changes import Hold
from publisher.text.characters import short_line
from publisher.text.counts import number_of
from publisher.text.timestamps import z

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.app.project import Project
    from publisher.app.syndication import Delayed
    from publisher.errors import PublisherError
    from publisher.sync import Result, Step
    from publisher.text.node_address import NodeAddress

SIGNS = {
    "new": "+",
    "missing": "+",
    "changed": "~",
    "corrected": "~",
    "refresh": "~",
    "removed": "-",
    "held": "?",
    "refused": "!",
    "unknown": "?",
}
OUTLOOK = {
    "new": "to publish",
    "missing": "to publish again",
    "changed": "to change",
    "corrected": "to correct",
    "removed": "to remove",
    "adopt": "to record",
    "forget": "to forget",
}
WORDS = {"adopt": "there already", "forget": "forgotten"}
NO_NODES = "note: the configuration has no xmpp section, so there is no node to publish to"
TITLE = 80  # characters that are printed of a title
ID = 200
NAMED = 10  # held posts, and delayed ones, that are named


def print_step(step: Step, *, node: str = "") -> None:
    """Print one line for a change that readers can see, with the name of the `node` if given."""
    if line := step_line(step, node=node):
        output.print_line(line)


def step_line(step: Step, *, node: str = "") -> str:
    """One line for a change, with the name of the `node`; empty if readers cannot see it."""
    action = step.outcome if step.outcome in {"refused", "unknown"} else step.change.action
    sign = SIGNS.get(action)
    if sign is None:
        return ""
    reason = f"  ({step.reason})" if step.reason else ""
    at_node = f"  -> {node}" if node else ""
    title = printable_title(step.change.title)
    return f"{sign} {action:8} {printable_id(step.change.id)}  {title}{at_node}{reason}"


def is_visible(step: Step) -> bool:
    """Whether readers can see the change; `adopt` and `forget` change only the ledger."""
    return step.change.action in SIGNS


def printable_title(title: str) -> str:
    """A title as one line that is safe to print: short, without control characters."""
    return short_line(title, TITLE)


def printable_id(id_: str) -> str:
    """An item's id as one line that is safe to print; others may have chosen it."""
    return short_line(id_, ID)


def summary(result: Result, *, done: bool = False) -> str:
    """How many changes of each kind, e.g. `2 new, 1 changed`.

    After a run (`done`) a change that is only planned counts as not sent.
    """
    counts = Counter(_kind(step, after_run=done) for step in result.steps)
    return ", ".join(f"{number} {kind}" for kind, number in counts.items()) or "no changes"


def outlook(result: Result) -> str:
    """What a run would do, e.g. `2 to publish, 1 to change`."""
    counts = Counter(step.change.action for step in result.steps)
    parts = (f"{number} {OUTLOOK.get(action, action)}" for action, number in counts.items())
    return ", ".join(parts) or "no changes"


def _kind(step: Step, *, after_run: bool) -> str:
    if isinstance(step.change, Hold):
        return step.change.action
    match step.outcome:
        case "planned" if after_run:
            return "not sent"
        case "planned" | "done":
            return WORDS.get(step.change.action, step.change.action)
        case outcome:
            return outcome


def print_notes(result: Result) -> None:
    """Print the notes for the node's owner and the hints for the author."""
    for note in result.notes:
        output.print_message(f"note: {result.address}: {note}")
    for hint in result.hints:
        output.print_message(f"hint: {hint}")


def print_hints(hints: Sequence[str]) -> None:
    for hint in hints:
        output.print_message(f"hint: {hint}")


def print_delayed(delayed: Sequence[Delayed]) -> None:
    """Print which posts nodes get later, the next ones first."""
    for one in delayed[:NAMED]:
        output.print_line(f"later  {one.text}")
    if len(delayed) > NAMED:
        output.print_line(f"later  {number_of(len(delayed) - NAMED, 'more post')}")


def delayed_json(delayed: Sequence[Delayed]) -> list[dict[str, str]]:
    return [{"path": str(one.path), "id": one.item_id, "syndicate": z(one.date)} for one in delayed]


def is_planned(result: Result) -> bool:
    """Whether the result has a plan; an error other than NoRoom means that it has none."""
    return result.error is None or isinstance(result.error, NoRoom)


def held(results: Sequence[Result]) -> UndecidedError | None:
    """The error about posts that may be renamed ones, None if there are none.

    A post that is held at several nodes is named once.
    """
    changes = [step.change for result in results for step in result.steps]
    holds = {change.post: change for change in changes if isinstance(change, Hold)}
    if not holds:
        return None
    one = len(holds) == 1
    of_item = Counter(hold.item for hold in holds.values())
    lines = [
        _question(hold, is_one_of_several=of_item[hold.item] > 1)
        for hold in [*holds.values()][:NAMED]
    ]
    if len(holds) > NAMED:
        lines.append(
            f"and {len(holds) - NAMED} more, which `publisher plan --json` lists; --as-new all "
            "means all of them"
        )
    what = (
        "1 new post has the text of an item whose post is gone. Until you decide, the post is not "
        "sent to the nodes and the item stays"
        if one
        else f"{len(holds)} new posts have the text of items whose posts are gone. Until you "
        "decide, these posts are not sent to the nodes and the items stay"
    )
    return UndecidedError(f"{what}:", lines)


def _question(hold: Hold, *, is_one_of_several: bool) -> str:
    """How to decide on a held post; several may have the text of the same item."""
    path = hold.post.path
    only = f"only one of the posts can keep the item {hold.item}; " if is_one_of_several else ""
    other = f"if it is another post, run again with --as-new {shlex.quote(path)}"
    return f"{path}: {only}{hold.advice}; {other}"


def print_held(results: Sequence[Result]) -> None:
    """Print which posts may be renamed ones, and how to decide."""
    if error := held(results):
        output.print_error("error", error)


class NodeResult(Protocol):
    """A result at a node, of whatever command."""

    @property
    def address(self) -> NodeAddress: ...
    @property
    def error(self) -> PublisherError | None: ...


def print_guards(results: Sequence[Result]) -> None:
    """Print as notes which guards would stop a run."""
    guards = {id(r.error): r.error for r in results if isinstance(r.error, UnsafePlanError)}
    for key, error in guards.items():
        addresses = ", ".join(str(r.address) for r in results if id(r.error) == key)
        output.print_error(f"note: {addresses}: `publisher publish` would stop", error)


def print_errors(results: Sequence[NodeResult]) -> None:
    """Print the errors. An error that concerns several nodes is printed once."""
    # A failed login or a dead service is one error object in the results of all its nodes.
    errors = {id(result.error): result.error for result in results if result.error}
    for key, error in errors.items():
        addresses = ", ".join(str(r.address) for r in results if id(r.error) == key)
        output.print_error(f"error: {addresses}", error)


def exit_code(project: Project, results: Sequence[Result], *errors: Exception | None) -> int:
    """The exit code of a run with these results and errors; a refused change counts as an error."""
    refused = any(step.outcome == "refused" for result in results for step in result.steps)
    code = output.exit_code(project, [*errors, *(result.error for result in results)])
    return first_exit_code([code, 1 if refused else 0])


def as_json(results: Sequence[Result]) -> list[dict[str, object]]:
    """The results as the `nodes` of a JSON document."""
    return [
        {
            "service": result.address.service,
            "node": result.address.node,
            "uri": result.address.uri,
            "error": str(result.error) if result.error else None,
            "notes": result.notes,
            "hints": result.hints,
            "unclaimed": result.unclaimed,
            "changes": [
                {
                    "action": step.change.action,
                    "id": step.change.id,
                    "title": step.change.title,
                    "outcome": step.outcome,
                    "reason": step.reason,
                    **({"item": step.change.item} if isinstance(step.change, Hold) else {}),
                }
                for step in result.steps
            ],
        }
        for result in results
    ]
