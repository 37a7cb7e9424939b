"""Moved sites: published posts whose atom:ids change because the site's settings do. Pure.

Readers would show all of these posts again, so nothing is built or sent until somebody decides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.sync.desired import Desired
    from publisher.sync.item import Seen

# The authority of a tag: URI (RFC 4151), which ends before the date. The atom:id may be somebody
# else's and contain anything, so only characters of an authority match.
_TAG = re.compile(r"tag:([\w.@-]+),")


def template(atom_id: str) -> str:
    """The `site.id_template` that makes ids like this one, empty if that is no tag: URI."""
    tag = _TAG.match(atom_id)
    return f"tag:{tag[1]},{{date}}:{{id}}" if tag else ""


def old_atom_id(post: Desired, seen: Seen | None) -> str | None:
    """The atom:id of an item without a record that was the post's before the site moved.

    Only the rest of the tag: URI, behind the authority, shows that the item is that of the post.
    """
    if seen is None or seen.atom_id is None or seen.atom_id == post.atom_id:
        return None
    is_of_post = _TAG.match(seen.atom_id) and _rest(seen.atom_id) == _rest(post.atom_id)
    return seen.atom_id if is_of_post else None


def _rest(atom_id: str) -> str:
    return _TAG.sub("", atom_id)


def refusal(changed: Sequence[tuple[str, str]], line: str, *, undone: str) -> str:
    """Say that ids change, each pair from the first to the second, and how to decide.

    `line` has the keys of the section `site` that keep the old ids, empty if no keys do. `undone`
    says which work the run has left undone, e.g. `nothing was published`.
    """
    old, new = changed[-1]
    if line:
        keep = (
            f"add this to `site` in publisher.yaml: {line}. If the URL of the site has changed, "
            "also add `id:` with the old URL, so that the feeds keep their ids"
        )
    else:
        keep = "restore site.url, site.since and site.id_template as they were"
    count = number_of(len(changed), "published post")
    return (
        f"the configuration changes the atom:id of {count}, e.g. from {old} to {new}, so readers "
        f"would show old posts as new ones; {undone}. To keep the ids, {keep}. "
        "To give the posts the new ids, run again with --new-ids"
    )
