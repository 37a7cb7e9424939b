"""Check what types cannot express: values with a wrong form, and options that contradict.

Each check is a generator of problems: (key below the section, message). The message continues a
sentence that begins with the key, e.g. `site.url is 'x'; it must be ...`.
"""

from __future__ import annotations

import difflib
import re
import shlex
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from publisher.config import files
from publisher.config.keys import (
    EXAMPLE_URL,
    PERIOD_PLACEHOLDERS,
    PLACEHOLDER,
    POST_KEYS,
    VALUE_PLACEHOLDERS,
    Config,
    FeedFile,
    NodeConfig,
    PageFile,
    Person,
    Podcast,
    Posts,
    Selection,
    Site,
    Xmpp,
)
from publisher.config.node_fields import NODE_FIELDS, NODE_KEYS, NUMBER_FIELDS, field_name
from publisher.text import permalinks
from publisher.text.nearest import did_you_mean, question

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from msgspec import Struct

    from publisher.text import yaml_document

EXAMPLES = {
    "site": 'site: {title: "My blog", url: "https://blog.example"}',
    "site.title": 'title: "My blog"',
    "site.url": 'url: "https://blog.example"',
    "site.author": "author: Ada Example",
    "site.author.name": 'name: "Ada Example"',
    "posts": "posts: {path: _posts}",
    "posts.path": "path: _posts",
    "feeds.path": "path: feed.atom",
    "feeds.format": "format: atom",
    "page.path": "path: feeds.html",
    "only": "only: {tags: [xmpp]}",
    "xmpp.jid": "jid: blog@example.org",
    "xmpp.nodes": "nodes: [{service: pubsub.example.org, node: blog}]",
    "xmpp.nodes.service": "service: pubsub.example.org",
    "xmpp.nodes.node": "node: blog",
}

ID_PLACEHOLDERS = ("host", "date", "since", "id", "path")
PERSON_SCHEMES = frozenset({"http", "https", "mailto", "xmpp"})
PASSWORDS = ("password_env", "password_file", "password_command")

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
# RFC 7622 sections 3.2 and 3.3: only what no server accepts is refused here.
_DOMAIN = re.compile(
    r"(?=.{1,255}$)[^\s@/\"&'<>:.-](?:[^\s@/\"&'<>:.]*[^\s@/\"&'<>:.-])?"
    r"(?:\.[^\s@/\"&'<>:.-](?:[^\s@/\"&'<>:.]*[^\s@/\"&'<>:.-])?)*"
)
_LOCAL = re.compile(r"(?=.{1,255}$)[^\s@/\"&'<>:]+")
_VARIABLE = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_MAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")
# The registry of BCP 47 has no primary language subtag of more than three letters.
_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def inconsistencies(
    kind: type[Struct], parts: dict[str, Any]
) -> Iterator[tuple[yaml_document.Key, str]]:
    """The problems of a section of class `kind`, whose values by field name are `parts`.

    `parts` lacks the values that have the wrong type, so that one wrong value hides no other
    problem.
    """
    if kind in _CHECKS:
        yield from _CHECKS[kind](parts)


