"""Tell a WebSub hub that a feed has changed (WebSub section 4, PubSubHubbub 0.3 section 7.1).

One topic in each request, so that a hub that refuses one costs no other. What may succeed later is
tried again; a hub that moved is named, not followed: a POST must not become a GET on its way.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin

from publisher.errors import ConfigError, Refused, Unavailable
from publisher.system import http
from publisher.system.retry import Again, Backoff, Clock, retry
from publisher.text.characters import short_line
from publisher.text.uris import request_uri

if TYPE_CHECKING:
    from publisher.system.http import Response

REQUEST_SECONDS = 15.0
BACKOFF = Backoff(first=1.0, longest=30.0)
REASON_BYTES = 200


def ping(hub: str, topic: str, *, retry_seconds: float, clock: Clock | None = None) -> None:
    """Say that the document at `topic` is another one now. Any 2xx is a yes.

    Raises Refused or ConfigError for what will be the same next time, else Unavailable once
    `retry_seconds` have passed: Silent, if the hub said nothing at all.
    """
    clock = clock or Clock()
    retry(partial(_post, hub, topic, clock), BACKOFF, seconds=retry_seconds, clock=clock)


class Silent(Unavailable):
    """The hub cannot be reached: nobody needs to ask it of another topic."""


def _post(hub: str, topic: str, clock: Clock) -> None:
    """Raises ConfigError, Refused, Again."""
    # Some hubs take the topic under the one name, some under the other.
    form = urlencode({"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}).encode()
    try:
        answer = http.request(
            request_uri(hub),
            method="POST",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            form=form,
            redirects="none",
            seconds=REQUEST_SECONDS,
            error_bytes=REASON_BYTES,
        )
    except ValueError as error:
        raise ConfigError(f"{hub} cannot be told: {error}; correct site.hubs") from error
    except http.NoAnswerError as error:
        said = short_line(str(error), REASON_BYTES)
        raise Again(Silent(f"{hub} cannot be reached: {said}; ping again later")) from error
    if not answer.is_success:
        raise _refused(hub, topic, answer, clock)


def _refused(hub: str, topic: str, answer: Response, clock: Clock) -> Refused | Again:
    if 300 <= answer.code < 400:
        return Refused(f"{hub} has moved to {_location(hub, answer)}; correct site.hubs")
    if answer.is_transient:
        busy = Unavailable(f"{hub} answers {answer.code} to {topic}; ping again later")
        return Again(busy, seconds=answer.retry_after(clock.now()))
    said = short_line(answer.body.decode("utf-8", "replace"), REASON_BYTES)
    reason = f" ({said})" if said else ""
    return Refused(f"{hub} refuses {topic}: {answer.code}{reason}; is it a hub for this site?")


def _location(hub: str, answer: Response) -> str:
    location: str = answer.headers.get("Location", "elsewhere")
    try:
        return urljoin(hub, location)
    except ValueError:  # http://[
        return location
