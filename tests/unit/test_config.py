"""The configuration: what it accepts, and that it reports all problems at once."""

from __future__ import annotations

import datetime as dt
import re
import typing
from pathlib import Path

import pytest
from msgspec.structs import fields

from publisher import config
from publisher.config import Engine, NodeConfig, Person, Selection
from publisher.errors import ConfigError
from publisher.sources.engines import RECORDS
from tests.support import ROOT

if typing.TYPE_CHECKING:
    from msgspec import Struct

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


def test_the_example_has_every_key() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    sections: list[type[Struct]] = [
        config.Config, config.Site, config.Person, config.Posts,
        config.Selection, config.FeedFile, config.Xmpp, config.NodeConfig,
    ]  # fmt: skip
    keys = {field.encode_name for section in sections for field in fields(section)} - {"path"}
    assert {key for key in keys if not re.search(rf"^[# -]*{key}:", text, re.MULTILINE)} == set()


def test_the_smallest_configuration_has_defaults() -> None:
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


def test_values_stay_as_the_user_wrote_them() -> None:
    text = SMALL.replace("title: My blog", "title: 2012, language: no, since: 2008-01-01")
    site = parse(text).site
    assert (site.title, site.language, site.since) == ("2012", "no", dt.date(2008, 1, 1))


def test_paths_may_be_absolute_or_start_from_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert parse(SMALL.replace("_posts", "/var/posts")).posts.path == Path("/var/posts")
    assert parse(SMALL.replace("_posts", "~/posts")).posts.path == Path("/home/ada/posts")


def test_a_feed_may_have_its_own_url() -> None:
    text = SMALL.replace("format: atom", 'format: atom, limit: all, url: "https://f.example/a"')
    feed = parse(text).feeds[0]
    assert (feed.url, feed.limit) == ("https://f.example/a", "all")


def test_the_author_is_a_person() -> None:
    text = SMALL.replace("title: My blog", "title: My blog, author: {name: Ada, email: a@b.c}")
    assert parse(text).site.author == Person(name="Ada", email="a@b.c")
    assert parse(text.replace("{name: Ada, email: a@b.c}", "Ada")).site.author == Person(name="Ada")


def test_feeds_are_optional_with_xmpp() -> None:
    text = SMALL.replace("feeds: [{path: feed.atom, format: atom}]\n", XMPP)
    assert parse(text).feeds == ()


BUILT = SMALL.replace("title: My blog", "title: My blog, output: _site")


def built(posts: str, text: str = BUILT) -> config.Config:
    """The configuration with more keys of the section posts, for a site that was built."""
    return parse(text.replace("{path: _posts}", f"{{{posts}}}"))


def test_bodies_come_from_pages_if_it_is_known_where_they_are() -> None:
    small = parse(BUILT)
    assert small.site.output == FOLDER / "_site"
    assert not small.posts.from_pages
    posts = built("path: _posts, body: .text, drop: [nav, '#share']").posts
    assert (posts.body, posts.drop, posts.from_pages) == ((".text",), ("nav", "#share"), True)
    assert built("path: _posts, body: .text, from: pages").posts.from_pages
    assert built("path: _posts, body: .text, drop: []").posts.drop == ()
    assert built("path: _posts, drop: []").posts.drop == ()
    assert not built("path: _posts, body: .text, from: source").posts.from_pages


def test_posts_may_be_pages_of_the_site() -> None:
    posts = built('pages: "blog/*/index.html"').posts
    assert (posts.path, posts.pages) == (FOLDER / "_site", ("blog/*/index.html",))


@pytest.mark.parametrize(
    ("output", "file", "url"),
    [
        ("_site", "feed.atom", "feed.atom"),
        ("_site", "_site/feed.atom", "feed.atom"),
        ("build/site", "build/site/blog/feed.atom", "blog/feed.atom"),
        ("/srv/blog/build", "build/feed.atom", "feed.atom"),
        ("../www", "../www/feed.atom", "feed.atom"),
        ("/var/www", "/var/www/a b/feed.atom", "a%20b/feed.atom"),
        # The engine's own folder is no longer the root.
        ("build", "_site/feed.atom", "_site/feed.atom"),
        ("_site", "_site2/feed.atom", "_site2/feed.atom"),
    ],
)
def test_the_root_of_the_url_is_the_folder_of_the_built_site(
    output: str, file: str, url: str
) -> None:
    text = SMALL.replace("My blog", f"My blog, output: {output}").replace("feed.atom", file)
    assert parse(text).feeds[0].url == f"https://blog.example/{url}"


