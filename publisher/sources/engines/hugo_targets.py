"""Whether a permalink or a cascade of Hugo is for a page, by its `target`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.sources import site_settings
from publisher.text import ignore_patterns
from publisher.text.ignore_patterns import PatternError

if TYPE_CHECKING:
    from publisher.text.yaml_document import Value

_ONE = re.compile(r"\{([^{},]*)\}")  # a single alternative


def fits(target: Value, path: str, language: str) -> bool:
    """Whether the globs of a target match a page; `path` is its logical path, `/posts/a-page`."""
    if target is None:
        return True
    if not isinstance(target, dict):
        return False  # Hugo builds no such site
    target = site_settings.folded(target)
    wanted = {"path": path, "kind": "page", "environment": "production", "lang": language}
    sites = site_settings.section(target, "sites", "matrix")
    given = {**target, **({"lang": sites["languages"]} if "languages" in sites else {})}
    return all(
        any(_matches(glob, value) for glob in globs)
        for key, value in wanted.items()
        if (globs := site_settings.texts(given, key))
    )


def _matches(glob: str, value: str) -> bool:
    try:
        return ignore_patterns.matches(_ONE.sub(r"\1", glob.lower()), value)
    except PatternError:
        return False
