"""Syntax that only the generator of a site renders is named if texts come from the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.lint import generator_syntax
from tests.support.built_blog import BuiltBlog
from tests.support.growth import assert_linear
from tests.support.posts import post

if TYPE_CHECKING:
    from pathlib import Path

NOW = "--now=2026-11-01T12:00:00Z"


def kinds(body: str) -> list[str]:
    return [*generator_syntax.of_posts([post(body=body)])]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("!!! note\n    Text", "admonition (`!!! note`)"),
        ('??? info "More"\n    Text', "admonition (`!!! note`)"),
        ('=== "Tab"\n\n    Text', 'tab (`=== "…"`)'),
        ('--8<-- "a.md"', "included file (`--8<--`)"),
        ("<<< @/a.js", "included file (`<<< @/…`)"),
        ("A :octicons-star-16: star", "icon (`:octicons-…:`)"),
        (":::note[A title]\nText\n:::", "container (`:::note`)"),
        ("::: details More\nText\n:::", "container (`:::note`)"),
        ("It is {{ 1 + 5 }}.", "expression (`{{ … }}`)"),
        ("{% include 'a' %}", "template tag (`{% … %}`)"),
        ("See [[Another note|it]].", "link (`[[…]]`)"),
        ("[Start](a.md){ .md-button }", "class (`{ .name }`)"),
    ],
)
def test_each_kind_is_found_and_has_a_name(text: str, kind: str) -> None:
    assert kinds(f"Some words.\n\n{text}\n") == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "```\n!!! note\n```",
        "Write `{{ 1 + 5 }}` or `:octicons-x:`.",
        "Wow!!! note that.",
        "Title\n===\n\nText: really?",
        "A b ::: c",
        "[[1]](https://blog.example/)",
        "A set {a, b} and {}.",
    ],
)
def test_code_and_usual_text_are_none(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize("part", ["{{ [[a {.a {% a :simple-", "::: a\n!!! a\n"])
def test_the_time_grows_linearly(part: str) -> None:
    assert_linear(lambda size: kinds(part * size), 1_000)


def unbuilt(folder: Path) -> BuiltBlog:
    blog = BuiltBlog(folder)
    text = (blog.folder / "publisher.yaml").read_text(encoding="utf-8")
    text = text.replace("  output: _site\n", "").replace(
        "permalink: '/:slug/', body: .post-content", "engine: any"
    )
    (blog.folder / "publisher.yaml").write_text(text, encoding="utf-8")
    for number in range(3):
        blog.write(f"2026-01-0{number + 1}-a.md", "!!! note\n    Text\n", title=f"A {number}")
    return blog


def test_check_names_each_kind_once_and_that_no_built_site_is_known(tmp_path: Path) -> None:
    run = unbuilt(tmp_path / "site").run("check", NOW)
    of_engine = [line for line in run.out.splitlines() if "posts.engine" in line]
    assert len(of_engine) == 2
    assert "no built site is known (site.output)" in of_engine[0]
    assert "does not render admonitions (`!!! note`): readers of 3 posts, e.g. " in of_engine[1]
    assert all("publisher init --learn" in line for line in of_engine)


def test_build_says_how_many_posts_show_such_syntax(tmp_path: Path) -> None:
    run = unbuilt(tmp_path / "site").run("build", NOW)
    assert "note: 3 posts show syntax that only your site's generator renders" in run.err


def test_texts_of_pages_have_no_such_syntax(tmp_path: Path) -> None:
    blog = BuiltBlog(tmp_path / "site")
    blog.write("2026-01-01-a.md", "Some words.\n\n!!! note", title="A")
    config = blog.folder / "publisher.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("body:", "engine: any, body:"), encoding="utf-8")
    blog.build_site()
    assert "posts.engine" not in blog.run("check", NOW).out
    assert "syntax" not in blog.run("build", NOW).err
