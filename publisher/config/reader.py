"""Parse publisher.yaml into a Config. All problems are reported at once, each with its line."""

from __future__ import annotations

import os
import re
import typing
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Struct

from publisher.config import named_files
from publisher.config.checks import EXAMPLES, inconsistencies, unknown_key
from publisher.config.keys import (
    DEFAULT_ENGINE,
    EXAMPLE_URL,
    OUTPUT_FOLDERS,
    STATE_NAME,
    Config,
    FeedFile,
    Person,
    Selection,
)
from publisher.config.value_forms import is_url, is_web_url
from publisher.config.xmpp_checks import PASSWORDS
from publisher.errors import ConfigError
from publisher.system.reasons import reason
from publisher.text import merge_conflicts, yaml_document
from publisher.text.nearest_name import did_you_mean

LONGEST_WORD = 300  # characters that a message repeats of a text without blanks
_LONG_WORD = re.compile(rf"[^\s'\"]{{{LONGEST_WORD + 1},}}")
_ILLEGAL = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ENTRY = "- {path: feed.atom, format: atom}"
_YAML = {".yaml", ".yml"}
# A blank of a web page or a word processor. YAML takes it for a part of the key.
_NO_BREAK = re.compile("^[ \t-]*[\xa0\u2007\u202f\u3000]", re.MULTILINE)
# Patterns of msgspec's messages, and of `_decode`, with the same in words for the user.
_PLAIN = (
    ("Expected `int.*` >= (\\d+)", r"it must be a number, \1 or more"),
    ("Expected `int.*` <= (\\d+)", r"it must be a number, at most \1"),
    ("Expected `int", "it must be a whole number"),
    ("Expected `float.*` >= 0", "it must be a number of seconds, 0 or more"),
    ("Expected `float.*` <= ", "it must be a number of seconds, at most those of a day"),
    ("Expected `float", "it must be a number of seconds"),
    ("Integer value out of range", "it must be a smaller number"),
    ("Expected `bool", "it must be true or false"),
    ("Expected `str", "it must be a text"),
    ("Expected `date|Invalid RFC3339", "it must be a date, e.g. 2008-10-21"),
    ("Expected `object", "it must be keys with values"),
    ("expected a path of", "this user does not exist"),
    ("expected a path that", "this locale cannot write it; run with LC_ALL=C.UTF-8"),
    ("expected a path", "it must be a path"),
)

_OF_MAPS: dict[yaml_document.Key, str] = {
    ("posts", "ids"): "the id of that page",
    ("posts", "keys"): "the name of your key",
}
_MAY_BE_EMPTY = {("posts", "drop"), ("posts", "exclude")}  # lists


