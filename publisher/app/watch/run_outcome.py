"""What a run means for the watcher: what waits, what is held, and if it runs again soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.errors import (
    FeedError,
    LedgerError,
    LoginFailed,
    PageMissing,
    Unavailable,
    UnsafePlanError,
)
from publisher.sync.changes import Correct, Hold, Publish, Retract
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.app.publish import PublishResult
    from publisher.errors import PublisherError
    from publisher.sync import Step

_SENT = (Publish, Correct, Retract)
# Causes that end without a change of a post, e.g. a full disk.
_OF_THE_MACHINE = (FeedError, LedgerError)
LONGEST = 1_000  # characters of a line, whose end says what to do
# A page that is not on the web yet is asked for at least so often.
PAGE_SECONDS = 15.0
MOST = 20  # lines of a kind that are kept


class RunOutcome(Struct, frozen=True, kw_only=True):
    """`has_sent`: something was published or retracted. `may_pass`: the run is worth repeating.

    The next run comes after `longest_pause` seconds at the latest.

    `waiting` says what a later run will send without anybody's help, `held` what somebody must
    decide, and `errors` what went wrong. `next_due` is in seconds since the epoch.
    """

    has_sent: bool = False
    may_pass: bool = False
    longest_pause: float = float("inf")
    waiting: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    next_due: float | None = None


def of_error(
    error: PublisherError, *, known_due: float | None = None, now: float = 0.0
) -> RunOutcome:
    """The outcome of a run that ended with an error.

    A run that fails finds no date, so the one that is known stays, if it is still to come.
    """
    line = (in_one_line(error),)
    next_due = known_due if known_due is not None and known_due > now else None
    if isinstance(error, UnsafePlanError):
        return RunOutcome(held=line, next_due=next_due)
    return RunOutcome(errors=line, may_pass=True, next_due=next_due)


def of_result(done: PublishResult) -> RunOutcome:
    """The outcome of a run that has a result for each file and each node."""
    steps = done.steps
    found = (*(file.error for file in done.built), *(result.error for result in done.results))
    errors = [error for error in found if error]
    guards = [in_one_line(error) for error in errors if isinstance(error, UnsafePlanError)]
    others = [error for error in errors if not isinstance(error, UnsafePlanError)]
    due = done.project.next_date
    return RunOutcome(
        has_sent=any(one.outcome == "done" and isinstance(one.change, _SENT) for one in steps),
        may_pass=any(map(may_pass, others)),
        longest_pause=PAGE_SECONDS if _lacks_pages(others) else float("inf"),
        waiting=_lines(_waiting(done, steps)),
        held=_lines([*guards, *_held(steps)]),
        # Posts that wait for their pages are in `waiting`.
        errors=_lines(in_one_line(one) for one in others if not isinstance(one, PageMissing)),
        next_due=due.timestamp() if due else None,
    )


def in_one_line(error: PublisherError) -> str:
    """The text of an error with its problems, for one line."""
    problems = "; ".join(error.problems)
    return _line(f"{error.title.removesuffix(':')}: {problems}" if problems else error.title)


def may_pass(error: PublisherError) -> bool:
    """Whether a later run may succeed, although nobody changes anything of ours."""
    if isinstance(error, LoginFailed):
        return error.may_pass
    return error.exit_code == Unavailable.exit_code or isinstance(error, _OF_THE_MACHINE)


def _lacks_pages(errors: Iterable[Exception]) -> bool:
    """Whether nothing but pages are missing, which a deployment brings within minutes."""
    return all(isinstance(error, PageMissing) for error in errors)


def _waiting(done: PublishResult, steps: Iterable[Step]) -> Iterator[str]:
    for post in done.project.built.waiting:
        yield f"{post.path} {post.reason}"
    for path in sorted(done.project.doubts.gone):
        yield f"{path} has just vanished; its item stays for a minute"
    for path in sorted(done.project.doubts.back):
        yield (
            f"{path} went back to a text that was sent before, or lost its text; its item stays "
            "for a minute"
        )
    for step in steps:
        if step.outcome in {"planned", "unknown"} and not isinstance(step.change, Hold):
            yield f"{step.change.id}: {step.reason or 'not sent yet'}"


def _held(steps: Iterable[Step]) -> Iterator[str]:
    return (f"{one.change.id} {one.reason}" for one in steps if isinstance(one.change, Hold))


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    lines = [*dict.fromkeys(map(_line, texts))]
    more = [f"and {len(lines) - MOST} more"] if len(lines) > MOST else []
    return (*lines[:MOST], *more)


def _line(text: str) -> str:
    return short_line(text, LONGEST)
