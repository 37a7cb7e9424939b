"""Find the files that Pelican leaves out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.sources import site_settings
from publisher.sources.engines import ignore_settings, scripts
from publisher.sources.engines.ignored import Ignored, UnreadSetting
from publisher.text import ignore_patterns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.system.symlinks import Reach
    from publisher.text.ignore_patterns import Patterns
    from publisher.text.yaml_document import Value

_FILES = ("pelicanconf.py", "publishconf.py")  # the second has priority
# The settings that say which files are articles, and which of them are drafts.
_NAMES = (
    *("ARTICLE_EXCLUDES", "ARTICLE_PATHS", "DEFAULT_METADATA", "EXTRA_PATH_METADATA"),
    *("IGNORE_FILES", "READERS"),
)


def of_site(site: Path, _: Path, reach: Reach) -> Ignored:
    """What `ARTICLE_EXCLUDES`, `IGNORE_FILES` and `READERS` leave out.

    Other settings decide which files are articles, too; they are not known if they are computed.
    """
    settings: dict[str, Value] = {}
    unread: dict[str, UnreadSetting] = {}
    files = (site_settings.find(site, (name,)) for name in _FILES)
    for file in filter(None, files):
        own = site_settings.readable(file, reach)
        settings |= own
        unread = {name: one for name, one in unread.items() if name not in own}
        names = scripts.unread_names(file, _NAMES, reach, read=("pelicanconf",))
        for name, (line, problem) in names.items():
            unread[name] = UnreadSetting(file, line, problem)
    content = site / (site_settings.text(settings, "PATH") or "content")
    readers = site_settings.section(settings, "READERS")
    texts = site_settings.texts
    rules = {
        "ARTICLE_EXCLUDES": (ignore_patterns.of_names, texts(settings, "ARTICLE_EXCLUDES")),
        "IGNORE_FILES": (_of_names, texts(settings, "IGNORE_FILES")),
        "READERS": (_of_names, [f"*.{kind}" for kind, reader in readers.items() if not reader]),
    }
    ignored = Ignored(unread=[*dict.fromkeys(unread[name] for name in _NAMES if name in unread)])
    for setting, (compiled, patterns) in rules.items():
        ignored += ignore_settings.ruled(
            compiled, patterns, content, file=site / _FILES[0], line=1, setting=setting
        )
    return ignored


def _of_names(patterns: Sequence[str]) -> Patterns:
    """Patterns that files and folders with a matching name are left out by, as fnmatch has them."""
    names = (re.sub(r"^([!#])", r"\\\1", pattern) for pattern in patterns if "/" not in pattern)
    return ignore_patterns.of_git(names)
