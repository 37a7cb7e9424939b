"""Set single keys of a YAML document, and leave every other byte as it is. Pure.

Block and flow style are edited, with any line ends. What cannot be edited without a doubt, such as
an alias or a comment inside of a list, is an EditError.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TypeAlias

import yaml
from msgspec import Struct

from publisher.text import yaml_document

if TYPE_CHECKING:
    from collections.abc import Sequence

New: TypeAlias = "str | tuple[str, ...]"
# YAML ends a line here, too, in PyYAML's view; see `yaml_document`.
_BREAKS = "\x85\u2028\u2029"
_NO_BREAKS = str.maketrans(_BREAKS, "   ")
_ESCAPED_BREAKS = str.maketrans({one: f"\\u{ord(one):04x}" for one in _BREAKS})
_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./@-]*")
_IN_QUOTES = re.compile(r"[ !#-&(-\[\]-~]*\"[ !-&(-\[\]-~]*")  # without ' and backslash
_NOT_TEXT = re.compile(r"[\d._+-]*|(?i:true|false|yes|no|on|off|null|y|n)")


class EditError(ValueError):
    """The document cannot be edited; the text says which part of it, and why. `line` is from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class Change(Struct, frozen=True):
    """A new value for a key of a section, or None if the key goes.

    A new key follows the first key of `after` that the section has. `comment` is a line above it in
    block style; it replaces a comment there that begins with the same words up to a colon, which
    goes with the key.
    """

    section: str
    key: str
    value: New | None
    after: Sequence[str] = ()
    comment: str = ""


class _Edit(Struct, frozen=True):
    """Replaces the characters from `start` up to `end`."""

    start: int
    end: int
    text: str


def changed(text: str, changes: Sequence[Change]) -> str:
    """The document with the changes, in their order. Raises EditError."""
    wanted = _applied(yaml_document.read(text).value, changes)
    for change in changes:
        text = _changed(text, change)
    try:
        found = yaml_document.read(text).value
    except yaml_document.YamlError as error:
        raise EditError("the document is written in an unusual way", error.line) from error
    if found != wanted:
        raise EditError("the document is written in an unusual way", 1)
    return text


def scalar(value: str) -> str:
    """A text as a YAML scalar: plain if it needs no quotes, else in quotes."""
    if _IN_QUOTES.fullmatch(value):
        return f"'{value}'"
    is_plain = _PLAIN.fullmatch(value) and not _NOT_TEXT.fullmatch(value)
    return value if is_plain else json.dumps(value, ensure_ascii=False).translate(_ESCAPED_BREAKS)


def written(value: New) -> str:
    """A text, or a list in flow style."""
    return scalar(value) if isinstance(value, str) else f"[{', '.join(map(scalar, value))}]"


def _applied(document: yaml_document.Value, changes: Sequence[Change]) -> yaml_document.Value:
    """The value that the document must have after the changes."""
    if not isinstance(document, dict):
        raise EditError("the document has no sections", 1)
    wanted = {key: dict(part) if isinstance(part, dict) else part for key, part in document.items()}
    for change in changes:
        section = wanted.get(change.section)
        if not isinstance(section, dict):
            raise EditError(f"{change.section} is no section of keys", 1)
        if change.value is None:
            section.pop(change.key, None)
        elif not _is_same(section.get(change.key), change.value):
            value = change.value
            section[change.key] = value if isinstance(value, str) else [*value]
    return wanted


def _changed(text: str, change: Change) -> str:
    section = _section(text, change.section)
    pairs = {key.value: (key, value) for key, value in section.value}
    style = _Flow(text, section) if section.flow_style else _Block(text, section)
    if change.key in pairs:
        edits = _edits(text, style, *pairs[change.key], change)
    elif change.value is None:
        edits = []
    else:
        known = [pairs[name] for name in change.after if name in pairs]
        _, value = known[0] if known else section.value[-1]
        edits = style.insertion(value, change)
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _edits(
    text: str, style: _Flow | _Block, key: yaml.Node, value: yaml.Node, change: Change
) -> list[_Edit]:
    """The edits of a key that the section has."""
    if change.value is None:
        return style.removal(key, value, change.comment)
    if _is_same(_value_of(value), change.value):
        return style.comment(key, change.comment, is_new=False)
    _require_simple(text, key, value)
    colon = text.index(":", key.end_mark.index) + 1
    replaced = _Edit(colon, max(colon, _end(text, value)), f" {written(change.value)}")
    return [replaced, *style.comment(key, change.comment, is_new=True)]


def _is_same(old: yaml_document.Value | New, new: New) -> bool:
    """Whether two values mean the same: a list of one text is that text."""
    return old is not None and not isinstance(old, dict) and _listed(old) == _listed(new)


def _listed(value: str | Sequence[object]) -> list[object]:
    return [value] if isinstance(value, str) else [*value]


