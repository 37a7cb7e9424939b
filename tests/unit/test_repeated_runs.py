"""A run with nothing to do repeats what the same run printed last, and reads no post."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from publisher.app import project as projects
from publisher.app import repeatable
from publisher.app.build import build
from publisher.cli.repeat import Attempt
from publisher.config import load
from publisher.system import run_index, snapshot
from publisher.system.run_index import Run
from publisher.system.snapshot import TICK_NS, Places
from tests.support.blog import Blog

if TYPE_CHECKING:
    from pathlib import Path

# What takes long to import, and reads files.
HEAVY = {"argparse", "feedgen", "liquid", "lxml", "markdown_it", "msgspec", "slixmpp", "yaml"}
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    blog = Blog(tmp_path / "blog")
    blog.write("2026-01-01-a.md", "Text with a [dead link](/nowhere.png).", title="A")
    blog.write("2026-01-02-b.md", "More text.", title="B")
    return blog


def run(blog: Blog, *arguments: str) -> tuple[int, str, set[str]]:
    """The exit code, what was printed to both streams, and the modules that were imported."""
    command = [sys.executable, "-X", "importtime", *blog.command(*arguments)[1:]]
    done = subprocess.run(
        command, cwd=blog.folder, check=False, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    lines = done.stdout.splitlines(keepends=True)
    times = [line for line in lines if line.startswith("import time:")]
    printed = "".join(line for line in lines if line not in times)
    return done.returncode, printed, {line.rpartition("|")[2].strip() for line in times}


def let_files_age() -> None:
    """Until a second write to a file would show."""
    time.sleep(TICK_NS / 1e9 + 0.1)


def test_a_run_with_nothing_to_do_prints_the_same_and_imports_little(blog: Blog) -> None:
    (blog.posts / "2026-01-03-broken.md").write_bytes(b"---\ntitle: \xff\n---\n")
    run(blog, "build")
    let_files_age()
    code, printed, modules = run(blog, "build")
    assert "yaml" in modules
    assert (code, "error: " in printed, "unchanged" in printed) == (1, True, True)
    assert run(blog, "build")[:2] == (code, printed)
    assert not HEAVY & run(blog, "build")[2]
    # Other arguments print something else.
    assert '"feeds"' in run(blog, "build", "--json")[1]
    blog.write("2026-01-02-b.md", "Other text.", title="B")
    assert "written" in run(blog, "build")[1]
    assert b"Other text." in blog.built()["feed.json"]


@pytest.mark.parametrize("damage", ["deleted", "cut", "of other keys", "of all users"])
def test_an_index_that_cannot_be_used_changes_nothing(blog: Blog, damage: str) -> None:
    run(blog, "build")
    let_files_age()
    expected = run(blog, "build")[:2]
    file = blog.folder / ".publisher/runs/index.json"
    data = file.read_bytes()
    match damage:
        case "deleted":
            file.unlink()
        case "cut":
            file.write_bytes(data[: len(data) // 2])
        case "of other keys":
            file.write_bytes(data.replace(b'"exit_code"', b'"code"'))
        case _:
            file.chmod(0o666)
    code, printed, modules = run(blog, "build")
    assert (code, printed) == expected
    assert "yaml" in modules


def test_an_index_behind_a_link_is_not_read(tmp_path: Path) -> None:
    """Somebody who may write posts could have put the link there."""
    run_index.keep(tmp_path, kept(tmp_path))
    (tmp_path / "state/runs").mkdir(parents=True)
    (tmp_path / "state/runs/index.json").symlink_to(tmp_path / "runs/index.json")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/runs").symlink_to(tmp_path / "runs")
    (tmp_path / "link").symlink_to(tmp_path)
    assert run_index.find(tmp_path, "key")
    assert not any(run_index.find(tmp_path / name, "key") for name in ("state", "other", "link"))


def test_a_run_that_changed_something_is_not_repeated(blog: Blog) -> None:
    let_files_age()
    assert "written" in run(blog, "build")[1]
    assert "unchanged" in run(blog, "build")[1]


def test_the_configuration_and_the_state_folder_are_found_as_a_run_finds_them(blog: Blog) -> None:
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text() + "state: elsewhere/state\n")
    for _ in range(2):
        run(blog, "build", "--config", "publisher.yaml")
        let_files_age()
    assert (blog.folder / "elsewhere/state/runs/index.json").exists()
    assert not HEAVY & run(blog, "build", "--config", "publisher.yaml")[2]
    above = Blog(blog.folder / "inner")
    (above.folder / "publisher.yaml").unlink()
    assert "yaml" in run(above, "build")[2]


def kept(folder: Path) -> Run:
    (folder / "file").touch()
    return Run("key", Places((str(folder),)), [], [(1, "text")], 0, since=1000.0, until=2000.0)


def test_a_run_is_repeated_only_within_its_time(tmp_path: Path) -> None:
    run_ = kept(tmp_path)
    now = snapshot.take(run_.places, since_ns=0).digests
    current = run_._replace(digests=now)
    assert [current.is_current(time) for time in (999.0, 1000.0, 1999.9, 2000.0)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert current._replace(until=float("inf")).is_current(1e12)
    assert not run_.is_current(1500.0)


def test_the_index_keeps_a_few_runs(tmp_path: Path) -> None:
    run_ = kept(tmp_path)
    for number in range(10):
        run_index.keep(tmp_path, run_._replace(key=str(number), exit_code=number % 2))
    assert [run_index.find(tmp_path, str(number)) is None for number in range(10)] == [
        number < 2 for number in range(10)
    ]
    found = run_index.find(tmp_path, "9")
    assert found is not None
    assert (found.exit_code, found.places) == (1, run_.places)
    assert [*map(tuple, found.output)] == [(1, "text")]


@pytest.mark.parametrize(
    "days",
    [{"date": 2}, {"date": -9, "expiryDate": 3}, {"date": -9, "deleted": 4}, {"date": -9}],
)
def test_a_run_is_repeated_until_a_date_comes(blog: Blog, days: dict[str, int]) -> None:
    """That at which a post becomes due, expires or is deleted."""
    dates = {key: NOW + dt.timedelta(days=after) for key, after in days.items()}
    file = blog.folder / "publisher.yaml"
    hugo = file.read_text().replace("posts: {path: posts, permalink: pretty}", HUGO)
    file.write_text(hugo.replace("timezone: Europe/Berlin", "timezone: UTC"))
    (blog.folder / "hugo.toml").write_text("title = 'A blog'\n")
    blog.write("c.md", "Text.", title="C", **{key: f"{at:%FT%TZ}" for key, at in dates.items()})
    config = load(file)
    build(projects.read(config, now=NOW, writes=True))
    project = projects.read(config, now=NOW, writes=True)
    found = repeatable.until(project, build(project))
    coming = [at.replace(microsecond=0).timestamp() for at in dates.values() if at > NOW]
    assert found == min(coming, default=float("inf"))


HUGO = "posts: {path: posts, engine: hugo, site: .}"


def test_a_run_that_wrote_a_file_has_no_time_until_which_it_can_be_repeated(blog: Blog) -> None:
    project = projects.read(load(blog.folder / "publisher.yaml"), now=NOW, writes=True)
    built = build(project)
    assert repeatable.until(project, built) is None
    assert repeatable.until(project, [replace(one, state="unchanged") for one in built]) is not None


@pytest.mark.parametrize(
    "variable", ["TZ", "LC_ALL", "LANGUAGE", "COLUMNS", "PYTHONUTF8", "HOME", "GIT_DIR"]
)
def test_another_environment_is_another_run(
    blog: Blog, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(blog.folder)
    before = Attempt(["build"]).key
    assert before
    assert Attempt(["build"]).key == before
    monkeypatch.setenv(variable, os.environ.get(variable, "") + "x")
    assert Attempt(["build"]).key != before


def test_another_command_is_never_repeated(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(blog.folder)
    assert not Attempt(["status"]).key
    assert not Attempt(["init", "--yes"]).key
