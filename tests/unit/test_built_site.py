"""What goes out of a site that its generator built, and what waits, stays or is refused."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

import publisher
from publisher import config as configs
from publisher import sources
from publisher.app import project as projects
from publisher.sources import built
from publisher.sources.built.pages.page import MAX_SIZE
from tests.support.built_blog import THEME, URL, BuiltBlog
from tests.support.opened_pages import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path, PurePosixPath

    from publisher.post import PageHash

COMMANDS = ("build", "plan", "publish", "status", "check")
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
SAME = "These words are in every post of this blog, whatever it is about."
TEXTS = {
    "mill": "The old mill stands at the river behind the wood, and nobody grinds corn in it now.",
    "boat": "A green boat lies upside down on the shore, and children hide below it when it rains.",
    "clock": "The clock of the town hall has been five minutes slow for as long as anybody knows.",
    "baker": "Our baker bakes rye bread on Tuesdays, and on all other days bread of white flour.",
}
OUR_MILL = TEXTS["mill"].replace("The", "Our")  # as long
# A theme that shows only the title, as to somebody who has not paid.
WALL = THEME.replace("{body}", "<p>Please log in to read on.</p>")


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog of four posts whose site is built."""
    blog = BuiltBlog(tmp_path / "site")
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        write(blog, slug, text, day)
    blog.build_site()
    return blog


def write(blog: BuiltBlog, slug: str, text: str, day: int = 1, **front: str) -> Path:
    front = {"title": f"About the {slug}", **front}
    return blog.write(f"2026-01-{day:02}-{slug}.md", f"{text}\n\n{SAME}", **front)


def feed(blog: BuiltBlog) -> str:
    return (blog.folder / "feed.atom").read_text(encoding="utf-8")


def state(blog: BuiltBlog) -> dict[str, bytes]:
    """Every file that a run keeps or writes, beside the posts and the site."""
    own = (blog.posts, blog.output)
    files = (path for path in sorted(blog.folder.rglob("*")) if path.is_file())
    return {str(f): f.read_bytes() for f in files if not any(f.is_relative_to(one) for one in own)}


def test_the_bodies_and_addresses_are_those_of_the_pages(blog: BuiltBlog) -> None:
    blog.build_site(THEME.replace("{body}", "{body}<p>Made by the theme.</p>"))
    moved = blog.output / "mill/index.html"
    moved.write_text(moved.read_text().replace("example/mill/", "example/en/mill/"))
    assert blog.run("build").code == 0
    assert feed(blog).count("Made by the theme.") == 4
    assert 'href="https://blog.example/en/mill/"' in feed(blog)


# An edit that is not built yet


def test_an_edit_waits_for_its_page_and_goes_out_after_the_build(blog: BuiltBlog) -> None:
    blog.run("build")
    before = blog.built()
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.", title="The mill is gone")
    waits = blog.run("build")
    assert waits.code == 4
    assert "waiting: " in waits.err
    assert "2026-01-01-mill.md: was edited, and its page does not show it yet" in waits.err
    assert "its last version stays until then" in waits.err
    assert blog.built() == before
    blog.build_site()
    assert blog.run("build").code == 0
    assert "It burnt down last night." in feed(blog)
    assert "The mill is gone" in feed(blog)


def test_a_page_that_the_build_leaves_untouched_is_named_with_the_way_out(blog: BuiltBlog) -> None:
    blog.run("build")
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.")
    page = blog.output / "mill/index.html"
    way_out = f"on its page, run `touch {page}`"
    assert way_out not in blog.run("build").err  # nothing was built since the edit
    blog.touch(blog.output / "index.html")
    for command in ("build", "check", "build"):
        run = blog.run(command)
        assert (run.code, way_out in run.out + run.err) == (4, True)
    (waiting,) = blog.run("build", "--json").json["built"]["waiting"]
    assert waiting["untouched"] == str(page)
    assert "burnt" not in feed(blog)
    blog.touch(page)
    run = blog.run("build")
    assert (run.code, run.err) == (0, "")


def test_a_waiting_post_without_a_last_version_is_said_to_be_in_no_feed(blog: BuiltBlog) -> None:
    """What was remembered of its page is gone, so that nobody knows its last version."""
    blog.run("build")
    (blog.folder / ".publisher" / "pages.sqlite").unlink()
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.")
    for _ in range(2):
        waits = blog.run("build")
        assert waits.code == 4
        assert "2026-01-01-mill.md: is newer than every page of the site" in waits.err
        assert "run again; the post is in no feed until then" in waits.err
        assert "The mill" not in feed(blog)


def test_a_page_whose_time_and_size_stay_is_read_again(blog: BuiltBlog) -> None:
    """Some generators give all pages the time of a commit."""
    build_at_one_time(blog)
    assert blog.run("build").code == 0
    write(blog, "mill", OUR_MILL)
    assert blog.run("build").code == 4
    copied(blog)
    assert blog.run("build").code == 4
    build_at_one_time(blog)
    assert blog.run("build").code == 0
    assert OUR_MILL in feed(blog)


def test_a_page_whose_time_and_size_stay_is_read_again_without_an_edit(blog: BuiltBlog) -> None:
    build_at_one_time(blog)
    blog.run("build")
    build_at_one_time(blog, THEME.replace("{body}", "{body}<p>One</p>"))
    blog.run("build")
    build_at_one_time(blog, THEME.replace("{body}", "{body}<p>Two</p>"))
    blog.run("build")
    assert feed(blog).count("Two") == len(TEXTS)


def build_at_one_time(blog: BuiltBlog, theme: str = THEME) -> None:
    blog.build_site(theme)
    for path in blog.output.rglob("*.html"):
        os.utime(path, (1_900_000_000, 1_900_000_000))


def copied(blog: BuiltBlog) -> None:
    """Replace the site by a copy with the same times, as rsync and a restored cache do."""
    copy = blog.folder / "copy"
    shutil.copytree(blog.output, copy)
    shutil.rmtree(blog.output)
    copy.rename(blog.output)


def test_an_edit_waits_for_a_page_that_lost_a_part_of_its_text(blog: BuiltBlog) -> None:
    """The build failed half way, or it still runs: what the author kept is gone from the page."""
    text = "\n\n".join(TEXTS.values())
    write(blog, "mill", text)
    blog.build_site()
    blog.run("build")
    before = feed(blog)
    write(blog, "mill", f"{text}\n\nOne more thing is that the mill will be opened again.")
    blog.page(
        "mill/index.html",
        (blog.output / "mill/index.html").read_text().replace(TEXTS["boat"], ""),
    )
    for _ in range(2):
        run = blog.run("build")
        assert run.code == 4
        assert "lacks much of what it showed before, which the source still has" in run.err
        assert feed(blog) == before
    blog.build_site()
    assert (blog.run("build").code, "opened again" in feed(blog)) == (0, True)