def test_problems_of_the_keys_for_built_pages_are_named() -> None:
    wrong = {
        'path: _posts, body: "a:hover"': "line 2: posts.body is 'a:hover', which is no CSS selector"
        " (a pseudo-class that never applies to a file)",
        "path: _posts, body: [article, 'p >']": "line 2: posts.body[1] is 'p >', which is no CSS",
        "path: _posts, body: article, drop: 'a::before'": "line 2: posts.drop is 'a::before', whi",
        "path: _posts, body: 'svg|rect'": "line 2: posts.body is 'svg|rect', which is no CSS sel",
        f"path: _posts, body: '{'a ' * 251}'": f"line 2: posts.body is '{'a ' * 251}', which has "
        "more than 500 characters; shorten it",
        f"path: _posts, body: [{'a, ' * 101}]": "line 2: posts.body has more than 100 selectors",
        "path: _posts, drop: nav": "line 2: posts.drop needs posts.body",
        "path: _posts, from: pages": "line 2: posts.from is pages, which needs posts.body; add it",
        "path: _posts, from: page": "line 2: posts.from is 'page'; it must be one of pages, source",
        "pages: '*.html', from: source": "line 2: posts.from is source, but posts.pages makes po",
        "pages: '../*.html'": "line 2: posts.pages is '../*.html', which matches no post; it must "
        "be a path below site.output, e.g. blog/*/index.html",
        'pages: "*.html", ids: {"blog/a/index.html": }': "line 2: posts.ids.blog/a/index.html is "
        "empty; write the id of that page, or remove it",
        'pages: "*.html", ids: {a.html: [x]}': "line 2: posts.ids.a.html is a list; it must be a t",
        'pages: "*.html", ids: [a.html]': "line 2: posts.ids is a list; it must be keys with val",
        "path: _posts, keys: {title: }": "line 2: posts.keys.title is empty; write the name of yo",
        "path: _posts, ids: {a.html: a-long-id}": "line 2: posts.ids needs posts.pages",
        "pages: ''": "line 2: posts.pages is empty; give at least one value, or remove it",
        "pages: '*.html', path: _posts": "line 2: posts.path cannot be used with posts.pages",
        "path: _posts, body: ": 'line 2: posts.body is empty; quote what begins with #, e.g. body: '
        '"#content"',
    }  # fmt: skip
    for posts, problem in wrong.items():
        (found,) = problems(BUILT.replace("path: _posts", posts))
        assert found.startswith(problem), found


def test_the_folder_of_the_built_site_is_needed_for_its_pages_and_of_no_use_beside_a_feed() -> None:
    needs = "needs site.output, the folder into which the site is built; add e.g. site: {output: _"
    for key in ("body: .text", "pages: blog/*.html"):
        text = SMALL.replace("path: _posts", key if "pages" in key else f"path: _posts, {key}")
        (found,) = problems(text)
        assert found.startswith(f"line 2: posts.{key.partition(':')[0]} {needs}")
    with_feed = BUILT.replace("path: _posts", "feed: other.atom, body: .text")
    assert problems(with_feed) == [
        "line 2: posts.body cannot be used with posts.feed, which has the bodies; remove it"
    ]
    assert problems(with_feed.replace(", body: .text", "")) == [
        "line 1: site.output cannot be used with posts.feed, which has the links; remove it"
    ]


def node(more: str = "", name: str = "blog") -> NodeConfig:
    """The node of a configuration with `more` settings of the node."""
    text = SMALL + XMPP.replace("node: blog", f"node: {name}{more}")
    (account,) = parse(text).xmpp
    (configured,) = account.nodes
    return configured


def test_a_minimal_node_has_defaults() -> None:
    small = node()
    assert (small.only, small.since, small.announce_limit) == (None, None, 10)
    assert (small.edits, small.pruning, small.exclusive) == ("push", "own", False)
    assert (small.access, small.named, small.pattern) == ("open", frozenset(), None)
    assert (small.content, small.alternatives) == ("full", "both")


def test_the_settings_of_a_node_are_read() -> None:
    more = ", since: 2020-02-29, announce_limit: 0, edits: ignore, prune: site, exclusive: TRUE"
    written = node(more)
    assert (written.since, written.announce_limit) == (dt.date(2020, 2, 29), 0)
    assert (written.edits, written.pruning, written.exclusive) == ("ignore", "site", True)
    written = node(", content: summary, alternatives: xhtml")
    assert (written.content, written.alternatives) == ("summary", "xhtml")


