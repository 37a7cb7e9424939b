"""Read the settings of generators that leave files out: lists in programs, YAML, `.gitignore`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from publisher.errors import ConfigError
from publisher.sources import site_settings
from publisher.sources.engines.ignored import Ignored, UnreadSetting
from publisher.system.paths import is_file
from publisher.text import ignore_patterns, script_lists
from publisher.text.ignore_patterns import Expressions, PatternError, Patterns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.system.symlinks import Reach
    from publisher.text.script_lists import ScriptList
    from publisher.text.yaml_document import Value

Compile: TypeAlias = "Callable[[Sequence[str]], Patterns | Expressions]"  # raises PatternError

_KINDS = ("js", "mjs", "ts", "cjs", "mts", "cts")
_MOST_LEVELS = 20  # of maps in which a key of YAML is looked for


def program(folder: Path, name: str) -> Path | None:
    """The program with the settings of a generator: `NAME.js`, `NAME.ts` and so on."""
    return site_settings.find(folder, [f"{name}.{kind}" for kind in _KINDS])


def of_lists(
    file: Path, name: str, folder: Path, reach: Reach, compiled: Compile = ignore_patterns.of_globs
) -> Ignored:
    """The globs in the lists that a program gives to a key. They are relative to a folder."""
    return _of_lists(
        file,
        name,
        script_lists.of_key(site_settings.readable_text(file, reach), name),
        folder,
        compiled,
    )


def of_calls(file: Path, name: str, folder: Path, reach: Reach, compiled: Compile) -> Ignored:
    """The patterns that a program gives to a method."""
    found = script_lists.of_calls(site_settings.readable_text(file, reach), name)
    return _of_lists(file, name, found, folder, compiled)


def of_negations(file: Path, name: str, folder: Path, reach: Reach) -> Ignored:
    """The globs that begin with `!` in lists that say which files are built."""

    def negated(patterns: Sequence[str]) -> Patterns:
        return ignore_patterns.of_globs(one for one in patterns if one.startswith("!"))

    found = script_lists.of_key(site_settings.readable_text(file, reach), name)
    # Another value of that name is no list of globs.
    lists = [one for one in found if one.is_whole or one.values]
    return _of_lists(file, name, lists, folder, negated)


def _of_lists(
    file: Path, name: str, found: Sequence[ScriptList], folder: Path, compiled: Compile
) -> Ignored:
    ignored = Ignored()
    for one in found:
        ignored += ruled(compiled, one.values, folder, file=file, line=one.line, setting=name)
        if not one.is_whole:
            ignored += Ignored(unread=[UnreadSetting(file, one.line, f"{name} is computed")])
    return ignored


def of_yaml(
    file: Path, names: Sequence[str], folder: Path, reach: Reach, compiled: Compile
) -> Ignored:
    """The patterns under the keys of a YAML file: a list, or the lines of a text."""
    ignored = Ignored()
    try:
        settings = site_settings.read(file, reach)
    except ConfigError as error:
        return Ignored(unread=[UnreadSetting(file, 1, f"it cannot be read: {error}")])
    for name, value in _named(settings, names, _MOST_LEVELS):
        parts = value if isinstance(value, list) else [value]
        lines = [line for part in parts if isinstance(part, str) for line in part.splitlines()]
        ignored += ruled(compiled, lines, folder, file=file, line=1, setting=name)
    return ignored


def _named(
    settings: Mapping[str, Value], names: Sequence[str], levels: int
) -> Iterator[tuple[str, Value]]:
    for key, value in settings.items():
        if key in names:
            yield key, value
        elif isinstance(value, dict) and levels:
            yield from _named(value, names, levels - 1)


def of_ignore_file(file: Path, reach: Reach, compiled: Compile) -> Ignored:
    """The lines of a file such as `.gitignore`, relative to its folder; nothing without one."""
    if not is_file(file):
        return Ignored()
    lines = site_settings.readable_text(file, reach).splitlines()
    return ruled(compiled, lines, file.parent, file=file, line=1, setting=file.name)


def ruled(
    compiled: Compile,
    patterns: Sequence[str],
    folder: Path,
    *,
    file: Path,
    line: int,
    setting: str,
) -> Ignored:
    """What the patterns of a setting leave out; those that are not supported are unread."""
    if not patterns:
        return Ignored()
    name = setting if setting == file.name else f"{setting} in {file.name}"
    try:
        return Ignored.of(folder, compiled(patterns), name)
    except PatternError as error:
        unread = Ignored(unread=[UnreadSetting(file, line, f"{name}: {error}")])
        supported = [one for one in patterns if _is_supported(compiled, one)]
        kept = supported[: ignore_patterns.MAX_PATTERNS]
        return Ignored.of(folder, compiled(kept), name) + unread


def _is_supported(compiled: Compile, pattern: str) -> bool:
    try:
        compiled([pattern])
    except PatternError:
        return False
    return True


def first_above(posts: Path, folders: Iterable[Path]) -> Path:
    """The first of the folders in which the posts are, else the folder of the posts."""
    return next((folder for folder in folders if posts.is_relative_to(folder)), posts)
