"""Tell a WebSub hub that a feed has changed (WebSub section 4, PubSubHubbub 0.3 section 7.1).

Each request has one topic, so that a hub can refuse one feed and accept the others. Requests that
may succeed later are retried. A redirect is reported and not followed, because clients may follow a
redirected POST with a GET (RFC 9110 section 15.4.2).
"""

from __future__ import annotations

from contextlib import suppress
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
    """Tell the hub that the document at `topic` has changed. It accepts with any 2xx status.

    Raises Refused or ConfigError if a retry would fail as well, and otherwise Unavailable once
    `retry_seconds` have passed: HubUnreachable if the hub did not answer at all.
    """
    clock = clock or Clock()
    retry(partial(_post, hub, topic, clock), BACKOFF, seconds=retry_seconds, clock=clock)


class HubUnreachable(Unavailable):
    """The hub does not answer, so there is no point in pinging it for other topics."""


def _post(hub: str, topic: str, clock: Clock) -> None:
    """Send one ping. Raises ConfigError, Refused, Again."""
    # WebSub leaves the request open: some hubs read hub.url (PubSubHubbub 0.3), others hub.topic.
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
    except http.InsecureServerError as error:
        raise ConfigError(f"{hub}: {error}") from error
    # From `request_uri`, or a PermanentError, which is a ValueError.
    except ValueError as error:
        raise ConfigError(f"{hub} is not a usable URL: {error}; correct site.hubs") from error
    except http.NoAnswerError as error:
        reason = short_line(str(error), REASON_BYTES)
        unreachable = HubUnreachable(f"{hub} cannot be reached: {reason}; ping again later")
        raise Again(unreachable) from error
    if not answer.is_success:
        raise _refusal(hub, topic, answer, clock)


def _refusal(hub: str, topic: str, answer: Response, clock: Clock) -> Refused | Again:
    if 300 <= answer.code < 400:
        return Refused(f"{hub} has moved to {_location(hub, answer)}; correct site.hubs")
    if answer.is_transient:
        busy = Unavailable(f"{hub} answers {answer.code} to {topic}; ping again later")
        return Again(busy, seconds=answer.retry_after(clock.now()))
    body = short_line(answer.body.decode("utf-8", "replace"), REASON_BYTES)
    reason = f" ({body})" if body else ""
    return Refused(f"{hub} refuses {topic}: {answer.code}{reason}; is it a hub for this site?")


def _location(hub: str, answer: Response) -> str:
    location: str = answer.headers.get("Location", "elsewhere")
    with suppress(ValueError):  # urljoin cannot parse e.g. `http://[`
        location = urljoin(hub, location)
    return short_line(location, REASON_BYTES)
