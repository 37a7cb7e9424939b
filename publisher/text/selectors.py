"""CSS selectors for elements of HTML pages: checked, and translated into XPath. Pure."""

from __future__ import annotations

from functools import lru_cache

from cssselect import HTMLTranslator, SelectorError
from cssselect.xpath import ExpressionError, XPathExpr
from lxml import etree

MAX_LENGTH = 500  # characters of a selector
MAX_SELECTORS = 100  # in one list


class BadSelector(ValueError):  # noqa: N818 - the text is the predicate of a sentence
    """A selector that cannot be used. The text continues a sentence that begins with it."""


class _Translator(HTMLTranslator):
    """Refuses what no element of a file can be, such as `:hover`, in the place of matching none."""

    def pseudo_never_matches(self, xpath: XPathExpr) -> XPathExpr:
        raise ExpressionError("a pseudo-class that never applies to a file")

    xpath_visited_pseudo = pseudo_never_matches
    xpath_hover_pseudo = pseudo_never_matches
    xpath_active_pseudo = pseudo_never_matches
    xpath_focus_pseudo = pseudo_never_matches
    xpath_target_pseudo = pseudo_never_matches


@lru_cache(maxsize=2 * MAX_SELECTORS)
def xpath(selector: str) -> str:
    """Translate a selector into an XPath expression that finds its elements below a node.

    Raises BadSelector.
    """
    if len(selector) > MAX_LENGTH:
        raise BadSelector(f"has more than {MAX_LENGTH} characters; shorten it")
    try:
        expression = _Translator().css_to_xpath(selector)
        # Only an evaluation finds what XPath lacks, e.g. the prefix of a namespace.
        etree.XPath(expression)(etree.Element("html"))
    except (SelectorError, etree.XPathError) as error:
        raise BadSelector(
            f"is no CSS selector ({error}); give one as the style sheets of the site have it, "
            'e.g. "article .post-content"'
        ) from error
    return expression
