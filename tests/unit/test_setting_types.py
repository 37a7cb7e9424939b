"""A setting of any type that a generator's file may have ends in posts or in an error of ours."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from publisher import sources
from publisher.app.doubts import unread_settings
from publisher.app.init import detect
from publisher.config import Config, Posts, Site
from publisher.errors import PublisherError
from tests.support.posts import rendered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from publisher.config import Engine

    Settings = dict[str, Any]

NOW = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)
SITE = Site(title="A blog", url="https://blog.example", since=dt.date(2020, 1, 1))
POST = """\
---
title: A title
date: 2020-02-03
author: Ann, Ben
category: News
tags: [one, two]
---
Text {{ site.categories }} {{ site.title | append: "x" }}.

## Heading

A [link](b.md) and `code`.
"""
NIKOLA = POST.replace("---\n", "").replace("\nText", "\n\nText")
NIKOLA = re.sub(r"^(title|date|author|category|tags): ", r".. \1: ", NIKOLA, flags=re.MULTILINE)
VALUES: dict[str, object] = {
    "list": ["s", ["s"], {"s": "s"}],
    "table": {"s": ["s"], "true": True, "en": {"s": 1}},
    "number": 7,
    "negative": -7.5,
    "true": True,
    "false": False,
    "empty": "",
    "long": "s" * 5_000,
}


def toml(settings: Mapping[str, object]) -> str:
    return "".join(f"{name} = {_toml(value)}\n" for name, value in settings.items())


def _toml(value: object) -> str:
    match value:
        case dict():
            pairs = (f"{json.dumps(key)} = {_toml(part)}" for key, part in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case _:
            return json.dumps(value)


def python(settings: Mapping[str, object]) -> str:
    return "".join(f"{name} = {value!r}\n" for name, value in settings.items())


def program(settings: Mapping[str, object]) -> str:
    calls = "".join(f"config.{name}({json.dumps(value)}); " for name, value in settings.items())
    return f"module.exports = (config) => {{ {calls}return {json.dumps(settings)} }};"


# By engine: the file with the settings, what writes them, those that it needs, and the posts.
FILES: dict[Engine, tuple[str, Callable[[Settings], str], Settings, str]] = {
    "eleventy": ("eleventy.config.js", program, {}, "posts"),
    "hexo": ("_config.json", json.dumps, {}, "source/_posts"),
    "hugo": ("hugo.json", json.dumps, {}, "content/posts"),
    "jekyll": ("_config.yml", json.dumps, {}, "_posts"),
    "nikola": ("conf.py", python, {"POSTS": [["posts/*.md", "posts", "post.tmpl"]]}, "posts"),
    "pelican": ("pelicanconf.py", python, {}, "content"),
    "plain": (".obsidian/app.json", json.dumps, {}, "posts"),
    "zola": ("config.toml", toml, {"base_url": "https://blog.example"}, "content"),
}  # fmt: skip


def names(engine: str) -> list[str]:
    """The settings of an engine that the documentation names, and the tables that have them."""
    docs = Path("docs/settings.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", docs, flags=re.MULTILINE)
    (table,) = (part for part in section if part.lower().startswith(f"{engine}\n"))
    found: dict[str, None] = {}
    for cell in re.findall(r"^\| (.+?) \|", table, flags=re.MULTILINE):
        above = re.match(r"`([\w.]+)`: ", cell)
        for name in re.findall(r"`(\w[\w.*]*\w)`", cell):
            whole = f"{above[1]}.{name}" if above and name != above[1] else name
            parts = whole.replace("*", "en").split(".")
            found |= dict.fromkeys(".".join(parts[:count]) for count in range(1, len(parts) + 1))
    return [*found]


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("engine", FILES)
def test_every_setting_may_have_a_value_of_any_type(
    tmp_path: Path, engine: Engine, kind: str
) -> None:
    posts = tmp_path / FILES[engine][3]
    for name in ("2020-02-03-a.md", "2020-02-04-b.de.md"):
        posts.mkdir(parents=True, exist_ok=True)
        (posts / name).write_text(NIKOLA if engine == "nikola" else POST)
    found = names(engine)
    assert found
    for depth in {name.count(".") for name in found}:  # a table and a setting in it exclude another
        same = [name for name in found if name.count(".") == depth]
        read_with(tmp_path, engine, same, VALUES[kind])


def read_with(folder: Path, engine: Engine, settings: Sequence[str], value: object) -> None:
    """Read the site with one value for all these settings.

    Where an error hides what the others do, or no post is left, each half of them is read alone.
    """
    name, write, needed, posts = FILES[engine]
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(write({**needed, **_nested(settings, value)}))
    config = Config(
        site=SITE,
        posts=Posts(path=folder / posts, engine=engine, site=folder),
        state=folder / ".publisher",
        path=folder / "publisher.yaml",
    )
    try:
        detect.detect(folder)
        unread_settings.doubts(config)
        unread_settings.problems(config)
        are_read = bool(rendered(sources.read(config, now=NOW), SITE).entries)
    except PublisherError:
        are_read = False
    except Exception as fault:
        fault.add_note(f"{file.name} sets {', '.join(settings)}")
        raise
    if not are_read and settings[1:]:
        half = len(settings) // 2
        read_with(folder, engine, settings[:half], value)
        read_with(folder, engine, settings[half:], value)


def _nested(names: Iterable[str], value: object) -> Settings:
    settings: Settings = {}
    for name in names:
        *above, last = name.split(".")
        table: Any = settings
        for key in above:
            table = table.setdefault(key, {})
        table[last] = value
    return settings
