"""The configuration: what it accepts, and that it tells everything that is wrong at once."""

from __future__ import annotations

import datetime as dt
import re
import typing
from pathlib import Path

import pytest

from publisher import config
from publisher.config import Engine, NodeConfig, Person, Selection
from publisher.errors import ConfigError
from publisher.sources.engines import RECORDS
from tests.support import ROOT

EXAMPLE = ROOT / "config.example.yaml"
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
    return config.parse(text, FOLDER / "publisher.yaml")


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    title, *lines = str(caught.value).splitlines()
    assert title.startswith(f"{FOLDER}/publisher.yaml")
    return [line.removeprefix("  - ") for line in lines]


def test_the_example_can_be_loaded() -> None:
    example = config.load(EXAMPLE)
    assert [xmpp.jid for xmpp in example.xmpp] == ["blog@example.org"]
    assert [feed.format for feed in example.feeds] == ["atom", "json", "rss"]


def test_the_example_shows_every_key() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    sections = [
        config.Config, config.Site, config.Person, config.Posts,
        config.Selection, config.FeedFile, config.Xmpp, config.NodeConfig,
    ]  # fmt: skip
    keys = {key for section in sections for key in section.__struct_fields__} - {"path"}
    assert {key for key in keys if not re.search(rf"^[# -]*{key}:", text, re.MULTILINE)} == set()


def test_the_smallest_has_defaults() -> None:
    small = parse(SMALL)
    assert small.posts.path == FOLDER / "_posts"
    assert small.posts.permalink is None
    assert small.feeds[0].path == FOLDER / "feed.atom"
    assert small.feeds[0].url == "https://blog.example/feed.atom"
    assert small.feeds[0].limit == 20
    assert small.site.timezone == "UTC"
    assert small.state == FOLDER / ".publisher"
    assert small.xmpp == ()
    assert small.feeds[0].only is None


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
    assert parse(text.replace("{name: Ada, email: a@b.c}", "Ada")).site.author == Person(name="Ada")


def test_feeds_may_be_absent_where_there_is_xmpp() -> None:
    text = SMALL.replace("feeds: [{path: feed.atom, format: atom}]\n", XMPP)
    assert parse(text).feeds == ()


def node(more: str = "", name: str = "blog") -> NodeConfig:
    """The one node of a configuration that says `more` of it."""
    text = SMALL + XMPP.replace("node: blog", f"node: {name}{more}")
    ((found,),) = (xmpp.nodes for xmpp in parse(text).xmpp)
    return found


def test_a_node_that_says_little_has_defaults() -> None:
    small = node()
    assert (small.only, small.since, small.announce_limit) == (None, None, 10)
    assert (small.edits, small.pruning, small.exclusive) == ("push", "own", False)
    assert (small.access, small.named, small.pattern) == ("open", frozenset(), None)


def test_a_node_is_what_was_written() -> None:
    more = ", since: 2020-02-29, announce_limit: 0, edits: ignore, prune: site, exclusive: TRUE"
    found = node(more)
    assert (found.since, found.announce_limit, found.edits) == (dt.date(2020, 2, 29), 0, "ignore")
    assert (found.pruning, found.exclusive) == ("site", True)


def test_where_nobody_else_writes_everything_is_pruned() -> None:
    assert node(", exclusive: true").pruning == "all"
    assert node(", exclusive: true, prune: own").pruning == "own"
    assert node(", exclusive: true, prune: all").pruning == "all"
    assert node(", exclusive: false").pruning == "own"


def test_a_node_knows_which_fields_its_owner_named() -> None:
    assert node(", title: T").named == {"title"}
    assert node(", access_model: open, description: D").named == {"access_model", "description"}
    assert node(", options: {'pubsub#max_items': 7, itemreply: owner}, keep: 3").named == {
        "max_items",
        "itemreply",
    }
    assert node(", access_model: whitelist").access == "whitelist"


def test_a_node_may_be_a_pattern() -> None:
    pattern = node(name='"tag/{tag}/posts"')
    assert pattern.pattern == ("tag/", "tag", "/posts")
    assert pattern.value_in("tag/xmpp/posts") == "xmpp"
    for other in ("tag//posts", "tag/posts", "xmpp", "tag/xmpp", "x/tag/xmpp/posts"):
        assert pattern.value_in(other) is None
    assert node().value_in("blog") is None


