"""config.yaml -> frozen Config. Reports every problem at once, each with its line and a way out.

Behind this door there are no dicts and no Nones that cannot be: paths are absolute, defaults are
filled in. Refuses unknown keys: a misspelt option must never be a silent one.
"""

from __future__ import annotations

import datetime as dt
import difflib
import os
import re
import typing
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, urljoin, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct

from publisher import marked, permalink
from publisher.errors import ConfigError

if typing.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1)]
Format = Literal["atom", "rss", "json"]
Engine = Literal["jekyll"]
AccessModel = Literal["open", "presence", "roster", "authorize", "whitelist"]
Prune = Literal["own", "site", "all"]

EXAMPLES = {
    "site": 'site: {title: "My blog", url: "https://blog.example"}',
    "site.title": 'title: "My blog"',
    "site.url": 'url: "https://blog.example"',
    "site.author.name": 'name: "Ada Example"',
    "posts": "posts: {path: _posts}",
    "posts.path": "path: _posts",
    "feeds.path": "path: feed.atom",
    "feeds.format": "format: atom",
    "only": "only: {tags: [xmpp]}",
    "xmpp.jid": "jid: blog@example.org",
    "xmpp.nodes": "nodes: [{service: pubsub.example.org, node: blog}]",
    "xmpp.nodes.service": "service: pubsub.example.org",
    "xmpp.nodes.node": "node: blog",
}

EXAMPLE_URL = "https://blog.example"
ID_PLACEHOLDERS = ("host", "date", "since", "id", "path")
NODE_PLACEHOLDERS = ("tag", "category", "language")

PERSON_SCHEMES = frozenset({"http", "https", "mailto", "xmpp"})
PASSWORDS = ("password_env", "password_file", "password_command")

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NODE_KEYS = frozenset({"access_model", "title", "description"})
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_ILLEGAL = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# RFC 7622 sections 3.2 and 3.3, as far as no server says otherwise.
_DOMAIN = re.compile(
    r"(?=.{1,255}$)[^\s@/\"&'<>:.-](?:[^\s@/\"&'<>:.]*[^\s@/\"&'<>:.-])?"
    r"(?:\.[^\s@/\"&'<>:.-](?:[^\s@/\"&'<>:.]*[^\s@/\"&'<>:.-])?)*"
)
_LOCAL = re.compile(r"(?=.{1,255}$)[^\s@/\"&'<>:]+")
_MAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")
_LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_PLAIN = (
    ("Expected `int.*` >= (\\d+)", r"give a number, \1 or more"),
    ("Expected `int.*` <= (\\d+)", r"give a number, at most \1"),
    ("Expected `int", "give a whole number"),
    ("Expected `bool", "give true or false"),
    ("Expected `str", "give a text"),
    ("Expected `date|Invalid RFC3339", "give a date, e.g. 2008-10-21"),
    ("Expected `object", "give keys with values"),
    ("expected a path of", "there is no such user"),
    ("expected a path", "give a path"),
)


class Person(Struct, frozen=True, kw_only=True):
    """A person construct of RFC 4287 section 3.2."""

    name: Text
    email: Text | None = None
    uri: Text | None = None


class Site(Struct, frozen=True, kw_only=True):
    """What the posts belong to: one website, under one URL."""

    title: Text
    url: Text
    description: Text | None = None
    author: Person | None = None
    language: Text | None = None
    timezone: Text = "UTC"
    since: dt.date | None = None
    id_template: Text = "tag:{host},{date}:{id}"

    @property
    def root(self) -> str:
        """The URL with a slash at its end, so that paths resolve below it."""
        return self.url.rstrip("/") + "/"

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "").lower()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Posts(Struct, frozen=True, kw_only=True):
    """Where the posts are, and by which rules they are read."""

    path: Path
    engine: Engine = "jekyll"
    permalink: Text = "date"


