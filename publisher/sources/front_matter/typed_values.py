"""Read the keys of one post's front matter as typed values, and collect warnings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.config import Person, is_language, is_person_uri
from publisher.errors import PostError
from publisher.post import Diagnostic, in_short_by_file
from publisher.text import author_dates, markdown_code
from publisher.text.author_dates import DateError, WrittenDate
from publisher.text.characters import damage, legal, short_line

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import PurePosixPath

    from publisher.sources.front_matter import block
    from publisher.text.yaml_document import Value

    Place = tuple[PurePosixPath, int]  # a file and a line (from 1)

# The booleans of YAML 1.1, which our parser leaves as text.
TRUE = frozenset({"true", "yes", "on"})
FALSE = frozenset({"false", "no", "off"})

# Not `\s`: no-break and ideographic spaces are meant as they are written.
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_ADDRESS = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")
_WEB = re.compile(r"https?://\S+")
_MARKDOWN = frozenset({".md", ".mdx", ".markdown", ".svx"})
_AND = re.compile(r",? and |, ?")
_NAME_AND_ADDRESS = re.compile(r"([^<>()]*)[<(]([^<>()]*)[>)]")


class FrontMatter:
    """The front matter of one post.

    `keys` maps our keys to those of the owner (`posts.keys`). `known` are persons by short names.
    `origin` finds the file and line of a setting that gives the post the value of a key; None if
    the post has it itself.
    """

    def __init__(
        self,
        document: block.PostFile,
        path: PurePosixPath,
        *,
        keys: Mapping[str, str] | None = None,
        known: Mapping[str, Person] | None = None,
        origin: Callable[[str], Place | None] = lambda _: None,
    ) -> None:
        self.document = document
        self.path = path
        self.warnings = [Diagnostic(path, line, message) for line, message in document.warnings]
        damaged = damage(_without_examples(document.text, path))
        self.warnings += [Diagnostic(path, *warning) for warning in damaged]
        self._values = document.values
        self._keys = keys or {}
        self._known = known or {}
        self._origin = origin

    def value(self, key: str) -> Value:
        """The value of the owner's key if there is one, else of the key itself."""
        if self._keys:
            key = self.name(key)
        return self._values.get(key)

    def name(self, key: str) -> str:
        """The owner's key if it has a value, else the key itself."""
        own = self._keys.get(key)
        return own if own and self.document.values.get(own) is not None else key

    def line(self, key: str) -> int:
        """The line of the key in the file."""
        own = self._keys.get(key)
        return self.document.line(own if own in self.document.values else key)

    def place(self, key: str) -> Place:
        """The file and line of the key: in the post, or in the settings that set it."""
        return self._origin(self.name(key)) or (self.path, self.line(key))

    def first(self, *keys: str) -> str | None:
        """The first of the keys that has a value, or None."""
        found = self.given(*keys)
        return found[0] if found else None

    def given(self, *keys: str) -> list[str]:
        """Those of the keys that have a value."""
        if self._keys:
            return [key for key in keys if self.value(key) is not None]
        return [key for key in keys if self._values.get(key) is not None]

    def text(self, key: str) -> str | None:
        """The text of a key on one line, without illegal characters; None if it is empty."""
        value = self.value(key)
        return None if value is None else one_line(value)

    def wanted(self, key: str) -> str | None:
        """The text of a key, with a warning if its value is a list or a map."""
        if isinstance(self.value(key), list | dict):
            self.warn(key, f"{key} must be a text; put it in quotes")
        return self.text(key)

    def is_true(self, key: str) -> bool:
        return (self.text(key) or "").lower() in TRUE

    def is_false(self, key: str) -> bool:
        return (self.text(key) or "").lower() in FALSE

    def texts(self, key: str) -> Iterator[str]:
        """The texts in a list and in lists inside of it, or a single text."""
        queue = [self.value(key)]
        while queue:
            value = queue.pop(0)
            if isinstance(value, list):
                # At the front, so that the texts keep their order.
                queue[:0] = value
            elif isinstance(value, dict):
                self.warn(key, f"{key} must be texts; put those with a colon in quotes")
            elif text := one_line(value):
                yield text

    def listed(self, key: str, separators: str) -> list[str]:
        """The texts of a list, or a text that is split at the first separator that it contains."""
        texts = [text.strip(" ,;") for text in self.texts(key)]
        if isinstance(self.value(key), str):
            return [part.strip(" ,;") for text in texts for part in _split(text, separators)]
        return texts

    def written(self, key: str, *, month_first: bool = False) -> WrittenDate:
        """The date of a key as the author wrote it, see `dates.read`. Raises DateError."""
        text = self.text(key)
        if text is None:
            raise DateError("there is no date")
        return author_dates.read(text, month_first=month_first)

    def time(self) -> dt.time | None:
        """The value of the key `time`, which completes a date without a time."""
        if self.value("time") is None:
            return None
        try:
            return author_dates.read_time(self.text("time") or "")
        except DateError as error:
            self.warn("time", f'time: {error}; write e.g. `time: "19:55"`')
            return None

    def authors(self) -> tuple[Person, ...]:
        """The persons in `author`, then those in `authors`; of equal names the first counts."""
        persons: dict[str, Person] = {}
        for key in ("author", "authors"):
            for value in _apart(self.value(key)):
                person = self._known.get(one_line(value) or "") or _person(value)
                if person and person.uri and not is_person_uri(person.uri):
                    self.warn(key, f"{key}: {person.uri!r} is not safe to link; use an https URL")
                    person = Person(name=person.name, email=person.email)
                if person:
                    persons.setdefault(person.name, person)
                else:
                    self.warn(key, f"{key} has no name; add e.g. `name: Ada Example`")
        return tuple(persons.values())

    def language(self) -> str | None:
        """The language of the post (a BCP 47 tag), or None."""
        key = self.first("lang", "language", "locale") or "lang"
        text = self.wanted(key)
        if text is None:
            return None
        tag = language_tag(text)
        if tag is None:
            shown = short_line(text, 40)
            self.warn(key, f"{key} is '{shown}'; it must be a BCP 47 tag, e.g. en or pt-BR")
        return tag

    def id(self) -> tuple[str, int] | None:
        text = self.wanted("id")
        return (text, self.line("id")) if text else None

    def warn(self, key: str, message: str) -> None:
        self.warnings.append(Diagnostic(*self.place(key), message))

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The warnings of each file in the order of lines; repeated ones are combined."""
        return in_short_by_file(self.warnings) if self.warnings else ()

    def error(self, key: str, message: str) -> PostError:
        path, line = self.place(key)
        return PostError(path, message, line=line)


def one_line(value: Value) -> str | None:
    """A text without line breaks and illegal characters; None if nothing is left."""
    if not isinstance(value, str):
        return None
    if value.isprintable() and "  " not in value:  # no other blank is printable
        return value.strip(" ") or None
    line = _BLANKS.sub(" ", legal(value)).strip(" ")
    return line if line.strip() else None


def _without_examples(text: str, path: PurePosixPath) -> str:
    """The text without U+FFFD in code of Markdown, which shows this character on purpose."""
    if "\ufffd" not in text or path.suffix.lower() not in _MARKDOWN:
        return text
    parts, position = [], 0
    for start, end in markdown_code.spans(text):
        parts += [text[position:start], text[start:end].replace("\ufffd", " ")]
        position = end
    return "".join([*parts, text[position:]])


def unique(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def language_tag(text: str) -> str | None:
    """The BCP 47 tag of a locale, e.g. pt-BR for `pt_BR`; None if it is invalid."""
    tag = text.replace("_", "-")
    return tag if is_language(tag) else None


def person(value: Value) -> Person | None:
    """A person in settings or data files, without a URI that is not safe to link."""
    found_person = _person(value)
    if found_person and found_person.uri and not is_person_uri(found_person.uri):
        return Person(name=found_person.name, email=found_person.email)
    return found_person


def _split(text: str, separators: str) -> list[str]:
    separator = next((separator for separator in separators if separator in text), None)
    return text.split(separator) if separator else [text]


def _apart(value: Value) -> list[Value]:
    """The persons in a value: `A; B` and `A, B and C` are several, an element of a list is one."""
    if isinstance(value, list):
        return [part for part in value if part is not None]
    text = one_line(value)
    if text is None:
        return [value] if isinstance(value, dict) else []
    if ";" in text:
        return [part for part in text.split(";") if part.strip()]
    return list(_AND.split(text)) if " and " in text else [text]


def _person(value: Value) -> Person | None:
    """A person written as `Name`, `Name (mail@x)`, `Name <mail@x>` or `{name, email, uri}`."""
    if isinstance(value, dict):
        return _person_of(
            value.get("name"), value.get("email"), value.get("uri") or value.get("url")
        )
    text = one_line(value) or ""
    match = _NAME_AND_ADDRESS.fullmatch(text)
    if match and _ADDRESS.fullmatch(match[2].strip()):
        return _person_of(match[1], match[2], None)
    if match and _WEB.fullmatch(match[2].strip()):
        return _person_of(match[1], None, match[2])
    return _person_of(text, None, None)


def _person_of(name: Value, email: Value, uri: Value) -> Person | None:
    """A person, named by the email or the URL if there is no name; None if all are empty."""
    address, web = one_line(email), one_line(uri)
    if address and not _ADDRESS.fullmatch(address):
        address = None
    called = one_line(name) or address or web
    return Person(name=called, email=address, uri=web) if called else None
