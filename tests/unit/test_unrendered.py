"""Files in markup that publisher does not render: metadata from them, the body from the page."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from publisher import entry, sources
from publisher.config import Config, Engine, Posts, Site
from publisher.errors import PostError
from publisher.post import Page, Post, Reading, Skip
from publisher.rendering import Renderings
from publisher.sources.engines import RECORDS
from publisher.sources.engines.file_reader import read_file
from publisher.sources.front_matter import block, headers
from publisher.sources.post_files import PostFiles
from tests.support.growth import assert_linear
from tests.unit.test_engines import NOW

if TYPE_CHECKING:
    from pathlib import Path

ASCIIDOC = """// A note of the author
= A *title*
Ada Example <ada@blog.example>; Bob_B Example
v1.2, 2024-01-02: second edition
:page-tags: [one, two]
:description: In short
:!toc:

Text with `code`.
"""
ORG = """:PROPERTIES:
:ID: 1
:END:
#+TITLE: A *title*
#+DATE: <2024-01-02 Tue 10:00>
#+AUTHOR: Ada Example
#+FILETAGS: :one:two:
# A comment
#+DESCRIPTION: In short

* A heading
Text
"""
TEXTILE = """---
date: 2024-01-02
tags: [one, two]
author: Ada Example
---

h1(big). A *title*

Text
"""
ERB = """---
title: A *title*
date: 2024-01-02
tags: [one, two]
author: Ada Example
---
<p><%= text %></p>
"""
RST = """A *title*
=========

:date: 2024-01-02
:tags: one, two
:author: Ada Example

