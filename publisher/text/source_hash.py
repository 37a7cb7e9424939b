"""Compare the hashes of the text that the authors of posts wrote (`Post.source`). Pure.

Which keys of the front matter readers see depends on the settings, too, as these give keys other
names. The author has not edited a post because the settings name another key now. So the hash is a
*base*, without the keys that only the settings name. If they name any, the hash of these names and
that of the lines of their keys follow. Settings that name no key leave the base alone.
"""

from __future__ import annotations


def with_named_keys(base: str, names: str, lines: str) -> str:
    """The hash of a post for settings that name keys: the hashes of the names and of the lines."""
    return f"{base}.{names}.{lines}"


def is_same(one: str, other: str) -> bool:
    """Whether the author has written the same, as far as two hashes of a post show.

    The lines of keys that only the settings name are compared if both know the same names.
    """
    base, _, named = one.partition(".")
    other_base, _, other_named = other.partition(".")
    (names, _, lines), (other_names, _, other_lines) = (
        named.partition("."),
        other_named.partition("."),
    )
    return base == other_base and (names != other_names or lines == other_lines)
