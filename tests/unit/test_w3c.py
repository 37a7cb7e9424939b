"""What the W3C feed validator warns of is in no feed of the goldens, the demo and the examples."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.config import FeedFile
from tests.goldens import test_goldens
from tests.support import ROOT, one_feed, w3c
from tests.support.blog import Blog

if TYPE_CHECKING:
    from publisher.config import Format

SITES = ROOT / "tests" / "engines" / "sites"
FORMATS: list[Format] = ["atom", "rss", "json"]
FEEDS = "".join(f"  - {{path: w3c.{form}, format: {form}, limit: all}}\n" for form in FORMATS)


def built(folder: Path) -> list[bytes]:
    return [(folder / f"w3c.{form}").read_bytes() for form in FORMATS]


def write_feeds(blog: Blog) -> None:
    path = blog.folder / "publisher.yaml"
    head = path.read_text(encoding="utf-8").split("feeds:")[0]
    path.write_text(f"{head}feeds:\n{FEEDS}", encoding="utf-8")


@pytest.mark.parametrize("form", FORMATS)
def test_the_goldens(form: Format) -> None:
    file = FeedFile(path=Path("f"), format=form, limit="all", url="https://blog.example/f")
    document = one_feed.document(file, test_goldens.SITE, [*test_goldens.entries().values()])
    assert b"footnote" in document
    assert w3c.warnings(document) == []


def test_the_posts_of_the_demo(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "demo")
    with resources.as_file(resources.files("publisher.app.demo") / "posts") as posts:
        shutil.copytree(posts, blog.posts, dirs_exist_ok=True)
    write_feeds(blog)
    assert blog.run("build").code == 0
    assert [w3c.warnings(document) for document in built(blog.folder)] == [[], [], []]


@pytest.mark.parametrize("engine", sorted(path.name for path in SITES.iterdir() if path.is_dir()))
def test_the_example_sites(tmp_path: Path, engine: str) -> None:
    blog = Blog(tmp_path / "site")
    shutil.rmtree(blog.folder)
    shutil.copytree(SITES / engine, blog.folder)
    done = blog.run("init", "--url", "https://blog.example")
    assert done.code == 0, done.err
    write_feeds(blog)
    blog.run("build")
    assert [w3c.warnings(document) for document in built(blog.folder)] == [[], [], []]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("A <em>new</em> day", "A new day"),
        ("Q&amp;A on <code>&lt;b&gt;</code>", "Q&A on <b>"),
        ("One<br>two", "One two"),
        ("Tom &amp; Jerry&#8217;s", "Tom & Jerry’s"),
    ],
)
def test_a_title_in_html_is_plain_text_in_all_formats(
    tmp_path: Path, written: str, shown: str
) -> None:
    blog = Blog(tmp_path / "site")
    write_feeds(blog)
    blog.write("2026-01-01-a.md", "Text.\n", title=f"'{written}'", description=f"'{written}'")
    assert blog.run("build").code == 0
    documents = built(blog.folder)
    assert [w3c.warnings(document) for document in documents] == [[], [], []]
    escaped = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for document in documents[:2]:
        assert f"<title>{escaped}</title>" in document.decode()
    assert f'"title": "{shown}"' in documents[2].decode()


def test_a_link_to_a_footnote_leads_to_the_page(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    write_feeds(blog)
    blog.write("2026-01-01-a.md", 'Words[^1].\n\n`<a href="#x">`\n\n[^1]: A note.\n', title="A")
    assert blog.run("build").code == 0
    atom, rss, json = (document.decode() for document in built(blog.folder))
    page = "https://blog.example/2026/01/01/a/"
    assert f'href="{page}#fn:1"' in rss.replace("&quot;", '"')
    assert f'href=\\"{page}#fn:1\\"' in json
    assert w3c.warnings(rss.encode()) == w3c.warnings(json.encode()) == []
    # The XHTML of Atom is part of the document.
    assert 'href="#2026-01-01-a-fn1"' in atom
    assert all('href="#x"' in text.replace("\\", "") for text in (atom, rss, json))


def test_the_checks_see_what_they_look_for() -> None:
    rss = "<rss><item><title>{}</title><description>{}</description></item></rss>"
    for title, text, warning in (
        ("&lt;b&gt;x&lt;/b&gt;", "", "ContainsHTML: <b>x</b>"),
        ("Q&amp;amp;A", "", "ContainsHTML: Q&amp;A"),
        ("A", "&lt;a href='#x'>", "ContainsRelRef: #x"),
        ("A", "&lt;img src='/x'>", "ContainsRelRef: /x"),
        ("A\ufffd", "", "BadCharacters: '\\ufffd'"),
    ):
        assert w3c.warnings(rss.format(title, text).encode()) == [warning]
    assert w3c.warnings(rss.format("The &lt;b&gt; tag", "Tom &amp; J").encode()) == []
