"""A new theme whose words would be in every text: nothing is built or sent."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.built_blog import THEME, BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = ("build", "plan", "publish", "status", "check")
TEXTS = {
    "mill": "The old mill stands at the river behind the wood, and nobody grinds corn in it now.",
    "boat": "A green boat lies upside down on the shore, and children hide below it when it rains.",
    "clock": "The clock of the town hall has been five minutes slow for as long as anybody knows.",
    "baker": "Our baker bakes rye bread on Tuesdays, and on all other days bread of white flour.",
    "well": "Nobody has drunk from the well since a shepherd lost both of his boots in its water.",
    "inn": "Travellers sleep in the inn at the crossing, which has seven rooms and a single bath.",
}
START, _, END = THEME.partition('<h1>{title}</h1><div class="post-content">{body}</div>')
DATE = "<p class=date>3 May · 2 min read</p>"
OLD = f"{START}<h1>{{title}}</h1>{DATE}{{body}}{END}"
NEW = f"{START}<header><h1>{{title}}</h1>{DATE}</header>{{body}}{END}"
UNTITLED = f"{START}<div>{DATE}</div>{{body}}{END}"
POSTS = ", body: article, drop: ['article > h1', 'article > .date', .series]"
REFUSED = "nearly all of 6 pages show {} in the text of their post"


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog of six posts whose theme puts title and date beside the text."""
    blog = BuiltBlog(tmp_path / "site")
    blog.set_up(posts=POSTS)
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        blog.write(f"2026-01-0{day}-{slug}.md", text, title=f"The story of the {slug}")
    blog.build_site(OLD)
    run = blog.run("build")
    assert (run.code, run.err) == (0, "")
    return blog


@pytest.mark.parametrize("command", COMMANDS)
def test_a_title_that_a_new_theme_puts_into_every_text_stops_every_command(
    blog: BuiltBlog, command: str
) -> None:
    before = blog.built()
    blog.build_site(NEW)
    for _ in range(2):
        run = blog.run(command)
        assert run.code == 3
        assert REFUSED.format("the title of the post") in run.err
        assert "`publisher init --learn`" in run.err
        assert blog.built() == before


def test_without_a_memory_too(blog: BuiltBlog) -> None:
    shutil.rmtree(blog.folder / ".publisher")
    blog.build_site(NEW)
    run = blog.run("build")
    assert run.code == 3
    assert REFUSED.format("the title of the post") in run.err


def test_other_words_that_a_new_theme_puts_into_every_text_stop_a_run(blog: BuiltBlog) -> None:
    blog.build_site(UNTITLED)
    run = blog.run("build")
    assert run.code == 3
    assert REFUSED.format('"3 may 2 min read"') in run.err
    shutil.rmtree(blog.folder / ".publisher")
    blog.set_up(posts=", body: article, drop: ['article > h1', 'article > .date']")
    assert REFUSED.format('"3 may 2 min read"') in blog.run("build").err


def test_a_title_in_every_text_stops_a_run_if_no_selector_is_useless(blog: BuiltBlog) -> None:
    blog.set_up(posts=", body: .post-content")
    blog.build_site()
    assert blog.run("build").code == 0
    blog.build_site(THEME.replace("{body}", "<h2>{title}</h2>{body}"))
    run = blog.run("build")
    assert run.code == 3
    assert REFUSED.format("the title of the post") in run.err
    assert "posts.drop matches nothing" not in run.err


def test_words_around_the_text_stay_if_all_selectors_match(blog: BuiltBlog) -> None:
    """A box that the author has put into the layout is no other theme."""
    blog.set_up(posts=", body: article, drop: [h1, .date]")
    blog.build_site(OLD.replace("{body}", "{body}<p>Thank you for reading</p>"))
    assert blog.run("build").code == 0


def test_a_selector_for_a_few_pages_is_no_sign_of_another_theme(blog: BuiltBlog) -> None:
    """Though all texts end with words of the theme."""
    theme = OLD.replace("{body}", "{body}<p>Thank you for reading</p>")
    shutil.rmtree(blog.folder / ".publisher")
    blog.build_site(theme)
    assert blog.run("build").code == 0
    blog.build_site(theme, head="<meta name=generator content=new>")
    assert blog.run("build").code == 0


def test_fewer_than_five_pages_say_nothing_of_the_theme(blog: BuiltBlog) -> None:
    for slug in [*TEXTS][:4]:
        (path,) = blog.posts.glob(f"*-{slug}.md")
        blog.build_page(slug, path.read_text(), NEW)
    assert blog.run("build").code == 0


def test_words_that_shortcodes_make_are_no_sign_of_another_theme(tmp_path: Path) -> None:
    blog = BuiltBlog(tmp_path / "site")
    blog.set_up(posts=", body: .post-content, drop: [.none]")
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        blog.write(f"2026-01-0{day}-{slug}.md", f"{text}\n\n{{{{< series >}}}}", title=f"A {slug}")
    blog.build_site(THEME.replace("{body}", "{body}<p>This is one of six parts</p>"))
    assert blog.run("build").code == 0
