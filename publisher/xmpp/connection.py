"""One authenticated stream to an XMPP server (RFC 6120).

slixmpp trusts the server too much, so this module enforces what it does not: no credential is sent
before the certificate has been verified, a login is tried once, redirects to another host are not
followed, and every wait has a deadline. Each connection has a client of its own, so that no stanza
of an old connection can be sent on a new one.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import ssl
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal
from xml.etree.ElementTree import Element, tostring

from slixmpp import ClientXMPP, InvalidJID
from slixmpp.exceptions import IqError
from slixmpp.features.feature_mechanisms.stanza import Challenge
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from publisher.errors import (
    ConfigError,
    LoginFailed,
    NoAnswer,
    ServiceError,
    StreamBroken,
    StreamReset,
    Unavailable,
    WrongAddress,
)
from publisher.system.network_reasons import NO_TLS, OLD_TLS, is_old_tls, network_reason
from publisher.text.characters import short_line
from publisher.xmpp import answers, presence, unread
from publisher.xmpp.backlog import Backlog
from publisher.xmpp.stream_limits import ANSWER, LimitedParser, LimitExceeded, Meter
from publisher.xmpp.watchdog import ANSWER_SECONDS, Watchdog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from publisher.config import Xmpp
    from publisher.xmpp.answers import Right
    from publisher.xmpp.stream_limits import Limits

CONNECT_SECONDS = 10.0
# The timeout that slixmpp gets for a request, long enough never to end one: the watchdog does that.
NEVER_SECONDS = 1e6
# COMPAT(ejabberd 23.01): it closes its side only after 0.1 s.
CLOSE_SECONDS = 0.5
# Stanzas of one connection that nobody asked for. slixmpp answers some, so they take memory even
# after they have been read.
MAX_UNASKED = 5_000
# The same once we have sent presence: contacts may be many, with several clients each, and any of
# them may write to us. Little of that is kept, so the limit only ends a flood.
MAX_UNASKED_ONLINE = 100_000
# The messages and requests that we answer on one connection. The answers wait in memory if the
# server does not read them.
MAX_REFUSED = 1_000
REASON = 200  # characters of the server's own message that we repeat
SENDER = 40  # characters of a JID that has sent too much, so that the rest of the message is shown
# IANA has registered only 5222 for XMPP clients; 5223 is a convention.
PORTS = {"starttls": 5222, "direct": 5223}

# Best first. PLAIN comes last because it shows the password to the server, although a verified one.
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN")
MAX_ITERATIONS = 1_000_000  # of SCRAM, a few seconds of work; servers use 4,096 to 100,000

# The stream errors for a stanza that is too big or not XML (RFC 6120 section 4.9.3).
_BAD_STANZA = frozenset({"bad-format", "invalid-xml", "not-well-formed", "policy-violation"})

_MAX_BYTES = "{urn:xmpp:stream-limits:0}limits/{urn:xmpp:stream-limits:0}max-bytes"
_STARTTLS_FAILURE = "{urn:ietf:params:xml:ns:xmpp-tls}failure"

# slixmpp logs for its developers, and on level DEBUG it logs credentials.
logging.getLogger("slixmpp").addHandler(logging.NullHandler())
logging.getLogger("slixmpp").propagate = False


class Connection:
    """A stream after login. Every request ends with an answer, or with an error at a deadline."""

    def __init__(self, client: _Client, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._client = client
        self._answer_seconds = answer_seconds
        self._watchdogs: dict[str, Watchdog] = {}
        self._appearing = asyncio.Lock()
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
                return
            # Without the roster we do not know whom to wait for. If the connection is lost, the
            # next request says so.
            with suppress(ServiceError):
                contacts.expect(await self._roster())
            await contacts.answered()

    async def _roster(self) -> Element:
        query, purpose = Element(f"{presence.ROSTER}query"), f"list the contacts of {self.jid}"
        return await self.request("get", query, to=self.jid, purpose=purpose, right="read")

    async def request(
        self,
        kind: Literal["get", "set"],
        child: Element,
        *,
        to: str,
        purpose: str,
        right: Right,
        may_retry: bool = True,
        limits: Limits = ANSWER,
    ) -> Element:
        """Send an IQ and return the IQ element of the answer.

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
        try:
            iq: Any = self._client.make_iq(itype=kind, ito=to)
        except InvalidJID as error:
            raise ConfigError(f"the service {to!r} is not a JID; correct it") from error
        iq.append(child)
        self._client.meter.allow(limits)
        sent = iq.send(timeout=NEVER_SECONDS)
        watchdog.watch(sent, size=len(tostring(child)), purpose=purpose)
        with self._client.expecting(iq["id"]):
            await self._answered(sent, watchdog, purpose)
        try:
            answer: Element = sent.result().xml
        except IqError as error:
            raise answers.error(
                error.iq.xml,
                service=to,
                account=self.jid,
                purpose=purpose,
                right=right,
                may_retry=may_retry,
            ) from error
        return answer

    def _watchdog(self, service: str) -> Watchdog:
        if service not in self._watchdogs:
            self._watchdogs[service] = Watchdog(
                service, account=self.jid, backlog=self.backlog, seconds=self._answer_seconds
            )
        return self._watchdogs[service]

    async def _answered(self, sent: asyncio.Future[Any], watchdog: Watchdog, purpose: str) -> None:
        """Wait for the answer. Raises NoAnswer."""
        lost = self._client.lost
        try:
            await asyncio.wait({sent, lost, watchdog.expired}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # No effect on an answer that has arrived. Otherwise it tells the watchdog to stop
            # waiting.
            sent.cancel()
        if not sent.cancelled():
            return
        if lost.done():
            raise self._client.loss(f"the connection was lost on the way to {purpose}")
        watchdog.require_answers()


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
        client = _Client(xmpp, password, _tls(xmpp.ca_file))
    except InvalidJID as error:
        raise ConfigError(f"xmpp.jid: {xmpp.jid!r} is not a JID; correct it") from error
    try:
        await _log_in(client, xmpp, seconds)
        yield Connection(client, answer_seconds=answer_seconds)
    finally:
        await _close(client)


async def _log_in(client: _Client, xmpp: Xmpp, seconds: float) -> None:
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
            f"{_where(xmpp)} did not complete the login within {seconds:.0f} seconds; check "
            "xmpp.host, xmpp.port and xmpp.tls, or run again later"
        ) from error
    except _Unresolved as error:
        raise await _unresolved(xmpp) from error