def test_an_exclusive_node_is_pruned_of_everything() -> None:
    assert node(", exclusive: true").pruning == "all"
    assert node(", exclusive: true, prune: own").pruning == "own"
    assert node(", exclusive: true, prune: all").pruning == "all"
    assert node(", exclusive: false").pruning == "own"


def test_a_node_knows_which_fields_its_owner_set() -> None:
    assert node(", title: T").named == {"title"}
    assert node(", access_model: open, description: D").named == {"access_model", "description"}
    assert node(", options: {'pubsub#max_items': 7, itemreply: owner}, keep: 3").named == {
        "max_items",
        "itemreply",
    }
    assert node(", access_model: whitelist").access == "whitelist"


def test_a_field_that_only_some_servers_have_is_no_misspelt_one() -> None:
    """Openfire's and Tigase's own fields; the service tells later whether it has them."""
    for name in ("send_item_subscribe", "subscription_required", "replyto", "embed_body_xslt"):
        assert node(f", options: {{{name}: x}}").named == {name}


def test_a_node_may_be_a_pattern() -> None:
    pattern = node(name='"tag/{tag}/posts"')
    assert pattern.pattern == ("tag/", "tag", "/posts")
    assert pattern.value_in("tag/xmpp/posts") == "xmpp"
    for other in ("tag//posts", "tag/posts", "xmpp", "tag/xmpp", "x/tag/xmpp/posts"):
        assert pattern.value_in(other) is None
    assert node().value_in("blog") is None


def test_a_single_value_is_a_list_of_one() -> None:
    only = "only: {tags: xmpp, languages: [en, de-AT], paths: notes/**}"
    feed = parse(SMALL.replace("format: atom", f"format: atom, {only}")).feeds[0]
    assert feed.only == Selection(tags=("xmpp",), languages=("en", "de-AT"), paths=("notes/**",))
    assert node(f", {only}").only == feed.only


@pytest.mark.parametrize(
    ("written", "excluded"),
    [
        ("exclude: drafts/*", ("drafts/*",)),
        ("exclude: [drafts, '*.tmp.md']", ("drafts", "*.tmp.md")),
        ("exclude: []", ()),
        ("engine: plain", None),
    ],
)
def test_no_exclusion_is_not_an_empty_one(written: str, excluded: tuple[str, ...] | None) -> None:
    text = SMALL.replace("posts: {", f"posts: {{{written}, ")
    assert parse(text).posts.exclude == excluded


def test_a_single_section_is_a_list_of_one() -> None:
    several = parse(SMALL + XMPP)
    text = SMALL.replace("[{path: feed.atom, format: atom}]", "{path: feed.atom, format: atom}")
    single = parse(text + XMPP.replace("[{", "{").replace("}]", "}"))
    assert single == several
    assert [feed.url for feed in single.feeds] == ["https://blog.example/feed.atom"]


SECOND = {"blog@example.org": "ada@example.org", "pubsub.": "other."}


def accounts(*replacements: dict[str, str]) -> str:
    """A configuration with an account for each dict of replacements in its text."""
    text = SMALL + "xmpp:\n"
    for replaced in replacements:
        section = XMPP.partition("\n")[2]
        for old, new in replaced.items():
            assert old in section
            section = section.replace(old, new)
        text += "  - " + section.strip().replace("\n", "\n  ") + "\n"
    return text


def test_there_may_be_several_accounts() -> None:
    both = parse(accounts({}, SECOND)).xmpp
    assert [xmpp.jid for xmpp in both] == ["blog@example.org", "ada@example.org"]
    assert [xmpp.nodes[0].service for xmpp in both] == ["pubsub.example.org", "other.example.org"]


