"""Tell the elements that a text is made of from those that a template puts around it. Pure.

A post of one paragraph is whole in a `<p>`. On the page of the next post that is only a part.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.sources.built.bodies.tree_edits import names
from publisher.sources.built.learning.element_names import is_made, looks, names_of

if TYPE_CHECKING:
    from lxml import etree

# What authors write, and what Markdown and the like make of it.
IN_TEXTS = names(
    "a abbr aside b blockquote caption cite code dd del details dfn dl dt em figcaption figure "
    "font h1 h2 h3 h4 h5 h6 hr i ins kbd label legend li mark menu ol p picture pre q s samp small "
    "span strike strong sub summary sup table tbody tfoot th thead time tr tt u ul var"
)
_COMBINATORS = re.compile(r"[\s>+~]+")
_HEADINGS = names("h1 h2 h3 h4 h5 h6")
# How Asciidoctor and Org call the parts of a text.
_CALLED_PARTS = re.compile(
    r"\.(?:paragraph|[cdou]list|(?:admonition|example|image|listing|literal|open|quote|sidebar|"
    r"verse)block|sect[1-6]|sectionbody|outline-(?:text-)?\d)$"
)


def is_part(element: etree._Element) -> bool:
    """Whether a text is made of such elements: it has no name that a template gave to it."""
    tag, *others = names_of(element) or [""]
    if any(map(_CALLED_PARTS.match, others)):
        return True
    if tag == "section" and not others:  # some generators put one around a heading and its text
        return len(element) > 0 and element[0].tag in _HEADINGS
    return tag in IN_TEXTS and all(is_made(name) or looks(name) for name in others)


def names_part(selector: str) -> bool:
    """Whether a CSS selector finds all elements of a kind that texts are made of: `article p`."""
    return _COMBINATORS.split(selector.strip())[-1].lower() in IN_TEXTS
