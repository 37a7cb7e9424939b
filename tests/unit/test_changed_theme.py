"""A new theme whose words would be in every text: nothing is built or sent."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.built_blog import THEME, BuiltBlog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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


def test_half_of_the_pages_show_a_new_theme_too(blog: BuiltBlog) -> None:
    """A generator may build the other half later."""
    write_stories(blog, "-again")
    blog.build_site(OLD)
    assert blog.run("build").code == 0
    before = blog.built()
    for slug in TEXTS:
        (post,) = blog.posts.glob(f"*-{slug}-again.md")
        blog.build_page(f"{slug}-again", post.read_text(encoding="utf-8"), NEW)
    run = blog.run("build")
    assert (run.code, REFUSED.format("the title of the post") in run.err) == (3, True)
    assert blog.built() == before
    blog.build_site(NEW)
    assert "nearly all of 12 pages show the title" in blog.run("build").err


def test_on_a_first_run_a_selector_that_matches_nothing_is_no_sign_of_another_theme(
    tmp_path: Path,
) -> None:
    blog = BuiltBlog(tmp_path / "first")
    blog.set_up(posts=", body: article, drop: [.toc]")
    write_stories(blog, "")
    blog.build_site()
    for command in COMMANDS:
        assert "theme" not in blog.run(command).err
    assert "The story of the mill</h1>" in (blog.folder / "feed.atom").read_text(encoding="utf-8")
    write_stories(blog, "-again")  # nothing is remembered of their pages
    blog.build_site()
    run = blog.run("build")
    assert (run.code, run.err) == (0, "")


def write_stories(blog: BuiltBlog, mark: str) -> None:
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        title = f"The story of the {slug}{mark}"
        blog.write(f"2026-01-0{day}-{slug}{mark}.md", f"{mark} {text}", title=title)


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
    memory = blog.folder / ".publisher/pages.sqlite"
    assert f"If readers should get that, move {memory} away, and run again" in run.err
    memory.unlink()
    assert blog.run("build").code == 0


def test_new_titles_of_many_posts_are_no_sign_of_another_theme(blog: BuiltBlog) -> None:
    """The text on every page begins with the title."""
    blog.set_up(posts=", body: article")
    assert blog.run("publish", "--refresh").code == 0
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        blog.write(f"2026-01-0{day}-{slug}.md", text, title=f"What we know of our {slug}")
    blog.build_site(OLD)
    run = blog.run("build")
    assert (run.code, run.err) == (0, "")
    assert "What we know of our mill</h1>" in (blog.folder / "feed.atom").read_text()


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


@pytest.mark.parametrize("theme", [NEW, THEME.replace("{body}", "<h2>{title}</h2>{body}")])
def test_titles_in_the_texts_of_three_posts_that_nobody_edited_are_of_a_theme(
    blog: BuiltBlog, theme: str
) -> None:
    before = blog.built()
    build_some(blog, 3, theme)
    run = blog.run("build")
    assert run.code == 3
    assert "nearly all of 3 pages show the title of the post" in run.err
    assert blog.built() == before


def build_some(blog: BuiltBlog, number: int, theme: str) -> None:
    for slug in [*TEXTS][:number]:
        (path,) = blog.posts.glob(f"*-{slug}.md")
        blog.build_page(slug, path.read_text(), theme)


def test_fewer_pages_say_nothing_of_the_theme(blog: BuiltBlog) -> None:
    build_some(blog, 2, NEW)
    assert blog.run("build").code == 0


def test_other_words_on_fewer_than_five_pages_say_nothing_of_the_theme(blog: BuiltBlog) -> None:
    build_some(blog, 4, UNTITLED)
    assert blog.run("build").code == 0


def test_new_titles_that_an_author_wrote_into_three_posts_are_no_theme(blog: BuiltBlog) -> None:
    for slug in [*TEXTS][:3]:
        (path,) = blog.posts.glob(f"*-{slug}.md")
        text = path.read_text().replace("\n---\n", f"\n---\nThe story of the {slug}\n\n")
        blog.touch(path).write_text(text)
        blog.build_page(slug, text, OLD)
    assert blog.run("build").code == 0


def test_words_that_shortcodes_make_are_no_sign_of_another_theme(tmp_path: Path) -> None:
    blog = BuiltBlog(tmp_path / "site")
    blog.set_up(posts=", body: .post-content, drop: [.none]")
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        blog.write(f"2026-01-0{day}-{slug}.md", f"{text}\n\n{{{{< series >}}}}", title=f"A {slug}")
    blog.build_site(THEME.replace("{body}", "{body}<p>This is one of six parts</p>"))
    assert blog.run("build").code == 0


RECURRING = {
    "one": "Elixir v1.19 released today brings types. Elixir v1.19 released for all is free.",
    "two": "At last. With Elixir v1.20 released for everybody, types are inferred everywhere.",
    "three": "Nobody waited longer than we did. Elixir v1.21 released on a Monday is fast.",
    "four": "It is out: Elixir v1.22 released by the team has a new compiler and many fixes.",
    "five": "We are glad to have Elixir v1.23 released now, which needs Erlang 27 or later.",
}
CHINESE = {
    "one": "港口的灯光很美。我们在港口看海，海边有很多渔船，渔夫在清晨出海捕鱼。",
    "two": "山上的雪还没有化。去山上看雪的人很多，他们带着热茶和面包走了一整天。",
    "three": "老城的钟楼慢了五分钟。老城的人都知道这件事，但是没有人去修理它。",
    "four": "面包店每周二卖黑面包。面包店的老板说，黑面包比白面包更健康也更好吃。",
    "five": "河边的磨坊已经很旧了。磨坊的主人去年离开，现在没有人再去那里磨面。",
}
CHINESE_TITLES = ("在港口看海", "山上看雪", "老城的钟楼", "面包店每周二", "磨坊的主人")
ADDED = (
    "<h1>{title}</h1><p>Share this on the Fediverse today</p>",
    "<header><h1>{title}</h1><p>Share this on the Fediverse today</p></header>",
)


@pytest.mark.parametrize("added", ADDED)
@pytest.mark.parametrize(
    ("texts", "titles"),
    [
        (RECURRING, [f"Elixir v1.{number} released" for number in range(19, 24)]),
        (CHINESE, CHINESE_TITLES),
    ],
)
def test_a_title_that_recurs_in_the_text_is_seen_before_it(
    tmp_path: Path, texts: Mapping[str, str], titles: Sequence[str], added: str
) -> None:
    blog = BuiltBlog(tmp_path / "site")
    blog.set_up(posts=", body: .post-content")
    for day, ((slug, text), title) in enumerate(zip(texts.items(), titles, strict=True), 1):
        blog.write(f"2026-01-0{day}-{slug}.md", text, title=title)
    blog.build_site()
    assert blog.run("build").code == 0
    blog.build_site(head="<meta name=generator content=new>")
    assert blog.run("build").code == 0
    blog.build_site(THEME.replace("{body}", f"{added}{{body}}"))
    run = blog.run("build")
    assert run.code == 3
    assert "nearly all of 5 pages show the title of the post" in run.err


@pytest.mark.parametrize(
    ("added", "selectors"),
    [
        (ADDED[0], "`h1:title`"),
        (ADDED[1], "`header`"),
        (
            "<div class='flex intro'><h2>{title}</h2></div><p class=date>May</p>",
            "`div.intro` and `p.date`",
        ),
        ("<h3>{title}</h3>", ""),
    ],
)
def test_selectors_of_what_a_new_theme_adds_are_proposed(
    blog: BuiltBlog, added: str, selectors: str
) -> None:
    blog.set_up(posts=", body: .post-content")
    blog.build_site()
    assert blog.run("build").code == 0
    blog.build_site(THEME.replace("{body}", f"{added}{{body}}"))
    run = blog.run("check")
    assert run.code == 3
    proposal = f"posts.drop (add {selectors} to posts.drop), or" if selectors else "posts.drop, or"
    assert proposal in run.err


def test_a_title_counts_in_posts_with_components_too(tmp_path: Path) -> None:
    blog = BuiltBlog(tmp_path / "site")
    blog.set_up(posts=", body: .post-content")
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        blog.write(f"2026-01-0{day}-{slug}.md", f"{text}\n\n<Series/>", title=f"A {slug}")
    blog.build_site()
    assert blog.run("build").code == 0
    blog.build_site(THEME.replace("{body}", "<h2>{title}</h2>{body}"))
    assert blog.run("build").code == 3


def test_posts_that_are_a_picture_hide_no_titles(tmp_path: Path) -> None:
    """Nothing tells what stands before a text that has no words."""
    blog = with_pictures(tmp_path, {f"picture-{number}": "Look!" for number in range(5)})
    before = blog.built()
    blog.build_site(THEME.replace("{body}", "<h2>{title}</h2>{body}"))
    run = blog.run("build")
    assert (run.code, REFUSED.format("the title of the post") in run.err) == (3, True)
    assert blog.built() == before


def test_nor_other_words_of_a_theme(tmp_path: Path) -> None:
    blog = with_pictures(
        tmp_path, {f"picture-{number}": "Look!" for number in range(5)}, drop=", drop: [.share]"
    )
    blog.build_site(THEME.replace("{body}", "{body}<p>Share this with all your friends</p>"))
    run = blog.run("build")
    assert run.code == 3
    assert REFUSED.format('"share this with all your friends"') in run.err


def test_pictures_alone_say_nothing_of_the_theme(tmp_path: Path) -> None:
    pictures = {f"picture-{number}": "Look!" for number in range(5)}
    blog = with_pictures(tmp_path, pictures, texts={})
    blog.build_site(THEME.replace("{body}", "<h2>{title}</h2>{body}"))
    assert blog.run("build").code == 0


def with_pictures(
    folder: Path,
    pictures: Mapping[str, str],
    *,
    texts: Mapping[str, str] = TEXTS,
    drop: str = "",
) -> BuiltBlog:
    """A blog that is built and known, some of whose posts are short."""
    blog = BuiltBlog(folder / "site")
    blog.set_up(posts=f", body: .post-content{drop}")
    for day, (slug, text) in enumerate({**texts, **pictures}.items(), 1):
        blog.write(f"2026-01-{day:02}-{slug}.md", text, title=f"The story of the {slug}")
    share = "<p class=share>Share</p>" if drop else ""
    blog.build_site(THEME.replace("{body}", f"{{body}}{share}"))
    run = blog.run("build")
    assert (run.code, run.err) == (0, "")
    return blog