class Selection(Struct, frozen=True, kw_only=True):
    """Some of the posts: those that have, for every key given, at least one of its values.

    In YAML one value alone stands for a list of one. Tags and categories are the same whatever
    their case and their Unicode form. A language selects the narrower ones, too: `en` also `en-GB`
    (RFC 4647 section 3.3.1). `paths` are globs below the folder of the posts, for the whole path:
    `*` and `?` stay within a folder, `**` crosses folders, nothing else is special.
    """

    tags: tuple[Text, ...] = ()
    categories: tuple[Text, ...] = ()
    languages: tuple[Text, ...] = ()
    paths: tuple[Text, ...] = ()


class FeedFile(Struct, frozen=True, kw_only=True):
    """One feed document: the file, its format, and the address at which readers find it."""

    path: Path
    format: Format
    limit: Count | Literal["all"] = 20
    only: Selection | None = None
    url: Text


class NodeConfig(Struct, frozen=True, kw_only=True):
    """One pubsub node that is to equal the posts (XEP-0060), or some of them.

    A `node` with a placeholder is a pattern: it stands for one node per value. `since` is a day in
    the site's zone. Where the owner leaves the choice, ask `access` and `pruning`.
    """

    service: Text
    node: Text
    title: Text | None = None
    description: Text | None = None
    only: Selection | None = None
    since: dt.date | None = None
    keep: Count | None = None
    announce_limit: Annotated[int, Meta(ge=0)] = 10
    edits: Literal["push", "ignore"] = "push"
    prune: Prune | None = None
    exclusive: bool = False
    access_model: AccessModel | None = None
    options: dict[str, str] = {}

    @property
    def pattern(self) -> tuple[str, str, str] | None:
        """What stands before the placeholder, its name, what stands behind it. None: a name."""
        found = _PLACEHOLDER.search(self.node)
        return (self.node[: found.start()], found[1], self.node[found.end() :]) if found else None

    def value_in(self, node: str) -> str | None:
        """What stands in the place of the placeholder in a node's name. None: it does not fit."""
        if self.pattern is None:
            return None
        head, _, tail = self.pattern
        fits = node.startswith(head) and node.endswith(tail) and len(node) > len(head + tail)
        return node[len(head) : len(node) - len(tail)] if fits else None

    @property
    def access(self) -> AccessModel:
        return self.access_model or "open"

    @property
    def pruning(self) -> Prune:
        """Where nobody else writes, everything that is not wanted goes."""
        return self.prune or ("all" if self.exclusive else "own")

    @property
    def named(self) -> frozenset[str]:
        """The fields of the node's configuration that the owner wrote down, without `pubsub#`."""
        given = {name for name in _NODE_KEYS if getattr(self, name) is not None}
        return frozenset(given | {_field_name(name) for name in self.options})


class Xmpp(Struct, frozen=True, kw_only=True):
    """The account that publishes, and the way to its server."""

    jid: Text
    password_env: Text | None = None
    password_file: Path | None = None
    password_command: Text | None = None
    host: Text | None = None
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    tls: Literal["direct", "starttls"] = "starttls"
    ca_file: Path | None = None
    nodes: tuple[NodeConfig, ...]


class Config(Struct, frozen=True, kw_only=True):
    """The whole configuration, complete and consistent."""

    site: Site
    posts: Posts
    feeds: tuple[FeedFile, ...] = ()
    xmpp: tuple[Xmpp, ...] = ()
    state: Path
    path: Path


