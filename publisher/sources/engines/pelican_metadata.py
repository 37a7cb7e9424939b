"""Find the metadata that Pelican gives an article: by its path and name, and for all articles."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.sources import site_settings
from publisher.sources.front_matter.typed_values import FALSE
from publisher.text import site_patterns

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from publisher.text.setting_lines import Keys
    from publisher.text.yaml_document import Value

    PatternsOf = Callable[[str], AbstractContextManager[None]]

_FIELD = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_DATED_NAME = r"(?P<date>\d{4}-\d{2}-\d{2}).*"  # the default of FILENAME_METADATA


def defaults(
    settings: Mapping[str, Value], path: PurePosixPath, patterns_of: PatternsOf
) -> dict[str, Value]:
    """The metadata of an article that does not state them. Their names are in lower case.

    The path is relative to `PATH`; `patterns_of` is that of the reader. Raises ConfigError.
    """
    values = _lower(site_settings.section(settings, "DEFAULT_METADATA"))
    values.pop("category", None)  # DEFAULT_CATEGORY replaces it
    if has_own_names(settings) or not re.match(_DATED_NAME, path.stem):
        values.update(_default_date(settings.get("DEFAULT_DATE")))
    return {**values, **extra_values(settings, path), **_of_path(settings, path, patterns_of)}


def origin(
    settings: Mapping[str, Value], path: PurePosixPath, patterns_of: PatternsOf, key: str
) -> Keys | None:
    """The keys in the settings of the value that an article has by `defaults`.

    None if it is a part of the path. Raises ConfigError.
    """
    if key in _of_path(settings, path, patterns_of):
        return None
    by_folder = site_settings.section(settings, "EXTRA_PATH_METADATA")
    for folder in sorted(by_folder, reverse=True):
        if key in extra_values({"EXTRA_PATH_METADATA": {folder: by_folder[folder]}}, path):
            return "EXTRA_PATH_METADATA", folder, key
    if key == "date" and _default_date(settings.get("DEFAULT_DATE")):
        return ("DEFAULT_DATE",)
    return "DEFAULT_METADATA", key


def newer_settings(
    settings: Mapping[str, Value], path: PurePosixPath, patterns_of: PatternsOf
) -> dict[str, str]:
    """The keys that an article has from its path, and the settings that say so.

    Older versions of publisher did not read these settings. Raises ConfigError.
    """
    return {
        **dict.fromkeys(extra_values(settings, path), "EXTRA_PATH_METADATA"),
        **dict.fromkeys(
            _of_path(settings, path, patterns_of), "FILENAME_METADATA and PATH_METADATA"
        ),
    }


def has_own_names(settings: Mapping[str, Value]) -> bool:
    """Whether names of files have other metadata than a date at the beginning."""
    return settings.get("FILENAME_METADATA", _DATED_NAME) != _DATED_NAME


def _lower(values: Mapping[str, Value]) -> dict[str, Value]:
    return {key.lower(): value for key, value in values.items()}


def _default_date(value: Value) -> dict[str, Value]:
    """The setting: a text, or numbers from the year to the second.

    `fs` is the time of the file, which is another one in every copy of the site.
    """
    if isinstance(value, list):
        numbers = [part for part in value if isinstance(part, str)]
        year, month, day, *time = [*numbers, *["0"] * 6][:6]
        return {"date": f"{year:0>4}-{month:0>2}-{day:0>2} " + ":".join(f"{n:0>2}" for n in time)}
    return {"date": value} if isinstance(value, str) and value not in {"", "fs", *FALSE} else {}


def extra_values(settings: Mapping[str, Value], path: PurePosixPath) -> dict[str, Value]:
    """The metadata by `EXTRA_PATH_METADATA`; those of a folder hold for all articles in it."""
    values: dict[str, Value] = {}
    for folder, own in sorted(site_settings.section(settings, "EXTRA_PATH_METADATA").items()):
        if isinstance(own, dict) and PurePosixPath(folder) in {path, *path.parents}:
            values.update(_lower(own))
    return values


def _of_path(
    settings: Mapping[str, Value], path: PurePosixPath, patterns_of: PatternsOf
) -> dict[str, Value]:
    """What the patterns find in the name and the path, and the folder as the category."""
    found: dict[str, Value] = {}
    for key, text in (("FILENAME_METADATA", path.stem), ("PATH_METADATA", str(path))):
        pattern = settings.get(key)
        if isinstance(pattern, str) and pattern != _DATED_NAME:  # `engines.names` reads such dates
            with patterns_of(key):
                found = {**_lower(site_patterns.groups(pattern, text)), **found}
    by_folder = not site_settings.is_false(settings, "USE_FOLDER_AS_CATEGORY")
    if path.parent.name and by_folder:
        found.setdefault("category", path.parent.name)
    return found


def _parts(text: str) -> list[str]:
    """The parts of a text that semicolons, else commas separate."""
    parts = text.split(";" if ";" in text else ",")
    return [part.strip() for part in parts if part.strip()]


def pairs(value: Value) -> list[tuple[str, str]] | None:
    """The patterns and replacements of a setting; None if it is none of these."""
    if not isinstance(value, list):
        return None
    lists = (part for part in value if isinstance(part, list))
    texts = ([text for text in pair if isinstance(text, str)] for pair in lists)
    return [(pair[0], pair[1]) for pair in texts if len(pair) == 2]


def with_lists(values: dict[str, Value]) -> dict[str, Value]:
    """The metadata, with the texts of tags and authors as lists."""
    for key in ("tags", "keywords", "authors"):
        if isinstance(value := values.get(key), str):
            values[key] = [*_parts(value)]
    if isinstance(author := values.get("author"), str):
        values["author"] = [author]  # a single one, even with a comma
    return values


def filled(template: str, values: Mapping[str, str | None], date: dt.datetime) -> str:
    """The text of a setting with its fields filled in: `{slug}`, `{date:%Y}`."""
    return _FIELD.sub(lambda match: _field(match, values, date), template)


def _field(match: re.Match[str], values: Mapping[str, str | None], date: dt.datetime) -> str:
    """The value of a field in a URL setting: `{slug}`, `{date:%Y}`."""
    if match[1] == "date":
        return date.strftime(match[2]) if match[2] else date.date().isoformat()
    value = values.get(match[1])
    return match[0] if value is None else value
