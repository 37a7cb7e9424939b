"""A WebSub hub of the tests, on loopback, that does what the recommendation asks of one.

Subscribing is verified at the callback (section 5.3). Told of a topic, it fetches the document,
checks that this names the hub and itself (section 4), and hands it to the subscribers (section 7)
with the links that they are to check. What a test wants it to refuse is in `answers`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

from publisher.text import uris
from tests.support.web import Handler, Loopback

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Hub(Loopback):
    """`answers` come first, one for each request: a code, and its headers.

    Told of a topic, it calls `hold` before it goes on.
    """

    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    hold: Callable[[], object] = lambda: None
    subscribers: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        hub = self

        class Requests(Handler):
            def do_POST(self) -> None:  # noqa: N802 - as http.server calls it
                form = parse_qs(self.body().decode())
                code, headers = hub.answers.pop(0) if hub.answers else (hub.heard(form), {})
                self.answer(code, headers=headers)

        self.serve(Requests)

    @property
    def url(self) -> str:
        return f"{super().url}/hub"

    def heard(self, form: dict[str, list[str]]) -> int:
        match form.get("hub.mode"):
            case ["subscribe"]:
                return self._subscribe(form["hub.topic"][0], form["hub.callback"][0])
            case ["publish"]:
                return self._publish(form.get("hub.url", [""])[0])
            case _:
                return 400

    def _subscribe(self, topic: str, callback: str) -> int:
        query = {"hub.mode": "subscribe", "hub.topic": topic, "hub.challenge": "a challenge"}
        with urlopen(f"{callback}?{urlencode(query)}") as answer:  # noqa: S310 - loopback
            if answer.read() != b"a challenge":
                return 404
        self.subscribers.setdefault(topic, []).append(callback)
        return 202

    def _publish(self, topic: str) -> int:
        self.told.append(topic)
        self.hold()
        with urlopen(uris.uri(topic)) as answer:  # noqa: S310 - loopback
            document, kind = answer.read(), answer.headers["Content-Type"]
        if not self._is_named(document.decode(), topic):
            return 422
        links = f'<{self.url}>; rel="hub", <{topic}>; rel="self"'
        for callback in self.subscribers.get(topic, []):
            headers = {"Content-Type": kind, "Link": links}
            with urlopen(Request(callback, data=document, headers=headers)):  # noqa: S310
                pass
        return 204

    def _is_named(self, document: str, topic: str) -> bool:
        """Whether the document says that this hub has it, and that it is found at the topic."""
        if document.startswith("{"):
            return f'"url": "{self.url}"' in document and f'"feed_url": "{topic}"' in document
        links = dict(re.findall(r'<(?:atom:)?link href="([^"]*)" rel="([^"]*)"', document))
        return links.get(self.url) == "hub" and links.get(topic) == "self"


@dataclass
class Callback(Loopback):
    """A subscriber: what it was handed, as (path, Link header, body)."""

    handed: list[tuple[str, str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        callback = self

        class Requests(Handler):
            def do_GET(self) -> None:  # noqa: N802 - as http.server calls it
                self.answer(200, parse_qs(urlsplit(self.path).query)["hub.challenge"][0].encode())

            def do_POST(self) -> None:  # noqa: N802 - as http.server calls it
                callback.handed.append((self.path, self.headers["Link"], self.body()))
                self.answer(204)

        self.serve(Requests)

    @property
    def url(self) -> str:
        return f"{super().url}/callback"