def _check_site(site: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    url = site.get("url", EXAMPLE_URL)
    if not is_web_url(url):
        yield ("url",), f"is {url!r}; {_url_advice(url)}"
    # Paths of posts are appended to this URL, so a query or fragment would be in the wrong place.
    elif extra := next((mark for mark in "?#" if mark in url), ""):
        kind = "the query" if extra == "?" else "the fragment"
        yield ("url",), f"is {url!r}; remove {kind}: {extra}{url.partition(extra)[2]}"
    zone = site.get("timezone", "UTC")
    try:
        ZoneInfo(zone)
    # A path such as `../x` raises ValueError; the name of a folder, such as `Europe`, OSError.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = _near_zone(zone)
        message = f"is {zone!r}; it must be an IANA name, e.g. Europe/Berlin or UTC{hint}"
        yield ("timezone",), message
    language = site.get("language", "en")
    if not is_language(language):
        yield ("language",), _language_problem(language)
    if "id_template" in site:
        yield from _check_id_template(site["id_template"])
    yield from _check_facts(site)


def _url_advice(url: str) -> str:
    if "${" in url or re.match(r"\$[A-Za-z_]", url):
        return "variables are not expanded; write the URL, e.g. https://blog.example"
    if "{{" in url or "{%" in url:
        return "templates are not evaluated; write the URL, e.g. https://blog.example"
    return "it must be the URL of the site, e.g. https://blog.example"


def _near_zone(name: str) -> str:
    """A question about the zone of a city, or of a misspelt name."""
    zones = available_timezones()
    city = name.rpartition("/")[2].strip().replace(" ", "_").casefold()
    of_city = [zone for zone in sorted(zones) if zone.rpartition("/")[2].casefold() == city]
    return question(of_city[0]) if of_city else did_you_mean(name, zones)


def _check_facts(site: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    """Check the metadata of the site that feeds repeat."""
    # The id of a feed that selects posts is this IRI with a fragment.
    if "id" in site and (not is_iri(site["id"]) or "#" in site["id"]):
        example = "tag:blog.example,2008-01-01:feed"
        yield ("id",), f"is {site['id']!r}; it must be an absolute IRI without #, e.g. {example}"
    for key in ("icon", "logo"):
        if key in site and not _is_picture_url(site[key]):
            yield (key,), f"is {site[key]!r}; it must be a file of the site, e.g. /icon.png"
    if "license" in site and not is_web_url(site["license"]):
        example = "https://creativecommons.org/licenses/by/4.0/"
        yield ("license",), f"is {site['license']!r}; it must be a URL, e.g. {example}"
    for index, hub in enumerate(site.get("hubs", ())):
        if hub and not is_web_url(hub):
            yield ("hubs", index), f"is {hub!r}; it must be a URL, e.g. https://hub.example/"


def _check_id_template(template: str) -> Iterator[tuple[yaml_document.Key, str]]:
    names = PLACEHOLDER.findall(template)
    rest = PLACEHOLDER.sub("x", template)
    for name in names:
        if name not in ID_PLACEHOLDERS:
            known = _braced(ID_PLACEHOLDERS)
            yield ("id_template",), f"has {{{name}}}, which has no value; use {known}"
    if not {"id", "path"} & set(names):
        yield ("id_template",), "gives all posts the same id; add {id}"
    if not _IRI.fullmatch(rest):
        yield ("id_template",), "is not an absolute IRI, e.g. tag:{host},{date}:{id}"


def _check_person(person: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    if "email" in person and not _MAIL.fullmatch(person["email"]):
        yield ("email",), _email_problem(person["email"])
    if "uri" in person and not is_person_uri(person["uri"]):
        yield ("uri",), f"is {person['uri']!r}; it must be an http, https, mailto or xmpp URI"


def _check_posts(posts: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    if "permalink" in posts:
        yield from _check_permalink(posts["permalink"])
    if is_url(posts.get("feed", "")) and not is_web_url(posts["feed"]):
        yield ("feed",), "must be an http or https URL without user name and password"
    if posts.get("complete") and "feed" not in posts:
        yield ("complete",), "needs posts.feed; a folder is always complete"
    yield from _check_languages(posts)
    yield from _check_globs("exclude", posts)
    yield from _check_globs("pages", posts, below="site.output", example="blog/*/index.html")
    yield from _check_built(posts)
    for name in posts.get("keys", {}):
        if name not in POST_KEYS:
            yield ("keys", name), f"is not a key of posts{near(name, POST_KEYS)}"


def _check_built(posts: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    """Check the keys that say how bodies are read from built pages."""
    for key in ("body", "drop"):
        if key in posts:
            yield from _check_selectors(key, posts[key])
    if "drop" in posts and "body" not in posts:
        yield ("drop",), "needs posts.body, the element from which it removes others; add it"
    if posts.get("from") == "pages" and "body" not in posts:
        yield ("from",), "is pages, which needs posts.body; add it, e.g. body: .post-content"
    if posts.get("from") == "source" and "pages" in posts:
        yield ("from",), "is source, but posts.pages makes posts that have none; remove it"
    for key in ("body", "from"):
        if key in posts and "feed" in posts:
            yield (key,), "cannot be used with posts.feed, which has the bodies; remove it"


def _check_selectors(
    key: str, written: Sequence[str | None]
) -> Iterator[tuple[yaml_document.Key, str]]:
    from publisher.text import selectors  # noqa: PLC0415 - imports lxml, at every start

    if len(written) > selectors.MAX_SELECTORS:
        yield (key,), f"has more than {selectors.MAX_SELECTORS} selectors; remove some"
        return
    for index, selector in enumerate(written):
        try:
            selectors.xpath(selector or "*")
        except selectors.BadSelector as error:
            yield (key, index), f"is {selector!r}, which {error}"


def _check_permalink(template: str) -> Iterator[tuple[yaml_document.Key, str]]:
    if template in permalinks.STYLES:
        return
    unknown = permalinks.unknown_placeholders(template)
    is_unique = any(f":{name}" in template for name in ("title", "slug", "name", "path"))
    # A misspelt placeholder may be the one that makes the URLs differ.
    if not is_unique and not unknown:
        yield ("permalink",), f"is {template!r}: all posts have the same URL; add :title"
    if not template.startswith("/"):
        styles = ", ".join(permalinks.STYLES)
        yield ("permalink",), f"is {template!r}: start it with a slash, or use one of {styles}"
    for name in unknown:
        hint = near(name, permalinks.PLACEHOLDERS)
        yield ("permalink",), f"has :{name}, which has no value{hint}"


def _check_selection(only: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    yield from _check_languages(only)
    yield from _check_globs("paths", only)


def _check_languages(section: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    for index, language in enumerate(section.get("languages", ())):
        if language and not is_language(language):
            yield ("languages", index), _language_problem(language)


def _language_problem(language: str) -> str:
    hyphenated = language.replace("_", "-")
    hint = question(hyphenated) if is_language(hyphenated) else ""
    return f"is {language!r}; it must be a BCP 47 tag, e.g. en or pt-BR{hint}"


def _email_problem(email: str) -> str:
    return f"is {email!r}; it must be an email address, e.g. ada@blog.example"


def _check_globs(
    key: str,
    section: dict[str, Any],
    *,
    below: str = "the folder of the posts",
    example: str = "notes/* for one level, notes/** for all levels",
) -> Iterator[tuple[yaml_document.Key, str]]:
    for index, path in enumerate(section.get(key, ())):
        if path and not {"", ".", ".."}.isdisjoint(path.split("/")):
            message = f"is {path!r}, which matches no post; it must be a path below {below}"
            yield (key, index), f"{message}, e.g. {example}"


def _check_feed(feed: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    placeholders = PLACEHOLDER.findall(str(feed.get("path", "")))
    own = [name for name in placeholders if name in VALUE_PLACEHOLDERS]
    yield from _check_url(feed, own)
    for key in ("title", "description"):
        for name in {*PLACEHOLDER.findall(feed.get(key, ""))} & {*VALUE_PLACEHOLDERS} - {*own}:
            yield (key,), f"has {{{name}}}, which has no value: it is not in the path of the feed"
    if len({*feed.get("enclosures", ())}) < len(feed.get("enclosures", ())):
        yield ("enclosures",), "names a codec twice; remove one"
    if "archive" in feed:
        yield from _check_archive(feed, own)
    if feed.get("content_type") == "html" and feed.get("format", "atom") != "atom":
        yield ("content_type",), "needs format: atom; the other formats always contain HTML"
    if "podcast" in feed and feed.get("format", "rss") != "rss":
        yield ("podcast",), "needs format: rss; podcast apps read no other format"


def _check_url(feed: dict[str, Any], own: Sequence[str]) -> Iterator[tuple[yaml_document.Key, str]]:
    """`own` are the placeholders of the path."""
    url = feed.get("url", EXAMPLE_URL)
    if not is_web_url(url):
        yield ("url",), f"is {url!r}; it must be absolute, e.g. https://blog.example/feed.atom"
    if len(own) > 1:
        yield ("path",), f"has {len(own)} placeholders; use one of {_braced(VALUE_PLACEHOLDERS)}"
        return
    yield from _check_placeholders("path", url, known=VALUE_PLACEHOLDERS)
    if own and not PLACEHOLDER.search(url):
        yield ("url",), f"is {url!r}, the same for several feeds; add {{{own[0]}}}"
    for name in {*PLACEHOLDER.findall(url)} & {*VALUE_PLACEHOLDERS} - {*own}:
        yield ("url",), f"has {{{name}}}, which has no value: it is not in the path of the feed"


def _check_placeholders(
    key: str, text: str, *, known: Sequence[str]
) -> Iterator[tuple[yaml_document.Key, str]]:
    names = PLACEHOLDER.findall(text)
    for name in names:
        if name not in known:
            yield (key,), f"has {{{name}}}, which has no value; use one of {_braced(known)}"
    if len(names) > 1:
        yield (key,), f"has {len(names)} placeholders; use one of {_braced(known)}, once"
    if re.search("[{}]", PLACEHOLDER.sub("", text)):
        yield (key,), f"is {text!r}: braces are for a placeholder, one of {_braced(known)}"


def _check_archive(
    feed: dict[str, Any], own: Sequence[str]
) -> Iterator[tuple[yaml_document.Key, str]]:
    names = PLACEHOLDER.findall(str(feed["archive"]))
    if "year" not in names:
        yield ("archive",), "has no {year}; give e.g. archive/{year}.atom or {year}/{month}.atom"
    for name in own:
        if name not in names:
            yield ("archive",), f"is the same for several feeds; add {{{name}}}"
    for name in {*names} & {*VALUE_PLACEHOLDERS} - {*own}:
        known = _braced([*PERIOD_PLACEHOLDERS, *own])
        yield ("archive",), f"has {{{name}}}, which has no value; use {known}"
    if feed.get("limit") == "all":
        yield ("archive",), "stays empty with limit: all; remove one of the two"


def _check_page(page: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    if "url" in page and not is_web_url(page["url"]):
        yield ("url",), f"is {page['url']!r}; it must be absolute, e.g. https://blog.example/feeds/"


def _check_podcast(podcast: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    image = podcast.get("image", "/cover.png")
    if not _is_picture_url(image) or not urlsplit(image).path.lower().endswith((".png", ".jpg")):
        example = "/media/cover.jpg: podcast apps show no other format"
        yield ("image",), f"is {image!r}; it must be a .jpg or .png file, e.g. {example}"
    for category in podcast.get("categories", ()):
        if category.count(">") > 1:
            example = "Music > Music History"
            yield ("categories",), f"has {category!r}; two levels are allowed, e.g. {example}"
    if "email" in podcast and not _MAIL.fullmatch(podcast["email"]):
        yield ("email",), _email_problem(podcast["email"])


def _check_node(node: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    service = node.get("service", "pubsub.example.org")
    local, at, domain = service.rpartition("@")
    if not _DOMAIN.fullmatch(domain) or (at and not _LOCAL.fullmatch(local)):
        example = "pubsub.example.org"
        yield ("service",), f"is {service!r}; it must be a JID without a resource, e.g. {example}"
    for option, value in node.get("options", {}).items():
        if problem := _field_problem(field_name(option), value):
            yield ("options", option), problem
    if "node" in node:
        yield from _check_placeholders("node", node["node"], known=VALUE_PLACEHOLDERS)
    if node.get("prune") == "all" and not node.get("exclusive"):
        yield (
            ("prune",),
            "is all, which retracts items that others published, too; "
            "add exclusive: true if nobody else publishes there",
        )


def _field_problem(name: str, value: str) -> str:
    """What is wrong with a field of a node's configuration; empty if nothing is.

    A service may offer fields that are not registered, so an unknown name is only a problem here if
    it looks like a misspelt one.
    """
    if name in NODE_KEYS or name in _KEYS_OF_NODES:
        return f"has a key of its own: write `{name}: ...` beside `options`"
    if name not in NODE_FIELDS:
        meant = _misspelt(name)
        place = "; write it beside `options`" if meant in NODE_KEYS else ""
        return f"is no registered field{question(meant)}{place}" if meant else ""
    if name == "persist_items" and value in {"0", "false"}:
        return "is off; remove it: a node must keep its items"
    known = NODE_FIELDS[name]
    if known and value not in known:
        return f"is {value!r}{near(value, known)}"
    if name in NUMBER_FIELDS and not _is_number(value, or_max=name in NUMBER_FIELDS[:2]):
        return f"is {value!r}; it must be a whole number, 0 or more" + (
            ", or max" if name in NUMBER_FIELDS[:2] else ""
        )
    return ""


# The keys of a node's section that are not fields of its configuration at the service.
_KEYS_OF_NODES = frozenset(NodeConfig.__struct_fields__) - NODE_FIELDS.keys()


def _misspelt(name: str) -> str:
    """The registered field that the author may have meant; empty if none is close."""
    # Servers have fields of their own, so a name must be very close: the name of Openfire's
    # `send_item_subscribe` is not a misspelt `subscribe`.
    plain = name.lower().replace("-", "_").replace(" ", "_").removeprefix("pubsub_")
    close = difflib.get_close_matches(plain, NODE_FIELDS, n=1, cutoff=_CLOSE)
    return close[0] if close else ""


_CLOSE = 0.8


def _is_number(value: str, *, or_max: bool) -> bool:
    return (value.isascii() and value.isdecimal()) or (or_max and value == "max")


def _check_xmpp(xmpp: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    jid = xmpp.get("jid", "blog@example.org")
    local, _, domain = jid.partition("@")
    if not (_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        yield ("jid",), f"is {jid!r}; it must be a bare JID, e.g. blog@example.org"
    if sum(name in xmpp for name in PASSWORDS) != 1:
        yield (
            (),
            "needs exactly one of password_env, password_file and password_command; "
            "e.g. password_env: PUBLISHER_PASSWORD",
        )
    if "password_env" in xmpp and not _VARIABLE.fullmatch(xmpp["password_env"]):
        # The value is not repeated, because it may be the password itself.
        yield (
            ("password_env",),
            "is not the name of an environment variable, e.g. PUBLISHER_PASSWORD; to keep the "
            "password in a file instead, set password_file to its path",
        )
    yield from _check_command(xmpp.get("password_command"))
    if "port" in xmpp and "host" not in xmpp:
        yield ("port",), "needs a host, too; without one the port comes from DNS"
    if xmpp.get("nodes") == ():
        yield ("nodes",), f"is empty; add e.g. {EXAMPLES['xmpp.nodes']}"
    nodes = xmpp.get("nodes", ())
    for index, node in enumerate(nodes):
        if message := _clash(node, nodes[:index]):
            yield ("nodes", index), message


# What a shell does not pass to the program as it is. `&` and `;` within a word may be part of a
# URL.
_SHELL = re.compile(
    r"[|<>`]|&&|&(?=\s|$)|(?<!\S)&|;(?=\s|$)|(?<!\S);|\$(?=[A-Za-z_({])|(?<!\S)\$(?=\S)"
)
_QUOTED = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\.""", re.DOTALL)


def _check_command(command: str | None) -> Iterator[tuple[yaml_document.Key, str]]:
    """Problems of a command line that names no program."""
    try:
        words = ["none"] if command is None else shlex.split(command)
    except ValueError:
        yield ("password_command",), f"is {command!r}; a quote in it is not closed"
    else:
        if not "".join(words[:1]).strip():
            yield (
                ("password_command",),
                f"is {command!r}; it must be a command, e.g. pass show xmpp/blog",
            )
        elif command and (found := _SHELL.search(_QUOTED.sub("", command))):
            # The command is not repeated, because the password may be part of it.
            yield (
                ("password_command",),
                f"has {found[0].strip()}, but it is not run by a shell; write it as sh -c '...', "
                "or put a word that has this character in quotes",
            )


def _clash(node: NodeConfig | None, others: Iterable[NodeConfig | None]) -> str | None:
    """The problem if the entry can name the same node as another entry, of any account."""
    for other in others:
        if node is None or other is None or node.service != other.service:
            continue
        if node.node == other.node:
            return "names the same node as another entry; remove one"
        if _overlap(node, other):
            return (
                f"may name the same node as {other.node}; "
                "begin each pattern differently, e.g. tag/{tag}"
            )
    return None


def _overlap(first: NodeConfig, second: NodeConfig) -> bool:
    """Whether values of placeholders exist for which both entries name the same node."""
    if first.pattern is None or second.pattern is None:
        return first.value_in(second.node) is not None or second.value_in(first.node) is not None
    (head, _, tail), (head_2, _, tail_2) = first.pattern, second.pattern
    heads, tails = sorted([head, head_2], key=len), sorted([tail, tail_2], key=len)
    return heads[1].startswith(heads[0]) and tails[1].endswith(tails[0])


def _check_config(config: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    yield from files.clashes(config)
    posts = config.get("posts")
    yield from _check_output(config.get("site"), posts)
    is_partial = posts is not None and posts.feed and not posts.complete
    known: list[NodeConfig] = []
    for number, account in enumerate(config.get("xmpp", ())):
        nodes = account.nodes if account else ()
        for index, node in enumerate(nodes):
            if message := _clash(node, known):
                yield ("xmpp", number, "nodes", index), message
            if is_partial and node and node.pruning != "own":
                where = ("xmpp", number, "nodes", index, "prune" if node.prune else "exclusive")
                message = "retracts the posts that drop out of the feed; if the feed has all posts"
                yield where, f"{message}, set posts.complete: true"
        known += nodes


def _check_output(
    site: Site | None, posts: Posts | None
) -> Iterator[tuple[yaml_document.Key, str]]:
    """Check that the folder of the built site is known where a key needs it."""
    if site is None or posts is None:
        return
    if site.output and posts.feed:
        yield ("site", "output"), "cannot be used with posts.feed, which has the links; remove it"
    for key in ("body", "pages"):
        if getattr(posts, key) and not site.output and not posts.feed:
            message = "needs site.output, the folder into which the site is built; add e.g."
            yield ("posts", key), f"{message} site: {{output: _site}}"


_CHECKS: dict[type[Struct], Callable[[dict[str, Any]], Iterator[tuple[yaml_document.Key, str]]]] = {
    Person: _check_person,
    Site: _check_site,
    Posts: _check_posts,
    Selection: _check_selection,
    FeedFile: _check_feed,
    PageFile: _check_page,
    Podcast: _check_podcast,
    NodeConfig: _check_node,
    Xmpp: _check_xmpp,
    Config: _check_config,
}


def is_language(text: str) -> bool:
    """Whether the text has the form of a BCP 47 tag (RFC 5646)."""
    return _LANGUAGE.fullmatch(text) is not None


def is_iri(text: str) -> bool:
    """Whether the text is an absolute IRI (RFC 3987)."""
    return _IRI.fullmatch(text) is not None


def is_person_uri(text: str) -> bool:
    """Whether the URI of a person is safe to link: never `javascript:` or `data:`."""
    return is_iri(text) and text.partition(":")[0].lower() in PERSON_SCHEMES


def is_url(text: str) -> bool:
    """Whether the text is an http or https URL, and not the path of a file."""
    return text.startswith(("http://", "https://"))


def is_web_url(url: str) -> bool:
    """Whether the text is a valid http or https URL without user name and password."""
    try:
        parts = urlsplit(url)
        is_valid_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and is_valid_port
        and "@" not in parts.netloc
        and not re.search(r"\s", url)
    )


def _is_picture_url(written: str) -> bool:
    """Whether the text is a path on the site, or a URL."""
    return is_web_url(written) if ":" in written else not re.search(r"\s", written)


def _braced(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def unknown_key(kind: type[Struct], name: str, known: Collection[str]) -> str:
    """The problem with a key that a section of class `kind` does not have; it has the `known`."""
    is_close = bool(difflib.get_close_matches(name, known, n=1))
    field = field_name(name) if field_name(name) in NODE_FIELDS else _misspelt(field_name(name))
    if kind is NodeConfig and field and not is_close:
        return f"is an unknown key; write it below options: {{{field}: ...}}"
    return f"is an unknown key{near(name, known)}"


def near(name: str, known: Collection[str]) -> str:
    """The end of an error message: the name that the user may have meant, or all that exist."""
    return did_you_mean(name, known) or f"; use one of {', '.join(sorted(known))}"
