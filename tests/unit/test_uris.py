"""URLs become URIs that every program accepts."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.text.uris import request_uri, uri


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://blog.example/a/b.html?c=d&e=f#g", "https://blog.example/a/b.html?c=d&e=f#g"),
        ("https://blog.example/lied ü.wav", "https://blog.example/lied%20%C3%BC.wav"),
        ("https://blog.example/%C3%BC%20a", "https://blog.example/%C3%BC%20a"),
        ("https://blog.example/100%", "https://blog.example/100%25"),
        ("https://blög.example:8443/ä", "https://xn--blg-tna.example:8443/%C3%A4"),
        ("https://ä@blög.example/", "https://%C3%A4@xn--blg-tna.example/"),
        ("http://[::1]:80/a[1]", "http://[::1]:80/a%5B1%5D"),
        ("https://blog.example/{{ x }}|\"<>", "https://blog.example/%7B%7B%20x%20%7D%7D%7C%22%3C%3E"),
        ("mailto:ada@blög.example", "mailto:ada@bl%C3%B6g.example"),
        ("xmpp:pubsub.example?;node=ü", "xmpp:pubsub.example?;node=%C3%BC"),
        ("tel:+49-30-1", "tel:+49-30-1"),
        ("https://\u200d.example\ud800/", "https://%E2%80%8D.example%3F/"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_written_url_becomes_a_uri(written: str, address: str) -> None:
    assert uri(written) == address


@given(st.text())
def test_every_uri_is_ascii_and_encoded_once(text: str) -> None:
    encoded = uri(f"https://blog.example/{text}")
    assert encoded.isascii()
    assert uri(encoded) == encoded


@given(st.text(st.characters(exclude_characters="?#%", exclude_categories=["Cs", "Cc"])))
def test_an_encoded_text_decodes_to_the_original(text: str) -> None:
    assert unquote(urlsplit(uri(f"https://blog.example/{text}")).path) == f"/{text}"


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("https://blog.example", "https://blog.example/"),
        ("https://blog.example/a?b#c", "https://blog.example/a?b"),
        ("https://ada:secret@blog.example:8443/", "https://blog.example:8443/"),
        ("http://blög.example/ä?ö", "http://xn--blg-tna.example/%C3%A4?%C3%B6"),
        ("http://[::1]:80/", "http://[::1]:80/"),
    ],
)
def test_a_request_uri_has_neither_user_nor_fragment(written: str, asked: str) -> None:
    assert request_uri(written) == asked


@pytest.mark.parametrize(
    "written", ["http:///x", "http://a..b/", "http://[bad/", "http://a:99999/"]
)
def test_a_request_uri_needs_a_valid_host(written: str) -> None:
    with pytest.raises(ValueError, match=r"host|label|IPv6|Port"):
        request_uri(written)