def test_problems_have_an_index_only_in_a_written_list() -> None:
    assert problems(accounts({}, {**SECOND, "node: blog": "nod: blog"})) == [
        "line 10: xmpp[1].nodes[0].nod is an unknown key (did you mean 'node'?)",
        "line 10: xmpp[1].nodes[0].node is missing; add e.g. node: blog",
    ]
    assert problems(accounts({}, {**SECOND, "blog@example.org": "nobody"})) == [
        "line 8: xmpp[1].jid is 'nobody'; it must be a bare JID, e.g. blog@example.org"
    ]
    alone = SMALL.replace(
        "[{path: feed.atom, format: atom}]", "{path: publisher.yaml, format: atom}"
    )
    assert problems(alone + XMPP.replace("blog@example.org", "nobody")) == [
        "line 3: feeds.path is the configuration itself; choose another path",
        "line 5: xmpp.jid is 'nobody'; it must be a bare JID, e.g. blog@example.org",
    ]
    selection = (
        "feeds:\n  path: f\n  format: atom\n  only:\n    languages:\n      - en\n      - e\n"
    )
    assert problems(SMALL.replace("feeds: [{path: feed.atom, format: atom}]\n", selection)) == [
        "line 9: feeds.only.languages[1] is 'e'; it must be a BCP 47 tag, e.g. en or pt-BR"
    ]
    assert problems(SMALL.replace("atom}", "atom, only: {languages: e}}")) == [
        "line 3: feeds[0].only.languages is 'e'; it must be a BCP 47 tag, e.g. en or pt-BR"
    ]


def test_an_empty_selection_is_a_problem_with_its_line() -> None:
    for empty in ("", " {}", " {tags: }"):
        text = SMALL.replace("feeds: [{path: feed.atom, format: atom}]", "feeds:\n- path: f")
        assert problems(f"{text}  format: atom\n  only:{empty}\n") == [
            "line 6: feeds[0].only is empty; give e.g. only: {tags: [xmpp]}, or remove it"
        ]


NODES = [
    (["blog", "news"], None),
    (["blog", "blog"], "names the same node as another entry"),
    (["tag/{tag}", "tag/{tag}"], "names the same node as another entry"),
    (["blog", "tag/{tag}"], None),
    (["tag/{tag}", "tag/"], None),
    (["tag/{tag}", "tag/xmpp"], "may name the same node as tag/{tag}"),
    (["blog", "{tag}"], "may name the same node as blog"),
    (["tag/{tag}", "tag/{category}"], "may name the same node as tag/{tag}"),
    (["{language}-posts", "all-{tag}"], "may name the same node as {language}-posts"),
    (["tag/{tag}", "category/{category}"], None),
    (["{tag}/tag", "{language}/language"], None),
]


@pytest.mark.parametrize(("names", "expected"), NODES)
def test_two_entries_never_name_the_same_node(names: list[str], expected: str | None) -> None:
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


def test_each_engine_of_the_configuration_has_a_record() -> None:
    assert set(typing.get_args(Engine)) == set(RECORDS)


