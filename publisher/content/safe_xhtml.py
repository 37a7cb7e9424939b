"""Render markup as safe, well-formed XHTML with absolute URLs and a plain-text alternative. Pure.

Remove what readers must not run or load unasked: scripts, styles, frames, forms, event handlers,
and URLs that are not http, https, mailto, xmpp, tel or geo. A warning names each piece of markup
that is dropped, with its line.
"""

from __future__ import annotations

import html as entities
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote

import nh3
from lxml import etree
from msgspec import Struct
from msgspec.structs import replace

from publisher.content import first_words
from publisher.content import markup as markups
from publisher.content.allowed_html import (
    BLOCKS,
    MATH,
    MATH_NS,
    SCHEMES,
    TAGS,
    TAGS_WITH_CONTENT,
    URL_ATTRIBUTES,
    VOID,
    absolute,
    is_same_page,
    names,
    normalised,
    unchanged,
)
from publisher.content.dropped_markup import warnings
from publisher.content.html_limits import refuse_slow_html
from publisher.content.lead import split_at_marker
from publisher.content.plain_text import plain_text_alternative
from publisher.content.words_apart import kept_apart
from publisher.post import NO_OPTIONS
from publisher.text.characters import damage, legal
from publisher.text.word_gaps import keep_apart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.content.allowed_html import Resolve
    from publisher.post import Dialect, MarkdownOptions


# libxml2 refuses more than 256 levels; a feed or a stanza puts up to a dozen around ours.
MAX_DEPTH = 200

# Allowed on every element: where an attribute has no meaning, it does no harm.
_ATTRIBUTES = names(
    "abbr align alt cite class colspan controls datetime dir height href hreflang id kind label "
    "lang loop media muted name open poster preload reversed rowspan scope sizes span src srclang "
    "srcset start title type value width "
    "accent accentunder alttext columnalign columnspan display encoding fence linethickness lspace "
    "mathvariant maxsize minsize notation rspace separator stretchy"
)
_CLEANER = nh3.Cleaner(
    tags={*TAGS, *MATH},
    clean_content_tags={*TAGS_WITH_CONTENT, "embed", "iframe"},
    attributes={"*": set(_ATTRIBUTES)},
    # Nikola's own scheme, which `resolve` translates; what it does not know is removed later.
    url_schemes={*SCHEMES, "link"},
    # By default nh3 adds rel="noopener noreferrer" to every link.
    link_rel=None,
)
_CLASS = re.compile(r"language-\S+|footnotes?(?:-\w+)?")
_OF_TEXT = frozenset({"id", "lang", "dir", "title", "class"})  # what a span may have
# Table cells may be empty, and so may elements of formulas, such as a space.
_MAY_BE_EMPTY = VOID | {"td", "th"} | MATH - {"math"}
# The tags of elements that are stripped later, with or without their content.
_STRIPPED = "gone"
_GAP = "gap"  # it stood apart from the texts beside it

_FORMULA = re.compile(r"<math(?=[\s>])")
# A srcset as HTML parses it (4.8.4.2.1).
_CANDIDATE = re.compile(r"[\s,]*+(\S++)(?:(?<=,)|\s*+([^,]*+))")
_DESCRIPTOR = re.compile(r"(?:((?:[0-9]*+\.)?+[0-9]++)[wxh](?:\s++[0-9]++h)?+)?+\s*+")

_REFERENCE = re.compile(r"&#[0-9xX][0-9a-fA-F]{0,9};?")


class Content(Struct, frozen=True):
    """A rendered body.

    `xhtml` is the content of the div of an Atom xhtml construct (RFC 4287, section 3.1.1.3):
    well-formed XML without a root element and without prefixes; only formulas are in a namespace.

    `text` is the plain-text alternative, which XMPP clients get next to the XHTML.

    `summary` is the text before the marker as one line of plain text; None if the post has no
    marker, or nothing behind it.

    `warnings` are (line, message).

    `heading` and `opening` are the beginning of the first line and of the whole text. They serve as
    title and summary of a post that has none.

    `footnotes` are the labels of the footnotes in the order of their numbers, if they are written
    in CommonMark.
    """

    xhtml: str
    text: str
    summary: str | None = None
    warnings: tuple[tuple[int, str], ...] = ()
    heading: str = ""
    opening: str = ""
    footnotes: tuple[str, ...] = ()