class _Unresolved(Exception):  # noqa: N818 - not an error that a user meets
    """slixmpp found no address. It does not say whether the name exists."""


async def _unresolved(xmpp: Xmpp) -> Unavailable:
    """The error for a server without an address."""
    name = xmpp.host or xmpp.jid.partition("@")[2]
    failed = f"{_where(xmpp)} cannot be reached"
    advice = "correct xmpp.host"
    if not xmpp.host:
        advice = "correct xmpp.jid, or set xmpp.host to the name of its server"
    try:
        await asyncio.get_running_loop().getaddrinfo(name, None)
    except socket.gaierror as error:
        if error.errno != socket.EAI_AGAIN:
            return WrongAddress(f"{failed}: {name} has no address in DNS; {advice}")
    except UnicodeError:  # a label of more than 63 characters
        return WrongAddress(f"{failed}: {name} is no host name; {advice}")
    return Unavailable(f"{failed}: DNS does not answer for {name}; run again later")


async def _close(client: _Client) -> None:
    """Close the stream (RFC 6120 section 4.4), without waiting long for the server to do so."""
    # COMPAT(slixmpp 1.17): it would try to connect for ever.
    client.cancel_connection_attempt()
    transport = client.transport
    if transport is not None:
        if client.ready.done() and not client.ready.cancelled() and not client.ready.exception():
            if client.contacts:
                client.send_raw(presence.UNAVAILABLE)
            client.send_raw(client.stream_footer)
            await asyncio.wait({client.lost}, timeout=CLOSE_SECONDS)
        # Not close(), which would wait until a stalled server has read what is buffered.
        transport.abort()
        await asyncio.wait({client.lost}, timeout=CLOSE_SECONDS)
    await client.stop_tasks()