WRONG = {
    "site: {url: 'https://b.example'}": ["site.title is missing", "posts is missing"],
    SMALL.replace("title", "titel"): ["site.titel is an unknown key", "site.title is missing"],
    SMALL.replace("title: My blog", "title: [a]"): ["site.title is a list; it must be a text"],
    SMALL.replace('"https://blog.example"', "blog.example"): ["site.url is 'blog.example'"],
    SMALL.replace("My blog", "My blog, since: soon"): ["it must be a date, e.g. 2008-10-21"],
    SMALL.replace("My blog", "My blog, timezone: Mars"): ["site.timezone is 'Mars'"],
    SMALL.replace("My blog", "My blog, language: e"): ["site.language is 'e'"],
    SMALL.replace("My blog", "x, id_template: 'tag:{hots}:{id}'"): ["{hots}, which has no value"],
    SMALL.replace("My blog", "x, id_template: 'tag:{host}:x'"): ["gives all posts the same id"],
    SMALL.replace("My blog", "x, id_template: '{id}'"): ["not an absolute IRI"],
    SMALL.replace("My blog", "x, id: feed"): ["site.id is 'feed'; it must be an absolute IRI"],
    SMALL.replace("My blog", "x, id: 'tag:a.example,2020:b#c'"): ["an absolute IRI without #"],
    SMALL.replace("_posts", "p, permalink: blog"): ["start it with a slash"],
    SMALL.replace("_posts", "p, permalink: '/:yeer/'"): ["did you mean 'year'?"],
    SMALL.replace("_posts", "p, engine: wordstar"): [
        "posts.engine is 'wordstar'; it must be one of jekyll, hugo"
    ],
    SMALL.replace("atom}", "atm}"): ["feeds[0].format is 'atm'; it must be one of atom, rss, json"],
    SMALL.replace("atom}", "atom, limit: 0}"): [
        "feeds[0].limit is '0'; it must be all or a number"
    ],
    SMALL.replace("atom}", "atom, url: /feed}"): ["feeds[0].url is '/feed'"],
    SMALL.replace("atom}", "Atmo}"): ["one of atom, rss, json (did you mean 'atom'?)"],
    SMALL.replace("_posts", "p, engine: Jeckyll"): ["any (did you mean 'jekyll'?)"],
    SMALL.replace("My blog", "x, timezone: Berlin"): ["did you mean 'Europe/Berlin'?"],
    SMALL.replace("My blog", "x, timezone: new york"): ["did you mean 'America/New_York'?"],
    SMALL.replace("My blog", "x, timezone: Europe/Belrin"): ["did you mean 'Europe/Berlin'?"],
    SMALL.replace("My blog", "x, language: pt_BR"): ["did you mean 'pt-BR'?"],
    SMALL + XMPP.replace("node: blog", "node: blog, access_model: whitlist"): [
        "authorize, whitelist (did you mean 'whitelist'?)"
    ],
    SMALL + XMPP.replace("pubsub.example.org", "https://pubsub.example.org"): [
        "it must be a JID without a resource, e.g. pubsub.example.org"
    ],
    SMALL.replace("}]", "}, {path: feed.atom, format: rss}]"): [
        "feeds[1].path is the path of another file, too"
    ],
    SMALL.replace("[{path: feed.atom, format: atom}]", "[]"): ["there is nothing to publish"],
    SMALL.replace("[{path: feed.atom, format: atom}]", "all"): ["feeds must be a list"],
    SMALL + XMPP.replace("blog@example.org", "blog"): ["xmpp.jid is 'blog'"],
    SMALL + XMPP.replace("blog@example.org", "a@b/c"): ["xmpp.jid is 'a@b/c'"],
    SMALL + XMPP.replace("  password_env: SECRET\n", ""): ["xmpp needs exactly one of"],
    SMALL + XMPP + "  password_command: pass\n": ["xmpp needs exactly one of"],
    SMALL + XMPP.replace("password_env: SECRET", "password_command: ' '"): [
        "xmpp.password_command is ' '; it must be a command"
    ],
    SMALL + XMPP.replace("password_env: SECRET", "password_command: '\"\" x'"): [
        "it must be a command"
    ],
    SMALL + XMPP.replace("password_env: SECRET", "password_command: 'pass \"x'"): [
        "a quote in it is not closed"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, options: {max_payload_size: '-5'}"): [
        "options.max_payload_size is '-5'; it must be a whole number, 0 or more"
    ],
    SMALL.replace("https://blog.example", "https://blog.example/?x=1"): [
        "line 1: site.url is 'https://blog.example/?x=1'; remove the query: ?x=1"
    ],
    SMALL.replace("https://blog.example", "'${URL}'"): [
        "variables are not expanded; write the URL"
    ],
    SMALL.replace("https://blog.example", "'{{ site.url }}'"): [
        "templates are not evaluated; write the URL"
    ],
    SMALL.replace("[{path: feed.atom, format: atom}]", "{atom: feed.atom, rss: feed.rss}"): [
        "feeds must be a list of entries, e.g. `- {path: feed.atom, format: atom}`"
    ],
    SMALL.replace("{path: feed.atom, format: atom}", "feed.atom"): [
        "feeds must be a list of entries, e.g. `- {path: feed.atom, format: atom}`"
    ],
    SMALL + XMPP + "  host: h\n  port: {}\n".format("9" * 5_000): [
        "999…'; it must be a smaller number"
    ],
    SMALL.replace("atom}", "atom, limit: 1e999999}"): ["feeds[0].limit is '1e999999'"],
    SMALL.replace("atom}", f"atom, limit: {'9' * 5_000}}}"): ["999…'; it must be all or a number"],
    SMALL.replace("My blog", "x, since: 99999-01-01"): ["must be a date"],
    SMALL + XMPP + "  port: 5222\n": ["xmpp.port needs a host"],
    SMALL + XMPP + "  host: h\n  port: 99999\n": ["it must be a number, at most 65535"],
    SMALL + XMPP + "  tls: never\n": ["xmpp.tls is 'never'; it must be one of direct, starttls"],
    SMALL + XMPP + "  presence: pepp\n": [
        "xmpp.presence is 'pepp'; it must be one of pep, never (did you mean 'pep'?)"
    ],
    SMALL + XMPP + "  presence: yes\n": ["xmpp.presence is 'yes'; it must be one of pep, never"],
    SMALL + XMPP.replace("[{service: pubsub.example.org, node: blog}]", "[]"): ["nodes is empty"],
    SMALL + XMPP.replace("node: blog", "node: blog, keep: -1"): [
        "keep is '-1'; it must be a number"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, options: {title: x}"): ["a key of its own"],
    SMALL + XMPP.replace("node: blog", "node: blog, options: {persist_items: 0}"): [
        "options.persist_items is off; remove it: a node must keep its items"
    ],
    SMALL + XMPP.replace("org, node", "org/x, node"): ["a JID without a resource"],
    SMALL
    + XMPP.replace(
        "[{service: pubsub.example.org, node: blog}]",
        "[{service: p.example, node: b}, {service: p.example, node: b}]",
    ): ["xmpp.nodes[1] names the same node as another entry"],
    SMALL.replace("My blog", '"a\\u0008b"'): ["control characters are not allowed"],
    SMALL.replace("https://blog.example", "http://[::1"): ["site.url is 'http://[::1'"],
    SMALL.replace("https://blog.example", "https://u:p@x"): ["site.url is 'https://u:p@x'"],
    SMALL.replace("https://blog.example", "https://x:99999"): ["site.url is 'https://x:99999'"],
    SMALL.replace("My blog", "x, id_template: 'tag:{id}{'"): ["not an absolute IRI"],
    SMALL.replace("My blog", "x, id_template: 'tag:{{id}}'"): ["not an absolute IRI"],
    SMALL.replace("My blog", "x, id_template: 'tag: {id}'"): ["not an absolute IRI"],
    SMALL.replace("My blog", "x, author: {name: A, uri: 'javascript:x'}"): ["site.author.uri is"],
    SMALL.replace("My blog", "x, author: [A]"): ["site.author must be a section", "author: Ada"],
    SMALL.replace("My blog", "x, author: {name: A, email: no mail}"): ["site.author.email is"],
    SMALL.replace("_posts", "~nosuchuser/x"): ["this user does not exist"],
    SMALL.replace("_posts", "p, permalink: /fixed/"): ["all posts have the same URL"],
    SMALL.replace("feed.atom", "publisher.yaml"): ["feeds[0].path is the configuration itself"],
    SMALL.replace("}]", "}, {path: x/../feed.atom, format: rss}]"): [
        "feeds[1].path is the path of another file, too"
    ],
    SMALL + XMPP.replace("blog@example.org", "a b@example.org"): ["xmpp.jid is 'a b@example.org'"],
    SMALL + XMPP.replace("blog@example.org", "a@-..-"): ["xmpp.jid is 'a@-..-'"],
    SMALL + XMPP.replace("blog@example.org", "o'neill@b"): ["xmpp.jid is"],
    SMALL + XMPP.replace("node: blog", 'node: "x\\u0001"'): ["nodes[0].node is"],
    SMALL + XMPP.replace("node: blog", "node: blog, exclusive: yes"): [
        "exclusive is 'yes'; it must be true or false"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, exclusive: on"): [
        "exclusive is 'on'; it must be true or false"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, prune: all"): ["add exclusive: true if nobody"],
    SMALL + XMPP.replace("node: blog", "node: blog, prune: mine"): [
        "it must be one of own, site, all"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, edits: no"): ["it must be one of push, ignore"],
    SMALL + XMPP.replace("node: blog", "node: blog, content: sumary"): [
        "content is 'sumary'; it must be one of full, summary (did you mean 'summary'?)"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, alternatives: xhtm"): [
        "it must be one of both, xhtml (did you mean 'xhtml'?)"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, alternative: xhtml"): [
        "did you mean 'alternatives'?"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, announce_limit: -1"): ["a number, 0 or more"],
    SMALL + XMPP.replace("node: blog", "node: blog, since: soon"): [
        "it must be a date, e.g. 2008-10-21"
    ],
    SMALL + XMPP.replace("node: blog", "node: '{tga}'"): [
        "node has {tga}, which has no value; use one of {tag}, {category}, {language}"
    ],
    SMALL + XMPP.replace("node: blog", "node: '{tag}-{language}'"): ["node has 2 placeholders"],
    SMALL + XMPP.replace("node: blog", "node: '{tag}-{tag}'"): ["node has 2 placeholders"],
    SMALL + XMPP.replace("node: blog", "node: 'blog{'"): ["braces are for a placeholder"],
    SMALL + XMPP.replace("node: blog", "node: '{{tag}}'"): ["braces are for a placeholder"],
    SMALL + XMPP.replace("node: blog", "node: blog, options: {'pubsub#title': x}"): [
        "options.pubsub#title has a key of its own: write `title: ...` beside"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, options: {acess_model: whitelist}"): [
        "options.acess_model is no registered field (did you mean 'access_model'?); write it "
        "beside `options`"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, options: {'pubsub#Publish-Model': open}"): [
        "options.pubsub#Publish-Model is no registered field (did you mean 'publish_model'?)"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, options: {keep: 5}"): [
        "options.keep has a key of its own: write `keep: ...` beside `options`"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, notify_delete: 0"): [
        "nodes[0].notify_delete is an unknown key; write it below options: {notify_delete: ...}"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, acess_model: whitelist"): [
        "nodes[0].acess_model is an unknown key (did you mean 'access_model'?)"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, access_model: whitlist"): [
        "nodes[0].access_model is 'whitlist'",
        "whitelist",
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, options: {publish_model: publisher}"): [
        "options.publish_model is 'publisher' (did you mean 'publishers'?)"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, options: {notify_delete: maybe}"): [
        "options.notify_delete is 'maybe'; use one of 0, 1, false, true"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, options: {max_items: lots}"): [
        "options.max_items is 'lots'; it must be a whole number, 0 or more, or max"
    ],
    SMALL + XMPP.replace("node: blog", "node: blog, options: {max_payload_size: max}"): [
        "options.max_payload_size is 'max'; it must be a whole number, 0 or more"
    ],
    SMALL.replace("atom}", "atom, only: {tag: x}}"): ["only.tag is an unknown key", "mean 'tags'?"],
    SMALL.replace("atom}", "atom, only: xmpp}"): ["only must be a section", "{tags: [xmpp]}"],
    SMALL.replace("atom}", "atom, only: {tags: []}}"): ["only.tags is empty; give at least one"],
    SMALL.replace("atom}", "atom, only: {tags: ['']}}"): ["only.tags[0] is ''"],
    SMALL.replace("atom}", "atom, only: {tags: [a, ~]}}"): [
        "only.tags[1] is empty; it must be a text"
    ],
    SMALL.replace("atom}", "atom, only: {tags: {a: b}}}"): ["only.tags must be a list"],
    SMALL.replace("atom}", "atom, only: {languages: en_GB}}"): ["only.languages is 'en_GB'"],
    SMALL.replace("atom}", "atom, only: {paths: [a, /b]}}"): [
        "only.paths[1] is '/b', which matches no post"
    ],
    SMALL.replace("atom}", "atom, only: {paths: ../b}}"): [
        "only.paths is '../b', which matches no post"
    ],
    SMALL.replace("atom}", "atom, only: {paths: notes/}}"): [
        "only.paths is 'notes/', which matches no post"
    ],
    SMALL + "xmpp: blog@example.org\n": ["xmpp must be a list of sections"],
    SMALL + "xmpp: [blog@example.org]\n": ["xmpp[0] must be a section of keys"],
    SMALL + "posts: {path: x}\n": ["posts is given twice"],
    "": ["the file is empty"],
    "a list, a text": ["the file has no keys; start with e.g. site:"],
}


@pytest.mark.parametrize(("text", "expected"), WRONG.items())
def test_each_problem_is_reported(text: str, expected: list[str]) -> None:
    reported = problems(text)
    for part in expected:
        assert any(part in problem for problem in reported), reported


def test_all_problems_are_reported_at_once_with_their_lines() -> None:
    reported = problems(
        "site:\n  titel: My blog\n  url: nowhere\n  timezone: Mars\n"
        "posts: {path: [x]}\nfeeds:\n  - {path: a, format: atm}\nxmpp:\n  jid: x\n  nodes: []\n"
    )
    lines = [int(re.match(r"line (\d+): ", problem)[1]) for problem in reported]  # type: ignore[index]
    assert lines == sorted(lines)
    assert set(lines) == {1, 2, 3, 4, 5, 7, 8, 9, 10}


def test_invalid_yaml_is_reported_with_its_line() -> None:
    with pytest.raises(ConfigError, match=r"publisher\.yaml:2: not YAML"):
        parse("site: {}\nposts: a: b\n")


def test_the_error_for_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="publisher init"):
        config.load(tmp_path / "publisher.yaml")


def test_a_misspelt_name_of_the_configuration_gets_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "publisher.yaml").touch()
    with pytest.raises(
        ConfigError, match=r"publisher\.yml does not exist \(did you mean 'publisher"
    ):
        config.load(tmp_path / "publisher.yml")


def test_errors_of_the_python_interface_name_no_options(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        config.load(tmp_path / "publisher.yaml")
    assert "--" not in str(error.value)


@pytest.mark.parametrize("secret", ["my secret", "secret-1", "pässword", '"s\\u0007ecret"'])
@pytest.mark.parametrize("key", ["password_env", "password_file", "password_command"])
def test_a_password_in_the_place_of_its_source_is_not_printed(key: str, secret: str) -> None:
    text = SMALL + XMPP.replace("password_env: SECRET", f"{key}: {secret}\n  port: x")
    assert not any("ecret" in problem or 'ssword"' in problem for problem in problems(text))


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("pass show blog | head -1", "|"),
        ("pass show blog 2>/dev/null", ">"),
        ("cd /srv && ./password", "&&"),
        ("./password &", "&"),
        ("gpg-agent; pass", ";"),
        ("cat $HOME/secret", "$"),
        ("echo $(cat secret)", "$"),
        ("echo `cat secret`", "`"),
    ],
)
def test_shell_syntax_in_a_password_command_is_an_error(command: str, found: str) -> None:
    text = SMALL + XMPP.replace("password_env: SECRET", f"password_command: >-\n    {command}")
    (problem,) = problems(text)
    assert f"password_command has {found}, but it is not run by a shell" in problem
    assert "sh -c '...'" in problem
    assert "secret" not in problem


@pytest.mark.parametrize(
    "command",
    [
        "sh -c 'pass show blog | head -1'",
        'sh -c "cat $HOME/secret"',
        "grep a\\|b secret",
        "curl https://vault.example/?a=1&b=2;c",
        "~/bin/password 'cost: 5$'",
    ],
)
def test_shell_syntax_in_quotes_and_words_is_passed_on(command: str) -> None:
    text = SMALL + XMPP.replace("password_env: SECRET", f"password_command: >-\n    {command}")
    assert config.parse(text, Path("publisher.yaml")).xmpp[0].password_command == command


def test_a_template_in_the_place_of_a_value_needs_quotes() -> None:
    text = SMALL.replace('"https://blog.example"', "{{ site.url }}")
    with pytest.raises(ConfigError, match=r"publisher\.yaml:1: .*\{\{ in quotes"):
        config.parse(text, Path("publisher.yaml"))


def test_a_file_in_the_place_of_the_state_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "publisher.yaml").write_text(f"{SMALL}state: state\n")
    (tmp_path / "state").touch()
    with pytest.raises(ConfigError, match="state is a file, not a folder"):
        config.load(tmp_path / "publisher.yaml")


