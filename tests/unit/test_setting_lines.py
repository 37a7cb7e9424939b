"""A value that settings give posts is reported where it is written, not in each of the posts."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from publisher import sources
from publisher.config import Config, Posts, Site
from publisher.text.setting_lines import line
from tests.support.blog import Blog

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.config import Engine

SITE = Site(title="A blog", url="https://blog.example", since=dt.date(2020, 1, 1))
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
FOLDERS: Mapping[Engine, str] = {
    "jekyll": "_posts", "hugo": "content", "pelican": "content", "eleventy": "posts",
}  # fmt: skip
HEAD = "---\ntitle: A\ndate: 2020-01-02\n---\n"
JEKYLL = """\
defaults:
  - scope: {path: "_posts/other"}
    values: {tags: [{a: b}]}
  - scope: {path: ""}
    values:
      title: A
      tags:
        - {a: b}
"""


def told(folder: Path, engine: Engine, files: Mapping[str, str]) -> list[str]:
    """The warnings about posts, and the reasons of broken ones; files relative to the site."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    posts = Posts(path=folder / FOLDERS[engine], engine=engine, site=folder)
    config = Config(site=SITE, posts=posts, state=folder / "state", path=folder / "publisher.yaml")
    reading = sources.read(config, now=NOW)
    places = {f"{one.path}:{one.line}: {one.message}" for one in reading.warnings}
    broken = {skip.reason for skip in reading.skipped if skip.broken}
    return sorted(text.removeprefix(f"{folder}/") for text in places | broken)


TAGS = "tags must be texts; put those with a colon in quotes"
LANGUAGE = "lang is 'no language'; it must be a BCP 47 tag, e.g. en or pt-BR"
DATE = "date: 'soon' is not a date; write e.g. `date: 2008-10-21 18:00:00 +0000`"


@pytest.mark.parametrize(
    ("engine", "files", "expected"),
    [
        ("jekyll", {"_config.yml": JEKYLL, "_posts/2020-01-02-a.md": HEAD,
                    "_posts/2020-01-03-b.md": HEAD}, f"_config.yml:7: {TAGS}"),
        ("jekyll", {"_config.yml": JEKYLL, "_posts/other/2020-01-02-a.md": HEAD},
         f"_config.yml:3: {TAGS}"),
        ("jekyll", {"_config.toml": '[[defaults]]\n[defaults.values]\ntags = []\n[[defaults]]\n'
                    '[defaults.scope]\npath = ""\n[defaults.values]\nlang = "no language"\n',
                    "_posts/2020-01-02-a.md": HEAD}, f"_config.toml:8: {LANGUAGE}"),
        ("jekyll", {"_config.yml": "defaults:\n- values:\n    date: soon\n", "_posts/a.md": "---\n"
                    "title: A\n---\n"}, f"_config.yml:3: {DATE}"),
        ("hugo", {"hugo.toml": 'baseURL = "https://a.example"\n[[cascade]]\nweight = 1\n'
                  '[[cascade]]\n[cascade.params]\nlang = "no language"\n', "content/a.md": HEAD},
         f"hugo.toml:6: {LANGUAGE}"),
        ("hugo", {"hugo.toml": 'baseURL = "https://a.example"\n', "content/a.md": HEAD,
                  "config/_default/cascade.yaml": "cascade:\n- Weight: 1\n  Lang: no language\n"},
         f"config/_default/cascade.yaml:3: {LANGUAGE}"),
        ("hugo", {"hugo.yaml": "baseURL: https://a.example\ncascade: {lang: en}\nlanguages:\n"
                  "  en:\n    cascade:\n      lang: no language\n", "content/a.md": HEAD},
         f"hugo.yaml:6: {LANGUAGE}"),
        ("hugo", {"hugo.yaml": "baseURL: https://a.example\n", "content/x/a.md": HEAD,
                  "content/x/_index.md": "---\ntitle: X\ncascade:\n- target: {path: /y/**}\n"
                  "  lang: en\n- lang: no language\n---\n"}, f"x/_index.md:6: {LANGUAGE}"),
        ("hugo", {"hugo.yaml": "baseURL: https://a.example\n", "content/x/a.md": "---\n---\n",
                  "content/x/_index.md": '+++\ntitle = "X"\n[cascade]\ndate = "soon"\n+++\n'},
         f"x/_index.md:4: {DATE}"),
        ("pelican", {"pelicanconf.py": "DEFAULT_METADATA = {\n    'x': 'y',\n"
                     "    'Lang': 'no language',\n}\n", "content/a.md": HEAD},
         f"pelicanconf.py:3: {LANGUAGE}"),
        ("pelican", {"pelicanconf.py": "DEFAULT_METADATA = {'lang': 'en'}\n", "publishconf.py":
                     "\nDEFAULT_METADATA: dict = {'lang': 'no language'}\n", "content/a.md": HEAD},
         f"publishconf.py:2: {LANGUAGE}"),
        ("pelican", {"pelicanconf.py": "EXTRA_PATH_METADATA = {\n  'x': {'lang': 'en'},\n"
                     "  'x/a.md': {\n    'lang': 'no language'}}\n", "content/x/a.md": HEAD},
         f"pelicanconf.py:4: {LANGUAGE}"),
        ("pelican", {"pelicanconf.py": "\nDEFAULT_DATE = 'soon'\n", "content/a.md": "Title: A\n\n"},
         f"pelicanconf.py:2: {DATE}"),
        ("eleventy", {"posts/posts.json": '{\n\t"layout": "x",\n\t"lang": "no language"\n}\n',
                      "posts/a.md": HEAD}, f"posts/posts.json:3: {LANGUAGE}"),
        ("eleventy", {"posts/posts.json": '{"lang": "en"}', "posts/posts.11tydata.json":
                      '{\n"date": "soon"}', "posts/a.md": "---\ntitle: A\n---\n"},
         f"posts/posts.11tydata.json:2: {DATE}"),
        ("eleventy", {"posts/a.json": '\n{"lang": "no language"}', "posts/a.md": HEAD},
         f"posts/a.json:2: {LANGUAGE}"),
    ],
)  # fmt: skip
def test_a_value_that_settings_give_posts_is_reported_at_its_line_there(
    tmp_path: Path, engine: Engine, files: Mapping[str, str], expected: str
) -> None:
    assert told(tmp_path, engine, files) == [expected]