class _Client(ClientXMPP):
    """slixmpp's client with our rules.

    `ready` is done when the login has succeeded or failed, `lost` when the connection has ended.
    """

    def __init__(self, xmpp: Xmpp, password: str, context: ssl.SSLContext) -> None:
        super().__init__(xmpp.jid, password, ssl_context=context)
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.lost: asyncio.Future[object] = loop.create_future()
        self._config = xmpp
        self._problem: object = None
        self._condition = ""  # of the stream error, if the server sent one
        self.meter = Meter()
        self.listens = False  # whether somebody asked for messages
        self.may_appear = xmpp.presence == "pep"
        self.contacts: presence.Contacts | None = None  # once we have sent presence
        self._expected: set[str] = set()  # the ids of the requests in flight
        self._unasked = self._refused = 0
        self.is_cut = False
        self.max_bytes: int | None = None
        self.max_redirects = -1  # see-other-host would change the name that TLS is checked against
        # COMPAT(slixmpp 1.17): with an explicit host it would try direct TLS first, whatever the
        # port is.
        self.enable_direct_tls = xmpp.tls == "direct"
        self.enable_starttls = xmpp.tls == "starttls"
        # The port for a domain without SRV records.
        self.default_port = PORTS[xmpp.tls]
        self.use_aiodns = xmpp.host is None  # for SRV records
        self._listen()

    def _listen(self) -> None:
        """Handle all events that end a login; slixmpp has no future that does."""
        for event, react in {
            "session_start": self._on_session,
            "connection_failed": self._on_failed_attempt,
            "reconnect_delay": self._on_all_attempts_failed,
            "ssl_invalid_chain": self._on_untrusted,
            "failed_auth": self._on_wrong_password,
            "stream_error": self._on_stream_error,
            "disconnected": self._on_disconnected,
        }.items():
            self.add_event_handler(event, react)
        refused = Callback("no TLS", MatchXPath(_STARTTLS_FAILURE), self._on_starttls_failure)
        self.register_handler(refused)
        self.add_filter("in", self._limit_scram)
        self.add_filter("in", self._limit_unasked)

    def _on_session(self, _: object) -> None:
        self.meter.end_login()
        if not self.ready.done():
            self.ready.set_result(None)

    def _on_failed_attempt(self, problem: object) -> None:
        self._problem = problem
        # COMPAT(slixmpp 1.17): it would try again, but no retry makes a certificate trusted.
        if isinstance(problem, ssl.SSLError):
            self._on_untrusted(problem)

    def _on_all_attempts_failed(self, _: object) -> None:
        # COMPAT(slixmpp 1.17): it announces a pause before it tries all addresses again, for ever.
        # slixmpp reports a name without an address as a string, and all else as an exception.
        if isinstance(self._problem, str):
            self._fail(_Unresolved(self._problem))
            return
        where, why = _where(self._config), _because(self._problem)
        keys = "xmpp.host and xmpp.port" if self._config.host else "xmpp.jid"
        advice = f"check {keys}, or run again when the server is up"
        self._fail(Unavailable(f"{where} cannot be reached: {why}; {advice}"))

    def _on_untrusted(self, problem: object) -> None:
        self._fail(_untrusted(self._config, problem))

    def _on_starttls_failure(self, _: object) -> None:
        self._fail(LoginFailed(f"{_where(self._config)} refuses to begin TLS; {_NOTHING_SENT}"))

    def _on_wrong_password(self, failure: Any) -> None:
        condition = failure["condition"] or "no reason given"
        self._fail(
            LoginFailed(
                f"{_where(self._config)} does not accept the password of {self._config.jid} "
                f"({condition}); it was tried once. Check xmpp.jid and "
                f"{_password_key(self._config)}"
            )
        )

    def _on_stream_error(self, error: Any) -> None:
        condition = error["condition"]
        self._problem = short_line(f"{condition} {error['text']}", REASON)
        self._condition = condition
        if condition == "host-unknown":
            self._fail(_unknown_domain(self._config))
        if condition == "see-other-host":
            self._problem = (
                "it sends us to another host; if you trust that one, set xmpp.host to it"
            )
        self._fail(Unavailable(f"{_where(self._config)} closed the stream: {self._problem}"))

    def _on_disconnected(self, reason: object) -> None:
        reason = self._problem or reason
        if not self.lost.done():
            self.lost.set_result(reason)
        if isinstance(reason, ssl.SSLError):
            self._on_untrusted(reason)
        where, why = _where(self._config), _because(reason)
        if self.plugin["feature_mechanisms"].attempted_mechs:
            # slixmpp disconnects if the server's SCRAM signature is wrong (RFC 5802 section 3).
            self._fail(LoginFailed(f"{where} does not prove that it knows the password"))
        advice = "check xmpp.port and xmpp.tls"
        self._fail(Unavailable(f"{where} closed the connection before the login: {why}; {advice}"))

    def _limit_scram(self, stanza: Any) -> Any:
        """Limit our work: in SCRAM the server chooses the iterations (RFC 5802 section 5.1)."""
        if isinstance(stanza, Challenge):
            parts = bytes(stanza["value"]).split(b",")
            # A challenge has one `i=` (RFC 5802 section 7); slixmpp would use the last of several.
            rounds = [part[2:] for part in parts if part.startswith(b"i=")]
            # At most 7 digits, because int() raises ValueError for more than 4,300.
            is_cheap = all(
                re.fullmatch(rb"[0-9]{1,7}", n) and int(n) <= MAX_ITERATIONS for n in rounds
            )
            if len(rounds) > 1 or not is_cheap:
                wanted = short_line(b" and ".join(rounds).decode(errors="replace"), REASON)
                where = _where(self._config)
                self._fail(LoginFailed(f"{where} wants {wanted} rounds of SCRAM; {_NOTHING_SENT}"))
                # A filter that returns None drops the stanza.
                return None
        return stanza

    @contextmanager
    def expecting(self, id_: str) -> Iterator[None]:
        """Count the answer with this id as asked for, as long as the context lasts."""
        self._expected.add(id_)
        try:
            yield
        finally:
            self._expected.remove(id_)

    def _limit_unasked(self, stanza: Any) -> Any:
        """Count what is neither an answer nor of the login, which has limits of its own."""
        if not self.ready.done() or self._is_asked(stanza):
            return stanza
        self._unasked += 1
        if self._unasked > (MAX_UNASKED_ONLINE if self.contacts else MAX_UNASKED):
            self._cut_unasked(stanza.xml)
            return None
        if stanza.name == "presence":
            if self.contacts:
                self.contacts.note(stanza.xml)
            # slixmpp would remember every sender, and grant every request for a subscription (RFC
            # 6121 section 3.1), which only the account's owner may do.
            return None
        if stanza.name == "message":
            self._refuse(stanza.xml)
            return None
        return stanza if self._may_refuse() else None

    def _refuse(self, message: Element) -> None:
        """Let the sender of a message know that nobody reads it here."""
        if (answer := unread.answer(message)) is not None and self._may_refuse():
            self.send_raw(tostring(answer, encoding="unicode"))

    def _may_refuse(self) -> bool:
        """Count a message or a request that gets an answer."""
        self._refused += 1
        return self._refused <= MAX_REFUSED

    def _cut_unasked(self, stanza: Element) -> None:
        if not self.contacts:
            self._cut(f"sent more than {MAX_UNASKED:,} stanzas that nobody asked for")
            return
        sender = short_line(stanza.get("from", "").partition("/")[0], SENDER) or "itself"
        self._cut(
            f"sent more than {MAX_UNASKED_ONLINE:,} stanzas that nobody asked for (the last one is "
            f"from {sender}); `presence: never` in the section xmpp prevents that"
        )

    def _is_asked(self, stanza: Any) -> bool:
        if stanza.name == "message":
            return self.listens
        return stanza.name == "iq" and stanza["id"] in self._expected

    def init_parser(self) -> None:
        """Called by slixmpp at the begin of every stream."""
        super().init_parser()
        parser: Any = LimitedParser(self.meter)  # it has the methods that slixmpp uses
        self.parser = parser

    def data_received(self, data: Any) -> None:
        """Parse what the server sends. Data that slixmpp cannot handle ends the stream."""
        if self.is_cut:
            return
        try:
            super().data_received(data)
        except LimitExceeded as error:
            self._cut(str(error))
        except Exception as error:  # the server's data caused it, whatever it is
            self.exception(error)
            self._abort()

    def _cut(self, problem: str) -> None:
        """End a connection on which the server sends too much. `problem` follows its name."""
        self.is_cut = True
        self._problem = f"{_where(self._config)} {problem}"
        self._fail(Unavailable(f"{self._problem}; check xmpp.host and xmpp.port"))
        self._abort()

    def _abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def exception(self, exception: Exception) -> None:
        """Called by slixmpp for an error in a handler, e.g. at a malformed SASL answer."""
        self._problem = "it does not speak XMPP as it should"
        advice = "check xmpp.host and xmpp.port"
        self._fail(LoginFailed(f"{_where(self._config)}: {self._problem}; {advice}"))

    async def _handle_stream_features(self, features: Any) -> bool | None:
        """Begin TLS before anything else, then log in with the best mechanism that is safe."""
        # The login has failed or succeeded, so nothing more is sent for it.
        if self.ready.done():
            return None
        # A number that is too long or malformed counts as no limit.
        limit = features.xml.findtext(_MAX_BYTES) or ""
        self.max_bytes = int(limit) if re.fullmatch("[0-9]{1,12}", limit) else self.max_bytes
        encrypted = self.transport is not None and bool(self.transport.get_extra_info("ssl_object"))
        if not encrypted and "starttls" not in features["features"]:
            self._fail(LoginFailed(f"{_where(self._config)} offers no TLS; {_NOTHING_SENT}"))
            return None
        if encrypted and not self.authenticated and not self._choose(features):
            return None
        return await super()._handle_stream_features(features)

    def _choose(self, features: Any) -> bool:
        """Allow slixmpp one mechanism: a failed SCRAM must not become a second try with PLAIN."""
        offered = set(features["mechanisms"]) if "mechanisms" in features["features"] else set()
        chosen = next((name for name in MECHANISMS if name in offered), None)
        if chosen is None:
            names = short_line(", ".join(sorted(offered)), REASON) or "none"
            self._fail(
                LoginFailed(
                    f"{_where(self._config)} offers no login that is safe: {names}; {_NOTHING_SENT}"
                )
            )
            return False
        # A server may also ban an address after a few failed logins, as with fail2ban.
        self.plugin["feature_mechanisms"].use_mechs = {chosen}
        return True

    def loss(self, message: str) -> NoAnswer:
        """The error for a request that was unanswered when the connection ended."""
        reason = self.lost.result()
        kind: type[NoAnswer] = NoAnswer
        if self._condition in _BAD_STANZA:
            kind = StreamBroken
        elif isinstance(reason, ConnectionError):
            # A server that closes while we still send resets the connection, which discards its
            # stream error before we can read it.
            kind = StreamReset
        return kind(f"{message}: {_because(reason)}")

    def _fail(self, error: Exception) -> None:
        """End the login with this error. `connect` closes the socket, and nothing more is sent."""
        if not self.ready.done():
            self.ready.set_exception(error)

    async def stop_tasks(self) -> None:
        """Stop slixmpp's sender, which it leaves running: asyncio would complain about that."""
        task = self._run_out_filters
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait({task})


