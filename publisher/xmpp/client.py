"""slixmpp's client, which trusts the server too much, with the rules that it lacks.

No credential is sent before the certificate has been verified, a login is tried once, redirects to
another host are not followed, and what the server may send unasked is limited.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, tostring

from slixmpp import ClientXMPP
from slixmpp.features.feature_mechanisms.stanza import Challenge
from slixmpp.util.sasl.mechanisms import SCRAM
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from publisher.errors import LoginFailed, NoAnswer, StreamBroken, StreamReset, Unavailable
from publisher.text.characters import short_line
from publisher.xmpp import lean_slixmpp, presence, unread_messages
from publisher.xmpp.connecting_problems import (
    NOTHING_SENT,
    PORTS,
    REASON,
    because,
    password_key,
    server_name,
    unknown_domain,
    untrusted,
)
from publisher.xmpp.stream_limits import LimitedParser, LimitExceeded, Meter
from publisher.xmpp.unanswered_requests import Unanswered

if TYPE_CHECKING:
    from publisher.config import Xmpp

# Stanzas of one connection that nobody asked for. slixmpp answers some, so they take memory even
# after they have been read.
MAX_UNASKED = 5_000
# The same once we have sent presence: contacts may be many, with several clients each, and any of
# them may write to us. Little of that is kept, so the limit only ends a flood.
MAX_UNASKED_ONLINE = 100_000
# The messages and requests that we answer on one connection. The answers wait in memory if the
# server does not read them.
MAX_REFUSED = 1_000
SENDER = 40  # characters of a JID that has sent too much, so that the rest of the message is shown

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

lean_slixmpp.hash_by_openssl(SCRAM)

# Only Linux has it.
_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class Unresolved(Exception):  # noqa: N818 - not an error that a user meets
    """slixmpp found no address. It does not say whether the name exists."""


class StrictClient(ClientXMPP):
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
        self.unanswered = Unanswered()
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
        if self.use_aiodns:
            lean_slixmpp.allow_srv_records()
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
        self.add_filter("in", self._take_answer)
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
            self._fail(Unresolved(self._problem))
            return
        where, why = server_name(self._config), because(self._problem)
        keys = "xmpp.host and xmpp.port" if self._config.host else "xmpp.jid"
        advice = f"check {keys}, or run again when the server is up"
        self._fail(Unavailable(f"{where} cannot be reached: {why}; {advice}"))

    def _on_untrusted(self, problem: object) -> None:
        self._fail(untrusted(self._config, problem))

    def _on_starttls_failure(self, _: object) -> None:
        self._fail(LoginFailed(f"{server_name(self._config)} refuses to begin TLS; {NOTHING_SENT}"))

    def _on_wrong_password(self, failure: Any) -> None:
        condition = failure["condition"] or "no reason given"
        self._fail(
            LoginFailed(
                f"{server_name(self._config)} does not accept the password of {self._config.jid} "
                f"({condition}); it was tried once. Check xmpp.jid and "
                f"{password_key(self._config)}",
                may_pass=condition == "temporary-auth-failure",
            )
        )

    def _on_stream_error(self, error: Any) -> None:
        condition = error["condition"]
        self._problem = short_line(f"{condition} {error['text']}", REASON)
        self._condition = condition
        if condition == "host-unknown":
            self._fail(unknown_domain(self._config))
        if condition == "see-other-host":
            self._problem = (
                "it sends us to another host; if you trust that one, set xmpp.host to it"
            )
        self._fail(Unavailable(f"{server_name(self._config)} closed the stream: {self._problem}"))

    def _on_disconnected(self, reason: object) -> None:
        reason = self._problem or reason
        if not self.lost.done():
            self.lost.set_result(reason)
            self.unanswered.end()
        if isinstance(reason, ssl.SSLError):
            self._on_untrusted(reason)
        where, why = server_name(self._config), because(reason)
        if self.plugin["feature_mechanisms"].attempted_mechs:
            # slixmpp disconnects if the server's SCRAM signature is wrong (RFC 5802 section 3). So
            # does a server that is stopped at this moment.
            problem = f"{where} does not prove that it knows the password"
            self._fail(LoginFailed(problem, may_pass=True))
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
                where = server_name(self._config)
                self._fail(LoginFailed(f"{where} wants {wanted} rounds of SCRAM; {NOTHING_SENT}"))
                # A filter that returns None drops the stanza.
                return None
        return stanza

    def _take_answer(self, stanza: Any) -> Any:
        """Keep answers to our requests from slixmpp, which does not know of these."""
        return None if stanza.name == "iq" and self.unanswered.take(stanza.xml) else stanza

    def _limit_unasked(self, stanza: Any) -> Any:
        """Count what is neither an answer nor of the login, which has limits of its own."""
        if not self.ready.done() or (stanza.name == "message" and self.listens):
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
        if (answer := unread_messages.answer(message)) is not None and self._may_refuse():
            self.send_raw(tostring(answer, encoding="unicode"))

    def count_anew(self) -> None:
        """Begin to count what arrives unasked at zero again."""
        self._unasked = self._refused = 0

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

    def init_parser(self) -> None:
        """Called by slixmpp at the begin of every stream."""
        super().init_parser()
        parser: Any = LimitedParser(self.meter)  # it has the methods that slixmpp uses
        self.parser = parser

    def data_received(self, data: Any) -> None:
        """Parse what the server sends. Data that slixmpp cannot handle ends the stream."""
        if self.is_cut:
            return
        self._acknowledge_at_once()
        try:
            super().data_received(data)
        except LimitExceeded as error:
            self._cut(str(error))
        except Exception as error:  # the server's data caused it, whatever it is
            self.exception(error)
            self._abort()

    def _acknowledge_at_once(self) -> None:
        """Tell the kernel to acknowledge what has arrived at once, and not 40 ms later.

        COMPAT(Prosody 0.12): it sends the second part of an answer only once the first is
        acknowledged (Nagle's algorithm). The option lasts only for a while, so it is set each time.
        """
        connection = self.transport and self.transport.get_extra_info("socket")
        if connection and _QUICK_ACK is not None:
            with suppress(OSError):  # e.g. the connection has just ended
                connection.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)

    def _cut(self, problem: str) -> None:
        """End a connection on which the server sends too much. `problem` follows its name."""
        self.is_cut = True
        self._problem = f"{server_name(self._config)} {problem}"
        self._fail(Unavailable(f"{self._problem}; check xmpp.host and xmpp.port"))
        self._abort()

    def _abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def exception(self, exception: Exception) -> None:
        """Called by slixmpp for an error in a handler, e.g. at a malformed SASL answer."""
        self._problem = "it does not speak XMPP as it should"
        advice = "check xmpp.host and xmpp.port"
        problem = f"{server_name(self._config)}: {self._problem}; {advice}"
        self._fail(LoginFailed(problem, may_pass=True))

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
            self._fail(LoginFailed(f"{server_name(self._config)} offers no TLS; {NOTHING_SENT}"))
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
            where = server_name(self._config)
            self._fail(
                LoginFailed(f"{where} offers no login that is safe: {names}; {NOTHING_SENT}")
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
        return kind(f"{message}: {because(reason)}")

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
