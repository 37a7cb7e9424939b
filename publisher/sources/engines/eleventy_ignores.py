"""Find the files that Eleventy leaves out: `.eleventyignore`, `.gitignore`, `ignores.add`.

What its preprocessors leave out, and what lies outside of a computed input folder, is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.sources.engines import eleventy_preprocessors, eleventy_programs
from publisher.sources.engines.ignore_settings import of_calls, of_ignore_file
from publisher.sources.engines.ignored import Ignored, UnreadSetting
from publisher.sources.site_settings import readable_text
from publisher.text import ignore_patterns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.system.symlinks import Reach
    from publisher.text.ignore_patterns import Patterns

_NO_GIT = re.compile(r"setUseGitIgnore\(\s*false\s*\)")


def of_site(site: Path, posts: Path, reach: Reach) -> Ignored:
    """What Eleventy leaves out, if it builds the site."""
    program = eleventy_programs.find(site, reach)
    if program is None:
        return Ignored()
    ignored = Ignored()
    for folder in dict.fromkeys((site, site / program.source)):
        ignored += of_ignore_file(folder / ".eleventyignore", reach, _of_lines)
    settings = readable_text(site / program.file, reach) if program.file else ""
    if not _NO_GIT.search(settings):
        ignored += of_ignore_file(site / ".gitignore", reach, _of_lines)
    if not program.file:
        return ignored
    file = site / program.file
    ignored += of_calls(file, "ignores.add", site, reach, ignore_patterns.of_globs)
    unread = [
        UnreadSetting(file, line, "addPreprocessor may leave posts out")
        for line in eleventy_preprocessors.doubtful(settings)
    ]
    if line := program.computed_source:
        unread.append(UnreadSetting(file, line, "the input folder is computed"))
    return ignored + Ignored(unread=unread)


def _of_lines(lines: Sequence[str]) -> Patterns:
    """The lines as globs from the folder of the file: Eleventy has no negations in them."""
    stripped = (line.strip() for line in lines)
    return ignore_patterns.of_globs(
        line.lstrip("/") for line in stripped if line and line[0] not in "#!"
    )
