"""Read the settings of Hugo from the files that it merges, and where they say the content is.

These are a file in the folder of the site, and those below `config/_default` and
`config/production`, which `hugo` builds unless it is told another environment. All keys are in
lower case. The languages are those in file names, such as `pt-br`.
"""

from __future__ import annotations

import posixpath
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources import site_settings
from publisher.sources.engines import ignore_settings
from publisher.sources.engines.detected import first_folder, inside, texts_in, unread_sections
from publisher.sources.engines.ignored import Ignored
from publisher.sources.engines.unread import SettingsFile, changes
from publisher.system.paths import all_below, is_file, is_folder
from publisher.text import ignore_patterns, setting_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from publisher.system.symlinks import Reach
    from publisher.text.setting_lines import Keys
    from publisher.text.yaml_document import Value

_KINDS = ("toml", "yaml", "yml", "json")
_FOLDERS = ("config/_default", "config/production")
_FIRST = tuple(f"{name}{kind}" for name in ("hugo.", "config.") for kind in _KINDS)
# Those that change posts and are not read. A language may have settings of its own.
UNREAD = {
    **dict.fromkeys(
        ("buildDrafts", "renderSegments", "contentTypes", "module.imports.mounts",
         "module.mounts.files", "module.mounts.includeFiles", "module.mounts.excludeFiles"),
        changes("posts"),
    ),
    "roles": changes("posts", "URLs"),
    "versions": changes("posts", "URLs"),
    "outputFormats.html": changes("URLs"),
    "mediaTypes.text/html": changes("URLs"),
    "defaultOutputFormat": changes("URLs", unless=("html",)),
    "languages.*.uglyURLs": changes("URLs"),
    "enableGitInfo": changes("dates"),
    "frontmatter.lastmod": changes("dates", unless=(":default",), harmless=(":git", "lastmod")),
    "frontmatter.expiryDate": changes("dates", unless=(":default",)),
    "languages.*.frontmatter": changes("dates"),
    "languages.*.taxonomies": changes("tags", "categories"),
    "languages.*.markup": changes("bodies"),
    "markup.defaultMarkdownHandler": changes("bodies", unless=("goldmark",)),
    "markup.goldmark.extensions.linkifyProtocol": changes("bodies", unless=("https",)),
    "markup.goldmark.extensions.typographer.*": changes("bodies", unless=("true", "false")),
    "markup.goldmark.extensions.extras.*.enable": changes("bodies"),
    "markup.goldmark.extensions.passthrough.enable": changes("bodies"),
    "markup.goldmark.extensions.cjk.enable": changes("bodies"),
    "markup.goldmark.parser.autoHeadingIDType": changes("bodies", unless=("github",)),
    "markup.goldmark.parser.autoIDType": changes("bodies", unless=("github",)),
    "markup.goldmark.parser.wrapStandAloneImageWithinParagraph": changes(
        "bodies", unless=("true",)
    ),
    "privacy.*.disable": changes("bodies"),
    "refLinksNotFoundURL": changes("bodies"),
}  # fmt: skip
NAMES = (*_FIRST, *(f"{folder}/{name}" for folder in _FOLDERS for name in _FIRST))
_MOST_FILES = 1_000
_USUAL = ("posts", "post", "blog")  # sections


class ContentFolder(Struct, frozen=True):
    """A folder with content, below the site, and the language of files that name none.

    Its pages are where they were if the folder were `below` the content of the site.
    """

    path: PurePosixPath
    language: str
    below: PurePosixPath


def files(site: Path) -> list[SettingsFile]:
    """The files with settings, in the order in which Hugo merges them: the last one counts."""
    first = site_settings.find(site, _FIRST)
    return [*([SettingsFile(first)] if first else []), *_of_folders(site)]


def _of_folders(site: Path) -> Iterator[SettingsFile]:
    for folder in _FOLDERS:
        names = all_below(site / folder)[:_MOST_FILES]
        for file in names:
            if file.suffix[1:] in _KINDS and is_file(file):
                yield SettingsFile(file, _keys(file.stem))


