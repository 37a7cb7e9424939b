"""Printed hooks, checked or run by the programs for which they are.

Those of site generators are in tests/engines.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.support.blog import Blog, Run
from tests.support.subscribers import Outsider

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.support.servers import Prosody

JOBS = ("github", "gitlab", "forgejo", "woodpecker")
EXPOSURE = 15  # the most that `systemd-analyze security` may say, times ten
XMPP = "xmpp: {jid: a@b.example, password_env: P, nodes: [{service: b.example, node: n}]}\n"


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    blog = Blog(tmp_path / "a blog")
    blog.write("2026-01-01-first-post.md", "Text.", title="First")
    return blog


def run(folder: Path, *command: str, environment: Mapping[str, str] | None = None) -> Run:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Run(done.returncode, done.stdout, done.stderr)


def printed(blog: Blog, name: str, *arguments: str) -> str:
    place = ["--install", "/srv/it's here/publisher.whl"] if name in JOBS else []
    found = blog.run("hook", "print", name, *place, *arguments)
    assert found.code == 0, found.err
    return found.out


# cron and systemd


def test_cron_accepts_its_line(blog: Blog, tmp_path: Path) -> None:
    (tmp_path / "crontab").write_text(printed(blog, "cron"))
    checked = run(tmp_path, "crontab", "-n", "crontab")
    assert checked.code == 0, checked.err


def test_the_line_of_cron_publishes(blog: Blog) -> None:
    (line,) = (line for line in printed(blog, "cron").splitlines() if line[:1] != "#")
    command = line.removeprefix("*/10 * * * * ").replace("\\%", "%")
    done = run(blog.folder.parent, "sh", "-c", command)
    assert (done.code, "feed.atom  (1 entry)" in done.out) == (0, True)


@pytest.fixture
def units(blog: Blog, tmp_path: Path) -> Path:
    """The folder with the units."""
    text = (blog.folder / "publisher.yaml").read_text()
    (blog.folder / "publisher.yaml").write_text(
        text.replace("path: feed.", "path: feeds/feed.") + XMPP
    )
    for kind in ("service", "path", "timer"):
        (tmp_path / f"publisher.{kind}").write_text(printed(blog, f"systemd-{kind}"))
    (tmp_path / "publisher-watch.service").write_text(printed(blog, "systemd-watch"))
    return tmp_path


def test_systemd_finds_nothing_wrong_with_its_units(units: Path) -> None:
    names = [f"./publisher.{kind}" for kind in ("service", "path", "timer")]
    checked = run(units, "systemd-analyze", "verify", "./publisher-watch.service", *names)
    assert (checked.code, checked.out + checked.err) == (0, "")


@pytest.mark.parametrize("name", ["publisher", "publisher-watch"])
def test_a_service_is_confined(units: Path, name: str) -> None:
    service = units / f"{name}.service"
    service.write_text(re.sub("^User=.*", "User=blog", service.read_text(), flags=re.MULTILINE))
    options = ("--offline=true", f"--threshold={EXPOSURE}", "--no-pager")
    checked = run(units, "systemd-analyze", "security", *options, f"./{name}.service")
    assert checked.code == 0, checked.out


def test_a_run_writes_only_where_the_service_may(blog: Blog, units: Path) -> None:
    service = (units / "publisher.service").read_text()
    writable = [
        shlex.split(line.partition("=")[2])[0]
        for line in service.splitlines()
        if line.startswith("ReadWritePaths=")
    ]
    assert sorted(writable) == sorted(map(str, (blog.folder / ".publisher", blog.folder / "feeds")))
    before = files(blog.folder)
    assert blog.run("build").code == 0
    changed = {path for path, state in files(blog.folder).items() if before.get(path) != state}
    assert changed
    allowed = tuple(f"{path}/" for path in writable)
    assert [path for path in changed if not path.startswith(allowed)] == []


def files(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_the_path_unit_watches_what_the_generator_writes(blog: Blog) -> None:
    assert f"\nPathChanged={blog.posts}\n" in printed(blog, "systemd-path")
    text = (blog.folder / "publisher.yaml").read_text()
    (blog.folder / "publisher.yaml").write_text(
        text.replace("site:\n", "site:\n  output: _site\n", 1)
    )
    assert f"\nPathChanged={blog.folder / '_site'}\n" in printed(blog, "systemd-path")


# CI


class Repository:
    """The repository of a forge, an author, and the checkout in which a job runs."""

    def __init__(self, blog: Blog, folder: Path) -> None:
        self.author = blog.folder
        self.checkout = folder / "checkout"
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name, text in {
            "publisher": f'exec {sys.executable} -m publisher "$@"',
            "python": 'echo "installed $5" >&2',  # `python -m pip install`
            "jekyll": "mkdir -p _site",
        }.items():
            (self.bin / name).write_text(f"#!/bin/sh\n{text}\n")
            (self.bin / name).chmod(0o755)
        self.git("init", "--quiet", "--initial-branch=main", folder=self.author)
        self.push()
        self.bare = folder / "forge.git"
        self.git("clone", "--quiet", "--bare", str(self.author), str(self.bare))
        self.git("remote", "add", "origin", str(self.bare))

    def git(self, *arguments: str, folder: Path | None = None) -> None:
        identity = ("-c", "user.name=Ada Example", "-c", "user.email=ada@blog.example")
        done = run(folder or self.author, "git", *identity, *arguments)
        assert done.code == 0, done.err

    def push(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Posts")
        if hasattr(self, "bare"):
            self.git("push", "--quiet", "origin", "main")

    def check_out(self, name: str = "checkout") -> None:
        self.checkout = self.checkout.with_name(name)
        self.git("clone", "--quiet", str(self.bare), str(self.checkout))

    def job(self, steps: Sequence[str], environment: Mapping[str, str]) -> Run:
        """Run the steps of a job, each as the CI service does, up to the first that fails."""
        path = f"{self.bin}:{os.environ['PATH']}"
        out = err = ""
        for step in steps:
            done = run(
                self.checkout, "bash", "-e", "-o", "pipefail", "-c", step,
                environment={**environment, "PATH": path},
            )  # fmt: skip
            out, err = out + done.out, err + done.err
            if done.code:
                return Run(done.code, out, err)
        return Run(0, out, err)


def steps_of(name: str, text: str) -> list[str]:
    """The commands of a job, in the order in which the service runs them."""
    document = yaml.safe_load(text)
    match name:
        case "github" | "forgejo":
            steps = document["jobs"]["publish"]["steps"]
            return [step["run"] for step in steps if "run" in step]
        case "gitlab":
            return ["\n".join(document["publish-posts"]["script"])]
        case _:
            return ["\n".join(document["steps"][0]["commands"])]


@pytest.fixture
def repository(
    blog: Blog, tmp_path: Path, prosody: Prosody, node: str, accounts: Mapping[str, str]
) -> Repository:
    blog.configure(prosody, node=node, password=accounts["blog"], more=", prune: site")
    return Repository(blog, tmp_path)


PROTECTED = {"GITHUB_REF_PROTECTED": "true"}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_publishes_the_newest_commit_and_keeps_the_exit_code(
    blog: Blog, repository: Repository, prosody: Prosody, node: str, name: str
) -> None:
    steps = steps_of(name, printed(blog, name))
    secrets = {**blog.environment, **PROTECTED}
    repository.check_out("old")
    done = repository.job(steps, secrets)
    assert done.code == 0, done.err
    assert "installed /srv/it's here/publisher.whl\n" in done.err
    assert ids(prosody, node) == ["2026-01-01-first-post"]
    blog.write("2026-01-02-second-post.md", "Text.", title="Second")
    repository.push()
    repository.check_out("new")
    assert repository.job(steps, secrets).code == 0
    repository.checkout = repository.checkout.with_name("old")
    again = repository.job(steps, secrets)
    assert (again.code, "the branch has a newer commit" in again.out) == (0, True)
    assert ids(prosody, node) == ["2026-01-01-first-post", "2026-01-02-second-post"]
    (blog.posts / "2026-01-01-first-post.md").unlink()
    repository.push()
    repository.check_out("newer")
    assert repository.job(steps, secrets).code == 0
    assert ids(prosody, node) == ["2026-01-02-second-post"]
    (blog.posts / "2026-01-02-second-post.md").unlink()
    blog.write("2026-01-03-third-post.md", "Text.", title="Third", draft="true")
    repository.push()
    repository.check_out("last")
    assert repository.job(steps, secrets).code == 3, "the guard: all items would be retracted"
    assert ids(prosody, node) == ["2026-01-02-second-post"]


def ids(prosody: Prosody, node: str) -> list[str]:
    return sorted(str(item.id) for item in Outsider(prosody, "reader", node).items())


@pytest.mark.parametrize("name", JOBS)
def test_a_job_fails_with_a_clear_line_if_a_node_keeps_items(
    blog: Blog, repository: Repository, name: str
) -> None:
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace(", prune: site", ""))
    repository.push()
    repository.check_out()
    done = repository.job(steps_of(name, printed(blog, name)), {**blog.environment, **PROTECTED})
    assert (done.code, "lacks `prune: site`" in done.err) == (2, True)


@pytest.mark.parametrize("name", JOBS)
def test_a_job_installs_nothing_until_somebody_fills_in_from_where(
    blog: Blog, repository: Repository, name: str
) -> None:
    """Whoever had registered a name that the job takes from PyPI would get the password."""
    repository.check_out()
    text = blog.run("hook", "print", name).out
    assert "feed-publisher" not in text
    done = repository.job(steps_of(name, text), {**blog.environment, **PROTECTED})
    assert (done.code, "fill in from where pip installs publisher" in done.err) == (2, True)
    assert "installed" not in done.err


def test_a_job_on_github_fails_for_a_branch_that_is_not_protected(
    blog: Blog, repository: Repository
) -> None:
    repository.check_out()
    unprotected = {"GITHUB_REF_PROTECTED": "false", "GITHUB_REF_NAME": "main"}
    done = repository.job(steps_of("github", printed(blog, "github")), unprotected)
    assert (done.code, "::error::main is not a protected branch" in done.out) == (2, True)


@pytest.mark.parametrize("name", JOBS)
def test_only_a_push_to_the_branch_starts_a_job(blog: Blog, name: str) -> None:
    document = yaml.safe_load(printed(blog, name, "--branch", "live"))
    match name:
        case "github" | "forgejo":
            assert document[True] == {"push": {"branches": ["live"]}}  # YAML 1.1 reads `on` so
            assert document["concurrency"] == {"group": "publisher", "cancel-in-progress": False}
            assert document["permissions"] == {"contents": "read"}
        case "gitlab":
            job = document["publish-posts"]
            (rule,) = job["rules"]
            assert rule["if"].split(" && ") == [
                '$CI_PIPELINE_SOURCE == "push"',
                '$CI_COMMIT_REF_PROTECTED == "true"',
                '$CI_COMMIT_BRANCH == "live"',
            ]
            assert job["resource_group"] == "publisher"
        case _:
            assert document["when"] == [{"event": "push", "branch": "live"}]
            assert document["concurrency"] == {"group": "publisher", "limit": 1}


def test_a_job_builds_a_site_whose_pages_are_read(blog: Blog, repository: Repository) -> None:
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace("site:\n", "site:\n  output: _site\n", 1))
    repository.push()
    repository.check_out()
    for name in JOBS:
        steps = steps_of(name, printed(blog, name))
        assert "JEKYLL_ENV=production jekyll build" in "\n".join(steps)
        repository.job(steps, {**blog.environment, **PROTECTED})
        (repository.checkout / "_site").rmdir()
