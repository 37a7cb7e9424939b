"""Remove the characters that XML cannot carry; show those that a terminal must not get."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.text.shortening import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# The replacement character, and the controls of C1 but NEL: letters of Windows-1252 become these if
# they are decoded as Latin-1.
_DAMAGED = re.compile("[\ufffd\x80-\x84\x86-\x9f]")
_BREAKS = frozenset("\v\f")
# Controls (C0, DEL, C1), the marks and embeddings that change the writing direction, separators of
# lines and paragraphs, and characters that nobody sees: of no width, fillers, tags. A terminal
# obeys the first ones; the others make two texts look alike, or one look like another.
_HIDDEN = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb"
    "\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Joiners are part of Persian words and of many emoji, so they stay inside of these.
_JOINERS = "\u200c\u200d"
_INSIDE = f"[^\x00-\x7f{_JOINERS}{_HIDDEN}]"
_UNSAFE = re.compile(f"[{_HIDDEN}]|(?<!{_INSIDE})[{_JOINERS}]|[{_JOINERS}](?!{_INSIDE})")
# Bytes of a file name that cannot be decoded (PEP 383).
_UNDECODED = re.compile("[\udc80-\udcff]+")
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def damage(text: str, first_line: int = 1) -> Iterator[tuple[int, str]]:
    """Yield a warning for each line with what is left of characters that were decoded wrongly.

    Each is (line, message). The text keeps these characters, because only its author knows what
    they were.
    """
    if not text.isascii() and _DAMAGED.search(text):
        for number, line in enumerate(text.split("\n"), first_line):
            for char in sorted({*_DAMAGED.findall(line)}):
                yield number, _damage_message(char)


def _damage_message(char: str) -> str:
    if char == "\ufffd":
        what = "U+FFFD, which a program wrote in the place of a character that it could not read"
    else:
        meant = bytes([ord(char)]).decode("cp1252", "ignore")
        hint = f"; in Windows-1252 it is {meant}" if meant else ""
        what = f"the control character U+{ord(char):04X}, which readers do not show{hint}"
    return f"has {what}; write the right character"


def legal(text: str) -> str:
    """The text without the characters that XML 1.0 cannot carry (section 2.2).

    A form feed or a vertical tab separates words, so it becomes a space.
    """
    if text.isprintable():  # no illegal character is
        return str(text)  # no subclass, as below
    return _ILLEGAL.sub(lambda match: " " if match[0] in _BREAKS else "", text)


def printable(text: str) -> str:
    """One line that is safe to print: what is hidden is escaped, e.g. `\\x1b` or `\\u202e`.

    A file name that is UTF-8 is decoded even if the locale does not allow that; other bytes are
    escaped.
    """
    # Posts, feeds and servers could otherwise forge lines of our output or move the cursor.
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(lambda match: _escape(match[0]), _decoded_name(text))


def json_printable(document: str) -> str:
    """The JSON document with JSON's own escapes for what is hidden, and without lone surrogates.

    RFC 8259 section 8.2: other programs may refuse a surrogate that is not part of a pair.
    """
    document = _UNDECODED.sub(lambda run: _decoded(run[0]).replace("\\", "\\\\"), document)
    return _UNSAFE.sub(lambda match: _json_escape(match[0]), document)


def _decoded_name(text: str) -> str:
    """A file name whose bytes are decoded as UTF-8. Bytes that are not become e.g. `\\xe9`."""
    return _UNDECODED.sub(lambda run: _decoded(run[0]), text)


def _decoded(surrogates: str) -> str:
    return surrogates.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _escape(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(char: str) -> str:
    code = ord(char)
    if char == "\n":  # between the lines of the document; json escapes those in texts
        return char
    if 0xD800 <= code < 0xE000:
        return f"\\{_escape(char)}"
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def short_line(text: str, most: int) -> str:
    """Text from outside, for a message: one printable line of at most `most` characters."""
    # Cut before the work: the text may have megabytes.
    shown = printable(" ".join(text[: 10 * most].split()))
    return shown if len(shown) <= most else shortened(shown, most - 1)


def quoted(text: str, most: int) -> str:
    """A value from outside, for a message: in quotes, escaped as Python does it, and cut."""
    return repr(text if len(text) <= most else f"{text[: most - 1]}…")
