"""Markup -> safe, well-formed XHTML with absolute URLs, and its plain-text alternative. Pure.

Refuses what readers must not run or load unasked: scripts, styles, frames, forms, event handlers,
and addresses that are not http, https, mailto, xmpp, tel or geo. What the author wrote and readers
will not get is named in a warning, with its line.
"""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote

import nh3
from lxml import etree

from publisher.content import markup as markups
from publisher.content.dropped import warnings
from publisher.content.html import (
    ADDRESSES,
    BLOCKS,
    MATH,
    MATH_NS,
    SCHEMES,
    TAGS,
    TAGS_WITH_CONTENT,
    VOID,
    absolute,
    as_it_is,
    names,
    settled,
)
from publisher.content.limits import refuse_endless
from publisher.content.plain_text import twin
from publisher.text.characters import legal
from publisher.text.shortening import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.content.html import Resolve
    from publisher.post import Dialect


# The characters of the first words that stand for a title, and for a summary.
HEADING = 60
OPENING = 300

# libxml2 stops at 256 levels, and a feed or a stanza puts up to a dozen around ours.
MAX_DEPTH = 200

# On any element: where an attribute means nothing, it does nothing.
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
    url_schemes={*SCHEMES, "link"},  # Nikola's, which `resolve` knows; else it goes, too
    link_rel=None,
)
_CLASS = re.compile(r"language-\S+|footnotes?(?:-\w+)?")
_MAY_BE_EMPTY = VOID | {"td", "th"} | MATH - {"math"}
_GONE = "gone"  # the tag of an element that its content will replace
_PLAYERS = names("audio video")
_BREAK, _BLANK = "\0", "\1"  # no text has these

_FORMULA = re.compile(r"<math(?=[\s>])")
# As HTML 4.8.4.2.1 takes a srcset apart.
_CANDIDATE = re.compile(r"[\s,]*+(\S++)(?:(?<=,)|\s*+([^,]*+))")
_DESCRIPTOR = re.compile(r"(?:((?:[0-9]*+\.)?+[0-9]++)[wxh](?:\s++[0-9]++h)?+)?+\s*+")

_LINK = re.compile(r"!?\[[^\[\]\n]{1,200}(?:\]\((?!\s)[^\s()]*\)?|\((?:https?:/|/)[^\s)]*)")


@dataclass(frozen=True, slots=True)
class Content:
    """A rendered body.

    `xhtml` is the inside of the div of an Atom xhtml construct (RFC 4287 section 3.1.1.3): well
    formed XML without a root, without prefixes, elements in no namespace but for formulas. `text`
    is the plain-text alternative that XMPP readers get beside it. `summary` is the lead as one line
    of plain text, where the post has a lead and an extended part. `warnings` are (line, message).
    `heading` and `opening` are the first words, of the first line and of the whole text: a title
    and a summary for a post that has none.
    """

    xhtml: str
    text: str
    summary: str | None = None
    warnings: tuple[tuple[int, str], ...] = ()
    heading: str = ""
    opening: str = ""


def render(
    body: str,
    *,
    markup: Dialect,
    marker: str | None,
    base: str,
    prefix: str,
    first_line: int = 1,
    resolve: Resolve = as_it_is,
) -> Content:
    """Render a body. Never raises: what cannot be rendered becomes escaped text and a warning.

    `base` is the absolute URL of the post's page, `prefix` (e.g. the item id) makes the ids of
    this post unique among all posts, `first_line` is the body's first line in its file. `resolve`
    turns an address as it was written into one of the web; None: nothing is there.
    """
    source, text, lead = _divided(legal(body), (marker or "").rstrip())
    try:
        html, lead_html = markups.htmls(markup, source, lead)
        tree = _tree(html, base, prefix, resolve)
        content = Content(
            xhtml=_xml(tree),
            text=_plain(tree) if markup in {"html", "rest"} else twin(text, markup, base, resolve),
            summary=_summary(lead_html, base, resolve),
            warnings=warnings(html, source, markup, base, first_line, resolve=resolve),
        )
        return _with_first_words(content, tree)
    except Exception as error:  # whatever a parser may raise: one post must not cost the feed
        reason = str(error).partition("\n")[0] or type(error).__name__
        message = f"the post cannot be rendered, so readers get its source as text: {reason}"
        content = Content(_escaped(text), text, warnings=((first_line, message),))
        return _with_first_words(content, etree.fromstring(f"<div>{content.xhtml}</div>"))


