"""What a node looks like to somebody else: `tests/support/subscriber` as Python objects.

Every command is a process of its own with a connection of its own, and takes a third of a second.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from xml.etree import ElementTree as ET

from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.support.servers import Server

PYTHON = ROOT / ".venv-subscriber" / "bin" / "python"
SCRIPT = ROOT / "tests" / "support" / "subscriber" / "subscriber.py"
SECONDS = 30.0


class Denied(Exception):  # noqa: N818 - an answer of the service
    """The service answered with an error; `condition` is its name in RFC 6120 section 8.3.3."""

    def __init__(self, condition: str, text: str) -> None:
        super().__init__(f"{condition}: {text}")
        self.condition = condition


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of the subscriber: what happened, to which item, when on time.monotonic()."""

    kind: str
    at: float
    id: str | None = None
    node: str | None = None
    service: str | None = None
    payload: ET.Element | None = None

    @classmethod
    def parse(cls, line: str) -> Event:
        values: dict[str, Any] = json.loads(line)
        kind, text = values.pop("event"), values.pop("payload", None)
        if kind == "error":
            raise Denied(values["condition"], values["text"])
        payload = None if text is None else ET.fromstring(text)  # noqa: S314 - from our own server
        return cls(kind=kind, payload=payload, **values)


class Outsider:
    """An account's view of one node, and its hand on it. Raises Denied when the service refuses.

    `service` is the pubsub service of the server, or a bare JID for a node of its PEP.
    """

    def __init__(self, server: Server, user: str, node: str, *, service: str | None = None) -> None:
        if not PYTHON.exists():
            raise FileNotFoundError(f"{PYTHON} is missing; run: make test")
        self._server = server
        self._user = user
        self._node = node
        self._service = service or server.service
        self.ca_file = server.ca_file

    def items(self) -> list[Event]:
        """In the order in which the server lists them."""
        return self._run("items")

    def create(self) -> None:
        self._run("create")

    def configure(self, **values: str) -> None:
        """`configure(max_items="5")` sets pubsub#max_items."""
        self._run("configure", "--set", *(f"{name}={value}" for name, value in values.items()))

    def affiliate(self, account: str, affiliation: str) -> None:
        """`account` is a bare JID."""
        self._run("affiliate", "--account", account, "--affiliation", affiliation)

    def publish(self, item_id: str, payload: str) -> None:
        self._run("publish", "--id", item_id, text=payload)

    def retract(self, item_id: str) -> None:
        """Subscribers are told."""
        self._run("retract", "--id", item_id, "--notify")

    def purge(self) -> None:
        self._run("purge")

    def delete(self) -> None:
        self._run("delete")

    def _run(self, command: str, *arguments: str, text: str = "") -> list[Event]:
        done = subprocess.run(
            self._command(command, *arguments),
            env=self._environment(),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        events = [Event.parse(line) for line in done.stdout.splitlines()]
        assert done.returncode == 0, done.stderr
        return events

    def _command(self, command: str, *arguments: str) -> Sequence[str]:
        return [
            *(str(PYTHON), str(SCRIPT), command),
            *("--jid", f"{self._user}@{self._server.domain}"),
            *("--host", self._server.host, "--port", str(self._server.port)),
            *("--ca-file", str(self.ca_file)),
            *("--service", self._service, "--node", self._node),
            *arguments,
        ]

    def _environment(self) -> Mapping[str, str]:
        return {**os.environ, "SUBSCRIBER_PASSWORD": self._server.accounts[self._user]}


class Subscriber(Outsider):
    """An account that is online and subscribed to one node while entered.

    What arrives before the subscription is acknowledged counts, too: the last item, on some nodes.
    """

    _command_name = "follow"
    _begin = "subscribed"

    def __enter__(self) -> Self:
        self._errors = tempfile.TemporaryFile()
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            self._command(self._command_name),
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._early: list[Event] = []
        try:
            while (event := self._await(SECONDS)).kind != self._begin:
                self._early.append(event)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Takes its leave, so that the server does not wait for it to come back."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()
        self._errors.close()

    def next(self, timeout: float = SECONDS) -> Event:
        """The next event in the order of arrival. AssertionError if there is none in time."""
        while True:
            event = self._early.pop(0) if self._early else self._await(timeout)
            # ejabberd sends the last item of other nodes, too, to whoever comes online. A contact
            # has heard of a node of its own.
            if event.node in {None, self._node}:
                return event

    def nothing_for(self, seconds: float) -> None:
        """AssertionError with the event, if one arrives."""
        try:
            event = self.next(seconds)
        except NothingArrived:
            return
        raise AssertionError(f"this arrived: {event}")

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def _await(self, timeout: float) -> Event:
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            raise NothingArrived(f"no event within {timeout} s; {self._stderr()}") from None
        if not line:
            raise AssertionError(f"the subscriber ended; {self._stderr()}")
        return Event.parse(line)

    def _stderr(self) -> str:
        self._errors.seek(0)
        return f"it says: {self._errors.read().decode(errors='replace')[-2000:]}"


class Contact(Subscriber):
    """An account that is online and, without a subscription, asks its contacts for one node.

    It does so by `+notify` in its capabilities (XEP-0163 section 4), which its server knows once
    the context is entered. `befriend` makes two accounts contacts.
    """

    _command_name = "attend"
    _begin = "attending"


class NothingArrived(AssertionError):  # noqa: N818 - what a test is told, not a fault
    """Silence, where an event was awaited."""
