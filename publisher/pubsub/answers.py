"""An error answer of a service -> our error, with advice (RFC 6120 section 8.3, XEP-0060).

Decided by the conditions, never by the text, which is only shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import Forbidden, NotFound, Refused, ServiceError, TooBig, Unavailable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

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
_FORBIDDEN = frozenset({"forbidden", "not-authorized", "registration-required"})

_ADVICE = {
    "payload-too-big": "the service takes no entries of this size; shorten the post",
    "node-full": "raise the node's pubsub#max_items, or set keep in the configuration",
    "closed-node": "the node admits only accounts of its list",
    "persistent-items": "the node keeps no items; set its pubsub#persist_items to true",
    "precondition-not-met": "the node is configured differently; see `publisher status`",
    "max-nodes-exceeded": "the service allows no more nodes",
    "remote-server-not-found": "check the name of the service in the configuration",
    "service-unavailable": "check the name of the service in the configuration",
    "not-allowed": "check the name of the service in the configuration, and the account's rights",
    "resource-constraint": "the service is short of something, or refuses a value it was sent",
}


def error(iq: Element, *, service: str, account: str, purpose: str) -> ServiceError:
    """The error of an IQ of type error, sent to `purpose` (e.g. "publish")."""
    found = iq.find("{*}error")
    conditions = [] if found is None else [child.tag for child in found]
    specific = next((c.removeprefix(_PUBSUB) for c in conditions if c.startswith(_PUBSUB)), None)
    condition = _condition(conditions)
    text = "" if found is None else (found.findtext(f"{_STANZAS}text") or "")
    said = ", ".join(part for part in (condition, specific, text.strip()) if part)
    if condition in _FORBIDDEN:
        message = f"{service} does not allow {account} to {purpose} ({said}). {_RIGHTS}"
        return Forbidden(message, condition=condition)
    advice = _ADVICE.get(specific or "") or _ADVICE.get(condition)
    message = f"{service} refused to {purpose}: {said}" + (f"; {advice}" if advice else "")
    if condition == "item-not-found":
        return NotFound(message, condition=condition)
    if specific == "payload-too-big":
        return TooBig(message, condition=condition)
    if condition in _UNAVAILABLE:
        return Unavailable(message)
    return Refused(message, condition=condition)


# Prosody 0.12: only the admins of the component may create nodes, whatever else is configured.
_RIGHTS = (
    "The account needs the right to create the node, or to publish to it: on Prosody add it to the "
    "`admins` of the pubsub component; elsewhere ask the node's owner for the affiliation publisher"
)


def _condition(tags: list[str]) -> str:
    names = (tag.removeprefix(_STANZAS) for tag in tags if tag.startswith(_STANZAS))
    return next((name for name in names if name != "text"), "undefined-condition")
