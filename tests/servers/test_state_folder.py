"""The state folder, which holds the texts of posts, is closed to other users."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.system import private_folder
from tests.support.blog import Blog
from tests.support.web import Answer, Web

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.servers import Prosody


@pytest.fixture
def blog(tmp_path: Path, prosody: Prosody, node: str, accounts: Mapping[str, str]) -> Blog:
    made = Blog(tmp_path / "blog")
    made.configure(prosody, node=node, password=accounts["blog"], more=", access_model: whitelist")
    made.write("2026-01-01-first-post.md", "A secret.", title="First")
    return made


def modes(folder: Path) -> dict[str, str]:
    return {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in folder.iterdir()}


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


@pytest.mark.parametrize("command", ["build", "publish"])
def test_a_new_one_is_closed(blog: Blog, command: str) -> None:
    state = blog.folder / ".publisher"
    assert blog.run(command).code == 0
    assert mode(state) == "0o700"
    folders = dict.fromkeys(("lookups", "read", "rendered"), "0o700")
    files = dict.fromkeys(("ledger.sqlite", "lock"), "0o600")
    assert modes(state).items() <= {**folders, **files}.items()


@pytest.mark.parametrize("command", ["build", "publish", "ping"])
def test_an_older_one_is_closed_without_a_word(blog: Blog, command: str) -> None:
    assert blog.run("publish").code == 0
    state = blog.folder / ".publisher"
    for path in (state, *state.iterdir()):
        path.chmod(0o777 if path.is_dir() else 0o666)
    if command == "ping":
        config = blog.folder / "publisher.yaml"
        config.write_text(
            config.read_text().replace("  since:", "  hubs: http://[::1]:1/\n  since:")
        )
    blog.write("2026-01-01-first-post.md", "Another secret.", title="First")
    run = blog.run(command, *(["--retry", "0"] if command == "ping" else []))
    assert str(state) not in run.err
    assert mode(state) == "0o700"


@pytest.mark.parametrize("command", ["build", "publish"])
def test_the_memory_of_a_feed_is_closed(blog: Blog, command: str) -> None:
    assert blog.run("build").code == 0
    with Web() as web:
        feed = (blog.folder / "feed.atom").read_bytes()
        web.answers["/feed.xml"] = Answer(feed, headers={"ETag": '"1"'})
        config = blog.folder / "publisher.yaml"
        posts = "{path: posts, permalink: pretty}"
        text = config.read_text().replace(posts, f"{{feed: {web.url}/feed.xml}}")
        config.write_text(f"{text}state: other\n")
        run = blog.run(command)
    assert run.code == 0, run.err
    assert mode(blog.folder / "other") == "0o700"
    assert mode(blog.folder / "other" / "source") == "0o700"


def test_a_folder_that_holds_more_stays_open_and_what_is_ours_in_it_is_closed(blog: Blog) -> None:
    """The web server must read the feeds."""
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text() + "state: .\n")
    blog.folder.chmod(0o755)
    assert blog.run("publish").code == 0
    (blog.folder / "rendered").chmod(0o755)
    (blog.folder / "ledger.sqlite").chmod(0o644)
    before = modes(blog.folder)
    assert blog.run("publish").code == 0
    assert mode(blog.folder) == "0o755"
    assert modes(blog.folder) == {**before, "rendered": "0o700", "ledger.sqlite": "0o600"}


def test_the_names_of_all_files_in_it_are_known(blog: Blog) -> None:
    """Else it would count as a folder that holds more."""
    assert blog.run("publish").code == 0
    names = [path.name for path in (blog.folder / ".publisher").iterdir()]
    assert [name for name in names if not private_folder.is_ours(name)] == []


def test_a_folder_of_another_user_stays_as_it_is(tmp_path: Path) -> None:
    """Its owner may have given us a right in it. Only root can make one here; it owns `/`."""
    other = tmp_path / "state"
    other.mkdir(mode=0o755)
    if os.geteuid() == 0:
        os.chown(other, 1, 1)
    else:
        other = Path("/")
    before = mode(other)
    private_folder.make(other)
    assert mode(other) == before
