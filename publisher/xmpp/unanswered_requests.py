"""The requests of a connection that are not answered yet.

slixmpp compares each answer with every request in flight, so that many requests cost the square of
their number. Here an answer finds its request by its id.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec import Struct
from slixmpp import JID

if TYPE_CHECKING:
    from typing import TypeAlias
    from xml.etree.ElementTree import Element

    # The IQ element of the answer; None if the wait has ended without one.
    Answer: TypeAlias = "asyncio.Future[Element | None]"


class _Request(Struct, frozen=True):
    """A request in flight to a service, and the JIDs that may answer it."""

    service: str
    answer: Answer
    senders: frozenset[str]


class Unanswered:
    """The requests in flight, by the ids of their stanzas."""

    def __init__(self) -> None:
        self._requests: dict[str, _Request] = {}
        self._senders: dict[str, frozenset[str]] = {}

    def add(self, id_: str, *, service: str, account: JID) -> Answer:
        """Await the answer to a request that `account` is about to send. Raises InvalidJID.

        If the wait is cancelled, the answer may still arrive, and is an answer as well.
        """
        if service not in self._senders:
            self._senders[service] = _senders(JID(service), account)
        answer: Answer = asyncio.get_running_loop().create_future()
        self._requests[id_] = _Request(service, answer, self._senders[service])
        return answer

    def take(self, iq: Element) -> bool:
        """Take an IQ for the answer to a request. Returns whether it is one.

        Somebody who guesses the id of a request must not answer in the place of the service.
        """
        request = self._requests.get(iq.get("id", ""))
        is_answer = iq.get("type") in {"result", "error"}
        if not (request and is_answer and iq.get("from", "") in request.senders):
            return False
        del self._requests[iq.get("id", "")]
        if not request.answer.done():
            request.answer.set_result(iq)
        return True

    def end(self, service: str | None = None) -> None:
        """End the wait for the answers of a service; of all if the connection is lost."""
        for id_, request in [*self._requests.items()]:
            if service in {None, request.service}:
                del self._requests[id_]
                if not request.answer.done():
                    request.answer.set_result(None)


def _senders(to: JID, account: JID) -> frozenset[str]:
    """Who may answer a request: also a server in the name of an address (RFC 6120 section 8.1.2).

    An answer of the account's own server need not name its sender.
    """
    ours = {"", str(account.bare), str(account.domain)}
    return frozenset(ours | {str(to.full), str(to.bare), str(to.domain)})