def _keys(name: str) -> tuple[str, ...]:
    """Where a file has its settings: `params`, `permalinks`, `languages.de`, `params.de`."""
    part, _, language = name.lower().partition(".")
    if not language:
        return () if f"{part}.{_KINDS[0]}" in _FIRST else (part,)
    return ("languages", language, *([part] if part in {"params", "menu", "menus"} else []))


def read(site: Path, reach: Reach) -> dict[str, Value]:
    """The settings of all files. Raises ConfigError."""
    settings: dict[str, Value] = {}
    for file in files(site):
        values: Value = site_settings.folded(site_settings.read(file.path, reach))
        # A list has a name in a file of its own, too: `[[cascade]]` in cascade.toml.
        if file.keys and isinstance(values, dict) and [*values] == [*file.keys]:
            values = values[file.keys[0]]
        for key in reversed(file.keys):
            values = {key: values}
        settings = _merged(settings, values if isinstance(values, dict) else {})
    return settings


def origin(files: Sequence[SettingsFile], reach: Reach, keys: Keys) -> tuple[Path, Keys] | None:
    """The file with the value at a path of keys, and the keys there; None if no file has it."""
    for file in reversed(files):
        values = site_settings.folded(site_settings.read(file.path, reach))
        above = tuple(file.keys)
        is_named = [*values] == [*above]  # a list in a file of its own, see `read`
        inner = keys if is_named else keys[len(above) :]
        if tuple(keys[: len(above)]) == above and _has(values, inner):
            return file.path, inner
    return None


def _has(value: Value, keys: Keys) -> bool:
    for key in keys:
        if isinstance(value, dict) and isinstance(key, str):
            value = {name.lower(): part for name, part in value.items()}.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return False
    return value is not None


def _merged(below: Mapping[str, Value], above: Mapping[str, Value]) -> dict[str, Value]:
    merged = {**below, **above}
    for key, value in above.items():
        other = below.get(key)
        if isinstance(other, dict) and isinstance(value, dict):
            merged[key] = _merged(other, value)
    return merged


def ignored(site: Path, posts: Path, reach: Reach) -> Ignored:
    """What `ignoreFiles` leaves out: expressions for the absolute paths of files."""
    found = Ignored()
    for file in files(site):
        values = site_settings.readable(file.path, reach)
        own = site_settings.folded({**values})
        if patterns := site_settings.texts(own, "ignorefiles"):  # those in the last file count
            found = ignore_settings.ruled(
                ignore_patterns.of_expressions, patterns, Path(site.anchor),
                file=file.path, setting="ignoreFiles",
                line=setting_lines.in_text(
                    site_settings.readable_text(file.path, reach),
                    [key for key in values if key.lower() == "ignorefiles"],
                ),
            )  # fmt: skip
    return found


def main_language(settings: Mapping[str, Value]) -> str:
    return (site_settings.text(settings, "defaultcontentlanguage") or "en").lower()


def languages(settings: Mapping[str, Value]) -> list[str]:
    """The languages that Hugo builds, the main one first."""
    known = (main_language(settings), *site_settings.section(settings, "languages"))
    disabled = disabled_languages(settings)
    return [one for one in dict.fromkeys(known) if one not in disabled]


def disabled_languages(settings: Mapping[str, Value]) -> frozenset[str]:
    own = site_settings.section(settings, "languages")
    named = site_settings.texts(settings, "disablelanguages")
    off = (one for one in own if site_settings.text(own, one, "disabled") == "true")
    return frozenset(name.lower() for name in (*named, *off))


def disabled_with(settings: Mapping[str, Value], file: PurePosixPath) -> str | None:
    """The disabled language whose own folder has the file, a path below the site."""
    for language in sorted(disabled_languages(settings)):
        folder = inside(site_settings.text(settings, "languages", language, "contentdir") or "")
        if folder and file.is_relative_to(folder):
            return language
    return None


def of_language(settings: Mapping[str, Value], language: str, key: str) -> Value:
    """A setting of a language, else of the site."""
    own = site_settings.section(settings, "languages", language).get(key)
    return settings.get(key) if own is None else own


