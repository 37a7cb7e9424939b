"""A service that goes silent: one deadline for all it owes us, moved by answers alone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from publisher.errors import NoAnswer
from publisher.xmpp.backlog import Backlog
from publisher.xmpp.watchdog import ANSWER_SECONDS, SLOWEST, Watchdog
from tests.support import fake_time

SIZE = 4_000  # bytes: two seconds for the slowest service


class Service:
    """A service that answers only when told to, and the requests to it, as a connection sends them.

    `ended` are the times at which requests gave up.
    """

    def __init__(self, name: str = "pubsub.example", backlog: Backlog | None = None) -> None:
        self.watchdog = Watchdog(name, account="blog@example", backlog=backlog or Backlog())
        self.ended: list[float] = []
        self._owed: list[asyncio.Future[str]] = []

    def send(self, size: int = SIZE, purpose: str = "publish") -> asyncio.Task[None]:
        self.watchdog.require_answers()
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._owed.append(answer)
        self.watchdog.watch(answer, size=size, purpose=purpose)
        return asyncio.create_task(self._wait(answer))

    async def _wait(self, answer: asyncio.Future[Any]) -> None:
        expired = self.watchdog.expired
        try:
            await asyncio.wait({answer, expired}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            answer.cancel()
            if answer.cancelled():
                self.ended.append(asyncio.get_running_loop().time())

    def answer(self) -> None:
        """Answer the oldest request."""
        self._owed.pop(0).set_result("yes")

    def refuse(self) -> None:
        """An error is an answer, too."""
        self._owed.pop(0).set_exception(RuntimeError("no"))


@pytest.mark.parametrize("count", [1, 2, 5, 32])
def test_all_requests_end_together_however_many_there_are(count: int) -> None:
    async def main() -> list[float]:
        service = Service()
        await asyncio.wait([service.send() for _ in range(count)])
        return service.ended

    deadline = ANSWER_SECONDS + count * SIZE / SLOWEST
    assert fake_time.run(main()) == [pytest.approx(deadline)] * count


@pytest.mark.parametrize("reply", [Service.answer, Service.refuse])
def test_an_answer_moves_the_deadline(reply: Any) -> None:
    async def main() -> list[float]:
        service = Service()
        flights = [service.send() for _ in range(3)]
        await asyncio.sleep(20)
        reply(service)
        await asyncio.wait(flights)
        return service.ended

    deadline = 20 + ANSWER_SECONDS + 2 * SIZE / SLOWEST
    assert fake_time.run(main()) == [pytest.approx(deadline)] * 2


def test_an_answer_brings_the_deadline_closer_where_it_was_for_many_bytes() -> None:
    async def main() -> list[float]:
        service = Service()
        flights = [service.send(100 * SLOWEST), service.send(0)]
        await asyncio.sleep(1)
        service.answer()
        await asyncio.wait(flights)
        return service.ended

    assert fake_time.run(main()) == [pytest.approx(1 + ANSWER_SECONDS)]


def test_a_cancelled_request_and_a_new_one_are_no_sign_of_life() -> None:
    async def main() -> list[float]:
        service = Service()
        waits = service.send(0)
        for _ in range(3):
            given_up = service.send(0)
            await asyncio.sleep(7)
            given_up.cancel()
            await asyncio.wait([given_up])
        service.ended.clear()
        await asyncio.wait([waits, service.send(0)])
        return service.ended

    assert fake_time.run(main()) == [pytest.approx(ANSWER_SECONDS)] * 2


def test_idle_time_does_not_count() -> None:
    async def main() -> list[float]:
        service = Service()
        first = service.send(0)
        service.answer()
        await first
        await asyncio.sleep(1000)
        await service.send(0)
        return service.ended

    assert fake_time.run(main()) == [pytest.approx(1000 + ANSWER_SECONDS)]


def test_another_service_goes_on() -> None:
    async def main() -> None:
        silent, other = Service(), Service("other.example")
        flights = [silent.send(), other.send()]
        for _ in range(3):
            await asyncio.sleep(25)
            other.answer()
            flights.append(other.send())
        assert silent.watchdog.expired.done()
        other.answer()
        await asyncio.wait(flights)
        other.watchdog.require_answers()

    fake_time.run(main())


def test_a_request_waits_for_those_to_other_services_that_were_sent_before_it() -> None:
    async def main() -> list[float]:
        backlog = Backlog()
        busy, other = Service(backlog=backlog), Service("other.example", backlog)
        busy.send(100 * SLOWEST)
        await asyncio.wait([other.send(0)])
        return other.ended

    assert fake_time.run(main()) == [pytest.approx(100 + ANSWER_SECONDS)]


def test_an_expired_service_gets_nothing_more_and_the_error_names_the_oldest_request() -> None:
    async def main() -> None:
        service = Service()
        flights = [service.send(0, "publish to the node blog"), service.send(0, "do more")]
        await asyncio.wait(flights)
        assert service.watchdog.expired.done()
        service.send()

    said = "pubsub.example did not answer for 30 seconds when asked to publish to the node blog"
    with pytest.raises(NoAnswer, match=said):
        fake_time.run(main())


@pytest.mark.parametrize(
    ("service", "may_lack_a_way_back"),
    [("pubsub.example", False), ("blog@example", False), ("pubsub.elsewhere", True)],
)
def test_a_silent_service_of_another_server_may_lack_a_way_back(
    service: str, may_lack_a_way_back: bool
) -> None:
    async def main() -> str:
        silent = Service(service)
        await asyncio.wait([silent.send()])
        with pytest.raises(NoAnswer) as error:
            silent.watchdog.require_answers()
        return str(error.value)

    said = fake_time.run(main())
    assert "run again later" in said
    assert ("the way back may be missing" in said) == may_lack_a_way_back


def test_an_answer_that_arrived_while_the_process_was_held_up_counts() -> None:
    """It is found in the same turn of the loop as the end of the deadline."""

    async def main() -> None:
        service = Service()
        loop = asyncio.get_running_loop()
        assert isinstance(loop, fake_time.FakeTimeLoop)
        loop.call_at(10, service.answer)
        request = service.send(0)
        loop.now += 2 * ANSWER_SECONDS  # nobody got a turn for that long
        await request
        service.watchdog.require_answers()

    fake_time.run(main())