_NOTHING_SENT = "the password was not sent"
# OpenSSL's codes for a certificate that has another host name or another IP address.
_WRONG_NAMES = frozenset({62, 64})


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or later that verifies the name and the chain (RFC 9325, RFC 9525)."""
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except (OSError, ssl.SSLError) as error:
        why = network_reason(error)
        raise ConfigError(f"xmpp.ca_file: {ca_file} cannot be read: {why}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # RFC 9525 section 6.3: the common name of a certificate is no host name.
    context.hostname_checks_common_name = False
    return context


def _untrusted(xmpp: Xmpp, problem: object) -> LoginFailed:
    if isinstance(problem, ssl.SSLCertVerificationError):
        why = short_line(problem.verify_message, REASON)
        if problem.verify_code in _WRONG_NAMES:
            why = f"{why.rstrip('.')}: the name must be in its subjectAltName"
        return LoginFailed(
            f"the certificate of {_where(xmpp)} is not trusted: {why}; {_NOTHING_SENT}. Check the "
            "domain of xmpp.jid, or set xmpp.ca_file to the certificate of your own authority"
        )
    if is_old_tls(problem):
        return LoginFailed(
            f"{_where(xmpp)} {OLD_TLS}; {_NOTHING_SENT}. Enable TLS 1.2 or later on the server"
        )
    why = _because(problem)
    detail = "" if why == NO_TLS else f" ({why})"
    return LoginFailed(f"{_where(xmpp)} does not speak TLS{detail}; check xmpp.port and xmpp.tls")


def _unknown_domain(xmpp: Xmpp) -> WrongAddress:
    domain = xmpp.jid.partition("@")[2]
    key = "xmpp.host" if xmpp.host else "the SRV records of the domain"
    problem = f"{_where(xmpp)} does not serve the domain {domain} (host-unknown)"
    return WrongAddress(f"{problem}; correct xmpp.jid or {key}")


def _password_key(xmpp: Xmpp) -> str:
    """The key that says where the password comes from."""
    sources = {"password_env": xmpp.password_env, "password_file": xmpp.password_file}
    return f"xmpp.{next((key for key, value in sources.items() if value), 'password_command')}"


def _where(xmpp: Xmpp) -> str:
    """The server's name for errors: what the configuration says of it."""
    domain = xmpp.jid.partition("@")[2]
    return f"{xmpp.host}:{xmpp.port or PORTS[xmpp.tls]}" if xmpp.host else domain


def _because(reason: object) -> str:
    if isinstance(reason, BaseException):
        reason = network_reason(reason)
    return short_line(str(reason), REASON) if reason else "no reason given"
