"""When a file last changed, according to git."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest

from publisher.errors import ConfigError
from publisher.sources import git_history

if TYPE_CHECKING:
    from collections.abc import Mapping

A = PurePosixPath("a.md")


@pytest.fixture(autouse=True)
def _own_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without git configuration and without a repository around the tests."""
    for key in [key for key in os.environ if key.startswith("GIT_")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


class Repository:
    """A work tree with commits on days of January 2020."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, at: int = 1, committed: int | None = None) -> str:
        """Run git. A commit is authored on day `at`, and committed then or on `committed`."""
        dates = {
            "GIT_AUTHOR_DATE": f"2020-01-{at:02}T12:00:00+0200",
            "GIT_COMMITTER_DATE": f"2020-01-{committed or at:02}T12:00:00+0200",
        }
        people = {
            f"GIT_{role}_{key}": value
            for role in ("AUTHOR", "COMMITTER")
            for key, value in (("NAME", "Ada Example"), ("EMAIL", "ada@blog.example"))
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **people, **dates},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)

    def commit(self, files: Mapping[str, str], *, at: int, committed: int | None = None) -> None:
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "x", at=at, committed=committed)

    def branch(self, name: str) -> None:
        self.git("checkout", "--quiet", "-b", name)

    def merge(self, branch: str, files: Mapping[str, str] | None = None, *, at: int) -> None:
        """Merge into main. The merge commit also writes `files`."""
        self.git("checkout", "--quiet", "main")
        self.git("merge", "--no-ff", "--no-commit", "--strategy-option=ours", branch)
        self.commit(files or {}, at=at)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "site")


def days(folder: Path, *wanted: str) -> dict[str, int]:
    """The days of January on which the files last changed."""
    found = git_history.last_changes(folder, [PurePosixPath(name) for name in wanted])
    assert all((at.year, at.hour, at.tzinfo) == (2020, 10, dt.UTC) for at in found.values())
    return {str(path): at.day for path, at in found.items()}


def refusal(folder: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        git_history.last_changes(folder, [A])
    message = str(caught.value)
    assert message.startswith("posts.updated: git: ")
    assert "\n" not in message
    return message


def wrap_git(folder: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """Put a script before git on the PATH, which runs `line` and then git."""
    script = folder / "bin/git"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\n{line}\nexec {shutil.which("git")} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")


def test_the_last_commit_that_touched_a_file_counts(repository: Repository) -> None:
    repository.commit({"a.md": "1", "b.md": "1", "d/c.md": "1"}, at=1)
    repository.commit({"a.md": "2"}, at=2)
    repository.commit({"a.md": "3", "d/c.md": "2"}, at=3)
    repository.commit({}, at=4)
    assert days(repository.folder, "a.md", "b.md", "d/c.md") == {"a.md": 3, "b.md": 1, "d/c.md": 3}


def test_the_time_is_the_author_s_in_whole_seconds_of_utc(repository: Repository) -> None:
    repository.commit({"a.md": "1"}, at=4, committed=9)
    noon = dt.datetime(2020, 1, 4, 10, tzinfo=dt.UTC)
    assert git_history.last_changes(repository.folder, [A]) == {A: noon}


def test_the_newest_commit_counts_even_if_its_author_was_early(repository: Repository) -> None:
    repository.commit({"a.md": "1"}, at=5)
    repository.commit({"a.md": "2"}, at=3, committed=6)
    assert days(repository.folder, "a.md") == {"a.md": 3}


def test_a_renamed_file_changed_when_it_was_renamed(repository: Repository) -> None:
    repository.commit({"a.md": "the same text"}, at=1)
    repository.git("mv", "a.md", "b.md")
    repository.commit({}, at=5)
    assert days(repository.folder, "b.md") == {"b.md": 5}


def test_a_changed_mode_is_a_change(repository: Repository) -> None:
    repository.commit({"a.md": "1"}, at=1)
    (repository.folder / "a.md").chmod(0o755)
    repository.commit({}, at=2)
    assert days(repository.folder, "a.md") == {"a.md": 2}


@pytest.mark.parametrize("below", ["", "p\nü/"], ids=["at the top", "below"])
def test_a_file_with_any_name_is_found(repository: Repository, below: str) -> None:
    odd = ["a b", "ü", "q\"u'o\\te", "new\nline", "\n", "\nA", "\nM", "M", "A", "-x", ":(top)x",
           "\x01", "1577872800", "caf" + os.fsdecode(b"\xe9"), " ", "HEAD"]  # fmt: skip
    repository.commit({f"{below}{name}": "" for name in odd[::2]}, at=2)
    repository.commit({f"{below}{name}": "" for name in odd[1::2]}, at=3)
    expected = {name: 2 + index % 2 for index, name in enumerate(odd)}
    assert days(repository.folder / below, *odd) == expected


def test_a_merged_file_keeps_its_time(repository: Repository) -> None:
    repository.commit({"a.md": "1", "b.md": "1"}, at=1)
    repository.branch("topic")
    repository.commit({"b.md": "2"}, at=2)
    repository.git("checkout", "--quiet", "main")
    repository.commit({"a.md": "2"}, at=3)
    repository.merge("topic", at=8)
    assert days(repository.folder, "a.md", "b.md") == {"a.md": 3, "b.md": 2}


def test_a_file_that_a_merge_changed_has_the_time_of_the_merge(repository: Repository) -> None:
    lines = "1\n2\n3\n4\n5\n6\n7\n8\n"
    repository.commit({"edited.md": "1", "both.md": lines}, at=1)
    repository.branch("topic")
    repository.commit({"other.md": "1", "both.md": f"0\n{lines}"}, at=2)
    repository.git("checkout", "--quiet", "main")
    repository.commit({"both.md": f"{lines}9\n"}, at=3)
    repository.merge("topic", {"\n.md": "new", "edited.md": "2"}, at=8)
    repository.commit({"later.md": "1"}, at=9)
    found = days(repository.folder, "\n.md", "edited.md", "both.md", "other.md")
    assert found == {"\n.md": 8, "edited.md": 8, "both.md": 8, "other.md": 2}


def test_a_branch_that_was_merged_without_its_changes_does_not_count(
    repository: Repository,
) -> None:
    repository.commit({"a.md": "1"}, at=1)
    repository.branch("topic")
    repository.commit({"a.md": "2"}, at=5)
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--strategy=ours", "-m", "x", "topic", at=8)
    assert days(repository.folder, "a.md") == {"a.md": 1}


def test_a_deletion_that_a_merge_dropped_is_not_a_change(repository: Repository) -> None:
    repository.commit({"a.md": "1"}, at=1)
    repository.branch("topic")
    (repository.folder / "a.md").unlink()
    repository.commit({"b.md": "1"}, at=5)
    repository.merge("topic", {"a.md": "1"}, at=8)
    assert days(repository.folder, "a.md", "b.md") == {"a.md": 1, "b.md": 5}


def test_a_restored_file_changed_when_it_was_restored(repository: Repository) -> None:
    repository.commit({"a.md": "1"}, at=1)
    repository.git("rm", "--quiet", "a.md")
    repository.commit({}, at=2)
    repository.commit({"a.md": "1"}, at=3)
    assert days(repository.folder, "a.md") == {"a.md": 3}


def test_a_dirty_file_keeps_its_last_commit(repository: Repository) -> None:
    repository.commit({"a.md": "1", "b.md": "1"}, at=1)
    repository.write({"a.md": "2", "b.md": "2"})
    repository.git("add", "b.md")
    assert days(repository.folder, "a.md", "b.md") == {"a.md": 1, "b.md": 1}


def test_an_untracked_file_has_no_time(repository: Repository) -> None:
    repository.commit({"a.md": "1", "d/a.md": "1"}, at=1)
    repository.write({"new.md": "", "added.md": ""})
    repository.git("add", "added.md")
    wanted = ["a.md", "new.md", "added.md", "nowhere.md", "d", "d/b.md", "../a.md"]
    assert days(repository.folder, *wanted) == {"a.md": 1}


def test_a_folder_below_the_top_has_its_own_files(repository: Repository) -> None:
    repository.commit({"a.md": "1", "posts/a.md": "1"}, at=1)
    repository.commit({"a.md": "2"}, at=7)
    assert days(repository.folder / "posts", "a.md", "posts/a.md") == {"a.md": 1}


def test_a_link_and_a_second_worktree_lead_to_the_files(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit({"posts/a.md": "1"}, at=6)
    repository.git("worktree", "add", "--quiet", "-b", "other", str(tmp_path / "tree"))
    (tmp_path / "link").symlink_to(tmp_path / "tree/posts")
    assert days(tmp_path / "tree/posts", "a.md") == {"a.md": 6}
    assert days(tmp_path / "link", "a.md") == {"a.md": 6}


def test_a_submodule_has_its_own_history(repository: Repository, tmp_path: Path) -> None:
    Repository(tmp_path / "texts").commit({"posts/a.md": "1"}, at=3)
    allow = ("-c", "protocol.file.allow=always")
    repository.git(*allow, "submodule", "--quiet", "add", str(tmp_path / "texts"), "texts")
    repository.commit({}, at=7)
    assert days(repository.folder / "texts/posts", "a.md") == {"a.md": 3}
    assert days(repository.folder, "texts/posts/a.md") == {}


def test_posts_in_a_repository_of_their_own_have_its_times_in_a_hook_of_another(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even though the hook's repository has a file of that name, too."""
    repository.commit({"posts/a.md": "1"}, at=1)
    Repository(tmp_path / "other").commit({"posts/a.md": "1"}, at=9)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    monkeypatch.setenv("GIT_PREFIX", "posts/")
    assert days(repository.folder / "posts", "a.md") == {"a.md": 1}


@dataclass
class Hooked:
    """A bare repository, and the folder into which its hook checks out main."""

    bare: Path
    site: Path

    def check_out(self) -> None:
        self.site.mkdir(exist_ok=True, parents=True)
        command = ["git", f"--work-tree={self.site}", "checkout", "-q", "-f", "main"]
        subprocess.run(command, cwd=self.bare, check=True)


@pytest.fixture
def hooked(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hooked:
    """As git calls a hook, after a push of posts from two days."""
    repository.commit({"posts/a.md": "1", "posts/b.md": "1"}, at=1)
    repository.commit({"posts/b.md": "2"}, at=5)
    made = Hooked(tmp_path / "blog.git", tmp_path / "srv" / "blog")
    repository.git("clone", "--quiet", "--bare", ".", str(made.bare))
    made.check_out()
    monkeypatch.chdir(made.bare)
    monkeypatch.setenv("GIT_DIR", ".")
    return made


def test_the_repository_of_a_hook_has_the_times_of_its_checkout(hooked: Hooked) -> None:
    (hooked.site / "posts" / "new.md").write_text("")
    assert days(hooked.site / "posts", "a.md", "b.md", "new.md") == {"a.md": 1, "b.md": 5}


def test_the_top_of_a_checkout_is_found(hooked: Hooked) -> None:
    assert days(hooked.site, "posts/a.md", "posts/b.md") == {"posts/a.md": 1, "posts/b.md": 5}


def test_a_checkout_behind_a_link_is_found(hooked: Hooked, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(hooked.site)
    assert days(tmp_path / "linked" / "posts", "b.md") == {"b.md": 5}


def test_the_work_tree_of_a_hook_counts(hooked: Hooked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_WORK_TREE", str(hooked.site))
    assert days(hooked.site / "posts", "b.md") == {"b.md": 5}
    monkeypatch.setenv("GIT_WORK_TREE", str(hooked.site / "posts"))
    assert days(hooked.site / "posts", "b.md") == {}


def test_a_checkout_below_another_repository_has_the_times_of_its_hook(
    hooked: Hooked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home folder may be a repository, too, which knows nothing of the posts."""
    monkeypatch.delenv("GIT_DIR")
    home = Repository(tmp_path / "srv")
    home.write({"other": "1"})
    home.git("add", "other")
    home.git("commit", "--quiet", "-m", "x", at=9)
    monkeypatch.setenv("GIT_DIR", str(hooked.bare))
    assert days(hooked.site / "posts", "a.md", "b.md") == {"a.md": 1, "b.md": 5}


def test_objects_outside_of_the_repository_of_a_hook_are_found(
    hooked: Hooked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a quarantine, and where several repositories share their objects."""
    (hooked.bare / "objects").rename(tmp_path / "shared")
    (hooked.bare / "objects").mkdir()
    monkeypatch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", str(tmp_path / "shared"))
    assert days(hooked.site / "posts", "b.md") == {"b.md": 5}


def test_a_folder_that_was_not_checked_out_is_not_in_the_repository_of_a_hook(
    hooked: Hooked, tmp_path: Path
) -> None:
    (tmp_path / "others").mkdir()
    with pytest.raises(ConfigError, match="not a git repository"):
        git_history.last_changes(tmp_path / "others", [PurePosixPath("mine.md")])


def test_a_hook_that_changed_its_folder_is_told_what_to_do(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(hooked.site)
    with pytest.raises(ConfigError, match="GIT_DIR must name the repository of the posts"):
        git_history.last_changes(hooked.site / "posts", [PurePosixPath("a.md")])


def test_a_shallow_repository_of_a_hook_is_refused(
    repository: Repository, hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    shallow = hooked.bare.with_name("shallow.git")
    repository.git("clone", "-q", "--bare", "--depth=1", repository.folder.as_uri(), str(shallow))
    monkeypatch.setenv("GIT_DIR", str(shallow))
    with pytest.raises(ConfigError, match="shallow clone"):
        git_history.last_changes(hooked.site / "posts", [PurePosixPath("b.md")])


def test_a_relative_folder_is_found(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"posts/a.md": "1"}, at=1)
    monkeypatch.chdir(repository.folder)
    assert days(Path("posts"), "a.md") == {"a.md": 1}


def test_an_empty_repository_has_no_times(repository: Repository) -> None:
    repository.write({"posts/a.md": ""})
    assert days(repository.folder / "posts", "a.md") == {}


@pytest.mark.parametrize("seconds", ["", "999999999999", "99999999999999999999"])
def test_a_commit_without_a_usable_date_does_not_count(
    repository: Repository, seconds: str
) -> None:
    repository.commit({"a.md": "1"}, at=1)
    repository.commit({"a.md": "2"}, at=2)
    lines = repository.git("cat-file", "commit", "HEAD").splitlines(keepends=True)
    author = f"author Ada Example <ada@blog.example> {seconds} +0000\n"
    broken = "".join(author if line.startswith("author ") else line for line in lines)
    (repository.folder / "commit").write_text(broken)
    made = repository.git("hash-object", "-t", "commit", "-w", "--literally", "commit").strip()
    repository.git("update-ref", "HEAD", made)
    assert days(repository.folder, "a.md") == {"a.md": 1}


def test_a_shallow_clone_is_refused(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a.md": "1"}, at=1)
    repository.commit({"b.md": "1"}, at=2)
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--depth=1", repository.folder.as_uri(), str(clone))
    message = refusal(clone)
    assert "shallow" in message
    assert "`git fetch --unshallow`" in message
    assert "`fetch-depth: 0`" in message
    subprocess.run(["git", "fetch", "--quiet", "--unshallow"], cwd=clone, check=True)
    assert days(clone, "a.md", "b.md") == {"a.md": 1, "b.md": 2}


def test_the_error_without_a_repository_says_what_to_do(tmp_path: Path) -> None:
    message = refusal(tmp_path)
    assert "not a git repository" in message
    assert message.endswith(
        "; keep the posts in a git repository, or set GIT_DIR to the repository whose hook checks "
        "the posts out, or remove `updated: git`"
    )


def test_a_bare_repository_is_refused(repository: Repository) -> None:
    repository.commit({"a.md": "1"}, at=1)
    assert "is not in a git work tree; check out the posts" in refusal(repository.folder / ".git")


def test_a_repository_of_another_user_is_refused(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a.md": "1"}, at=1)
    wrap_git(tmp_path, monkeypatch, "export GIT_TEST_ASSUME_DIFFERENT_OWNER=1")
    trust = f"`git config --global --add safe.directory {repository.folder}`"
    message = refusal(repository.folder)
    assert "dubious ownership" in message
    assert message.endswith(f"; if you trust it: {trust}")


def test_the_error_without_git_says_what_to_do(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a.md": "1"}, at=1)
    monkeypatch.setenv("PATH", "")
    assert "git is not installed, or not on the PATH; install it" in refusal(repository.folder)


def test_a_git_that_cannot_start_is_an_error(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "git").write_text("#!/nowhere/sh\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert f"{tmp_path}/git cannot be started: " in refusal(repository.folder)


def test_an_error_of_git_is_shown_on_one_line(repository: Repository) -> None:
    repository.commit({"a.md": "1"}, at=1)
    tree = repository.git("rev-parse", "HEAD^{tree}").strip()
    (repository.folder / ".git/objects" / tree[:2] / tree[2:]).unlink()
    message = refusal(repository.folder)
    assert tree in message
    assert "; repair the repository, or clone it again completely, or remove" in message


def test_an_incomplete_log_is_an_error(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a.md": "1"}, at=1)
    broken = 'case "$*" in *" log "*) printf \'/1\\0\\nM\\0\'; exit 128;; esac'
    wrap_git(tmp_path, monkeypatch, broken)
    assert "git failed without a message; repair" in refusal(repository.folder)


CONFIGURED = {
    "log.showRoot": "false",
    "log.follow": "true",
    "log.diffMerges": "first-parent",
    "diff.renames": "copies",
    "diff.relative": "true",
    "diff.orderFile": "/nowhere",
    "i18n.logOutputEncoding": "UTF-16",
}


@pytest.mark.parametrize("key", CONFIGURED)
def test_the_configuration_of_git_changes_nothing(repository: Repository, key: str) -> None:
    repository.commit({"posts/a.md": "1", "posts/ü.md": "1"}, at=1)
    repository.branch("topic")
    repository.commit({"posts/b.md": "1"}, at=2)
    repository.git("checkout", "--quiet", "main")
    repository.commit({"posts/c.md": "1"}, at=3)
    repository.merge("topic", {"posts/d.md": "1"}, at=4)
    repository.branch("thrown-away")
    repository.commit({"posts/b.md": "2"}, at=7)
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--strategy=ours", "-m", "x", "thrown-away", at=8)
    repository.git("mv", "posts/a.md", "posts/e.md")
    repository.commit({}, at=5)
    repository.git("config", key, CONFIGURED[key])
    expected = {"e.md": 5, "b.md": 2, "c.md": 3, "d.md": 4, "ü.md": 1}
    assert days(repository.folder / "posts", *expected) == expected


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that creates a file `sprung` beside itself when it is run."""
    script = tmp_path / "trap"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    script.chmod(0o755)
    return script


def test_no_program_that_the_repository_names_is_run(repository: Repository, trap: Path) -> None:
    repository.commit({"a.md": "1"}, at=1)
    sign(repository)
    repository.commit({"b.md": "1"}, at=2)
    for key in ("core.fsmonitor", "core.pager", "pager.log", "diff.external", "diff.x.command",
                "diff.x.textconv", "filter.x.clean", "filter.x.process", "gpg.program",
                "core.sshCommand", "core.askPass", "core.editor", "alias.log"):  # fmt: skip
        repository.git("config", key, f"!{trap}" if key == "alias.log" else str(trap))
    repository.git("config", "log.showSignature", "true")
    (repository.folder / ".git/info/attributes").write_text("*.md diff=x filter=x\n")
    repository.write({"a.md": "2"})
    for hook in ("post-index-change", "reference-transaction"):
        shutil.copy(trap, repository.folder / ".git/hooks" / hook)
    assert days(repository.folder, "a.md", "b.md") == {"a.md": 1, "b.md": 2}
    assert not trap.with_name("sprung").exists()


def sign(repository: Repository) -> None:
    """Make the commit at HEAD a signed one."""
    head, _, message = repository.git("cat-file", "commit", "HEAD").partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----"
    (repository.folder / ".git/signed").write_text(f"{head}\n{signature}\n\n{message}")
    made = repository.git("hash-object", "-t", "commit", "-w", ".git/signed").strip()
    repository.git("update-ref", "HEAD", made)


def test_missing_objects_of_a_partial_clone_are_not_fetched(
    repository: Repository, tmp_path: Path, trap: Path
) -> None:
    repository.commit({"a.md": "1"}, at=1)
    repository.commit({"b.md": "1"}, at=2)
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    source = repository.folder.as_uri()
    repository.git("clone", "--quiet", "--filter=tree:0", source, str(clone))
    for key, value in (("uploadpack", str(trap)), ("url", f"ext::{trap}")):
        subprocess.run(["git", "config", f"remote.origin.{key}", value], cwd=clone, check=True)
    subprocess.run(["git", "config", "protocol.ext.allow", "always"], cwd=clone, check=True)
    assert "clone it again completely" in refusal(clone)
    assert not trap.with_name("sprung").exists()


@pytest.mark.parametrize("files", [1, 30])
def test_one_log_is_read_whatever_the_number_of_files(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    names = [f"{number}.md" for number in range(files)]
    for name in names:
        repository.commit({name: ""}, at=1)
    wrap_git(tmp_path, monkeypatch, f'echo " $* " >> {tmp_path}/calls')
    assert len(days(repository.folder, *names)) == files
    calls = (tmp_path / "calls").read_text().splitlines()
    assert [" log " in call for call in calls] == [False, True]
    assert " rev-parse " in calls[0]


def test_git_is_stopped_once_every_file_is_found(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a.md": "1"}, at=1)
    forever = (
        'case "$*" in *" log "*) printf \'/1577959200\\0\\nM\\0a.md\\0\'; exec sleep 600;; esac'
    )
    wrap_git(tmp_path, monkeypatch, forever)
    assert days(repository.folder, "a.md") == {"a.md": 2}
