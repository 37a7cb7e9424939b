"""Wait until pages and feeds are deployed, so that notified readers find them on the web."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from publisher.system import http
from publisher.system.reachable_hosts import NotPublicError, ReachableHosts
from publisher.system.retry import Again, Backoff, LoopClock, retry_async
from publisher.system.threads import in_thread
from publisher.text.uris import request_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

CONCURRENT_REQUESTS = 8
REQUEST_SECONDS = 10.0
MIN_SECONDS = 2.0  # enough for one request when the deadline has passed
BACKOFF = Backoff(first=0.5, longest=0.5)
MAX_BYTES = 100_000_000
LATE = "takes too long"


class PageProblem(Struct, frozen=True):
    """Why a page counts as missing. `is_final`: waiting does not help."""

    text: str
    is_final: bool = False


# The server may support only GET (RFC 9110 sections 15.5.6 and 15.6.2).
_NO_HEAD = frozenset({"405", "501"})


class Pages:
    """Waits for pages until one deadline, `seconds` after the first question.

    A feed or an author may name any host in a link, so only public ones and the `site` are asked.
    Each page has one wait, however many nodes ask for it. The waits run side by side, so that a
    missing page does not delay the others.
    """

    def __init__(self, site: str, *, seconds: float) -> None:
        self._reach = ReachableHosts.of(site)
        self._seconds = seconds
        self._deadline: float | None = None
        self._gate = asyncio.Semaphore(CONCURRENT_REQUESTS)
        self._waits: dict[str, asyncio.Task[PageProblem | None]] = {}

    async def unreachable(
        self, links: Sequence[str], *, expected: Iterable[str] = ()
    ) -> Mapping[str, PageProblem]:
        """Return the links that do not answer 2xx in time, each with its last answer or error.

        `expected` are links of later questions; their waits start now, too.
        """
        now = asyncio.get_running_loop().time()
        if self._deadline is None:
            self._deadline = now + self._seconds
        left = max(0.0, self._deadline - now)
        for link in (*links, *expected):
            if link not in self._waits:
                wait = _wait(partial(_page_problem, link, self._reach), self._gate, left)
                self._waits[link] = asyncio.create_task(wait)
        # The work at another node may wait for the same page, and must not be cancelled with this
        # one.
        problems = {link: await asyncio.shield(self._waits[link]) for link in links}
        return {link: problem for link, problem in problems.items() if problem}


async def undeployed(digests: Mapping[str, str], *, seconds: float) -> Mapping[str, PageProblem]:
    """Return the URLs whose documents do not have this SHA-256 within `seconds`, with the problem.

    `digests` maps each URL to the digest in hex.
    """
    gate = asyncio.Semaphore(CONCURRENT_REQUESTS)
    # The owner has configured these URLs, but a server may redirect to any host.
    checks = (
        partial(_problem, url, "GET", ReachableHosts.of(url), digest)
        for url, digest in digests.items()
    )
    problems = await asyncio.gather(*(_wait(check, gate, seconds) for check in checks))
    return {url: problem for url, problem in zip(digests, problems, strict=True) if problem}


async def _wait(
    check: Callable[[], str], gate: asyncio.Semaphore, seconds: float
) -> PageProblem | None:
    """Repeat `check` until it finds no problem or `seconds` are over; return its last problem.

    `check` returns the problem, or an empty text. It runs in a thread of its own, and at least once
    if it takes less than MIN_SECONDS. It is not repeated for a host that must not be reached.
    """
    problem: PageProblem | None = PageProblem(LATE)

    async def attempt() -> None:
        nonlocal problem
        try:
            found = await _checked(check, gate)
        except NotPublicError as error:
            problem = PageProblem(str(error), is_final=True)
            return
        problem = PageProblem(found) if found else None
        if problem:
            raise Again(TimeoutError(found))

    with suppress(TimeoutError):
        async with asyncio.timeout(max(seconds, MIN_SECONDS)):
            await retry_async(attempt, BACKOFF, seconds=seconds, clock=LoopClock())
    return problem


async def _checked(check: Callable[[], str], gate: asyncio.Semaphore) -> str:
    async with gate:
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                return await in_thread(check)
        except TimeoutError:
            return LATE


def _page_problem(link: str, reach: ReachableHosts) -> str:
    problem = _problem(link, "HEAD", reach)
    return _problem(link, "GET", reach) if problem in _NO_HEAD else problem


def _problem(
    link: str, method: Literal["GET", "HEAD"], reach: ReachableHosts, digest: str | None = None
) -> str:
    """Request a link. Return an empty text if it answers 2xx, with this SHA-256 if one is given.

    Otherwise return the problem. Only a body that is compared is read, up to MAX_BYTES.
    Raises NotPublicError.
    """
    # A proxy must not answer with the 404 that it cached before the deployment.
    headers = {"Cache-Control": "no-cache"}
    max_bytes = MAX_BYTES if digest else 0
    try:
        answer = http.request(
            request_uri(link),
            method=method,
            headers=headers,
            redirects="all",
            reach=reach,
            max_bytes=max_bytes,
        )
    except NotPublicError:
        raise
    except (ValueError, http.NoAnswerError) as error:
        return str(error)
    if not answer.is_success:
        return str(answer.code)
    actual = hashlib.sha256(answer.body).hexdigest()
    return "" if digest in {None, actual} else "has different bytes"
