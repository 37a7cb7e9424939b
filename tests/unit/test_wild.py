"""Posts as they are found in the wild: every habit in a post of our own, from file to feed.

The feed is parsed by a parser that we did not write.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import feedparser
import pytest

from publisher import feeds, sources
from publisher.config import Config, Engine, FeedFile, Posts, Site
from tests.support import one_feed
from tests.support.posts import RenderedEntries, rendered

if TYPE_CHECKING:
    from collections.abc import Mapping


NOW = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Published:
    """What became of the files of a folder; `read` is what a feed reader has of each post."""

    entries: RenderedEntries
    read: dict[str, Any]

    @property
    def skipped(self) -> dict[str, str]:
        return {str(skip.path): skip.reason for skip in self.entries.skipped}

    @property
    def warnings(self) -> list[tuple[str, int]]:
        """Where the reader, not the renderer, warned."""
        return [(str(warning.path), warning.line) for warning in self.entries.warnings]


def publish(
    folder: Path, files: Mapping[str, str | bytes], engine: Engine = "jekyll", **options: Any
) -> Published:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    site = Site(title="A blog", url="https://blog.example", since=dt.date(2010, 1, 1))
    config = Config(
        site=site,
        posts=Posts(path=folder, engine=engine, **options),
        state=folder.parent / "state",
        path=folder / "publisher.yaml",
    )
    made = rendered(sources.read(config, now=NOW), site)
    document = one_feed.document(
        FeedFile(path=Path("f"), format="atom", limit="all", url="https://blog.example/f"),
        site,
        feeds.newest(made.entries, "all"),
    )
    parsed = feedparser.parse(document)
    assert not parsed.bozo
    by_id = {found.id: found for found in parsed.entries}
    assert len(by_id) == len(made.entries)
    assert len(made.entries) + len(made.skipped) == made.posts
    return Published(made, {str(one.post.path): by_id[one.atom_id] for one in made.entries})


def html(published: Published, path: str) -> str:
    return str(published.read[path].content[0].value)


def test_the_date_is_only_in_the_name(tmp_path: Path) -> None:
    names = ["2017-02-05-a.md", "2017-2-5-b.md", "2017-02-05_c.md", "2017-2-5.md"]
    found = publish(tmp_path, dict.fromkeys(names, "Text."))
    assert {read.published for read in found.read.values()} == {"2017-02-05T00:00:00Z"}
    assert not found.skipped


def test_one_slug_in_many_folders_is_many_posts(tmp_path: Path) -> None:
    names = ["a/index.md", "b/index.md", "de/2020-01-01-this-week.md", "fr/2020-01-01-this-week.md",
             "2020-01-01-this-week.md", "2021-01-01-this-week.md"]  # fmt: skip
    found = publish(tmp_path, dict.fromkeys(names, "---\ndate: 2020-01-01\ntitle: Same\n---\n"))
    assert len({read.id for read in found.read.values()}) == len(names)
    assert len({one.item_id for one in found.entries.entries}) == len(names)


def test_bundles_folders_and_what_is_no_post(tmp_path: Path) -> None:
    files = dict.fromkeys(
        ["posts/a/index.md", "posts/deep/er/b.md", "posts/_index.md", "_index.md", "README.md",
         "posts/a/picture.png"],
        "+++\ndate = 2020-01-01\n+++\nText.\n",
    )  # fmt: skip
    found = publish(tmp_path, files, "hugo")
    assert [*found.read] == ["posts/a/index.md", "posts/deep/er/b.md"]


def test_dates_in_every_spelling_and_never_now(tmp_path: Path) -> None:
    dates = ["2014-09-08 10:00:00 -0400", "September 8, 2014 14:00 UTC", "2014/09/08 16:00 CEST",
             "8 Sep 2014 14:00 GMT", "2014-09-08T14:00:00Z", "Mon Sep  8 16:00:00 CEST 2014",
             "2014-09-08 10:00 EDT", "2014-9-8 14:00", "09/08/2014 nonsense"]  # fmt: skip
    files = {f"2014-09-08-{n}.md": f"---\ndate: {date}\n---\n" for n, date in enumerate(dates)}
    found = publish(tmp_path, files)
    stamps = [read.published for read in found.read.values()]
    assert stamps == ["2014-09-08T14:00:00Z"] * 8 + ["2014-09-08T00:00:00Z"]
    assert found.warnings == [("2014-09-08-8.md", 2)]
    assert not publish(tmp_path / "b", {"a.md": "---\ntitle: x\n---\n"}).read


def test_posts_of_one_instant_keep_their_order(tmp_path: Path) -> None:
    files = {f"{n}.md": "---\ndate: 2020-01-01\n---\n" for n in "cab"}
    one, other = publish(tmp_path, files), publish(tmp_path, {})
    assert [*one.read] == [*other.read] == ["a.md", "b.md", "c.md"]


@pytest.mark.parametrize(
    ("engine", "name", "text"),
    [
        ("jekyll", "a.md", "---\ntitle: T\ndate: 2020-01-02\ntags: [x]\n---\nText.\n"),
        (
            "zola",
            "a.md",
            '+++\ntitle = "T"\ndate = 2020-01-02\n[taxonomies]\ntags=["x"]\n+++\nText.\n',
        ),
        ("hugo", "a.md", '{"title": "T", "date": "2020-01-02", "tags": ["x"]}\nText.\n'),
        ("pelican", "a.md", "Title: T\nDate: 2020-01-02\nTags: x\n\nText.\n"),
        ("pelican", "a.rst", "T\n=\n\n:date: 2020-01-02\n:tags: x\n\nText.\n"),
        ("nikola", "a.rst", ".. title: T\n.. date: 2020-01-02\n.. tags: x\n\nText.\n"),
        ("jekyll", "a.html", "---\ntitle: T\ndate: 2020-01-02\ntags: x\n---\n<p>Text.</p>\n"),
    ],
)
def test_front_matter_in_every_form(tmp_path: Path, engine: Engine, name: str, text: str) -> None:
    found = publish(tmp_path, {name: text}, engine)
    read = found.read[name]
    assert (read.title, read.published) == ("T", "2020-01-02T00:00:00Z")
    assert [tag.term for tag in read.tags] == ["x"]
    assert html(found, name) == "<p>Text.</p>"
    assert found.warnings == []


def test_what_is_not_rendered_is_named(tmp_path: Path) -> None:
    files = {
        f"2020-01-01-a.{kind}": "= Title\n" for kind in ("adoc", "org", "textile", "mdx", "txt")
    }
    assert [*publish(tmp_path, files).skipped.values()] == [
        "AsciiDoc is not rendered", "MDX is not rendered", "Org is not rendered",
        "Textile is not rendered", "plain text is not rendered",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "title", "shown"),
    [
        ("--- \t\ntitle: T\n---  \nText.", "T", "<p>Text.</p>"),
        ("---\ntitle: T\n...\nText.", "T", "<p>Text.</p>"),
        ("---\r\ntitle: T\r\n---\r\nText.\r\n", "T", "<p>Text.</p>"),
        ("\ufeff---\ntitle: T\n---\nText.", "T", "<p>Text.</p>"),
        ("\n---\ntitle: T\n---\nText.", "T", "<p>Text.</p>"),
        ("---\n---\nText.", "A", "<p>Text.</p>"),
        ("---\n---\n", "A", ""),
        ("---\ntitle: Foo --- Bar\n---\nText.", "Foo --- Bar", "<p>Text.</p>"),
    ],
)
def test_fences_in_every_form(tmp_path: Path, text: str, title: str, shown: str) -> None:
    found = publish(tmp_path, {"2020-01-01-a.md": text})
    assert found.read["2020-01-01-a.md"].title == title
    assert html(found, "2020-01-01-a.md") == shown


def test_a_note_without_a_title_has_its_first_words(tmp_path: Path) -> None:
    text = (
        "---\ndate: 2020-01-01\n---\nSome *words* of a [note](x), and then many more than fit in.\n"
    )
    read = publish(tmp_path, {"2020-01-01-1.md": text}, "hugo").read["2020-01-01-1.md"]
    assert read.title == "Some words of a note, and then many more than fit in."
    read = publish(tmp_path / "b", {"2020-01-01-a-note.md": text}).read["2020-01-01-a-note.md"]
    assert read.title == "A Note"


@pytest.mark.parametrize(
    ("matter", "line", "rest"),
    [
        ('extended: ":MORE:"', ":MORE:", "Rest."),
        ('extended: ":MORE:"', ":MORE:", ""),
        ('extended: ":MORE:"', "", "Rest."),
        ("x: y", "<!--more-->", "Rest."),
        ("x: y", "<!-- more -->", "Rest."),
        ("x: y", "<!-- TEASER_END -->", "Rest."),
    ],
)
def test_the_marker_never_leaks_and_both_halves_are_there(
    tmp_path: Path, matter: str, line: str, rest: str
) -> None:
    name = "2020-01-01-a.md"
    found = publish(tmp_path, {name: f"---\n{matter}\n---\nLead.\n\n{line}\n{rest}".rstrip("\n")})
    content = found.entries.entries[0].content
    for shown in (content.xhtml, content.text, content.summary or "", html(found, name)):
        assert "MORE" not in shown
        assert "more" not in shown
        assert "TEASER" not in shown
    assert ("Lead." in content.xhtml, "Rest." in content.xhtml) == (True, bool(rest))
    assert content.summary == ("Lead." if rest and line else None)


def test_characters_that_xml_cannot_carry_cost_nothing(tmp_path: Path) -> None:
    text = (
        "---\ntitle: A\x08B\ntags: [x\x02y]\n---\nOne\x0btwo\x0c [l](http://x.example/\x02) &#8;.\n"
    )
    found = publish(tmp_path, {"2020-01-01-a.md": text, "2020-01-02-b.md": "Fine."})
    assert found.read["2020-01-01-a.md"].title == "AB"
    assert html(found, "2020-01-02-b.md") == "<p>Fine.</p>"


def test_yaml_means_what_was_written(tmp_path: Path) -> None:
    text = (
        "---\ntitle: ! 'Yes'\nTags: x\ntags: [no, 010, 1.10, null, 12:30]\nauthor: ~\n"
        "slug: 0123\nlang: no\ntitle: on\n---\n"
    )
    found = publish(
        tmp_path, {"2020-01-01-a.md": text, "2020-01-02-b.md": "---\ntitle: News #2\n---\n"}
    )
    made = found.entries.entries[0]
    assert (made.title, made.categories, made.language) == (
        "on",
        ("no", "010", "1.10", "12:30"),
        "no",
    )
    assert made.link.endswith("/0123.html")
    assert found.warnings == [("2020-01-01-a.md", 8), ("2020-01-02-b.md", 2)]


def test_yaml_that_is_none_is_rescued_and_told(tmp_path: Path) -> None:
    text = "---\ntitle: A: B\ndate: 2020-01-05\ntags: [x, y]\ndraft: false\n---\nText.\n"
    found = publish(tmp_path, {"a.md": text})
    read = found.read["a.md"]
    assert (read.title, read.published) == ("A: B", "2020-01-05T00:00:00Z")
    assert [tag.term for tag in read.tags] == ["x", "y"]
    assert found.warnings == [("a.md", 2)]
    hidden = publish(tmp_path / "b", {"2020-01-01-a.md": text.replace("false", "true")})
    assert hidden.skipped == {"2020-01-01-a.md": "a draft"}


@pytest.mark.parametrize(
    ("head", "line", "key"),
    [
        ("title: A: b\n published: false", 3, "published"),
        ("title: A\n  draft: true", 3, "draft"),
        ("title: A\n\tdraft: true", 3, "draft"),
        ("layout: post\n  private: true", 3, "private"),
        ("title: A: b\n  'draft': true", 3, "draft"),
        (" draft: true\ntitle: A: b", 2, "draft"),
        ("title: A\ndraft = true", 3, "draft"),
        ("title: A\ndraft\uff1a true", 3, "draft"),
        ("title: A\n- draft: true", 3, "draft"),
        ("title: 'A\n  Status: draft", 3, "Status"),
        ("title: A\npublished: false draft: true", 3, "published"),
        ("title: A\ndraft: [true", 3, "draft"),
        ("title: A\n  secret: true", 3, "secret"),
    ],
)
def test_a_key_of_a_draft_that_is_lost_stops_its_post(
    tmp_path: Path, head: str, line: int, key: str
) -> None:
    found = publish(
        tmp_path, {"2020-01-01-a.md": f"---\n{head}\n---\nText.\n"}, keys={"draft": "secret"}
    )
    (skip,) = found.entries.skipped
    assert (skip.line, skip.broken) == (line, True)
    assert skip.reason.startswith(f"{key} cannot be read; begin its line with `{key}:`, without ")
    assert found.read == {}


@pytest.mark.parametrize(
    ("engine", "written", "absolute"),
    [
        ("jekyll", "b.png", "https://blog.example/2020/01/01/b.png"),
        ("jekyll", "/b.png", "https://blog.example/b.png"),
        ("jekyll", "//x.example/b", "https://x.example/b"),
        ("jekyll", "../b", "https://blog.example/2020/01/b"),
        ("jekyll", "?q", "https://blog.example/2020/01/01/a.html?q"),
        ("jekyll", "{{ site.baseurl }}/b", "https://blog.example/b"),
        ("zola", "@/2020-01-01-a.md", "https://blog.example/a/"),
        ("pelican", "{filename}/2020-01-01-a.md", "https://blog.example/a.html"),
    ],
)
def test_relative_addresses_become_absolute(
    tmp_path: Path, engine: Engine, written: str, absolute: str
) -> None:
    head = "Title: a\n" if engine == "pelican" else ""
    found = publish(tmp_path, {"2020-01-01-a.md": f"{head}\n[x]({written})\n"}, engine)
    assert f'href="{absolute}"' in found.entries.entries[0].content.xhtml


@pytest.mark.parametrize(
    "tag",
    ["{% endhighlight %}", "{% include x.html a=b %}", "{{ site.posts }}", "{% raw %}",
     '{{< figure src="a.png" >}}', "{{% notice %}}"],
)  # fmt: skip
def test_tags_that_we_do_not_know_stay_readable(tmp_path: Path, tag: str) -> None:
    text = f"# Head {tag}\n\nText before\n{tag}\n\n* item {tag}\n\n`{tag}`\n"
    found = publish(tmp_path, {"2020-01-01-a.md": text}, templates="keep")
    words = found.read["2020-01-01-a.md"].content[0].value
    escaped = tag.replace("<", "&lt;").replace(">", "&gt;")
    assert words.count(escaped) + words.count(escaped.replace('"', "&quot;")) >= 4
    assert all(word in words for word in ("Head", "Text before", "item"))


def test_what_is_held_back_is_not_published(tmp_path: Path) -> None:
    files = {
        "2020-01-01-a.md": "---\ndraft: true\n---\n",
        "2020-01-01-b.md": "---\npublished: false\n---\n",
        "_drafts/c.md": "Text.",
        "2020-01-01-d.md": "---\nstatus: draft\n---\n",
        "2027-01-01-e.md": "Text.",
    }
    found = publish(tmp_path, files)
    assert not found.read
    assert len(found.skipped) == len(files)


@pytest.mark.parametrize(
    ("engine", "tags"),
    [("jekyll", "a b"), ("jekyll", "[a, b, a, null]"), ("pelican", "a; b"), ("nikola", "a, b"),
     ("hugo", "['a ', b, '']")],
)  # fmt: skip
def test_tags_are_a_list_of_different_ones_in_order(
    tmp_path: Path, engine: Engine, tags: str
) -> None:
    text = f"---\ntitle: T\ntags: {tags}\n---\n"
    found = publish(tmp_path, {"2020-01-01-a.md": text}, engine)
    assert [tag.term for tag in found.read["2020-01-01-a.md"].tags] == ["a", "b"]


@pytest.mark.parametrize(
    "author",
    ["[Ada, Bob]", "Ada; Bob", "Ada and Bob", "Ada (a@b.example); Bob",
     "[{name: Ada, email: a@b.example}, Bob]"],
)  # fmt: skip
def test_authors_in_every_form(tmp_path: Path, author: str) -> None:
    found = publish(tmp_path, {"2020-01-01-a.md": f"---\nauthor: {author}\n---\n"})
    names = [person.name for person in found.read["2020-01-01-a.md"].authors]
    assert names == ["Ada", "Bob"]


def test_languages_and_their_writing_survive(tmp_path: Path) -> None:
    hebrew = (
        "\u05e9\u05dc\u05d5\u05dd\u200f, \u202babc\u202c "
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f468\u200d\U0001f469"
    )
    files = {
        "2020-01-01-a.fr.md": "Texte.",
        "2020-01-01-a.pt-BR.md": "Texto.",
        "2020-01-01-b.md": f"---\nlang: he\ntitle: {hebrew}\n---\n{hebrew}\n",
    }
    found = publish(tmp_path, files, languages=("fr", "pt-BR"))
    languages = {path: read.content[0].language for path, read in found.read.items()}
    assert languages == {
        "2020-01-01-a.fr.md": "fr", "2020-01-01-a.pt-BR.md": "pt-BR", "2020-01-01-b.md": "he",
    }  # fmt: skip
    assert found.read["2020-01-01-b.md"].title == hebrew
    assert html(found, "2020-01-01-b.md") == f"<p>{hebrew}</p>"


def test_any_name_of_a_file_makes_an_id_and_an_address(tmp_path: Path) -> None:
    names = ["2020-01-01-a b.md", "2020-01-01-c#.md", "2020-01-01-100%.md", "2020-01-01-[x].md",
             "2020-01-01-@1.md", "2020-01-01-v1.2.3.md", "2020-01-01-UPPER.md", "2020-01-01---x.md",
             "2020-01-01-日本.md"]  # fmt: skip
    found = publish(tmp_path, dict.fromkeys(names, "Text."))
    assert [*found.read] == sorted(names)
    for read in found.read.values():
        assert read.link.isascii()
        assert " " not in read.link


def test_a_post_of_190_kilobytes_is_whole(tmp_path: Path) -> None:
    body = "".join(f"Paragraph {n} with *some* words.\n\n" for n in range(5_600))
    found = publish(tmp_path, {"2020-01-01-a.md": body})
    assert len(body) > 190_000
    assert html(found, "2020-01-01-a.md").count("<p>") == 5_600


def test_raw_html_comments_and_footnotes(tmp_path: Path) -> None:
    body = (
        "<div><b>raw</b></div>\n\n<!-- a comment -->\n\n`]]>` and ]]> and a note[^1].\n\n"
        "<script>x</script><iframe src='https://x.example/f'></iframe>\n\n[^1]: The note.\n"
    )
    found = publish(tmp_path, {"2020-01-01-a.md": body, "2020-01-02-b.md": body})
    one, other = (html(found, path) for path in found.read)
    assert "<b>raw</b>" in one
    assert "a comment" not in one
    assert "script" not in one
    assert "https://x.example/f" in one
    assert "The note." in one
    ids = [{part.split('"')[1] for part in shown.split(" id=")[1:]} for shown in (one, other)]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])


def test_what_is_broken_is_named_and_costs_no_other(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "2020-01-01-latin.md": "---\ntitle: Café\n---\n".encode("latin-1"),
        "2020-01-02-merge.md": "---\ntitle: A\n<<<<<<< HEAD\n---\n",
        "2020-01-03-open.md": "---\ntitle: A\n",
        "2020-01-04-curly.md": "---\ndate: “2020-01-05”\n---\n",
        "2020-01-06-fine.md": "Text.",
    }
    found = publish(tmp_path, files)
    assert [*found.read] == ["2020-01-04-curly.md", "2020-01-06-fine.md"]
    assert [reason.split(";")[0] for reason in found.skipped.values()] == [
        "is not UTF-8 at byte 14 of the file", "holds a merge conflict",
        "the front matter never ends",
    ]  # fmt: skip
    assert found.warnings == [("2020-01-04-curly.md", 2)]
