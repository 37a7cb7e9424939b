"""Characters that were decoded wrongly are kept, and named with their file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog

if TYPE_CHECKING:
    from pathlib import Path

REPLACED = (
    "has U+FFFD, which a program wrote in the place of a character that it could not read; "
    "write the right character"
)
CONTROL = (
    "has the control character U+0092, which readers do not show; in Windows-1252 it is ’; "
    "write the right character"
)


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    return Blog(tmp_path / "site")


def test_the_file_and_the_line_are_named_and_nothing_is_lost(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "One\n\nCaf\ufffd and it\x92s\n\n\ufffd\n", title="Th\ufffd A")
    for command, kind in (("check", "warning: "), ("build", "")):
        run = blog.run(command)
        assert run.code == 0
        for line, message in ((2, f"{REPLACED}; also in lines 6 and 8"), (6, CONTROL)):
            assert f"2026-01-01-a.md:{line}: {kind}{message}" in run.out + run.err
    for document in blog.built().values():
        text = document.decode()
        assert "Th\ufffd A" in text
        assert "Caf\ufffd and it\x92s" in text


@pytest.mark.parametrize("code", ["`\ufffd`", "```\n\ufffd\n```"])
def test_the_character_in_code_is_meant(blog: Blog, code: str) -> None:
    blog.write("2026-01-01-a.md", f"One\n\n{code}\n", title="A")
    assert "U+FFFD" not in blog.run("check").out


@pytest.mark.parametrize("reference", ["&#0;", "&#xD800;", "&#x110000;", "&#65533;"])
@pytest.mark.parametrize("name", ["2026-01-01-a.md", "2026-01-01-a.html"])
def test_a_reference_to_no_character_is_named(blog: Blog, name: str, reference: str) -> None:
    blog.write(name, f"One &#233;\n\nTwo {reference} three\n", title="A")
    assert f"{name}:6: warning: {REPLACED}" in blog.run("check").out
    assert blog.run("build").code == 0
    assert "Two \ufffd three" in blog.built()["feed.json"].decode()


def test_an_item_of_a_feed_is_named(blog: Blog) -> None:
    path = blog.folder / "publisher.yaml"
    path.write_text(path.read_text().replace("path: posts, permalink: pretty", "feed: in.rss"))
    (blog.folder / "in.rss").write_text(
        "<rss version='2.0'><channel><title>F</title><item><guid>tag:x,2026:1</guid>"
        "<link>https://blog.example/1</link><title>Th\ufffd</title><description>A</description>"
        "<pubDate>Thu, 01 Jan 2026 00:00:00 GMT</pubDate></item></channel></rss>"
    )
    run = blog.run("build")
    assert run.code == 0, run.err
    assert REPLACED in run.err
    assert "in.rss: " in run.err


def test_text_in_any_language_is_no_damage(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Ünï 漢字 עברית 🎉 a\u200db \x85 c\xa0d\n", title="Fine")
    assert "0 warnings" in blog.run("check").out
