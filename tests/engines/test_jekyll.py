"""Sites of Jekyll beyond those of `test_sites`: the folders and what templates read of a site."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.engines.test_sites import FOLDER, ON_PURPOSE
from tests.support import sites
from tests.support.generators import GENERATORS

if TYPE_CHECKING:
    from pathlib import Path


def test_posts_lie_in_the_folders_that_the_settings_name(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(FOLDER / "jekyll", site / "src")
    settings = site / "_config.yml"
    (site / "src/_config.yml").rename(settings)
    (site / "src/texts").mkdir()
    (site / "src/_posts").rename(site / "src/texts/_posts")
    text = settings.read_text(encoding="utf-8").replace("_posts/excluded", "texts/_posts/excluded")
    settings.write_text(f"{text}source: src\ncollections_dir: texts\n", encoding="utf-8")
    output = GENERATORS["jekyll"].build(site)
    read = sites.read(site, output)
    found = {path.removeprefix("src/texts/"): facts for path, facts in read.items()}
    differences = sites.differences(sites.generated(output), found)
    assert differences.keys() == ON_PURPOSE["jekyll"].keys()