def _divided(body: str, marker: str) -> tuple[str, str, str]:
    """The body without its marker: every line where it was; as it reads best; and its lead.

    The lead is empty unless something follows the marker.
    """
    lines = body.split("\n")
    marks = [number for number, line in enumerate(lines) if marker and line.rstrip() == marker]
    if not marks and marker.startswith("<!--") and marker in body:  # within a line
        lead, _, tail = body.partition(marker)
        return lead + tail, (lead + tail).strip(), lead if tail.strip() else ""
    if not marks:
        return body, body.strip(), ""
    for mark in marks:
        lines[mark] = ""
    lead, tail = ("\n".join(part) for part in (lines[: marks[0]], lines[marks[0] :]))
    text = "\n\n".join((lead.rstrip(), tail.strip("\n"))).strip()
    return "\n".join(lines), text, lead if tail.strip() else ""


def _tree(html: str, base: str, prefix: str, resolve: Resolve) -> etree._Element:
    """What is safe of `html`, in a div."""
    source = settled(html, base)
    refuse_endless(source)
    builder = _Builder()
    builder.feed(legal(_CLEANER.clean(source)))  # once more, because `&#11;` was decoded
    root = builder.root()
    _keep_formulas(root)
    ids = _named(root, prefix)
    for element in [*root.iter()][:0:-1]:  # children before their parents, and not the root
        _classify(element)
        _address(element, base, ids, resolve)
        _shape(element)
    etree.strip_tags(root, _GONE)
    return root


def _keep_formulas(root: etree._Element) -> None:
    """In a formula there are only its own elements, and these nowhere else; none has an address."""
    for formula in [*root.iter("math")]:
        for element in formula.iter():
            if element.tag not in MATH:
                element.tag = _GONE
            element.attrib.pop("href", "")
            element.attrib.pop("src", "")
    for element in root.iter(*MATH - {"math"}):
        if next(element.iterancestors("math"), None) is None:
            element.tag = _GONE


