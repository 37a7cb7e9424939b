"""Limits for what a server sends, checked while it arrives. Knows XML, and nothing of XMPP.

A parser keeps a stanza until its end. A server could otherwise take all memory with a stanza that
never ends, or with one of a few megabytes that consists of millions of elements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import XMLPullParser
from xml.parsers import expat

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# Bytes of an ordinary stanza: what Prosody and ejabberd accept from a client unless they are
# configured otherwise. No publisher can make an item larger there.
STANZA = 262_144
# Elements in such a stanza: none is shorter than `<a/>`.
STANZA_PARTS = STANZA // 4
# How deep such a stanza can nest: `<a></a>` has 7 bytes. An item of another publisher may do so.
DEPTH = STANZA // 7


class Limits(Struct, frozen=True):
    """What one stanza may have. The parts are its elements and attributes.

    A part takes up to 300 bytes of memory, even if the server sent only 3 bytes for it.
    """

    bytes: int
    parts: int
    depth: int = DEPTH

    def __or__(self, other: Limits) -> Limits:
        """The larger one of each limit."""
        return Limits(
            max(self.bytes, other.bytes),
            max(self.parts, other.parts),
            max(self.depth, other.depth),
        )


# All that comes before the login has succeeded, together. A real login has some 5 kB.
LOGIN = Limits(bytes=1_000_000, parts=10_000, depth=50)
# A stanza that nobody asked for, e.g. a message. From another server ejabberd and Prosody accept
# 524,288 bytes, twice as many as from a client.
UNASKED = Limits(bytes=1_000_000, parts=150_000)
# An answer. The longest one lists subscribers: 100,000 of them have 13 MB and 300,000 parts.
ANSWER = Limits(bytes=20_000_000, parts=500_000)
# A page of ids, which others may choose: 250 that take a whole stanza each have 66 MB. Without
# paging, as on Prosody, 100,000 short ones have 400,000 parts.
IDS = Limits(bytes=80_000_000, parts=500_000)
# A page of items. The longest one has all 256 items of a node of Prosody, where somebody else's PEP
# has no paging and shows the payloads: 67 MB, with an element for every 34 bytes.
PAYLOADS = Limits(bytes=80_000_000, parts=2_000_000)

# Bytes without the begin or end of an element, i.e. of a text or a tag. The parser needs up to 30
# times their memory until the text or the tag ends.
MAX_RUN = 10_000_000


def items(count: int) -> Limits:
    """The limits of an answer with `count` items.

    Twice the length of a stanza each, because a server may escape characters that the publisher
    did not escape: Prosody sends `&quot;` for every quotation mark.
    """
    return ANSWER | Limits(bytes=count * 2 * STANZA, parts=count * STANZA_PARTS)


class LimitExceeded(Exception):  # noqa: N818 - the connection turns it into an error
    """The server sent too much. The text continues a sentence that begins with its name."""


class Meter:
    """Measures what arrives on one connection, however often its stream is restarted.

    It begins with the limits of the login.
    """

    def __init__(self) -> None:
        self._limits = LOGIN
        self._is_login = True
        self._bytes = self._parts = self._run = 0

    def end_login(self) -> None:
        """From now on the limits are those of a stanza."""
        self._is_login = False
        self._limits = UNASKED
        self._bytes = self._parts = 0

    def allow(self, limits: Limits) -> None:
        """Raise the limits for an answer, and keep them: it may arrive late."""
        self._limits |= limits

    def arrive(self, size: int) -> None:
        """Count bytes that are not parsed yet. Raises LimitExceeded."""
        self._bytes += size
        self._run += size
        self._require(self._bytes, self._limits.bytes, "bytes")
        if self._run > MAX_RUN:
            raise LimitExceeded(f"sent a text or a tag of more than {MAX_RUN:,} bytes")

    def begin(self, *, attributes: int, depth: int) -> None:
        """Count an element. `depth` is that of its content. Raises LimitExceeded."""
        self._run = 0
        self._parts += 1 + attributes
        self._require(self._parts, self._limits.parts, "elements and attributes")
        self._require(depth, self._limits.depth, "nested elements")

    def end(self, *, depth: int) -> None:
        """An element has ended. `depth` is its own: a stanza is a child of the stream's root."""
        self._run = 0
        if depth == 1 and not self._is_login:
            self._bytes = self._parts = 0

    def _require(self, count: int, most: int, unit: str) -> None:
        if count > most:
            what = "" if self._is_login else "a stanza of "
            when = " before the login" if self._is_login else ""
            raise LimitExceeded(f"sent {what}more than {most:,} {unit}{when}")


class LimitedParser:
    """An XMLPullParser for one stream, of which slixmpp uses these two methods.

    Both raise LimitExceeded.
    """

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._depth = 0
        self._parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
        self._prolog = _Prolog()

    def feed(self, data: bytes) -> None:
        self._meter.arrive(len(data))
        self._prolog.feed(data)
        self._parser.feed(data)

    def read_events(self) -> Iterator[tuple[str, Any]]:
        events: Iterator[Any] = self._parser.read_events()
        for event, element in events:
            if event == "start":
                self._depth += 1
                self._meter.begin(attributes=len(element.attrib), depth=self._depth)
            else:
                self._depth -= 1
                self._meter.end(depth=self._depth)
            yield event, element


class _Prolog:
    """Watches what comes before the root of a stream, for entities that expand to gigabytes.

    expat limits them only to a hundred times what was sent. No stream has a document type (RFC 6120
    section 11.1), and ElementTree cannot refuse it.
    """

    def __init__(self) -> None:
        self._is_over = False
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.StartElementHandler = self._end

    def feed(self, data: bytes) -> None:
        if self._is_over:
            return
        try:
            self._parser.Parse(data)
        except expat.ExpatError:  # the other parser will report it
            self._is_over = True

    def _end(self, *_: object) -> None:
        self._is_over = True


def _refuse(*_: object) -> None:
    raise LimitExceeded("sent a document type declaration, which XMPP forbids")