def test_a_page_that_lost_a_part_of_its_text_for_good_is_waited_for_once(blog: BuiltBlog) -> None:
    text = "\n\n".join(TEXTS.values())
    write(blog, "mill", text)
    blog.build_site()
    blog.run("build")
    write(blog, "mill", f"{text}\n\nOne more thing is that the mill will be opened again.")
    blog.build_site()
    page = blog.output / "mill/index.html"
    blog.page("mill/index.html", page.read_text().replace(TEXTS["boat"], ""))
    assert blog.run("build").code == 4
    blog.page("mill/index.html", page.read_text())
    assert (blog.run("build").code, "opened again" in feed(blog)) == (0, True)


def test_an_edit_that_only_removes_words_waits_for_its_page(blog: BuiltBlog) -> None:
    blog.run("build")
    before = blog.built()
    blog.write("2026-01-01-mill.md", TEXTS["mill"], title="About the mill")
    waits = blog.run("build")
    assert waits.code == 4
    assert "2026-01-01-mill.md: was edited, and its page still shows what you removed" in waits.err
    assert blog.built() == before
    blog.build_site()
    assert blog.run("build").code == 0
    assert feed(blog).count(SAME) == len(TEXTS) - 1


def test_an_edit_that_only_swaps_a_picture_waits_for_its_page(blog: BuiltBlog) -> None:
    def build(picture: str) -> None:
        blog.build_page("mill", path.read_text(), THEME.replace("{body}", f"{{body}}{picture}"))

    path = write(blog, "mill", f"{TEXTS['mill']}\n\n![It](/img/mill.png)")
    build('<img src="/img/mill.png">')
    assert blog.run("build").code == 0
    path = write(blog, "mill", f"{TEXTS['mill']}\n\n![It](/img/mill.jpg)")
    assert blog.run("build").code == 4
    build('<img src="/img/mill.jpg">')
    assert blog.run("build").code == 0
    assert "https://blog.example/img/mill.jpg" in feed(blog)


def test_a_comment_that_is_removed_waits_for_nothing(blog: BuiltBlog) -> None:
    path = write(blog, "mill", f"{TEXTS['mill']} <!-- It burnt down last night. -->")
    blog.build_page("mill", path.read_text().replace("<!-- It burnt down last night. -->", ""))
    assert blog.run("build").code == 0
    write(blog, "mill", TEXTS["mill"])
    assert blog.run("build").code == 0


def test_a_build_ends_the_wait_for_what_the_page_shows_all_the_same(blog: BuiltBlog) -> None:
    """Else a post would wait for ever whose template repeats what its source had."""
    theme = THEME.replace("{body}", "{body}<p>It burnt down last night.</p>")
    path = write(blog, "mill", TEXTS["mill"])
    before = path.read_text()
    blog.build_page("mill", before, theme)
    path.write_text(f"{before}\n\nIt burnt down last night.\n")
    blog.run("build")
    path.write_text(before)
    assert blog.run("build").code == 4
    blog.build_page("mill", before, theme)
    assert blog.run("build").code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_names_the_post_that_waits(blog: BuiltBlog, command: str) -> None:
    blog.run("build")
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.")
    run = blog.run(command)
    assert run.code == 4
    assert "2026-01-01-mill.md" in run.out + run.err
    assert "its page does not show it yet" in run.out + run.err


def test_the_other_posts_go_on_while_one_waits(blog: BuiltBlog) -> None:
    blog.run("build")
    write(blog, "boat", f"{TEXTS['boat']} It is blue now.", 2)
    blog.build_site()
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.")
    assert blog.run("build").code == 4
    assert "It is blue now." in feed(blog)
    assert "burnt" not in feed(blog)


def test_an_edit_that_is_taken_back_waits_no_longer(blog: BuiltBlog) -> None:
    blog.run("build")
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.")
    blog.run("build")
    write(blog, "mill", TEXTS["mill"])
    assert blog.run("build").code == 0


def test_an_edit_that_its_page_never_shows_goes_out_with_the_next_build(blog: BuiltBlog) -> None:
    """Else a post whose template leaves something out would wait for ever."""
    blog.run("build")
    path = blog.posts / "2026-01-01-mill.md"
    before = path.read_text(encoding="utf-8")
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.")
    assert blog.run("build").code == 4
    blog.build_page("mill", before)
    assert blog.run("build").code == 0


def test_an_edit_goes_out_although_a_run_was_killed_after_it_had_looked(blog: BuiltBlog) -> None:
    blog.run("build")
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.")
    blog.build_site()
    read(blog)  # and nothing else
    assert blog.run("build").code == 0
    assert "It burnt down last night." in feed(blog)


def test_a_new_title_needs_no_build(blog: BuiltBlog) -> None:
    blog.run("build")
    write(blog, "mill", TEXTS["mill"], title="The mill at the river")
    assert blog.run("build").code == 0
    assert "The mill at the river" in feed(blog)


def test_a_post_that_waits_stays_with_the_last_title(blog: BuiltBlog) -> None:
    blog.run("build")
    write(blog, "mill", TEXTS["mill"], title="The mill at the river")
    blog.run("build")
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.", title="Gone")
    assert blog.run("build").code == 4
    assert "The mill at the river" in feed(blog)


def test_a_draft_waits_for_nothing(blog: BuiltBlog) -> None:
    blog.run("build")
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.", draft="true")
    assert blog.run("build").code == 0
    assert "mill" not in feed(blog)


# New posts, and posts without a page


def test_a_new_post_waits_for_its_page(blog: BuiltBlog) -> None:
    blog.run("build")
    write(blog, "fair", "The fair comes to the town in May, with a wheel and two roundabouts.", 5)
    waits = blog.run("build")
    assert waits.code == 4
    assert "2026-01-05-fair.md: is newer than every page of the site" in waits.err
    assert "fair" not in feed(blog)
    assert "1 not built yet" in waits.out
    blog.build_site()
    assert blog.run("build").code == 0
    assert "The fair comes to the town" in feed(blog)


def rename(blog: BuiltBlog) -> None:
    """Give the post about the mill another name, and so another address."""
    path = blog.posts / "2026-01-01-mill.md"
    blog.touch(path.rename(path.with_name("2026-01-01-water.md")))