def render(
    body: str,
    *,
    markup: Dialect,
    marker: str | None,
    base: str,
    prefix: str,
    first_line: int = 1,
    resolve: Resolve = unchanged,
    options: MarkdownOptions = NO_OPTIONS,
) -> Content:
    """Render a body. Never raises: what cannot be rendered becomes escaped text, with a warning.

    `marker` ends the lead. `base` is the absolute URL of the post's page. `prefix` (such as the
    item id) makes the ids in the content unique among all posts. `first_line` is the number of the
    body's first line in its file. `resolve` translates a URL as the author wrote it; it returns
    None for the path of a file that is no post.
    """
    source, text, lead = split_at_marker(legal(body), (marker or "").rstrip(), markup)
    try:
        converted = markups.convert(markup, source, lead, options=options)
        html, lead_html = converted.htmls
        content = replace(
            sanitised(html, base=base, prefix=prefix, resolve=resolve),
            summary=_summary(lead_html, base, resolve),
            warnings=warnings(
                html, source, markup, base, first_line, resolve=resolve, options=options
            ),
            footnotes=converted.footnotes,
        )
        return _with_damage(content, source, first_line)
    except Exception as error:  # a parser may raise anything, and one post must not break the feed
        # Parsers write messages of several lines; a warning has one.
        reason = str(error).partition("\n")[0] or type(error).__name__
        message = f"the post cannot be rendered, so readers get its source as text: {reason}"
        content = Content(_escaped(text), text, warnings=((first_line, message),))
        return _with_first_words(content, etree.fromstring(f"<div>{content.xhtml}</div>"))


def sanitised(
    html: str, *, base: str, prefix: str, resolve: Resolve = unchanged, own: str = ""
) -> Content:
    """Make the content of HTML, without a lead. The arguments are those of `render`.

    `own` is the URL of the built page from which the HTML comes: links to its parts become links
    within the content, and spans that say nothing here go. Raises whatever a parser may raise, and
    ValueError for HTML that is too deep or takes too long.
    """
    tree = _tree(html, base, prefix, resolve, own)
    content = Content(xhtml=_xml(tree), text=plain_text_alternative(tree))
    return _with_first_words(content, tree)


def _tree(html: str, base: str, prefix: str, resolve: Resolve, own: str = "") -> etree._Element:
    """Return the safe part of `html` as a tree in a div."""
    source = normalised(kept_apart(html), base)
    refuse_slow_html(source)
    builder = _Builder()
    # Again, because nh3 decodes character references such as `&#11;`.
    builder.feed(legal(_CLEANER.clean(source)))
    root = builder.root()
    _keep_formulas(root)
    ids = _prefix_ids(root, prefix)
    for element in [*root.iter()][:0:-1]:  # children before their parents; not the root
        _filter_classes(element)
        _resolve_urls(element, base, ids, resolve)
        _link_own_parts(element, ids, own)
        _replace_useless(element)
        # Of colours of code, mostly: the own rendering has few of them.
        if own and element.tag == "span" and not element.attrib:
            element.tag = _STRIPPED
    keep_apart(root, _GAP, _STRIPPED)
    etree.strip_tags(root, _STRIPPED, _GAP)
    return root


def _keep_formulas(root: etree._Element) -> None:
    """Allow only MathML elements in formulas, none of them outside, and no URLs in them."""
    for formula in [*root.iter("math")]:
        for element in formula.iter():
            if element.tag not in MATH:
                element.tag = _STRIPPED
            element.attrib.pop("href", "")
            element.attrib.pop("src", "")
    for element in root.iter(*MATH - {"math"}):
        if next(element.iterancestors("math"), None) is None:
            element.tag = _STRIPPED


class _Builder(HTMLParser):
    """Builds a tree from the output of nh3, whose tags are balanced.

    libxml2's own HTML parser would nest `img` inside `source`. The builder checks the allow-list
    again, in case that it and nh3 ever read the same text differently.
    """

    def __init__(self) -> None:
        super().__init__()
        self._builder = etree.TreeBuilder()
        self._depth = 0
        self.handle_starttag("div", [])

    def root(self) -> etree._Element:
        self.close()
        self.handle_endtag("div")
        return self._builder.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS | MATH:
            raise ValueError(f"the sanitiser let <{tag}> pass")
        if self._depth == MAX_DEPTH:
            raise ValueError(f"its elements are nested more than {MAX_DEPTH} deep")
        self._depth += 1
        self._builder.start(
            tag, {name: value or "" for name, value in attrs if name in _ATTRIBUTES}
        )
        if tag in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(tag)

    def handle_data(self, data: str) -> None:
        self._builder.data(data)


