"""How error answers map to our errors: by their conditions, never by their text."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from publisher.errors import (
    Busy,
    Forbidden,
    NotFound,
    PublisherError,
    Refused,
    TooBig,
    Unavailable,
    WrongAddress,
)
from publisher.xmpp import error_answers

STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
PUBSUB = "http://jabber.org/protocol/pubsub#errors"


def error_of(
    kind: str,
    condition: str,
    specific: str = "",
    *,
    feature: str = "",
    service: str = "pubsub.example",
    right: error_answers.Right = "publish",
    may_retry: bool = True,
) -> PublisherError:
    named = f' feature="{feature}"' if feature else ""
    special = f'<{specific} xmlns="{PUBSUB}"{named}/>' if specific else ""
    iq = (
        f'<iq xmlns="jabber:client" type="error"><pubsub xmlns="urn:x"/><error type="{kind}">'
        f'<text xmlns="{STANZAS}">The message</text>{special}<{condition} xmlns="{STANZAS}"/>'
        "</error></iq>"
    )
    return error_answers.error(
        ET.fromstring(iq),  # noqa: S314 - ours
        service=service,
        account="blog@example.org",
        purpose="publish to the node blog",
        right=right,
        may_retry=may_retry,
    )


def error_in(iq: ET.Element) -> PublisherError:
    return error_answers.error(
        iq, service="s", account="a", purpose="publish", right="publish", may_retry=True
    )


@pytest.mark.parametrize(
    ("kind", "condition", "specific", "error_class", "exit_code"),
    [
        ("wait", "resource-constraint", "", Busy, 4),
        ("wait", "policy-violation", "", Busy, 4),
        ("cancel", "resource-constraint", "", Refused, 1),
        ("modify", "policy-violation", "", TooBig, 1),
        ("wait", "internal-server-error", "", Refused, 1),
        ("cancel", "internal-server-error", "", Refused, 1),
        ("wait", "remote-server-timeout", "", Unavailable, 4),
        ("wait", "recipient-unavailable", "", Unavailable, 4),
        ("cancel", "remote-server-not-found", "", WrongAddress, 2),
        ("cancel", "service-unavailable", "", WrongAddress, 2),
        ("wait", "service-unavailable", "", Unavailable, 4),
        ("modify", "jid-malformed", "", WrongAddress, 2),
        ("cancel", "gone", "", WrongAddress, 2),
        ("modify", "redirect", "", WrongAddress, 2),
        ("auth", "forbidden", "", Forbidden, 1),
        ("auth", "not-authorized", "presence-subscription-required", Forbidden, 1),
        ("auth", "registration-required", "", Forbidden, 1),
        ("cancel", "item-not-found", "", NotFound, 1),
        ("cancel", "conflict", "node-full", Refused, 1),
        ("cancel", "conflict", "precondition-not-met", Refused, 1),
        ("cancel", "conflict", "max-nodes-exceeded", Refused, 1),
        ("modify", "not-acceptable", "payload-too-big", TooBig, 1),
        ("modify", "bad-request", "invalid-payload", Refused, 1),
        ("modify", "bad-request", "subid-required", error_answers.WrongSubid, 1),
        ("modify", "not-acceptable", "invalid-subid", error_answers.WrongSubid, 1),
        ("cancel", "not-allowed", "closed-node", Refused, 1),
        ("cancel", "feature-not-implemented", "unsupported", Refused, 1),
    ],
)
def test_a_condition_maps_to_one_error(
    kind: str, condition: str, specific: str, error_class: type[PublisherError], exit_code: int
) -> None:
    error = error_of(kind, condition, specific)
    assert type(error) is error_class
    assert error.exit_code == exit_code
    assert condition in str(error)
    assert specific in str(error)
    assert "The message" in str(error)


def test_type_wait_is_not_busy_if_the_request_must_not_be_retried() -> None:
    """ejabberd answers `wait` if it does not know a field of a form."""
    error = error_of("wait", "resource-constraint", may_retry=False)
    assert type(error) is Refused


@pytest.mark.parametrize(
    ("right", "service", "advice"),
    [
        ("create", "pubsub.example", "on Prosody add it to the `admins`"),
        ("publish", "pubsub.example", "the affiliation publisher"),
        ("own", "pubsub.example", "Only the node's owners may"),
        ("read", "pubsub.example", "the affiliation publisher or member"),
        ("create", "ada@example.org", "set the service to blog@example.org"),
        ("read", "ada@example.org", "set the service to blog@example.org"),
        ("create", "blog@example.org", "allow PEP for the account"),
    ],
)
def test_a_refusal_says_how_to_get_the_right_that_is_missing(
    right: error_answers.Right, service: str, advice: str
) -> None:
    error = error_of("auth", "forbidden", right=right, service=service)
    assert advice in str(error)
    assert ("admins" in str(error)) == ("admins" in advice)


def test_a_service_that_is_down_is_not_a_wrong_name() -> None:
    error = error_of("wait", "service-unavailable")
    assert "run again later" in str(error)
    assert "check the name" not in str(error)


def test_a_node_that_cannot_be_created_because_nothing_is_there_is_a_wrong_name() -> None:
    error = error_of("cancel", "item-not-found", right="create")
    assert type(error) is WrongAddress
    assert "check the name of the service" in str(error)


def test_an_unsupported_feature_is_named() -> None:
    error = error_of("cancel", "feature-not-implemented", "unsupported", feature="persistent-items")
    assert "persistent-items" in str(error)
    assert "pubsub#persist_items" in str(error)


def test_the_new_address_of_a_node_is_shown() -> None:
    iq = ET.fromstring(  # noqa: S314 - ours
        f'<iq type="error"><error type="cancel"><gone xmlns="{STANZAS}">xmpp:new.example?;node=b'
        "</gone></error></iq>"
    )
    error = error_answers.error(
        iq, service="s", account="a", purpose="publish", right="publish", may_retry=True
    )
    assert "xmpp:new.example?;node=b" in str(error)


def test_an_error_without_a_condition_is_an_error() -> None:
    iq = ET.fromstring('<iq xmlns="jabber:client" type="error"/>')  # noqa: S314 - ours
    error = error_answers.error(
        iq, service="s", account="a", purpose="publish", right="publish", may_retry=True
    )
    assert "undefined-condition" in str(error)


def test_the_message_of_a_service_is_shortened_to_one_line() -> None:
    iq = ET.fromstring(  # noqa: S314 - ours
        f'<iq type="error"><error type="cancel"><gone xmlns="{STANZAS}">xmpp:a\u202eb\u009b</gone>'
        f'<text xmlns="{STANZAS}">error: all\n is {"very " * 1_000}well</text></error></iq>'
    )
    message = str(error_in(iq))
    assert r"xmpp:a\u202eb\x9b, error: all is very" in message
    assert message.isprintable()
    assert len(message) < 2 * error_answers.SAID