@pytest.mark.parametrize("bodies", [", body: .post-content", ", from: source"])
def test_a_renamed_post_waits_for_the_page_at_its_new_address(blog: BuiltBlog, bodies: str) -> None:
    """The page that shows its text is still the one that it had before."""
    blog.set_up(posts=bodies)
    blog.run("build")
    before = feed(blog)
    rename(blog)
    waits = blog.run("build")
    assert waits.code == 4
    assert "2026-01-01-water.md: is newer than every page of the site" in waits.err
    assert feed(blog) == before
    blog.build_site()
    assert blog.run("build").code == 0
    assert 'href="https://blog.example/water/"' in feed(blog)


def test_a_renamed_post_goes_out_if_the_site_built_it_where_it_was(blog: BuiltBlog) -> None:
    blog.run("build")
    rename(blog)
    blog.touch(blog.output / "mill/index.html")
    assert blog.run("build").code == 0
    assert 'href="https://blog.example/mill/"' in feed(blog)


def test_a_site_with_addresses_of_its_own_does_not_wait_for_those_of_the_rules(
    blog: BuiltBlog,
) -> None:
    (blog.output / "blog").mkdir()
    for slug in TEXTS:
        (blog.output / slug).rename(blog.output / "blog" / slug)
    blog.run("build")
    rename(blog)
    blog.touch(blog.output / "blog/mill/index.html")
    assert blog.run("build").code == 0
    assert 'href="https://blog.example/blog/mill/"' in feed(blog)


def test_a_first_run_takes_pages_wherever_they_are(blog: BuiltBlog) -> None:
    rename(blog)
    assert blog.run("build").code == 0
    assert 'href="https://blog.example/mill/"' in feed(blog)


def test_a_post_without_a_page_is_none_of_the_site_and_is_named_once(blog: BuiltBlog) -> None:
    blog.build_site(leaves_out={"mill"})
    first, second = blog.run("build"), blog.run("build")
    assert (first.code, second.code) == (0, 0)
    note = "note: 1 post is not published, because no page in _site was recognised as its page"
    assert f"{note}: 2026-01-01-mill.md\n" in first.err
    assert f"{note}\n" in second.err
    assert "mill" not in feed(blog)
    assert "without a page" in second.out
    assert "2026-01-01-mill.md: not published: no page in" in blog.run("check").out


def test_a_hook_does_not_repeat_which_posts_have_no_page(blog: BuiltBlog) -> None:
    blog.build_site(leaves_out={"mill"})
    assert "mill" in blog.run("publish").err
    assert "mill" not in blog.run("publish").err


def test_posts_are_named_from_the_newest_on(blog: BuiltBlog) -> None:
    blog.build_site(leaves_out={"mill", "boat"})
    (note,) = blog.run("build").err.splitlines()
    assert note.index("-boat.md") < note.index("-mill.md")
    assert blog.run("plan").err.splitlines()[0].endswith("were recognised as theirs")


def cut(blog: BuiltBlog, slug: str, share: float = 0.8) -> None:
    """Leave only the beginning of a page, as if the build were still writing it."""
    page = blog.output / slug / "index.html"
    whole = page.read_bytes()
    page.write_bytes(whole[: int(len(whole) * share)])
    blog.touch(page)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.8, 0.99])
def test_a_page_that_is_not_written_whole_is_waited_for(blog: BuiltBlog, share: float) -> None:
    blog.run("build")
    before = feed(blog)
    write(blog, "mill", "The mill was sold to a painter who never grinds any corn.")
    write(blog, "fair", "The fair comes to the town in May, with a wheel and two roundabouts.", 5)
    blog.build_site()
    cut(blog, "mill", share)
    cut(blog, "fair", share)
    for command in ("build", "plan", "build"):
        run = blog.run(command)
        assert run.code == 4
        for name in ("2026-01-01-mill.md", "2026-01-05-fair.md"):
            assert f"{name}: has a page that is not written whole" in run.err
    assert feed(blog) == before
    blog.build_site()
    assert blog.run("build").code == 0
    assert "a painter who never grinds" in feed(blog)
    assert "two roundabouts" in feed(blog)


def test_an_unchanged_post_keeps_its_text_while_its_page_is_written(blog: BuiltBlog) -> None:
    blog.run("build")
    before = feed(blog)
    cut(blog, "mill")
    assert blog.run("build").code == 4
    assert feed(blog) == before


MINIFIED = THEME.replace("</body></html>", "")


def test_a_site_whose_pages_have_no_end_tags_is_whole(blog: BuiltBlog) -> None:
    blog.build_site(MINIFIED)
    blog.page("index.html", "<!DOCTYPE html><title>A blog</title><p>Posts")
    assert blog.run("build").code == 0
    cut(blog, "mill", 0.7)
    run = blog.run("build")
    assert run.code == 4
    assert "2026-01-01-mill.md: has a page that is not written whole" in run.err


def test_times_that_a_checkout_made_say_nothing(blog: BuiltBlog) -> None:
    write(blog, "fair", "The fair comes to the town in May, with a wheel and two roundabouts.", 5)
    blog.build_site(leaves_out={"mill"})
    for path in blog.posts.iterdir():
        blog.touch(path)
    run = blog.run("build")
    assert run.code == 0
    assert "1 post is not published" in run.err


def test_a_page_elsewhere_is_found_by_its_words_and_remembered(blog: BuiltBlog) -> None:
    (blog.output / "mill").rename(blog.output / "water")
    assert blog.run("build").code == 0
    assert 'href="https://blog.example/water/"' in feed(blog)
    with opened(blog.output) as pages:
        assert blog.run("build").code == 0
        read(blog)
    assert pages == []


def test_a_post_whose_text_is_that_of_its_source_waits_for_its_page_too(blog: BuiltBlog) -> None:
    blog.set_up(posts=", from: source")
    blog.run("build")
    write(blog, "fair", "The fair comes to the town in May, with a wheel and two roundabouts.", 5)
    assert blog.run("build").code == 4
    assert "The fair" not in feed(blog)
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.")
    blog.run("build")
    assert "It burnt down last night." in feed(blog)  # no page is needed for that


def test_the_addresses_follow_the_site_to_another_host(blog: BuiltBlog) -> None:
    (blog.output / "mill").rename(blog.output / "water")
    blog.run("build")
    path = blog.folder / "publisher.yaml"
    path.write_text(path.read_text().replace("https://blog.example", "https://new.example"))
    blog.run("build")
    assert 'href="https://new.example/water/"' in feed(blog)


# Pages that do not show the text


