"""Hooks of git: when they run publisher, and how they are installed and removed."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.support.blog import SITE, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

POST = "---\ntitle: {}\n---\nText."
EARLIER = '#!/bin/sh\necho "earlier: $0 $*"\ncat\nexit 0\n'
AT_WORK = ("rebase-merge", "rebase-apply", "sequencer", "CHERRY_PICK_HEAD", "REVERT_HEAD",
           "BISECT_LOG", "MERGE_HEAD")  # fmt: skip
# In a work tree, the kinds of hooks that are installed without `--kind`.
ALL = 4


@dataclass
class Machine:
    """A home without settings of git, in which people commit and push."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, folder: Path, *command: str) -> Run:
        people = {
            f"GIT_{role}_{key}": value
            for role in ("AUTHOR", "COMMITTER")
            for key, value in (("NAME", "Ada Example"), ("EMAIL", "ada@blog.example"))
        }
        done = subprocess.run(
            command,
            cwd=folder,
            env={
                **{key: value for key, value in os.environ.items() if key[:4] != "GIT_"},
                **people,
                **self.environment,
                "HOME": str(self.home),
                "XDG_CONFIG_HOME": str(self.home),
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_EDITOR": "true",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def git(self, folder: Path, *arguments: str) -> str:
        """What git and its hooks print."""
        run = self.run(folder, "git", *arguments)
        assert run.code == 0, run.err
        return run.out + run.err

    def hook(self, folder: Path, *arguments: str) -> Run:
        """`publisher hook`."""
        return self.run(folder, sys.executable, "-m", "publisher", "hook", *arguments)


@dataclass
class Work:
    """A repository with a work tree, which holds the posts and publisher.yaml."""

    machine: Machine
    folder: Path

    @property
    def hooks(self) -> Path:
        return self.folder / ".git" / "hooks"

    @property
    def feed(self) -> Path:
        return self.folder / "feed.atom"

    def git(self, *arguments: str) -> str:
        return self.machine.git(self.folder, *arguments)

    def hook(self, *arguments: str) -> Run:
        return self.machine.hook(self.folder, *arguments)

    def install(self, *arguments: str) -> Run:
        run = self.hook("install", "git", *arguments)
        assert run.code == 0, run.err
        return run

    def commit(self, name: str) -> str:
        """Commit a post. Returns what git and its hooks print."""
        (self.folder / "posts" / f"2026-01-01-{name}.md").write_text(POST.format(name))
        self.git("add", "posts")
        return self.git("commit", "-m", name)

    def has_run(self) -> bool:
        """Whether publisher has built the feeds since this was asked last."""
        exists = self.feed.exists()
        self.feed.unlink(missing_ok=True)
        return exists

    def earlier(self, text: str, kind: str = "post-commit", mode: int = 0o755) -> Path:
        """Write a hook that is there before."""
        path = self.hooks / kind
        path.write_text(text)
        path.chmod(mode)
        return path


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    home = tmp_path / "home"
    home.mkdir()
    return Machine(home)


@pytest.fixture
def work(machine: Machine, tmp_path: Path) -> Work:
    folder = tmp_path / "it's a blog"
    (folder / "posts").mkdir(parents=True)
    (folder / "publisher.yaml").write_text(SITE)
    (folder / ".gitignore").write_text("feed.*\n.publisher\n")
    work = Work(machine, folder)
    work.git("init", "--quiet", "--initial-branch=main")
    work.git("add", ".")
    work.commit("first")
    return work


def tree(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file of a folder: its mode, its time, and its bytes or where it links to."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns if not stat.S_ISDIR(path.lstat().st_mode) else 0,
            os.fsencode(path.readlink()) if path.is_symlink() else
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted([folder, *folder.rglob("*")])
    }  # fmt: skip


# When it runs


def test_a_commit_to_the_branch_runs_publisher_and_shows_what_it_says(work: Work) -> None:
    work.install()
    assert "feed.atom  (2 entries)" in work.commit("second")
    assert work.has_run()


def test_a_commit_to_another_branch_does_not(work: Work) -> None:
    work.install()
    work.git("checkout", "--quiet", "-b", "drafts")
    work.commit("draft")
    assert not work.has_run()


def test_the_branch_can_be_chosen(work: Work) -> None:
    work.install("--branch", "live")
    work.commit("second")
    assert not work.has_run()
    work.git("checkout", "--quiet", "-b", "live")
    work.commit("third")
    assert work.has_run()


def diverged(work: Work) -> None:
    """Two commits on `side`, and one on main since."""
    work.git("checkout", "--quiet", "-b", "side")
    work.commit("side-1")
    work.commit("side-2")
    work.git("checkout", "--quiet", "main")
    work.commit("second")


def written(said: str) -> int:
    """How many times publisher has run and changed the feed, by what git and its hooks print."""
    return said.count("feed.atom  (")


@pytest.mark.parametrize("how", [["rebase"], ["rebase", "-i"], ["pull", "--rebase", "."]])
def test_a_rebase_of_the_branch_runs_publisher_at_its_end(work: Work, how: list[str]) -> None:
    diverged(work)
    work.commit("third")
    work.install()
    assert written(work.git(*how, "side")) == 1
    assert "side-2" in work.git("log", "--format=%s")
    assert work.feed.read_text().count("<entry") == 5


def test_what_a_rebase_has_put_aside_is_waited_for(work: Work) -> None:
    diverged(work)
    work.install()
    (work.folder / "posts" / "2026-01-01-first.md").write_text(POST.format("Edited"))
    said = work.git("rebase", "--autostash", "side")
    assert "publisher: not run, because git is at work (rebase-merge)" in said
    assert not work.has_run()


def test_an_amended_commit_runs_publisher_once(work: Work) -> None:
    work.install()
    (work.folder / "posts" / "2026-01-01-first.md").write_text(POST.format("Edited"))
    assert written(work.git("commit", "--amend", "--all", "--no-edit")) == 1


@pytest.mark.parametrize("command", ["cherry-pick", "revert"])
def test_a_series_of_commits_runs_publisher_at_its_end(work: Work, command: str) -> None:
    diverged(work)
    if command == "revert":
        work.git("merge", "--quiet", "--no-edit", "side")
    work.install()
    said = work.git(command, "--no-edit" if command == "revert" else "-x", "side~2..side")
    assert said.count("publisher: not run, because git is at work (sequencer)") == 1
    assert "  publisher build --config '" in said
    assert written(said) == 1
    assert work.feed.read_text().count("<entry") == (2 if command == "revert" else 4)


@pytest.mark.parametrize("command", ["cherry-pick", "revert"])
def test_a_single_commit_that_git_makes_itself_runs_publisher(work: Work, command: str) -> None:
    diverged(work)
    if command == "revert":
        work.git("merge", "--quiet", "--no-edit", "side")
    work.install()
    assert written(work.git(command, "--no-edit" if command == "revert" else "-x", "side")) == 1


@pytest.mark.parametrize("command", ["cherry-pick", "merge", "rebase", "am"])
def test_a_conflict_runs_nothing_until_it_is_solved(work: Work, command: str) -> None:
    post = work.folder / "posts" / "2026-01-01-first.md"
    diverged(work)
    for branch in ("side", "main"):
        work.git("checkout", "--quiet", branch)
        post.write_text(POST.format(branch))
        work.git("commit", "--quiet", "--all", "--message", branch)
    work.install()
    given = "side"
    if command == "am":
        given = str(work.folder.parent / "one.patch")
        work.git("format-patch", "-1", "--output", given, "side")
    more = ["--3way"] if command == "am" else []
    assert work.machine.run(work.folder, "git", command, *more, given).code
    for kind in ("post-commit", "post-merge"):
        run = work.machine.run(work.folder, f".git/hooks/{kind}", "0")
        assert command == "rebase" or "publisher: not run, because git is at work" in run.err
    assert not work.has_run()
    post.write_text(POST.format("both"))
    work.git("add", "posts")
    going_on = ["commit", "--no-edit"] if command == "merge" else [command, "--continue"]
    assert written(work.git(*going_on)) == 1


@pytest.mark.parametrize("number", [1, 3])
def test_patches_of_git_am_run_publisher_at_their_end(work: Work, number: int) -> None:
    diverged(work)
    work.git("checkout", "--quiet", "side")
    work.commit("side-3")
    work.git("checkout", "--quiet", "main")
    patches = work.git("format-patch", f"-{number}", "-o", str(work.folder.parent), "side").split(
        "\n"
    )
    work.install()
    assert written(work.git("am", *filter(None, patches))) == 1
    assert work.feed.read_text().count("<entry") == 2 + number


def test_a_bisection_runs_nothing(work: Work) -> None:
    diverged(work)
    work.install()
    work.git("bisect", "start", "main", "main~1")
    work.git("checkout", "--quiet", "main")
    assert "git is at work (BISECT_LOG)" in work.commit("found")
    assert not work.has_run()


@pytest.mark.parametrize("name", AT_WORK)
def test_nothing_runs_while_git_is_at_work(work: Work, name: str) -> None:
    work.install()
    (work.folder / ".git" / name).touch()
    work.git("rm", "--cached", "--quiet", "posts/2026-01-01-first.md")
    run = work.machine.run(work.folder, ".git/hooks/post-commit")
    assert (run.code, f"git is at work ({name})" in run.err) == (0, True)
    assert not work.has_run()


@pytest.mark.parametrize("how", ["--ff-only", "--no-ff"])
def test_a_merge_into_the_branch_runs_publisher_when_it_is_done(work: Work, how: str) -> None:
    work.git("checkout", "--quiet", "-b", "side")
    work.commit("side")
    work.git("checkout", "--quiet", "main")
    work.install("--kind", "post-merge")
    work.git("merge", "--no-edit", how, "side")
    assert work.has_run()


def test_a_squashed_merge_runs_nothing_before_its_commit(work: Work) -> None:
    diverged(work)
    work.install("--kind", "post-merge", "--kind", "post-commit")
    work.git("merge", "--squash", "side")
    assert not work.has_run()
    work.git("commit", "--no-edit")
    assert work.has_run()


def test_an_error_of_publisher_does_not_fail_the_commit(work: Work) -> None:
    work.install()
    (work.folder / "posts" / "2026-01-01-broken.md").write_bytes(b"---\ntitle: \xff\n---\n")
    said = work.commit("second")
    assert "2026-01-01-broken.md:" in said
    assert "publisher: exit code 1. git has done its work; to continue, run:" in said
    run = work.machine.run(work.folder, ".git/hooks/post-commit")
    assert run.code == 0


@pytest.mark.parametrize("more", [(), ("--strict",)], ids=["not", "strict"])
def test_strict_returns_the_exit_code(work: Work, more: tuple[str, ...]) -> None:
    work.install(*more)
    (work.folder / "publisher.yaml").write_text("nonsense: true")
    run = work.machine.run(work.folder, ".git/hooks/post-commit")
    assert run.code == (2 if more else 0)


# Earlier hooks


def test_an_earlier_hook_keeps_its_name_its_arguments_and_its_place(work: Work) -> None:
    (work.hooks / "beside").write_text("a file beside the hook")
    work.earlier('#!/bin/sh -e\necho "$0 $# $1"\ncat "$(dirname "$0")/beside"\n', "post-merge")
    work.install("--kind", "post-merge")
    run = work.machine.run(work.folder, ".git/hooks/post-merge", "0", "a b")
    assert run.out.startswith(".git/hooks/post-merge 2 0\na file beside the hook")
    assert work.has_run()


@pytest.mark.parametrize(
    "first", ["#!/usr/bin/env bash", "#!/bin/sh", f"#!{sys.executable}", "#!/usr/bin/env -S sh -u"]
)
def test_an_earlier_hook_of_any_language_runs(work: Work, first: str) -> None:
    body = "print('it runs')" if "python" in first else "echo 'it runs'"
    work.earlier(f"{first}\n{body}\n")
    work.install()
    assert "it runs\n" in work.commit("second")
    assert work.has_run()


def test_a_failing_earlier_hook_keeps_its_exit_code_and_stops_ours(work: Work) -> None:
    work.earlier("#!/bin/sh\nexit 7\n")
    work.install()
    run = work.machine.run(work.folder, ".git/hooks/post-commit")
    assert (run.code, "ended with exit code 7" in run.err) == (7, True)
    assert not work.has_run()


def test_a_hook_that_git_ignored_stays_ignored(work: Work) -> None:
    work.earlier("#!/bin/sh\necho 'it runs'\n", mode=0o644)
    work.install()
    assert "it runs" not in work.commit("second")
    assert work.has_run()


# Installing and uninstalling


def no_hook(_: Work) -> None:
    pass


def a_hook(work: Work) -> None:
    work.earlier(EARLIER)


def a_link(work: Work) -> None:
    (work.folder / "shared-hook").write_text(EARLIER)
    (work.hooks / "post-commit").symlink_to("../../shared-hook")


def a_link_to_nothing(work: Work) -> None:
    (work.hooks / "post-commit").symlink_to("../../missing")


def not_executable(work: Work) -> None:
    work.earlier(EARLIER, mode=0o640)


def no_folder(work: Work) -> None:
    for path in work.hooks.iterdir():
        path.unlink()
    work.hooks.rmdir()


BEFORE = (no_hook, a_hook, a_link, a_link_to_nothing, not_executable, no_folder)


@pytest.mark.parametrize("before", BEFORE, ids=lambda before: before.__name__)
def test_uninstalling_leaves_no_trace(work: Work, before: Callable[[Work], None]) -> None:
    before(work)
    was = tree(work.folder / ".git")
    work.install("--kind", "post-commit", "--kind", "post-merge")
    work.install("--strict")
    assert tree(work.folder / ".git") != was
    run = work.hook("uninstall", "git")
    assert (run.code, run.out.count("removed  ")) == (0, ALL)
    assert tree(work.folder / ".git") == was
    assert "publisher has no hook" in work.hook("uninstall", "git").out


@pytest.mark.parametrize("before", BEFORE, ids=lambda before: before.__name__)
def test_installing_twice_changes_nothing(work: Work, before: Callable[[Work], None]) -> None:
    before(work)
    work.install()
    was = tree(work.folder / ".git")
    assert work.install().out.count("unchanged  ") == ALL
    assert tree(work.folder / ".git") == was


def test_other_options_replace_the_hook_and_keep_the_earlier_one(work: Work) -> None:
    work.earlier(EARLIER)
    work.install()
    assert work.install("--publish").out.startswith("updated  ")
    assert "earlier: .git/hooks/post-commit" in work.commit("second")
    assert "publisher publish" in (work.hooks / "post-commit").read_text()


def test_a_hook_that_was_changed_by_hand_is_not_overwritten(work: Work) -> None:
    work.install()
    path = work.hooks / "post-commit"
    path.write_text(path.read_text() + "echo mine\n")
    was = tree(work.hooks)
    for action in ("install", "uninstall"):
        run = work.hook(action, "git")
        assert (run.code, "was changed by hand" in run.err) == (2, True)
        assert tree(work.hooks) == was
    assert work.hook("install", "git", "--force").out.startswith("updated  ")
    assert "echo mine" not in path.read_text()


def test_a_hook_is_not_overwritten_by_one_that_would_be_set_aside(work: Work) -> None:
    work.earlier(EARLIER)
    work.earlier(EARLIER, "post-commit.before-publisher")
    was = tree(work.hooks)
    run = work.hook("install", "git")
    assert (run.code, "remove the one that you do not need" in run.err) == (2, True)
    assert tree(work.hooks) == was


def test_a_crash_between_setting_aside_and_writing_is_repaired(work: Work) -> None:
    work.earlier(EARLIER)
    was = tree(work.hooks)
    (work.hooks / "post-commit").rename(work.hooks / "post-commit.before-publisher")
    work.install()
    assert "earlier: .git/hooks/post-commit" in work.commit("second")
    work.hook("uninstall", "git")
    assert tree(work.hooks) == was


def test_a_hook_of_another_program_that_came_later_stays(work: Work) -> None:
    work.install("--kind", "post-commit")
    work.earlier(EARLIER)
    was = tree(work.hooks)
    assert "publisher has no hook" in work.hook("uninstall", "git").out
    assert tree(work.hooks) == was


# Where git looks for hooks


@pytest.mark.parametrize("kind", ["post-commit", "post-receive"])
def test_a_relative_hooks_path_is_where_git_looks(work: Work, tmp_path: Path, kind: str) -> None:
    work.git("config", "core.hooksPath", "our hooks")
    work.git("config", "receive.denyCurrentBranch", "updateInstead")
    run = work.machine.hook(
        work.folder / "posts", "install", "git", "--kind", kind, "--repository", ".."
    )
    assert run.code == 0, run.err
    in_work_tree = kind == "post-commit"
    assert ("is in the work tree" in run.err) == in_work_tree
    if in_work_tree:
        work.commit("second")
    else:
        work.git("clone", "--quiet", ".", str(tmp_path / "clone"))
        clone = Work(work.machine, tmp_path / "clone")
        clone.commit("second")
        assert "remote: written" in clone.git("push")
    assert work.has_run()


def test_a_shared_folder_of_hooks_works_for_one_repository(work: Work, tmp_path: Path) -> None:
    shared = tmp_path / "hooks of all"
    work.git("config", "--global", "core.hooksPath", str(shared))
    assert "may be for other repositories" in work.install().err
    assert work.commit("second")
    assert work.has_run()
    other = Work(work.machine, tmp_path / "other")
    (other.folder / "posts").mkdir(parents=True)
    (other.folder / "publisher.yaml").write_text(SITE)
    other.git("init", "--quiet", "--initial-branch=main")
    assert "publisher: not run, because its hook was installed for" in other.commit("first")
    assert not other.has_run()
    assert not work.has_run()
    for action in ("install", "uninstall"):
        run = other.hook(action, "git")
        assert (run.code, "was installed for another folder" in run.err) == (2, True)
    work.hook("uninstall", "git")
    assert not shared.exists()


def test_a_linked_work_tree_does_not_publish_for_the_other(work: Work, tmp_path: Path) -> None:
    work.install()
    work.git("checkout", "--quiet", "-b", "drafts")
    linked = Work(work.machine, tmp_path / "linked")
    work.git("worktree", "add", "--quiet", str(linked.folder), "main")
    said = linked.commit("second")
    assert "publisher: not run, because its hook was installed for another folder" in said
    assert (linked.has_run(), work.has_run()) == (False, False)


def test_a_linked_work_tree_may_be_the_one_that_publishes(work: Work, tmp_path: Path) -> None:
    work.git("checkout", "--quiet", "-b", "drafts")
    linked = Work(work.machine, tmp_path / "linked")
    work.git("worktree", "add", "--quiet", str(linked.folder), "main")
    linked.install()
    linked.commit("second")
    assert linked.has_run()
    work.commit("draft")
    assert not work.has_run()


# Bare repositories


@dataclass
class Server:
    """A bare repository, a folder for its files, a home for publisher.yaml, and an author."""

    author: Work
    bare: Path
    site: Path
    config: Path

    def install(self, *arguments: str) -> Run:
        options = ("--repository", str(self.bare), "--config", str(self.config))
        return self.author.hook("install", "git", *options, *arguments)

    def push(self, *arguments: str) -> str:
        return self.author.git("push", *(arguments or ("origin", "main")))

    @property
    def feed(self) -> Path:
        return self.config.parent / "feed.atom"


@pytest.fixture
def server(work: Work, tmp_path: Path) -> Server:
    site, home, bare = tmp_path / "srv" / "my blog", tmp_path / "git", tmp_path / "blog.git"
    for folder in (site, home):
        folder.mkdir(parents=True)
    config = home / "publisher.yaml"
    config.write_text(SITE.replace("path: posts", f"path: '{site}/posts'"))
    work.git("init", "--quiet", "--bare", "--initial-branch=main", str(bare))
    work.git("remote", "add", "origin", str(bare))
    return Server(work, bare, site, config)


def test_a_push_checks_out_the_files_and_runs_publisher(server: Server) -> None:
    assert server.install("--checkout", str(server.site)).code == 0
    assert "remote: written" in server.push()
    server.author.commit("second")
    (server.author.folder / "posts" / "2026-01-01-first.md").unlink()
    server.author.git("commit", "--all", "--message", "Remove the first")
    (server.site / "posts" / "2026-01-01-first.md").write_text("changed on the server")
    assert "remote: 1 post: 1 published" in server.push()
    assert [path.name for path in (server.site / "posts").iterdir()] == ["2026-01-01-second.md"]


def test_a_push_to_another_branch_runs_nothing(server: Server) -> None:
    server.install("--checkout", str(server.site))
    assert "remote:" not in server.push("origin", "main:refs/heads/drafts")
    assert "remote:" not in server.push("origin", "main:refs/tags/main")
    server.push()
    server.feed.unlink()
    assert "remote:" not in server.push("origin", ":drafts")
    server.author.git(
        "--git-dir", str(server.bare), "config", "receive.denyDeleteCurrent", "ignore"
    )
    assert "publisher" not in server.push("origin", ":refs/heads/main")
    assert not server.feed.exists()


def test_a_push_of_many_refs_runs_publisher_once_and_passes_them_on(server: Server) -> None:
    hook = server.bare / "hooks" / "post-receive"
    hook.write_text(EARLIER)
    hook.chmod(0o755)
    server.install("--checkout", str(server.site))
    said = server.push("origin", "main", "main:refs/heads/a", "main:refs/heads/b")
    lines = [line for line in said.splitlines() if " refs/heads/" in line]
    assert len(lines) == 3
    assert said.count("written    ") == 3, "the three feeds"
    assert "earlier: hooks/post-receive" in said


def test_a_shared_folder_of_hooks_works_for_one_bare_repository(
    server: Server, tmp_path: Path
) -> None:
    author, other = server.author, tmp_path / "other.git"
    author.git("config", "--global", "core.hooksPath", str(tmp_path / "shared hooks"))
    author.git("init", "--quiet", "--bare", "--initial-branch=main", str(other))
    assert "may be for other repositories" in server.install("--checkout", str(server.site)).err
    assert "remote:" not in server.push(str(other), "main")
    assert not server.feed.exists()
    assert "remote: written" in server.push()


def test_the_earlier_hook_may_be_what_checks_out(server: Server) -> None:
    hook = server.bare / "hooks" / "post-receive"
    hook.write_text(f"#!/bin/sh\ngit --work-tree='{server.site}' checkout --force main\n")
    hook.chmod(0o755)
    assert "nothing checks out" not in server.install().err
    assert "remote: written" in server.push()


def test_a_push_is_done_whatever_publisher_says(server: Server) -> None:
    server.install("--checkout", str(server.site), "--strict")
    server.config.write_text("nonsense: true")
    said = server.push()
    assert "remote: publisher: " in said
    assert "main -> main" in said


def test_hooks_that_cannot_work_are_refused(server: Server, tmp_path: Path) -> None:
    inside = server.site / "publisher.yaml"
    inside.write_text(SITE)
    for arguments, said in (
        (("--kind", "post-commit"), "is a bare repository, where git runs no post-commit"),
        (("--checkout", str(tmp_path / "none")), "does not exist"),
        (("--checkout", str(tmp_path / "home")), "which is not in"),
        (("--checkout", str(server.site), "--config", str(inside)), "those who push can write"),
        (("--branch", "a b"), "cannot name the branch"),
    ):
        run = server.install(*arguments)
        assert (run.code, said in run.err) == (2, True), run.err
    assert not (server.bare / "hooks" / "post-receive").exists()


def test_who_installs_is_told_what_is_missing(server: Server, work: Work) -> None:
    run = server.install()
    assert "nothing checks out the files that are pushed" in run.err
    xmpp = "xmpp: {jid: a@b.example, password_env: SECRET, nodes: [{service: b.example, node: n}]}"
    (work.folder / "publisher.yaml").write_text(f"{SITE}{xmpp}\n")
    config = ("--config", "publisher.yaml")
    assert "pass --publish to push posts, too" in work.install(*config).err
    received = work.install(*config, "--kind", "post-receive", "--publish").err
    assert "a push over ssh has no SECRET" in received
    assert "they can run commands as you" in received


def test_outside_of_a_repository_git_explains_itself(machine: Machine, tmp_path: Path) -> None:
    run = machine.hook(tmp_path, "uninstall", "git")
    assert run.code == 2
    assert f"publisher: git cannot work in {tmp_path}: not a git repository" in run.err


def test_a_branch_that_does_not_exist_is_named_with_those_that_do(work: Work) -> None:
    work.git("branch", "live")
    said = work.install("--branch", "lives").err
    assert "there is no branch 'lives' yet (did you mean 'live'?)" in said
    assert "the branches here: live and main" in said
    assert said.count("note: ") == 1
    assert "there is no branch" not in work.install("--branch", "live").err


def test_either_all_hooks_are_installed_or_none(work: Work) -> None:
    work.earlier(EARLIER, "post-applypatch")
    work.earlier(EARLIER, "post-applypatch.before-publisher")
    was = tree(work.hooks)
    assert work.hook("install", "git").code == 2
    assert tree(work.hooks) == was


def test_a_hook_finds_its_program_without_the_path(work: Work) -> None:
    work.install()
    environment: Mapping[str, str] = {"PATH": "/usr/bin:/bin"}
    work.machine.environment.update(environment)
    work.commit("second")
    assert work.has_run()


@pytest.mark.parametrize("kind", ["post-commit", "post-merge"])
def test_the_generated_folder_of_husky_is_named(work: Work, kind: str) -> None:
    """husky 9 writes the folder anew with each `npm install`."""
    work.git("config", "core.hooksPath", ".husky/_")
    run = work.machine.hook(work.folder, "install", "git", "--kind", kind)
    said = " ".join(run.err.split())
    assert run.code == 0
    assert f"add this line to {work.folder}/.husky/{kind}: publisher build || true" in said
    assert "do not commit them" not in said
