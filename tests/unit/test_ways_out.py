"""What a run says of a post that waits for a page which no build writes again.

The generator of this site writes only pages that change.
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from publisher.sources.built.state import waiting
from tests.support.built_blog import BuiltBlog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXTS = {
    f"{thing}-{at}": f"The {thing} number {at} is older than its town, and {at} times as good."
    for thing in ("mill", "boat", "clock")
    for at in range(3)
}
FAIR = "The fair comes to the town in May, with a wheel and two roundabouts."


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    blog = BuiltBlog(tmp_path / "site")
    for day, (slug, text) in enumerate(TEXTS.items(), 1):
        blog.write(f"2026-01-0{day}-{slug}.md", text, title=f"The story of {slug}")
    blog.build_site()
    assert blog.run("build").code == 0
    return blog


def leave_out(blog: BuiltBlog) -> None:
    """Write a post that the site does not publish."""
    blog.write("2026-02-01-fair.md", FAIR, title="The fair")


def show_in_part(blog: BuiltBlog) -> None:
    """Write a post of which the page never shows all."""
    path = blog.write("2026-02-01-fair.md", FAIR, title="The fair")
    blog.build_page("fair", path.read_text(encoding="utf-8"))
    blog.touch(path).write_text(path.read_text(encoding="utf-8") + "\nA note of the author only.\n")
    blog.touch(path)


def keep_the_old_address(blog: BuiltBlog) -> None:
    """Rename and touch a post whose page stays where it was."""
    path = blog.posts / "2026-01-01-mill-0.md"
    blog.touch(path.rename(path.with_name("2026-01-01-water.md")))


def give_up(blog: BuiltBlog) -> None:
    """Take several posts off the site."""
    for slug in ("mill-0", "mill-1", "boat-2"):
        shutil.rmtree(blog.output / slug)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (leave_out, waiting.NOT_BUILT),
        (show_in_part, waiting.NEWER),
        (keep_the_old_address, waiting.OLD_ADDRESS),
        (give_up, waiting.LOST),
    ],
)
def test_what_a_run_says_to_do_ends_the_wait(
    blog: BuiltBlog, change: Callable[[BuiltBlog], None], reason: str
) -> None:
    change(blog)
    page = None
    for command in ("build", "check", "status", "build"):
        run = blog.run(command)
        said = " ".join((run.out + run.err).split())
        assert (run.code, reason in said) == (4, True)
        page = re.search(r"If the whole site is built, and [a-z ]*, run `touch (\S+)`", said)
        assert page
    assert page
    blog.touch(blog.folder / page[1])
    assert blog.run("build").code == 0
