"""Work at nodes takes turns with the caller, on one thread (`app.logins.Turns`)."""

from __future__ import annotations

import asyncio
import signal
import threading

import pytest

from publisher.app.logins import PASSES, PAUSE_SECONDS, Turns
from publisher.system.interruption import Interrupted, raised

DEADLINE = 30.0


class FakeTime:
    """The clock of the event loop, which goes on only when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    made = FakeTime()
    monkeypatch.setattr("time.monotonic", made)
    return made


def take_turn(turns: Turns, clock: FakeTime, seconds: float = PAUSE_SECONDS) -> None:
    clock.now += 2 * seconds
    turns.turn()


def test_the_work_goes_on_at_each_turn_and_only_then(clock: FakeTime) -> None:
    steps: list[int] = []

    async def work() -> str:
        for step in range(5 * PASSES):
            steps.append(step)
            await asyncio.sleep(0)
        return "done"

    with Turns() as turns:
        turns.begin(work())
        assert not steps
        take_turn(turns, clock)
        first = len(steps)
        assert 0 < first < 5 * PASSES
        take_turn(turns, clock)
        assert first < len(steps) < 5 * PASSES
        assert turns.finish() == "done"
    assert len(steps) == 5 * PASSES


def test_turns_that_follow_at_once_do_nothing(clock: FakeTime) -> None:
    steps: list[None] = []

    async def work() -> None:
        while True:
            steps.append(None)
            await asyncio.sleep(0)

    with Turns() as turns:
        turns.begin(work())
        take_turn(turns, clock)
        before = len(steps)
        turns.turn()
        assert len(steps) == before


def test_the_work_is_done_by_the_thread_of_the_caller(clock: FakeTime) -> None:
    threads: set[int] = set()

    async def work() -> None:
        for _ in range(2 * PASSES):
            threads.add(threading.get_ident())
            await asyncio.sleep(0)

    with Turns() as turns:
        turns.begin(work())
        take_turn(turns, clock)
        turns.finish()
    assert threads == {threading.get_ident()}


def test_an_error_of_the_work_is_raised_at_the_end(clock: FakeTime) -> None:
    async def work() -> None:
        raise ValueError("broken")

    with Turns() as turns:
        turns.begin(work())
        take_turn(turns, clock)
        take_turn(turns, clock)
        with pytest.raises(ValueError, match="broken"):
            turns.finish()


def test_work_that_is_not_finished_is_cancelled_and_cleans_up(clock: FakeTime) -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await asyncio.sleep(0)
            ended.append("cleaned up")

    with Turns() as turns:
        turns.begin(work())
        take_turn(turns, clock)
        assert not ended
    assert ended == ["cleaned up"]


def test_a_long_pause_does_not_make_an_answer_late(clock: FakeTime) -> None:
    async def work() -> str:
        answer = asyncio.get_running_loop().create_future()
        answers.append(answer)
        async with asyncio.timeout(DEADLINE):
            await answer
        return "in time"

    answers: list[asyncio.Future[None]] = []
    with Turns() as turns:
        turns.begin(work())
        take_turn(turns, clock)
        take_turn(turns, clock, seconds=10 * DEADLINE)
        answers[0].set_result(None)
        assert turns.finish() == "in time"


def test_short_pauses_count_for_deadlines(clock: FakeTime) -> None:
    async def work() -> None:
        async with asyncio.timeout(DEADLINE):
            await asyncio.get_running_loop().create_future()

    with Turns() as turns:
        turns.begin(work())
        for _ in range(2 * int(DEADLINE)):
            take_turn(turns, clock, seconds=0.5)
        with pytest.raises(TimeoutError):
            turns.finish()


def test_a_signal_in_a_turn_interrupts_the_caller_and_not_the_midst_of_the_work(
    clock: FakeTime,
) -> None:
    steps: list[str] = []

    async def work() -> None:
        signal.raise_signal(signal.SIGTERM)
        steps.append("went on")
        await asyncio.get_running_loop().create_future()

    with raised(), Turns() as turns:
        turns.begin(work())
        with pytest.raises(Interrupted):
            take_turn(turns, clock)
    assert steps == ["went on"]