def test_one_value_stands_for_a_list_of_one() -> None:
    only = "only: {tags: xmpp, languages: [en, de-AT], paths: notes/**}"
    feed = parse(SMALL.replace("format: atom", f"format: atom, {only}")).feeds[0]
    assert feed.only == Selection(tags=("xmpp",), languages=("en", "de-AT"), paths=("notes/**",))
    assert node(f", {only}").only == feed.only


def test_one_section_stands_for_a_list_of_one() -> None:
    several = parse(SMALL + XMPP)
    text = SMALL.replace("[{path: feed.atom, format: atom}]", "{path: feed.atom, format: atom}")
    one = parse(text + XMPP.replace("[{", "{").replace("}]", "}"))
    assert one == several
    assert [feed.url for feed in one.feeds] == ["https://blog.example/feed.atom"]


SECOND = {"blog@example.org": "ada@example.org", "pubsub.": "other."}


def accounts(*replacements: dict[str, str]) -> str:
    """A configuration of as many accounts, each like the first but for what is replaced."""
    text = SMALL + "xmpp:\n"
    for replaced in replacements:
        section = XMPP.partition("\n")[2]
        for old, new in replaced.items():
            assert old in section
            section = section.replace(old, new)
        text += "  - " + section.strip().replace("\n", "\n  ") + "\n"
    return text


def test_there_may_be_several_accounts() -> None:
    found = parse(accounts({}, SECOND)).xmpp
    assert [xmpp.jid for xmpp in found] == ["blog@example.org", "ada@example.org"]
    assert [xmpp.nodes[0].service for xmpp in found] == ["pubsub.example.org", "other.example.org"]


def test_what_is_wrong_in_a_list_has_a_number_and_what_stands_alone_has_none() -> None:
    assert problems(accounts({}, {**SECOND, "node: blog": "nod: blog"})) == [
        "line 10: xmpp[1].nodes[0].nod is not a key that is known here; did you mean node?",
        "line 10: xmpp[1].nodes[0].node is missing; add e.g. node: blog",
    ]
    assert problems(accounts({}, {**SECOND, "blog@example.org": "nobody"})) == [
        "line 8: xmpp[1].jid is 'nobody': give a bare JID, e.g. blog@example.org"
    ]
    alone = SMALL.replace(
        "[{path: feed.atom, format: atom}]", "{path: publisher.yaml, format: atom}"
    )
    assert problems(alone + XMPP.replace("blog@example.org", "nobody")) == [
        "line 3: feeds.path is this file itself; name another",
        "line 5: xmpp.jid is 'nobody': give a bare JID, e.g. blog@example.org",
    ]
    selection = (
        "feeds:\n  path: f\n  format: atom\n  only:\n    languages:\n      - en\n      - e\n"
    )
    assert problems(SMALL.replace("feeds: [{path: feed.atom, format: atom}]\n", selection)) == [
        "line 9: feeds.only.languages[1] is 'e': give a tag as of BCP 47, e.g. en or pt-BR"
    ]
    assert problems(SMALL.replace("atom}", "atom, only: {languages: e}}")) == [
        "line 3: feeds[0].only.languages is 'e': give a tag as of BCP 47, e.g. en or pt-BR"
    ]


def test_an_empty_selection_is_said_with_its_line() -> None:
    for empty in ("", " {}", " {tags: }"):
        text = SMALL.replace("feeds: [{path: feed.atom, format: atom}]", "feeds:\n- path: f")
        assert problems(f"{text}  format: atom\n  only:{empty}\n") == [
            "line 6: feeds[0].only is empty; give e.g. only: {tags: [xmpp]}, or remove it"
        ]


NODES = [
    (["blog", "news"], None),
    (["blog", "blog"], "names a node that another entry names already"),
    (["tag/{tag}", "tag/{tag}"], "names a node that another entry names already"),
    (["blog", "tag/{tag}"], None),
    (["tag/{tag}", "tag/"], None),
    (["tag/{tag}", "tag/xmpp"], "may become the same node as tag/{tag}"),
    (["blog", "{tag}"], "may become the same node as blog"),
    (["tag/{tag}", "tag/{category}"], "may become the same node as tag/{tag}"),
    (["{language}-posts", "all-{tag}"], "may become the same node as {language}-posts"),
    (["tag/{tag}", "category/{category}"], None),
    (["{tag}/tag", "{language}/language"], None),
]


