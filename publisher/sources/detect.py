"""A site's folder -> whose it is, where its posts are, and what its settings tell, in our words.

Only for a first configuration: whatever was guessed stands there to be looked over.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.errors import ConfigError
from publisher.sources import site_settings
from publisher.sources.engines.eleventy import CONFIGS
from publisher.sources.engines.hugo import Hugo
from publisher.sources.engines.jekyll import AUTHORS, Jekyll
from publisher.sources.front_matter.values import person
from publisher.system.symlinks import Reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from publisher.config import Engine, Person
    from publisher.text.yaml_document import Value

POSTS = ("_posts", "posts", "content/posts", "content/post", "content/blog", "src/posts")
CONTENT = ("content/posts", "content/post", "content/blog")
ELEVENTY = ("src/posts", "posts", "src/blog", "blog", "content/blog", "content/posts", "src")
_NOT_SITES = frozenset({"node_modules", "vendor", "_site", "public", "output", "test", "tests"})
_DEPTH = 3


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a site's settings tell; None where they do not. `notes` say what was not used."""

    engine: Engine = "jekyll"
    posts: str | None = None
    source: str = ""
    title: str | None = None
    url: str | None = None
    description: str | None = None
    language: str | None = None
    timezone: str | None = None
    permalink: str | None = None
    author: Person | None = None
    notes: Sequence[str] = field(default_factory=tuple)


def detect(folder: Path) -> Found:
    """The first engine whose files are there. Never raises: what cannot be read is a note."""
    for names, tell in _ENGINES:
        file = site_settings.find(folder, names)
        if file is None:
            continue
        try:
            found = tell(folder, file)
        except ConfigError as error:
            return Found(posts=_first(folder, POSTS), notes=(f"{file.name} is not used: {error}",))
        if found is not None:
            return found
    engine: Engine = "plain" if (folder / ".obsidian").is_dir() else "jekyll"
    return Found(engine=engine, posts="." if engine == "plain" else _first(folder, POSTS))


def _jekyll(folder: Path, file: Path) -> Found:
    found = site_settings.read(file, _reach(folder))
    source = (
        site_settings.text(found, "collections_dir") or site_settings.text(found, "source") or ""
    )
    places = [*_folders(folder / source, "_posts")]
    inside = f"{source.strip('/')}/" if source.strip("./") else ""
    url = (site_settings.text(found, "url") or "") + (site_settings.text(found, "baseurl") or "")
    return Found(
        engine="jekyll",
        posts=_gathered(folder, inside, places),
        source=file.name,
        title=site_settings.text(found, "title") or site_settings.text(found, "name"),
        url=url.rstrip("/") or None,
        description=site_settings.text(found, "description"),
        language=site_settings.text(found, "lang") or site_settings.text(found, "locale"),
        timezone=site_settings.text(found, "timezone"),
        permalink=site_settings.text(found, "permalink"),
        author=_known(folder, found.get("author")),
    )


def _known(folder: Path, value: Value) -> Person | None:
    """Perhaps by the short name that `_data/authors.yml` explains."""
    file = site_settings.find(folder, AUTHORS)
    known = site_settings.read(file, _reach(folder)) if file else {}
    return _author(known.get(value, value) if isinstance(value, str) else value)


def _gathered(folder: Path, inside: str, places: Sequence[str]) -> str | None:
    """The only folder of posts, or the one around several."""
    if len(places) > 1:
        return inside or "."
    return f"{inside}{places[0]}" if places else _first(folder, POSTS)


def _hugo(folder: Path, file: Path) -> Found | None:
    found = site_settings.folded(site_settings.read(file, _reach(folder)))
    if "base_url" in found or not ("baseurl" in found or file.name.startswith("hugo")):
        return None  # Zola's, or somebody else's
    params = site_settings.section(found, "params")
    language = site_settings.text(found, "defaultcontentlanguage")
    content = site_settings.text(found, "contentdir") or "content"
    main = site_settings.texts(params, "mainsections")
    sections = [f"{content}/{name}" for name in main] or CONTENT
    posts = (content if len(main) > 1 else None) or _first(folder, sections) or content
    return Found(
        engine="hugo",
        posts=posts,
        source=file.name,
        title=site_settings.text(found, "title"),
        url=site_settings.text(found, "baseurl"),
        description=site_settings.text(params, "description"),
        language=site_settings.text(found, "languagecode")
        or site_settings.text(found, "locale")
        or language,
        timezone=site_settings.text(found, "timezone"),
        author=_author(params.get("author") or found.get("author")),
        notes=[] if main else [*_left_out(folder, content, posts)],
    )


