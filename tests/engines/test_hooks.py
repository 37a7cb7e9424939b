"""Hooks of site generators and CI services, read by the programs for which they are.

The site of each generator is that of the other tests. What publisher reads lies beside it, so that
the exit code does not depend on the faults that these sites have on purpose.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.app.demo.temporary_server import free_ports
from tests.support import ROOT
from tests.support.blog import SECONDS, Run
from tests.support.generators import GENERATORS, INSTALLED

if TYPE_CHECKING:
    from collections.abc import Mapping

SITES = Path(__file__).parent / "sites"
CONFIG = """\
site: {title: A blog, url: https://blog.example, since: 2020-01-01}
posts: {path: posts, site: site, engine: jekyll}
feeds: [{path: feeds/feed.atom, format: atom}]
"""
SCRIPT = "build.sh"
# Where each hook is saved, and what then builds the site.
HOOKS: Mapping[str, tuple[str, list[str]]] = {
    "jekyll": ("_plugins/publisher.rb", ["jekyll", "build", "--quiet", "--disable-disk-cache"]),
    "hugo": (SCRIPT, ["sh", SCRIPT, "--quiet"]),
    "eleventy": (SCRIPT, ["sh", SCRIPT, "--quiet"]),
    "hexo": (SCRIPT, ["sh", SCRIPT, "generate", "--silent"]),
    "pelican": ("pelicanconf.py", ["pelican", "--quiet"]),
    "nikola": ("conf.py", ["sh", "-c", "nikola build --quiet && nikola deploy"]),
    "make": ("Makefile", ["make", "feeds", "BUILD_SITE=jekyll build --quiet"]),
}
PRODUCTION = {"JEKYLL_ENV": "production"}


@dataclass
class Site:
    """A site of a generator, a configuration of publisher beside it, and a PATH with both."""

    name: str
    folder: Path
    environment: dict[str, str] = field(default_factory=lambda: {**PRODUCTION})

    @property
    def feed(self) -> Path:
        return self.folder.parent / "feeds" / "feed.atom"

    @property
    def config(self) -> Path:
        return self.folder.parent / "publisher.yaml"

    def hook(self, *arguments: str) -> None:
        """Save the printed hook where its comment says."""
        program = [sys.executable, "-m", "publisher", "--config", str(self.config)]
        done = self._run([*program, "hook", "print", self.name, *arguments])
        assert done.code == 0, done.err
        path = self.folder / HOOKS[self.name][0]
        path.parent.mkdir(exist_ok=True)
        with path.open("a") as file:
            file.write(f"\n{done.out}" if path.exists() else done.out)
            if self.name == "pelican":  # it runs in an environment of its own
                file.write('PUBLISHER["program"] = ["publisher"]\n')

    def build(self, *more: str, **environment: str) -> Run:
        return self._run([*HOOKS[self.name][1], *more], **environment)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a program that goes on; for a `with`."""
        return subprocess.Popen(
            command, cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def _run(self, command: list[str], **environment: str) -> Run:
        done = subprocess.run(
            command, cwd=self.folder, env={**self._environment(), **environment},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip
        return Run(done.returncode, done.stdout, done.stderr)

    def _environment(self) -> dict[str, str]:
        bin_ = self.folder.parent / "bin"
        programs = [bin_, INSTALLED / "bin", Path("/usr/local/bin"), Path("/usr/bin"), Path("/bin")]
        if self.name in {"jekyll", "hugo", "make"}:  # Debian's
            programs.remove(INSTALLED / "bin")
        return {
            **os.environ,
            **self.environment,
            "PATH": os.pathsep.join(map(str, programs)),
            "PYTHONPATH": str(ROOT),
        }


@pytest.fixture(params=HOOKS)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    return made(request.param, tmp_path)


def made(name: str, folder: Path) -> Site:
    engine = "jekyll" if name == "make" else name
    GENERATORS[engine].check_version()
    shutil.copytree(SITES / engine, folder / "site")
    if modules := GENERATORS[engine].modules or (name == "eleventy" and INSTALLED / "node_modules"):
        (folder / "site" / "node_modules").symlink_to(modules)
    (folder / "publisher.yaml").write_text(CONFIG)
    (folder / "posts").mkdir()
    post = folder / "posts" / "2026-01-01-one.md"
    post.write_text("---\ntitle: One\n---\nText.\n")
    (folder / "bin").mkdir()
    program = folder / "bin" / "publisher"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m publisher "$@"\n')
    program.chmod(0o755)
    return Site(name, folder / "site")


def test_a_build_of_the_site_builds_the_feeds_and_shows_what_publisher_says(site: Site) -> None:
    site.hook()
    run = site.build()
    assert run.code == 0, run.err
    assert "<title>One</title>" in site.feed.read_text()
    assert "1 post: 1 published" in run.out + run.err


def test_an_error_of_publisher_does_not_fail_the_build(site: Site) -> None:
    site.hook()
    site.config.write_text("nonsense: true")
    run = site.build()
    assert run.code == 0, run.err
    assert "unknown key" in run.out + run.err


def test_with_strict_the_build_fails(site: Site) -> None:
    site.hook("--strict")
    site.config.write_text("nonsense: true")
    run = site.build()
    assert run.code == 2, "make and nikola end with 2 for any error"
    assert not site.feed.exists()


def test_publish_is_run_where_it_is_asked_for(site: Site) -> None:
    site.hook("--publish")
    run = site.build()
    assert run.code == 0, run.err
    assert "the configuration has no xmpp section" in run.out + run.err


DEVELOPMENT = [
    ("jekyll", (), {"JEKYLL_ENV": "development"}),
    ("jekyll", (), {"JEKYLL_ENV": ""}),
    ("hugo", ("--environment", "development"), {}),
    ("hugo", (), {"HUGO_ENVIRONMENT": "development"}),
    ("eleventy", (), {"NODE_ENV": "development"}),
    ("hexo", (), {"NODE_ENV": "development"}),
    ("pelican", ("--extra-settings", 'SITEURL=""'), {}),
]


@pytest.mark.parametrize(("name", "arguments", "environment"), DEVELOPMENT)
def test_a_build_in_development_does_nothing(
    tmp_path: Path, name: str, arguments: tuple[str, ...], environment: Mapping[str, str]
) -> None:
    site = made(name, tmp_path)
    site.hook("--strict")
    if environment.get("JEKYLL_ENV") == "":
        del site.environment["JEKYLL_ENV"]  # Jekyll's default is development
        environment = {}
    run = site.build(*arguments, **environment)
    assert run.code == 0, run.err
    assert not site.feed.exists()
    site.config.write_text("nonsense: true")
    assert site.build(*arguments, **environment).code == 0


SERVERS = {
    "jekyll": (["jekyll", "serve", "--port", "PORT"], "Server running"),
    "hugo": (["hugo", "server", "--port", "PORT"], "Press Ctrl+C"),
    "pelican": (["pelican", "--autoreload"], "Done: Processed"),
}


@pytest.mark.parametrize("name", ["jekyll", "pelican"])
def test_a_development_server_does_nothing(tmp_path: Path, name: str) -> None:
    site = made(name, tmp_path)
    site.hook()
    command, said = SERVERS[name]
    (port,) = free_ports(1)
    with site.start(*(word.replace("PORT", str(port)) for word in command)) as process:
        assert process.stdout
        lines = iter(process.stdout.readline, "")
        printed = []
        for line in lines:
            printed.append(line)
            if said in line:
                break
        else:
            pytest.fail("".join(printed))
        process.terminate()
    assert not site.feed.exists()


# Files of CI services

SCHEMAS = {
    "github": "vendor.github-workflows",
    "forgejo": "vendor.github-workflows",  # it has none of its own
    "gitlab": "vendor.gitlab-ci",
    "woodpecker": "vendor.woodpecker-ci",
}


@pytest.mark.parametrize("output", ["", "output: site/_site, "], ids=["sources", "built"])
@pytest.mark.parametrize("name", SCHEMAS)
def test_the_file_of_a_ci_service_follows_its_schema(
    tmp_path: Path, name: str, output: str
) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "site").mkdir()
    text = CONFIG.replace("{title:", f"{{{output}title:", 1)
    (tmp_path / "publisher.yaml").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "publisher", "hook", "print", name, "--branch", "a+b"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert ("jekyll build" in done.stdout) == bool(output)
    file = tmp_path / "printed.yml"
    file.write_text(done.stdout)
    schema = ["--builtin-schema", SCHEMAS[name], "--output-format", "json"]
    checked = subprocess.run(
        [INSTALLED / "bin" / "check-jsonschema", *schema, file],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert json.loads(checked.stdout)["status"] == "ok", checked.stdout
