"""Markup -> safe, well-formed XHTML with absolute URLs, and its text twin. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Content:
    """A rendered body.

    `xhtml` is the inside of the div of an Atom xhtml construct (RFC 4287 section 3.1.1.3): well
    formed XML without a root, without prefixes, elements in no namespace. `text` is the twin that
    XMPP readers get beside it. `summary` is the lead as one line of plain text, where the post has
    a lead and an extended part. `warnings` are (line of the file, message).
    """

    xhtml: str
    text: str
    summary: str | None = None
    warnings: tuple[tuple[int, str], ...] = ()


def render(
    body: str,
    *,
    markup: Literal["markdown", "html"],
    marker: str | None,
    base: str,
    prefix: str,
    first_line: int = 1,
) -> Content:
    """Render a body. Never raises: what cannot be rendered becomes escaped text and a warning.

    `base` is the absolute URL of the post's page, `prefix` (e.g. the item id) makes the ids of
    this post unique among all posts, `first_line` is the body's first line in its file.
    """
    raise NotImplementedError