def _section(text: str, name: str) -> yaml.MappingNode:
    """The node of a section. Raises EditError."""
    try:
        root = yaml.compose(text.translate(_NO_BREAKS), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise EditError("the document is not YAML", 1) from error
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    for key, value in pairs:
        if key.value != name:
            continue
        is_own = value.start_mark.index >= key.end_mark.index  # not that of an anchor above
        if isinstance(value, yaml.MappingNode) and value.value and is_own:
            if any(one.tag == "tag:yaml.org,2002:merge" for one, _ in value.value):
                raise EditError(f"{name} takes keys of another section", _line(key))
            return value
        raise EditError(f"{name} is an alias", _line(key))
    raise EditError(f"there is no section {name}", 1)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _end(text: str, node: yaml.Node) -> int:
    """Where the text of a value ends; the parser says where the next token begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return max(_end(text, one) for one in (last if isinstance(last, tuple) else [last]))
    start, end = node.start_mark.index, node.end_mark.index
    return int(start + len(text[start:end].rstrip()))


def _value_of(node: yaml.Node) -> New | None:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode) and all(
        isinstance(one, yaml.ScalarNode) for one in node.value
    ):
        return tuple(str(one.value) for one in node.value)
    return None


def _require_simple(text: str, key: yaml.Node, value: yaml.Node) -> None:
    """Raise EditError if the value has more than texts, e.g. a comment, an anchor or a tag."""
    between = text[key.end_mark.index : _end(text, value)]
    is_block_text = isinstance(value, yaml.ScalarNode) and value.style in {"|", ">"}
    if is_block_text or _value_of(value) is None or re.search(r"(?:^|\s)[#&*!]", between):
        raise EditError(f"{key.value} has a comment, an anchor or a tag in its value", _line(key))


class _Flow:
    """Edits a section in braces, which has no comments of its own."""

    def __init__(self, text: str, section: yaml.MappingNode) -> None:
        self._text = text
        self._section = section

    def comment(self, _: yaml.Node, __: str, *, is_new: bool) -> list[_Edit]:
        return []

    def insertion(self, value: yaml.Node, change: Change) -> list[_Edit]:
        at = _end(self._text, value)
        return [_Edit(at, at, f", {change.key}: {written(change.value or ())}")]

    def removal(self, key: yaml.Node, value: yaml.Node, _: str) -> list[_Edit]:
        """Remove the key with the comma before it, or behind it if it is the first."""
        _require_simple(self._text, key, value)
        pairs = self._section.value
        number = next(at for at, pair in enumerate(pairs) if pair[0] is key)
        if number:
            return [_Edit(_end(self._text, pairs[number - 1][1]), _end(self._text, value), "")]
        if len(pairs) == 1:
            raise EditError(f"{key.value} is the only key of its section", _line(key))
        return [_Edit(key.start_mark.index, pairs[1][0].start_mark.index, "")]


class _Block:
    """Edits a section whose keys have lines of their own."""

    def __init__(self, text: str, section: yaml.MappingNode) -> None:
        self._text = text
        self._indent = " " * section.value[0][0].start_mark.column
        self._break = "\r\n" if "\r\n" in text else "\n"

    def comment(self, key: yaml.Node, comment: str, *, is_new: bool) -> list[_Edit]:
        """Write the comment above the key, in the place of an earlier version of it.

        If the value is not new, there must be one.
        """
        start = self._line_start(key.start_mark.index)
        own = self._own_comment(start, comment)
        line = f"{self._indent}# {comment}{self._break}"
        return [_Edit(start - len(own), start, line)] if comment and (own or is_new) else []

    def _own_comment(self, start: int, comment: str) -> str:
        """The line above, if it is an earlier version of the comment; else nothing."""
        above = self._text[self._line_start(start - 1) : start] if start else ""
        own = comment.partition(":")[0]
        return above if own and above.strip().startswith(f"# {own}:") else ""

    def insertion(self, value: yaml.Node, change: Change) -> list[_Edit]:
        """Write the key in a line of its own, below that of another key."""
        at = self._line_end(_end(self._text, value))
        lines = [f"# {change.comment}"] if change.comment else []
        lines.append(f"{change.key}: {written(change.value or ())}")
        added = "".join(f"{self._indent}{line}{self._break}" for line in lines)
        if not self._text[:at].endswith("\n"):
            added = self._break + added.removesuffix(self._break)
        return [_Edit(at, at, added)]

    def removal(self, key: yaml.Node, value: yaml.Node, comment: str) -> list[_Edit]:
        """Remove the lines of the key; a comment behind it stays in a line of its own."""
        _require_simple(self._text, key, value)
        start, end = self._line_start(key.start_mark.index), self._line_end(_end(self._text, value))
        rest = self._text[_end(self._text, value) : end].lstrip(" \t")
        start -= len(self._own_comment(start, comment))
        return [_Edit(start, end, f"{self._indent}{rest}" if rest.strip() else "")]

    def _line_start(self, at: int) -> int:
        return self._text.rfind("\n", 0, max(at, 0)) + 1

    def _line_end(self, at: int) -> int:
        """Behind the end of the line."""
        # A value that ends with its line, such as nothing, may end at the start of the next one.
        found = self._text.find("\n", at)
        return len(self._text) if found < 0 else found + 1
