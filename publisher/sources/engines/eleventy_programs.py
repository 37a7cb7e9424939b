"""The programs of a site of Eleventy: where they lie, and what can be read in them as text."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources import site_settings
from publisher.sources.engines import build_scripts, scripts
from publisher.sources.engines.detected import inside, output_folder
from publisher.system.paths import is_file
from publisher.text.script_settings import ScriptSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from publisher.sources.engines.scripts import AddressScript
    from publisher.system.symlinks import Reach
    from publisher.text.script_settings import Setting
    from publisher.text.yaml_document import Value

KINDS = ("js", "cjs", "mjs", "ts")
# The configuration of Eleventy is a program, so we can read no settings from it.
PROGRAMS = tuple(f"{name}.{kind}" for name in (".eleventy", "eleventy.config") for kind in KINDS)
_PACKAGE = "@11ty/eleventy"
_CONTAINERS = ("markdown-it-container", "@mdit/plugin-container")
_COMMAND = re.compile(r"(?:^|/)eleventy(?:@.*)?$")
_MOST_LEVELS = 2  # in which we look for a configuration that no script names

_ENDINGS = tuple(f".{kind}" for kind in KINDS)
_DATA_ENDINGS = tuple(f".11tydata{ending}" for ending in _ENDINGS)
# A key, a method or an assignment, but no use of the value such as `data.permalink`.
_PERMALINK = re.compile(
    r"(?<![\w.])permalink[\"']?\s*(?:[:(,]|$)|\.permalink\s*=(?!=)|[\"']permalink[\"']\s*,"
)
_ALIAS = re.compile(r"addLayoutAlias\(\s*([\"'])([^\"'\n]+)\1\s*,\s*([\"'])([^\"'\n]+)\3")
_COMPUTED_DATA = re.compile(r"addGlobalData\(\s*[\"'`]eleventyComputed[\"'`]")
_GLOBAL = re.compile(r"addGlobalData\(\s*[\"'`](?:permalink|eleventyComputed\.permalink)\b")


class Program(Struct, frozen=True):
    """Where the configuration lies below the site; empty if there is none.

    `source` and `output` are the input and the output folder, relative to the site; empty for the
    defaults, the site itself and `_site`. `base` is the path of the site on its host, without
    slashes at its ends. `has_containers` tells that `:::` begins a container in Markdown.
    `includes` and `layouts` are the folders of layouts below `source`, the second empty if it is
    the first; `aliases` are other names of layouts. `data` is the folder with the data of all
    pages. `adds_templates`: a program may add layouts. `computed_source` is the line (from 1) that
    computes the input folder, so that it is not known; 0 if there is none.
    """

    file: str
    source: str = ""
    output: str = ""
    base: str = ""
    has_containers: bool = False
    includes: str = "_includes"
    layouts: str = ""
    aliases: Mapping[str, str] = {}
    data: str = "_data"
    adds_templates: bool = False
    computed_source: int = 0


def find(folder: Path, reach: Reach) -> Program | None:
    """The configuration of a site, wherever it lies; None for a folder that is no site of Eleventy.

    A script in package.json may name the configuration and the folders; its options win.
    """
    package = site_settings.readable(folder / "package.json", reach)
    options = _options(package)
    own = site_settings.find(folder, PROGRAMS)
    if not (own or options or _depends(package, _PACKAGE)):
        return None
    file = inside(options.get("config", "")) or (own.name if own else _configuration(folder))
    text = site_settings.readable_text(folder / file, reach) if file else ""
    settings = ScriptSettings(text)
    source = options.get("input") or _folder(settings, "input", "setInputDirectory")
    output = options.get("output") or _folder(settings, "output", "setOutputDirectory")
    return Program(
        file,
        inside(source),
        next(iter(output_folder(output)), ""),
        base=(options.get("pathprefix") or _text_of(settings.find("pathPrefix"))).strip("/"),
        has_containers=any(name in text or _depends(package, name) for name in _CONTAINERS),
        includes=inside(_folder(settings, "includes", "setIncludesDirectory") or "_includes"),
        layouts=inside(_folder(settings, "layouts", "setLayoutsDirectory")),
        adds_templates="addTemplate" in text or "setLayoutResolution" in text,
        data=inside(_folder(settings, "data", "setDataDirectory") or "_data"),
        aliases={name: path for _, name, _, path in _ALIAS.findall(text)},
        computed_source=0 if options.get("input") else _computed_source(settings),
    )


def _computed_source(settings: ScriptSettings) -> int:
    source = settings.find("dir.input") or settings.argument("setInputDirectory")
    return source.line if source and not source.is_plain else 0


def _folder(settings: ScriptSettings, key: str, function: str) -> str:
    """The folder under a key of `dir`, or the argument of the function that sets it."""
    return _text_of(settings.find(f"dir.{key}", key) or settings.argument(function))


def _text_of(setting: Setting | None) -> str:
    return setting.text if setting else ""


def _depends(package: dict[str, Value], name: str) -> bool:
    kinds = ("dependencies", "devDependencies")
    return any(name in site_settings.section(package, kind) for kind in kinds)


def _options(package: dict[str, Value]) -> dict[str, str]:
    """The options of the first script that runs Eleventy: `eleventy --config=a.js --input src`."""
    for script in site_settings.section(package, "scripts").values():
        words = build_scripts.words(script) if isinstance(script, str) else []
        starts = (at for at, word in enumerate(words) if _COMMAND.search(word))
        at = next(starts, None)
        if at is not None:
            return dict(_long_options(words[at + 1 :]))
    return {}


def _long_options(words: list[str]) -> Iterator[tuple[str, str]]:
    for word, following in itertools.zip_longest(words, words[1:], fillvalue=""):
        name, equals, value = word.removeprefix("--").partition("=")
        if word.startswith("--") and name in {"config", "input", "output", "pathprefix"}:
            yield name, value if equals else following


def _configuration(folder: Path) -> str:
    """The path of the first configuration below the folder; empty if there is none."""
    files = scripts.programs_in(folder, PROGRAMS, levels=_MOST_LEVELS)
    found = (str(file.relative_to(folder)) for file in files if file.name in PROGRAMS)
    return next(found, "")


def address_scripts(site: Path, posts: Path, reach: Reach) -> list[AddressScript]:
    """The programs that set the permalink: data of folders and posts, global data, settings."""
    above = _between(site, posts)
    data = [file for folder in above for file in _data_of(folder)]
    shared = [file for folder in (site, *above) for file in _global_data(folder)]
    program = find(site, reach)
    settings = [site / program.file] if program and program.file else []
    return [
        *scripts.matching([*data, *scripts.programs_in(posts, _DATA_ENDINGS)], _PERMALINK, reach),
        *scripts.matching(shared, _PERMALINK, reach),
        *scripts.matching(settings, _GLOBAL, reach),
        *_of_computed_data(settings, reach),
    ]


def _of_computed_data(settings: list[Path], reach: Reach) -> list[AddressScript]:
    """The configuration if it computes data of all posts, and has a permalink behind that line."""
    found = scripts.matching(settings, _COMPUTED_DATA, reach)
    return found if scripts.matching(settings, _PERMALINK, reach) else []


def _between(site: Path, posts: Path) -> list[Path]:
    """The folders above the posts and below the site, which is not above all posts."""
    return [folder for folder in posts.parents if site in folder.parents]


def _data_of(folder: Path) -> Iterator[Path]:
    """The programs that Eleventy reads for all files below the folder."""
    names = (f"{folder.name}{ending}" for ending in _DATA_ENDINGS)
    yield from (folder / name for name in names if is_file(folder / name))


def _global_data(folder: Path) -> Iterator[Path]:
    names = (f"{name}{ending}" for name in ("permalink", "eleventyComputed") for ending in _ENDINGS)
    files = (folder / "_data" / name for name in names)
    yield from (file for file in files if is_file(file))