def test_a_password_in_password_env_is_an_error_with_the_alternatives() -> None:
    (problem,) = problems(SMALL + XMPP.replace("SECRET", "hunter 2"))
    assert "xmpp.password_env is not the name of an environment variable" in problem
    assert "set password_file" in problem


def test_no_break_spaces_are_named() -> None:
    with pytest.raises(ConfigError, match=r"publisher\.yaml:2: .* no-break spaces"):
        parse("site:\n\xa0 title: x\n")


def test_the_line_of_an_undecodable_character_is_named(tmp_path: Path) -> None:
    file = tmp_path / "publisher.yaml"
    file.write_bytes("site:\n  title: Café\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"yaml:2: cannot be read: it is not UTF-8; save it in"):
        config.load(file)


def test_a_binary_file_is_an_error(tmp_path: Path) -> None:
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
def test_a_feed_in_the_output_folder_of_the_site_has_a_url_at_its_root(
    path: str, engine: str, address: str
) -> None:
    text = SMALL.replace("feed.atom", path).replace("_posts", f"_posts, engine: {engine}")
    assert engine in text
    assert (
        config.parse(text, FOLDER / "publisher.yaml").feeds[0].url
        == f"https://blog.example/{address}"
    )


@pytest.mark.parametrize("more", ["page: {path: x/../a.css}", "page: {path: publisher.yaml}"])
def test_no_file_may_overwrite_another(more: str) -> None:
    with pytest.raises(
        ConfigError, match=r"is (the path of another file|the configuration itself)"
    ):
        config.parse(f"{SMALL}stylesheet: a.css\n{more}\n", FOLDER / "publisher.yaml")