@pytest.mark.parametrize(("names", "expected"), NODES)
def test_two_entries_never_mean_one_node(names: list[str], expected: str | None) -> None:
    first, second = names
    within = SMALL + XMPP.replace(
        "node: blog", f'node: "{first}"}}, {{service: pubsub.example.org, node: "{second}"'
    )
    across = accounts(
        {"node: blog": f'node: "{first}"'},
        {"blog@": "ada@", "node: blog": f'node: "{second}"'},
    )
    elsewhere = accounts(
        {"node: blog": f'node: "{first}"'}, {**SECOND, "node: blog": f'node: "{second}"'}
    )
    assert len(parse(elsewhere).xmpp) == 2
    if expected is None:
        assert len(parse(within).xmpp[0].nodes) == len(parse(across).xmpp) == 2
    else:
        for text, key in ((within, "xmpp.nodes[1]"), (across, "xmpp[1].nodes[0]")):
            (problem,) = problems(text)
            assert f" {key} {expected}" in problem


def test_the_engines_are_those_that_can_read() -> None:
    assert set(typing.get_args(Engine)) == set(RECORDS)


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
    SMALL.replace("My blog", "x, id: feed"): ["site.id is 'feed': give an absolute IRI"],
    SMALL.replace("My blog", "x, id: 'tag:a.example,2020:b#c'"): ["an absolute IRI without #"],
    SMALL.replace("_posts", "p, permalink: blog"): ["start it with a slash"],
    SMALL.replace("_posts", "p, permalink: '/:yeer/'"): ["did you mean year?"],
    SMALL.replace("_posts", "p, engine: wordstar"): [
        "posts.engine is 'wordstar': give jekyll, hugo"
    ],
    SMALL.replace("atom}", "atm}"): ["feeds[0].format is 'atm': give atom, rss, json"],
    SMALL.replace("atom}", "atom, limit: 0}"): ["feeds[0].limit is '0': give all or a number"],
    SMALL.replace("atom}", "atom, url: /feed}"): ["feeds[0].url is '/feed'"],
    SMALL.replace("}]", "}, {path: feed.atom, format: rss}]"): [
        "feeds[1].path is the path of another file"
    ],
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
    SMALL + XMPP.replace("node: blog", "node: blog, options: {persist_items: 0}"): [
        "options.persist_items is off: a node that keeps no items"
    ],
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
    SMALL.replace("My blog", "x, author: [A]"): ["site.author must be a section", "author: Ada"],
    SMALL.replace("My blog", "x, author: {name: A, email: no mail}"): ["site.author.email is"],
    SMALL.replace("_posts", "~nosuchuser/x"): ["there is no such user"],
    SMALL.replace("_posts", "p, permalink: /fixed/"): ["all posts share one address"],
    SMALL.replace("feed.atom", "publisher.yaml"): ["feeds[0].path is this file itself"],
    SMALL.replace("}]", "}, {path: x/../feed.atom, format: rss}]"): [
        "feeds[1].path is the path of another file"
    ],
    SMALL + XMPP.replace("blog@example.org", "a b@example.org"): ["xmpp.jid is 'a b@example.org'"],
    SMALL + XMPP.replace("blog@example.org", "a@-..-"): ["xmpp.jid is 'a@-..-'"],
    SMALL + XMPP.replace("blog@example.org", "o'neill@b"): ["xmpp.jid is"],
    SMALL + XMPP.replace("node: blog", 'node: "x\\u0001"'): ["nodes[0].node is"],
    SMALL + XMPP.replace("node: blog", "node: blog, exclusive: yes"): [
        "exclusive is 'yes': give true or false"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, exclusive: on"): [
        "exclusive is 'on': give true or false"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, prune: all"): ["add exclusive: true if nobody"],
    SMALL + XMPP.replace("node: blog", "node: blog, prune: mine"): ["give own, site, all"],
    SMALL + XMPP.replace("node: blog", "node: blog, edits: no"): ["give push, ignore"],
    SMALL + XMPP.replace("node: blog", "node: blog, announce_limit: -1"): ["a number, 0 or more"],
    SMALL + XMPP.replace("node: blog", "node: blog, since: soon"): ["give a date, e.g. 2008-10-21"],
    SMALL + XMPP.replace("node: blog", "node: '{tga}'"): [
        "node has {tga}, which has no value; use one of {tag}, {category}, {language}"
    ],
    SMALL + XMPP.replace("node: blog", "node: '{tag}-{language}'"): ["node has 2 placeholders"],
    SMALL + XMPP.replace("node: blog", "node: '{tag}-{tag}'"): ["node has 2 placeholders"],
    SMALL + XMPP.replace("node: blog", "node: 'blog{'"): ["braces are for a placeholder"],
    SMALL + XMPP.replace("node: blog", "node: '{{tag}}'"): ["braces are for a placeholder"],
    SMALL + XMPP.replace("node: blog", "node: blog, options: {'pubsub#title': x}"): [
        "options.pubsub#title has a key of its own: write title: beside"
    ],
    SMALL.replace("atom}", "atom, only: {tag: x}}"): ["only.tag is not a key", "mean tags?"],
    SMALL.replace("atom}", "atom, only: xmpp}"): ["only must be a section", "{tags: [xmpp]}"],
    SMALL.replace("atom}", "atom, only: {tags: []}}"): ["only.tags is empty; give at least one"],
    SMALL.replace("atom}", "atom, only: {tags: ['']}}"): ["only.tags[0] is ''"],
    SMALL.replace("atom}", "atom, only: {tags: [a, ~]}}"): ["only.tags[1] is empty: give a text"],
    SMALL.replace("atom}", "atom, only: {tags: {a: b}}}"): ["only.tags must be a list"],
    SMALL.replace("atom}", "atom, only: {languages: en_GB}}"): ["only.languages is 'en_GB'"],
    SMALL.replace("atom}", "atom, only: {paths: [a, /b]}}"): ["only.paths[1] is '/b': no post"],
    SMALL.replace("atom}", "atom, only: {paths: ../b}}"): ["only.paths is '../b': no post"],
    SMALL.replace("atom}", "atom, only: {paths: notes/}}"): ["only.paths is 'notes/': no post"],
    SMALL + "xmpp: blog@example.org\n": ["xmpp must be a list of sections"],
    SMALL + "xmpp: [blog@example.org]\n": ["xmpp[0] must be a section of keys"],
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
    with pytest.raises(ConfigError, match=r"publisher\.yaml:2: not YAML"):
        parse("site: {}\nposts: a: b\n")


def test_a_missing_file_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="publisher init"):
        config.load(tmp_path / "publisher.yaml")


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "publisher.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path / "publisher.yaml")