class _Builder(HTMLParser):
    """A tree of what nh3 wrote, which is balanced. libxml2 would nest `img` inside `source`.

    Knows the allow-list, too, in case that the two ever read the same text differently.
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
            raise ValueError(f"<{tag}> came through the sanitiser")
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


def _named(root: etree._Element, prefix: str) -> dict[str, str]:
    """Give the ids their prefix: each that is legal (HTML: has no blank), the first time.

    What has it already comes from a feed of ours; if another has become the same, it gets one more.
    """
    ids: dict[str, str] = {}
    taken: set[str] = set()
    prefix = "-".join(prefix.split())
    for element in root.iter():
        name = _take(element, "name")  # <a name="x">, the anchor of old
        own = _take(element, "id") or name
        if own not in ids and own.split() == [own]:
            made = own if own.startswith(f"{prefix}-") else f"{prefix}-{own}"
            while made in taken:
                made = f"{prefix}-{made}"
            taken.add(made)
            ids[own] = made
            element.set("id", made)
    return ids


def _take(element: etree._Element, name: str) -> str:
    value = element.get(name, "")
    element.attrib.pop(name, "")
    return value


def _classify(element: etree._Element) -> None:
    classes = _take(element, "class").split()
    if kept := [name for name in classes if _CLASS.fullmatch(name)]:
        element.set("class", " ".join(kept))


def _address(element: etree._Element, base: str, ids: dict[str, str], resolve: Resolve) -> None:
    """Make the addresses of an element absolute, and take out those that must not be followed."""
    for name in {*element.keys()} & {*ADDRESSES, "srcset"}:
        value = element.get(name, "")
        if name == "srcset":
            address = ", ".join(f"{one} {size}".rstrip() for one, size in _candidates(value, base))
        elif value.startswith("#") and (own := unquote(value[1:])) in ids:
            address = f"#{ids[own]}"
        else:
            address = absolute(resolve(value) or "", base)
        if address:
            element.set(name, address)
        else:
            del element.attrib[name]
    if element.tag == "img" and not element.get("src"):
        found = [*_candidates(element.get("srcset", ""), base)]
        if found:
            element.set("src", max(found, key=_size)[0])


def _candidates(srcset: str, base: str) -> Iterator[tuple[str, str]]:
    """The addresses of a srcset that may be followed, each with its descriptor."""
    for found, descriptor in _CANDIDATE.findall(srcset.strip(", \t\n\r")):
        address = absolute(found.rstrip(","), base)
        if address and _DESCRIPTOR.fullmatch(descriptor):
            yield address, " ".join(descriptor.split())


def _size(candidate: tuple[str, str]) -> float:
    """How much it shows: `640w` or `2x`."""
    found = _DESCRIPTOR.fullmatch(candidate[1])
    return float(found[1] or 1) if found else 1.0


def _shape(element: etree._Element) -> None:
    """Turn an element that lost its purpose into what is left of it.

    An empty one must not stay: a reader that takes `<i/>` for HTML never closes it.
    """
    source = element.get("src", "")
    match element.tag:
        case "a" if not element.get("href"):
            element.tag = "span" if element.get("id") else _GONE
            if (element.tail or "").startswith("http"):  # `[text]()http://…`, and legible
                element.tail = f" {element.tail}"
        case "img" if not source:
            element.tag, element.text = _GONE, element.get("alt")
        case "source" | "track" if not (source or element.get("srcset")):
            element.tag = _GONE
        case "audio" | "video" if source and _is_empty(element):
            etree.SubElement(element, "a", href=source).text = source
    if element.tag not in _MAY_BE_EMPTY and _is_empty(element):
        element.tag = "span" if element.get("id") else _GONE


def _is_empty(element: etree._Element) -> bool:
    return not element.text and all(
        child.tag == _GONE and not child.tail and _is_empty(child) for child in element
    )


def _xml(tree: etree._Element) -> str:
    """The inside of the div; parsed once, with the limits that building a feed has, as a gate.

    What may be empty is `<td></td>`: `<td/>` never ends for those who take it for HTML.
    """
    for element in tree.iter():
        if element.tag not in VOID and len(element) == 0 and not element.text:
            element.text = ""
    document = etree.tostring(tree, encoding="unicode")
    document = _FORMULA.sub(f'<math xmlns="{MATH_NS}"', document)
    etree.fromstring(document)
    return document.removeprefix("<div>").removesuffix("</div>")


def _plain(tree: etree._Element) -> str:
    """The text: a line for each block, blanks as in HTML (they count in `pre` only)."""
    parts: list[str] = []
    verbatim = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        starts = event == "start"
        if element.tag == "pre":
            verbatim += 1 if starts else -1
        if element.tag in BLOCKS or (element.tag == "br" and starts):
            parts.append(_BREAK)
        elif element.tag in {"td", "th"}:
            parts.append(_BLANK)
        elif element.tag == "img" and starts:
            parts.append(element.get("alt", ""))
        text = (element.text if starts else element.tail) or ""
        if starts and etree.QName(element).localname == "annotation":  # the formula once more
            continue
        parts.append(text if verbatim else re.sub(r"[ \t\n\r]+", _BLANK, text))
    text = re.sub(f"{_BLANK}+", _BLANK, "".join(parts))
    return re.sub(f"{_BLANK}?{_BREAK}[{_BLANK}{_BREAK}]*", "\n", text).replace(_BLANK, " ").strip()


def _summary(lead: str, base: str, resolve: Resolve) -> str | None:
    if not lead:
        return None
    tree = _tree(lead, base, "", resolve)
    for element in tree.iter():
        if "footnote" in element.get("class", ""):
            element.tag = _GONE
    etree.strip_elements(tree, _GONE, with_tail=False)
    return " ".join(_plain(tree).split()) or None


def words_alone(words: str) -> Content:
    """One line of text as the content of a post that has no other."""
    shown, line = entities.escape(words, quote=False), " ".join(words.split())
    return Content(
        f"<p>{shown}</p>",
        words,
        heading=shortened(line, HEADING),
        opening=shortened(line, OPENING),
    )


def _with_first_words(content: Content, tree: etree._Element) -> Content:
    """With the beginning of its tree, which is changed. Footnotes and players are no words."""
    for element in tree.iter():
        if element.tag in _PLAYERS or (element.get("class") or "").startswith("footnote"):
            element.tag = _GONE
    etree.strip_elements(tree, _GONE, with_tail=False)
    lines = [" ".join(line.split()) for line in _plain(tree).split("\n") if line.strip()]
    heading = shortened(lines[0] if lines else "", HEADING)
    return replace(content, heading=heading, opening=shortened(" ".join(lines), OPENING))


def _escaped(text: str) -> str:
    """The text as paragraphs, with its line breaks. libxml2 refuses 10 MB in one piece."""
    parts = re.split(r"\n\s*\n", text)
    pieces = [piece for part in parts for piece in re.findall(r"(?s).{1,1000000}", part)]
    paragraphs = "".join(f"<p>{entities.escape(piece, quote=False)}</p>" for piece in pieces)
    return paragraphs.replace("\n", "<br/>")


def unrendered(content: Content) -> Iterator[tuple[str, bool]]:
    """What looks like a link or an image of Markdown, and has become plain text; does it close?"""
    tree = etree.fromstring(f"<div>{content.xhtml}</div>")
    for element in tree.iter("pre", "code", "samp", "kbd"):
        element.tag, element.text = _GONE, ""
    etree.strip_elements(tree, _GONE, with_tail=False)
    for found in _LINK.finditer(_plain(tree)):
        yield found[0].removesuffix(")"), found[0].endswith(")")