def _left_out(folder: Path, content: str, posts: str) -> Iterator[str]:
    """Sections beside the one that was chosen, as far as they have pages."""
    if posts == content or not (folder / content).is_dir():
        return
    for section in sorted((folder / content).iterdir()):
        name = f"{content}/{section.name}"
        texts = section.rglob("*.md") if section.is_dir() and name != posts else ()
        if any(not text.name.startswith("_index.") for text in texts):
            yield f"{name} is not read; to read all sections write `path: {content}`"


def _zola(folder: Path, file: Path) -> Found | None:
    found = site_settings.read(file, _reach(folder))
    if "base_url" not in found:
        return None
    posts = _first(folder, CONTENT) or "content"
    return Found(
        engine="zola",
        posts=posts,
        source=file.name,
        title=site_settings.text(found, "title"),
        url=site_settings.text(found, "base_url"),
        description=site_settings.text(found, "description"),
        language=site_settings.text(found, "default_language"),
        author=_author(
            site_settings.text(found, "author") or site_settings.text(found, "extra", "author")
        ),
        notes=[*_left_out(folder, "content", posts)],
    )


def _pelican(folder: Path, file: Path) -> Found:
    published = folder / "publishconf.py"
    more = site_settings.read(published, _reach(folder)) if published.is_file() else {}
    found = {**site_settings.read(file, _reach(folder)), **more}
    return Found(
        engine="pelican",
        posts=site_settings.text(found, "PATH") or "content",
        source=file.name,
        title=site_settings.text(found, "SITENAME"),
        url=site_settings.text(found, "SITEURL"),
        description=site_settings.text(found, "SITESUBTITLE"),
        language=site_settings.text(found, "DEFAULT_LANG"),
        timezone=site_settings.text(found, "TIMEZONE"),
        author=_author(found.get("AUTHOR")),
    )


def _nikola(folder: Path, file: Path) -> Found | None:
    found = site_settings.read(file, _reach(folder))
    if "POSTS" not in found and "BLOG_TITLE" not in found:
        return None
    rules = found.get("POSTS")
    patterns = (
        [rule[0] for rule in rules if isinstance(rule, list)] if isinstance(rules, list) else []
    )
    folders = {one.partition("*")[0].rstrip("/") for one in patterns if isinstance(one, str)}
    return Found(
        engine="nikola",
        posts=folders.pop() if len(folders) == 1 else "." if folders else "posts",
        source=file.name,
        title=site_settings.text(found, "BLOG_TITLE"),
        url=site_settings.text(found, "SITE_URL"),
        description=site_settings.text(found, "BLOG_DESCRIPTION"),
        language=site_settings.text(found, "DEFAULT_LANG"),
        timezone=site_settings.text(found, "TIMEZONE"),
        author=_author(found.get("BLOG_AUTHOR")),
    )


def _eleventy(folder: Path, file: Path) -> Found:
    note = f"{file.name} is a program, which is not run: name the address of your site with --url"
    return Found(engine="eleventy", posts=_first(folder, ELEVENTY), notes=(note,))


_ENGINES: Sequence[tuple[Sequence[str], Callable[[Path, Path], Found | None]]] = (
    (Jekyll.SETTINGS, _jekyll),
    (("zola.toml", "config.toml"), _zola),
    (Hugo.SETTINGS, _hugo),
    (("pelicanconf.py",), _pelican),
    (("conf.py",), _nikola),
    (CONFIGS, _eleventy),
)


def _reach(folder: Path) -> Reach:
    """What may be read of a site that somebody else may have written."""
    return Reach((folder,), (folder,), f"outside {folder}")


def _author(value: Value) -> Person | None:
    return person(value) if value is not None else None


def _first(folder: Path, names: Sequence[str]) -> str | None:
    return next((name for name in names if (folder / name).is_dir()), None)


def _folders(folder: Path, wanted: str) -> Iterator[str]:
    """Where folders of that name are, not too deep, in order."""
    for here, folders, _ in os.walk(folder):
        below = os.path.relpath(here, folder)
        depth = 0 if below == "." else below.count(os.sep) + 1
        if wanted in folders:
            yield wanted if below == "." else f"{below}/{wanted}"
        folders[:] = sorted(
            name
            for name in folders
            if depth < _DEPTH and name not in _NOT_SITES and not re.match(r"[._]", name)
        )
