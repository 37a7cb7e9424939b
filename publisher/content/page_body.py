"""Render the body of a post from its page, as the generator of the site built it. Pure.

The generator has parsed the markup and evaluated the template tags already. What is left is to
remove what readers must not run, and to make URLs absolute and ids unique.
"""

from __future__ import annotations

from msgspec.structs import replace

from publisher.content import lazy_pictures, page_lead, safe_xhtml
from publisher.content.safe_xhtml import Content
from publisher.text.characters import legal

_WHITE_SPACE = " \t\n\f\r"  # ASCII whitespace in HTML; a no-break space is a character


def content(html: str, *, base: str, link: str, prefix: str) -> Content:
    """Return the content of a body; links to parts of the page at `link` lead to these parts.

    URLs resolve against `base`; `prefix` makes the ids unique among all posts. Never raises: what
    cannot be rendered is left out, with a warning. Nothing else of a page is warned of, because the
    lines of the page are not those of the post; for URLs see `removed_urls`.
    """
    try:
        loaded = lazy_pictures.loaded(legal(html))
        made = safe_xhtml.sanitised(loaded, base=base, prefix=prefix, own=link.partition("#")[0])
        return replace(made, xhtml=made.xhtml.strip(_WHITE_SPACE))
    except Exception as error:  # a parser may raise anything, and one post must not break the feed
        reason = str(error).partition("\n")[0] or type(error).__name__
        message = f"its page cannot be rendered, so readers get its summary and the link: {reason}"
        return Content("", "", warnings=((0, message),))


def lead(html: str, *, base: str, source: Content) -> str | None:
    """The lead on a page (see `page_lead`); None if it is unknown. Never raises."""
    try:
        return page_lead.lead(lazy_pictures.loaded(legal(html)), base=base, source=source)
    except Exception:  # a parser may raise anything, and the source has a lead, too
        return None
