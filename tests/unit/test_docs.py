"""The examples in docs/content.md are true, and the tables of the README are complete."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import re
import shlex
import typing
from typing import TYPE_CHECKING

import pytest

from publisher import sources
from publisher.cli.main import COMMANDS
from publisher.config import Config, Engine, Posts, Site
from tests.support import ROOT
from tests.support.posts import rendered

if TYPE_CHECKING:
    from pathlib import Path

DOCS = ROOT / "docs" / "content.md"
README = ROOT / "README.md"
EXAMPLE = re.compile(
    r"\*\*(\w+)\*\*(, as reStructuredText)?\n\n````markdown\n(.*?)\n````\n\nbecomes\n\n"
    r"````html\n(.*?)\n````",
    re.DOTALL,
)
EXAMPLES = EXAMPLE.findall(DOCS.read_text(encoding="utf-8"))
FRONT_MATTER = {
    "hexo": "---\ntitle: An example\ndate: 2026-01-02\n---\n",
    "zola": "+++\ntitle = 'An example'\n+++\n",
    "nikola": ".. title: An example\n.. slug: {slug}\n.. date: 2026-01-02\n\n",
}
# Engines without a site in tests/engines/sites, and why.
NOT_BUILT = {
    "any": "it is for generators without rules of their own",
    "plain": "it has no generator",
}
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("engine", "rest", "body", "html"),
    EXAMPLES,
    ids=[f"{number}-{example[0]}" for number, example in enumerate(EXAMPLES)],
)
def test_an_example_is_true(
    tmp_path: Path, engine: Engine, rest: str, body: str, html: str
) -> None:
    head = FRONT_MATTER.get(engine, "---\ntitle: An example\n---\n")
    ending = ".rst" if rest else ".md"
    posts = tmp_path / "posts"
    posts.mkdir()
    (posts / "2026-01-01-before.md").write_text(head.format(slug="before"))
    (posts / f"2026-01-02-example{ending}").write_text(head.format(slug="example") + body + "\n")
    site = Site(title="A blog", url="https://blog.example", since=dt.date(2020, 1, 1))
    config = Config(
        site=site,
        posts=Posts(path=posts, engine=engine),
        state=tmp_path / "state",
        path=tmp_path / "publisher.yaml",
    )
    found = rendered(sources.read(config, now=NOW), site)
    made = next(one for one in found.entries if "example" in one.post.path.name)
    assert made.content.xhtml == html


@pytest.mark.parametrize("engine", typing.get_args(Engine))
def test_every_engine_is_documented(engine: Engine) -> None:
    rules = (ROOT / "docs" / "posts.md").read_text(encoding="utf-8")
    assert f"\n## {engine.capitalize()}\n" in rules
    assert f"\n| `{engine}` |" in README.read_text(encoding="utf-8")


def test_the_list_of_the_example_configuration_names_the_engines_and_no_others() -> None:
    text = (ROOT / "config.example.yaml").read_text(encoding="utf-8")
    names = text.partition("The site generator whose rules apply:")[2].partition("(")[0]
    assert sorted(set(re.findall("[a-z]+", names)) - {"or"}) == sorted(typing.get_args(Engine))


def test_the_table_of_dialects_names_the_engines_and_no_others() -> None:
    rows = DOCS.read_text(encoding="utf-8").partition("\n| engine |")[2].partition("\n\n")[0]
    cells = "".join(row.partition(" | ")[0] for row in rows.splitlines()[1:])
    named = {*re.findall(r"`(\w+)`", cells)}
    assert named == {*typing.get_args(Engine)}


def test_there_are_examples() -> None:
    assert DOCS.read_text(encoding="utf-8").count("\n````html\n") == len(EXAMPLES) >= 10


def table(heading: str) -> list[list[str]]:
    """The rows of the README's table whose first column has this heading; the cells without `."""
    lines = README.read_text(encoding="utf-8").partition(f"\n| {heading} |")[2].splitlines()[2:]
    end = next(number for number, line in enumerate(lines) if not line.startswith("|"))
    return [[cell.strip(" `") for cell in line.strip("|").split(" | ")] for line in lines[:end]]


def test_the_readme_lists_every_command() -> None:
    assert [row[0] for row in table("command")] == [*COMMANDS]


@pytest.mark.parametrize("row", table("command"), ids=lambda row: row[0])
def test_a_command_accepts_its_example_in_the_readme(row: list[str]) -> None:
    program, name, *arguments = shlex.split(row[2])
    assert (program, name) == ("publisher", row[0])
    parser = argparse.ArgumentParser()
    importlib.import_module(f"publisher.cli.{name}").add_arguments(parser)
    parser.parse_args(arguments)


def test_the_readme_lists_the_engines_and_no_others() -> None:
    assert sorted(row[0] for row in table("engine")) == sorted(typing.get_args(Engine))


def test_every_engine_with_a_generator_builds_a_site_in_the_tests() -> None:
    folders = (ROOT / "tests" / "engines" / "sites").iterdir()
    sites = {folder.name.partition("-")[0] for folder in folders}  # e.g. hugo-languages
    assert sites | {*NOT_BUILT} == {*typing.get_args(Engine)}
    assert not sites & {*NOT_BUILT}
