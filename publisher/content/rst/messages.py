"""Say in the words of authors what docutils reports about a text. Pure."""

from __future__ import annotations

import re

# What docutils reports, and how to correct it; a message that is not listed stays as it is.
_MESSAGES = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (
            "Inline (.+) start-string without end-string",
            r"nothing ends the \1 that begins here; end it, or put a backslash before it",
        ),
        ('Unknown target name: "(.+)"', r"links to `\1`_, which has no target; add `.. _\1: URL`"),
        (
            'Undefined substitution referenced: "(.+)"',
            r"shows |\1|, which is not defined; add e.g. `.. |\1| replace:: TEXT`",
        ),
        (
            "(.+) ends without a blank line; unexpected unindent",
            r"put a blank line behind the \1 above",
        ),
        ("Blank line required after table", "put a blank line behind the table above"),
        ("Title (under|over)line too short.*", "make the line at the title as long as the title"),
        ("Unexpected indentation", "is indented; put a blank line before it, or remove the blanks"),
        (r"Malformed table\. *(.*)", r"this is no table: \1"),
        ('Error in "(.+?)" directive: *(.+?)', r"the directive \1 cannot be read: \2"),
    )
)


def plain(message: str) -> str:
    """The message of docutils, which is one line, as a clause; as it is if it is not listed."""
    text = message.rstrip(". ")
    for pattern, words in _MESSAGES:
        if match := pattern.fullmatch(text):
            clause = match.expand(words).rstrip(". ")
            return re.sub(r"(?<=behind the )\w", lambda first: first[0].lower(), clause)
    return message
