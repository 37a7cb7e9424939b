"""What arrives is limited before it takes memory, and what honest servers send is not."""

from __future__ import annotations

import pytest

from publisher.sync.present_items import CHUNK
from publisher.xmpp.items import MAX_LISTED
from publisher.xmpp.stream_limits import (
    ANSWER,
    DEPTH,
    IDS,
    LOGIN,
    MAX_RUN,
    PAYLOADS,
    STANZA,
    UNASKED,
    LimitedParser,
    LimitExceeded,
    Limits,
    Meter,
    items,
)

ROOT = "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' id='x'>"


def logged_in(*allowed: Limits) -> Meter:
    meter = Meter()
    meter.end_login()
    for limits in allowed:
        meter.allow(limits)
    return meter


def read(meter: Meter, *pieces: str) -> int:
    """Parse one stream that arrives in pieces. Returns how many elements have ended."""
    parser, ended = LimitedParser(meter), 0
    for piece in (ROOT, *pieces):
        parser.feed(piece.encode())
        ended += sum(event == "end" for event, _ in parser.read_events())
    return ended


def test_the_login_is_limited_as_a_whole() -> None:
    """However many stanzas and streams it consists of."""
    half = "<a>" + "x" * (LOGIN.bytes // 2) + "</a>"
    meter = Meter()
    assert read(meter, half) == 1
    with pytest.raises(LimitExceeded, match="1,000,000 bytes before the login"):
        read(meter, half)


@pytest.mark.parametrize(
    ("piece", "count", "limit"),
    [
        ("<a/>", LOGIN.parts, "10,000 elements and attributes before the login"),
        ("<a b='' c='' d=''/>", LOGIN.parts // 4, "10,000 elements and attributes"),
        ("<a>", LOGIN.depth, "50 nested elements before the login"),
        (" ", LOGIN.bytes, "1,000,000 bytes before the login"),
        ("<!---->", LOGIN.bytes // 7, "1,000,000 bytes before the login"),
    ],
)
def test_an_endless_login_is_ended(piece: str, count: int, limit: str) -> None:
    with pytest.raises(LimitExceeded, match=limit):
        read(Meter(), *[piece * (count // 10)] * 11)


@pytest.mark.parametrize(
    ("piece", "count", "limit"),
    [
        ("<a/>", UNASKED.parts, "a stanza of more than 150,000 elements and attributes"),
        ("<a>", DEPTH, "a stanza of more than 37,449 nested elements"),
        ("x", UNASKED.bytes, "a stanza of more than 1,000,000 bytes"),
        ("<!---->", UNASKED.bytes // 7, "a stanza of more than 1,000,000 bytes"),
    ],
)
def test_an_endless_stanza_is_ended(piece: str, count: int, limit: str) -> None:
    with pytest.raises(LimitExceeded, match=limit):
        read(logged_in(), "<a>", *[piece * (count // 10)] * 11)


def test_after_the_login_each_stanza_has_the_whole_limit() -> None:
    stanza = "<message>" + "<a/>" * 40_000 + "x" * 400_000 + "</message>"
    assert len(stanza) * 4 > UNASKED.bytes
    assert UNASKED.parts < 40_000 * 4
    assert read(logged_in(), *[stanza] * 4) == 4 * 40_001


def test_white_space_between_stanzas_is_limited() -> None:
    with pytest.raises(LimitExceeded, match="bytes"):
        read(logged_in(), *[" " * 100_000] * 11)


def test_an_answer_may_be_longer_than_what_nobody_asked_for() -> None:
    stanza = "<iq>" + "<a>" + "x" * UNASKED.bytes + "</a></iq>"
    with pytest.raises(LimitExceeded):
        read(logged_in(), stanza)
    assert read(logged_in(ANSWER), stanza) == 2


def test_a_limit_is_not_lowered_by_the_next_request() -> None:
    """The answer to an earlier one may still arrive."""
    pieces = ["<a>" + "x" * STANZA + "</a>"] * 100
    assert read(logged_in(IDS, ANSWER), "<iq>", *pieces, "</iq>") == 101


@pytest.mark.parametrize("before", ["<a>", "<a b='", "<!-- "])
def test_a_text_or_tag_without_end_is_ended(before: str) -> None:
    piece = "x" * 1_000_000
    with pytest.raises(LimitExceeded, match=f"a text or a tag of more than {MAX_RUN:,} bytes"):
        read(logged_in(IDS), before, *[piece] * 11)


DECLARATION = "<!DOCTYPE stream:stream [<!ENTITY a 'x'>]>"


@pytest.mark.parametrize("size", [1, 7, 1_000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("before", ["", " <!-- <a> --> "])
def test_no_stream_may_declare_entities(size: int, encoding: str, before: str) -> None:
    stream = (before + DECLARATION + ROOT).encode(encoding)
    parser = LimitedParser(Meter())

    def arrive() -> None:
        for start in range(0, len(stream), size):
            parser.feed(stream[start : start + size])

    with pytest.raises(LimitExceeded, match="document type"):
        arrive()


def test_text_that_looks_like_a_declaration_is_text() -> None:
    assert read(logged_in(), f"<a><![CDATA[{DECLARATION}]]></a>") == 1


@pytest.mark.parametrize("count", [1, CHUNK, 3 * CHUNK])
def test_a_page_of_the_longest_items_fits(count: int) -> None:
    """Their quotation marks escaped by the server, which makes them longer."""
    text = "<p class='x'>" + 'It is "so". ' * 10 + "</p>"
    entry = f"<entry>{text * (STANZA // len(text))}</entry>".replace('"', "&quot;")
    answer = ["<iq>", *[f"<item id='x'>{entry}</item>"] * count, "</iq>"]
    assert len("".join(answer)) > count * STANZA * 1.5
    assert read(logged_in(items(count)), *answer) > count


def test_a_page_of_items_with_the_most_elements_fits() -> None:
    """Another publisher may send such items, and they must not end a run."""
    deep = "<item>" + "<a>" * (DEPTH - 5) + "</a>" * (DEPTH - 5) + "</item>"
    # As many attributes as a stanza can have elements: the test is faster with them.
    names = "".join(f"a{number}='' " for number in range(STANZA // 4 - 10))
    wide = f"<item {names}/>"
    answer = ["<iq>", *[wide] * (CHUNK - 1), deep, "</iq>"]
    assert read(logged_in(items(CHUNK), Limits(bytes=10**8, parts=0)), *answer) > CHUNK


@pytest.mark.parametrize("limits", [IDS, PAYLOADS])
def test_as_many_ids_as_are_read_fit(limits: Limits) -> None:
    """Prosody sends all of them at once."""
    item = "<item jid='pubsub.example' node='blog' name='2026-01-01-some-name-of-a-post'/>"
    assert read(logged_in(limits), "<iq>", *[item * 1_000] * (MAX_LISTED // 1_000), "</iq>")


def test_many_subscribers_fit() -> None:
    one = "<subscription jid='reader-12345678@example.org' subscription='subscribed' subid='1'/>"
    assert read(logged_in(ANSWER), "<iq>", *[one * 1_000] * 100, "</iq>") == 100_001
