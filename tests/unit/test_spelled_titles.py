"""Posts whose pages spell the title in another way, at an address that no rule gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.built_blog import BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "The old mill stands at the river behind the wood, and nobody grinds corn in it now."


@pytest.mark.parametrize("title", ["Post <em>three</em> & quotes", "AT&amp;T", "🎉🎉", "1/2 (c)"])
def test_the_page_of_a_post_is_found_however_it_spells_the_title(
    tmp_path: Path, title: str
) -> None:
    """The pages show what is written; all others are where the rules say, with their titles."""
    blog = BuiltBlog(tmp_path)
    for number in range(9):
        blog.write(f"2026-01-0{number + 1}-n{number}.md", f"{number} {TEXT}", title=f"N {number}")
    blog.write("2026-02-01-mill.md", "A party of many guests, with cakes and songs.", title=title)
    blog.build_site()
    page = blog.output / "mill/index.html"
    shown = page.read_text().replace("1/2 (c)", "½ ©")
    page.unlink()
    blog.page("of-the-mill/index.html", shown.replace("/mill/", "/of-the-mill/"))
    done = blog.run("build")
    assert (done.code, done.err) == (0, "")
    feed = (blog.folder / "feed.atom").read_text(encoding="utf-8")
    assert "https://blog.example/of-the-mill/" in feed
    assert "cakes and songs" in feed
