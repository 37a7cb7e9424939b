"""When git saw a file change last, against real git."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest

from publisher.errors import ConfigError
from publisher.sources import history
from publisher.sources.walk import walk

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.usefixtures("_own_git")


@pytest.fixture
def _own_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody's configuration but that of the tests."""
    for key in [key for key in os.environ if key.startswith("GIT_")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


class Repository:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, at: int = 1, committed: int | None = None) -> str:
        """Run git on day `at` of 2020 (author) and `committed` (else the same)."""
        day = "2020-01-{:02}T12:00:00+0200"
        environment = {
            **os.environ,
            "GIT_AUTHOR_DATE": day.format(at),
            "GIT_COMMITTER_DATE": day.format(committed or at),
            **{f"GIT_{who}_NAME": "Ada Example" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "ada@blog.example" for who in ("AUTHOR", "COMMITTER")},
        }
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=environment, capture_output=True, check=True
        )
        return done.stdout.decode()

    def commit(self, files: Mapping[str, str], *, at: int, committed: int | None = None) -> None:
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a change", at=at, committed=committed)

    def days(self, below: str = "") -> dict[str, int]:
        """The day of 2020 on which each file changed last."""
        paths, _ = walk(self.folder / below)
        found = history.last_changes(self.folder / below, paths)
        assert all(at.tzinfo is dt.UTC and at.hour == 10 for at in found.values())
        return {str(path): at.day for path, at in found.items()}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "site")


def test_the_last_commit_that_touched_a_file_counts(repository: Repository) -> None:
    repository.commit({"a.md": "1", "b.md": "1", "d/c.md": "1"}, at=1)
    repository.commit({"a.md": "2"}, at=3)
    repository.commit({"d/c.md": "2", "b.md": "2"}, at=2)
    assert repository.days() == {"a.md": 3, "b.md": 2, "d/c.md": 2}


def test_the_author_s_time_counts(repository: Repository) -> None:
    repository.commit({"a.md": "1"}, at=4, committed=9)
    assert repository.days() == {"a.md": 4}


def test_a_renamed_file_changed_when_it_was_renamed(repository: Repository) -> None:
    repository.commit({"a.md": "the same text"}, at=1)
    repository.git("mv", "a.md", "b.md")
    repository.commit({}, at=5)
    assert repository.days() == {"b.md": 5}


def test_any_name_is_found(repository: Repository) -> None:
    names = [
        "a b.md",
        "ü.md",
        'q"u\\ote.md',
        "new\nline.md",
        "\n.md",
        "\x01.md",
        "\x01123",
        "-x.md",
    ]
    repository.commit(dict.fromkeys(names, ""), at=2)
    raw = os.fsdecode(b"caf\xe9.md")
    repository.commit({raw: ""}, at=3)
    assert repository.days() == {**dict.fromkeys(names, 2), raw: 3}


def test_a_merge_is_no_change_of_what_it_brought(repository: Repository) -> None:
    repository.commit({"a.md": "1"}, at=1)
    repository.git("checkout", "-q", "-b", "topic")
    repository.commit({"b.md": "1"}, at=2)
    repository.git("checkout", "-q", "main")
    repository.commit({"a.md": "2"}, at=3)
    repository.git("merge", "-q", "--no-ff", "-m", "merged", "topic", at=8)
    assert repository.days() == {"a.md": 3, "b.md": 2}


def test_what_is_not_committed_yet_changes_nothing(repository: Repository) -> None:
    repository.commit({"a.md": "1"}, at=1)
    (repository.folder / "a.md").write_text("2")
    (repository.folder / "new.md").write_text("")
    assert repository.days() == {"a.md": 1}


def test_a_folder_of_the_repository_knows_its_own_files(repository: Repository) -> None:
    repository.commit({"a.md": "1", "posts/a.md": "1"}, at=1)
    repository.commit({"a.md": "2"}, at=7)
    assert repository.days("posts") == {"a.md": 1}


def test_a_worktree_and_a_link_lead_to_the_same(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"posts/a.md": "1"}, at=6)
    repository.git("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "other")
    (tmp_path / "link").symlink_to(tmp_path / "tree/posts")
    wanted = [PurePosixPath("a.md")]
    for folder in (tmp_path / "tree/posts", tmp_path / "link"):
        assert history.last_changes(folder, wanted)[wanted[0]].day == 6


def test_the_repository_of_a_hook_does_not_matter(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Repository(tmp_path / "other").commit({"x.md": ""}, at=9)
    repository.commit({"a.md": "1"}, at=1)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    assert {**repository.days()} == {"a.md": 1}


def test_an_empty_repository_knows_nothing(repository: Repository) -> None:
    (repository.folder / "a.md").write_text("")
    assert repository.days() == {}


def test_a_shallow_clone_is_refused(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a.md": "1"}, at=1)
    repository.commit({"b.md": "1"}, at=2)
    address = f"file://{repository.folder}"
    repository.git("clone", "-q", "--depth", "1", address, str(tmp_path / "shallow"))
    with pytest.raises(ConfigError, match=r"is shallow.*git fetch --unshallow.*fetch-depth: 0"):
        history.last_changes(tmp_path / "shallow", [PurePosixPath("a.md")])


def test_without_a_repository_or_git_the_way_out_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match=r"posts.updated: git: not a git repository.*must be in"):
        history.last_changes(tmp_path, [PurePosixPath("a.md")])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="git is not installed; install it, or remove"):
        history.last_changes(tmp_path, [PurePosixPath("a.md")])


def test_what_the_repository_configures_is_not_run(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a.md": "1"}, at=1)
    repository.commit({"a.md": "2"}, at=2)
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "diff.x.textconv", "gpg.program"):
        repository.git("config", key, str(trap))
    repository.git("config", "log.showSignature", "true")
    repository.git("config", "log.follow", "true")
    (repository.folder / ".git/info/attributes").write_text("*.md diff=x\n")
    assert repository.days() == {"a.md": 2}
    assert not (tmp_path / "sprung").exists()


def test_one_log_is_read_for_all_files(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({f"{number}.md": "" for number in range(30)}, at=1)
    calls, wrapper = tmp_path / "calls", tmp_path / "bin/git"
    wrapper.parent.mkdir()
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout
    wrapper.write_text(f'#!/bin/sh\necho "$*" >> {calls}\nexec {real.strip()} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")
    assert len(repository.days()) == 30
    words = [line.split() for line in calls.read_text().splitlines()]
    assert sum("log" in line for line in words) == 1
    assert len(words) == 3
