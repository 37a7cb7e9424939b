"""Find syntax that only the generator of a site renders, in texts that publisher renders. Pure.

Readers see it as it is written. Only what stands outside of code counts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from publisher.text import markdown_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from publisher.post import Post

# What a kind is called, and what begins it (MkDocs, Starlight, VitePress, Docusaurus, Quartz).
_KINDS = {
    "admonition (`!!! note`)": r"^[ \t]*(?:!!!|\?\?\?\+?)[ \t]+[\w-]+",
    'tab (`=== "…"`)': r"^[ \t]*===[!+]{0,2}[ \t]+\"[^\"\n]+\"[ \t]*$",
    "included file (`--8<--`)": r"^[ \t]*[;-]+8<[-;]+",
    "included file (`<<< @/…`)": r"^[ \t]*<<<[ \t]+[@.\w]",
    "icon (`:octicons-…:`)": r":(?:octicons|material|fontawesome|simple)-[a-z0-9-]+:",
    "container (`:::note`)": r"^[ \t]*:::+[ \t]*[a-z][\w-]*",
    "expression (`{{ … }}`)": r"\{\{[^{}\n]{1,200}\}\}",
    "template tag (`{% … %}`)": r"\{%[^%\n]{1,200}%\}",
    "link (`[[…]]`)": r"\[\[[^\[\]\n]{1,200}\]\](?!\()",
    "class (`{ .name }`)": r"\{:?[ \t]*\.[a-z][\w-]*[^{}\n]{0,200}\}",
}
_ANY = re.compile(
    "|".join(f"({pattern})" for pattern in _KINDS.values()), re.MULTILINE | re.IGNORECASE
)


def of_posts(posts: Iterable[Post]) -> Mapping[str, Sequence[Post]]:
    """The posts with each kind of such syntax, the kinds that most posts have first."""
    found: defaultdict[str, list[Post]] = defaultdict(list)
    for post in posts:
        for kind in _of_post(post):
            found[kind].append(post)
    return dict(sorted(found.items(), key=lambda one: -len(one[1])))


def _of_post(post: Post) -> Iterable[str]:
    """The kinds of such syntax in a text, each once, in the order of the text."""
    if post.markup != "markdown" or not _ANY.search(post.body):
        return ()
    code = [*markdown_code.spans(post.body)]
    names = tuple(_KINDS)
    matches = (one for one in _ANY.finditer(post.body) if one.lastindex)
    outside = (one for one in matches if not markdown_code.is_within(one.start(), code))
    return dict.fromkeys(names[(one.lastindex or 1) - 1] for one in outside)
