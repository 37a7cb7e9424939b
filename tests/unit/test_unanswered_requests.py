"""Answers find their requests, and nobody else answers in the place of the service."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

import pytest
from slixmpp import JID

from publisher.xmpp.unanswered_requests import Unanswered

if TYPE_CHECKING:
    from publisher.xmpp.unanswered_requests import Answer

SERVICE = "pubsub.blog.example"
ACCOUNT = JID("ann@blog.example/desk")


def answer_from(sender: str, kind: str = "result", id_: str = "1") -> Element:
    return Element("{jabber:client}iq", {"id": id_, "type": kind, "from": sender})


def asked(*ids: str) -> tuple[Unanswered, list[Answer]]:
    unanswered = Unanswered()
    return unanswered, [unanswered.add(id_, service=SERVICE, account=ACCOUNT) for id_ in ids]


@pytest.mark.parametrize("kind", ["result", "error"])
@pytest.mark.parametrize("sender", [SERVICE, "", "blog.example", "ann@blog.example"])
def test_an_answer_finds_its_request(sender: str, kind: str) -> None:
    async def main() -> None:
        unanswered, (first, second) = asked("1", "2")
        iq = answer_from(sender, kind, "2")
        assert unanswered.take(iq)
        assert (first.done(), await second) == (False, iq)
        assert not unanswered.take(iq), "it was answered already"

    asyncio.run(main())


@pytest.mark.parametrize(
    "iq",
    [
        answer_from("mallory@elsewhere.example"),
        answer_from("elsewhere.example"),
        answer_from(f"mallory@{SERVICE}"),
        answer_from(SERVICE, id_="another"),
        answer_from(SERVICE, kind="get"),
        answer_from(SERVICE, kind="set"),
    ],
)
def test_nothing_else_is_an_answer(iq: Element) -> None:
    async def main() -> None:
        unanswered, (answer,) = asked("1")
        assert not unanswered.take(iq)
        assert not answer.done()

    asyncio.run(main())


def test_an_answer_that_nobody_waits_for_any_more_is_one_once() -> None:
    async def main() -> None:
        unanswered, (answer,) = asked("1")
        answer.cancel()
        await asyncio.sleep(0)
        assert unanswered.take(answer_from(SERVICE))
        assert not unanswered.take(answer_from(SERVICE))

    asyncio.run(main())


@pytest.mark.parametrize("service", [None, SERVICE])
def test_the_wait_ends_without_an_answer(service: str | None) -> None:
    async def main() -> None:
        unanswered, (answer,) = asked("1")
        other = unanswered.add("2", service="other.example", account=ACCOUNT)
        unanswered.end(service)
        assert await answer is None
        assert other.done() == (service is None)

    asyncio.run(main())