def test_a_page_without_the_text_gives_title_summary_and_link(blog: BuiltBlog) -> None:
    path = write(blog, "mill", TEXTS["mill"], description="All about it.")
    blog.build_site()
    blog.build_page("mill", path.read_text(), WALL)
    run = blog.run("build")
    assert run.code == 0
    assert "2026-01-01-mill.md: the page mill/index.html " in run.err
    assert "readers see the title, the summary and the link" in run.err
    assert run.err.index("`private: true`") < run.err.index("`body: source`")
    assert "log in" not in feed(blog)
    assert "grinds corn" not in feed(blog)
    assert "All about it." in feed(blog)
    assert 'href="https://blog.example/mill/"' in feed(blog)
    assert "mill/index.html" in blog.run("build").err  # until somebody decides


@pytest.mark.parametrize("decision", [{"private": "true"}, {"body": "source"}])
def test_posts_of_which_the_author_has_decided_are_no_sign_of_another_theme(
    blog: BuiltBlog, decision: dict[str, str]
) -> None:
    walled = {"mill": 1, "boat": 2}

    def build(**front: str) -> None:
        for slug, day in walled.items():
            path = write(blog, slug, TEXTS[slug], day, **front)
            blog.build_page(slug, path.read_text(), WALL)

    build()
    run = blog.run("build")
    assert run.code == 3
    assert run.err.index("`private: true`") < run.err.index("`body: source`")
    build(**decision)
    assert blog.run("build").code == 0
    assert ("grinds corn" in feed(blog)) == ("body" in decision)


# A theme of which some pages ask for a password, and one that lets readers log in anywhere.
ASKS = THEME.replace("{body}", "<form>Password: <input type=password></form>")
LOGIN = THEME.replace("</header>", "<form><input type=password></form></header>")
MORE = {
    "bell": "The bell of the church rings at noon, and the dogs of the village howl with it.",
    "hill": "From the hill one sees the lake, three churches and, on clear days, the mountains.",
    "inn": "The inn has been closed since the fire, but its sign still swings in the wind.",
    "well": "Nobody knows how deep the well is, for no rope has ever reached the bottom of it.",
}


@pytest.fixture
def larger(blog: BuiltBlog) -> BuiltBlog:
    """A blog of eight posts whose site is built."""
    for day, (slug, text) in enumerate(MORE.items(), 5):
        write(blog, slug, text, day)
    blog.build_site()
    return blog


def ask_password(blog: BuiltBlog, *slugs: str, theme: str = ASKS) -> None:
    for slug in slugs:
        (path,) = blog.posts.glob(f"*-{slug}.md")
        blog.build_page(slug, path.read_text(), theme)


def test_a_few_pages_that_ask_for_a_password_stop_no_run(larger: BuiltBlog) -> None:
    ask_password(larger, "mill", "boat", "inn")
    for _ in range(2):
        run = larger.run("build")
        assert run.code == 0
        assert run.err.count("asks for a password, so readers see the title") == 3
        assert "grinds corn" not in feed(larger)


def test_pages_that_ask_for_a_password_do_not_hide_those_that_are_wrong(
    larger: BuiltBlog,
) -> None:
    ask_password(larger, "mill", "boat")
    ask_password(larger, "inn", "well", theme=WALL)
    run = larger.run("build")
    assert run.code == 3
    assert "only 4 of 8 pages show the text" in run.err
    assert "e.g. inn/index.html " in run.err or "e.g. well/index.html " in run.err


def test_a_site_of_which_most_pages_ask_for_a_password_is_another_one(
    larger: BuiltBlog,
) -> None:
    ask_password(larger, *TEXTS, "inn")
    assert larger.run("build").code == 3


def test_selectors_are_wrong_although_readers_can_log_in(larger: BuiltBlog) -> None:
    larger.build_site(LOGIN)
    assert larger.run("build").code == 0
    for selector in (".nothing", "header"):
        larger.set_up(posts=f", body: {selector}")
        assert larger.run("build").code == 3


def test_a_post_for_some_readers_is_called_so_in_the_summary(blog: BuiltBlog) -> None:
    write(blog, "mill", TEXTS["mill"], private="true")
    run = blog.run("build")
    assert "4 posts: 3 published, 1 not for every reader" in run.out


def test_body_source_takes_the_text_of_the_file(blog: BuiltBlog) -> None:
    path = write(blog, "mill", TEXTS["mill"], body="source")
    blog.build_site()
    blog.build_page("mill", path.read_text(), WALL)
    run = blog.run("build")
    assert (run.code, run.err) == (0, "")
    assert "grinds corn" in feed(blog)


def test_a_page_that_showed_the_text_before_keeps_it(blog: BuiltBlog) -> None:
    blog.run("build")
    before = blog.built()
    blog.build_page("mill", (blog.posts / "2026-01-01-mill.md").read_text(), WALL)
    for _ in range(2):
        run = blog.run("build")
        assert run.code == 0
        assert "the text that it showed before stays" in run.err
        assert blog.built() == before


def test_a_page_that_is_too_deep_shows_nothing_and_breaks_nothing(blog: BuiltBlog) -> None:
    """Pages may come from people whom the owner of the account does not trust."""
    blog.page("mill/index.html", "<div>" * 100_000 + "</html>")
    run = blog.run("build")
    assert run.code == 0
    assert "the page mill/index.html has more than" in run.err
    assert "grinds corn" not in feed(blog)


def test_a_page_that_leads_to_another_page_is_none(blog: BuiltBlog) -> None:
    (blog.output / "mill").rename(blog.output / "water")
    refresh = '<meta http-equiv="refresh" content="0; url=/water/">'
    blog.page(
        "mill/index.html", f"<html><head><title>About the mill</title>{refresh}</head></html>"
    )
    assert blog.run("build").code == 0
    assert 'href="https://blog.example/water/"' in feed(blog)
    assert "grinds corn" in feed(blog)


def test_a_file_that_vanishes_during_a_run_costs_only_its_own_post(blog: BuiltBlog) -> None:
    read(blog)
    reading = sources.read(configs.load(blog.folder / "publisher.yaml"), now=NOW)
    (blog.posts / "2026-01-01-mill.md").unlink()
    found = built.examined(reading, {post.path for post in reading.posts})
    assert [post.slug for post in found.posts] == ["mill", "boat", "clock", "baker"]
    assert [(one.path.name, one.stays) for one in built.report(found).waiting] == [
        ("2026-01-01-mill.md", True)
    ]


# Builds that are not the site


