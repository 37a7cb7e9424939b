"""What a service's refusal means to us: by its conditions, never by its text."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from publisher.errors import Busy, Forbidden, NotFound, PublisherError, Refused, TooBig, Unavailable
from publisher.xmpp import answers

STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
PUBSUB = "http://jabber.org/protocol/pubsub#errors"


def read(
    kind: str, condition: str, specific: str = "", *, feature: str = "", may_retry: bool = True
) -> PublisherError:
    named = f' feature="{feature}"' if feature else ""
    special = f'<{specific} xmlns="{PUBSUB}"{named}/>' if specific else ""
    iq = (
        f'<iq xmlns="jabber:client" type="error"><pubsub xmlns="urn:x"/><error type="{kind}">'
        f'<text xmlns="{STANZAS}">Said so</text>{special}<{condition} xmlns="{STANZAS}"/>'
        "</error></iq>"
    )
    return answers.error(
        ET.fromstring(iq),  # noqa: S314 - ours
        service="pubsub.example",
        account="blog@example.org",
        purpose="publish to the node blog",
        may_retry=may_retry,
    )


@pytest.mark.parametrize(
    ("kind", "condition", "specific", "meaning", "exit_code"),
    [
        ("wait", "resource-constraint", "", Busy, 4),
        ("wait", "policy-violation", "", Busy, 4),
        ("cancel", "resource-constraint", "", Refused, 1),
        ("modify", "policy-violation", "", TooBig, 1),
        ("wait", "internal-server-error", "", Refused, 1),
        ("cancel", "internal-server-error", "", Refused, 1),
        ("wait", "remote-server-timeout", "", Unavailable, 4),
        ("wait", "recipient-unavailable", "", Unavailable, 4),
        ("cancel", "remote-server-not-found", "", Unavailable, 4),
        ("cancel", "service-unavailable", "", Unavailable, 4),
        ("modify", "jid-malformed", "", Unavailable, 4),
        ("cancel", "gone", "", Unavailable, 4),
        ("modify", "redirect", "", Unavailable, 4),
        ("auth", "forbidden", "", Forbidden, 1),
        ("auth", "not-authorized", "presence-subscription-required", Forbidden, 1),
        ("auth", "registration-required", "", Forbidden, 1),
        ("cancel", "item-not-found", "", NotFound, 1),
        ("cancel", "conflict", "node-full", Refused, 1),
        ("cancel", "conflict", "precondition-not-met", Refused, 1),
        ("cancel", "conflict", "max-nodes-exceeded", Refused, 1),
        ("modify", "not-acceptable", "payload-too-big", TooBig, 1),
        ("modify", "bad-request", "invalid-payload", Refused, 1),
        ("cancel", "not-allowed", "closed-node", Refused, 1),
        ("cancel", "feature-not-implemented", "unsupported", Refused, 1),
    ],
)
def test_a_condition_has_one_meaning(
    kind: str, condition: str, specific: str, meaning: type[PublisherError], exit_code: int
) -> None:
    error = read(kind, condition, specific)
    assert type(error) is meaning
    assert error.exit_code == exit_code
    assert condition in str(error)
    assert specific in str(error)
    assert "Said so" in str(error)


def test_a_form_that_is_refused_for_now_is_refused_for_good() -> None:
    """ejabberd says `wait` of a field that it does not know."""
    error = read("wait", "resource-constraint", may_retry=False)
    assert type(error) is Refused


def test_what_is_unsupported_is_named() -> None:
    error = read("cancel", "feature-not-implemented", "unsupported", feature="persistent-items")
    assert "persistent-items" in str(error)
    assert "pubsub#persist_items" in str(error)


def test_the_address_of_what_has_moved_is_told() -> None:
    iq = ET.fromstring(  # noqa: S314 - ours
        f'<iq type="error"><error type="cancel"><gone xmlns="{STANZAS}">xmpp:new.example?;node=b'
        "</gone></error></iq>"
    )
    error = answers.error(iq, service="s", account="a", purpose="publish", may_retry=True)
    assert "xmpp:new.example?;node=b" in str(error)


def test_an_error_without_a_condition_is_an_error() -> None:
    iq = ET.fromstring('<iq xmlns="jabber:client" type="error"/>')  # noqa: S314 - ours
    error = answers.error(iq, service="s", account="a", purpose="publish", may_retry=True)
    assert "undefined-condition" in str(error)


def test_what_a_service_says_is_repeated_on_one_short_line() -> None:
    iq = ET.fromstring(  # noqa: S314 - ours
        f'<iq type="error"><error type="cancel"><gone xmlns="{STANZAS}">xmpp:a\u202eb\u009b</gone>'
        f'<text xmlns="{STANZAS}">error: all\n is {"very " * 1_000}well</text></error></iq>'
    )
    said = str(answers.error(iq, service="s", account="a", purpose="publish", may_retry=True))
    assert "xmpp:ab, error: all is very" in said
    assert said.isprintable()
    assert len(said) < 2 * answers.SAID