def _prefix_ids(root: etree._Element, prefix: str) -> dict[str, str]:
    """Prefix all ids, and return the new ids by the old ones.

    Only the first of duplicate ids is kept, and only if it is legal (HTML: contains no blank). An
    id that has the prefix already comes from one of our own feeds; if it collides with a new one,
    it gets the prefix again.
    """
    ids: dict[str, str] = {}
    taken: set[str] = set()
    prefix = "-".join(prefix.split())
    for element in root.iter():
        name = _pop(element, "name")  # the obsolete form of an anchor
        own = _pop(element, "id") or name
        if own not in ids and own.split() == [own]:
            unique = own if own.startswith(f"{prefix}-") else f"{prefix}-{own}"
            while unique in taken:
                unique = f"{prefix}-{unique}"
            taken.add(unique)
            ids[own] = unique
            element.set("id", unique)
    return ids


def _pop(element: etree._Element, name: str) -> str:
    value = element.get(name, "")
    element.attrib.pop(name, "")
    return value


def _filter_classes(element: etree._Element) -> None:
    classes = _pop(element, "class").split()
    if kept := [name for name in classes if _CLASS.fullmatch(name)]:
        element.set("class", " ".join(kept))


def _resolve_urls(
    element: etree._Element, base: str, ids: dict[str, str], resolve: Resolve
) -> None:
    """Make the URLs of an element absolute, and remove those that readers must not follow."""
    for name in {*element.keys()} & {*URL_ATTRIBUTES, "srcset"}:
        value = element.get(name, "")
        if name == "srcset":
            url = ", ".join(f"{image} {size}".rstrip() for image, size in _candidates(value, base))
        elif value.startswith("#") and (own := unquote(value[1:])) in ids:
            url = f"#{ids[own]}"
        else:
            url = absolute(resolve(value) or "", base)
        if url:
            element.set(name, url)
        else:
            del element.attrib[name]
    if element.tag == "img" and not element.get("src"):
        candidates = [*_candidates(element.get("srcset", ""), base)]
        if candidates:
            element.set("src", max(candidates, key=_size)[0])


def _link_own_parts(element: etree._Element, ids: dict[str, str], own: str) -> None:
    """Turn a link to a part of the page `own` into one within the content."""
    page, _, fragment = element.get("href", "").partition("#")
    if own and fragment and page and unquote(fragment) in ids and is_same_page(page, own):
        element.set("href", f"#{ids[unquote(fragment)]}")


def _candidates(srcset: str, base: str) -> Iterator[tuple[str, str]]:
    """Yield (URL, descriptor) for each image of a srcset that readers may follow."""
    for written, descriptor in _CANDIDATE.findall(srcset.strip(", \t\n\r")):
        url = absolute(written.rstrip(","), base)
        if url and _DESCRIPTOR.fullmatch(descriptor):
            yield url, " ".join(descriptor.split())


def _size(candidate: tuple[str, str]) -> float:
    """Return the number in a descriptor such as `640w` or `2x`; 1 without one."""
    match = _DESCRIPTOR.fullmatch(candidate[1])
    return float(match[1] or 1) if match else 1.0


def _replace_useless(element: etree._Element) -> None:
    """Replace an element that lost its URL or its content by what is left of it.

    Empty elements must not stay: a reader that parses `<i/>` as HTML never closes it.
    """
    source = element.get("src", "")
    match element.tag:
        case "a" if not element.get("href"):
            _become_place(element, _STRIPPED)
            # `[text]()http://…`: keep the URL apart from the text.
            if (element.tail or "").startswith("http"):
                element.tail = f" {element.tail}"
        case "img" if not source:
            element.tag, element.text = _GAP, element.get("alt")
        case "source" | "track" if not (source or element.get("srcset")):
            element.tag = _STRIPPED
        case "audio" | "video" if source and _is_empty(element):
            etree.SubElement(element, "a", href=source).text = source
    if element.tag not in _MAY_BE_EMPTY and _is_empty(element):
        _become_place(element, _stripped(element.tag))