def content_folders(settings: Mapping[str, Value], site: Path) -> list[ContentFolder]:
    """The folders with content that exist; one inside of another comes before it."""
    found = [*_mounted(settings)] or _of_languages(settings)
    existing = [one for one in found if is_folder(site / one.path)]
    return sorted(existing, key=lambda one: len(one.path.parts), reverse=True)


def _mounted(settings: Mapping[str, Value]) -> Iterator[ContentFolder]:
    """The folders that `module.mounts` puts into the content."""
    mounts = site_settings.section(settings, "module").get("mounts")
    for mount in mounts if isinstance(mounts, list) else []:
        folded = site_settings.folded(mount) if isinstance(mount, dict) else {}
        target = inside(site_settings.text(folded, "target") or "").split("/")
        source = inside(site_settings.text(folded, "source") or "")
        matrix = site_settings.section(folded, "sites", "matrix")
        named = [*site_settings.texts(folded, "lang"), *site_settings.texts(matrix, "languages")]
        if target[0] == "content" and source:
            language = (named or [main_language(settings)])[0].lower()
            yield ContentFolder(PurePosixPath(source), language, PurePosixPath(*target[1:]))


def _of_languages(settings: Mapping[str, Value]) -> list[ContentFolder]:
    found: dict[str, str] = {}
    for language in languages(settings):
        written = of_language(settings, language, "contentdir")
        folder = inside(written) if isinstance(written, str) else ""
        found.setdefault(folder or "content", language)
    root = PurePosixPath()
    return [ContentFolder(PurePosixPath(path), language, root) for path, language in found.items()]


def elsewhere(settings: Mapping[str, Value], site: Path, posts: Path) -> list[ContentFolder]:
    """The folders with content that the folder of the posts neither has nor is in."""
    found = content_folders(settings, site)
    others = [one for one in found if not _is_related(site / one.path, posts)]
    return others if others != found else []  # the posts are outside of all content


def _is_related(folder: Path, other: Path) -> bool:
    """Whether one of the folders is in the other one."""
    return folder.is_relative_to(other) or other.is_relative_to(folder)


def main_sections(settings: Mapping[str, Value], language: str) -> list[str]:
    """The sections whose pages are posts, in lower case; none if the settings do not say it."""
    own = site_settings.section(settings, "languages", language)
    for values in (own, settings):
        for part in (values, site_settings.section(values, "params")):
            if named := site_settings.texts(part, "mainsections"):
                return [name.lower() for name in named]
    return []


def posts_folder(folder: Path, settings: Mapping[str, Value]) -> tuple[str, Sequence[str]]:
    """The section with the posts, else the content folder; and notes on unread sections."""
    found = content_folders(settings, folder)
    found.sort(key=lambda one: len(one.below.parts), reverse=True)  # the root of a language counts
    contents = {one.language: str(one.path) for one in found}
    filled = {place for place in contents.values() if texts_in(folder / place)}
    if len(contents) > 1 and (above := posixpath.commonpath(contents.values())):
        return above, ()
    if len(filled) > 1:  # side by side in the site
        return ".", ()
    language = main_language(settings)
    content = contents.get(language) or next(iter(contents.values()), "content")
    main = main_sections(settings, language)
    sections = [f"{content}/{name}" for name in main or _USUAL]
    posts = (content if len(main) > 1 else None) or first_folder(folder, sections) or content
    others = [
        f"{one.path} is not read; to read all content set `path: .`"
        for one in elsewhere(settings, folder, folder / posts)
        if texts_in(folder / one.path)
    ]
    return posts, others if main else [*others, *unread_sections(folder, content, posts)]


def has_link_hook(settings: Mapping[str, Value]) -> bool:
    """Whether Hugo's own render hook for links is on: by default if languages share a host."""
    hook = site_settings.section(settings, "markup", "goldmark", "renderhooks", "link")
    use = site_settings.text(hook, "useembedded") or "auto"
    if use != "auto" or "enabledefault" in hook:
        return use in {"always", "fallback"} or site_settings.is_true(hook, "enabledefault")
    own = site_settings.section(settings, "languages")
    shown = own.keys() - disabled_languages(settings)
    return len(shown) > 1 and not any(site_settings.text(own, one, "baseurl") for one in shown)
