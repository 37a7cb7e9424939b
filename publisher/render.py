"""Markup -> safe, well-formed XHTML with absolute URLs, and its text twin. Pure.

Refuses what readers must not run or load unasked: scripts, styles, frames, forms, event handlers,
and addresses that are not http, https, mailto, xmpp, tel or geo. What the author wrote and readers
will not get is named in a warning, with its line.
"""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

import nh3
from lxml import etree

from publisher import markup as markups
from publisher import rest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from publisher.markup import Dialect

    Resolve: TypeAlias = Callable[[str], "str | None"]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SCHEMES = _names("geo http https mailto tel xmpp")
# libxml2 stops at 256 levels, and a feed or a stanza puts up to a dozen around ours.
MAX_DEPTH = 200

_VOID = _names("br col hr img source track wbr")
_BLOCKS = _names(
    "address article aside blockquote caption details dd div dl dt figcaption figure footer "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tr ul"
)
_TAGS = _BLOCKS | _names(
    "a abbr audio b bdi bdo big br cite code col colgroup data del dfn em i img ins kbd mark "
    "picture q rp rt ruby s samp small source span strike strong sub sup tbody td tfoot th thead "
    "time track tt u var video wbr"
)
# MathML Core without what holds HTML, fetches or acts.
_MATH = _names(
    "annotation math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom "
    "mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder "
    "munderover semantics"
)
MATH_NS = "http://www.w3.org/1998/Math/MathML"
_TAGS_WITH_CONTENT = _names(
    "noembed noframes noscript object script select style svg template textarea title"
)
# On any element: where an attribute means nothing, it does nothing.
_ATTRIBUTES = _names(
    "abbr align alt cite class colspan controls datetime dir height href hreflang id kind label "
    "lang loop media muted name open poster preload reversed rowspan scope sizes span src srclang "
    "srcset start title type value width "
    "accent accentunder alttext columnalign columnspan display encoding fence linethickness lspace "
    "mathvariant maxsize minsize notation rspace separator stretchy"
)
_CLEANER = nh3.Cleaner(
    tags={*_TAGS, *_MATH},
    clean_content_tags={*_TAGS_WITH_CONTENT, "embed", "iframe"},
    attributes={"*": set(_ATTRIBUTES)},
    url_schemes=set(SCHEMES),
    link_rel=None,
)
_ADDRESSES = _names("cite href poster src")
_CLASS = re.compile(r"language-\S+|footnotes?(?:-\w+)?")
_MAY_BE_EMPTY = _VOID | {"td", "th"} | _MATH - {"math"}
_GONE = "gone"  # the tag of an element that its content will replace
_BREAK, _BLANK = "\0", "\1"  # no text has these

_FORMULA = re.compile(r"<math(?=[\s>])")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CANDIDATE = re.compile(r"[\s,]*+(\S*[^\s,])(?:\s++([\d.]++[wxh]))?\s*+(?:,|$)")

# HTML as it was written. These miss what is broken; nh3 does not.
_IN_TAG = r"""((?:[^<>"']|"[^"]*"|'[^']*')*+)"""
_TAG = re.compile(rf"<([a-z][^\s<>/]*+){_IN_TAG}>", re.IGNORECASE)
_IFRAME = re.compile(rf"<iframe\b{_IN_TAG}>(?:[^<]*+</iframe\s*+>)?", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*+=\s*+("[^"]*"|'[^']*'|[^\s>]+))?""")
_INERT = re.compile(
    rf"<!--.*?(?:-->|\Z)|(<({'|'.join(sorted(_TAGS_WITH_CONTENT))})\b[^<>]*>).*?(?=</\2|\Z)",
    re.IGNORECASE | re.DOTALL,
)

# Where the source may hold a tag or a link, and the mark that a link gets there.
_SPOT = re.compile(r"<[a-z][\w:-]*(?=[\s/>])(?!//)|\]\(\s*+<?", re.IGNORECASE)
_MARKED = re.compile(r"(?:at:(\d+):)?(.*)", re.DOTALL)
_LINK = re.compile(r"!?\[[^\[\]\n]{1,200}(?:\]\((?!\s)[^\s()]*\)?|\((?:https?:/|/)[^\s)]*)")
_BEHIND = re.compile(r">?\s*+\)[(<]?(https?://[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)")


