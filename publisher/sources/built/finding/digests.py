"""Short hashes of texts."""

from __future__ import annotations

from hashlib import blake2b


def digest(*parts: str) -> str:
    """A short hash of several texts: `ab`, `c` has another one than `a`, `bc`."""
    found = blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        found.update(b"%d:%b" % (len(data), data))
    return found.hexdigest()
