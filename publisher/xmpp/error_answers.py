"""Map the error answer of a service to our error, with advice (RFC 6120 section 8.3, XEP-0060).

Only the conditions decide; the text of the service is just shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from msgspec import Struct

from publisher.errors import (
    Busy,
    Forbidden,
    NotFound,
    Refused,
    ServiceError,
    TooBig,
    Unavailable,
    WrongAddress,
)
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# What the account must be allowed to do at a service or a node, for a request to succeed.
Right: TypeAlias = Literal["read", "publish", "create", "own"]

SAID = 400  # characters of the service's own message that we repeat

_STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
_PUBSUB = "{http://jabber.org/protocol/pubsub#errors}"

# These concern the whole service, so they cost more than one change: the run gives up on it.
_UNAVAILABLE = frozenset({"recipient-unavailable", "remote-server-timeout", "service-unavailable"})
# So do these, but only the configuration can change it.
_WRONG_ADDRESS = frozenset({"gone", "jid-malformed", "redirect", "remote-server-not-found"})
# RFC 6120 sections 8.3.3.5 and 8.3.3.14: these elements contain the new address.
_MOVED = frozenset({f"{_STANZAS}gone", f"{_STANZAS}redirect"})
# With registration-required a service asks us to register before we create a node (XEP-0060 section
# 8.1.1).
_FORBIDDEN = frozenset({"forbidden", "not-authorized", "registration-required"})

# With these the service refused before it did anything, so a retry is safe. A timeout between
# servers is not among them, because the request may have had its effect. Nor is
# internal-server-error: Prosody sends it with type `wait` even if its disk is full.
_BUSY = frozenset({"policy-violation", "resource-constraint"})

# XEP-0060 sections 6.5.9.1 and 6.5.9.2.
_SUBSCRIPTION = frozenset({"invalid-subid", "subid-required"})

_ADVICE = {
    "closed-node": "the node admits only the accounts on its list",
    "gone": "it has moved; if you trust the new address, set it in the configuration",
    "item-not-found": "check the name of the service in the configuration",
    "internal-server-error": "see its log; often its disk is full or a quota is used up",
    "max-nodes-exceeded": "the service allows no more nodes",
    "node-full": "raise the node's pubsub#max_items, or set keep in the configuration",
    "not-allowed": "check the name of the service in the configuration, and the account's rights",
    "payload-too-big": "the service accepts no entries of this size; shorten the post",
    "persistent-items": "the node does not store items; set its pubsub#persist_items to true",
    "policy-violation": "the service accepts no entries of this size, or not so many",
    "precondition-not-met": "the node is configured differently; see `publisher node show`",
    "redirect": "it has moved; if you trust the new address, set it in the configuration",
    "remote-server-not-found": "check the name of the service in the configuration",
    "recipient-unavailable": "it is down; run again later",
    # Servers answer the same if one of them rejects the certificate of the other.
    "remote-server-timeout": (
        "its server is down, or one of the two servers does not trust the other's certificate; run "
        "again later, and ask their administrators if that does not help"
    ),
    "resource-constraint": "the service is overloaded, or refuses a value that it was sent",
    "service-unavailable": "check the name of the service in the configuration",
    "subid-required": "the account is subscribed to the node more than once; end all but one",
}


class WrongSubid(Refused):
    """The account has several subscriptions to the node, and the request names none of them."""


def error(
    iq: Element, *, service: str, account: str, purpose: str, right: Right, may_retry: bool
) -> ServiceError:
    """The error for an IQ of type error. `purpose` is what the request was for, e.g. "publish".

    `right` is what the account needs for the request. Without `may_retry`, an error of type `wait`
    is not Busy.
    """
    answer = _Answer.read(iq)
    if answer.condition in _FORBIDDEN:
        advice = _how_to_get(right, service, account)
        message = f"{service} does not allow {account} to {purpose} ({answer.text}). {advice}"
        return Forbidden(message, condition=answer.condition)
    advice = _advice(answer, right, service, account)
    message = f"{service} refused to {purpose}: {answer.text}" + (f"; {advice}" if advice else "")
    if _is_wrong_address(answer, right):
        return WrongAddress(message, condition=answer.condition)
    if answer.condition in _UNAVAILABLE:
        return Unavailable(message)
    return _class(answer, may_retry=may_retry)(message, condition=answer.condition)


def _advice(answer: _Answer, right: Right, service: str, account: str) -> str:
    if answer.condition == "item-not-found" and right != "create":
        return ""
    if answer.condition == "service-unavailable" and answer.type == "wait":
        return "it is down; run again later"
    if answer.condition == "service-unavailable" and service == account:
        return "the server offers no PEP; set the service to its pubsub service"
    return _ADVICE.get(answer.specific) or _ADVICE.get(answer.condition, "")


def _is_wrong_address(answer: _Answer, right: Right) -> bool:
    match answer.condition:
        case "service-unavailable":  # the host exists, but nothing there knows pubsub
            return answer.type != "wait"
        case "item-not-found":  # the node need not exist before it is created
            return right == "create"
        case condition:
            return condition in _WRONG_ADDRESS


def _class(answer: _Answer, *, may_retry: bool) -> type[Refused]:
    if answer.condition == "item-not-found":
        return NotFound
    if answer.type == "wait" and answer.condition in _BUSY and may_retry:
        return Busy
    # XEP-0478 section 4: a server on the way answers policy-violation if a stanza is too large.
    if answer.specific == "payload-too-big" or answer.condition == "policy-violation":
        return TooBig
    return WrongSubid if answer.specific in _SUBSCRIPTION else Refused


class _Answer(Struct, frozen=True):
    """The content of an error answer.

    `type` and `condition` are from RFC 6120. `specific` is the missing feature, or else the
    condition of XEP-0060, empty if there is neither. `text` joins all of these and the service's
    own message on one printable line.
    """

    type: str
    condition: str
    specific: str
    text: str

    @classmethod
    def read(cls, iq: Element) -> _Answer:
        error = iq.find("{*}error")
        if error is None:
            return cls("", "undefined-condition", "", "undefined-condition")
        condition = _condition([child.tag for child in error])
        pubsub = next((child for child in error if child.tag.startswith(_PUBSUB)), None)
        name = "" if pubsub is None else pubsub.tag.removeprefix(_PUBSUB)
        feature = "" if pubsub is None else pubsub.get("feature", "")
        message = error.findtext(f"{_STANZAS}text") or ""
        new_address = next((child.text for child in error if child.tag in _MOVED), None) or ""
        parts = (condition, name, feature, new_address.strip(), message.strip())
        text = short_line(", ".join(part for part in parts if part), SAID)
        return cls(error.get("type", ""), condition, feature or name, text)


def _how_to_get(right: Right, service: str, account: str) -> str:
    """How the account gets a right that it lacks."""
    if service == account:
        return "Ask the administrator of the server to allow PEP for the account"
    if "@" in service:
        give = "create the node and give" if right in {"create", "read"} else "give"
        return (
            f"{service} is the account of somebody else: set the service to {account}, or let the "
            f"owner of {service} {give} {account} the affiliation publisher"
        )
    match right:
        case "create":
            # COMPAT(Prosody 0.12): only the admins of the component may create nodes; no other
            # setting helps.
            return (
                "The account needs the right to create the node: on Prosody add it to the `admins` "
                "of the pubsub component; elsewhere let the service's administrator allow it, or "
                "create the node and make the account its owner"
            )
        case "publish":
            return "Ask the node's owner to give the account the affiliation publisher"
        case "own":
            return "Only the node's owners may; an owner can give the account that affiliation"
        case "read":
            return "Ask the node's owner to give the account the affiliation publisher or member"
        case _:
            assert_never(right)


def _condition(tags: list[str]) -> str:
    names = (tag.removeprefix(_STANZAS) for tag in tags if tag.startswith(_STANZAS))
    return next((name for name in names if name != "text"), "undefined-condition")
