"""One authenticated stream to an XMPP server (RFC 6120): logging in, requests, and the end.

Every wait has a deadline. Each connection has a client of its own, so that no stanza of an old
connection can be sent on a new one.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Literal
from xml.etree.ElementTree import Element, tostring

from slixmpp import ClientXMPP, InvalidJID

from publisher.errors import ConfigError, NoAnswer, Refused, ServiceError, Unavailable
from publisher.xmpp import error_answers, presence, sent_payload
from publisher.xmpp.backlog import Backlog
from publisher.xmpp.client import StrictClient, Unresolved
from publisher.xmpp.connecting_problems import PORTS, server_name, unresolved
from publisher.xmpp.stream_limits import ANSWER
from publisher.xmpp.trust import tls_context
from publisher.xmpp.watchdog import ANSWER_SECONDS, Watchdog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from publisher.config import Xmpp
    from publisher.xmpp.error_answers import Right
    from publisher.xmpp.stream_limits import Limits
    from publisher.xmpp.unanswered_requests import Answer

CONNECT_SECONDS = 10.0
PING = "{urn:xmpp:ping}ping"
# COMPAT(ejabberd 23.01): it closes its side only after 0.1 s.
CLOSE_SECONDS = 0.5


class Connection:
    """A stream after login. Every request ends with an answer, or with an error at a deadline."""

    def __init__(self, client: StrictClient, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._client = client
        self._answer_seconds = answer_seconds
        self._watchdogs: dict[str, Watchdog] = {}
        self._appearing = asyncio.Lock()
        self._unsent: list[str] = []
        self.backlog = Backlog()

    @property
    def jid(self) -> str:
        """The account's bare JID."""
        return str(self._client.boundjid.bare)

    @property
    def max_bytes(self) -> int | None:
        """The largest stanza that the server accepts (XEP-0478), None if it does not say."""
        return self._client.max_bytes

    @property
    def is_broken(self) -> bool:
        """Whether it has ended, and not because the server exceeded a limit of ours."""
        return self._client.lost.done() and not self._client.is_cut

    @property
    def is_usable(self) -> bool:
        """Whether it is open, and no service has gone silent on it."""
        is_silent = any(one.expired.done() for one in self._watchdogs.values())
        return not (is_silent or self._client.lost.done())

    @property
    def end(self) -> asyncio.Future[object]:
        """Done when the connection has ended."""
        return self._client.lost

    @property
    def client(self) -> ClientXMPP:
        """slixmpp's client, for a subscriber that listens to messages."""
        return self._client

    def listen(self) -> None:
        """Take messages for asked for, so that they may be many: those of a subscription."""
        self._client.listens = True

    async def appear(self, *, awaits_contacts: bool) -> None:
        """Send presence, and wait until the server knows which contacts ask for our items.

        Does so once for a connection, and never with `xmpp.presence: never`. Concurrent calls
        return in the order in which they were made. Without `awaits_contacts` it does not wait.
        """
        if not self._client.may_appear:
            return
        async with self._appearing:
            if self._client.contacts:
                return
            self._client.contacts = contacts = presence.Contacts(self.jid)
            self._client.send_presence(ppriority=presence.PRIORITY)
            if not awaits_contacts:
                contacts.end()
                return
            # Without the roster we do not know whom to wait for. If the connection is lost, the
            # next request says so.
            with suppress(ServiceError):
                contacts.expect(await self._roster())
            await contacts.answered()

    async def _roster(self) -> Element:
        query, purpose = Element(f"{presence.ROSTER}query"), f"list the contacts of {self.jid}"
        return await self.request("get", query, to=self.jid, purpose=purpose, right="read")

    async def is_alive(self, *, seconds: float) -> bool:
        """Whether the account's server answers within this time (XEP-0199).

        From now on, what the server may send unasked is counted anew: the limits are for a time in
        which somebody asks, and not for the months that a connection may last.
        """
        self._client.count_anew()
        ping, domain = Element(PING), str(self._client.boundjid.domain)
        try:
            async with asyncio.timeout(seconds):
                await self.request("get", ping, to=domain, purpose="answer a ping", right="read")
        except Refused:  # a server that does not know pings answers, too (section 4.5)
            return True
        except (TimeoutError, ServiceError):
            return False
        return True

    async def request(
        self,
        kind: Literal["get", "set"],
        child: Element | str,
        *,
        to: str,
        purpose: str,
        right: Right,
        may_retry: bool = True,
        limits: Limits = ANSWER,
    ) -> Element:
        """Send an IQ and return the IQ element of the answer.

        A `child` that is a text is sent as it is: XML that is complete without a stanza around it.
        `purpose` (e.g. "publish") and `right`, which the account needs for it, are for errors.
        A stanza beyond the `limits` ends the connection.

        Without `may_retry`, an error of type `wait` does not count as busy: ejabberd sends it for
        a form field that it does not know.

        Raises the error that the service answered (see `answers.error`), or NoAnswer if it did not
        answer, so that nobody knows whether the request had its effect. The latter is StreamBroken
        if the server closed the stream because of a stanza of ours. Once a service has gone
        silent, all further requests to it raise NoAnswer without being sent.
        """
        watchdog = self._watchdog(to)
        watchdog.require_answers()
        if self._client.lost.done():
            raise self._no_answer(watchdog, purpose)
        self._client.meter.allow(limits)
        sent, size = self._send(kind, child, to)
        watchdog.watch(sent, size=size, purpose=purpose)
        answer = await sent
        if answer is None:
            raise self._no_answer(watchdog, purpose)
        if answer.get("type") == "error":
            raise error_answers.error(
                answer,
                service=to,
                account=self.jid,
                purpose=purpose,
                right=right,
                may_retry=may_retry,
            )
        return answer

    def _watchdog(self, service: str) -> Watchdog:
        if service not in self._watchdogs:
            self._watchdogs[service] = watchdog = Watchdog(
                service, account=self.jid, backlog=self.backlog, seconds=self._answer_seconds
            )
            watchdog.expired.add_done_callback(lambda _: self._client.unanswered.end(service))
        return self._watchdogs[service]

    def _send(
        self, kind: Literal["get", "set"], child: Element | str, to: str
    ) -> tuple[Answer, int]:
        """Send an IQ. Returns its answer, and how many bytes the child has."""
        client, id_ = self._client, self._client.new_id()
        try:
            answer = client.unanswered.add(id_, service=to, account=client.boundjid)
        except InvalidJID as error:
            raise ConfigError(f"the service {to!r} is not a JID; correct it") from error
        if isinstance(child, str):
            self._write(f'<iq id="{id_}" type="{kind}" to={sent_payload.quoted(to)}>{child}</iq>')
            return answer, len(child.encode())
        iq = client.make_iq(id_, itype=kind, ito=to)
        iq.append(child)
        self._flush()
        client.send(iq)
        return answer, len(tostring(child))

    def _write(self, stanza: str) -> None:
        """Send a stanza, with others of the same turn of the event loop in one piece."""
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent.append(stanza)

    def _flush(self) -> None:
        """Send what waits, in its order."""
        if self._unsent:
            self._client.send("".join(self._unsent))
            self._unsent.clear()

    def _no_answer(self, watchdog: Watchdog, purpose: str) -> NoAnswer:
        if self._client.lost.done():
            return self._client.loss(f"the connection was lost on the way to {purpose}")
        return watchdog.error()


