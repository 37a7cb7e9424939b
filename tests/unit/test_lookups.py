"""Posts whose texts may differ although their files are as they were, by what they looked up."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from publisher import config
from publisher.app import lookups
from publisher.app import project as projects
from publisher.errors import Unavailable
from publisher.sync import Result
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.app.project import Project

NOW = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
ADDRESS = NodeAddress("pubsub.blog.example", "blog")
DONE = Result(ADDRESS)
FAILED = Result(ADDRESS, error=Unavailable("the server is down"))
SITE = """\
site: {title: A blog, url: "https://blog.example", since: 2020-01-01, author: {name: Ada}}
posts: {path: _posts, engine: jekyll}
xmpp:
  jid: a@blog.example
  password_env: BLOG_PASSWORD
  nodes: [{service: pubsub.blog.example, node: blog}]
"""
FILES = {
    "publisher.yaml": SITE,
    "_config.yml": "title: A blog\n",
    "_includes/x.html": "old",
    "_posts/2026-01-01-plain.md": "---\n---\nNo more than words.\n",
    "_posts/2026-01-02-with.md": "---\n---\nIt is {% include x.html %}.\n",
}
PLAIN, WITH = "2026-01-01-plain", "2026-01-02-with"


def read(site: Path, files: dict[str, str]) -> Project:
    """The posts as a run reads them, after these files were written."""
    for name, text in files.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")
    return projects.read(config.load(site / "publisher.yaml"), now=NOW)


def rendered(project: Project) -> Project:
    for entry in project.entries.entries:
        project.renderings.of(entry)
    return project


def kept(site: Path) -> Project:
    """The posts after a run has published them all."""
    project = rendered(read(site, FILES))
    lookups.keep(project, [DONE], is_whole=True)
    return project


def test_items_of_which_nothing_is_known_are_compared(tmp_path: Path) -> None:
    project = read(tmp_path, FILES)
    assert lookups.reread(project) == {PLAIN, WITH}
    lookups.keep(project, [DONE], is_whole=True)  # nothing was rendered
    assert lookups.reread(read(tmp_path, {})) == {PLAIN, WITH}


def test_only_the_post_that_looks_at_a_changed_file_is_compared(tmp_path: Path) -> None:
    kept(tmp_path)
    assert lookups.reread(read(tmp_path, {})) == set()
    assert lookups.reread(read(tmp_path, {"_includes/y.html": "new"})) == set()
    assert lookups.reread(read(tmp_path, {"_includes/x.html": "new"})) == {WITH}


def test_what_the_cache_of_renderings_has_was_looked_up_too(tmp_path: Path) -> None:
    kept(tmp_path)
    first = projects.read(config.load(tmp_path / "publisher.yaml"), now=NOW, writes=True)
    rendered(first)
    (tmp_path / ".publisher/lookups/answers").unlink()
    lookups.keep(rendered(read(tmp_path, {})), [DONE], is_whole=True)
    assert lookups.reread(read(tmp_path, {"_includes/x.html": "new"})) == {WITH}


def test_an_old_answer_stays_until_every_node_has_the_new_text(tmp_path: Path) -> None:
    kept(tmp_path)
    changed = rendered(read(tmp_path, {"_includes/x.html": "new"}))
    lookups.keep(changed, [DONE, FAILED], is_whole=True)
    assert lookups.reread(read(tmp_path, {})) == {WITH}
    lookups.keep(changed, [DONE], is_whole=False)
    assert lookups.reread(read(tmp_path, {})) == {WITH}
    lookups.keep(changed, [DONE], is_whole=True)
    assert lookups.reread(read(tmp_path, {})) == set()


def test_what_an_edit_looks_up_first_is_known_after_an_error_too(tmp_path: Path) -> None:
    kept(tmp_path)
    edit = {"_posts/2026-01-01-plain.md": "---\n---\nNow {% include x.html %}.\n"}
    lookups.keep(rendered(read(tmp_path, edit)), [FAILED], is_whole=True)
    lookups.keep(read(tmp_path, {}), [DONE], is_whole=True)  # which renders nothing
    assert lookups.reread(read(tmp_path, {"_includes/x.html": "new"})) == {PLAIN, WITH}


def test_a_damaged_file_is_none(tmp_path: Path) -> None:
    kept(tmp_path)
    (tmp_path / ".publisher/lookups/answers").write_bytes(b"\x93damaged")
    assert lookups.reread(read(tmp_path, {})) == {PLAIN, WITH}


def test_addresses_on_the_web_are_not_kept(tmp_path: Path) -> None:
    urls = "[a](https://a.example/) [b](http://b.example/) [c](#c) [d](mailto:d@d.example)"
    with_urls = {**FILES, "_posts/2026-01-02-with.md": f"---\n---\n{urls}\n"}
    lookups.keep(rendered(read(tmp_path, with_urls)), [DONE], is_whole=True)
    data = (tmp_path / ".publisher/lookups/answers").read_bytes()
    assert b"example" not in data
    assert WITH.encode() in data
