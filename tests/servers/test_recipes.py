"""The recipes of the README, run as they are written there.

The hook of a bare repository is in test_hook.py. What a test replaces are the names of hosts, which
are examples, and programs of others: the site generator and rsync.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.support import ROOT
from tests.support.blog import SECONDS, Run, without_local_site
from tests.support.subscribers import Outsider
from tests.support.web import Answer, Web

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.support.servers import Prosody

README = (ROOT / "README.md").read_text(encoding="utf-8")
PEP = "urn:xmpp:microblog:0"
POST = "---\ntitle: First\n---\nText."
# A page for each post, by the rules of Jekyll.
JEKYLL = """#!/bin/sh
rm -rf _site
for post in _posts/*.md; do
  page=_site/$(basename "$post" .md | sed -E 's|^(....)-(..)-(..)-|\\1/\\2/\\3/|').html
  mkdir -p "$(dirname "$page")"
  cp "$post" "$page"
done
"""
RSYNC = """#!/bin/sh
[ "$1 $2 $3" = "-a --delete _site/" ] || exit 1
[ "$4" = www.example:/srv/www/blog/ ] || exit 1
rm -rf "$WEB" && cp -R _site "$WEB"
"""


def recipe(heading: str, language: str) -> str:
    """The first block of this language below a heading."""
    section = re.split(r"\n#+ ", README.partition(f"# {heading}\n")[2])[0]
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found, f"the README has no {language} below {heading!r}"
    return found[1]


@dataclass
class Site:
    """A site of Jekyll, and a shell in it that finds our program and stand-ins for others."""

    folder: Path
    bin: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.program("publisher", f'#!/bin/sh\nexec {sys.executable} -m publisher "$@"\n')
        self.write("_config.yml", "title: A blog\n")
        self.write("_posts/2026-01-01-first-post.md", POST)

    def program(self, name: str, text: str) -> None:
        self.bin.mkdir(exist_ok=True)
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def replace(self, old: str, new: str) -> None:
        config = self.folder / "publisher.yaml"
        text = config.read_text()
        assert old in text, text
        config.write_text(text.replace(old, new))

    def run(self, script: str) -> Run:
        done = subprocess.run(
            ["sh", "-e", "-c", script],
            cwd=self.folder,
            env={
                **os.environ,
                **self.environment,
                "PATH": f"{self.bin}:{os.environ['PATH']}",
                "HOME": str(self.folder.parent),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        return Run(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site", tmp_path / "bin")


@pytest.fixture
def built(site: Site) -> Site:
    """A site whose feeds are built as in the README."""
    run = site.run(recipe("2. Build feeds", "sh"))
    assert run.code == 0, run.err
    return site


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        yield server


def here(prosody: Prosody, text: str) -> str:
    """The text with the account of the test in the place of the example, and the way to it."""
    login = f"  host: {prosody.host}\n  port: {prosody.port}\n  ca_file: {prosody.ca_file}\n"
    text = text.replace("  jid: blog@example.org\n", f"  jid: blog@example.org\n{login}")
    return text.replace("example.org", prosody.domain)


def test_feeds_are_built_as_the_readme_says(built: Site) -> None:
    assert {path.name for path in built.folder.glob("feed.*")} == {
        "feed.atom",
        "feed.json",
        "feed.rss",
    }
    feed = json.loads((built.folder / "feed.json").read_text())
    assert [item["title"] for item in feed["items"]] == ["First"]


def test_posts_are_pushed_as_the_readme_says(
    built: Site, prosody: Prosody, accounts: Mapping[str, str]
) -> None:
    config = built.folder / "publisher.yaml"
    config.write_text(config.read_text() + here(prosody, recipe("3. Push posts over XMPP", "yaml")))
    script = recipe("3. Push posts over XMPP", "sh")
    password = "'the password of blog@example.org'"
    assert password in script
    run = built.run(script.replace(password, f"'{accounts['blog']}'"))
    assert run.code == 0, run.err
    assert "subscribe: xmpp:blog@localhost?" in run.out
    items = Outsider(prosody, "blog", PEP, service=f"blog@{prosody.domain}").items()
    assert "2026-01-01-first-post" in {item.id for item in items}


@pytest.fixture
def deployed(site: Site, web: Web, tmp_path: Path) -> Site:
    """A site whose generator, deployment and web server are there."""
    site.program("jekyll", JEKYLL)
    site.program("rsync", f"{RSYNC}")
    site.environment["WEB"] = str(tmp_path / "web")
    build = recipe("2. Build feeds", "sh").replace("https://blog.example", web.url)
    assert site.run(build).code == 0
    for form in ("atom", "rss", "json"):  # "write them into the folder that the generator builds"
        site.replace(f"path: feed.{form}", f"path: _site/feed.{form}")
    return site


@pytest.fixture
def pushing(deployed: Site, prosody: Prosody, node: str, accounts: Mapping[str, str]) -> Site:
    """A deployed site with a node on a real server."""
    xmpp = recipe("3. Push posts over XMPP", "yaml")
    nodes = f"service: {prosody.service}, node: {node}"
    xmpp = xmpp.replace(f'service: blog@example.org, node: "{PEP}"', nodes)
    config = (deployed.folder / "publisher.yaml").read_text()
    (deployed.folder / "publisher.yaml").write_text(config + here(prosody, xmpp))
    deployed.environment["PUBLISHER_PASSWORD"] = accounts["blog"]
    return deployed


@pytest.mark.parametrize("dates", ["front matter", "git"])
def test_a_deployment_publishes_as_the_readme_says(
    pushing: Site, web: Web, prosody: Prosody, node: str, dates: str
) -> None:
    if dates == "git":
        commit = "-c user.name=A -c user.email=a@b.example commit -qm 'A post'"
        assert pushing.run(f"git init -q && git add . && git {commit}").code == 0
        pushing.replace("  path: _posts\n", "  path: _posts\n  updated: git\n")
    page = "/2026/01/01/first-post.html"
    web.answers[page] = Answer(
        hold=lambda: pages.append((pushing.folder.parent / "web" / page[1:]).exists())
    )
    pages: list[bool] = []
    run = pushing.run(recipe("After a deployment", "sh"))
    assert (run.code, without_local_site(run.err)) == (0, "")
    assert pages == [True], "the page is on the web when it is asked for"
    assert (pushing.folder.parent / "web" / "feed.atom").exists()
    items = Outsider(prosody, "reader", node).items()
    assert [item.id for item in items] == ["2026-01-01-first-post"]
    again = pushing.run(recipe("After a deployment", "sh"))
    assert again.code == 0
    assert "first-post" not in again.out


def test_ci_retracts_as_the_readme_says(
    built: Site, prosody: Prosody, node: str, accounts: Mapping[str, str]
) -> None:
    """No files survive between two runs."""
    assert "set `prune: site` for the node" in README
    xmpp = recipe("3. Push posts over XMPP", "yaml").replace(
        f'service: blog@example.org, node: "{PEP}"',
        f"service: {prosody.service}, node: {node}, prune: site",
    )
    config = built.folder / "publisher.yaml"
    config.write_text(config.read_text() + here(prosody, xmpp))
    built.environment["PUBLISHER_PASSWORD"] = accounts["blog"]
    built.write("_posts/2026-01-02-second-post.md", POST)
    assert built.run("publisher publish && rm -rf .publisher").code == 0
    run = built.run("rm _posts/2026-01-01-first-post.md && publisher publish")
    assert run.code == 0, run.err
    items = Outsider(prosody, "reader", node).items()
    assert [item.id for item in items] == ["2026-01-02-second-post"]


def test_a_feed_is_published_as_the_readme_says(
    built: Site, web: Web, prosody: Prosody, node: str, accounts: Mapping[str, str]
) -> None:
    command = next(line for line in README.splitlines() if line.startswith("publisher init --feed"))
    web.answers["/feed.xml"] = Answer((built.folder / "feed.rss").read_bytes())
    (built.folder / "publisher.yaml").unlink()
    command = command.replace("https://blog.example", web.url)
    run = built.run(command.replace("example.org", prosody.domain))
    assert run.code == 0, run.err
    jid = f"  jid: blog@{prosody.domain}\n"
    login = f"  host: {prosody.host}\n  port: {prosody.port}\n  ca_file: {prosody.ca_file}\n"
    built.replace(jid, f"{jid}{login}")
    built.replace("node: blog", f"node: {node}")
    built.environment["PUBLISHER_PASSWORD"] = accounts["blog"]
    published = built.run("publisher publish")
    assert published.code == 0, published.err
    assert len(Outsider(prosody, "reader", node).items()) == 1


def test_feeds_are_configured_as_the_readme_says(built: Site) -> None:
    config = built.folder / "publisher.yaml"
    built.write("_posts/2025-01-01-old.md", "---\ntags: [one]\nlang: en\n---\nText.")
    posts = "posts: {path: _posts, engine: jekyll}\n"
    config.write_text(posts + recipe("Feeds", "yaml"))
    run = built.run("publisher build")
    assert run.code == 0, run.err
    names = ("feed.atom", "feed.rss", "tags/one.json", "feeds/index.html", "feed.css")
    assert [name for name in names if not (built.folder / name).exists()] == []


def test_python_programs_work_as_the_readme_says(built: Site, prosody: Prosody, node: str) -> None:
    xmpp = f"service: {prosody.service}, node: {node}"
    text = recipe("3. Push posts over XMPP", "yaml")
    text = text.replace(f'service: blog@example.org, node: "{PEP}"', xmpp)
    config = built.folder / "publisher.yaml"
    config.write_text(config.read_text() + text)
    built.write("program.py", recipe("Use it from Python", "python"))
    run = built.run(f"{sys.executable} program.py")
    assert run.code == 0, run.err
    assert run.out.splitlines()[-1].endswith("['2026-01-01-first-post']")
