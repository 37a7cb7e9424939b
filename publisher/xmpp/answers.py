"""An error answer of a service -> our error, with advice (RFC 6120 section 8.3, XEP-0060).

Decided by the conditions, never by the text, which is only shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.errors import Busy, Forbidden, NotFound, Refused, ServiceError, TooBig, Unavailable
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SAID = 400  # characters of a service's words that we repeat

_STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
_PUBSUB = "{http://jabber.org/protocol/pubsub#errors}"

_UNAVAILABLE = frozenset(
    {
        "gone",
        "jid-malformed",
        "recipient-unavailable",
        "redirect",
        "remote-server-not-found",
        "remote-server-timeout",
        "service-unavailable",
    }
)
_MOVED = frozenset({f"{_STANZAS}gone", f"{_STANZAS}redirect"})  # with the new address inside
_FORBIDDEN = frozenset({"forbidden", "not-authorized", "registration-required"})

# Refused before it was done, so that asking again is safe. A timeout between servers is not: what
# became of the request is unknown. Nor is internal-server-error, which Prosody says with type
# `wait` also where its storage is full for good.
_BUSY = frozenset({"policy-violation", "resource-constraint"})

_ADVICE = {
    "closed-node": "the node admits only accounts of its list",
    "gone": "it has moved; name the new address in the configuration if you trust it",
    "internal-server-error": "its log says why, often a full disk or a quota; try again later",
    "max-nodes-exceeded": "the service allows no more nodes",
    "node-full": "raise the node's pubsub#max_items, or set keep in the configuration",
    "not-allowed": "check the name of the service in the configuration, and the account's rights",
    "payload-too-big": "the service takes no entries of this size; shorten the post",
    "persistent-items": "the node keeps no items; set its pubsub#persist_items to true",
    "policy-violation": "the service takes no entries of this size, or not so many",
    "precondition-not-met": "the node is configured differently; see `publisher node show`",
    "redirect": "it has moved; name the new address in the configuration if you trust it",
    "remote-server-not-found": "check the name of the service in the configuration",
    "remote-server-timeout": "the service's own server cannot be reached; try again later",
    "resource-constraint": "the service is short of something, or refuses a value it was sent",
    "service-unavailable": "check the name of the service in the configuration",
}


def error(iq: Element, *, service: str, account: str, purpose: str, patient: bool) -> ServiceError:
    """The error of an IQ of type error, sent to `purpose` (e.g. "publish").

    Not `patient`: type `wait` is no promise. ejabberd says it of a field that it does not know.
    """
    answer = _Answer.read(iq)
    if answer.condition in _FORBIDDEN:
        message = f"{service} does not allow {account} to {purpose} ({answer.said}). {_RIGHTS}"
        return Forbidden(message, condition=answer.condition)
    advice = _ADVICE.get(answer.specific) or _ADVICE.get(answer.condition)
    message = f"{service} refused to {purpose}: {answer.said}" + (f"; {advice}" if advice else "")
    if answer.condition in _UNAVAILABLE:
        return Unavailable(message)
    return _kind(answer, patient=patient)(message, condition=answer.condition)


def _kind(answer: _Answer, *, patient: bool) -> type[Refused]:
    if answer.condition == "item-not-found":
        return NotFound
    if answer.type == "wait" and answer.condition in _BUSY and patient:
        return Busy
    # XEP-0478 section 4: a server on the way says policy-violation of a stanza that is too large.
    if answer.specific == "payload-too-big" or answer.condition == "policy-violation":
        return TooBig
    return Refused


@dataclass(frozen=True, slots=True)
class _Answer:
    """`specific` is the condition of XEP-0060, or the feature that is missing, if there is one.

    `said` is all of it in the service's words, fit to be shown.
    """

    type: str
    condition: str
    specific: str
    said: str

    @classmethod
    def read(cls, iq: Element) -> _Answer:
        found = iq.find("{*}error")
        children = [] if found is None else list(found)
        condition = _condition([child.tag for child in children])
        mine = next((child for child in children if child.tag.startswith(_PUBSUB)), None)
        name = "" if mine is None else mine.tag.removeprefix(_PUBSUB)
        feature = "" if mine is None else mine.get("feature", "")
        text = "" if found is None else (found.findtext(f"{_STANZAS}text") or "")
        moved = next((child.text for child in children if child.tag in _MOVED), None) or ""
        parts = (condition, name, feature, moved.strip(), text.strip())
        said = short_line(", ".join(part for part in parts if part), SAID)
        kind = "" if found is None else found.get("type", "")
        return cls(kind, condition, feature or name, said)


# Prosody 0.12: only the admins of the component may create nodes, whatever else is configured.
_RIGHTS = (
    "The account needs the right to create the node, or to publish to it: on Prosody add it to the "
    "`admins` of the pubsub component; elsewhere ask the node's owner for the affiliation publisher"
)


def _condition(tags: list[str]) -> str:
    names = (tag.removeprefix(_STANZAS) for tag in tags if tag.startswith(_STANZAS))
    return next((name for name in names if name != "text"), "undefined-condition")
