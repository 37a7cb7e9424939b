"""The configuration that a run uses if the user names none."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from publisher.config import find, load
from publisher.errors import ConfigError
from publisher.sync.ledger import Ledger
from publisher.sync.ledger_records import LastLook
from publisher.text.node_address import NodeAddress
from tests.support import ROOT
from tests.support.blog import SITE, Blog

if TYPE_CHECKING:
    from pathlib import Path

OF_HUGO = "baseURL: https://blog.example\ntitle: A blog\n"


URL = ("--url", "https://blog.example")


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    return Blog(tmp_path / "blog")


def find_from(folder: Path, home: Path, *, uid: int | None = None) -> str:
    return str(find(folder, home=home, uid=os.getuid() if uid is None else uid))


def folder_with(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text(SITE)
    return folder


def test_the_configuration_is_found_in_the_folder_and_above_it(tmp_path: Path) -> None:
    folder_with(tmp_path, "publisher.yaml")
    (tmp_path / ".git").mkdir()
    below = folder_with(tmp_path / "a/b")
    assert find_from(tmp_path, tmp_path / "home") == "publisher.yaml"
    assert find_from(below, tmp_path / "home") == str(tmp_path / "publisher.yaml")


def test_of_two_configurations_none_is_chosen(tmp_path: Path) -> None:
    """An author of posts may have added the nearer one."""
    folder_with(tmp_path, "publisher.yaml")
    below = folder_with(tmp_path / "posts", "publisher.yaml")
    with pytest.raises(ConfigError, match=f"{below}/publisher.yaml and {tmp_path}/publisher.yaml"):
        find_from(below, tmp_path)


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_a_configuration_that_is_no_file_does_not_give_way_to_one_above(
    tmp_path: Path, kind: str
) -> None:
    folder_with(tmp_path, "publisher.yaml")
    path = folder_with(tmp_path / "site") / "publisher.yaml"
    match kind:
        case "link":
            path.symlink_to("unmounted")
        case "folder":
            path.mkdir()
        case _:
            os.mkfifo(path)
    with pytest.raises(
        ConfigError, match=f"{path} is a folder, a broken link or a pipe, not a file; remove it"
    ):
        find_from(path.parent, tmp_path)


def test_a_home_that_is_a_link_is_the_folder_that_it_leads_to(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "disk/home", "publisher.yaml")
    (tmp_path / "home").symlink_to(folder)
    below = folder_with(folder / "posts")
    assert find_from(below, tmp_path / "home") == str(folder / "publisher.yaml")


def test_a_run_in_a_folder_that_was_removed_says_so(blog: Blog) -> None:
    gone = folder_with(blog.folder / "gone")
    command = f"rmdir {gone} && exec {sys.executable} -m publisher build"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        ["sh", "-c", command],
        cwd=gone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "publisher: the current folder does not exist any more; change to one\n"


def test_the_search_ends_at_the_repository_or_the_home(tmp_path: Path) -> None:
    folder_with(tmp_path, "publisher.yaml")
    inside = folder_with(tmp_path / "repository/posts")
    (tmp_path / "repository/.git").write_text("gitdir: ../elsewhere")  # a worktree of git
    for folder, home in (
        (inside, tmp_path),
        (folder_with(tmp_path / "home/posts"), tmp_path / "home"),
    ):
        with pytest.raises(ConfigError, match=f"up to {folder.parent}; `publisher init` writes"):
            find_from(folder, home)


def test_outside_of_repository_and_home_only_the_folder_is_searched(tmp_path: Path) -> None:
    folder_with(tmp_path, "publisher.yaml")
    with pytest.raises(ConfigError, match=r"posts \(folders above it are searched only in"):
        find_from(folder_with(tmp_path / "posts"), tmp_path / "home")
    for folder in (folder_with(tmp_path / "home"), folder_with(tmp_path / "work")):
        (tmp_path / "work/.git").mkdir(parents=True, exist_ok=True)
        with pytest.raises(ConfigError, match=f"in {folder}; `publisher init` writes"):
            find_from(folder, tmp_path / "home")


def test_a_file_of_the_old_name_counts_only_if_it_is_publisher_s(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "site", "config.yaml")
    assert find_from(folder, tmp_path) == "config.yaml"
    folder_with(folder, "publisher.yaml")
    assert find_from(folder, tmp_path) == "publisher.yaml"
    (folder / "publisher.yaml").unlink()
    for text in (OF_HUGO, "site: {url: x}", "posts: {path: x}", "- a", "a: [", ""):
        (folder / "config.yaml").write_text(text)
        with pytest.raises(ConfigError, match=r"config\.yaml is not one: it has no site\.url"):
            find_from(folder, tmp_path)


def test_the_settings_of_a_site_do_not_hide_a_configuration_above(tmp_path: Path) -> None:
    folder_with(tmp_path, "publisher.yaml")
    folder = folder_with(tmp_path / "site")
    (folder / "config.yaml").write_text(OF_HUGO)
    assert find_from(folder, tmp_path) == str(tmp_path / "publisher.yaml")


@pytest.mark.parametrize("name", ["publisher.yaml", "config.yaml"])
def test_a_file_that_others_may_have_written_is_refused(tmp_path: Path, name: str) -> None:
    folder = folder_with(tmp_path / "site", name)
    (folder / name).chmod(0o666)
    with pytest.raises(
        ConfigError, match="every user may write to it; if you trust it, name it with"
    ):
        find_from(folder, tmp_path)
    (folder / name).chmod(0o664)
    assert find_from(folder, tmp_path) == name
    if os.getuid():  # a file of root is trusted
        with pytest.raises(ConfigError, match=r"belongs to another user \(uid "):
            find_from(folder, tmp_path, uid=os.getuid() + 1)


def test_a_run_below_the_folder_uses_it(blog: Blog) -> None:
    (blog.folder / ".git").mkdir()
    blog.write("2026-01-02-a.md", "Text.", title="A")
    run = blog.run("build", folder=blog.folder / "posts")
    assert (run.code, run.err) == (0, "")
    assert (blog.folder / "feed.atom").is_file()
    (blog.folder / "publisher.yaml").write_text("sit: {}\n")
    run = blog.run("build", folder=blog.folder / "posts")
    assert run.code == 2
    assert f"publisher: {blog.folder / 'publisher.yaml'}: " in run.err


def test_an_old_ledger_is_never_replaced_by_an_empty_one(tmp_path: Path) -> None:
    old = folder_with(tmp_path / "site", "config.yaml")
    (old / "posts").mkdir()
    (old / ".publisher").mkdir()
    (old / ".publisher/ledger.sqlite").write_bytes(b"")
    new = folder_with(tmp_path / "outside") / "publisher.yaml"
    text = SITE.replace("path: posts", f"path: {old / 'posts'}")
    new.write_text(text)
    with pytest.raises(ConfigError, match=f"one in {old / '.publisher'}; use it with"):
        load(new)
    new.write_text(f"{text}state: {old / '.publisher'}\n")
    assert load(new).state == old / ".publisher"
    assert load(old / "config.yaml").state == old / ".publisher"
    new.write_text(text)
    for name, other in (("config.yaml.old", SITE), ("config.yaml", "a: ["), ("x.yaml", SITE)):
        (old / "config.yaml").unlink(missing_ok=True)
        (old / name).write_text(other)
        with pytest.raises(ConfigError, match="use it with"):
            load(new)


def test_the_command_of_the_error_starts_an_empty_ledger(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "two words", "config.yaml")
    (folder / ".publisher").mkdir()
    (folder / ".publisher/ledger.sqlite").write_bytes(b"")
    config = folder / "publisher.yaml"
    config.write_text(f"{SITE}state: a state\n")
    with pytest.raises(ConfigError) as error:
        load(config)
    command = str(error.value).split("`")[3]
    subprocess.run(["sh", "-c", command], check=True)
    assert load(config).state == folder / "a state"
    for read_only in (True, False):
        with Ledger(folder / "a state", read_only=read_only) as ledger:
            assert ledger.last_look(NodeAddress("a", "b")) == LastLook()


@pytest.mark.parametrize("name", ["publisher.yaml", "config.yaml"])
def test_a_new_state_folder_without_the_ledger_is_an_error(tmp_path: Path, name: str) -> None:
    config = folder_with(tmp_path, name) / name
    config.write_text(f"{SITE}state: elsewhere\n")
    assert load(config).state == tmp_path / "elsewhere"
    (tmp_path / ".publisher").mkdir()
    (tmp_path / ".publisher/ledger.sqlite").write_bytes(b"")
    with pytest.raises(ConfigError, match=r"run `mkdir -p .*/elsewhere && touch .*ledger"):
        load(config)
    (tmp_path / "elsewhere/rendered").mkdir(parents=True)  # the cache of `build`
    with pytest.raises(ConfigError, match="has no ledger, but there is one in"):
        load(config)
    (tmp_path / "elsewhere/ledger.sqlite").write_bytes(b"")
    assert load(config).state == tmp_path / "elsewhere"


def test_another_configuration_in_the_folder_has_its_own_ledger(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "publisher.yaml")
    (folder / ".publisher").mkdir()
    (folder / ".publisher/ledger.sqlite").write_bytes(b"")
    (folder / "staging.yaml").write_text(f"{SITE}state: .staging\n")
    assert load(folder / "staging.yaml").state == folder / ".staging"


def test_the_error_for_an_old_option_gives_the_new_name(blog: Blog) -> None:
    run = blog.run("publish", "--quiet")
    assert (run.code, run.out) == (2, "")
    assert "--quiet is called --no-notify now" in run.err


@pytest.mark.parametrize("arguments", [("publish", "--no-not"), ("--conf", "x", "build")])
def test_options_are_not_abbreviated(blog: Blog, arguments: tuple[str, ...]) -> None:
    run = blog.run(*arguments)
    assert run.code == 2
    assert "see `publisher" in run.err


@pytest.mark.parametrize("place", ["", "posts", "posts/2026", "elsewhere"])
def test_only_takes_the_path_of_a_post_from_wherever_the_run_is(blog: Blog, place: str) -> None:
    (blog.folder / ".git").mkdir()
    path = blog.write("2026/2026-01-02-a.md", "Text.", title="A")
    config = blog.folder / "publisher.yaml"
    config.write_text(f"{SITE}xmpp:\n  jid: blog@localhost\n  password_env: X\n"
                      "  nodes: [{service: pubsub.localhost, node: blog}]\n")  # fmt: skip
    here = folder_with(blog.folder / place)
    for name in (os.path.relpath(path, here), str(path), "2026/2026-01-02-a.md"):
        for more in ((), ("--config", os.path.relpath(config, here))):
            run = blog.run("plan", "--offline", "--only", name, *more, folder=here)
            assert run.code == 0, run.err
            assert "+ new" in run.out


@pytest.mark.parametrize("name", ["publisher.yaml", "config.yaml"])
def test_init_does_not_write_below_a_configuration(blog: Blog, name: str) -> None:
    (blog.folder / ".git").mkdir()
    (blog.folder / "publisher.yaml").rename(blog.folder / name)
    run = blog.run("init", folder=blog.posts)
    assert run.code == 2
    assert f"{blog.folder / name} already applies to this folder; edit it" in run.err
    run = blog.run("init", *URL, "--config", "publisher.yaml", "--posts", ".", folder=blog.posts)
    assert (run.code, (blog.posts / "publisher.yaml").is_file()) == (0, True)


@pytest.mark.parametrize("name", ["publisher.yaml", "config.yaml"])
@pytest.mark.parametrize("written", ["publisher.yaml", "other.yaml", "deep/publisher.yaml"])
def test_the_command_that_init_names_next_runs(blog: Blog, name: str, written: str) -> None:
    (blog.folder / ".git").mkdir()
    (blog.folder / "publisher.yaml").rename(blog.folder / name)
    (blog.posts / "deep").mkdir()
    blog.write("deep/2026-01-01-a.md", "Text.", title="A")
    run = blog.run("init", *URL, "--config", written, "--posts", ".", folder=blog.posts)
    told = run.out.rpartition("next: publisher ")[2].strip().split(", then publisher ")
    assert told == [f"check --config {written}", f"build --config {written}"]
    for command in told:
        assert blog.run(*command.split(), folder=blog.posts).code == 0


def test_init_names_no_option_if_the_next_command_finds_the_configuration(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A")
    (blog.folder / "publisher.yaml").unlink()
    for option in (
        (),
        ("--config", "publisher.yaml"),
        ("--config", str(blog.folder / "publisher.yaml")),
    ):
        run = blog.run("init", *URL, *option)
        assert run.out.endswith("next: publisher check, then publisher build\n"), run.err
        (blog.folder / "publisher.yaml").unlink()


def test_init_does_not_write_beside_an_old_configuration(blog: Blog) -> None:
    (blog.folder / "publisher.yaml").rename(blog.folder / "config.yaml")
    run = blog.run("init")
    assert run.code == 2
    assert "config.yaml is already a configuration of publisher; rename it to publisher.yaml" in (
        run.err
    )
