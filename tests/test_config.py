"""The configuration: what it accepts, and that it tells everything that is wrong at once."""

from __future__ import annotations

import datetime as dt
import re
import typing
from pathlib import Path

import pytest

from publisher import config, sources
from publisher.config import Engine, Person
from publisher.errors import ConfigError

EXAMPLE = Path(__file__).parent.parent / "config.example.yaml"
FOLDER = Path("/srv/blog")

SMALL = """\
site: {title: My blog, url: "https://blog.example"}
posts: {path: _posts}
feeds: [{path: feed.atom, format: atom}]
"""
XMPP = """\
xmpp:
  jid: blog@example.org
  password_env: SECRET
  nodes: [{service: pubsub.example.org, node: blog}]
"""


def parse(text: str) -> config.Config:
    return config.parse(text, FOLDER / "config.yaml")


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    title, *lines = str(caught.value).splitlines()
    assert title.startswith(f"{FOLDER}/config.yaml")
    return [line.removeprefix("  - ") for line in lines]


def test_the_example_can_be_loaded() -> None:
    example = config.load(EXAMPLE)
    assert example.xmpp is not None
    assert [feed.format for feed in example.feeds] == ["atom", "rss", "json"]


def test_the_example_shows_every_key() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    sections = [
        config.Config, config.Site, config.Person, config.Posts,
        config.FeedFile, config.Xmpp, config.NodeConfig,
    ]  # fmt: skip
    keys = {key for section in sections for key in section.__struct_fields__} - {"path"}
    assert {key for key in keys if not re.search(rf"^[# -]*{key}:", text, re.MULTILINE)} == set()


def test_the_smallest_has_defaults() -> None:
    small = parse(SMALL)
    assert small.posts.path == FOLDER / "_posts"
    assert small.posts.permalink == "date"
    assert small.feeds[0].path == FOLDER / "feed.atom"
    assert small.feeds[0].url == "https://blog.example/feed.atom"
    assert small.feeds[0].limit == 20
    assert small.site.timezone == "UTC"
    assert small.state == FOLDER / ".publisher"
    assert small.xmpp is None


def test_values_are_what_was_written() -> None:
    text = SMALL.replace("title: My blog", "title: 2012, language: no, since: 2008-01-01")
    site = parse(text).site
    assert (site.title, site.language, site.since) == ("2012", "no", dt.date(2008, 1, 1))


def test_paths_may_be_absolute_or_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert parse(SMALL.replace("_posts", "/var/posts")).posts.path == Path("/var/posts")
    assert parse(SMALL.replace("_posts", "~/posts")).posts.path == Path("/home/ada/posts")


def test_a_feed_has_an_address_of_its_own() -> None:
    text = SMALL.replace("format: atom", 'format: atom, limit: all, url: "https://f.example/a"')
    feed = parse(text).feeds[0]
    assert (feed.url, feed.limit) == ("https://f.example/a", "all")


def test_the_author_is_a_person() -> None:
    text = SMALL.replace("title: My blog", "title: My blog, author: {name: Ada, email: a@b.c}")
    assert parse(text).site.author == Person(name="Ada", email="a@b.c")


def test_feeds_may_be_absent_where_there_is_xmpp() -> None:
    text = SMALL.replace("feeds: [{path: feed.atom, format: atom}]\n", XMPP)
    assert parse(text).feeds == ()


def test_the_engines_are_those_that_can_read() -> None:
    assert set(typing.get_args(Engine)) == set(sources.ENGINES)


