"""Evaluate the tags with which posts of Hexo quote, and name other posts and their own files. Pure.

See https://hexo.io/docs/tag-plugins.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.text import markdown_code

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Markdown would read these in the text of a link.
_MARKS = re.compile(r"[*_`~\[\]\\]")
_QUOTE = re.compile(
    r"^\{%-?[ \t]*(?P<name>blockquote|quote|pullquote)\b(?P<cited>[^{}\n]{0,500}?)-?%\}[ \t]*\n"
    r"(?P<text>(?:(?!.*\{[{%#]).*\n){0,500}?)\{%-?[ \t]*end(?P=name)[ \t]*-?%\}[ \t]*$",
    re.MULTILINE,
)
# What a quote names, in the order in which Hexo looks for it.
_CITED = (
    re.compile(r"(?P<author>\S.*)\s+(?P<url>https?://\S+)\s+(?P<title>.+)"),
    re.compile(r"(?P<author>\S.*)\s+(?P<url>https?://\S+)"),
    re.compile(r"(?P<author>[^,]+),\s*(?P<title>[^,]+)"),
    re.compile(r"(?P<author>.+)"),
)
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


def with_quotes(body: str) -> str:
    """The body with quotes in Markdown, in as many lines; those that hold other tags stay."""
    return markdown_code.replaced(body, _QUOTE, _quoted)


def _quoted(match: re.Match[str]) -> str:
    lines = [f"> {line}".rstrip() for line in match["text"].split("\n")[:-1]]
    cited = "" if match["name"] == "pullquote" else _cited(match["cited"].strip())
    return "\n".join(["", *lines, f"> <footer>{cited}</footer>" if cited else ""])


def _cited(text: str) -> str:
    """The author and the source of a quote as Hexo shows them."""
    found = next(filter(None, (pattern.search(text) for pattern in _CITED)), None)
    if not found:
        return ""
    parts = {"url": "", "title": "", **found.groupdict()}
    url, title = parts["url"], parts["title"]
    shown = title or re.sub(r"^https?://|/(?:index.html?)?$", "", url)
    source = f'<a href="{html.escape(url)}">{shown}</a>' if url else shown
    return f"<strong>{parts['author']}</strong>" + (f" <cite>{source}</cite>" if source else "")
