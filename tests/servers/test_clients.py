"""Other feed readers read every post unchanged, and `check --readers` reports their problems."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from publisher.config import NodeConfig
from publisher.lint import clients
from tests.support import reading
from tests.support.blog import Blog
from tests.support.posts import entry, post
from tests.support.reading import READERS, Read, words

if TYPE_CHECKING:
    from pathlib import Path

NOW = "--now=2026-11-01T12:00:00Z"
NODE = """\
xmpp:
  jid: blog@example.org
  password_env: NONE
  nodes: [{service: pubsub.example.org, node: blog}]
"""


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    """Every kind of content, and recordings."""
    made = Blog(tmp_path / "site")
    made.write("2026-01-01-a.md", "Words with [a link](/x) in *them*.\n\n- one\n- two",
               title='A title, "quoted" & more', author="Bob B. Builder")  # fmt: skip
    made.write("2026-01-02-b.md", "Code `<b>` and\n\n```html\n<p>a &amp; b</p>\n```\n",
               title="Größe 日本語 🍒", tags="[x, y z]",
               license="https://licence.example/")  # fmt: skip
    made.write("2026-01-03-c.md", "Listen.", title="A song", updated="2026-02-01",
               audio="[{url: 'https://m.example/s.opus', length: 10}]")  # fmt: skip
    made.write("2026-01-04-d.md", "The lead.\n\n<!--more-->\n\nThe rest.\n\n| a |\n|---|\n| 1 |",
               title="With a lead")  # fmt: skip
    return made


def configure(blog: Blog, feeds: str, more: str = "") -> None:
    path = blog.folder / "publisher.yaml"
    path.write_text(path.read_text().split("feeds:")[0] + f"feeds: [{feeds}]\n{more}")


ATOM = "{path: f.atom, format: atom}"
FEEDS = {
    "html.atom": "{path: html.atom, format: atom, content_type: html}",
    "f.atom": ATOM,
    "f.rss": "{path: f.rss, format: rss}",
    "f.json": "{path: f.json, format: json}",
}


# Of the readers only one reads JSON Feed.
PAIRS = [(one, name) for one in READERS for name in FEEDS if "json" not in name or one == "reader"]


@pytest.mark.parametrize(("reader", "name"), PAIRS)
def test_a_reader_reads_the_post_unchanged(
    blog: Blog, tmp_path: Path, reader: str, name: str
) -> None:
    configure(blog, ", ".join(FEEDS.values()))
    assert blog.run("build", NOW).code == 0
    folder = tmp_path / "reader"
    folder.mkdir()
    found = READERS[reader](blog.folder / name, folder)
    wanted = {one.id: one for one in written(blog)}
    assert {one.id for one in found} == wanted.keys()
    for one in found:
        assert one == as_kept(wanted[one.id], one, reader, name)


def as_kept(wanted: Read, found: Read, reader: str, name: str) -> Read:
    """The expected posts, without the parts that this reader is known to lose."""
    if (reader, name) == ("sfeed", "f.atom"):  # it unescapes what is in XHTML: see `readers`
        return replace(wanted, words=found.words)
    if reader == "rss2email" and name.endswith("atom"):  # a mail has the date of the last change
        return replace(wanted, published=wanted.updated)
    return wanted


def written(blog: Blog) -> list[Read]:
    """The posts according to the JSON Feed, which tests/unit/test_feeds.py tests."""
    items: list[dict[str, Any]] = json.loads((blog.folder / "f.json").read_text())["items"]
    return [
        Read(
            title=item["title"],
            link=item["url"],
            id=item["id"],
            published=dt.datetime.fromisoformat(item["date_published"]),
            words=words(item["content_html"]),
            enclosures=tuple(one["url"] for one in item.get("attachments", ())),
            updated=dt.datetime.fromisoformat(item["date_modified"]),
        )
        for item in items
    ]


def test_the_comparison_sees_a_difference(blog: Blog, tmp_path: Path) -> None:
    configure(blog, ", ".join(FEEDS.values()))
    blog.run("build", NOW)
    path = blog.folder / "f.rss"
    path.write_bytes(path.read_bytes().replace(b"Listen", b"Listens"))
    found = reading.sfeed(path, tmp_path)
    assert sum(one not in written(blog) for one in found) == 1


# --- What `check --readers` says


def diagnostics(blog: Blog) -> list[tuple[str, str]]:
    run = blog.run("check", "--readers", "--json", NOW)
    assert run.code == 0, run.err
    return [(one["reader"], one["message"]) for one in run.json["readers"]]


def said(blog: Blog, reader: str, part: str) -> bool:
    return any(name == reader and part in message for name, message in diagnostics(blog))


def test_a_plain_post_has_no_problems(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    configure(blog, ATOM, NODE)
    blog.write("2026-10-31-a.md", "Text.", title="A")
    assert diagnostics(blog) == []
    assert "no problems" in blog.run("check", "--readers", NOW).out
    for path in blog.posts.iterdir():
        path.unlink()
    assert "readers: there are no posts to show" in blog.run("check", "--readers", NOW).out
    assert "readers" not in blog.run("check", "--json", NOW).json


@pytest.mark.parametrize(
    ("text", "front", "reader", "part"),
    [
        ("<details><summary>S</summary>x</details>", {}, "Movim", "drops <details>, and"),
        ("`<b>`", {}, "sfeed", "takes an escaped <tag> for markup"),
        ("Some [link](/x) in words.", {}, "rss-parser", "moves words behind links"),
        ("![x](http://plain.example/x.png)", {}, "Movim, Converse", "do not load http://plain"),
        ("Lead.\n\n<!--more-->\n\nRest.", {}, "reader", "shows only the lead"),
        ("Text.", {"tags": "[NSFW]"}, "Movim", "hides the post: it has the tag nsfw"),
        ("Text.", {"feed": "summary"}, "Libervia", "shows only the title"),
        ("Text.", {"audio": "/media/a.flac"}, "Movim", "has no player for audio/flac; add"),
        ("Text.", {"audio": "[/a.opus, /a.mp3]"}, "newsboat", "only the last format of a"),
        ("Text.", {"audio": "[/a.opus, /a.mp3]"}, "sfeed", "only the first format of a"),
        ("See <mark>this</mark>.", {}, "Miniflux", "drops <mark>, and"),
        ("Text.", {"audio": "/media/a.m4a"}, "Movim", "has no player for audio/mp4"),
        ("Text.", {"audio": "[/a.mp3, /b.mp3]"}, "newsboat", "last of several recordings"),
        ("Text.", {"audio": "[/a.mp3, /b.mp3]"}, "sfeed", "give each recording a post of its own"),
        ("Text.", {"date": "2026-01-01"}, "Movim", "older than a month"),
        (
            "Text.",
            {"image": "https://img.example/1234"},
            "Movim, Converse, RSS Guard",
            "add its media type",
        ),
    ],
)  # fmt: skip
def test_a_problem_of_a_reader_with_a_post_is_reported(
    tmp_path: Path, text: str, front: dict[str, str], reader: str, part: str
) -> None:
    blog = Blog(tmp_path / "site")
    configure(blog, ATOM, NODE)
    blog.write("2026-10-31-plain.md", "Text.", title="Plain")
    assert not said(blog, reader, part)
    blog.write("2026-10-30-odd.md", text, title="Odd", **front)
    assert said(blog, reader, part), diagnostics(blog)


def test_no_reader_needs_the_plain_text_beside_the_xhtml(tmp_path: Path) -> None:
    """Libervia makes a text of the XHTML, and stanza reads the first content alone."""
    blog = Blog(tmp_path / "site")
    blog.write("2026-10-31-a.md", "Some *text*.", title="A")
    configure(
        blog, "{path: f.rss, format: rss}", NODE.replace("node: ", "alternatives: xhtml, node: ")
    )
    assert diagnostics(blog) == []


def test_tags_in_code_are_no_problem_of_an_item(tmp_path: Path) -> None:
    """Movim's parser was run on 351 posts with such code, and showed all of them."""
    blog = Blog(tmp_path / "site")
    blog.write("2026-10-31-a.md", "`<b>bold</b>`\n\n    <i>x</i>", title="A")
    configure(blog, "{path: f.rss, format: rss}", NODE)
    assert diagnostics(blog) == []