WRONG = {
    "site: {url: 'https://b.example'}": ["site.title is missing", "posts is missing"],
    SMALL.replace("title", "titel"): ["site.titel is not a key", "site.title is missing"],
    SMALL.replace("title: My blog", "title: [a]"): ["site.title is a list: give a text"],
    SMALL.replace('"https://blog.example"', "blog.example"): ["site.url is 'blog.example'"],
    SMALL.replace("My blog", "My blog, since: soon"): ["give a date, e.g. 2008-10-21"],
    SMALL.replace("My blog", "My blog, timezone: Mars"): ["site.timezone is 'Mars'"],
    SMALL.replace("My blog", "My blog, language: e"): ["site.language is 'e'"],
    SMALL.replace("My blog", "x, id_template: 'tag:{hots}:{id}'"): ["{hots}, which has no value"],
    SMALL.replace("My blog", "x, id_template: 'tag:{host}:x'"): ["gives all posts one id"],
    SMALL.replace("My blog", "x, id_template: '{id}'"): ["not an absolute IRI"],
    SMALL.replace("_posts", "p, permalink: blog"): ["start it with a slash"],
    SMALL.replace("_posts", "p, permalink: '/:yeer/'"): ["did you mean year?"],
    SMALL.replace("_posts", "p, engine: wordstar"): ["posts.engine is 'wordstar': give jekyll"],
    SMALL.replace("atom}", "atm}"): ["feeds[0].format is 'atm': give atom, rss, json"],
    SMALL.replace("atom}", "atom, limit: 0}"): ["feeds[0].limit is '0': give all or a number"],
    SMALL.replace("atom}", "atom, url: /feed}"): ["feeds[0].url is '/feed'"],
    SMALL.replace("}]", "}, {path: feed.atom, format: rss}]"): ["feeds[1] has the path of another"],
    SMALL.replace("[{path: feed.atom, format: atom}]", "[]"): ["there is nothing to do"],
    SMALL.replace("[{path: feed.atom, format: atom}]", "all"): ["feeds must be a list"],
    SMALL + XMPP.replace("blog@example.org", "blog"): ["xmpp.jid is 'blog'"],
    SMALL + XMPP.replace("blog@example.org", "a@b/c"): ["xmpp.jid is 'a@b/c'"],
    SMALL + XMPP.replace("  password_env: SECRET\n", ""): ["xmpp needs exactly one of"],
    SMALL + XMPP + "  password_command: pass\n": ["xmpp needs exactly one of"],
    SMALL + XMPP + "  port: 5222\n": ["xmpp.port needs a host"],
    SMALL + XMPP + "  host: h\n  port: 99999\n": ["give a number, at most 65535"],
    SMALL + XMPP + "  tls: never\n": ["xmpp.tls is 'never': give direct, starttls"],
    SMALL + XMPP.replace("[{service: pubsub.example.org, node: blog}]", "[]"): ["nodes is empty"],
    SMALL + XMPP.replace("node: blog", "node: blog, keep: -1"): ["keep is '-1': give a number"],
    SMALL + XMPP.replace("node: blog", "node: blog, options: {title: x}"): ["a key of its own"],
    SMALL + XMPP.replace("org, node", "org/x, node"): ["a JID without a resource"],
    SMALL
    + XMPP.replace(
        "[{service: pubsub.example.org, node: blog}]",
        "[{service: p.example, node: b}, {service: p.example, node: b}]",
    ): ["xmpp.nodes[1] names a node that another entry names"],
    SMALL.replace("My blog", '"a\\u0008b"'): ["a character that neither XML nor a path can"],
    SMALL.replace("https://blog.example", "http://[::1"): ["site.url is 'http://[::1'"],
    SMALL.replace("https://blog.example", "https://u:p@x"): ["site.url is 'https://u:p@x'"],
    SMALL.replace("https://blog.example", "https://x:99999"): ["site.url is 'https://x:99999'"],
    SMALL.replace("My blog", "x, id_template: 'tag:{id}{'"): ["not an absolute IRI"],
    SMALL.replace("My blog", "x, id_template: 'tag:{{id}}'"): ["not an absolute IRI"],
    SMALL.replace("My blog", "x, id_template: 'tag: {id}'"): ["not an absolute IRI"],
    SMALL.replace("My blog", "x, author: {name: A, uri: 'javascript:x'}"): ["site.author.uri is"],
    SMALL.replace("My blog", "x, author: {name: A, email: no mail}"): ["site.author.email is"],
    SMALL.replace("_posts", "~nosuchuser/x"): ["there is no such user"],
    SMALL.replace("_posts", "p, permalink: /fixed/"): ["all posts share one address"],
    SMALL.replace("feed.atom", "config.yaml"): ["feeds[0].path is this file itself"],
    SMALL.replace("}]", "}, {path: x/../feed.atom, format: rss}]"): ["feeds[1] has the path of"],
    SMALL + XMPP.replace("blog@example.org", "a b@example.org"): ["xmpp.jid is 'a b@example.org'"],
    SMALL + XMPP.replace("blog@example.org", "a@-..-"): ["xmpp.jid is 'a@-..-'"],
    SMALL + XMPP.replace("blog@example.org", "o'neill@b"): ["xmpp.jid is"],
    SMALL + XMPP.replace("node: blog", 'node: "x\\u0001"'): ["nodes[0].node is"],
    SMALL + "posts: {path: x}\n": ["posts is given twice"],
    "": ["the file is empty"],
}


@pytest.mark.parametrize(("text", "expected"), WRONG.items())
def test_what_is_wrong_is_said(text: str, expected: list[str]) -> None:
    found = problems(text)
    for part in expected:
        assert any(part in problem for problem in found), found


def test_everything_is_said_at_once_with_its_line() -> None:
    found = problems(
        "site:\n  titel: My blog\n  url: nowhere\n  timezone: Mars\n"
        "posts: {path: [x]}\nfeeds:\n  - {path: a, format: atm}\nxmpp:\n  jid: x\n  nodes: []\n"
    )
    lines = [int(re.match(r"line (\d+): ", problem)[1]) for problem in found]  # type: ignore[index]
    assert lines == sorted(lines)
    assert set(lines) == {1, 2, 3, 4, 5, 7, 8, 9, 10}


def test_what_is_not_yaml_is_said_with_its_line() -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml:2: not YAML"):
        parse("site: {}\nposts: a: b\n")


def test_a_missing_file_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="publisher init"):
        config.load(tmp_path / "config.yaml")


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path / "config.yaml")
