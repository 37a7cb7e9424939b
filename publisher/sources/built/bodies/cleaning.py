"""Remove from a body what its page has for browsers alone: scripts, buttons, anchors. Pure.

What a sanitiser removes from every post, and pictures that a script loads, are left to `content`.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from publisher.sources.built.bodies import code_blocks
from publisher.sources.built.bodies.tree_edits import (
    cut,
    elements,
    finish,
    remove,
    replace,
    replace_by_text,
    text_of,
    tokens,
)

if TYPE_CHECKING:
    from lxml import etree

USELESS = frozenset({"button", "form", "nav"})
_UNSEEN = frozenset({"script", "style", "template"})
# HTML ends their text in another way (13.2.6.4.7), so what is escaped once would be escaped again.
_RAW = ("listing", "plaintext", "xmp")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# The classes of the links with which headings point to themselves: of rehype, markdown-it-anchor,
# VitePress, Docusaurus, Nikola, Sphinx and many themes of Hugo and Jekyll.
_ANCHOR = re.compile(
    r"(?:^|[-_])(?:anchor|permalink|headerlink|hash-?link|heading-?link)(?:$|[-_])"
)
_TEX = "math/tex"
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_UNDISPLAYED = re.compile(r"(?:^|;)\s*display\s*:\s*none", re.IGNORECASE)
_OPENABLE = re.compile(
    r"accordion|answer|code|collaps|expand|hint|panel|reveal|slide|solution|spoiler|tab|toggle"
)
_MEDIA = frozenset({"audio", "embed", "iframe", "img", "object", "picture", "source", "video"})
_DOTS = frozenset({"0", "1", "0px", "1px"})
_LONG = 300  # characters: too long to only ask for JavaScript
_BREAKS = re.compile(r"[\t\n\r]+")


def clean(root: etree._Element) -> None:
    """Change the copy of a body so that it holds only what the post says."""
    _keep_formulas_once(root)
    for element in [*root.iterdescendants(*_UNSEEN)]:
        remove(element)
    _show_as_browsers(root)
    code_blocks.clean(root)
    for element in [*root.iterdescendants(*USELESS, "noscript")]:
        if element.tag in USELESS or (element.tag == "noscript" and _is_for_browsers(element)):
            cut(element)
    _remove_anchors(root)
    finish(root)
    _join_urls(root)


def _show_as_browsers(root: etree._Element) -> None:
    for element in root.iterdescendants(*_RAW):
        element.tag = "pre"
    for element in elements(root):
        if _is_never_shown(element):
            cut(element)
        elif element.get("alt") is not None and element.tag not in _MEDIA:
            del element.attrib["alt"]  # of a drawing, which readers do not get


def _remove_anchors(root: etree._Element) -> None:
    for heading in root.iter(*_HEADINGS):
        text = text_of(heading)
        for link in heading.iter("a"):
            if _is_anchor(link, text):
                remove(link)
    for link in root.iter("a"):  # of captions, terms and paragraphs
        if _is_named_anchor(link) and _is_anchor(link, text_of(link)):
            remove(link)


def _is_never_shown(element: etree._Element) -> bool:
    """Whether browsers do not show it, and no script seems to open it, as it does with tabs."""
    hidden, style = element.get("hidden"), element.get("style")
    is_hidden = hidden is not None and hidden.lower() != "until-found"
    if not (is_hidden or (style and _UNDISPLAYED.search(style))):
        return False
    before = element.getprevious()
    is_opened = element.get("role") or element.get("id") or _opens(before)
    around = (element, *element.iterancestors())
    return not (is_opened or element.tag in _MEDIA or any(map(_is_openable, around)))


def _opens(element: etree._Element | None) -> bool:
    """Whether it is a button, or answers to clicks."""
    return element is not None and (
        element.tag in {"button", "summary"} or "onclick" in element.attrib
    )


def _is_openable(element: etree._Element) -> bool:
    return element.tag == "details" or any(map(_OPENABLE.search, tokens(element)))


def _join_urls(root: etree._Element) -> None:
    """Remove line breaks and tabs from URLs, as browsers do (WHATWG URL 4.4).

    Written as HTML again, they would become `%0A`.
    """
    for element in root.iter("a", "audio", "iframe", "img", "source", "video"):
        for name in ("href", "src"):
            if (url := element.get(name)) and len(parts := _BREAKS.split(url)) > 1:
                element.set(name, "".join(parts))


def _is_for_browsers(noscript: etree._Element) -> bool:
    """Whether it asks for JavaScript, or only counts visitors.

    Else it shows what a script would show better, so readers get it, as from the source.
    """
    found = elements(noscript)
    if any(_HIDDEN.search(one.get("style", "")) or one.get("width") in _DOTS for one in found):
        return True
    text = text_of(noscript)
    has_code = any(one.tag in {"code", "pre"} for one in found)
    return not has_code and len(text) < _LONG and "javascript" in text.lower()


def _is_anchor(link: etree._Element, heading: str) -> bool:
    """Whether a link in a heading only points to the heading, beside the heading's own words."""
    text = text_of(link)
    has_words = any(map(str.isalnum, text))
    has_picture = link.find(".//img") is not None
    is_heading = has_words and text.split() == heading.split()
    if "#" not in link.get("href", "#") or has_picture or is_heading:
        return False
    return not has_words or _is_named_anchor(link)


def _is_named_anchor(link: etree._Element) -> bool:
    return any(map(_ANCHOR.search, tokens(link)))


def _keep_formulas_once(root: etree._Element) -> None:
    """Keep the MathML or the TeX of formulas that the page has in two or three forms.

    KaTeX and MathJax 3 write MathML beside spans that look like the formula; MathJax 2 writes TeX
    into a script.
    """
    for element in [*root.iter("math", "script")]:
        if element.tag == "math":
            _show_mathml(element, root)
        elif element.get("type", "").lower().startswith(_TEX):
            _show_tex(element)


def _show_tex(script: etree._Element) -> None:
    before = script.getprevious()
    if before is not None and "mathjax_preview" in tokens(before):
        remove(before)
    tex = re.sub(r"\A\s*% <!\[CDATA\[|%? ?\]\]>\s*\Z", "", script.text or "").strip()
    is_display = "mode=display" in script.get("type", "").replace(" ", "")
    replace_by_text(script, rf"\[{tex}\]" if is_display else rf"\({tex}\)")


def _show_mathml(formula: etree._Element, root: etree._Element) -> None:
    outer = None
    for around in takewhile(lambda element: element is not root, formula.iterancestors()):
        classes = around.get("class", "").split()
        if around.tag == "mjx-container" or {"katex", "katex-display"} & {*classes}:
            outer = around
            if "katex-display" in classes or around.get("display") == "true":
                formula.set("display", "block")
    if outer is not None:
        replace(outer, formula)
