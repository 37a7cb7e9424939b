"""Whether a server sets the pace is seen from its answers alone."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest

from publisher.xmpp.backlog import UNNOTICED, Backlog
from tests.support import fake_time

if TYPE_CHECKING:
    from collections.abc import Sequence

WINDOW = 32
# When real servers had answered how many bytes. They were sent the same requests, of 1 to 10 kB.
PROSODY = (  # at 10kb/s
    (0.04, 2783), (0.04, 4066), (0.87, 9349), (0.87, 10632), (2.10, 20915), (2.93, 31198),
    (4.16, 41481), (4.99, 51764), (5.39, 54547), (5.39, 55830), (6.63, 66114), (6.63, 67398),
    (7.46, 77682), (8.69, 87966), (8.69, 89250), (9.94, 99534), (10.35, 104818),
)  # fmt: skip
EJABBERD = (  # at 12,000 bytes a second, with bursts of 6,000
    (0.01, 2783), (0.01, 4066), (0.01, 9349), (0.01, 10632), (0.89, 20915), (0.89, 31198),
    (2.25, 41481), (3.62, 51764), (3.62, 54547), (3.62, 55830), (4.98, 66114), (4.98, 67398),
    (4.98, 77682), (6.35, 87966), (6.35, 89250), (7.71, 99534), (7.71, 104818),
)  # fmt: skip
STOCK_EJABBERD = (
    (0.01, 10632), (0.01, 31198), (4.27, 41481), (9.74, 51764), (9.74, 54547), (9.74, 55830),
    (15.20, 66114), (20.70, 86114), (26.16, 106114), (31.62, 126114),
)  # fmt: skip


def rate(answers: Sequence[tuple[float, int]]) -> float | None:
    """The rate that is found if so many bytes are answered by these times, and more are waiting."""

    async def main() -> float | None:
        backlog = Backlog()
        loop = asyncio.get_running_loop()
        backlog.add(1)
        before = 0
        for at, answered in answers:
            backlog.add(answered - before)
            await asyncio.sleep(at - loop.time())
            backlog.remove(answered - before, is_answered=True)
            before = answered
        return backlog.rate.result() if backlog.rate.done() else None

    return fake_time.run(main())


@pytest.mark.parametrize(
    ("answers", "least", "most"),
    [(PROSODY, 9_000, 11_500), (EJABBERD, 10_000, 15_000), (STOCK_EJABBERD, 2_400, 3_800)],
    ids=["Prosody", "ejabberd", "stock ejabberd"],
)
def test_a_server_that_limits_its_clients_is_seen(
    answers: Sequence[tuple[float, int]], least: int, most: int
) -> None:
    found = rate(answers)
    assert found is not None
    assert least <= found <= most


def test_a_fast_server_is_not_taken_for_a_limited_one() -> None:
    assert rate([(n / 100, n * 2_300) for n in range(1, 2_000)]) is None


def test_a_server_that_stalls_once_is_not_taken_for_a_limited_one() -> None:
    before = [(n / 10, n * 2_300) for n in range(1, 50)]
    after = [(13 + n / 10, 49 * 2_300 + n * 2_300) for n in range(1, 50)]
    assert rate(before + after) is None


def test_a_server_that_is_slow_for_other_reasons_is_not_taken_for_a_limited_one() -> None:
    """A limit is a rate of bytes: 20 a second of 30 bytes is a server that is busy with each."""
    assert rate([(n / 20, n * 30) for n in range(1, 400)]) is None


def test_a_short_import_is_over_before_anybody_asks() -> None:
    assert rate(PROSODY[:6]) is None


@pytest.mark.parametrize("speed", [3_000, 10_000, 50_000])
def test_the_rate_is_right_whatever_the_sizes_are(speed: int) -> None:
    chance = random.Random(speed)  # noqa: S311 - no secret
    total, answers = 0, []
    while total < 20 * speed:
        total += chance.choice([300, 2_000, 5_000, 20_000])
        answers.append((total / speed, total))
    assert rate(answers) == pytest.approx(speed, rel=0.5)


def test_a_server_that_has_answered_everything_waits_for_us() -> None:
    """Requests one after the other say nothing about the server's rate."""

    async def main() -> bool:
        backlog = Backlog()
        for _ in range(100):
            backlog.add(500)
            await asyncio.sleep(0.2)
            backlog.remove(500, is_answered=True)
        return backlog.rate.done()

    assert not fake_time.run(main())


def test_what_nobody_waits_for_any_longer_is_not_taken_for_answered() -> None:
    async def main() -> tuple[bool, int]:
        backlog = Backlog()
        backlog.add(1)
        for _ in range(100):
            backlog.add(500)
            await asyncio.sleep(0.2)
            backlog.remove(500, is_answered=False)
        return backlog.rate.done(), backlog.size

    assert fake_time.run(main()) == (False, 1)


def test_a_rate_that_nobody_minds_is_not_mentioned() -> None:
    speed = 2 * UNNOTICED
    assert rate([(n / 10, n * speed // 10) for n in range(1, 300)]) is None