CANONICAL = '<link rel="canonical" href="http://localhost:4000/post/">'
LIVE_RELOAD = '<script src="/livereload.js?port=35729"></script>'
STYLE = '<link rel="stylesheet" href="http://127.0.0.1:1313/style.css">'


@pytest.mark.parametrize(
    ("command", "head"),
    [*((command, CANONICAL) for command in COMMANDS), ("build", LIVE_RELOAD), ("build", STYLE)],
)
def test_pages_of_a_development_server_stop_every_command(
    blog: BuiltBlog, command: str, head: str
) -> None:
    blog.run("build")
    before = state(blog)
    blog.build_site(head=head)
    run = blog.run(command)
    assert run.code == 3
    assert "was written by a development server" in run.err
    assert state(blog) == before


PREVIEW = '<link rel="canonical" href="https://preview.example/{}/">'


def build_preview(blog: BuiltBlog, *, slugs: Iterable[str] = TEXTS) -> None:
    """Build the site for another URL, which its pages name."""
    for slug in slugs:
        picture = THEME.replace("{body}", '{body}<img src="https://preview.example/a.png">')
        text = next(blog.posts.glob(f"*-{slug}.md")).read_text(encoding="utf-8")
        blog.build_page(slug, text, picture, PREVIEW.format(slug))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_site_that_was_built_for_another_url_stops_every_command(
    blog: BuiltBlog, command: str
) -> None:
    blog.run("build")
    before = state(blog)
    build_preview(blog)
    run = blog.run(command)
    assert run.code == 3
    assert "the site is at https://preview.example" in run.err
    assert state(blog) == before


def test_a_first_build_for_another_url_is_named_by_every_run_until_it_is_corrected(
    blog: BuiltBlog,
) -> None:
    build_preview(blog)
    for _ in range(2):
        run = blog.run("build")
        assert (run.code, "say that it is at https://preview.example" in run.err) == (0, True)
    first = hashes(blog)
    blog.build_site()
    run = blog.run("build")
    assert (run.code, "preview.example" in run.err) == (0, False)
    found = hashes(blog)
    assert found.keys() == first.keys()
    for path, now in found.items():
        assert first[path].now in now.early
        assert first[path].now != now.now


def test_one_text_from_another_site_is_no_build_for_another_url(blog: BuiltBlog) -> None:
    blog.run("build")
    build_preview(blog, slugs=["mill"])
    run = blog.run("build")
    assert (run.code, "preview.example" in run.err) == (0, False)


def hashes(blog: BuiltBlog) -> dict[PurePosixPath, PageHash]:
    reading = sources.read(configs.load(blog.folder / "publisher.yaml"), now=NOW)
    found = built.examined(reading, {post.path for post in reading.posts})
    return {post.path: found.bodies.hash_of(post) for post in found.posts if found.bodies}


def test_a_picture_on_the_machine_of_an_author_is_no_development_server(blog: BuiltBlog) -> None:
    picture = THEME.replace("{body}", '{body}<img src="http://localhost:8000/a.png" alt="A">')
    blog.build_page("mill", (blog.posts / "2026-01-01-mill.md").read_text(), picture)
    assert blog.run("build").code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_output_stops_every_command(blog: BuiltBlog, command: str) -> None:
    blog.run("build")
    before = state(blog)
    blog.output.rename(blog.folder.parent / "elsewhere")
    run = blog.run(command)
    assert run.code == 4
    assert "site.output" in run.err
    assert "Build the site, and run again" in run.err
    assert state(blog) == before


def test_half_of_a_site_is_not_the_site(blog: BuiltBlog) -> None:
    blog.run("build")
    before = state(blog)
    blog.build_site(leaves_out={"mill", "boat", "clock"})
    run = blog.run("build")
    assert run.code == 4
    assert "3 of 4 posts have lost theirs" in run.err
    assert state(blog) == before


def test_a_site_without_any_page_of_a_post_is_another_site(blog: BuiltBlog) -> None:
    blog.build_site(leaves_out=TEXTS)
    run = blog.run("build")
    assert run.code == 4
    assert "none of a post" in run.err
    assert not (blog.folder / "feed.atom").exists()


def test_a_site_may_lose_half_of_its_other_pages(blog: BuiltBlog) -> None:
    for number in range(20):
        blog.page(f"tags/{number}/index.html", THEME.format(title=number, head="", body="A tag"))
    blog.run("build")
    blog.build_site()
    assert blog.run("build").code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_another_theme_stops_every_command(blog: BuiltBlog, command: str) -> None:
    """Bodies are not swapped in a hook."""
    blog.run("build")
    before = state(blog)
    blog.build_site(THEME.replace("post-content", "entry"))
    run = blog.run(command)
    assert run.code == 3
    assert "only 0 of 4 pages show the text of their post where posts.body says" in run.err
    assert "`publisher init --learn`" in run.err
    assert state(blog) == before


# Never the body of another post


def test_two_posts_with_one_address_do_not_get_the_same_body(blog: BuiltBlog) -> None:
    path = blog.write(
        "notes/mill.md",
        "Another mill, in the mountains, turns in the wind.",
        title="A mill in the mountains",
        date="2026-01-06",
    )
    blog.touch(path)
    blog.build_site()  # the last one has written the page
    run = blog.run("build")
    assert "1 post is not published" in run.err
    assert ("grinds corn" in feed(blog)) != ("turns in the wind" in feed(blog))


