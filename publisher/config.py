"""config.yaml -> frozen Config. Reports every problem at once, each with its line and a way out.

Behind this door there are no dicts and no Nones that cannot be: paths are absolute, defaults are
filled in. Refuses unknown keys: a misspelt option must never be a silent one.
"""

from __future__ import annotations

import datetime as dt
import difflib
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
    from collections.abc import Collection, Iterator

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

ID_PLACEHOLDERS = ("host", "date", "since", "id", "path")

_LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_PLAIN = (
    ("Expected `int.*` >= (\\d+)", r"give a number, \1 or more"),
    ("Expected `int.*` <= (\\d+)", r"give a number, at most \1"),
    ("Expected `int \\| str`|Invalid enum value 'all'", "give a number, or all"),
    ("Expected `int", "give a whole number"),
    ("Expected `str", "give a text"),
    ("Expected `date|Invalid RFC3339", "give a date, e.g. 2008-10-21"),
    ("Expected `object", "give keys with values"),
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
        document.setdefault("state", ".publisher")
        document["path"] = str(self._path)
        self._default_addresses(document)
        return typing.cast("Config | None", self._section(Config, document, ()))

    def _default_addresses(self, document: dict[str, marked.Value]) -> None:
        """A feed's address is the site's URL and the feed's path, unless it says otherwise."""
        site, feeds = document.get("site"), document.get("feeds")
        if not isinstance(site, dict) or not isinstance(feeds, list):
            return
        for feed in feeds:
            if isinstance(feed, dict) and "url" not in feed and isinstance(feed.get("path"), str):
                root = f"{site.get('url') or ''}".rstrip("/") + "/"
                feed["url"] = urljoin(root, quote(str(feed["path"])))

    def _section(self, kind: type[Struct], value: marked.Value, key: marked.Key) -> Struct | None:
        if not isinstance(value, dict):
            self._problem(key, f"must be a section of keys{_example(key)}")
            return None
        before = len(self.problems)
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        for name in value.keys() - fields.keys():
            self._problem((*key, name), f"is not a key that is known here{_near(name, fields)}")
        parts: dict[str, Any] = {}
        for name, field in fields.items():
            if value.get(name) is not None:
                parts[name] = self._part(field.type, value[name], (*key, name))
            elif field.required:
                self._problem((*key, name), f"is missing; add e.g. {_example((*key, name), '')}")
        whole = None
        if len(self.problems) == before:
            whole = kind(**parts)
            self._check(whole, key)
        return whole

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
        try:
            return msgspec.convert(value, kind, strict=False, dec_hook=self._decode)
        except msgspec.ValidationError as error:
            self._problem(key, f"is {_shown(value)}: {_plainly(str(error))}{_example(key)}")
            return None

    def _decode(self, kind: type, value: object) -> object:
        if kind is Path:
            if not isinstance(value, str):
                raise ValueError("expected a path")
            return self._path.parent / Path(value).expanduser()
        raise NotImplementedError(kind)

    def _check(self, whole: Struct, key: marked.Key) -> None:
        for name, message in _impossible(whole):
            self._problem((*key, *name), message)

    def _problem(self, key: marked.Key, message: str) -> None:
        self.problems.append((self._document.line(key), f"{_dotted(key)} {message}".strip()))


def _impossible(whole: Struct) -> Iterator[tuple[marked.Key, str]]:
    """What no single value shows: where the problem is (below the section), and what it is."""
    match whole:
        case Site():
            yield from _check_site(whole)
        case Posts(permalink=template):
            yield from _check_permalink(template)
        case FeedFile(url=url) if not _is_web(url):
            yield (
                ("url",),
                f"is {url!r}: give the full address, e.g. https://blog.example/feed.atom",
            )
        case NodeConfig():
            yield from _check_node(whole)
        case Xmpp():
            yield from _check_xmpp(whole)
        case Config():
            yield from _check_config(whole)


def _check_site(site: Site) -> Iterator[tuple[marked.Key, str]]:
    if not _is_web(site.url) or urlsplit(site.url).query or urlsplit(site.url).fragment:
        yield ("url",), f"is {site.url!r}: give the site's address, e.g. https://blog.example"
    try:
        _ = site.zone
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield ("timezone",), f"is {site.timezone!r}: give an IANA name, e.g. Europe/Berlin or UTC"
    if site.language and not _LANGUAGE.fullmatch(site.language):
        yield ("language",), f"is {site.language!r}: give a tag as of BCP 47, e.g. en or pt-BR"
    names = re.findall(r"\{([^{}]*)\}", site.id_template)
    for name in names:
        if name not in ID_PLACEHOLDERS:
            known = ", ".join(f"{{{known}}}" for known in ID_PLACEHOLDERS)
            yield ("id_template",), f"has {{{name}}}, which has no value; use {known}"
    if not {"id", "path"} & set(names):
        yield ("id_template",), "gives all posts one id; add {id}"
    if not re.match("[A-Za-z][A-Za-z0-9+.-]*:", site.id_template):
        yield ("id_template",), "is not an absolute IRI; start it with e.g. tag: or https:"


def _check_permalink(template: str) -> Iterator[tuple[marked.Key, str]]:
    if template in permalink.STYLES:
        return
    if not template.startswith("/"):
        styles = ", ".join(permalink.STYLES)
        yield ("permalink",), f"is {template!r}: start it with a slash, or use one of {styles}"
    for name in permalink.unknown_placeholders(template):
        near = _near(name, permalink.PLACEHOLDERS)
        yield ("permalink",), f"has :{name}, which has no value{near}"


def _check_node(node: NodeConfig) -> Iterator[tuple[marked.Key, str]]:
    if "/" in node.service or " " in node.service:
        yield ("service",), f"is {node.service!r}: give a JID without a resource"
    for name in node.options:
        if name in {"access_model", "title", "description"}:
            yield ("options", name), f"has a key of its own; write {name}: beside options:"


def _check_xmpp(xmpp: Xmpp) -> Iterator[tuple[marked.Key, str]]:
    local, at, domain = xmpp.jid.partition("@")
    if not (local and at and domain) or re.search(r"[/\s@]", domain):
        yield ("jid",), f"is {xmpp.jid!r}: give a bare JID, e.g. blog@example.org"
    sources = [xmpp.password_env, xmpp.password_file, xmpp.password_command]
    if sum(source is not None for source in sources) != 1:
        yield (), ("needs exactly one of password_env, password_file and password_command, "
                   "e.g. password_env: PUBLISHER_PASSWORD")  # fmt: skip
    if xmpp.port and not xmpp.host:
        yield ("port",), "needs a host beside it; without a host the port comes from DNS"
    if not xmpp.nodes:
        yield ("nodes",), f"is empty; add e.g. {EXAMPLES['xmpp.nodes']}"
    for index, node in enumerate(xmpp.nodes):
        if (node.service, node.node) in {(n.service, n.node) for n in xmpp.nodes[:index]}:
            yield ("nodes", index), "names a node that another entry names already; remove one"


def _check_config(config: Config) -> Iterator[tuple[marked.Key, str]]:
    if not config.feeds and not config.xmpp:
        yield (), "there is nothing to do: add feeds:, or xmpp:, or both"
    for index, feed in enumerate(config.feeds):
        if feed.path in {f.path for f in config.feeds[:index]}:
            yield ("feeds", index, "path"), "is the path of another feed, too; change one"
        if config.posts.path == feed.path:
            yield ("feeds", index, "path"), "is the folder of the posts; name a file"


def _is_web(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in url


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


def _plainly(message: str) -> str:
    """msgspec's words, for people who do not program."""
    for pattern, words in _PLAIN:
        found = re.search(pattern, message)
        if found:
            return found.expand(words)
    return message