def _as_it_is(address: str) -> str | None:
    return address


@dataclass(frozen=True, slots=True)
class Content:
    """A rendered body.

    `xhtml` is the inside of the div of an Atom xhtml construct (RFC 4287 section 3.1.1.3): well
    formed XML without a root, without prefixes, elements in no namespace but for formulas. `text`
    is the twin that XMPP readers get beside it. `summary` is the lead as one line of plain text,
    where the post has a lead and an extended part. `warnings` are (line of the file, message).
    """

    xhtml: str
    text: str
    summary: str | None = None
    warnings: tuple[tuple[int, str], ...] = ()


def render(
    body: str,
    *,
    markup: Dialect,
    marker: str | None,
    base: str,
    prefix: str,
    first_line: int = 1,
    resolve: Resolve = _as_it_is,
) -> Content:
    """Render a body. Never raises: what cannot be rendered becomes escaped text and a warning.

    `base` is the absolute URL of the post's page, `prefix` (e.g. the item id) makes the ids of
    this post unique among all posts, `first_line` is the body's first line in its file. `resolve`
    turns an address as it was written into one of the web; None: nothing is there.
    """
    source, text, lead = _divided(_legal(body), (marker or "").rstrip())
    try:
        html = markups.html(source, markup)
        tree = _tree(html, base, prefix, resolve)
        return Content(
            xhtml=_xml(tree),
            text=_plain(tree) if markup in {"html", "rest"} else text,
            summary=_summary(lead, markup, base, resolve),
            warnings=_warnings(html, source, markup, base, first_line, resolve=resolve),
        )
    except Exception as error:  # whatever a parser may raise: one post must not cost the feed
        reason = str(error).partition("\n")[0] or type(error).__name__
        message = f"the post cannot be rendered, so readers get its source as text: {reason}"
        return Content(_escaped(text), text, warnings=((first_line, message),))


def _legal(text: str) -> str:
    """Without the characters that XML 1.0 cannot carry (section 2.2); a page break is a blank."""
    return _ILLEGAL.sub(lambda found: " " if found[0] in "\v\f" else "", text)


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
    linked = _IFRAME.sub(lambda frame: _frame_link(frame[1], base), html)
    builder = _Builder()
    builder.feed(_legal(_CLEANER.clean(linked)))  # once more, because `&#11;` was decoded
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
            if element.tag not in _MATH:
                element.tag = _GONE
            element.attrib.pop("href", "")
            element.attrib.pop("src", "")
    for element in root.iter(*_MATH - {"math"}):
        if next(element.iterancestors("math"), None) is None:
            element.tag = _GONE


def _frame_link(inside: str, base: str) -> str:
    address = entities.escape(_frame_address(_attributes(inside), base))
    return address and f'<a href="{address}">{address}</a>'


def _frame_address(attributes: dict[str, str], base: str) -> str:
    address = absolute(attributes.get("src", ""), base)
    return address if address.startswith(("http:", "https:")) else ""


def _attributes(inside: str) -> dict[str, str]:
    """The attributes of a tag as it was written; the first of a name counts, as in HTML."""
    attributes: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(inside):
        bare = value[1:-1] if value[:1] in {'"', "'"} else value
        attributes.setdefault(name.lower(), entities.unescape(bare))
    return attributes


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
        if tag not in _TAGS | _MATH:
            raise ValueError(f"<{tag}> came through the sanitiser")
        if self._depth == MAX_DEPTH:
            raise ValueError(f"its elements are nested more than {MAX_DEPTH} deep")
        self._depth += 1
        self._builder.start(
            tag, {name: value or "" for name, value in attrs if name in _ATTRIBUTES}
        )
        if tag in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(tag)

    def handle_data(self, data: str) -> None:
        self._builder.data(data)


