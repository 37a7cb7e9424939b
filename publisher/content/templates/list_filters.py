"""The filters of Liquid and Jekyll that work on lists. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from publisher.content.templates import ruby_values
from publisher.content.templates.ruby_values import FilterError, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.content.templates.ruby_values import Filter


def _map(value: object, key: object) -> list[object]:
    return [ruby_values.part_of(item, key) for item in ruby_values.flat(value)]


def _compact(value: object, key: object = None) -> list[object]:
    items_and_parts = (
        (item, item if key is None else ruby_values.part_of(item, key))
        for item in ruby_values.flat(value)
    )
    return [item for item, part in items_and_parts if part is not None]


def _unique(value: object, key: object = None) -> list[object]:
    first_items: dict[str, object] = {}
    for item in ruby_values.flat(value):
        part = item if key is None else ruby_values.part_of(item, key)
        first_items.setdefault(ruby_values.inspected(part), item)
    return [*first_items.values()]


def _sorted(value: object, key: object = None, nils: object = "first") -> list[object]:
    if value is None or nils not in {"first", "last"}:
        raise FilterError("the value cannot be sorted this way")

    def named(item: object) -> object:
        return item if key is None else ruby_values.value_at(item, key)

    return ruby_values.ordered(ruby_values.flat(value), named, nils_first=nils == "first")


def _where(value: object, key: object, wanted: object = None) -> object:
    if not key or isinstance(wanted, list | dict) or not isinstance(value, list | dict):
        return value
    return [item for item in items(value) if _is_like(ruby_values.value_at(item, key), wanted)]


def _find(value: object, key: object, wanted: object = None) -> object:
    matching = _where(value, key, wanted)
    return next(iter(matching), None) if isinstance(matching, list) else matching


def items(value: object) -> list[object]:
    """Return what Jekyll's filters go through: the items of a list, or the values of a map."""
    if isinstance(value, dict):
        return [*value.values()]
    return value if isinstance(value, list) else []


def _is_like(value: object, wanted: object) -> bool:
    """Compare as Jekyll does: as text; a list matches if one of its items does."""
    if wanted is None:
        return value is None
    parts = value if isinstance(value, list) else [] if value is None else [value]
    return text(wanted) in map(text, parts)


def _group_by(value: object, key: object) -> object:
    if not isinstance(value, list):
        return value
    return groups((text(ruby_values.value_at(item, key)), item) for item in value)


def groups(named: Iterable[tuple[object, object]]) -> list[object]:
    """Group (name, item) pairs by name, in the order in which the names first appear."""
    by_name: dict[str, dict[str, Any]] = {}
    for name, item in named:
        group = by_name.setdefault(
            ruby_values.inspected(name), {"name": name, "items": [], "size": 0}
        )
        group["items"].append(item)
        group["size"] += 1
    return [*by_name.values()]


def _push(value: object, item: object) -> object:
    return [*value, item] if isinstance(value, list) else value


def _unshift(value: object, item: object) -> object:
    return [item, *value] if isinstance(value, list) else value


def _pop(value: object, count: object = 1) -> object:
    return value[: max(len(value) - _count(count), 0)] if isinstance(value, list) else value


def _shift(value: object, count: object = 1) -> object:
    return value[_count(count) :] if isinstance(value, list) else value


def _count(written: object) -> int:
    count = int(text(written))
    if count < 0:
        raise FilterError("the count is negative")
    return count


FILTERS: dict[str, Filter] = {
    "compact": _compact,
    "find": _find,
    "group_by": _group_by,
    "map": _map,
    "pop": _pop,
    "push": _push,
    "shift": _shift,
    "sort": _sorted,
    "uniq": _unique,
    "unshift": _unshift,
    "where": _where,
}
