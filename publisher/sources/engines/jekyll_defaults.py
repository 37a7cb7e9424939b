"""The defaults of Jekyll's settings: front matter for files of a path and a type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.sources import site_settings
from publisher.text import globs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.text.setting_lines import Keys
    from publisher.text.yaml_document import Value


class Scope:
    """One entry of the setting `defaults`: front matter for files of a path and a type."""

    def __init__(self, path: str, kind: str | None, values: dict[str, Value], number: int) -> None:
        """`number` is its position in the setting, from 0."""
        self.number = number
        self.path = path
        self.kind = kind if kind is None or kind.endswith("s") else f"{kind}s"
        self.values = values

    def fits(self, location: str, kind: str) -> bool:
        if self.kind is not None and self.kind != kind:
            return False
        if self.is_pattern:
            return globs.matches(self.path, location) or globs.matches(f"{self.path}/**", location)
        return location.startswith(self.path)

    @property
    def is_pattern(self) -> bool:
        return "*" in self.path


def scopes(settings: dict[str, Value]) -> list[Scope]:
    """The defaults by priority: the longest path first, then one with a type, then the last."""
    sets = settings.get("defaults")
    collections = (site_settings.text(settings, "collections_dir") or "").strip("/")
    found: list[Scope] = []
    for number, part in enumerate(sets if isinstance(sets, list) else []):
        values = site_settings.section({"part": part}, "part", "values")
        scope = site_settings.section({"part": part}, "part", "scope")
        path, kind = site_settings.text(scope, "path"), site_settings.text(scope, "type")
        if values:
            path = (path or "").strip("/").removeprefix(f"{collections}/")
            found.append(Scope(path, kind, values, number))
    found.reverse()
    return sorted(found, key=lambda scope: (-len(scope.path), scope.kind is None))


def add(values: dict[str, Value], defaults: Iterable[Scope], location: str, kind: str) -> None:
    """Add to a front matter what it lacks of the defaults for its file; join the categories."""
    merged: dict[str, Value] = {}
    for scope in defaults:
        if scope.fits(location, kind):
            _merge(merged, scope.values)
    if values.get("categories") is not None and "categories" in merged:
        values["categories"] = [*_words(merged["categories"]), *_words(values["categories"])]
    _merge(values, merged)


def origin(defaults: Iterable[Scope], location: str, kind: str, key: str) -> Keys | None:
    """The keys in the settings of the value that a file has by its defaults."""
    fitting = (scope for scope in defaults if key in scope.values and scope.fits(location, kind))
    found = next(fitting, None)
    return ("defaults", found.number, "values", key) if found else None


def newer_keys(defaults: Iterable[Scope], location: str, kind: str) -> set[str]:
    """The keys that only patterns of paths give a file, which older versions did not read."""
    fitting = [scope for scope in defaults if scope.fits(location, kind)]
    others = {key for scope in fitting if not scope.is_pattern for key in scope.values}
    return {key for scope in fitting for key in scope.values} - others


def _merge(values: dict[str, Value], defaults: dict[str, Value]) -> None:
    """Add missing values: maps are merged, other values stay."""
    for key, value in defaults.items():
        own = values.get(key)
        if own is None:
            values[key] = value
        elif isinstance(own, dict) and isinstance(value, dict):
            merged = dict(own)
            _merge(merged, value)
            values[key] = merged


def _words(value: Value) -> list[Value]:
    if isinstance(value, list):
        return value
    return [*value.split()] if isinstance(value, str) else []
