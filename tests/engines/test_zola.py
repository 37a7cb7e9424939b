"""A site of Zola: publisher reads the posts as Zola 0.22.1 shows them.

Zola is in no package registry, so what it made of the site in `sites/zola`, and of the names in
`titles.txt`, is in tests/goldens/zola. To make them again, run `zola build` in a copy of the site.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from publisher.text.slugs import zola_slug
from tests.engines.test_sites import FOLDER
from tests.engines.test_slugs import OF_ZOLA
from tests.support import ROOT, sites

if TYPE_CHECKING:
    from pathlib import Path

ON_PURPOSE: sites.Differences = {
    # Feeds show a title as plain text.
    ("content/posts/C++ & friends.md", "title"): ("C++ & <b>friends</b>", "C++ & friends"),
    # Zola builds whatever is there; publisher waits for the date.
    ("content/posts/future.md", "is published"): (True, False),
    # Readers need a title: the first words.
    ("content/posts/without-a-title.md", "title"): ("", "Some words."),
}
# Unidecode has no names of emoji.
EMOJI = {"naïve ☕ café ❤", "snow ☃ man ™ ©", "C# 🎉 F#"}


def golden(name: str) -> Any:
    return json.loads((ROOT / "tests/goldens/zola" / name).read_text(encoding="utf-8"))


def test_posts_are_read_as_zola_shows_them(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(FOLDER / "zola", site)
    read = sites.read(site, site / "public")
    assert sites.differences(golden("posts.json")["posts"], read) == ON_PURPOSE


@pytest.mark.parametrize("mode", ["on", "safe"])
def test_file_names_of_any_script_become_slugs_as_in_zola(mode: str) -> None:
    differ = {
        name
        for name, slug in zip(OF_ZOLA, golden("slugs.json")[mode], strict=True)
        if zola_slug(name, mode) != slug
    }
    assert differ == (EMOJI if mode == "on" else set())
