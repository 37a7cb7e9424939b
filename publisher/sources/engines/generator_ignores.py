"""Find the files that a generator leaves out whose rules publisher does not know otherwise.

Each generator has its own setting, its own folder and its own kind of patterns, see the functions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.sources import site_settings
from publisher.sources.engines import eleventy_ignores
from publisher.sources.engines.detected import inside
from publisher.sources.engines.ignore_settings import (
    first_above,
    of_calls,
    of_ignore_file,
    of_lists,
    of_negations,
    of_yaml,
    program,
    ruled,
)
from publisher.sources.engines.ignored import Ignored, UnreadSetting
from publisher.sources.site_settings import readable, readable_text
from publisher.text import ignore_patterns, script_lists
from publisher.text.ignore_patterns import PatternError, Patterns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.system.symlinks import Reach

_MOST_BASES = 5  # files of settings, each of which inherits from the next
_EXPLICIT = re.compile(r"^[^#\n]*explicit-?publish", re.MULTILINE | re.IGNORECASE)
_SRC_DIR = re.compile(r"\bsrcDir:\s*[\"'`]([^\"'`$]+)[\"'`]")
_LUME_SRC = re.compile(r"\bsrc:\s*[\"'`]([^\"'`$]+)[\"'`]")
_NAME = re.compile(r"[\w/-]+")  # a regular expression that is a plain name
_TEMPLATES = (
    ("templates.json", "folder"),
    ("plugins/templater-obsidian/data.json", "templates_folder"),
)
_OBSIDIAN = (
    "userIgnoreFilters hides notes only in Obsidian, so those with `publish: true` are published"
)


def of_site(site: Path, posts: Path, reach: Reach) -> Ignored:
    """What the generators of a site leave out whose settings are in its folder.

    A folder may have the settings of several, e.g. an Obsidian vault that Quartz builds.
    """
    ignored = eleventy_ignores.of_site(site, posts, reach)
    for find in (_quartz, _docusaurus, _vitepress, _gatsby, _nuxt, _lume, _astro, _mkdocs, _vault):
        ignored += find(site, posts, reach)
    return ignored


def of_vault(site: Path, posts: Path, reach: Reach) -> Ignored:
    """The same for a vault, in which a note is published only if it says so."""
    ignored = of_site(site, posts, reach) + Ignored(needs_publish=True)
    for vault in dict.fromkeys((posts, site)):
        file = vault / ".obsidian" / "app.json"
        if site_settings.texts(readable(file, reach), "userIgnoreFilters"):
            ignored += Ignored(unread=[UnreadSetting(file, 1, _OBSIDIAN)])
    return ignored


def _quartz(site: Path, posts: Path, reach: Reach) -> Ignored:
    """`ignorePatterns` and `.gitignore`, relative to the content; the filter ExplicitPublish."""
    content = first_above(posts, [site / "content"])
    if file := site_settings.find(site, ("quartz.config.ts",)):
        ignored = of_lists(file, "ignorePatterns", content, reach)
        explicit = script_lists.has_call(readable_text(file, reach), "Plugin.ExplicitPublish")
    elif file := site_settings.find(site, ("quartz.config.yaml",)):
        ignored = of_yaml(file, ["ignorePatterns"], content, reach, ignore_patterns.of_globs)
        explicit = _EXPLICIT.search(readable_text(file, reach)) is not None
    else:
        return Ignored()
    own = of_ignore_file(content / ".gitignore", reach, ignore_patterns.of_git)
    return ignored + own + Ignored(needs_publish=explicit)


def _docusaurus(site: Path, posts: Path, reach: Reach) -> Ignored:
    """`exclude` of plugins, relative to the folder of the posts."""
    file = program(site, "docusaurus.config")
    return of_lists(file, "exclude", posts, reach) if file else Ignored()


def _vitepress(site: Path, posts: Path, reach: Reach) -> Ignored:
    """`srcExclude` of VitePress below `srcDir`; VuePress has negations in `pagePatterns`."""
    ignored = Ignored()
    for top in (site, site / "docs", site / "src"):
        if file := program(top / ".vitepress", "config"):
            source = _SRC_DIR.search(readable_text(file, reach))
            folder = top / inside(source[1]) if source else top
            ignored += of_lists(file, "srcExclude", folder, reach)
        if file := program(top / ".vuepress", "config"):
            ignored += of_negations(file, "pagePatterns", top, reach)
    return ignored


def _gatsby(site: Path, posts: Path, reach: Reach) -> Ignored:
    """`ignore` of gatsby-source-filesystem, whose globs match whole paths."""
    file = program(site, "gatsby-config")
    return of_lists(file, "ignore", site, reach) if file else Ignored()


def _nuxt(site: Path, posts: Path, reach: Reach) -> Ignored:
    """Names that begin with `-`, `ignores`, and `exclude` of collections in Nuxt Content."""
    file = program(site, "nuxt.config")
    if file is None:
        return Ignored()
    content = first_above(posts, [site / "content"])
    dashed = ignore_patterns.of_globs(["**/-*", "**/-*/**"])
    ignored = Ignored.of(content, dashed, "the names that begin with `-` in Nuxt Content")
    ignored += of_lists(file, "ignores", content, reach, _of_expressions)
    collections = program(site, "content.config")
    return ignored + of_lists(collections, "exclude", content, reach) if collections else ignored


def _of_expressions(patterns: Sequence[str]) -> Patterns:
    """Regular expressions that are plain names. Raises PatternError for others."""
    for pattern in patterns:
        if not _NAME.fullmatch(pattern):
            raise PatternError(f"the pattern {pattern!r} is not supported")
    names = [pattern.strip("/") for pattern in patterns]
    return ignore_patterns.of_globs(f"**/*{name}*{rest}" for name in names for rest in ("", "/**"))


def _lume(site: Path, posts: Path, reach: Reach) -> Ignored:
    """The paths in calls of `site.ignore`, relative to the source folder."""
    file = program(site, "_config")
    if file is None or "lume" not in (settings := readable_text(file, reach)):
        return Ignored()
    source = _LUME_SRC.search(settings)
    folder = site / inside(source[1]) if source else site

    def of_paths(paths: Sequence[str]) -> Patterns:
        return ignore_patterns.of_names(path.strip("/") for path in paths)

    return of_calls(file, "ignore", folder, reach, of_paths)


def _astro(site: Path, posts: Path, reach: Reach) -> Ignored:
    """The negations in `pattern` of collections. A name that begins with `_` is no post anyway."""
    names = ("src/content.config", "src/content/config")
    file = next(filter(None, (program(site, name) for name in names)), None)
    return of_negations(file, "pattern", posts, reach) if file else Ignored()


def _mkdocs(site: Path, posts: Path, reach: Reach) -> Ignored:
    """`exclude_docs` and `draft_docs`, as in a `.gitignore`, and the folder `templates`."""
    file = site_settings.find(site, ("mkdocs.yml", "mkdocs.yaml"))
    if file is None:
        return Ignored()
    docs = site / (inside(site_settings.text(readable(file, reach), "docs_dir") or "") or "docs")
    own = ignore_patterns.of_git(["/templates/"])
    ignored = Ignored.of(docs, own, "the folder of templates of MkDocs")
    for _ in range(_MOST_BASES):
        keys = ["exclude_docs", "draft_docs"]
        ignored += of_yaml(file, keys, docs, reach, ignore_patterns.of_git)
        base = inside(site_settings.text(readable(file, reach), "INHERIT") or "")
        if not base:
            break
        file = file.parent / base
    return ignored


def _vault(site: Path, posts: Path, reach: Reach) -> Ignored:
    """The folders of templates of an Obsidian vault, by its own plugin and by Templater."""
    ignored = Ignored()
    for vault in dict.fromkeys((posts, site)):
        settings = vault / ".obsidian"
        for name, key in _TEMPLATES:
            folder = inside(site_settings.text(readable(settings / name, reach), key) or "")
            patterns = [folder] if folder else []
            ignored += ruled(
                ignore_patterns.of_names, patterns, vault,
                file=settings / name, line=1, setting="the folder of templates",
            )  # fmt: skip
    return ignored
