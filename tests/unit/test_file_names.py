"""Pictures and recordings whose file names have signs that mean something in URLs are found."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

import pytest

from publisher.config import Site
from publisher.rendering import Rendered, Renderings
from tests.support import posts
from tests.support.built_blog import THEME, BuiltBlog
from tests.unit.test_engines import read

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.config import Engine

# The engine, the file of the post, the folder of its media, and how it writes a name.
Place: TypeAlias = "tuple[Engine, str, str, str]"

NAMES = ["a b.ogg", "a #1.ogg", "what? no.ogg", "50% off.ogg", "100%25.ogg", "x%20y.ogg", "#.ogg"]
PLACES: dict[str, Place] = {
    "jekyll": ("jekyll", "_posts/2020-01-02-a.md", "media", "/media/{}"),
    "bundle": ("hugo", "content/posts/a/index.md", "content/posts/a", "{}"),
    "hugo": ("hugo", "content/a.md", "static", "/{}"),
    "zola": ("zola", "content/a/index.md", "content/a", "{}"),
    "eleventy": ("eleventy", "posts/2020-01-02-a.md", "posts", "./{}"),
    "hexo": ("hexo", "source/_posts/a.md", "source/m", "/m/{}"),
    "nikola": ("nikola", "posts/a.md", "files/m", "/m/{}"),
    "pelican": ("pelican", "content/a.md", "content/m", "{{static}}m/{}"),
    "rooted": ("pelican", "content/a.md", "content/m", "{{static}}/m/{}"),
    "plain": ("plain", "a.md", "", "{}"),
    "absolute": ("any", "a.md", "static/m", "https://blog.example/m/{}"),
}
NOW = "--now=2026-11-01T12:00:00Z"


def rendered(folder: Path, engine: Engine, post: str, text: str) -> Rendered:
    """The only post of a site."""
    reading = read(
        folder, engine, {post: text}, posts=post.partition("/")[0] if "/" in post else ""
    )
    site = Site(title="A blog", url="https://blog.example", since=dt.date(2020, 1, 1))
    (one,) = reading.posts
    return Renderings(reading, site).of(posts.entry(one, site))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", PLACES)
def test_a_recording_is_found_and_measured(tmp_path: Path, place: str, name: str) -> None:
    engine, post, folder, written = PLACES[place]
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / folder / name).write_bytes(b"1234567")
    for address in (written.format(name), written.format(quote(name))):
        front = f"title: A\ndate: 2020-01-02\npublish: true\naudio: '{address}'\nimage: '{address}'"
        head = front.replace("'", "") + "\n\n" if engine == "pelican" else f"---\n{front}\n---\n"
        found = rendered(tmp_path, engine, post, f"{head}Text.")
        (audio,) = found.enclosures
        assert (audio.href.rpartition("/")[2], audio.length, audio.type) == (
            quote(name), 7, "audio/ogg",
        )  # fmt: skip
        assert found.image
        assert (found.image.href, found.image.length) == (audio.href, 7)


def test_a_url_that_names_a_file_stays_a_url(tmp_path: Path) -> None:
    """Only if there is no such file, it is the name of one."""
    (tmp_path / "a.ogg").write_bytes(b"1")
    (tmp_path / "a.ogg?v=2").write_bytes(b"12")
    front = "---\ntitle: A\ndate: 2020-01-02\naudio: [a.ogg?v=2, 'b.ogg?v=3', 'c #2.ogg']\n---\n"
    found = rendered(tmp_path, "any", "a.md", front)
    assert [(one.href.rpartition("/")[2], one.length) for one in found.enclosures] == [
        ("a.ogg?v=2", 1), ("b.ogg?v=3", None), ("c%20#2.ogg", None),
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES[::2])
def test_the_built_site_has_it_under_its_name(tmp_path: Path, name: str) -> None:
    blog = BuiltBlog(tmp_path / "site")
    blog.write("2026-01-01-mill.md", "A text.", title="A mill", audio=f"'/m/{name}'")
    page = THEME.replace("<h1>", f'<audio src="/m/{quote(name)}"></audio><h1>')
    blog.build_site(page)
    blog.page(f"m/{name}", "a file")
    assert blog.run("build", NOW).code == 0
    (item,) = json.loads((blog.folder / "feed.json").read_text())["items"]
    (found,) = item["attachments"]
    assert (found["url"], found["size_in_bytes"]) == (
        f"https://blog.example/m/{quote(name)}", 6,
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES[::2])
def test_the_page_names_it_where_the_generator_moved_it(tmp_path: Path, name: str) -> None:
    blog = BuiltBlog(tmp_path / "site")
    blog.write("2026-01-01-mill.md", "A text.", title="A mill", audio=f"'./{name}'")
    (blog.posts / name).write_bytes(b"1234567")
    blog.build_site(THEME.replace("<h1>", f'<audio src="/m/{quote(name)}"></audio><h1>'))
    blog.page(f"m/{name}", "a file")
    assert blog.run("build", NOW).code == 0
    (item,) = json.loads((blog.folder / "feed.json").read_text())["items"]
    (found,) = item["attachments"]
    assert (found["url"], found["size_in_bytes"]) == (
        f"https://blog.example/m/{quote(name)}", 6,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("engine", "post", "body"),
    [
        ("pelican", "content/a.md", "![x]({static}/m/URL)"),
        ("pelican", "content/a.md", "![x]({attach}m/URL)"),
        ("pelican", "content/a.html", '<img src="{static}m/URL">'),
        ("pelican", "content/a.rst", ".. image:: {static}/m/URL"),
        ("jekyll", "_posts/2020-01-02-a.md", '<audio src="/m/URL"></audio>'),
        ("hugo", "content/a.md", '{{< figure src="/m/URL" >}}'),
        ("hexo", "source/_posts/a.md", "![x](/m/URL)"),
        ("plain", "a.md", "![[m/NAME]]"),
    ],
)
@pytest.mark.parametrize("name", ["a b.png", "50% off.png", "100%25.png", "what?.png"])
def test_a_picture_in_the_body_has_the_url_of_its_file(
    tmp_path: Path, engine: Engine, post: str, body: str, name: str
) -> None:
    head = "---\ntitle: A\ndate: 2020-01-02\npublish: true\n---\n"
    if engine == "pelican":
        head = "title: A\ndate: 2020-01-02\n\n"
    if post.endswith(".rst"):
        head = "A\n==\n\n:date: 2020-01-02\n\n"
    if post.endswith(".html"):
        head = '<title>A</title><meta name="date" content="2020-01-02"><body>'
    text = head + body.replace("URL", quote(name)).replace("NAME", name)
    assert f'/m/{quote(name)}"' in rendered(tmp_path, engine, post, text).content.xhtml


def test_a_link_to_a_file_keeps_its_query_and_its_fragment(tmp_path: Path) -> None:
    text = (
        "title: A\ndate: 2020-01-02\n\n[x]({static}a%20%231.pdf?v=%23#page=2) [y]({filename}a.md#b)"
    )
    found = rendered(tmp_path, "pelican", "content/a.md", text).content.xhtml
    assert 'href="https://blog.example/a%20%231.pdf?v=%23#page=2"' in found


def test_a_page_of_zola_may_have_a_sign_in_its_name(tmp_path: Path) -> None:
    text = "+++\ntitle = 'A'\ndate = 2020-01-02\n+++\n[x](@/c%23.md#head)"
    assert (
        'href="https://blog.example/c/#'
        in rendered(tmp_path, "zola", "content/c#.md", text).content.xhtml
    )