@pytest.mark.parametrize("more", ["", "build", "edit"])
def test_a_newer_post_with_the_address_and_the_title_of_another_gives_it_no_text(
    blog: BuiltBlog, more: str
) -> None:
    """As of a note of every month, whose files the generator writes to one page."""
    shared = "What we have read this month, and what we liked about it, in the order of its pages."
    blog.write("2026-01-05-notes.md", f"{shared}\n\n{SAME}\n\nA novel of sailors.", title="Notes")
    blog.build_site()
    blog.run("build")
    blog.write("2026-02-05-notes.md", f"{shared}\n\n{SAME}\n\nAll about bees.", title="Notes")
    blog.build_site()  # the newer post is the last one that writes the page
    run = blog.run("publish")
    if more == "build":
        blog.build_site()
        blog.run("build")
    if more == "edit":
        blog.write("2026-01-05-notes.md", f"{shared}\n\n{SAME}\n\nA play.", title="Notes")
        blog.build_site()
        assert blog.run("build").code == 0
    entries = [entry for entry in feed(blog).split("<entry")[1:] if ">Notes<" in entry]
    assert ["All about bees" in entry for entry in entries] == [True]
    assert "2026-02-05" in entries[0]
    assert "2026-01-05-notes.md" in run.err
    assert "has the same URL as 2026-02-05-notes.md" in run.err


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("place", ["excluded", "outside"])
def test_the_page_of_a_file_that_is_no_post_is_not_that_of_a_post_with_its_title(
    blog: BuiltBlog, place: str, known: bool
) -> None:
    plan = "We go to the sea in July, and take the boat, the tent and the dog with us."
    secret = "Nobody shall know before that we meet a friend of ours there who has a birthday."
    more = "It will be a quiet feast at the lighthouse, with a cake, and lamps on the water."
    text = f"---\ntitle: Plan for the summer\n---\n{plan}\n\n{secret}\n\n{more}"
    if place == "excluded":
        blog.write("2026-01-07-secret.md", f"{plan}\n\n{secret}", title="Plan for the summer")
        blog.set_up(posts=", body: .post-content, exclude: 2026-01-07-secret.md")
    write(blog, "fifth", "A fifth post about nothing but itself and its own few words.")
    blog.build_site()
    blog.build_page("secret", text)
    if known:
        blog.run("build")
    path = blog.write("2026-01-08-open.md", plan, title="Plan for the summer")
    os.utime(path, (1, 1))  # as of a checkout
    run = blog.run("build")
    assert "birthday" not in feed(blog)
    assert "1 post is not published, because no page in _site" in run.err
    assert "2026-01-08-open.md" in run.err


def test_pages_that_are_swapped_give_no_post_the_body_of_another(blog: BuiltBlog) -> None:
    texts = {
        slug: (blog.posts / f"2026-01-0{day}-{slug}.md").read_text()
        for day, slug in enumerate(TEXTS, 1)
    }
    blog.build_page("mill", texts["boat"])
    blog.build_page("boat", texts["mill"])
    assert blog.run("build").code == 0
    for entry in feed(blog).split("<entry")[1:]:
        assert ("About the mill" in entry) == ("grinds corn" in entry)
        assert ("About the boat" in entry) == ("upside down" in entry)


def test_json_names_the_posts_whose_pages_are_not_what_they_should_be(blog: BuiltBlog) -> None:
    blog.build_site(leaves_out={"boat"})
    blog.run("build")
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.")
    blog.build_page("baker", (blog.posts / "2026-01-04-baker.md").read_text(), WALL)
    built = blog.run("build", "--json").json["built"]
    assert [(one["path"], one["stays"]) for one in built["waiting"]] == [
        ("2026-01-01-mill.md", True)
    ]
    assert [(one["page"], one["stays"]) for one in built["without_text"]] == [
        ("baker/index.html", True)
    ]
    assert built["without_page"] == ["2026-01-02-boat.md"]


def test_a_program_reads_the_same_posts(blog: BuiltBlog) -> None:
    blog.build_site(THEME.replace("{body}", "{body}<p>Made by the theme.</p>"), leaves_out={"boat"})
    found = publisher.read_posts(publisher.load_config(blog.folder / "publisher.yaml"))
    assert [one.post.slug for one in found.entries] == ["mill", "clock", "baker"]
    assert all("Made by the theme." in found.render(one).content.xhtml for one in found.entries)


def test_a_page_with_another_title_and_much_the_same_words_is_not_taken(blog: BuiltBlog) -> None:
    """Weekly notes have most of their words in common."""
    frame = "These are the notes of the week, with all that has been seen at the river."
    write(blog, "week", f"{frame} On Monday came a heron.", 6)
    blog.build_site()
    other = f"---\ntitle: Another week\n---\n{frame} On Friday came two swans.\n\n{SAME}"
    blog.build_page("week", other)
    run = blog.run("build")
    assert "the page week/index.html has another title" in run.err
    assert "two swans" not in feed(blog)


# Cost


def read(blog: BuiltBlog, *, writes: bool = True) -> projects.Project:
    return projects.read(configs.load(blog.folder / "publisher.yaml"), writes=writes)


def test_a_settled_run_opens_no_page(blog: BuiltBlog) -> None:
    blog.build_site(leaves_out={"mill"})
    with opened(blog.output) as first:
        project = read(blog)
    assert {*first} >= {"boat/index.html", "clock/index.html", "baker/index.html"}
    (blog.folder / ".publisher/words/pages.msgpack").unlink()  # nothing is searched again
    with opened(blog.output) as second:
        project = read(blog)
        for one in project.entries.entries:
            assert TEXTS[one.post.slug].split(",")[0] in project.renderings.of(one).content.xhtml
    assert second == []


def test_a_site_whose_posts_are_found_by_their_words_is_settled_by_one_run(
    blog: BuiltBlog,
) -> None:
    """Also if one post has no page: it is not sought again among the pages that are left."""
    blog.build_site(leaves_out={"mill"})
    for slug in ("boat", "clock", "baker"):
        (blog.output / slug).rename(blog.output / f"about-{slug}")
    read(blog)
    before = state(blog)
    with opened(blog.output) as pages:
        project = read(blog)
    assert (pages, len(project.entries.entries)) == ([], 3)
    assert state(blog) == before


REFRESH = '<html><head><title>About</title><meta http-equiv="refresh" content="0; url=/"></head>'


@pytest.mark.parametrize(
    "page",
    [
        WALL.format(title="About the mill", head="", body=""),
        WALL.format(title="Another title", head="", body=""),
        REFRESH,
        "<div>" * 1_000 + "</html>",
        "\0\1\2</html>",
        f"<title>{'x' * MAX_SIZE}",
    ],
    ids=["no text", "another title", "redirect", "too deep", "no HTML", "too large"],
)
def test_a_page_that_is_not_taken_is_not_opened_again(blog: BuiltBlog, page: str) -> None:
    blog.page("mill/index.html", page)
    first = read(blog)
    assert [str(one.path) for one in first.built.without_text] == ["2026-01-01-mill.md"]
    for writes in (True, False):
        with opened(blog.output) as pages:
            again = read(blog, writes=writes)
        assert pages == []
        (before,), (now,) = first.built.without_text, again.built.without_text
        assert now == structs.replace(before, is_known=True)
        assert structs.replace(again.built, without_text=(before,)) == first.built