def _named(root: etree._Element, prefix: str) -> dict[str, str]:
    """Give the ids their prefix: each that is legal (HTML: has no blank), the first time.

    What has it already comes from a feed of ours.
    """
    ids: dict[str, str] = {}
    prefix = "-".join(prefix.split())
    for element in root.iter():
        name = _take(element, "name")  # <a name="x">, the anchor of old
        own = _take(element, "id") or name
        if own not in ids and own.split() == [own]:
            ids[own] = own if own.startswith(f"{prefix}-") else f"{prefix}-{own}"
            element.set("id", ids[own])
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
    for name in {*element.keys()} & {*_ADDRESSES, "srcset"}:
        value = element.get(name, "")
        if name == "srcset":
            address = _candidates(value, base)
        elif value.startswith("#") and (own := unquote(value[1:])) in ids:
            address = f"#{ids[own]}"
        else:
            address = absolute(resolve(value) or "", base)
        if address:
            element.set(name, address)
        else:
            del element.attrib[name]


def _candidates(srcset: str, base: str) -> str:
    """The addresses of a srcset that may be followed, each with its descriptor."""
    candidates = [
        f"{address} {descriptor}".rstrip()
        for found, descriptor in _CANDIDATE.findall(srcset.strip(", \t\n\r"))
        if (address := absolute(found, base))
    ]
    return ", ".join(candidates)


def absolute(address: str, base: str) -> str:
    """The address as seen from `base`; empty if there is none, or none that may be followed."""
    bare = re.sub(r"[\t\n\r]", "", address).strip()  # browsers look through them, too
    try:
        found = urljoin(base, bare)
        allowed = urlsplit(found).scheme in SCHEMES
    except ValueError:  # http://[
        return ""
    return found.replace(" ", "%20") if bare and allowed else ""


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
        if element.tag not in _VOID and len(element) == 0 and not element.text:
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
        if element.tag in _BLOCKS or (element.tag == "br" and starts):
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


def _summary(lead: str, markup: Dialect, base: str, resolve: Resolve) -> str | None:
    if not lead:
        return None
    tree = _tree(markups.html(lead, markup, known=True), base, "", resolve)
    for element in tree.iter():
        if "footnote" in element.get("class", ""):
            element.tag = _GONE
    etree.strip_elements(tree, _GONE, with_tail=False)
    return " ".join(_plain(tree).split()) or None


def first_words(content: Content, length: int = 60) -> str:
    """A title for what has none: the first line of the text, cut between words."""
    lines = _plain(etree.fromstring(f"<div>{content.xhtml}</div>")).split("\n")
    words = " ".join(next((line for line in lines if line.strip()), "").split())
    if len(words) <= length:
        return words
    cut = words[:length].rpartition(" ")[0] or words[:length]
    return cut.rstrip(" ,.;:-") + "…"


def _escaped(text: str) -> str:
    """The text as paragraphs, with its line breaks. libxml2 refuses 10 MB in one piece."""
    parts = re.split(r"\n\s*\n", text)
    pieces = [piece for part in parts for piece in re.findall(r"(?s).{1,1000000}", part)]
    paragraphs = "".join(f"<p>{entities.escape(piece, quote=False)}</p>" for piece in pieces)
    return paragraphs.replace("\n", "<br/>")


def _warnings(
    html: str, source: str, markup: Dialect, base: str, first_line: int, *, resolve: Resolve
) -> tuple[tuple[int, str], ...]:
    """What is lost, by line.

    Only a Markdown parser can tell a tag from code that shows one. So where something is lost,
    the source is rendered again, with a mark on each tag and link that says where it stands.
    """
    warnings = set()
    if markup == "rest":
        warnings = {(first_line + line - 1, said) for line, said in rest.html(source)[1]}
    if not any(_losses(html, source, base, resolve)):
        return tuple(sorted(warnings))
    marked = html if markup == "rest" else markups.html(_SPOT.sub(_with_mark, source), markup)
    for message, at, sought in _losses(marked, source, base, resolve):
        offset = source.find(sought) if at is None else at
        warnings.add((first_line + source.count("\n", 0, max(offset, 0)), message))
    return tuple(sorted(warnings))


@dataclass(frozen=True, slots=True)
class Address:
    """An address in a body: the tag that has it, as it was written, as readers get it, its line."""

    tag: str
    written: str
    absolute: str
    line: int


