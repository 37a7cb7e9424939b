"""The answer to a message that nobody reads, because a run of publisher has no window for it."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

_CLIENT = "{jabber:client}"
_EVENT = "{http://jabber.org/protocol/pubsub#event}event"
_STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"

# RFC 6121 section 5.2.2: all other types count as `normal` if they are unknown. An error must not
# be answered (RFC 6120 section 8.3.1), a headline expects no answer, and groupchat is for members.
_UNANSWERED = frozenset({"error", "headline", "groupchat"})
LONGEST_ID = 1_000  # characters; an answer repeats it


def answer(message: Element) -> Element | None:
    """An error for the sender (RFC 6120 section 8.3), None if the message wants no answer.

    A message to the full JID of our session is delivered to us alone (RFC 6121 section 8.5.3.1), so
    it would be lost without an error. The events of a pubsub service are not answered: the service
    could take the error for a reason to end a subscription.
    """
    sender, id_ = message.get("from", ""), message.get("id", "")
    is_text = message.find(f"{_CLIENT}body") is not None and message.find(_EVENT) is None
    if not is_text or not sender or len(id_) > LONGEST_ID or message.get("type") in _UNANSWERED:
        return None
    refusal = Element("message", {"to": sender, "type": "error", **({"id": id_} if id_ else {})})
    error = SubElement(refusal, "error", type="cancel")
    SubElement(error, "service-unavailable", xmlns=_STANZAS)
    return refusal
