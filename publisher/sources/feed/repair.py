"""Make an XML feed well-formed, so that a fault affects only the item that has it.

feedparser's own way is another parser with other rules for the whole document: one character that
is wrong anywhere would give every item another id. Here the fault is repaired where it is, and the
strict parser reads the result: what is not escaped becomes text, what is left open is closed, and
what XML cannot carry is left out. If the document ends inside an item, that item is left out,
because it may be incomplete. Pure.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from html.entities import html5
from typing import TYPE_CHECKING
from xml.parsers import expat

from msgspec import Struct

from publisher.text.characters import legal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

# feedparser needs time that grows with the square of the attributes of an element, and searches all
# prefixes at each element. Both limits count for the whole document or element, however it is cut.
MAX_ATTRIBUTES = 256  # of one element, with those that declare namespaces
MAX_PREFIXES = 256

_NAME = r"[A-Za-z_][A-Za-z0-9._:-]*+"
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")
_NAMESPACE = re.compile(r"[^\s<>&]+")
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|RDF|feed|channel)(?=[\s/>])", re.IGNORECASE)
_ROOT_TAG = re.compile(rb"<(?:[\w.-]+:)?(?:rss|RDF|feed|channel)(?=[\s/>])[^>]*+>", re.IGNORECASE)
# A tag ends at the first `>` outside of quotes; if a quote is never closed, at the first `>`.
_START = re.compile(rf"""<({_NAME})((?:[^"'<>]++|"[^"<]*+"|'[^'<]*+')*+)>""")
_START_WITH_OPEN_QUOTE = re.compile(rf"<({_NAME})([^<>]*+)>")
_START_WITHOUT_END = re.compile(rf"<({_NAME})([^<>]*+)")
_END = re.compile(rf"</\s*+({_NAME})[^<>]*+>")
_ATTRIBUTE = re.compile(
    rf"""({_NAME})(?:\s*+=\s*+(?:"(?P<double>[^"]*+)"?|'(?P<single>[^']*+)'?|(?P<bare>[^\s"']++)))?"""
)
_REFERENCE = re.compile(r"&(?:(?P<number>#(?:\d{1,7}|[xX][0-9a-fA-F]{1,6}));|(?P<name>\w{1,40});)?")
# A longer value could make the document grow many times.
_ENTITY = re.compile(r"""<!ENTITY\s+(\w+)\s+(["'])([^"'<>%]{0,12})\2""")
_CDATA = "<![CDATA["
# What begins like this ends like that. The longest beginning comes first.
_SECTIONS = {_CDATA: "]]>", "<!--": "-->", "<!": ">", "<?": "?>"}
_PREDEFINED = frozenset({"amp", "lt", "gt", "quot", "apos"})  # XML 1.0 section 4.6
# HTML without an end tag. `link` and `source` are not among them: RSS has elements of these names.
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "wbr"})
_ITEMS = frozenset({"item", "entry"})
_ITEM = re.compile(r"<(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_HOLDERS = frozenset({"channel", "feed", "rdf", "rss"})  # without prefixes
# Elements of an item, and those of them that contain no elements, not even in plain HTML.
_LEAVES = frozenset({"title", "link", "guid", "id", "pubdate", "published", "updated"})
_CHILDREN = _LEAVES | {"author", "category", "content", "description", "enclosure", "summary"}
_EXTENSIONS = frozenset({"atom", "content", "dc", "dcterms", "itunes", "media"})  # prefixes
# Elements that contain text or HTML, but no element of the item that they are part of.
_TEXTS = _LEAVES | {"category", "content", "description", "summary", "content:encoded"}
# Elements of an item whose names HTML and what may be embedded in it do not have.
_NOT_HTML = _CHILDREN - {"title", "link", "summary"}
# What follows an end tag: another tag, and no text.
_TAG_FOLLOWS = re.compile(r"\s*+<(?!!\[CDATA\[)")
_RESERVED_NAMESPACES = frozenset({
    "http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/",
})  # fmt: skip
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xhtml": "http://www.w3.org/1999/xhtml",
}


def fault(document: str, *, moved: int = 0) -> str:
    """The first fault of an XML document, and its line; empty if it can be parsed as it is.

    `moved` is by how many lines the fault is further down in the document that the author wrote.
    """
    faults = _Faults()
    try:
        faults.parser.Parse(document.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        # In the first line, the author may have written another declaration in front of the fault.
        column = f", column {error.offset}" if error.lineno > 1 else ""
        return f"{expat.errors.messages[error.code]}: line {error.lineno + moved}{column}"
    return f"{faults.first}: line {faults.line + moved}" if faults.first else ""


class _Faults:
    """What expat does not take for a fault: the first one, and its line."""

    def __init__(self) -> None:
        self.first = ""
        self.line = 0
        # As xml.sax does it: a separator that is part of a namespace is a fault.
        self.parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self.parser.StartNamespaceDeclHandler = self._declare
        self.parser.StartElementHandler = self._start
        # Without an error if the document has a DTD elsewhere, as in RSS 0.91.
        self.parser.SkippedEntityHandler = self._skip
        self._prefixes: set[str | None] = set()
        self._declared = 0

    def _declare(self, prefix: str | None, _: str | None) -> None:
        self._prefixes.add(prefix)
        self._declared += 1
        if len(self._prefixes) > MAX_PREFIXES:
            self._report(f"more than {MAX_PREFIXES} prefixes of namespaces")

    def _start(self, _: str, attributes: Mapping[str, str]) -> None:
        if len(attributes) + self._declared > MAX_ATTRIBUTES:
            self._report(f"an element with more than {MAX_ATTRIBUTES} attributes")
        self._declared = 0

    def _skip(self, name: str, is_parameter_entity: bool) -> None:
        if not is_parameter_entity:
            self._report(f"undefined entity &{name};")

    def _report(self, fault: str) -> None:
        if not self.first:
            self.first, self.line = fault, self.parser.CurrentLineNumber


def repaired(document: str) -> str:
    """The document without its faults; as it is if it has no root element of a feed."""
    document = legal(document)
    root = _ROOT.search(document)
    if root is None:
        return document
    head = document[: root.start()]
    entities = {match[1]: html.unescape(match[3]) for match in _ENTITY.finditer(head)}
    return _Repair(document, entities).result(root.start())


def has_root(document: bytes) -> bool:
    """Whether the root element of a feed begins in the document."""
    return _ROOT_TAG.search(document) is not None


def with_fault(document: bytes) -> bytes:
    """A well-formed feed with a fault in front of its items."""
    root = _ROOT_TAG.search(document)
    return document[: root.end()] + b"&" + document[root.end() :] if root else document


class _Open(Struct):
    """An open element.

    `name` is its name as it is written, in lower case, and `tag` that in the result, where the
    element begins at `start`. `prefixes` are those that are declared in it.
    """

    name: str
    tag: str
    start: int
    prefixes: frozenset[str]


class _Repair:
    """One pass over a document from its root element on."""

    def __init__(self, document: str, entities: Mapping[str, str]) -> None:
        self._document = document
        self._entities = entities
        self._result: list[str] = []
        self._open: list[_Open] = []
        # How often each name is open, so that a stray end tag costs no search.
        self._names: Counter[str] = Counter()
        self._prefixes: set[str] = set()
        # Ends of sections that the rest of the document does not have.
        self._missing: set[str] = set()
        # How many of the outermost open elements hold items, and where the last item begins.
        self._holders = 0
        self._last_item = max((item.start() for item in _ITEM.finditer(document)), default=-1)

    def result(self, at: int) -> str:
        """The root element, which begins at this index. What follows its end is left out."""
        while at < len(self._document) and (self._open or not self._result):
            at = self._markup(at) if self._document[at] == "<" else self._text(at)
        depths = (depth for depth, element in enumerate(self._open) if element.name in _ITEMS)
        if (depth := next(depths, None)) is not None:
            del self._result[self._open[depth].start :]
            del self._open[depth:]
        while self._open:
            self._close_last()
        return "".join(self._result)

    def _text(self, at: int) -> int:
        end = self._document.find("<", at)
        end = len(self._document) if end < 0 else end
        # `]]>` may only end a CDATA section (XML 1.0 section 2.4).
        self._result.append(self._escaped(self._document[at:end]).replace(">", "&gt;"))
        return end

    def _markup(self, at: int) -> int:
        beginning = next((one for one in _SECTIONS if self._document.startswith(one, at)), None)
        if beginning:
            return self._section(beginning, at)
        if match := _END.match(self._document, at):
            if not self._is_quoted(match[1].lower(), at):
                self._end(match[1].lower())
            return match.end()
        patterns = (_START, _START_WITH_OPEN_QUOTE, *([] if self._open else [_START_WITHOUT_END]))
        if match := next(filter(None, (one.match(self._document, at) for one in patterns)), None):
            if self._is_misspelt_end(match):
                self._end(match[1].lower())
            else:
                self._start(match[1], match[2])
            return match.end()
        self._result.append("&lt;")
        return at + 1

    def _section(self, beginning: str, at: int) -> int:
        """Keep CDATA, and leave out comments and instructions, which nobody reads."""
        ending = _SECTIONS[beginning]
        end = -1 if ending in self._missing else self._document.find(ending, at + len(beginning))
        if end >= 0:
            end += len(ending)
            self._result += [self._document[at:end]] if beginning == _CDATA else []
            return end
        self._missing.add(ending)
        self._result.append("&lt;")
        return at + 1

    def _start(self, name: str, rest: str) -> None:
        self._end_before(name.lower())
        is_empty = rest.endswith("/") or name.lower() in _VOID
        attributes = self._attributes(rest.removesuffix("/"))
        above = self._open[-1].prefixes if self._open else frozenset({"xml"})
        if not self._open:
            attributes = self._undeclared(attributes) | attributes
        own = (one.partition(":") for one in attributes)
        prefixes = above | {prefix for first, _, prefix in own if first == "xmlns" and prefix}
        for prefix in {one.partition(":")[0] for one in (name, *attributes) if ":" in one}:
            if prefix in _NAMESPACES and prefix not in prefixes:
                attributes[f"xmlns:{prefix}"] = _NAMESPACES[prefix]
                prefixes |= {prefix}
        tag = _qualified(name, prefixes)
        shown = (
            f' {_qualified(one, prefixes | {"xmlns"})}="{value}"'
            for one, value in attributes.items()
        )
        if not is_empty:
            element = _Open(name.lower(), tag, len(self._result), frozenset(prefixes))
            is_holder = element.name.rpartition(":")[2] in _HOLDERS
            self._holders += is_holder and self._holders == len(self._open)
            self._open.append(element)
            self._names[element.name] += 1
        self._result.append(f"<{tag}{''.join(shown)}{'/' if is_empty else ''}>")

    def _undeclared(self, attributes: Mapping[str, str]) -> dict[str, str]:
        """The declarations of known prefixes that occur somewhere, once for the whole feed."""
        return {
            f"xmlns:{prefix}": namespace
            for prefix, namespace in _NAMESPACES.items()
            if f"<{prefix}:" in self._document and f"xmlns:{prefix}" not in attributes
        }

    def _end_before(self, name: str) -> None:
        """Close what cannot contain an element of this name: its end tag is missing."""
        if name in _ITEMS:
            self._close_to(self._holders)
        elif name in _CHILDREN or name.partition(":")[0] in _EXTENSIONS:
            depth = self._depth_of_parts()
            part = self._open[depth].name if depth < len(self._open) else ""
            if part in _TEXTS and (name in _NOT_HTML or depth == len(self._open) - 1):
                self._close_to(depth)
            elif name in _CHILDREN and self._open and self._open[-1].name in _LEAVES:
                self._close_last()

    def _depth_of_parts(self) -> int:
        """How many elements are above the parts of the open item, else of the feed."""
        return self._holders + self._is_in_item()

    def _is_in_item(self) -> bool:
        return self._holders < len(self._open) and self._open[self._holders].name in _ITEMS

    def _is_misspelt_end(self, start: re.Match[str]) -> bool:
        """Whether a start tag is in the place of an end tag, as in `<title>Bees<title>`."""
        name, depth = start[1].lower(), self._depth_of_parts()
        is_again = depth < len(self._open) and self._open[depth].name == name in _TEXTS
        follows = is_again and not start[2] and _TAG_FOLLOWS.match(self._document, start.end())
        return bool(follows)

    def _is_quoted(self, name: str, at: int) -> bool:
        """Whether an end tag at this index is in the text of an item: other items follow it."""
        is_only = name.rpartition(":")[2] in _HOLDERS and self._names[name] == 1
        return is_only and self._is_in_item() and at < self._last_item

    def _attributes(self, rest: str) -> dict[str, str]:
        """The attributes and their escaped values. Of several with one name the first counts."""
        attributes: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(rest):
            name, value = match[1], match["double"] or match["single"] or match["bare"] or ""
            if len(attributes) < MAX_ATTRIBUTES - len(_NAMESPACES) and self._may_be(name, value):
                attributes.setdefault(name, self._escaped(value).replace("<", "&lt;"))
        return {name: value.replace('"', "&quot;") for name, value in attributes.items()}

    def _may_be(self, name: str, value: str) -> bool:
        """Whether an attribute may stay, i.e. declares no namespace, or one that it may."""
        first, _, prefix = name.partition(":")
        if first != "xmlns":
            return True
        is_empty_default = name == first and not value
        if is_empty_default or not _NAMESPACE.fullmatch(value) or value in _RESERVED_NAMESPACES:
            return is_empty_default
        if name == first:
            return True
        # The default namespace and those that are declared below count, too.
        has_room = len(self._prefixes) < MAX_PREFIXES - len(_NAMESPACES) - 1
        if has_room and _LOCAL.fullmatch(prefix) and prefix not in {"xml", "xmlns"}:
            self._prefixes.add(prefix)
        return prefix in self._prefixes

    def _end(self, name: str) -> None:
        """Close the innermost element of this name with all that is open in it."""
        if self._names[name]:
            while self._close_last() != name:
                pass

    def _close_to(self, depth: int) -> None:
        while len(self._open) > depth:
            self._close_last()

    def _close_last(self) -> str:
        element = self._open.pop()
        self._holders = min(self._holders, len(self._open))
        self._result.append(f"</{element.tag}>")
        self._names[element.name] -= 1
        return element.name

    def _escaped(self, text: str) -> str:
        return _REFERENCE.sub(self._reference, text)

    def _reference(self, match: re.Match[str]) -> str:
        """A reference that XML knows, or the characters that are meant."""
        name = match["name"]
        if number := match["number"]:
            code = int(f"0{number[1:]}", 16 if number[1] in "xX" else 10)
            return match[0] if 0 < code < 0x11_0000 and legal(chr(code)) == chr(code) else ""
        if not name:
            return "&amp;"
        if name in _PREDEFINED:
            return match[0]
        characters = self._entities.get(name) or html5.get(f"{name};")
        return html.escape(legal(characters), quote=False) if characters else f"&amp;{name};"


def _qualified(name: str, prefixes: AbstractSet[str]) -> str:
    """The name with a prefix that is declared, or else a name without a prefix."""
    prefix, _, local = name.partition(":")
    return name if prefix in prefixes and _LOCAL.fullmatch(local) else name.replace(":", ".")
