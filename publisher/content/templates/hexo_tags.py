"""Evaluate the tags with which posts of Hexo name other posts, and files of their own. Pure.

See https://hexo.io/docs/tag-plugins.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Markdown would read these in the text of a link.
_MARKS = re.compile(r"[*_`~\[\]\\]")
NAMES = frozenset({"asset_path", "asset_link", "post_path", "post_link"})


def written(
    name: str, values: Sequence[str], page_of: Callable[[str, str], str | None]
) -> str | None:
    """What one of the tags writes: a URL or a link; None if it names no post.

    A file of the post has the URL of its name, relative to the page. `page_of` is that of `Links`.
    """
    target = next(iter(values), "")
    if name.startswith("asset"):
        url: str | None = quote(target)
        words = target
    else:
        slug = target.partition("#")[0]
        page = page_of("slug", slug) if slug else None
        url = page and page + target[len(slug) :]
        words = page_of("title", slug) or slug if url else slug
    if not url or name.endswith("path"):
        return url
    title = " ".join(part for part in values[1:] if part not in {"true", "false"})
    shown = _MARKS.sub(lambda match: f"&#{ord(match[0])};", html.escape(title or words))
    return f'<a href="{html.escape(url)}">{shown}</a>'