def load(path: Path) -> Config:
    """Read the configuration file. Relative paths in it start from its folder.

    Raises ConfigError with every problem found, or if the state folder cannot be trusted.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        hint = _near_file(path) or "; correct the path, or let `publisher init` write one"
        raise ConfigError(f"{path} does not exist{hint}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: cannot be read: {reason(error)}") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {reason(error)}") from error
    config = parse(text, path)
    named_files.check_state(config)
    named_files.check_ledger(config)
    return config


def _near_file(path: Path) -> str:
    """A question about a configuration in the same folder whose name is similar."""
    try:
        names = [file.name for file in path.absolute().parent.iterdir() if file.suffix in _YAML]
    except OSError:
        return ""
    return did_you_mean(path.name, names)


def parse(text: str, path: Path) -> Config:
    """Parse the text of the configuration file at `path`. Raises ConfigError with every problem."""
    if blank := _NO_BREAK.search(text):
        line = text.count("\n", 0, blank.start()) + 1
        raise ConfigError(f"{path}:{line}: the line is indented with no-break spaces; use spaces")
    if conflict := merge_conflicts.line_of(text):
        raise ConfigError(f"{path}:{conflict}: {merge_conflicts.MESSAGE}")
    try:
        document = yaml_document.read(text)
    except yaml_document.YamlError as error:
        raise ConfigError(f"{path}:{error.line}: {error.predicate}") from error
    reader = _Reader(document, path)
    config = reader.config()
    if reader.problems or config is None:
        count = len(reader.problems)
        title = f"{path}: {count} {'problem' if count == 1 else 'problems'}"
        raise ConfigError(title, [f"line {line}: {text}" for line, text in sorted(reader.problems)])
    return config


def place(path: Path, key: yaml_document.Key) -> tuple[int, str]:
    """The line of a key in a configuration that was loaded from `path`, and the key in words.

    If the file has changed since and cannot be parsed any more, the line is 1.
    """
    try:
        document = yaml_document.read(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return 1, _dotted(key)
    reader = _Reader(document, path)
    written = reader.as_written(key)
    return document.line(written), _dotted(written)


class _Reader:
    """Turns the document into typed values, section by section, and collects the problems.

    It fills in the defaults that depend on other keys before it converts.
    """

    def __init__(self, document: yaml_document.YamlDocument, path: Path) -> None:
        self.problems: list[tuple[int, str]] = [
            (line, f"{key} is given twice; remove one") for key, line in document.duplicates
        ]
        self._document = document
        self._path = path.absolute()

    def config(self) -> Config | None:
        document = self._document.value
        if not isinstance(document, dict):
            problem = "is empty" if document is None else "has no keys"
            self.problems.append((1, f"the file {problem}; start with e.g. {EXAMPLES['site']}"))
            return None
        if document.get("state") is None:
            document["state"] = STATE_NAME
        document["path"] = str(self._path)
        self._default_urls(document)
        self._default_folder(document)
        if not document.get("feeds") and not document.get("xmpp"):
            self._problem((), "there is nothing to publish: add feeds:, xmpp: or both")
        return typing.cast("Config | None", self._section(Config, document, ()))

    def _default_urls(self, document: dict[str, yaml_document.Value]) -> None:
        """Set the URLs of feeds and page that have none: site.url with the path of the file."""
        site, feeds, posts = (document.get(key) for key in ("site", "feeds", "posts"))
        if not isinstance(site, dict):
            return
        engine = str(posts.get("engine") or DEFAULT_ENGINE) if isinstance(posts, dict) else ""
        url = str(site.get("url"))
        root = (url if is_web_url(url) else EXAMPLE_URL).rstrip("/") + "/"
        output = str(site.get("output") or OUTPUT_FOLDERS.get(engine) or ".")
        listed = feeds if isinstance(feeds, list) else [feeds]
        keys: list[yaml_document.Key] = [("feeds", number) for number in range(len(listed))]
        for key, file in zip([*keys, ("page",)], [*listed, document.get("page")], strict=True):
            if isinstance(file, dict) and not file.get("url"):
                default = named_files.default_url(
                    str(file.get("path")), root, output, self._path.parent
                )
                if default is None:
                    message = "is missing: the file is outside of the folder of this configuration"
                    example = "url: https://blog.example/feed.atom"
                    self._problem((*key, "url"), f"{message}; add its URL, e.g. `{example}`")
                # A stand-in if there is no default; the missing URL is reported already.
                file["url"] = default or root

    def _default_folder(self, document: dict[str, yaml_document.Value]) -> None:
        """Set posts.path if the posts come from a feed or from pages."""
        posts, site = document.get("posts"), document.get("site")
        if not isinstance(posts, dict):
            return
        for key in ("body", "drop"):
            if key in posts and posts[key] is None:
                example = f'{key}: "#content"'
                self._problem(("posts", key), f"is empty; quote what begins with #, e.g. {example}")
        first, *others = [key for key in ("feed", "pages", "path") if posts.get(key)] or ["path"]
        for key in others:
            self._problem(("posts", key), f"cannot be used with posts.{first}; remove one")
        if first == "feed":
            self._complete_feed(posts)
        elif first == "pages":
            output = site.get("output") if isinstance(site, dict) else None
            posts["path"] = output if isinstance(output, str) else "."
        elif posts.get("feed") is not None or posts.get("pages") is not None:
            posts["path"] = posts.get("path") or "."  # what is empty is reported, and is enough

    def _complete_feed(self, posts: dict[str, yaml_document.Value]) -> None:
        """Make the path of a feed file absolute, and set posts.path."""
        feed = posts["feed"]
        if isinstance(feed, str) and not is_url(feed):
            try:
                posts["feed"] = str(self._path.parent / Path(feed).expanduser())
            except RuntimeError:
                self._problem(("posts", "feed"), f"is {feed!r}; this user does not exist")
        posts["path"] = str(self._path.parent)

    def _section(
        self, kind: type[Struct], value: yaml_document.Value, key: yaml_document.Key
    ) -> Struct | None:
        if not isinstance(value, dict):
            self._problem(key, f"must be a section of keys{_example(key)}")
            return None
        if kind is Selection and all(part is None for part in value.values()):
            self._problem(key, f"is empty; give e.g. {EXAMPLES['only']}, or remove it")
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        for name in value.keys() - fields.keys():
            self._problem((*key, name), unknown_key(kind, name, fields))
        before = len(self.problems)
        parts: dict[str, Any] = {}
        for name, field in fields.items():
            written = _written(value, field)
            if written is None:
                if field.required:
                    self._problem(
                        (*key, name), f"is missing; add e.g. {_example((*key, name), '')}"
                    )
                continue
            part = self._part(field.type, written, (*key, name))
            if part is not None:
                parts[name] = part
        for where, message in inconsistencies(kind, parts):
            self._problem((*key, *where), message)
        if len(self.problems) > before:
            return None
        return kind(**{fields[name].name: part for name, part in parts.items()})

    def _part(self, kind: Any, value: yaml_document.Value, key: yaml_document.Key) -> Any:
        if element := _element_type(kind):
            return self._list(element, value, key)
        if typing.get_origin(kind) is dict and isinstance(value, dict):
            return self._map(typing.get_args(kind)[1], value, key)
        section = _section_type(kind)
        if section is None:
            return self._scalar(kind, value, key)
        if section is Person and isinstance(value, str):  # a name alone, as in front matter
            value = {"name": value}
        return self._section(section, value, key)

    def _list(
        self, kind: Any, value: yaml_document.Value, key: yaml_document.Key
    ) -> tuple[Any, ...] | None:
        """Convert a list; a single value counts as a list with one element."""
        section = _section_type(kind)
        if _is_list_of_entries_without_keys(section, value):
            self._problem(key, f"must be a list of entries, e.g. `{_ENTRY}`")
            return None
        if not isinstance(value, (list, dict if section else str)):
            wanted = "list of sections" if section else "list"
            self._problem(key, f"must be a {wanted}{_example(key)}")
            return None
        if not value and not section and not (isinstance(value, list) and key in _MAY_BE_EMPTY):
            self._problem(key, "is empty; give at least one value, or remove it")
            return None
        parts = value if isinstance(value, list) else [value]
        return tuple(self._part(kind, part, (*key, i)) for i, part in enumerate(parts))

    def _map(
        self, kind: Any, value: dict[str, yaml_document.Value], key: yaml_document.Key
    ) -> dict[str, Any]:
        """Convert the values of keys that the author chooses."""
        parts = {}
        for name, one in value.items():
            if one is None:
                meant = _OF_MAPS.get(key, "a value")
                self._problem((*key, name), f"is empty; write {meant}, or remove it")
            else:
                parts[name] = self._scalar(kind, one, (*key, name))
        return parts

    def _scalar(self, kind: Any, value: yaml_document.Value, key: yaml_document.Key) -> Any:
        if isinstance(value, str) and _ILLEGAL.search(value):
            # A password in the place of its source is not printed.
            shown = "" if key[-1] in PASSWORDS else f"is {value!r}: "
            self._problem(key, f"{shown}control characters are not allowed; remove them")
            return None
        try:
            # Not strict, because the YAML parser leaves numbers and booleans as text.
            return msgspec.convert(value, kind, strict=False, dec_hook=self._decode)
        except msgspec.ValidationError as error:
            self._problem(key, f"is {_shown(value)}; {_requirement(kind, value, str(error))}")
            return None

    def _decode(self, kind: type, value: object) -> object:
        if kind is Path:
            if not isinstance(value, str):
                raise ValueError("expected a path")
            try:
                os.fsencode(value)
                return self._path.parent / Path(value).expanduser()
            except UnicodeEncodeError as error:
                raise ValueError("expected a path that this locale can write") from error
            except RuntimeError as error:
                raise ValueError("expected a path of a user that exists") from error
        raise NotImplementedError(kind)

    def _problem(self, key: yaml_document.Key, message: str) -> None:
        key = self.as_written(key)
        text = _LONG_WORD.sub(
            lambda word: f"{word[0][:LONGEST_WORD]}…", f"{_dotted(key)} {message}"
        )
        self.problems.append((self._document.line(key), text.strip()))

    def as_written(self, key: yaml_document.Key) -> yaml_document.Key:
        """The key as the file has it: a single value in the place of a list has no index."""
        value: yaml_document.Value = self._document.value
        parts: list[str | int] = []
        for part in key:
            match value, part:
                case list(), int():
                    value = value[part]
                case _, int():
                    continue
                case dict(), str():
                    value = value.get(part)
            parts.append(part)
        return tuple(parts)


def _written(
    section: dict[str, yaml_document.Value], field: msgspec.structs.FieldInfo
) -> yaml_document.Value:
    """The value of a key. An empty `only:` is {}, which is an error, and not a missing key.

    An author who leaves it empty does not mean to select every post.
    """
    value = section.get(field.encode_name)
    if value is None and field.encode_name in section and _section_type(field.type) is Selection:
        return {}
    return value


def _is_list_of_entries_without_keys(
    section: type[Struct] | None, value: yaml_document.Value
) -> bool:
    """Whether the feeds are written as `[feed.atom]`, or as `{atom: feed.atom}`."""
    if section is not FeedFile:
        return False
    if isinstance(value, dict):
        # `_default_urls` may have set the URL.
        return (value.keys() - {"url"}).isdisjoint(FeedFile.__struct_fields__)
    return isinstance(value, str) or (isinstance(value, list) and {*map(type, value)} == {str})


def _element_type(kind: Any) -> Any:
    """The type of the elements of a list: of `tuple[Text, ...]`, `tuple[Text, ...] | None`."""
    lists = (one for one in (kind, *typing.get_args(kind)) if typing.get_origin(one) is tuple)
    return next((typing.get_args(one)[0] for one in lists), None)


def _section_type(kind: Any) -> type[Struct] | None:
    """The class of the section in a type: `Site`, `Site | None`, `tuple[NodeConfig, ...]`."""
    for part in (kind, *typing.get_args(kind)):
        if isinstance(part, type) and issubclass(part, Struct):
            return part
    return None


def _dotted(key: yaml_document.Key) -> str:
    """`("xmpp", "nodes", 0)` as `xmpp.nodes[0]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")


def _example(key: yaml_document.Key, lead: str = "; e.g. ") -> str:
    dotted = ".".join(part for part in key if isinstance(part, str))
    example = EXAMPLES.get(dotted) or EXAMPLES.get(str(key[-1]))
    return f"{lead}{example}" if example else ("" if lead else f"{key[-1]}: ...")


def _shown(value: yaml_document.Value) -> str:
    match value:
        case None:
            return "empty"
        case list():
            return "a list"
        case dict():
            return "a section"
        case _:
            return repr(value)


def _requirement(kind: Any, value: yaml_document.Value, message: str) -> str:
    """What the value must be, in words for people who do not program."""
    choices = [str(choice) for choice in _choices(kind)]
    if choices and int in _parts(kind):
        return f"it must be {', '.join(choices)} or a number, 1 or more"
    if choices:
        meant = did_you_mean(str(value), choices) if isinstance(value, str) else ""
        return f"it must be one of {', '.join(choices)}{meant}"
    for pattern, words in _PLAIN:
        match = re.search(pattern, message)
        if match:
            return match.expand(words)
    return message


def _choices(kind: Any) -> list[object]:
    return [
        choice
        for part in _parts(kind)
        if typing.get_origin(part) is Literal
        for choice in typing.get_args(part)
    ]


def _parts(kind: Any) -> list[Any]:
    """The members of a union, without their annotations."""
    members = [kind] if typing.get_origin(kind) is Literal else [kind, *typing.get_args(kind)]
    return [
        typing.get_args(member)[0] if typing.get_origin(member) is Annotated else member
        for member in members
    ]
