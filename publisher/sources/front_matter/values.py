"""The front matter of one post as typed values, key by key; what is odd about it is gathered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.config import Person, is_language, is_person_uri
from publisher.errors import PostError
from publisher.post import Diagnostic, in_short
from publisher.text import dates
from publisher.text.characters import legal, short_line
from publisher.text.dates import DateError, WrittenDate

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping
    from pathlib import PurePosixPath

    from publisher.sources.front_matter import block
    from publisher.text.yaml_document import Value

TRUE = frozenset({"true", "yes", "on"})
FALSE = frozenset({"false", "no", "off"})

_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_ADDRESS = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")
_WEB = re.compile(r"https?://\S+")
_AND = re.compile(r",? and |, ?")
_NAME_AND_ADDRESS = re.compile(r"([^<>()]*)[<(]([^<>()]*)[>)]")


class Matter:
    """`keys` are the owner's names of ours; `known` are persons by their short names."""

    def __init__(
        self,
        document: block.PostFile,
        path: PurePosixPath,
        *,
        keys: Mapping[str, str] | None = None,
        known: Mapping[str, Person] | None = None,
    ) -> None:
        self.document = document
        self.path = path
        self.warnings = [Diagnostic(path, line, message) for line, message in document.remarks]
        self._keys = keys or {}
        self._known = known or {}

    def value(self, key: str) -> Value:
        """The value of a key, or of the key that the owner named in its place."""
        own = self._keys.get(key)
        found = self.document.values.get(own) if own else None
        return self.document.values.get(key) if found is None else found

    def line(self, key: str) -> int:
        """The line of the file at which the key stands."""
        own = self._keys.get(key)
        return self.document.line(own if own in self.document.values else key)

    def first(self, *keys: str) -> str | None:
        """The first of the keys that has a value."""
        return next((key for key in keys if self.value(key) is not None), None)

    def text(self, key: str) -> str | None:
        """One line without illegal characters; None if there is nothing on it."""
        return one_line(self.value(key))

    def wanted(self, key: str) -> str | None:
        """The same, where only a text makes sense."""
        if isinstance(self.value(key), list | dict):
            self.warn(key, f"{key} must be a text; put it in quotes")
        return self.text(key)

    def is_true(self, key: str) -> bool:
        return (self.text(key) or "").lower() in TRUE

    def is_false(self, key: str) -> bool:
        return (self.text(key) or "").lower() in FALSE

    def texts(self, key: str) -> Iterator[str]:
        """All texts in a list, also in lists inside it, or the one text."""
        queue = [self.value(key)]
        while queue:
            value = queue.pop(0)
            if isinstance(value, list):
                queue[:0] = value
            elif isinstance(value, dict):
                self.warn(key, f"{key} must be texts; put those with a colon in quotes")
            elif text := one_line(value):
                yield text

    def listed(self, key: str, separators: str) -> list[str]:
        """The texts of a list; one text is split at the first of the separators that it has."""
        texts = [text.strip(" ,;") for text in self.texts(key)]
        if isinstance(self.value(key), str):
            return [part.strip(" ,;") for text in texts for part in _split(text, separators)]
        return texts

    def written(self, key: str) -> WrittenDate:
        """Raises DateError."""
        text = self.text(key)
        if text is None:
            raise DateError("there is no date")
        return dates.read(text)

    def time(self) -> dt.time | None:
        """The time of day beside a date that has none."""
        if self.value("time") is None:
            return None
        try:
            return dates.read_time(self.text("time") or "")
        except DateError as error:
            self.warn("time", f'time: {error}; write e.g. `time: "19:55"`')
            return None

    def authors(self) -> tuple[Person, ...]:
        """Those of `author`, then those of `authors`; of one name the first."""
        persons: dict[str, Person] = {}
        for key in ("author", "authors"):
            for value in _apart(self.value(key)):
                person = self._known.get(one_line(value) or "") or _person(value)
                if person and person.uri and not is_person_uri(person.uri):
                    self.warn(key, f"{key}: {person.uri!r} is not offered to readers; use https:")
                    person = Person(name=person.name, email=person.email)
                if person:
                    persons.setdefault(person.name, person)
                else:
                    self.warn(key, f"{key}: nobody is named; add e.g. `name: Ada Example`")
        return tuple(persons.values())

    def language(self) -> str | None:
        """A tag as of BCP 47."""
        key = self.first("lang", "language", "locale") or "lang"
        text = self.wanted(key)
        if text is None:
            return None
        tag = language_tag(text)
        if tag is None:
            shown = short_line(text, 40)
            self.warn(key, f"{key} is {shown!r}; give a tag as of BCP 47, e.g. en or pt-BR")
        return tag

    def id(self) -> tuple[str, int] | None:
        text = self.wanted("id")
        return (text, self.line("id")) if text else None

    def warn(self, key: str, message: str) -> None:
        self.warnings.append(Diagnostic(self.path, self.line(key), message))

    def remarks(self) -> tuple[Diagnostic, ...]:
        """All that was warned of, in short."""
        told = ((remark.line, remark.message) for remark in self.warnings)
        return tuple(Diagnostic(self.path, *one) for one in in_short(told))

    def error(self, key: str, message: str) -> PostError:
        return PostError(self.path, message, line=self.line(key))


def one_line(value: Value) -> str | None:
    """A text without line breaks and illegal characters; None if nothing is left."""
    if not isinstance(value, str):
        return None
    line = _BLANKS.sub(" ", legal(value)).strip(" ")
    return line if line.strip() else None


def unique(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def language_tag(text: str) -> str | None:
    """`pt_BR` is pt-BR; None is no tag as of BCP 47."""
    tag = text.replace("_", "-")
    return tag if is_language(tag) else None


def person(value: Value) -> Person | None:
    """One person as settings and data files name them, with nothing that must not be offered."""
    found = _person(value)
    if found and found.uri and not is_person_uri(found.uri):
        return Person(name=found.name, email=found.email)
    return found


def _split(text: str, separators: str) -> list[str]:
    found = next((separator for separator in separators if separator in text), None)
    return text.split(found) if found else [text]


def _apart(value: Value) -> list[Value]:
    """`A; B` and `A, B and C` are several; what stands in a list is one."""
    if isinstance(value, list):
        return [part for part in value if part is not None]
    text = one_line(value)
    if text is None:
        return [value] if isinstance(value, dict) else []
    if ";" in text:
        return [part for part in text.split(";") if part.strip()]
    return list(_AND.split(text)) if " and " in text else [text]


def _person(value: Value) -> Person | None:
    """`Name`, `Name (mail@x)`, `Name <mail@x>`, `{name, email, uri}`."""
    if isinstance(value, dict):
        return _made(value.get("name"), value.get("email"), value.get("uri") or value.get("url"))
    text = one_line(value) or ""
    found = _NAME_AND_ADDRESS.fullmatch(text)
    if found and _ADDRESS.fullmatch(found[2].strip()):
        return _made(found[1], found[2], None)
    if found and _WEB.fullmatch(found[2].strip()):
        return _made(found[1], None, found[2])
    return _made(text, None, None)


def _made(name: Value, email: Value, uri: Value) -> Person | None:
    """Who has no name is called by the address."""
    address, web = one_line(email), one_line(uri)
    if address and not _ADDRESS.fullmatch(address):
        address = None
    called = one_line(name) or address or web
    return Person(name=called, email=address, uri=web) if called else None