def _become_place(element: etree._Element, otherwise: str) -> None:
    """Leave of an element a place to which links lead, or nothing if it has no id."""
    own = element.get("id")
    element.tag = "span" if own else otherwise
    for name in [*element.attrib] if own else ():
        if name not in _OF_TEXT:
            del element.attrib[name]


def _stripped(tag: str) -> str:
    return _GAP if tag in BLOCKS or tag in {"audio", "video", _GAP} else _STRIPPED


def _is_empty(element: etree._Element) -> bool:
    return not element.text and all(
        child.tag in {_STRIPPED, _GAP} and not child.tail and _is_empty(child) for child in element
    )


def _xml(tree: etree._Element) -> str:
    """Serialise the content of the div, and check that libxml2 accepts it with its default limits.

    Building a feed or a stanza parses it again with the same limits. Elements that may be empty are
    written as `<td></td>`, because a reader that parses `<td/>` as HTML never closes it.
    """
    for element in tree.iter():
        if element.tag not in VOID and len(element) == 0 and not element.text:
            element.text = ""
    document = etree.tostring(tree, encoding="unicode")
    # The tree has no namespaces, but in XHTML `<math>` is a formula only in the namespace of
    # MathML.
    document = _FORMULA.sub(f'<math xmlns="{MATH_NS}"', document)
    etree.fromstring(document)
    return document.removeprefix("<div>").removesuffix("</div>")


def _with_damage(content: Content, source: str, first_line: int) -> Content:
    """Warn of U+FFFD that a reference such as `&#0;` or `&#xD800;` makes (HTML 13.2.5.80).

    Who reads the file has warned of those that stand in it.
    """
    if "\ufffd" not in content.xhtml or "\ufffd" in source:
        return content
    found = (one for one in _REFERENCE.finditer(source) if "\ufffd" in entities.unescape(one[0]))
    at = next((one.start() for one in found), 0)
    ((_, message),) = damage("\ufffd")
    warning = first_line + source.count("\n", 0, at), message
    return replace(content, warnings=(*content.warnings, warning))


def _summary(lead: str, base: str, resolve: Resolve) -> str | None:
    if not lead:
        return None
    tree = _tree(lead, base, "", resolve)
    for element in tree.iter():
        # The number of a footnote means nothing without the note, which the summary lacks.
        if "footnote" in element.get("class", ""):
            element.tag = _STRIPPED
    etree.strip_elements(tree, _STRIPPED, with_tail=False)
    return " ".join(first_words.text_of(tree).split()) or None


def lead(html: str, base: str) -> str | None:
    """The text of a lead as one line. Raises as `sanitised` does."""
    return _summary(html, base, unchanged)


def text(html: str, base: str) -> str:
    """The text of HTML: a line per block. Raises as `sanitised` does."""
    return first_words.text_of(_tree(html, base, "", unchanged))


def content_of_line(words: str) -> Content:
    """Return the content of a post that consists of one line of text."""
    heading, opening = first_words.of_line(words)
    shown = entities.escape(words, quote=False)
    return Content(f"<p>{shown}</p>", words, heading=heading, opening=opening)


def content_of_link(url: str) -> Content:
    """Return the content of a post whose text cannot be shown: a link, which is no title of it."""
    shown = entities.escape(url)
    return Content(f'<p><a href="{shown}">{shown}</a></p>', url)


def _with_first_words(content: Content, tree: etree._Element) -> Content:
    heading, opening = first_words.of_tree(tree)
    return replace(content, heading=heading, opening=opening)


def _escaped(text: str) -> str:
    """Return the text as paragraphs, with its line breaks.

    Paragraphs are split because libxml2 refuses text nodes of more than 10 MB.
    """
    parts = re.split(r"\n\s*\n", text)
    pieces = [piece for part in parts for piece in re.findall(r"(?s).{1,1000000}", part)]
    paragraphs = "".join(f"<p>{entities.escape(piece, quote=False)}</p>" for piece in pieces)
    return paragraphs.replace("\n", "<br/>")