def load(path: Path) -> Config:
    """Read the configuration; paths in it are relative to its folder.

    Raises ConfigError that lists every problem found.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: there is no such file; `publisher init` writes one, `--config FILE` names it"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Config:
    """The same from a text; `path` says where it came from. Raises ConfigError."""
    try:
        document = marked.read(text)
    except marked.MarkedError as error:
        raise ConfigError(f"{path}:{error.line}: not YAML: {error.message}") from error
    reader = _Reader(document, path)
    config = reader.config()
    if reader.problems or config is None:
        count = len(reader.problems)
        title = f"{path}: {count} {'problem' if count == 1 else 'problems'}"
        raise ConfigError(title, [f"line {line}: {text}" for line, text in sorted(reader.problems)])
    return config


class _Reader:
    """Turns the document into values, section by section, and gathers what is wrong."""

    def __init__(self, document: marked.Marked, path: Path) -> None:
        self.problems: list[tuple[int, str]] = [
            (line, f"{key} is given twice; remove one") for key, line in document.duplicates
        ]
        self._document = document
        self._path = path.absolute()

    def config(self) -> Config | None:
        document = self._document.value
        if not isinstance(document, dict):
            self.problems.append((1, f"the file is empty; start with e.g. {EXAMPLES['site']}"))
            return None
        if document.get("state") is None:
            document["state"] = ".publisher"
        document["path"] = str(self._path)
        self._default_addresses(document)
        if not document.get("feeds") and not document.get("xmpp"):
            self._problem((), "there is nothing to do: add feeds:, or xmpp:, or both")
        return typing.cast("Config | None", self._section(Config, document, ()))

    def _default_addresses(self, document: dict[str, marked.Value]) -> None:
        """A feed's address is the site's URL and the feed's path, unless it says otherwise."""
        site, feeds = document.get("site"), document.get("feeds")
        if not isinstance(site, dict):
            return
        url = str(site.get("url"))
        root = (url if _is_web(url) else EXAMPLE_URL).rstrip("/") + "/"
        for feed in feeds if isinstance(feeds, list) else [feeds]:
            if isinstance(feed, dict) and not feed.get("url"):
                feed["url"] = urljoin(root, quote(str(feed.get("path"))))

    def _section(self, kind: type[Struct], value: marked.Value, key: marked.Key) -> Struct | None:
        if not isinstance(value, dict):
            self._problem(key, f"must be a section of keys{_example(key)}")
            return None
        if kind is Selection and all(part is None for part in value.values()):
            self._problem(key, f"is empty; give e.g. {EXAMPLES['only']}, or remove it")
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        for name in value.keys() - fields.keys():
            self._problem((*key, name), f"is not a key that is known here{_near(name, fields)}")
        before = len(self.problems)
        parts: dict[str, Any] = {}
        for name, field in fields.items():
            given = _given(value, field)
            if given is None:
                if field.required:
                    self._problem(
                        (*key, name), f"is missing; add e.g. {_example((*key, name), '')}"
                    )
                continue
            part = self._part(field.type, given, (*key, name))
            if part is not None:
                parts[name] = part
        for where, message in _impossible(kind, parts):
            self._problem((*key, *where), message)
        return kind(**parts) if len(self.problems) == before else None

    def _part(self, kind: Any, value: marked.Value, key: marked.Key) -> Any:
        if typing.get_origin(kind) is tuple:
            return self._list(typing.get_args(kind)[0], value, key)
        section = _section_type(kind)
        if section is None:
            return self._scalar(kind, value, key)
        return self._section(section, value, key)

    def _list(self, kind: Any, value: marked.Value, key: marked.Key) -> tuple[Any, ...] | None:
        """What stands alone stands for a list of one."""
        section = _section_type(kind)
        if not isinstance(value, (list, dict if section else str)):
            wanted = "list of sections" if section else "list"
            self._problem(key, f"must be a {wanted}{_example(key)}")
            return None
        if not value and not section:
            self._problem(key, "is empty; give at least one value, or remove it")
        parts = value if isinstance(value, list) else [value]
        return tuple(self._part(kind, part, (*key, i)) for i, part in enumerate(parts))

    def _scalar(self, kind: Any, value: marked.Value, key: marked.Key) -> Any:
        if isinstance(value, str) and _ILLEGAL.search(value):
            self._problem(key, f"is {value!r}: it has a character that neither XML nor a path can")
            return None
        try:
            return msgspec.convert(value, kind, strict=False, dec_hook=self._decode)
        except msgspec.ValidationError as error:
            self._problem(key, f"is {_shown(value)}: {_wanted(kind, str(error))}")
            return None

    def _decode(self, kind: type, value: object) -> object:
        if kind is Path:
            if not isinstance(value, str):
                raise ValueError("expected a path")
            try:
                return self._path.parent / Path(value).expanduser()
            except RuntimeError as error:
                raise ValueError("expected a path of a user that exists") from error
        raise NotImplementedError(kind)

    def _problem(self, key: marked.Key, message: str) -> None:
        key = self._as_written(key)
        self.problems.append((self._document.line(key), f"{_dotted(key)} {message}".strip()))

    def _as_written(self, key: marked.Key) -> marked.Key:
        """The key without the index of what stands alone where there could be a list."""
        value: marked.Value = self._document.value
        written: list[str | int] = []
        for part in key:
            match value, part:
                case list(), int():
                    value = value[part]
                case _, int():
                    continue
                case dict(), str():
                    value = value.get(part)
            written.append(part)
        return tuple(written)


