"""What became of the nodes, for people, for programs, and as an exit code."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from publisher.cli import output
from publisher.errors import NoRoom
from publisher.text.characters import printable, short_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.app.project import Project
    from publisher.errors import PublisherError
    from publisher.sync import Result, Step
    from publisher.text.node_address import NodeAddress

SIGNS = {
    "new": "+",
    "missing": "+",
    "changed": "~",
    "refresh": "~",
    "removed": "-",
    "refused": "!",
    "unknown": "?",
}
WORDS = {"adopt": "there already", "forget": "forgotten"}
TITLE = 80
ID = 200


def tell_step(step: Step, *, where: str = "") -> None:
    """One line for a change that a reader can see; adopting and forgetting are bookkeeping.

    `where` names the node, if there are several.
    """
    action = step.outcome if step.outcome in {"refused", "unknown"} else step.change.action
    sign = SIGNS.get(action)
    if sign is None:
        return
    reason = f"  ({printable(step.reason)})" if step.reason else ""
    node = f"  -> {where}" if where else ""
    print(
        f"{sign} {action:8} {item_id(step.change.id)}  {one_line(step.change.title)}{node}{reason}"
    )


def is_seen(step: Step) -> bool:
    """Whether a reader can see the change; adopting and forgetting are bookkeeping."""
    return step.change.action in SIGNS


def one_line(title: str) -> str:
    """What a terminal may show of a title, and no wall of it."""
    return short_line(title, TITLE)


def item_id(id_: str) -> str:
    """What a terminal may show of an item's id, which may be somebody else's."""
    return short_line(id_, ID)


def summary(result: Result, *, done: bool = False) -> str:
    """How many changes of each kind, e.g. `2 new, 1 changed`; `done`: what was planned is late."""
    counts = Counter(_kind(step, late=done) for step in result.steps)
    return ", ".join(f"{number} {kind}" for kind, number in counts.items()) or "no changes"


def _kind(step: Step, *, late: bool) -> str:
    match step.outcome:
        case "planned" if late:
            return "not sent"
        case "planned" | "done":
            return WORDS.get(step.change.action, step.change.action)
        case outcome:
            return outcome


def tell_notes(result: Result) -> None:
    """What the node's owner and the author should know."""
    for note in result.notes:
        output.say(f"note: {result.address}: {note}")
    for hint in result.hints:
        output.say(f"hint: {hint}")


def tell_hints(hints: Sequence[str]) -> None:
    for hint in hints:
        output.say(f"hint: {hint}")


def is_planned(result: Result) -> bool:
    """Whether it is known what the node holds and what would change there."""
    return result.error is None or isinstance(result.error, NoRoom)


class Visited(Protocol):
    """What became of a visit."""

    @property
    def address(self) -> NodeAddress: ...
    @property
    def error(self) -> PublisherError | None: ...


def tell_errors(results: Sequence[Visited]) -> None:
    """What ended the work, once where it ended it at several nodes."""
    errors = {id(result.error): result.error for result in results if result.error}
    for key, error in errors.items():
        addresses = ", ".join(str(r.address) for r in results if id(r.error) == key)
        output.say(f"error: {addresses}: {error}")


def exit_code(project: Project, results: Sequence[Result], *more: Exception | None) -> int:
    """The worst of the results, of their refused changes, and of the posts."""
    refused = any(step.outcome == "refused" for result in results for step in result.steps)
    code = output.exit_code(project, [*more, *(result.error for result in results)])
    return max(code, 1 if refused else 0)


def as_json(results: Sequence[Result]) -> list[dict[str, object]]:
    """The `nodes` of a JSON document."""
    return [
        {
            "service": result.address.service,
            "node": result.address.node,
            "uri": result.address.uri,
            "error": str(result.error) if result.error else None,
            "notes": result.notes,
            "hints": result.hints,
            "changes": [
                {
                    "action": step.change.action,
                    "id": step.change.id,
                    "title": step.change.title,
                    "outcome": step.outcome,
                    "reason": step.reason,
                }
                for step in result.steps
            ],
        }
        for result in results
    ]
