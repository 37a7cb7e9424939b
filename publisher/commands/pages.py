"""Wait until pages and feeds are on the web: who is told of them must find them there."""

from __future__ import annotations

import asyncio
import hashlib
import time
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AT_ONCE = 8
REQUEST_SECONDS = 10.0
PAUSE_SECONDS = 0.5
MAX_BYTES = 100_000_000

_NO_HEAD = frozenset({405, 501})


async def unreachable(links: Sequence[str], *, seconds: float) -> Mapping[str, str]:
    """The links that do not answer 2xx within `seconds`, each with what it answered last."""
    deadline = time.monotonic() + seconds
    gate = asyncio.Semaphore(AT_ONCE)
    answers = await asyncio.gather(*(_wait(link, deadline, gate) for link in links))
    return {link: answer for link, answer in zip(links, answers, strict=True) if answer}


async def _wait(link: str, deadline: float, gate: asyncio.Semaphore) -> str:
    while True:
        async with gate:
            answer = await asyncio.to_thread(_answer, link, deadline)
        if not answer or time.monotonic() + PAUSE_SECONDS >= deadline:
            return answer
        await asyncio.sleep(PAUSE_SECONDS)


def is_deployed(address: str, digest: str, *, seconds: float) -> bool:
    """Whether the document at an address has this SHA-256, now or within `seconds`."""
    deadline = time.monotonic() + seconds
    while _digest(address, deadline) != digest:
        if time.monotonic() + PAUSE_SECONDS >= deadline:
            return False
        time.sleep(PAUSE_SECONDS)
    return True


def _digest(address: str, deadline: float) -> str:
    """Empty if nothing is there, or more than any feed has."""
    headers = {"Cache-Control": "no-cache", "User-Agent": "publisher"}
    request = Request(address, headers=headers)  # noqa: S310 - http by configuration
    left = max(1.0, min(REQUEST_SECONDS, deadline - time.monotonic()))
    try:
        with urlopen(request, timeout=left) as answer:  # noqa: S310
            return hashlib.sha256(answer.read(MAX_BYTES)).hexdigest()
    except (URLError, HTTPException, OSError, ValueError):
        return ""


def _answer(link: str, deadline: float) -> str:
    """Nothing if the page is there, else what the server said."""
    answer = _request(link, "HEAD", deadline)
    if answer in {str(code) for code in _NO_HEAD}:
        answer = _request(link, "GET", deadline)
    return answer


def _request(link: str, method: str, deadline: float) -> str:
    # A cache in between must not answer with the 404 of a moment ago.
    request = Request(link, method=method, headers={"Cache-Control": "no-cache"})  # noqa: S310
    left = max(0.1, min(REQUEST_SECONDS, deadline - time.monotonic()))
    try:
        with urlopen(request, timeout=left):  # noqa: S310 - links are http(s) by construction
            return ""
    except HTTPError as error:
        error.close()
        return str(error.code)
    except (URLError, HTTPException, OSError, ValueError) as error:
        return str(getattr(error, "reason", error))