def test_a_rule_that_was_only_read_says_so(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    blog.write("2026-10-31-a.md", "<details>x</details>", title="A", tags="[nsfw]")
    configure(blog, "{path: f.rss, format: rss}", NODE)
    run = blog.run("check", "--readers", NOW)
    assert "Movim: drops <details>, and shows only the text inside\n" in run.out
    assert "has the tag nsfw (read in its source or documentation, not run)\n" in run.out
    found = blog.run("check", "--readers", "--json", NOW).json["readers"]
    assert {(one["reader"], one["basis"]) for one in found} == {
        ("Movim", "run"), ("Movim", "read"), ("Miniflux", "run"),
    }  # fmt: skip


def test_the_setting_in_the_message_solves_the_problem(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    blog.write("2026-10-31-a.md", "A [link](/x) in `<b>`.", title="A", audio="[/a.opus, /a.mp3]")
    configure(blog, ATOM)
    assert {reader for reader, _ in diagnostics(blog)} == {"newsboat", "sfeed", "rss-parser"}
    configure(blog, "{path: f.atom, format: atom, content_type: html, enclosures: opus}")
    assert diagnostics(blog) == []


def test_missing_podcast_data_is_reported(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    blog.write("2026-10-31-a.md", "Text.", title="A", audio="/a.opus")
    configure(blog, "{path: f.rss, format: rss}")
    assert said(blog, "podcast apps", "add one beside this: `{path: podcast.rss")
    beside = "{path: f.rss, format: rss}, {path: p.rss, format: rss, podcast: {}}"
    configure(blog, beside)
    assert not said(blog, "podcast apps", "add one beside this")
    configure(blog, "{path: f.rss, format: rss, podcast: {}}")
    assert said(blog, "podcast apps", "without an image; add `image: /media/cover.jpg`")
    assert said(blog, "Apple Podcasts", "does not play audio/ogg; codecs=opus")
    assert said(blog, "podcast apps", "do not know the size of a recording")
    configure(blog, "{path: f.rss, format: rss, podcast: {image: /c.jpg, categories: Musik}}")
    assert said(blog, "Apple Podcasts", "has no category 'Musik'; choose one of Arts, Business")
    sub = "'Society & Culture > Music'"
    configure(blog, f"{{path: f.rss, format: rss, podcast: {{image: /c.jpg, categories: {sub}}}}}")
    assert said(
        blog, "Apple Podcasts", "'Music' below Society & Culture; choose one of Documentary"
    )
    assert said(blog, "podcast directories", "add `email:`")
    assert said(blog, "podcast apps", "without a description; add `description:` to site")
    mended = "description: D, podcast: {image: /c.jpg, categories: Music, email: a@b.example}"
    configure(blog, f"{{path: f.rss, format: rss, {mended}}}")
    sound = "{url: /a.mp3, length: 5}"
    blog.write("2026-10-31-a.md", "Text.", title="A", audio=sound, image="/c.webp")
    assert said(blog, "podcast apps", "do not show a picture of type image/webp")
    blog.write("2026-10-31-a.md", "", title="A", audio=sound, image="/c.png")
    assert said(blog, "podcast apps", "no notes to show for an episode")
    blog.write("2026-10-31-a.md", "Text.", title="A", audio=sound, image="/c.png")
    assert diagnostics(blog) == []
    configure(blog, f"{{path: f.rss, format: rss, limit: 1, {mended}}}")
    assert said(blog, "podcast apps", "only the newest 1 episodes")


def test_a_single_codec_or_a_document_loses_no_recording(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    blog.write("2026-10-31-a.md", "Text.", title="A", audio="[/a.opus, /a.mp3]",
               enclosure="/a.pdf")  # fmt: skip
    blog.write("2026-10-30-b.md", "Text.", title="B", audio="/b.opus", enclosure="/b.pdf")
    atom = "path: f.atom, format: atom, content_type: html"
    configure(blog, f"{{{atom}, enclosures: opus}}")
    assert not said(blog, "newsboat", "")
    configure(blog, f"{{{atom}}}")
    told = [message for reader, message in diagnostics(blog) if reader == "newsboat"]
    assert told == [
        "offers only the last format of a recording; make a feed for each codec, e.g. "
        "`enclosures: opus`"
    ]
    configure(blog, "{path: f.rss, format: rss}")
    assert not said(blog, "newsboat", "")


def test_a_feed_with_posts_in_one_language_has_that_language(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    blog.write("2026-10-31-a.md", "Text.", title="A", audio="/a.mp3", lang="de")
    path = blog.folder / "publisher.yaml"
    path.write_text(path.read_text().replace("  language: en\n", ""))
    for only, has_none in (("", True), (", only: {languages: de}", False)):
        configure(blog, f"{{path: f.rss, format: rss, podcast: {{}}{only}}}")
        assert said(blog, "podcast apps", "without a language") == has_none


def test_an_atom_feed_beside_an_rss_feed_is_not_reported(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    blog.write("2026-10-31-a.md", "A [link](/x) in words.", title="A", tags="[t]")
    configure(blog, ATOM)
    assert said(blog, "rss-parser", "moves words")
    configure(blog, f"{ATOM}, {{path: f.rss, format: rss}}")
    assert diagnostics(blog) == []
    for other in ("content: summary", "only: {tags: t}"):
        configure(blog, f"{ATOM}, {{path: f.rss, format: rss, {other}}}")
        assert said(blog, "rss-parser", "moves words")


def test_a_problem_of_many_feeds_is_printed_once(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    for number in range(1, 6):
        blog.write(f"2026-10-0{number}-a.md", "A [link](/x) in it.", title="A", tags=f"[t{number}]")
    configure(blog, '{path: "{tag}.atom", format: atom}')
    out = blog.run("check", "--readers", NOW).out
    assert out.count("rss-parser") == 1
    (line,) = [line for line in out.splitlines() if "t3.atom and 2 more, as in 2026-10-0" in line]
    assert line.startswith("    /")


def test_a_post_that_is_too_big_for_xmpp_is_named(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    configure(blog, ATOM, NODE)
    blog.write("2026-10-31-a.md", "Text.", title="A" + "'" * 60_000)
    blog.write("2026-10-30-b.md", "Text.", title="B", tags="[nsfw]")
    assert said(blog, "XMPP clients", "get nothing: the entry is bigger than")
    assert said(blog, "Movim", "nsfw")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (20_000, "its plain-text alternative is shortened"),
        (60_000, "a summary and the link are sent instead"),
    ],
)
def test_a_post_that_is_shortened_for_xmpp_is_named(tmp_path: Path, words: int, what: str) -> None:
    blog = Blog(tmp_path / "site")
    configure(blog, ATOM, NODE)
    blog.write("2026-10-31-a.md", "Words. " * words, title="A")
    message = f"do not get the whole post, which is too big for one stanza: {what}"
    assert said(blog, "XMPP clients", message)
    configure(blog, ATOM, NODE.replace("blog}]", "blog, content: summary}]"))
    assert not said(blog, "XMPP clients", "do not get the whole post")


def test_an_enclosure_that_is_not_audio_needs_no_player(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    configure(blog, "{path: f.json, format: json}", NODE)
    blog.write("2026-10-31-a.md", "Text.", title="A", enclosure="/media/score.pdf")
    assert diagnostics(blog) == []


def test_a_title_that_miniflux_unescapes_twice_is_reported(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    blog.write("2026-10-31-a.md", "Text.", title="What &amp;nbsp; means")
    configure(blog, "{path: f.rss, format: rss}")
    assert said(blog, "Miniflux", r"as 'What \xa0 means'; subscribe to Atom instead")
    blog.write("2026-10-31-a.md", "Text.", title="'What <b> means'")
    assert said(blog, "feedparser, reader, rss2email", "take the title 'What <b> means' for HTML")
    configure(blog, ATOM)
    assert diagnostics(blog) == []


def test_a_problem_of_many_posts_is_printed_once(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    configure(blog, ATOM, NODE)
    for number in range(1, 6):
        blog.write(f"2026-01-0{number}-a.md", "Text.", title=f"A{number}")
    out = blog.run("check", "--readers", NOW).out
    assert out.count("older than a month") == 1
    assert "2026-01-01-a.md, 2026-01-02-a.md, 2026-01-03-a.md and 2 more" in out


@pytest.mark.parametrize(
    ("option", "value", "reader"),
    [
        ("itemreply", "owner", "Converse, Movim"),
        ("pubsub#deliver_payloads", "0", "Converse, Movim"),
        ("notify_retract", "false", "all readers"),
        ("send_last_published_item", "on_sub_and_presence", "all readers"),
        ("type", "urn:example", "Converse"),
    ],
)
def test_an_option_that_readers_cannot_handle_is_reported(
    option: str, value: str, reader: str
) -> None:
    node = NodeConfig(service="pubsub.example.org", node="blog", options={option: value})
    (diagnostic,) = clients.of_node(node)
    assert diagnostic.reader == reader
    assert f"set options: {{{option.removeprefix('pubsub#')}: " in diagnostic.message


PAYLOAD = """\
<entry xmlns="http://www.w3.org/2005/Atom"><id>tag:x,2026:a</id><title>T</title>
<updated>2026-01-01T00:00:00Z</updated><published>2026-01-01T00:00:00Z</published>
<author><name>Ada</name><uri>xmpp:blog@example.org</uri></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text</p></div></content>
<content type="text">Text</content>
<link href="https://blog.example/a" rel="alternate" type="text/html"/></entry>"""


@pytest.mark.parametrize(
    ("old", "new", "reader", "part"),
    [
        ("<title>T</title>", "", "Movim", "drops the post"),
        ("xmpp:blog@", "xmpp:ada@", "Converse", "shows the post as a repost"),
        ("<uri>xmpp:blog@example.org</uri>", "", "Movim", "shows no author"),
        ("https://blog.example/a", "xmpp:a?;node=b", "Movim", "first link is not a web page"),
        ("published>2026-01-01T00:00:00Z", "published>2026-01-01T00:00:00+01:00", "Converse",
         "sorts the post wrongly"),
        ("<content type=\"text\">", "<summary>Te</summary><content type=\"text\">", "Movim",
         "the beginning twice"),
        ("<content type=\"xhtml\"", "<content type=\"text\">a</content><content type=\"xhtml\"",
         "RSS Guard", "shows plain text"),
    ],
)  # fmt: skip
def test_a_payload_that_a_reader_cannot_handle_is_reported(
    old: str, new: str, reader: str, part: str
) -> None:
    """publisher makes no such payload; the rules would report it if it ever did."""
    good = etree.fromstring(PAYLOAD)
    assert [*clients.of_payload(good, "2026-01-01-a", "blog@example.org")] == []
    text = PAYLOAD.replace(old, new, 1)
    assert text != PAYLOAD
    found = [*clients.of_payload(etree.fromstring(text), "2026-01-01-a", "blog@example.org")]
    assert any(one.reader == reader and part in one.message for one in found), found


@pytest.mark.parametrize("item_id", ["0", "2289", "a/long/enough/one"])
def test_an_item_id_that_movim_cannot_open_is_reported(item_id: str) -> None:
    found = [*clients.of_payload(etree.fromstring(PAYLOAD), item_id, "blog@example.org")]
    assert [one.reader for one in found] == ["Movim"]


def test_the_age_of_a_post_is_not_reported_if_the_node_has_it() -> None:
    day = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)
    old = entry(post("2024-03-01-a-post.md", published=day))
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert [one.reader for one in clients.of_age(old, now=now, at_nodes=[])] == ["Movim"]
    assert [*clients.of_age(old, now=now, at_nodes=[old.item_id])] == []
    assert old.post.path == PurePosixPath("2024-03-01-a-post.md")
