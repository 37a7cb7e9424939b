"""The bytes of a page as valid UTF-8, whatever encoding it declares (HTML 13.2.3). Pure."""

from __future__ import annotations

import codecs
import re

_LOOK = 1024  # bytes; a declaration stands within them (HTML 4.2.5.4)
_DECLARED = re.compile(
    rb"""<meta\s[^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)
    |^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]+)""",
    re.IGNORECASE | re.VERBOSE,
)
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# Names for which browsers take a larger encoding (https://encoding.spec.whatwg.org section 4.2).
_LARGER = {
    "ascii": "cp1252",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "shift_jis": "cp932",
    "tis-620": "cp874",
}


def in_utf8(data: bytes) -> bytes:
    """The page in UTF-8 without a byte order mark; what cannot be decoded becomes U+FFFD."""
    encoding, mark = _encoding(data)
    data = data[mark:]
    if encoding != "utf-8" or not _is_utf8(data):
        data = data.decode(encoding, "replace").encode("utf-8", "replace")
    return _legal(data)


# The controls and the noncharacters that XML cannot carry (XML 1.0 section 2.2).
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\v\f\r"})
_BREAKS = bytes.maketrans(b"\v\f", b"  ")
_NONCHARACTERS = re.compile(b"\xef\xbf[\xbe\xbf]")


def _legal(data: bytes) -> bytes:
    """UTF-8 without characters that lxml refuses to write; a parser may take NUL for the end."""
    return _NONCHARACTERS.sub(b"", data.translate(_BREAKS, _CONTROLS))


def _encoding(data: bytes) -> tuple[str, int]:
    """The encoding, and the length of the byte order mark, which wins over a declaration."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return encoding, len(mark)
    declared = _DECLARED.search(data[:_LOOK])
    return (_codec((declared[1] or declared[2]).decode()) if declared else "utf-8"), 0


# The families of the standard's encodings (section 4.2), by the names of Python. UTF-16 is missing:
# a declaration that can be read as ASCII is not in it (HTML 13.2.3.3).
_FAMILIES = re.compile("ascii|big5|cp[0-9]|euc_|gb|iso2022_jp|iso8859|koi8|mac|shift_jis|tis")


def _codec(label: str) -> str:
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return "utf-8"
    return _LARGER.get(name, name) if _FAMILIES.match(name) else "utf-8"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