def test_a_page_for_which_a_post_waits_is_opened_again_only_if_it_changed(
    blog: BuiltBlog,
) -> None:
    read(blog)
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.")
    blog.write("2026-01-02-boat.md", TEXTS["boat"], title="About the boat")  # without its end
    write(blog, "clock", TEXTS["clock"].replace("five", "*five*"), 3)  # nothing shows so far
    for slug in ("bell", "inn"):
        write(blog, slug, MORE[slug], 6)
    blog.build_page("bell", "---\ntitle: About the bell\n---\nAnother text so far.")
    blog.build_page("about-inn", (blog.posts / "2026-01-06-inn.md").read_text())
    for slug in ("bell", "inn"):
        blog.touch(blog.posts / f"2026-01-06-{slug}.md")
    first = read(blog).built
    waits = {one.path.stem.rpartition("-")[2] for one in first.waiting}
    assert waits == {"mill", "boat", "bell", "inn"}
    for writes in (True, False):
        with opened(blog.output) as pages:
            again = read(blog, writes=writes)
        assert (pages, again.built) == ([], first)
    blog.build_page("mill", (blog.posts / "2026-01-01-mill.md").read_text())
    with opened(blog.output) as pages:
        after = read(blog)
    assert "mill" not in str(after.built.waiting)
    assert {*pages} - {"index.html"} <= {
        "mill/index.html",
        "bell/index.html",
        "about-inn/index.html",
    }


def test_one_changed_page_opens_one_page_beside_the_home_page(blog: BuiltBlog) -> None:
    read(blog)
    blog.build_page("boat", (blog.posts / "2026-01-02-boat.md").read_text())
    with opened(blog.output) as pages:
        read(blog)
    assert {*pages} <= {"boat/index.html", "index.html"}


def test_a_page_that_no_feed_and_no_node_needs_is_not_opened(blog: BuiltBlog) -> None:
    blog.set_up(feeds="  - {path: feed.atom, format: atom, limit: 2}\n")
    with opened(blog.output) as pages:
        read(blog)
    assert {*pages} - {"index.html"} == {"clock/index.html", "baker/index.html"}


def test_the_sources_need_no_page_but_its_address(blog: BuiltBlog) -> None:
    blog.set_up(posts=", from: source")
    blog.build_site(WALL)
    with opened(blog.output) as pages:
        project = read(blog)
    assert {*pages} <= {"index.html"}
    assert len(project.entries.entries) == 4


@pytest.mark.parametrize(("sitemap", "slash"), [("", "/"), (f"<loc>{URL}/mill</loc>", "")])
@pytest.mark.parametrize("bodies_first", [True, False], ids=["bodies first", "sources only"])
def test_without_a_canonical_url_the_file_of_a_page_gives_the_url(
    blog: BuiltBlog, sitemap: str, slash: str, *, bodies_first: bool
) -> None:
    """Whatever the rules of the engine say, and an earlier run read on the page."""
    blog.build_site()
    (blog.output / "sitemap.xml").write_text(sitemap, encoding="utf-8")
    if bodies_first:
        blog.run("build")
    blog.set_up(posts=", from: source")
    path = blog.folder / "publisher.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("/:slug/", "/:slug"))
    for _ in range(2):
        blog.run("build")
        assert f'href="{URL}/mill{slash}"' in feed(blog)


@pytest.mark.parametrize(
    ("place", "page", "reason"),
    [
        ("mill", "", "is a symbolic link that ends at"),
        ("posts/mill", "<div>" * 1_000, "has more than 500 elements within elements"),
    ],
)
def test_a_page_that_cannot_be_read_is_named(
    blog: BuiltBlog, place: str, page: str, reason: str
) -> None:
    outside = blog.folder / "outside.html"
    (blog.output / "mill/index.html").rename(outside)
    built = blog.output / place / "index.html"
    built.parent.mkdir(parents=True, exist_ok=True)
    if page:
        built.write_text(page, encoding="utf-8")
    else:
        built.symlink_to(outside)
    assert (
        f"not published: its page cannot be used: {place}/index.html {reason}"
        in blog.run("check").out
    )
    for _ in range(2):
        run = blog.run("build")
        assert run.code == 0
        assert f"mill.md: is not published, because its page cannot be used: {place}" in run.err
        assert "recognised as its page" not in run.err


@pytest.mark.parametrize("place", ["mill", "posts/mill"])
@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (os.mkfifo, "is no regular file"),
        (lambda path: path.mkdir(), "is a folder, not a file"),
        (lambda path: path.symlink_to("gone"), "is a symbolic link that leads to no file"),
    ],
)
def test_what_only_has_the_name_of_a_page_is_named(
    blog: BuiltBlog, place: str, make: Callable[[Path], None], kind: str
) -> None:
    (blog.output / "mill/index.html").unlink()
    page = blog.output / place / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    make(page)
    said = f"{place}/index.html {kind}"
    assert f"not published: its page cannot be used: {said}" in blog.run("check").out
    run = blog.run("build")
    assert (run.code, "recognised as its page" in run.err) == (0, False)
    assert f"because its page cannot be used: {said}" in run.err


def test_a_folder_with_a_page_may_have_the_name_of_one(blog: BuiltBlog) -> None:
    (blog.output / "mill/index.html").unlink()
    blog.page("old/mill.html/index.html", "<html><body>Another text</body></html>")
    assert "recognised as its page" in blog.run("build").err


def test_a_page_that_leads_to_another_is_named_with_that(blog: BuiltBlog) -> None:
    blog.run("build")
    head = '<meta http-equiv="refresh" content="0; url=/elsewhere/">'
    blog.page("mill/index.html", f"<html><head><title>x</title>{head}</head><body></body></html>")
    said = "the page mill/index.html redirects to /elsewhere/, so the text that it showed before"
    assert said in blog.run("build").err


@pytest.mark.parametrize(
    ("title", "is_newest", "code", "shown"),
    [
        ("Another title", False, 0, "https://blog.example/ruin/"),
        ("Another title", True, 4, ""),
        ("The ruin", True, 4, ""),
    ],
)
def test_the_page_that_a_deleted_post_left_is_not_the_text_of_a_new_one_at_its_address(
    larger: BuiltBlog, title: str, code: int, shown: str, *, is_newest: bool
) -> None:
    """Nothing is remembered, and the new post has most of its words."""
    words = "The ruin above the river has stood there for as long as anybody can remember"
    old = larger.write("2025-01-01-ruin.md", f"{words}, and longer.", title=title)
    larger.build_site()
    old.unlink()
    larger.write("2026-02-01-ruin.md", f"{words}, but fell last night.", title="The ruin")
    if not is_newest:
        larger.touch(larger.output / "mill/index.html")
    run = larger.run("build")
    assert run.code == code
    assert "and longer" not in feed(larger)
    assert ("2026-02-01-ruin" in feed(larger)) == bool(shown)
    assert shown in feed(larger)


PROTECTED = ASKS.replace("{title}", "Protected: {title}")
MEMBERS = THEME.replace("{body}", "<p>Only for members. Subscribe to read on.</p>")


