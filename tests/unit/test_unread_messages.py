"""Which messages to our session get an error."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from publisher.xmpp import unread_messages

EVENT = "<event xmlns='http://jabber.org/protocol/pubsub#event'/>"
BODY = "<body>Hello</body>"


def answer(attributes: str, content: str = BODY) -> str | None:
    text = f"<message xmlns='jabber:client' {attributes}>{content}</message>"
    answered = unread_messages.answer(ET.fromstring(text))  # noqa: S314 - ours
    return None if answered is None else ET.tostring(answered, encoding="unicode")


@pytest.mark.parametrize("kind", ["", "type='chat'", "type='normal'", "type='unknown'"])
def test_a_text_gets_an_error(kind: str) -> None:
    assert answer(f"{kind} from='ann@home.example/x' id='a&lt;1'") == (
        '<message to="ann@home.example/x" type="error" id="a&lt;1"><error type="cancel">'
        '<service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas" /></error></message>'
    )


def test_a_text_without_an_id_gets_an_error_without_one() -> None:
    answered = answer("from='ann@home.example/x'")
    assert answered is not None
    assert " id=" not in answered


@pytest.mark.parametrize("kind", ["error", "headline", "groupchat"])
def test_types_that_expect_no_answer_get_none(kind: str) -> None:
    assert answer(f"type='{kind}' from='ann@home.example/x'") is None


@pytest.mark.parametrize("content", ["", "<composing xmlns='urn:x'/>", f"{BODY}{EVENT}"])
def test_what_is_no_text_of_a_person_gets_no_answer(content: str) -> None:
    """An error to a pubsub service ends the subscription on Prosody."""
    assert answer("from='pubsub.home.example'", content) is None


def test_a_message_of_nobody_gets_no_answer() -> None:
    assert answer("type='chat'") is None


def test_an_endless_id_is_not_repeated() -> None:
    assert answer(f"from='ann@home.example/x' id='{'x' * 1_001}'") is None
