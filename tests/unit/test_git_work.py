"""Whether git is changing files, and when its work is over."""

from __future__ import annotations

import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from publisher.system import git_work

if TYPE_CHECKING:
    from pathlib import Path

LONG = 3_600.0


def git(folder: Path, *arguments: str, code: int = 0) -> None:
    identity = ["-c", "user.name=Ada Example", "-c", "user.email=ada@blog.example"]
    command = ["git", *identity, "-c", "init.defaultBranch=main", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr


def commit(folder: Path, text: str) -> None:
    (folder / "posts" / "post.md").write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--message", text)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two branches with different texts of one post."""
    posts = tmp_path / "posts"
    posts.mkdir()
    git(tmp_path, "init")
    commit(tmp_path, "first")
    git(tmp_path, "checkout", "-b", "other")
    commit(tmp_path, "second")
    git(tmp_path, "checkout", "main")
    commit(tmp_path, "third")
    return tmp_path


@pytest.mark.parametrize("work", ["merge", "rebase", "cherry-pick"])
def test_git_is_at_work_until_its_conflict_is_solved(repository: Path, work: str) -> None:
    posts = repository / "posts"
    assert git_work.in_progress(posts) == ""
    git(repository, work, "other", code=1)
    assert f"git is at work in {repository} (a {work}, see " in git_work.in_progress(posts)
    git(repository, work, "--abort")
    assert git_work.in_progress(posts) == ""


def test_git_is_at_work_during_a_bisection(repository: Path) -> None:
    git(repository, "bisect", "start")
    assert "(a bisection, see" in git_work.in_progress(repository / "posts")
    git(repository, "bisect", "reset")
    assert git_work.in_progress(repository / "posts") == ""


def test_git_is_at_work_in_a_linked_work_tree(repository: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    git(repository, "worktree", "add", str(linked), "other")
    git(linked, "merge", "main", code=1)
    assert "(a merge, see" in git_work.in_progress(linked / "posts")
    assert git_work.in_progress(repository / "posts") == ""


def test_a_folder_without_git_is_at_rest(tmp_path: Path) -> None:
    assert git_work.in_progress(tmp_path) == ""


def test_a_command_that_ends_in_time_is_waited_for(repository: Path) -> None:
    lock = repository / ".git" / "index.lock"
    lock.touch()
    assert "(a command, see" in git_work.in_progress(repository / "posts")
    threading.Timer(0.2, lock.unlink).start()
    assert git_work.in_progress(repository / "posts", wait=LONG) == ""


def test_a_rebase_is_not_waited_for(repository: Path) -> None:
    git(repository, "rebase", "other", code=1)
    assert "(a rebase, see" in git_work.in_progress(repository / "posts", wait=LONG)


def test_editing_the_list_of_a_rebase_is_work(repository: Path) -> None:
    """What was not committed is put aside meanwhile, and the branch is still checked out."""
    (repository / "posts" / "post.md").write_text("not committed")
    seen = repository / ".git" / "seen"
    editor = f"cp -r .git/rebase-merge '{seen}' && false"
    git(
        repository,
        "-c",
        f"sequence.editor={editor}",
        "rebase",
        "-i",
        "--autostash",
        "HEAD~1",
        code=1,
    )
    assert git_work.in_progress(repository / "posts") == ""
    seen.rename(repository / ".git" / "rebase-merge")
    assert "(a rebase, see" in git_work.in_progress(repository / "posts")


def test_signs_that_are_left_when_all_is_committed_mean_nothing(repository: Path) -> None:
    """git runs post-merge, and post-commit after a cherry-pick, while they are still there."""
    for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"):
        (repository / ".git" / name).touch()
    assert git_work.in_progress(repository / "posts") == ""
    (repository / "posts" / "post.md").write_text("staged")
    git(repository, "add", "--all")
    assert "(a merge, see" in git_work.in_progress(repository / "posts")


def test_another_branch_is_named_and_so_is_none(repository: Path) -> None:
    posts = repository / "posts"
    assert git_work.off_branch(posts, None) == ""
    git(repository, "checkout", "main")
    assert git_work.off_branch(posts, "main") == ""
    git(repository, "checkout", "other")
    why = git_work.off_branch(posts, "main")
    assert why == f"{repository} has branch other checked out, and not main (watch.branch)"
    git(repository, "checkout", "--detach")
    assert "has no branch checked out, and not main" in git_work.off_branch(posts, "main")


def test_a_folder_without_git_has_no_branch(tmp_path: Path) -> None:
    assert "is in no git repository" in git_work.off_branch(tmp_path, "main")


def test_the_branch_of_a_linked_work_tree_is_its_own(repository: Path, tmp_path: Path) -> None:
    git(repository, "checkout", "main")
    git(repository, "worktree", "add", str(tmp_path / "linked"), "other")
    assert git_work.off_branch(tmp_path / "linked/posts", "other") == ""
    assert "has branch other" in git_work.off_branch(tmp_path / "linked/posts", "main")


def test_references_may_be_in_tables(repository: Path) -> None:
    """Then the file HEAD says nothing; git is asked. Here no git need be able to write tables."""
    git(repository, "checkout", "main")
    head = repository / ".git/HEAD"
    assert git_work.off_branch(repository, "main") == ""
    head.write_text("ref: refs/heads/.invalid\n")
    assert "not main" in git_work.off_branch(repository, "main")