@pytest.mark.parametrize("form", ["{}/print.html", "{}/amp/index.html", "{}.html"])
@pytest.mark.parametrize("theme", [ASKS, PROTECTED, MEMBERS, WALL])
def test_another_form_of_a_page_does_not_show_what_the_page_keeps_from_readers(
    larger: BuiltBlog, theme: str, form: str
) -> None:
    """The page lacks the words of the post, and another post has its title and more."""
    texts = {
        "locked": "The first secret sentence is about a ferry that nobody has ever seen at night.",
        "locked-b": "The other secret sentence is about a car, and the road along the old coast.",
    }
    for day, (slug, text) in enumerate(texts.items(), 20):
        larger.write(f"2026-01-{day}-{slug}.md", text, title=slug.replace("-", " ").title())
    for number in range(12):
        write(larger, f"more-{number}", f"Text {number} has its own {number} words.", number + 1)
    larger.build_site()
    for slug in texts:
        page = larger.output / slug / "index.html"
        larger.page(form.format(slug), page.read_text().replace("canonical", "alternate"))
    ask_password(larger, *texts, theme=theme)
    for _ in range(2):
        run = larger.run("build")
        assert run.code == 0, run.err
        assert run.err.count("so readers see the title") == 2
        assert "secret sentence" not in feed(larger)
        assert "https://blog.example/locked-b/" in feed(larger)
        assert form.format("locked") not in feed(larger)


def test_a_new_post_at_the_address_of_a_deleted_one_goes_out_once_it_is_built(
    larger: BuiltBlog,
) -> None:
    """A run before the build finds the page of the deleted post there."""
    words = "Nobody had seen the harbour before it was opened to all the ships of the north"
    old = larger.write("2025-01-01-harbour.md", f"{words}.", title="The harbour")
    larger.build_site()
    assert larger.run("build").code == 0
    old.unlink()
    text = "Elephants cross the towers and the gardens, where painters wait for sailors and clocks."
    larger.write("2026-02-01-harbour.md", text, title="Something else")
    assert larger.run("build").code == 4
    assert "2026-02-01-harbour" not in feed(larger)
    larger.build_site()
    assert larger.run("build").code == 0
    assert "Elephants cross" in feed(larger)


def advices(blog: BuiltBlog, command: str) -> int:
    """How often a command says what to do about pages without text; it names all of them."""
    run = blog.run(command)
    said = (run.out + run.err).splitlines()
    assert sum(line.endswith("its text keeps it") for line in said) >= 2
    return sum("`private: true`" in line for line in said)


def test_what_to_do_about_pages_without_text_is_said_once(larger: BuiltBlog) -> None:
    ask_password(larger, "mill", "boat", "inn")
    assert [advices(larger, command) for command in ("build", "check", "build", "build")] == [
        1, 1, 0, 0,
    ]  # fmt: skip


def test_another_page_without_text_is_advised_about_again(larger: BuiltBlog) -> None:
    ask_password(larger, "mill", "boat", "inn")
    assert advices(larger, "build") == 1
    write(larger, "key", "Only those who have the key may read what is written here. " * 3, 9)
    larger.build_site()
    ask_password(larger, "mill", "boat", "inn", "key")
    assert [advices(larger, "build") for _ in range(2)] == [1, 0]


def test_a_new_post_whose_page_asks_for_a_password_is_found_by_title_and_name(
    larger: BuiltBlog,
) -> None:
    """Also where no rule gives its URL."""
    write(larger, "key", "Only those who have the key may read what is written here. " * 3, 9)
    larger.build_site()
    ask_password(larger, "key")
    (larger.output / "key").rename(larger.output / "moved")
    (larger.output / "notes").mkdir()
    (larger.output / "moved").rename(larger.output / "notes/key")
    run = larger.run("build")
    assert "the page notes/key/index.html asks for a password, so readers see" in run.err
    assert "is not published" not in run.err
    assert "who have the key" not in feed(larger)


@pytest.mark.parametrize("place", ["mill", "posts/mill"])
def test_a_post_waits_if_its_page_is_empty(blog: BuiltBlog, place: str) -> None:
    blog.set_up(posts=", from: source")
    (blog.output / "mill/index.html").unlink()
    blog.page(f"{place}/index.html", "")
    for _ in range(2):
        run = blog.run("build")
        assert (run.code, "is not written whole" in run.err) == (4, True)


def test_commands_that_only_show_something_write_nothing(blog: BuiltBlog) -> None:
    for command in ("plan", "status", "check"):
        assert blog.run(command).code == 0
    assert not (blog.folder / ".publisher").exists()
    blog.run("build")
    write(blog, "mill", f"{TEXTS['mill']} It burnt down last night.")
    blog.build_site()
    before = state(blog)
    for command in ("plan", "status", "check"):
        assert blog.run(command).code == 0
    assert state(blog) == before


def test_without_the_cached_words_a_run_decides_the_same(blog: BuiltBlog) -> None:
    (blog.output / "mill").rename(blog.output / "water")
    blog.build_site(leaves_out={"boat"})
    blog.run("build")
    before = blog.built()
    cache = blog.folder / ".publisher/words/pages.msgpack"
    cache.unlink()
    blog.run("build")
    assert blog.built() == before


def test_invalid_urls_of_a_page_do_not_end_the_run(blog: BuiltBlog) -> None:
    blog.build_site(head='<base href="http://["><meta property="og:image" content="//[">')
    blog.set_up()
    done = blog.run("build")
    assert (done.code, done.err) == (0, "")
    assert all(text in feed(blog) for text in TEXTS.values())


@pytest.mark.parametrize("posts", ["path: posts", "pages: '*/index.html'"])
def test_check_and_verify_read_all_pages_anew(blog: BuiltBlog, posts: str) -> None:
    settings = blog.folder / "publisher.yaml"
    settings.write_text(settings.read_text().replace("path: posts", posts))
    for path in blog.posts.glob("*.md"):
        date = f'<meta property="article:published_time" content="{path.name[:10]}">'
        blog.build_page(path.stem[11:], path.read_text(), head=date)
    config = configs.load(settings)
    before = projects.read(config, now=NOW, writes=True).entries
    for anew, count in ((False, 0), (True, len(TEXTS))):
        with opened(blog.output) as pages:
            project = projects.read(config, now=NOW, writes=True, anew=anew)
        assert len({*pages} - {"index.html"}) == count
        assert [one.post for one in project.entries.entries] == [one.post for one in before.entries]
        assert not project.built.waiting
