"""200 titles and file names in 20 scripts: publisher makes the addresses that their sites make."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.test_sites import FOLDER, SETTINGS
from tests.support import sites
from tests.support.generators import GENERATORS

if TYPE_CHECKING:
    from collections.abc import Iterator


def _titles(file: str) -> list[str]:
    text = (Path(__file__).parent / file).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("# ")]


OF_ZOLA = _titles("titles.txt")
TITLES = [*OF_ZOLA, *_titles("more_titles.txt")]


_FENCED = "---\ntitle: {title}\ndate: 2020-01-01\n{more}\n---\n\nSome words.\n"
_METADATA = "Title: {title}\nDate: 2020-01-01\n{more}\n\nSome words.\n"


@dataclass(frozen=True)
class Case:
    """Where the posts of a site lie whose addresses are made of their `names` or their `titles`.

    `{}` in them is the name, or the number of the title. `settings` are added to those of the
    site, `more` to the front matter of a post with a title. The engine makes no page of a file
    with the character `unfit` in its name.
    """

    engine: str
    names: str = ""
    titles: str = ""
    settings: str = ""
    more: str = ""
    unfit: str | None = None

    def posts(self) -> Iterator[tuple[str, str]]:
        """The path and the text of each post."""
        form = _METADATA if self.engine == "pelican" else _FENCED
        for number, title in enumerate(TITLES):
            written = title if form == _METADATA else json.dumps(title, ensure_ascii=False)
            more = self.more.format(title=written, number=number)
            if self.names and (self.unfit is None or self.unfit not in title):
                yield self.names.format(title), form.format(title="Name", more="")
            if self.titles:
                yield self.titles.format(number), form.format(title=written, more=more)


CASES = [
    Case(
        "jekyll",
        "_posts/2020-01-01-{}.md",
        "_posts/2020-01-01-t{}.md",
        more="slug: {title}\ncategories: slugs",
    ),
    Case("hugo-newest", "content/posts/{}.md", "content/titled/{}.md"),
    Case("pelican", titles="content/articles/{}.md"),
    Case("pelican", names="content/articles/{}.md", settings="SLUGIFY_SOURCE = 'basename'"),
    Case(
        "pelican",
        titles="content/articles/{}.md",
        settings="SLUGIFY_USE_UNICODE = True\nSLUGIFY_PRESERVE_CASE = True",
    ),
    Case("nikola", "posts/{}.md", unfit="="),
    Case(
        "eleventy",
        "src/posts/{}.md",
        "src/posts/t{}.md",
        more='permalink: "/t/{number}/{{{{ title | slugify }}}}/{{{{ title | slug }}}}/"',
    ),
    Case(
        "hexo",
        "source/_posts/{}.md",
        "source/_posts/t{}.md",
        settings="permalink: ':title/:post_title/'",
        unfit="?",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.engine} {case.settings}")
def test_addresses_in_any_script_are_those_of_the_site(case: Case, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(FOLDER / case.engine.removesuffix("-newest"), site)
    folders = {(site / written).parent for written in (case.names, case.titles) if written}
    for old in (file for folder in folders for file in folder.rglob("*.*")):
        if old.is_file() and old.suffix != ".json":
            old.unlink()
    for path, text in case.posts():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text, encoding="utf-8")
    with (site / SETTINGS[case.engine]).open("a", encoding="utf-8") as file:
        file.write(f"{case.settings}\n")
    output = GENERATORS[case.engine].build(site)
    generated = sites.generated(output)
    found = sites.differences(generated, sites.read(site, output))
    assert generated
    assert not found, "the generator and publisher differ: (generator, publisher)"
