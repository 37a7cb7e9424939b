"""Wait until pages and feeds are on the web: who is told of them must find them there."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Literal

from publisher.system import http
from publisher.system.retry import Again, Backoff, LoopClock, retry_async
from publisher.system.threads import in_thread
from publisher.text.uris import request_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

AT_ONCE = 8
LOOK_SECONDS = 10.0
LEAST_SECONDS = 2.0
BACKOFF = Backoff(first=0.5, longest=0.5)
MAX_BYTES = 100_000_000
LATE = "takes too long"

_NO_HEAD = frozenset({"405", "501"})


class Pages:
    """Waits for pages until one deadline, `seconds` after the first question.

    Each is waited for once, however many ask for it. They are waited for side by side, so that one
    that never comes costs no other.
    """

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._deadline: float | None = None
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._waits: dict[str, asyncio.Task[str]] = {}

    async def unreachable(
        self, links: Sequence[str], *, expected: Iterable[str] = ()
    ) -> Mapping[str, str]:
        """Those of the links that do not answer 2xx in time, each with what it answered last.

        `expected` are pages that will be asked for later: they are waited for from now on, too.
        """
        now = asyncio.get_running_loop().time()
        if self._deadline is None:
            self._deadline = now + self._seconds
        left = max(0.0, self._deadline - now)
        for link in (*links, *expected):
            if link not in self._waits:
                wait = _wait(partial(_page, link), self._gate, left)
                self._waits[link] = asyncio.create_task(wait)
        answers = {link: await asyncio.shield(self._waits[link]) for link in links}
        return {link: answer for link, answer in answers.items() if answer}


async def undeployed(digests: Mapping[str, str], *, seconds: float) -> Mapping[str, str]:
    """The addresses whose documents do not have this SHA-256 within `seconds`, each with why."""
    gate = asyncio.Semaphore(AT_ONCE)
    waits = (_wait(partial(_document, *one), gate, seconds) for one in digests.items())
    answers = await asyncio.gather(*waits)
    return {one: answer for one, answer in zip(digests, answers, strict=True) if answer}


async def _wait(look: Callable[[], str], gate: asyncio.Semaphore, seconds: float) -> str:
    """`look` says in a thread of its own what is wrong; nothing if all is well.

    Looks once at least, where LEAST_SECONDS are enough for that.
    """
    answer = LATE

    async def attempt() -> None:
        nonlocal answer
        answer = await _looked(look, gate)
        if answer:
            raise Again(TimeoutError(answer))

    with suppress(TimeoutError):
        async with asyncio.timeout(max(seconds, LEAST_SECONDS)):
            await retry_async(attempt, BACKOFF, seconds=seconds, clock=LoopClock())
    return answer


async def _looked(look: Callable[[], str], gate: asyncio.Semaphore) -> str:
    async with gate:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await in_thread(look)
        except TimeoutError:
            return LATE


def _page(link: str) -> str:
    answer = _answer(link, "HEAD")
    return _answer(link, "GET") if answer in _NO_HEAD else answer


def _document(address: str, digest: str) -> str:
    """What has more than MAX_BYTES is none of ours."""
    return _answer(address, "GET", digest)


def _answer(link: str, method: Literal["GET", "HEAD"], digest: str | None = None) -> str:
    """Nothing if it is there, with this SHA-256 if one is given; else what is wrong."""
    # A cache in between must not answer with the 404 of a moment ago.
    headers = {"Cache-Control": "no-cache"}
    most = MAX_BYTES if digest else 0
    try:
        url = request_uri(link)
        answer = http.request(url, method=method, headers=headers, redirects="any", max_bytes=most)
    except (ValueError, http.NoAnswerError) as error:
        return str(error)
    if not answer.is_success:
        return str(answer.code)
    found = hashlib.sha256(answer.body).hexdigest()
    return "" if digest in {None, found} else "is another one"