@asynccontextmanager
async def connect(
    xmpp: Xmpp,
    password: str,
    *,
    seconds: float = CONNECT_SECONDS,
    answer_seconds: float = ANSWER_SECONDS,
) -> AsyncIterator[Connection]:
    """Log in, and log out at the end. `answer_seconds` is how long a service may owe us answers.

    Raises Unavailable if the login takes longer than `seconds`, LoginFailed if the server is not
    trusted, has no TLS or does not accept the password, and ConfigError for a bad `ca_file`.
    """
    try:
        client = StrictClient(xmpp, password, tls_context(xmpp.ca_file))
    except InvalidJID as error:
        raise ConfigError(f"xmpp.jid: {xmpp.jid!r} is not a JID; correct it") from error
    try:
        await _log_in(client, xmpp, seconds)
        yield Connection(client, answer_seconds=answer_seconds)
    finally:
        await _close(client)


async def _log_in(client: StrictClient, xmpp: Xmpp, seconds: float) -> None:
    if xmpp.host:
        client.connect(xmpp.host, xmpp.port or PORTS[xmpp.tls])
    else:
        client.connect()
    try:
        async with asyncio.timeout(seconds):
            # COMPAT(slixmpp 1.17): the future of its `connect` never fails, so it is not awaited.
            await client.ready
    except TimeoutError as error:
        raise Unavailable(
            f"{server_name(xmpp)} did not complete the login within {seconds:.0f} seconds; check "
            "xmpp.host, xmpp.port and xmpp.tls, or run again later"
        ) from error
    except Unresolved as error:
        raise await unresolved(xmpp) from error


async def _close(client: StrictClient) -> None:
    """Close the stream (RFC 6120 section 4.4), without waiting long for the server to do so."""
    # COMPAT(slixmpp 1.17): it would try to connect for ever.
    client.cancel_connection_attempt()
    transport = client.transport
    if transport is not None:
        if client.ready.done() and not client.ready.cancelled() and not client.ready.exception():
            if client.contacts:
                client.send_raw(presence.UNAVAILABLE)
            client.send_raw(client.stream_footer)
        # Not close(), which would wait until a stalled server has read what is buffered.
        transport.abort()
        await asyncio.wait({client.lost}, timeout=CLOSE_SECONDS)
    await client.stop_tasks()
