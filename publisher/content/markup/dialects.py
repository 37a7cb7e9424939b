"""The dialects of markup. Each engine reads Markdown in one of them."""

from __future__ import annotations

from typing import Literal, TypeAlias

CommonMark: TypeAlias = Literal["commonmark", "goldmark", "kramdown"]
# `markdown` is that of Python-Markdown.
Dialect: TypeAlias = Literal["markdown", "html", "rest"] | CommonMark
