"""Tell a WebSub hub that a feed has changed (WebSub section 4, PubSubHubbub 0.3 section 7.1).

One topic in each request, so that a hub that refuses one costs no other. What may succeed later is
tried again; a hub that moved is named, not followed: a POST must not become a GET on its way.
"""

from __future__ import annotations

import email.utils
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import Request, build_opener

from publisher.errors import ConfigError, Refused, Unavailable
from publisher.system import http

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

REQUEST_SECONDS = 15.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
REASON_BYTES = 200


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds, and how to let them pass."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class _Unmoved(http.Redirections):
    def http_error_302(self, *_: object) -> None:
        """Every redirection is an answer."""


_OPENER = build_opener(_Unmoved)


def ping(hub: str, topic: str, *, retry_seconds: float, clock: Clock | None = None) -> None:
    """Say that the document at `topic` is another one now. Any 2xx is a yes.

    Raises Refused or ConfigError for what will be the same next time, else Unavailable once
    `retry_seconds` have passed: Silent, if the hub said nothing at all.
    """
    clock = clock or Clock()
    deadline = clock.now() + retry_seconds
    pause = FIRST_PAUSE
    while True:
        try:
            return _post(hub, topic)
        except _Later as error:
            wait = max(pause, error.seconds)
            if clock.now() + wait > deadline:
                kind = Silent if error.is_silence else Unavailable
                raise kind(f"{hub} {error}; ping again later") from error
        clock.sleep(wait)
        pause = min(2 * pause, LONGEST_PAUSE)


class Silent(Unavailable):
    """The hub cannot be reached: nobody needs to ask it of another topic."""


class _Later(Exception):  # noqa: N818 - an answer that may be another one in `seconds`
    def __init__(self, message: str, seconds: float = 0.0, *, is_silence: bool = False) -> None:
        super().__init__(message)
        self.seconds = seconds
        self.is_silence = is_silence


def _post(hub: str, topic: str) -> None:
    """Raises ConfigError, Refused, _Later."""
    # Some hubs take the topic under the one name, some under the other.
    form = urlencode({"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}).encode()
    headers = {"User-Agent": "publisher", "Content-Type": "application/x-www-form-urlencoded"}
    try:
        with http.plain_errors():
            address = http.uri(hub)
            request = Request(address, data=form, headers=headers)  # noqa: S310 - by configuration
            http.within(REQUEST_SECONDS, lambda: _send(request, hub, topic))
    except http.NeverError as error:
        raise ConfigError(f"{hub} cannot be told: {error}; correct site.hubs") from error
    except http.NoAnswerError as error:
        raise _Later(f"cannot be reached: {_short(error)}", is_silence=True) from error


def _send(request: Request, hub: str, topic: str) -> None:
    try:
        with _OPENER.open(request, timeout=REQUEST_SECONDS):
            return
    except HTTPError as error:
        with error:
            raise _answered(hub, topic, error) from error


def _short(text: object) -> str:
    return " ".join(str(text).split())[:REASON_BYTES]


def _answered(hub: str, topic: str, error: HTTPError) -> Refused | _Later:
    if 300 <= error.code < 400:
        return Refused(f"{hub} has moved to {_place(hub, error.headers)}; correct site.hubs")
    if http.is_passing(error.code):
        return _Later(f"answers {error.code} to {topic}", _retry_after(error.headers))
    said = _short(error.read(REASON_BYTES).decode("utf-8", "replace"))
    reason = f" ({said})" if said else ""
    return Refused(f"{hub} refuses {topic}: {error.code}{reason}; is it a hub for this site?")


def _place(hub: str, headers: Message) -> str:
    place = headers.get("Location", "elsewhere")
    try:
        return urljoin(hub, place)
    except ValueError:  # http://[
        return place


def _retry_after(headers: Message) -> float:
    """Seconds, as a number or until a date (RFC 9110 section 10.2.3); 0: it does not say."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value[:6])
    try:
        then = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, then.timestamp() - time.time())
