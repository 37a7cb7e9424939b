"""Attribute lists: `{: #id .class key="value" name}`. Pure.

Of what they set those count that readers keep: ids, sizes, addresses, languages of code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# More than anybody writes: a list is given to many blocks, which must not cost much.
MOST, LONGEST = 50, 500  # attributes; characters of classes

# What is between the braces.
_INSIDE = r"""(?:[^{}"'\n]|"[^"\n]*"|'[^'\n]*'){0,500}+"""
LIST = rf"\{{:(?![:/]|\w[\w-]*:)({_INSIDE})\}}"
NAMED_LIST = rf"\{{:(\w[\w-]*):({_INSIDE})\}}"
_PART = re.compile(r"""#([\w:.-]+)|\.([\w:.+-]+)|([\w:-]+)=("[^"]*"|'[^']*'|[^\s"']+)|([\w:-]+)""")


@dataclass(slots=True)
class Attributes:
    """`words` name lists that are defined elsewhere, or say what becomes of the block."""

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
        self.take(other.values)

    def take(self, values: Mapping[str, str]) -> None:
        for key, value in values.items():
            if key == "class":
                self._add_class(value)
            else:
                self._set(key, value)

    def _set(self, key: str, value: str) -> None:
        if len(self.values) < MOST or key in self.values:
            self.values[key] = value

    def _add_class(self, kind: str) -> None:
        known = self.values.get("class", "")
        if len(known) < LONGEST:
            self.values["class"] = f"{known} {kind}".lstrip()

    def resolved(self, lists: Mapping[str, Attributes]) -> dict[str, str]:
        """With what the words stand for, which counts less."""
        found = Attributes()
        for meant in [*filter(None, map(lists.get, self.words)), self]:
            found.take(meant.values)
        return found.values
