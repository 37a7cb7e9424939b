"""The markup of a file, by the extension of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.post import Markup

MARKDOWN = (".md", ".markdown", ".mkd", ".mkdn", ".mkdown", ".mdown")
HTML = (".html", ".htm")
# The default of an EngineRecord.
MARKUPS: Mapping[str, Markup] = {
    **dict.fromkeys(MARKDOWN, "markdown"),
    **dict.fromkeys(HTML, "html"),
}
UNRENDERED = {
    ".rst": "reStructuredText",
    ".rest": "reStructuredText",
    ".adoc": "AsciiDoc",
    ".asciidoc": "AsciiDoc",
    ".asc": "AsciiDoc",
    ".textile": "Textile",
    ".org": "Org",
    ".txt": "plain text",
    ".text": "plain text",
    ".mdx": "MDX",
    ".rmd": "R Markdown",
    ".ipynb": "a notebook",
}
PLAIN_TEXT = (".txt", ".text")