def test_what_the_post_has_itself_is_reported_in_the_post(tmp_path: Path) -> None:
    post = "---\ntitle: A\nlang: no language\n---\n"
    files = {"_config.yml": "defaults:\n- values: {lang: en}\n", "_posts/2020-01-02-a.md": post}
    assert told(tmp_path, "jekyll", files) == [f"2020-01-02-a.md:3: {LANGUAGE}"]


def test_check_names_a_setting_once_for_all_posts(tmp_path: Path) -> None:
    """Also its picture, which the posts share, and in JSON."""
    settings = "defaults:\n- values:\n    lang: no language\n    image: /gone.png\n"
    posts = {f"_posts/2020-01-0{day}-a.md": f"---\ntitle: Day {day}\n---\n" for day in (1, 2, 3)}
    blog = Blog(tmp_path)
    told(tmp_path, "jekyll", {"_config.yml": settings, **posts})
    (tmp_path / "publisher.yaml").write_text(
        "site: {title: A, url: 'https://blog.example', since: 2020-01-01}\n"
        "posts: {path: _posts, engine: jekyll}\nfeeds: [{path: a.atom, format: atom}]\n"
    )
    checked = blog.run("check").out.splitlines()
    assert [text.partition(": ")[0] for text in checked[:-1]] == ["_config.yml:3", "_config.yml:4"]
    document = json.loads(blog.run("check", "--json").out)
    assert [one["line"] for one in document["settings"]] == [3, 4]
    assert {one["path"] for one in document["settings"]} == {f"{tmp_path}/_config.yml"}


@pytest.mark.parametrize(
    ("kind", "text", "keys", "expected"),
    [
        (".py", "A = 1\nA = {\n 'b': 1}\n", ("a", "b"), 3),
        (".py", "A = f()\n", ("a", "b"), 1),
        (".py", "A = (\n", ("a",), 1),
        (".toml", "[[a]]\nb = 1\n[[a]]\nb = 2\n[[x.a]]\nb = 3\n", ("a", 1, "b"), 4),
        (".toml", "[a]\nb = 1\n", ("a", 3, "b"), 2),
        (".yml", "a:\n- 1\n-\n  B: 2\n", ("a", 1, "b"), 4),
        (".yml", "a:\n  b: [\n", ("a", "b"), 2),
        (".json", '{"a":\n{"b": 1}}', ("a", "b", "c"), 2),
        (".yml", "", ("a",), 1),
    ],
)
def test_the_line_of_a_setting_is_that_of_its_last_key(
    kind: str, text: str, keys: tuple[str | int, ...], expected: int
) -> None:
    assert line(text, kind, keys) == expected