@pytest.mark.parametrize(
    ("path", "engine", "address"),
    [
        ("feed.atom", "jekyll", "feed.atom"),
        ("_site/feed.atom", "jekyll", "feed.atom"),
        ("./_site/a/feed.atom", "eleventy", "a/feed.atom"),
        ("public/feed.atom", "hugo", "feed.atom"),
        ("public/feed.atom", "hexo", "feed.atom"),
        ("output/feed.atom", "pelican", "feed.atom"),
        ("public/feed.atom", "jekyll", "public/feed.atom"),
        ("_site/feed.atom", "plain", "_site/feed.atom"),
    ],
)
def test_a_feed_in_the_folder_of_the_finished_site_is_at_its_root(
    path: str, engine: str, address: str
) -> None:
    text = SMALL.replace("feed.atom", path).replace("_posts", f"_posts, engine: {engine}")
    assert engine in text
    assert (
        config.parse(text, FOLDER / "publisher.yaml").feeds[0].url
        == f"https://blog.example/{address}"
    )


@pytest.mark.parametrize("more", ["page: {path: x/../a.css}", "page: {path: publisher.yaml}"])
def test_no_file_is_in_the_way_of_another(more: str) -> None:
    with pytest.raises(ConfigError, match=r"is (the path of another file|this file itself)"):
        config.parse(f"{SMALL}stylesheet: a.css\n{more}\n", FOLDER / "publisher.yaml")
