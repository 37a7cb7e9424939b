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
    from collections.abc import Callable, Collection, Iterator

Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1)]
Format = Literal["atom", "rss", "json"]
Engine = Literal["jekyll"]
AccessModel = Literal["open", "presence", "roster", "authorize", "whitelist"]

EXAMPLES = {
    "site": 'site: {title: "My blog", url: "https://blog.example"}',
    "site.title": 'title: "My blog"',
    "site.url": 'url: "https://blog.example"',
    "site.author.name": 'name: "Ada Example"',
    "posts": "posts: {path: _posts}",
    "posts.path": "path: _posts",
    "feeds.path": "path: feed.atom",
    "feeds.format": "format: atom",
    "xmpp.jid": "jid: blog@example.org",
    "xmpp.nodes": "nodes: [{service: pubsub.example.org, node: blog}]",
    "xmpp.nodes.service": "service: pubsub.example.org",
    "xmpp.nodes.node": "node: blog",
}

EXAMPLE_URL = "https://blog.example"
ID_PLACEHOLDERS = ("host", "date", "since", "id", "path")

PERSON_SCHEMES = frozenset({"http", "https", "mailto", "xmpp"})
PASSWORDS = ("password_env", "password_file", "password_command")

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


class FeedFile(Struct, frozen=True, kw_only=True):
    """One feed document: the file, its format, and the address at which readers find it."""

    path: Path
    format: Format
    limit: Count | Literal["all"] = 20
    url: Text


class NodeConfig(Struct, frozen=True, kw_only=True):
    """One pubsub node that is to equal the posts (XEP-0060)."""

    service: Text
    node: Text
    title: Text | None = None
    description: Text | None = None
    keep: Count | None = None
    access_model: AccessModel = "open"
    options: dict[str, str] = {}


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
    xmpp: Xmpp | None = None
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
        if not isinstance(site, dict) or not isinstance(feeds, list):
            return
        url = str(site.get("url"))
        root = (url if _is_web(url) else EXAMPLE_URL).rstrip("/") + "/"
        for feed in feeds:
            if isinstance(feed, dict) and not feed.get("url"):
                feed["url"] = urljoin(root, quote(str(feed.get("path"))))

    def _section(self, kind: type[Struct], value: marked.Value, key: marked.Key) -> Struct | None:
        if not isinstance(value, dict):
            self._problem(key, f"must be a section of keys{_example(key)}")
            return None
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        for name in value.keys() - fields.keys():
            self._problem((*key, name), f"is not a key that is known here{_near(name, fields)}")
        before = len(self.problems)
        parts: dict[str, Any] = {}
        for name, field in fields.items():
            if value.get(name) is None:
                if field.required:
                    self._problem(
                        (*key, name), f"is missing; add e.g. {_example((*key, name), '')}"
                    )
                continue
            part = self._part(field.type, value[name], (*key, name))
            if part is not None:
                parts[name] = part
        for where, message in _impossible(kind, parts):
            self._problem((*key, *where), message)
        return kind(**parts) if len(self.problems) == before else None

    def _part(self, kind: Any, value: marked.Value, key: marked.Key) -> Any:
        section = _section_type(kind)
        if section is None:
            return self._scalar(kind, value, key)
        if typing.get_origin(kind) is not tuple:
            return self._section(section, value, key)
        if not isinstance(value, list):
            self._problem(key, f"must be a list{_example(key)}")
            return None
        return tuple(self._section(section, part, (*key, i)) for i, part in enumerate(value))

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
        self.problems.append((self._document.line(key), f"{_dotted(key)} {message}".strip()))


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
    names = re.findall(r"\{([^{}]*)\}", template)
    rest = re.sub(r"\{[^{}]*\}", "x", template)
    for name in names:
        if name not in ID_PLACEHOLDERS:
            known = ", ".join(f"{{{known}}}" for known in ID_PLACEHOLDERS)
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


def _check_feed(feed: dict[str, Any]) -> Iterator[tuple[marked.Key, str]]:
    if "url" in feed and not _is_web(feed["url"]):
        yield ("url",), f"is {feed['url']!r}: give it in full, e.g. https://blog.example/feed.atom"


def _check_node(node: dict[str, Any]) -> Iterator[tuple[marked.Key, str]]:
    service = node.get("service", "pubsub.example.org")
    local, at, domain = service.rpartition("@")
    if not _DOMAIN.fullmatch(domain) or (at and not _LOCAL.fullmatch(local)):
        yield ("service",), f"is {service!r}: give a JID without a resource"
    for name in node.get("options", {}):
        if name in _NODE_KEYS:
            yield ("options", name), f"has a key of its own: write {name}: beside options:"


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
    yield from _check_unique(
        [(n.service, n.node) if n else None for n in xmpp.get("nodes", ())],
        ("nodes",),
        "names a node that another entry names already; remove one",
    )


def _check_config(config: dict[str, Any]) -> Iterator[tuple[marked.Key, str]]:
    paths = [os.path.normpath(feed.path) if feed else None for feed in config.get("feeds", ())]
    yield from _check_unique(paths, ("feeds",), "has the path of another feed; change one")
    if os.path.normpath(config["path"]) in paths:
        index = paths.index(os.path.normpath(config["path"]))
        yield ("feeds", index, "path"), "is this file itself; name another"


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


def _dotted(key: marked.Key) -> str:
    """`("xmpp", "nodes", 0)` as `xmpp.nodes[0]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")


def _example(key: marked.Key, lead: str = "; e.g. ") -> str:
    dotted = ".".join(part for part in key if isinstance(part, str))
    example = EXAMPLES.get(dotted)
    return f"{lead}{example}" if example else ("" if lead else f"{key[-1]}: ...")


def _near(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(sorted(known))}"


def _shown(value: marked.Value) -> str:
    match value:
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
