"""How a payload is written into a stanza: another parser reads the same, in any case."""

from __future__ import annotations

from xml.etree.ElementTree import canonicalize, fromstring

import pytest
from slixmpp.xmlstream import tostring

from publisher.xmpp.sent_payload import quoted, text

XHTML = "http://www.w3.org/1999/xhtml"


def entry(content: str, attributes: str = "") -> str:
    return f'<entry xmlns="http://www.w3.org/2005/Atom"{attributes}>{content}</entry>'


USUAL = [
    entry('<title>"Quotes" &amp; &lt;apostrophes&gt; it\'s</title>', ' xml:lang="de"'),
    entry(f'<div xmlns="{XHTML}"><a href="https://blog.example/?a=1&amp;b:c">x</a><br/></div>'),
    entry("<title>a : b\n\tc</title>"),
]


@pytest.mark.parametrize("payload", USUAL)
def test_a_usual_payload_is_sent_as_it_is(payload: str) -> None:
    assert text(payload) == payload


@pytest.mark.parametrize(
    "payload",
    [
        *USUAL,
        entry('<ns0:mark xmlns:ns0="urn:x" a="1">b</ns0:mark>'),
        entry('<m:a xmlns:m="urn:x"><m:b/></m:a>'),
        entry('<m:a xmlns:m="urn:x" m:count="3" plain="1">x</m:a>'),
        entry('<title m:count="3">x</title>', ' xmlns:m="urn:x"'),
        entry("<title>x</title>", ' xmlns:m="urn:x" xml:lang="de" m:count="3"'),
        entry("<m:a><m:b/></m:a>", ' xmlns:m="urn:x"'),
        entry("<title>line&#13;end</title>"),
        entry('<link title="line&#10;end"/>'),
        entry("<!-- a comment --><title>x</title><?an instruction?>"),
        entry('<title>that is a:b="c" &amp;#13;</title>'),
    ],
)
def test_receivers_get_what_slixmpp_would_send(payload: str) -> None:
    assert canonicalize(text(payload)) == canonicalize(sent_by_slixmpp(payload))
    assert "<!" not in text(payload)
    assert "<?" not in text(payload)
    assert "xmlns:" not in text(payload)


def sent_by_slixmpp(payload: str) -> str:
    return tostring(fromstring(payload))  # noqa: S314 - it is our own


@pytest.mark.parametrize("value", ["", "blog", "a&b<c>\"d\"'e'", "line\nend\r\tü &#10;"])
def test_receivers_get_the_value_of_an_attribute(value: str) -> None:
    assert fromstring(f"<a b={quoted(value)}/>").get("b") == value  # noqa: S314 - it is our own