def addresses(
    body: str, *, markup: Dialect, base: str, first_line: int = 1, resolve: Resolve = _as_it_is
) -> Iterator[Address]:
    """All addresses of a body that readers may follow, in the order of the text. Never raises."""
    source = _legal(body)
    try:
        html = markups.html(source if markup == "rest" else _SPOT.sub(_with_mark, source), markup)
    except Exception:
        return
    for found in _TAG.finditer(_INERT.sub(r"\1", html)):
        attributes = _attributes(found[2])
        mark = attributes.pop("data-at", "")
        for name in attributes.keys() & _ADDRESSES:
            place, written = _MARKED.findall(attributes[name])[0]
            at = int(place or (mark if mark.isdecimal() else source.find(written)))
            target = absolute(resolve(written) or "", base)
            if target:
                line = first_line + source.count("\n", 0, max(at, 0))
                yield Address(found[1].lower(), written, target, line)


def unrendered(content: Content) -> Iterator[tuple[str, bool]]:
    """What looks like a link or an image of Markdown, and has become plain text; does it close?"""
    tree = etree.fromstring(f"<div>{content.xhtml}</div>")
    for element in tree.iter("pre", "code", "samp", "kbd"):
        element.tag, element.text = _GONE, ""
    etree.strip_elements(tree, _GONE, with_tail=False)
    for found in _LINK.finditer(_plain(tree)):
        yield found[0].removesuffix(")"), found[0].endswith(")")


def _with_mark(spot: re.Match[str]) -> str:
    mark = f' data-at="{spot.end()}"' if spot[0].startswith("<") else f"at:{spot.end()}:"
    return spot[0] + mark


def _losses(
    html: str, source: str, base: str, resolve: Resolve
) -> Iterator[tuple[str, int | None, str]]:
    """What readers will not get: a message, the offset in the source or None, what to look for."""
    html = _INERT.sub(r"\1", html)
    for found in _TAG.finditer(html):
        tag, attributes = found[1].lower(), _attributes(found[2])
        mark = attributes.pop("data-at", "")
        at = int(mark) if mark.isdecimal() else None
        if tag not in _TAGS | _MATH:
            yield _taken_out(tag, attributes, base), at, f"<{found[1]}"
            continue
        for name in attributes:
            if name.startswith("on"):
                yield f"the event handler {name} of <{tag}> is taken out", at, name
        for name in attributes.keys() & _ADDRESSES:
            place, target = _MARKED.findall(attributes[name])[0]
            where = int(place) if place else at
            resolved = resolve(target)
            if resolved is None:
                shown = _words(unquote(target))[:80]
                yield f'"{shown}" is no file of a post: it is no link', where, target
            elif target.strip() and not absolute(resolved, base):
                yield _not_followed(target), where, target
            elif not target.strip() and at is None:  # not written as a tag
                text = _words(attributes.get("alt") or html[found.end() :].partition("</a")[0])
                yield _untargeted(tag, text, source, where), where, f"[{text}]"


def _taken_out(tag: str, attributes: dict[str, str], base: str) -> str:
    if tag == "iframe":
        address = _frame_address(attributes, base)
        outcome = f"becomes a link to {address}" if address else "has no http address: taken out"
        return f"<iframe> {outcome}; readers load no frames"
    if tag in _TAGS_WITH_CONTENT:
        return f"<{tag}> is taken out with what is in it; readers do not show it"
    return f"<{tag}> is taken out, what is in it stays; to show the tag itself write &lt;{tag}&gt;"


def _not_followed(target: str) -> str:
    shown, schemes = " ".join(target.split())[:40], ", ".join(sorted(SCHEMES))
    return f'the address "{shown}" is taken out; readers follow {schemes} only'


def _words(html: str) -> str:
    return " ".join(entities.unescape(re.sub(r"<[^<>]*>", "", html)).split())


def _untargeted(tag: str, text: str, source: str, at: int | None) -> str:
    kind, mark = ("image", "!") if tag == "img" else ("link", "")
    message = f'the {kind} "{text}" has no target; write {mark}[text](address)'
    behind = _BEHIND.match(source, at) if at is not None else None
    if behind is None:
        return message
    address = behind[1].rstrip(".,;:!?")
    return f"{message}: the address stands behind the brackets, so write {mark}[{text}]({address})"