def _given(section: dict[str, marked.Value], field: msgspec.structs.FieldInfo) -> marked.Value:
    """The value of a key. A selection without one is no selection of everything, but a slip."""
    value = section.get(field.name)
    if value is None and field.name in section and _section_type(field.type) is Selection:
        return {}
    return value


def _impossible(kind: type[Struct], parts: dict[str, Any]) -> Iterator[tuple[marked.Key, str]]:
    """What the type of a value does not show: where (below the section), and what is wrong.

    `parts` holds the values that could be read, so that one unreadable value hides no other.
    """
    if kind in _CHECKS:
        yield from _CHECKS[kind](parts)


def _check_site(site: dict[str, Any]) -> Iterator[tuple[marked.Key, str]]:
    url = site.get("url", EXAMPLE_URL)
    if not _is_web(url) or urlsplit(url).query or urlsplit(url).fragment:
        yield ("url",), f"is {url!r}: give the site's address, e.g. https://blog.example"
    zone = site.get("timezone", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield ("timezone",), f"is {zone!r}: give an IANA name, e.g. Europe/Berlin or UTC"
    language = site.get("language", "en")
    if not _LANGUAGE.fullmatch(language):
        yield ("language",), f"is {language!r}: give a tag as of BCP 47, e.g. en or pt-BR"
    if "id_template" in site:
        yield from _check_id_template(site["id_template"])


def _check_id_template(template: str) -> Iterator[tuple[marked.Key, str]]:
    names = _PLACEHOLDER.findall(template)
    rest = _PLACEHOLDER.sub("x", template)
    for name in names:
        if name not in ID_PLACEHOLDERS:
            known = _braced(ID_PLACEHOLDERS)
            yield ("id_template",), f"has {{{name}}}, which has no value; use {known}"
    if not {"id", "path"} & set(names):
        yield ("id_template",), "gives all posts one id; add {id}"
    if not _IRI.fullmatch(rest):
        yield ("id_template",), "is not an absolute IRI, e.g. tag:{host},{date}:{id}"


def _check_person(person: dict[str, Any]) -> Iterator[tuple[marked.Key, str]]:
    if "email" in person and not _MAIL.fullmatch(person["email"]):
        yield ("email",), f"is {person['email']!r}: give an address, e.g. ada@blog.example"
    if "uri" in person and not is_person_uri(person["uri"]):
        yield ("uri",), f"is {person['uri']!r}: give an http, https, mailto or xmpp address"


def _check_posts(posts: dict[str, Any]) -> Iterator[tuple[marked.Key, str]]:
    template = posts.get("permalink", "date")
    if template in permalink.STYLES:
        return
    if not any(f":{name}" in template for name in ("title", "slug", "name", "path")):
        yield ("permalink",), f"is {template!r}: all posts share one address; add :title"
    if not template.startswith("/"):
        styles = ", ".join(permalink.STYLES)
        yield ("permalink",), f"is {template!r}: start it with a slash, or use one of {styles}"
    for name in permalink.unknown_placeholders(template):
        near = _near(name, permalink.PLACEHOLDERS)
        yield ("permalink",), f"has :{name}, which has no value{near}"


def _check_selection(only: dict[str, Any]) -> Iterator[tuple[marked.Key, str]]:
    for index, language in enumerate(only.get("languages", ())):
        if language and not _LANGUAGE.fullmatch(language):
            message = f"is {language!r}: give a tag as of BCP 47, e.g. en or pt-BR"
            yield ("languages", index), message
    for index, path in enumerate(only.get("paths", ())):
        if path and not {"", ".", ".."}.isdisjoint(path.split("/")):
            message = (
                f"is {path!r}: no post is there; give a path below the folder of the posts, "
                "e.g. notes/* for one level, notes/** for all"
            )
            yield ("paths", index), message


def _check_feed(feed: dict[str, Any]) -> Iterator[tuple[marked.Key, str]]:
    if "url" in feed and not _is_web(feed["url"]):
        yield ("url",), f"is {feed['url']!r}: give it in full, e.g. https://blog.example/feed.atom"


def _check_node(node: dict[str, Any]) -> Iterator[tuple[marked.Key, str]]:
    service = node.get("service", "pubsub.example.org")
    local, at, domain = service.rpartition("@")
    if not _DOMAIN.fullmatch(domain) or (at and not _LOCAL.fullmatch(local)):
        yield ("service",), f"is {service!r}: give a JID without a resource"
    for option in node.get("options", {}):
        name = _field_name(option)
        if name in _NODE_KEYS:
            yield ("options", option), f"has a key of its own: write {name}: beside options:"
    if "node" in node:
        yield from _check_node_name(node["node"])
    if node.get("prune") == "all" and not node.get("exclusive"):
        yield (
            ("prune",),
            "is all: it retracts also what others published; "
            "add exclusive: true if nobody else writes there",
        )


def _check_node_name(node: str) -> Iterator[tuple[marked.Key, str]]:
    names = _PLACEHOLDER.findall(node)
    known = _braced(NODE_PLACEHOLDERS)
    for name in names:
        if name not in NODE_PLACEHOLDERS:
            yield ("node",), f"has {{{name}}}, which has no value; use one of {known}"
    if len(names) > 1:
        yield ("node",), f"has {len(names)} placeholders; use one of {known}, once"
    if re.search("[{}]", _PLACEHOLDER.sub("", node)):
        yield ("node",), f"is {node!r}: braces are for a placeholder, one of {known}"


def _check_xmpp(xmpp: dict[str, Any]) -> Iterator[tuple[marked.Key, str]]:
    jid = xmpp.get("jid", "blog@example.org")
    local, _, domain = jid.partition("@")
    if not (_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        yield ("jid",), f"is {jid!r}: give a bare JID, e.g. blog@example.org"
    if sum(name in xmpp for name in PASSWORDS) != 1:
        yield (
            (),
            "needs exactly one of password_env, password_file and password_command; "
            "e.g. password_env: PUBLISHER_PASSWORD",
        )
    if "port" in xmpp and "host" not in xmpp:
        yield ("port",), "needs a host beside it; without a host the port comes from DNS"
    if xmpp.get("nodes") == ():
        yield ("nodes",), f"is empty; add e.g. {EXAMPLES['xmpp.nodes']}"
    nodes = xmpp.get("nodes", ())
    for index, node in enumerate(nodes):
        if message := _clash(node, nodes[:index]):
            yield ("nodes", index), message


def _clash(node: NodeConfig | None, others: Iterable[NodeConfig | None]) -> str | None:
    """What is wrong with a node beside others, of this account or another one."""
    for other in others:
        if node is None or other is None or node.service != other.service:
            continue
        if node.node == other.node:
            return "names a node that another entry names already; remove one"
        if _overlap(node, other):
            return (
                f"may become the same node as {other.node}; "
                "give patterns a beginning of their own, e.g. tag/{tag}"
            )
    return None


def _overlap(one: NodeConfig, other: NodeConfig) -> bool:
    """Whether a value of a placeholder could make one node of the two."""
    if one.pattern is None or other.pattern is None:
        return one.value_in(other.node) is not None or other.value_in(one.node) is not None
    (head, _, tail), (head_2, _, tail_2) = one.pattern, other.pattern
    heads, tails = sorted([head, head_2], key=len), sorted([tail, tail_2], key=len)
    return heads[1].startswith(heads[0]) and tails[1].endswith(tails[0])


def _check_config(config: dict[str, Any]) -> Iterator[tuple[marked.Key, str]]:
    paths = [os.path.normpath(feed.path) if feed else None for feed in config.get("feeds", ())]
    yield from _check_unique(paths, ("feeds",), "has the path of another feed; change one")
    if os.path.normpath(config["path"]) in paths:
        index = paths.index(os.path.normpath(config["path"]))
        yield ("feeds", index, "path"), "is this file itself; name another"
    known: list[NodeConfig] = []
    for number, account in enumerate(config.get("xmpp", ())):
        nodes = account.nodes if account else ()
        for index, node in enumerate(nodes):
            if message := _clash(node, known):
                yield ("xmpp", number, "nodes", index), message
        known += nodes


def _check_unique(
    values: list[Any], key: marked.Key, message: str
) -> Iterator[tuple[marked.Key, str]]:
    for index, value in enumerate(values):
        if value is not None and value in values[:index]:
            yield (*key, index), message


_CHECKS: dict[type[Struct], Callable[[dict[str, Any]], Iterator[tuple[marked.Key, str]]]] = {
    Person: _check_person,
    Site: _check_site,
    Posts: _check_posts,
    Selection: _check_selection,
    FeedFile: _check_feed,
    NodeConfig: _check_node,
    Xmpp: _check_xmpp,
    Config: _check_config,
}


def is_person_uri(text: str) -> bool:
    """Whether a reader may be offered it as a link: never `javascript:` or `data:`."""
    return bool(_IRI.fullmatch(text)) and text.partition(":")[0].lower() in PERSON_SCHEMES


def _is_web(url: str) -> bool:
    """An address of the web, without credentials in it."""
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and port_is_good
        and "@" not in parts.netloc
        and not re.search(r"\s", url)
    )


def _section_type(kind: Any) -> type[Struct] | None:
    """The section inside `Site`, `Site | None` or `tuple[NodeConfig, ...]`."""
    for part in (kind, *typing.get_args(kind)):
        if isinstance(part, type) and issubclass(part, Struct):
            return part
    return None


def _field_name(option: str) -> str:
    return option.removeprefix("pubsub#")


def _braced(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _dotted(key: marked.Key) -> str:
    """`("xmpp", "nodes", 0)` as `xmpp.nodes[0]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")


def _example(key: marked.Key, lead: str = "; e.g. ") -> str:
    dotted = ".".join(part for part in key if isinstance(part, str))
    example = EXAMPLES.get(dotted) or EXAMPLES.get(str(key[-1]))
    return f"{lead}{example}" if example else ("" if lead else f"{key[-1]}: ...")


def _near(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(sorted(known))}"


def _shown(value: marked.Value) -> str:
    match value:
        case None:
            return "empty"
        case list():
            return "a list"
        case dict():
            return "a section"
        case _:
            return repr(value)


def _wanted(kind: Any, message: str) -> str:
    """What the value should have been, for people who do not program."""
    choices = [str(choice) for choice in _choices(kind)]
    if choices:
        number = ["a number"] if int in _parts(kind) else []
        return f"give {' or '.join([', '.join(choices), *number])}"
    for pattern, words in _PLAIN:
        found = re.search(pattern, message)
        if found:
            return found.expand(words)
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
