"""Which configuration a run takes where none is named."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from publisher.config import find, load
from publisher.errors import ConfigError
from tests.support.blog import SITE, Blog

if TYPE_CHECKING:
    from pathlib import Path

OF_HUGO = "baseURL: https://blog.example\ntitle: A blog\n"


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    return Blog(tmp_path / "blog")


def found(folder: Path, home: Path, *, uid: int | None = None) -> str:
    return str(find(folder, home=home, uid=os.getuid() if uid is None else uid))


def made(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text(SITE)
    return folder


def test_it_is_found_in_the_folder_and_above_it(tmp_path: Path) -> None:
    made(tmp_path, "publisher.yaml")
    (tmp_path / ".git").mkdir()
    below = made(tmp_path / "a/b")
    assert found(tmp_path, tmp_path / "home") == "publisher.yaml"
    assert found(below, tmp_path / "home") == "../../publisher.yaml"
    made(tmp_path / "a", "publisher.yaml")
    assert found(below, tmp_path / "home") == "../publisher.yaml"


def test_it_is_not_looked_for_beyond_the_repository_or_the_home(tmp_path: Path) -> None:
    made(tmp_path, "publisher.yaml")
    inside = made(tmp_path / "repository/posts")
    (tmp_path / "repository/.git").write_text("gitdir: ../elsewhere")  # a worktree of git
    for folder, home in ((inside, tmp_path), (made(tmp_path / "home/posts"), tmp_path / "home")):
        with pytest.raises(ConfigError, match=f"up to {folder.parent}; `publisher init` writes"):
            found(folder, home)


def test_in_no_repository_and_no_home_only_the_folder_counts(tmp_path: Path) -> None:
    made(tmp_path, "publisher.yaml")
    with pytest.raises(ConfigError, match=f"in {tmp_path / 'posts'}; `publisher init` writes"):
        found(made(tmp_path / "posts"), tmp_path / "home")


def test_the_old_name_counts_only_for_a_configuration_of_publisher(tmp_path: Path) -> None:
    folder = made(tmp_path / "site", "config.yaml")
    assert found(folder, tmp_path) == "config.yaml"
    made(folder, "publisher.yaml")
    assert found(folder, tmp_path) == "publisher.yaml"
    (folder / "publisher.yaml").unlink()
    for text in (OF_HUGO, "site: {url: x}", "posts: {path: x}", "- a", "a: [", ""):
        (folder / "config.yaml").write_text(text)
        with pytest.raises(ConfigError, match=r"config\.yaml is not one: it has no site\.url"):
            found(folder, tmp_path)


def test_a_configuration_below_counts_before_one_of_the_old_name_above(tmp_path: Path) -> None:
    made(tmp_path, "publisher.yaml")
    folder = made(tmp_path / "site")
    (folder / "config.yaml").write_text(OF_HUGO)
    assert found(folder, tmp_path) == "../publisher.yaml"


@pytest.mark.parametrize("name", ["publisher.yaml", "config.yaml"])
def test_what_others_may_have_written_is_not_used(tmp_path: Path, name: str) -> None:
    folder = made(tmp_path / "site", name)
    (folder / name).chmod(0o666)
    with pytest.raises(ConfigError, match="everybody may write it; if you trust it, name it with"):
        found(folder, tmp_path)
    (folder / name).chmod(0o664)
    assert found(folder, tmp_path) == name
    if os.getuid():  # what belongs to root is trusted
        with pytest.raises(ConfigError, match=r"belongs to another user \(uid "):
            found(folder, tmp_path, uid=os.getuid() + 1)


def test_a_run_below_the_folder_uses_it_and_prints_paths_from_there(blog: Blog) -> None:
    (blog.folder / ".git").mkdir()
    blog.write("2026-01-02-a.md", "Text.", title="A")
    run = blog.run("build", folder=blog.folder / "posts")
    assert (run.code, run.err) == (0, "")
    assert (blog.folder / "feed.atom").is_file()
    (blog.folder / "publisher.yaml").write_text("sit: {}\n")
    run = blog.run("build", folder=blog.folder / "posts")
    assert run.code == 2
    assert "../publisher.yaml: " in run.err


def test_an_old_ledger_is_named_and_never_replaced_by_an_empty_one(tmp_path: Path) -> None:
    old = made(tmp_path / "site", "config.yaml")
    (old / "posts").mkdir()
    (old / ".publisher").mkdir()
    (old / ".publisher/ledger.sqlite").write_bytes(b"")
    new = made(tmp_path / "outside") / "publisher.yaml"
    text = SITE.replace("path: posts", f"path: {old / 'posts'}")
    new.write_text(text)
    with pytest.raises(ConfigError, match=f"but one in {old / '.publisher'}, beside"):
        load(new)
    new.write_text(f"{text}state: {old / '.publisher'}\n")
    assert load(new).state == old / ".publisher"
    assert load(old / "config.yaml").state == old / ".publisher"
    (old / "config.yaml").write_text(OF_HUGO)  # so it belongs to nobody that we know
    new.write_text(text)
    assert load(new).state == new.parent / ".publisher"


@pytest.mark.parametrize("name", ["publisher.yaml", "config.yaml"])
def test_a_state_that_was_moved_without_its_ledger_is_noticed(tmp_path: Path, name: str) -> None:
    config = made(tmp_path, name) / name
    config.write_text(f"{SITE}state: elsewhere\n")
    assert load(config).state == tmp_path / "elsewhere"
    (tmp_path / ".publisher").mkdir()
    (tmp_path / ".publisher/ledger.sqlite").write_bytes(b"")
    with pytest.raises(ConfigError, match=r"or move it: mv .*/\.publisher .*/elsewhere"):
        load(config)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/ledger.sqlite").write_bytes(b"")
    assert load(config).state == tmp_path / "elsewhere"


def test_another_configuration_in_the_folder_begins_a_ledger_of_its_own(tmp_path: Path) -> None:
    folder = made(tmp_path, "publisher.yaml")
    (folder / ".publisher").mkdir()
    (folder / ".publisher/ledger.sqlite").write_bytes(b"")
    (folder / "staging.yaml").write_text(f"{SITE}state: .staging\n")
    assert load(folder / "staging.yaml").state == folder / ".staging"


def test_the_old_name_of_an_option_is_an_error_that_tells_the_new_one(blog: Blog) -> None:
    run = blog.run("publish", "--quiet")
    assert (run.code, run.out) == (2, "")
    assert "--quiet is called --no-notify now" in run.err


@pytest.mark.parametrize("arguments", [("publish", "--no-not"), ("--conf", "x", "build")])
def test_options_are_not_abbreviated(blog: Blog, arguments: tuple[str, ...]) -> None:
    run = blog.run(*arguments)
    assert run.code == 2
    assert "see `publisher" in run.err


def test_init_does_not_write_beside_an_old_configuration(blog: Blog) -> None:
    (blog.folder / "publisher.yaml").rename(blog.folder / "config.yaml")
    run = blog.run("init")
    assert run.code == 2
    assert "config.yaml is a configuration of publisher already; rename it to publisher.yaml" in (
        run.err
    )
