"""What a server may send without end to take the memory of its client, for `hostile.Hostile`."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

# Before the stream header, before TLS, after TLS, after the login, after the first request, and
# after the client's presence.
Moment: TypeAlias = Literal[
    "header", "before_tls", "before_login", "after_login", "in_answer", "after_presence"
]

CHUNK = 50_000  # bytes to send at once


@dataclass(frozen=True)
class Flood:
    """`begin` once and then `piece` for ever, with a new number in the place of each NUMBER."""

    moment: Moment
    begin: str
    piece: str

    def chunks(self) -> Iterator[str]:
        yield self.begin
        count = CHUNK // len(self.piece) + 1
        if "NUMBER" not in self.piece:
            yield from itertools.repeat(self.piece * count)
        for first in itertools.count(step=count):
            yield "".join(
                self.piece.replace("NUMBER", str(number)) for number in range(first, first + count)
            )


_FEATURES = "<stream:features>"
_ANSWER = "<iq type='result' id='x' from='pubsub.localhost'><query xmlns='urn:x'>"
_FORM = "<iq type='result' id='x' from='pubsub.localhost'><x xmlns='jabber:x:data'>"
_OWNER = "http://jabber.org/protocol/pubsub#owner"
_SUBSCRIPTIONS = f"<iq type='result' id='x'><pubsub xmlns='{_OWNER}'><subscriptions>"
_SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
# Each name in the second line has ten times the length of the one before.
_ENTITIES = (
    "<?xml version='1.0'?><!DOCTYPE stream:stream [<!ENTITY a0 'xxxxxxxxxx'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 9))
    + "]><stream:stream xmlns='jabber:client' version='1.0' id='h' from='&a4;' "
    "xmlns:stream='http://etherx.jabber.org/streams'>"
)

FLOODS: dict[str, Flood] = {
    "header": Flood("header", "<stream:stream id='", "x"),
    "attributes of the header": Flood("header", "<stream:stream ", "aNUMBER='' "),
    "white space before the header": Flood("header", "", " \n"),
    "entities": Flood("header", _ENTITIES, "<x>&a8;</x>"),
    "comments before the header": Flood("header", "", "<!-- x -->"),
    "nesting before TLS": Flood("before_tls", "", "<a>"),
    "features before TLS": Flood("before_tls", _FEATURES, "<a/>"),
    "white space before TLS": Flood("before_tls", "", " "),
    "stanzas before TLS": Flood("before_tls", "", "<message/>"),
    "nesting before the login": Flood("before_login", "", "<a>"),
    "nested features": Flood("before_login", _FEATURES, "<a>"),
    "long feature": Flood("before_login", f"{_FEATURES}<a>", "x"),
    "mechanisms": Flood(
        "before_login", f"{_FEATURES}<mechanisms xmlns='{_SASL}'>", "<mechanism>X</mechanism>"
    ),
    "challenge": Flood("before_login", f"<challenge xmlns='{_SASL}'>", "QUFB"),
    "stanzas before the login": Flood("before_login", "", "<presence/>"),
    "text": Flood("in_answer", _ANSWER, "x"),
    "lines": Flood("in_answer", _ANSWER, "ab\n"),
    "long items": Flood("in_answer", _ANSWER, f"<item name='a'>{'x' * 10_000}</item>"),
    "nesting": Flood("in_answer", _ANSWER, "<a>"),
    "items": Flood("in_answer", _ANSWER, "<item jid='p.l' node='blog' name='NUMBER'/>"),
    "elements": Flood("in_answer", _ANSWER, "<a/>"),
    "fields of a form": Flood("in_answer", _FORM, "<field var='NUMBER'><value>1</value></field>"),
    "subscribers": Flood(
        "in_answer", _SUBSCRIPTIONS, "<subscription jid='NUMBER@l' subscription='subscribed'/>"
    ),
    "long attribute": Flood("in_answer", f"{_ANSWER}<item name='", "x"),
    "attributes": Flood("in_answer", f"{_ANSWER}<item ", "aNUMBER='' "),
    "error text": Flood("in_answer", "<iq type='error' id='x'><error type='wait'><text>", "x"),
    "white space": Flood("in_answer", "", " "),
    "presences": Flood("in_answer", "", "<presence from='NUMBER@elsewhere.example/x'/>"),
    "subscription requests": Flood(
        "in_answer", "", "<presence type='subscribe' from='NUMBER@elsewhere.example'/>"
    ),
    "messages": Flood("in_answer", "", "<message from='NUMBER@l'><body>x</body></message>"),
    "requests": Flood("in_answer", "", "<iq type='get' id='NUMBER'><x xmlns='urn:x'/></iq>"),
    "answers to nothing": Flood("in_answer", "", "<iq type='result' id='NUMBER'/>"),
    "presences of contacts": Flood(
        "after_presence", "", "<presence from='NUMBER@elsewhere.example/x'/>"
    ),
    "messages of contacts": Flood(
        "after_presence",
        "",
        "<message type='chat' from='eve@elsewhere.example/NUMBER'><body>x</body></message>",
    ),
    "requests of contacts": Flood(
        "after_presence",
        "",
        "<iq type='get' id='NUMBER' from='eve@elsewhere.example/x'><x xmlns='urn:x'/></iq>",
    ),
    "long message": Flood("after_login", "<message><body>", "x"),
    "nested message": Flood("after_login", "<message>", "<a>"),
}
