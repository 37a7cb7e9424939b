"""Read in package.json into which folder the commands of a site build it. They are never run."""

from __future__ import annotations

import itertools
import re
import shlex
from typing import TYPE_CHECKING

from publisher.sources import site_settings
from publisher.sources.engines.detected import reach_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_GENERATORS = re.compile(
    r"(?:.*/)?(?:astro|docusaurus|eleventy|gatsby|hexo|hugo|jekyll|lume|mkdocs|next|nuxi?|nuxt|pelican"
    r"|quartz|vite|vitepress|vuepress|vuepress-vite|zola)(?:@.*)?"
)
# As the generators spell it: `hugo -d`, `docusaurus build --out-dir`, `vitepress build --outDir`.
_OPTIONS = frozenset({
    "--dest", "--destination", "--out-dir", "--outDir", "--outdir", "--output", "--output-dir",
    "--site-dir", "-d", "-o",
})  # fmt: skip
_NEXT_COMMAND = frozenset({"&&", "||", ";", "|", "&"})


def words(script: str) -> list[str]:
    """The words and signs of a command line as a shell splits it; none if a quote is open."""
    line = shlex.shlex(script, posix=True, punctuation_chars=";|&")
    line.whitespace_split, line.commenters = True, ""
    try:
        return [*line]
    except ValueError:
        return []


def outputs(folder: Path) -> tuple[str, ...]:
    """The folders that options of the scripts name, as they are written there."""
    package = site_settings.readable(folder / "package.json", reach_of(folder))
    scripts = site_settings.section(package, "scripts")
    lines = [words(script) for script in scripts.values() if isinstance(script, str)]
    return tuple(dict.fromkeys(name for line in lines for name in _outputs(line)))


def _outputs(line: list[str]) -> Iterator[str]:
    is_generator = False
    for word, following in itertools.zip_longest(line, line[1:], fillvalue=""):
        option, equals, value = word.partition("=")
        is_generator = word not in _NEXT_COMMAND and (
            is_generator or _GENERATORS.fullmatch(word) is not None
        )
        if is_generator and option in _OPTIONS and (name := value if equals else following):
            yield name
