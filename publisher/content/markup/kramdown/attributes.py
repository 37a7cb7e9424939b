"""Attribute lists: `{: #id .class key="value" name}`. Pure.

Only the attributes that readers keep matter: ids, sizes, URLs, languages of code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

# More than anybody writes. One list may apply to many blocks, so it must be small.
MAX_ATTRIBUTES, MAX_CLASS_LENGTH = 50, 500  # attributes; characters of classes

# The source between the braces.
_INSIDE = r"""(?:[^{}"'\n]|"[^"\n]*"|'[^'\n]*'){0,500}+"""
LIST = rf"\{{:(?![:/]|\w[\w-]*:)({_INSIDE})\}}"
NAMED_LIST = rf"\{{:(\w[\w-]*):({_INSIDE})\}}"
_PART = re.compile(r"""#([\w:.-]+)|\.([\w:.+-]+)|([\w:-]+)=("[^"]*"|'[^']*'|[^\s"']+)|([\w:-]+)""")


class Attributes(Struct):
    """Attributes of a block or span.

    `words` are names of attribute lists that are defined elsewhere, or special words such as `toc`.
    """

    values: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.values or self.words)

    def read(self, inside: str) -> None:
        for name, kind, key, value, word in _PART.findall(inside):
            if name:
                self.values["id"] = name
            elif kind:
                self._add_class(kind)
            elif key:
                self._set(key.lower(), value.strip("\"'"))
            else:
                self.words.append(word)

    def update(self, other: Attributes) -> None:
        self.words += other.words
        self.merge(other.values)

    def merge(self, values: Mapping[str, str]) -> None:
        for key, value in values.items():
            if key == "class":
                self._add_class(value)
            else:
                self._set(key, value)

    def _set(self, key: str, value: str) -> None:
        if len(self.values) < MAX_ATTRIBUTES or key in self.values:
            self.values[key] = value

    def _add_class(self, kind: str) -> None:
        classes = self.values.get("class", "")
        if len(classes) < MAX_CLASS_LENGTH:
            self.values["class"] = f"{classes} {kind}".lstrip()

    def resolved(self, lists: Mapping[str, Attributes]) -> dict[str, str]:
        """Return the attributes and those of the named lists; own ones take precedence."""
        resolved_attributes = Attributes()
        for attributes in [*filter(None, map(lists.get, self.words)), self]:
            resolved_attributes.merge(attributes.values)
        return resolved_attributes.values
