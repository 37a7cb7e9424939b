"""If a server limits its clients, one note says so and names the line that changes it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog
from tests.support.servers import Ejabberd, Prosody, Server
from tests.support.terminal import on_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

POSTS = 24  # of some 4 kB each
# As in the configurations that Debian ships, at rates that make the tests quick.
PROSODY = """\
modules_enabled = { "roster"; "saslauth"; "tls"; "disco"; "pep"; "limits"; "version" }
limits = { c2s = { rate = "10kb/s" } }
"""
EJABBERD: Mapping[str, object] = {
    "shaper": {"normal": {"rate": 12_000, "burst_size": 6_000}, "fast": 200_000},
    "acl": {"admin": [{"user": "admin@localhost"}]},
    "shaper_rules": {"c2s_shaper": {"none": "admin", "normal": "all"}},
}
LINE = re.compile(r"`([^`]+)`")


@pytest.fixture(scope="module")
def limited_prosody(accounts: Mapping[str, str]) -> Iterator[Prosody]:
    admins = ["blog@localhost"]
    with Prosody(accounts, admins=admins, storage="memory", settings=PROSODY) as server:
        yield server


@pytest.fixture(scope="module")
def limited_ejabberd(accounts: Mapping[str, str]) -> Iterator[Ejabberd]:
    with Ejabberd(accounts, settings=EJABBERD) as server:
        yield server


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    blog = Blog(tmp_path / "blog")
    write_posts(blog, month=1)
    return blog


def write_posts(blog: Blog, *, month: int) -> None:
    for day in range(1, POSTS + 1):
        text = f"Some text of the post {day}. " * 60
        blog.write(f"2026-{month:02}-{day:02}-post.md", text, title=f"Post {month}.{day}")


def import_all(blog: Blog, server: Server, node: str, *options: str) -> str:
    """Publish the posts to a new node. Returns what was printed to stderr."""
    blog.configure(server, node=node, password="blog password")
    run = blog.run("publish", *options)
    assert run.code == 0
    if "--json" in options:
        json.loads(run.out)
    return run.err


def test_prosody_and_the_line_that_lifts_its_limit(
    limited_prosody: Prosody, blog: Blog, node: str
) -> None:
    said = import_all(blog, limited_prosody, node, "--json")
    assert said.count("localhost sets the pace") == 1
    assert re.search(r"it takes (9\.\d|1\d) kB a second from blog@localhost\.", said)
    (line,) = LINE.findall(said)
    assert "above the first VirtualHost in prosody.cfg.lua, and restart Prosody" in said
    limited_prosody.stop()
    configuration = limited_prosody.folder / "prosody.cfg.lua"
    before = configuration.read_text(encoding="utf-8")
    configuration.write_text(before.replace("VirtualHost", f"{line}\nVirtualHost", 1))
    limited_prosody.start()
    assert "pace" not in import_all(blog, limited_prosody, f"{node}-again")
    limited_prosody.stop()
    configuration.write_text(before)
    limited_prosody.start()


def test_ejabberd_and_the_line_that_lifts_its_limit(
    limited_ejabberd: Ejabberd, blog: Blog, node: str
) -> None:
    said = import_all(blog, limited_ejabberd, node)
    assert said.count("localhost sets the pace") == 1
    assert re.search(r"it takes 1\d kB a second from blog@localhost\.", said)
    line, _ = LINE.findall(said)
    assert "as the first line below c2s_shaper in ejabberd.yml" in said
    limited_ejabberd.stop()
    configuration = limited_ejabberd.folder / "ejabberd.yml"
    rules = json.loads(configuration.read_text(encoding="utf-8"))
    left = rules.pop("shaper_rules")["c2s_shaper"]
    lines = ["", "shaper_rules:", "  c2s_shaper:", f"    {line}"]
    lines += [f"    {shaper}: {who}" for shaper, who in left.items()]
    whole = "".join(f"{key}: {json.dumps(value)}\n" for key, value in rules.items())
    configuration.write_text(whole + "\n".join(lines) + "\n", encoding="utf-8")
    limited_ejabberd.start()
    assert "pace" not in import_all(blog, limited_ejabberd, f"{node}-again")


def test_on_a_terminal_the_note_comes_while_the_user_waits(
    limited_prosody: Prosody, blog: Blog, node: str
) -> None:
    """The server tells its name only after it has read what is in flight."""
    write_posts(blog, month=2)
    blog.configure(limited_prosody, node=node, password="blog password")
    shown = on_terminal(blog.command("publish"), blog.folder, blog.environment).decode()
    assert shown.count("sets the pace") == 1
    assert shown.index("sets the pace") < shown.index(f"Post 2.{POSTS}")
    assert re.search(r"\d+ a (second|minute), \d+ (s|min) left", shown)
    assert not re.search(r"\b0 a ", shown)
    end = shown[shown.index("subscribe:") :]
    assert " left" not in end


def test_an_import_at_full_speed_says_nothing(server: Server, blog: Blog, node: str) -> None:
    assert "pace" not in import_all(blog, server, node)