Text
"""
CELLS: list[dict[str, Any]] = [
    {"cell_type": "markdown", "metadata": {}, "source": ["# A *title*\n", "\n", "Text\n"]},
    {"cell_type": "code", "execution_count": 7, "metadata": {}, "outputs": [], "source": "1 + 1"},
]
ABOUT: dict[str, Any] = {
    "kernelspec": {"name": "python3"},
    "nikola": {"date": "2024-01-02", "tags": "one, two"},
    "authors": [{"name": "Ada Example"}],
}


def notebook(cells: list[dict[str, Any]] = CELLS, about: dict[str, Any] = ABOUT) -> str:
    return json.dumps({"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5})


def old_notebook() -> str:
    """The same in nbformat 3."""
    cells = [
        {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["A *title*"]},
        {"cell_type": "markdown", "metadata": {}, "source": ["Text\n"]},
        {"cell_type": "code", "input": ["1 + 1"], "language": "python", "outputs": []},
    ]
    sheets = [{"cells": cells, "metadata": {}}]
    return json.dumps({"metadata": ABOUT, "nbformat": 3, "worksheets": sheets})


FILES = {
    "a.adoc": ASCIIDOC,
    "a.org": ORG,
    "a.textile": TEXTILE,
    "a.html.erb": ERB,
    "a.rst": RST,
    "a.ipynb": notebook(),
}


def read(folder: Path, engine: Engine, name: str, text: str, **options: Any) -> Post | Skip | Page:
    """What a file is if bodies come from pages, unless `options` of the posts say otherwise."""
    (folder / name).write_text(text, encoding="utf-8")
    config = Config(
        site=Site(title="A blog", url="https://blog.example", output=folder / "out"),
        posts=Posts(path=folder, engine=engine, **{"body": (".text",), **options}),
        state=folder / ".publisher",
        path=folder / "publisher.yaml",
    )
    path = PurePosixPath(name)
    files = PostFiles(config, folder, folder, {str(path)}, sources.reach_of(config))
    record = RECORDS[engine]
    outcome, warnings = read_file(record.reader(files, record), path, now=NOW)
    assert warnings == []
    assert outcome
    return outcome


def post(folder: Path, name: str, text: str, engine: Engine = "any") -> Post:
    outcome = read(folder, engine, name, text)
    assert isinstance(outcome, Post)
    return outcome


ENGINES: list[Engine] = ["any", "jekyll", "hugo", "hexo", "pelican", "nikola", "eleventy"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FILES)
def test_the_metadata_of_a_file_are_read_from_its_header(
    tmp_path: Path, engine: Engine, name: str
) -> None:
    if name.endswith(".rst") and engine in {"pelican", "nikola"}:
        return  # these engines render it
    parsed = post(tmp_path, name, FILES[name], engine)
    title = "A title" if name.endswith(".rst") else "A *title*"
    assert (parsed.title, parsed.published.date()) == (title, dt.date(2024, 1, 2))
    assert parsed.tags == ("one", "two")
    assert parsed.authors[0].name == "Ada Example"
    assert (parsed.markup, parsed.templates, parsed.marker) == ("unrendered", "off", None)
    assert "title" not in parsed.body


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("options", [{"from_": "source"}, {"body": ()}], ids=["source", "none"])
def test_without_the_bodies_of_pages_it_is_not_read(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    outcome = read(tmp_path, "any", name, FILES[name], **options)
    assert isinstance(outcome, Skip)
    assert (outcome.status, outcome.broken) == ("skipped", False)
    assert outcome.reason.endswith("is not rendered")


def test_nothing_of_the_source_is_shown(tmp_path: Path) -> None:
    """A page that does not show the text leaves the summary."""
    parsed = post(tmp_path, "a.adoc", ASCIIDOC)
    site = Site(title="A blog", url="https://blog.example", since=dt.date(2020, 1, 1))
    made, _ = entry.entry(parsed, site, {})
    assert isinstance(made, entry.Entry)
    rendered = Renderings(Reading((parsed,), (), ()), site).of(made)
    assert (rendered.title, rendered.content.xhtml) == ("A *title*", "<p>In short</p>")
    assert rendered.warnings == ()


def test_an_edit_of_a_file_changes_its_source(tmp_path: Path) -> None:
    for name, text in FILES.items():
        before = post(tmp_path, name, text).source
        for old, new in (("Text", "More"), ("A *title*", "B"), ("2024-01-02", "2024-01-03")):
            if old in text:
                assert post(tmp_path, name, text.replace(old, new)).source != before, (name, old)


def test_a_notebook_that_was_run_again_is_no_edit(tmp_path: Path) -> None:
    cells = [CELLS[0], {**CELLS[1], "execution_count": 8, "outputs": [{"text": "2"}]}]
    about = {**ABOUT, "kernelspec": {"name": "another"}}
    before = post(tmp_path, "a.ipynb", notebook())
    after = post(tmp_path, "a.ipynb", notebook(cells, about))
    assert (after.source, after.body) == (before.source, before.body)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"cells": 1, "metadata": {}}', "[" * 100_000])
def test_a_file_that_is_no_notebook_is_named(tmp_path: Path, text: str) -> None:
    outcome = read(tmp_path, "any", "a.ipynb", text)
    assert isinstance(outcome, Skip)
    assert (outcome.status, outcome.broken) == ("skipped", False)
    assert (
        outcome.reason == "is no notebook: it has no `metadata` and `cells` in JSON; save it again"
    )


def test_front_matter_in_the_first_cell_of_a_notebook_is_read(tmp_path: Path) -> None:
    head = {"cell_type": "raw", "source": ["---\n", "title: A\n", "date: 2024-01-02\n", "---"]}
    parsed = post(tmp_path, "a.ipynb", notebook([head, *CELLS], {}))
    assert (parsed.title, parsed.published.date()) == ("A", dt.date(2024, 1, 2))
    assert parsed.body.startswith("\n\n# A *title*")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("= A\n\nText", {"title": "A"}),
        (":date: 2024-01-02\n= A\n", {"date": "2024-01-02", "title": "A"}),
        ("= A\n:tags: a; b\n", {"title": "A", "tags": ["a", "b"]}),
        ("= A\nAda\n2024-01-02\n", {"title": "A", "authors": ["Ada"], "date": "2024-01-02"}),
        ("= A\nAda\nv1\n", {"title": "A", "authors": ["Ada"]}),
        ("= A\n:keywords: a b\n", {"title": "A", "tags": ["a", "b"]}),
        ("= A\n:jbake-status: draft\n", {"title": "A", "status": "draft"}),
        ("= A\n:draft:\n:empty:\n:!private:\n", {"title": "A", "draft": "true"}),
        ("== A section\n= A\n", {}),
        ("Text\n:date: 2024-01-02\n", {}),
    ],
)  # fmt: skip
def test_a_header_of_asciidoc(text: str, values: dict[str, object]) -> None:
    found = headers.asciidoc(text.split("\n"), PurePosixPath("a.adoc"))
    read_values = found.values if found else {}
    assert {key: read_values[key] for key in read_values if key not in _HELPERS} == values


_HELPERS = {"revdate", "keywords"}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("#+title: A\n#+TITLE: B\n", {"title": "A B"}),
        ("#+date: [2024-01-02]\n", {"date": "2024-01-02"}),
        ("#+date: <2024-01-02 mar. 9:30>--<2024-01-03>\n", {"date": "2024-01-02 9:30"}),
        ("#+date: 2024-01-02\n", {"date": "2024-01-02"}),
        ("#+tags[]: a b\n#+filetags: :c:\n", {"tags": ["a", "b", "c"]}),
        ("#+draft: t\n#+published: nil\n", {"draft": "true", "published": "false"}),
        ("#+language: de\n", {"language": "de", "lang": "de"}),
        ("Text\n#+title: A\n", {}),
    ],
)
def test_keywords_of_org(text: str, values: dict[str, object]) -> None:
    found = headers.org(text.split("\n"), PurePosixPath("a.org"))
    assert (found.values if found else {}) == values


def test_lines_of_a_header_below_front_matter_keep_their_numbers() -> None:
    text = "---\ndate: 2024-01-02\n---\n\n= A\n:lang: de\n\nText"
    found = headers.read(text.encode(), PurePosixPath("a.adoc"), (block.fenced,))
    assert found.values == {"date": "2024-01-02", "title": "A", "lang": "de"}
    assert (found.lines, found.body_line) == ({"date": 2, "title": 5, "lang": 6}, 7)


@pytest.mark.parametrize("part", [":a: b\n", "// c\n", "#+a: b\n", ":A:\n", "= \n", "\n"])
def test_the_time_for_a_header_grows_linearly(part: str) -> None:
    def run(times: int) -> None:
        for read_header in (headers.asciidoc, headers.org, headers.textile):
            with contextlib.suppress(PostError):  # beyond the limit of front matter
                read_header((part * times).split("\n"), PurePosixPath("a"))

    assert_linear(run, 2_000)


def test_a_notebook_of_the_old_format_is_one(tmp_path: Path) -> None:
    new, old = (
        post(tmp_path, name, text)
        for name, text in (("a.ipynb", notebook()), ("b.ipynb", old_notebook()))
    )
    assert (old.title, old.published, old.tags) == (new.title, new.published, new.tags)
    assert old.body.split() == new.body.split()
    assert old.source == new.source


@pytest.mark.parametrize("name", ["a.ipynb", "a.org"])
def test_nobody_is_told_to_add_a_date_to_a_file_that_may_be_no_post(
    tmp_path: Path, name: str
) -> None:
    text = notebook(CELLS, {}) if name == "a.ipynb" else "Text"
    outcome = read(tmp_path, "pelican", name, text)
    assert isinstance(outcome, Skip)
    assert outcome.reason == "has no date, so it is taken for no post"
    (tmp_path / "pelicanconf.py").write_text("MARKUP = ('md', 'IPYNB')\n")
    assert isinstance(read(tmp_path, "pelican", "a.ipynb", notebook()), Post)


def test_a_kind_that_the_plugins_of_pelican_do_not_read_is_no_post(tmp_path: Path) -> None:
    settings = "PATH = 'content'\nMARKUP = ['md']\n"
    text = "Title: A\nDate: 2024-01-02\n\nText\n"
    files = {"pelicanconf.py": settings, "content/a.md": text, "content/a.ipynb": notebook()}
    for name, content in {**files, "content/a.rst": RST}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    config = Config(
        site=Site(title="A blog", url="https://blog.example"),
        posts=Posts(path=tmp_path / "content", engine="pelican"),
        state=tmp_path / ".publisher",
        path=tmp_path / "publisher.yaml",
    )
    reading = sources.read(config, now=NOW)
    # Pelican itself renders the others, whatever MARKUP says.
    assert ({str(post.path) for post in reading.posts}, reading.skipped) == ({"a.md", "a.rst"}, ())
