"""Atom entries (RFC 4287) without their content, and the entries of a folder. Pure.

`from_post` turns one post into an entry; `from_folder` does so for all posts, and decides which of
them keep the ids that they claim. What an entry shows below its title is made by `rendering`.
"""

from publisher.entry.from_folder import Entries, entries, file_finder, nothing_published
from publisher.entry.from_post import (
    Entry,
    Tombstone,
    authors,
    body_hash,
    entry,
    facts_of,
    fingerprint,
    link,
    own_summary,
    rule_link,
    shown_summary,
    with_earlier_ids,
    words_of,
)

__all__ = [
    "Entries",
    "Entry",
    "Tombstone",
    "authors",
    "body_hash",
    "entries",
    "entry",
    "facts_of",
    "file_finder",
    "fingerprint",
    "link",
    "nothing_published",
    "own_summary",
    "rule_link",
    "shown_summary",
    "with_earlier_ids",
    "words_of",
]
