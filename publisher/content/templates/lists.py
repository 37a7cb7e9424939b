"""What filters make of lists. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from publisher.content.templates import values
from publisher.content.templates.values import FilterError, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.content.templates.values import Filter


def _map(value: object, key: object) -> list[object]:
    return [values.part_of(item, key) for item in values.flat(value)]


def _compact(value: object, key: object = None) -> list[object]:
    named = ((one, one if key is None else values.part_of(one, key)) for one in values.flat(value))
    return [one for one, part in named if part is not None]


def _unique(value: object, key: object = None) -> list[object]:
    found: dict[str, object] = {}
    for item in values.flat(value):
        told = item if key is None else values.part_of(item, key)
        found.setdefault(values.inspected(told), item)
    return [*found.values()]


def _sorted(value: object, key: object = None, nils: object = "first") -> list[object]:
    if value is None or nils not in {"first", "last"}:
        raise FilterError("it cannot be sorted so")

    def named(item: object) -> object:
        return item if key is None else values.found_at(item, key)

    return values.ordered(values.flat(value), named, nils_first=nils == "first")


def _where(value: object, key: object, wanted: object = None) -> object:
    if not key or isinstance(wanted, list | dict) or not isinstance(value, list | dict):
        return value
    return [item for item in items(value) if _is_like(values.found_at(item, key), wanted)]


def _find(value: object, key: object, wanted: object = None) -> object:
    found = _where(value, key, wanted)
    return next(iter(found), None) if isinstance(found, list) else found


def items(value: object) -> list[object]:
    """What Jekyll's filters go through: a list, or the values of a map."""
    if isinstance(value, dict):
        return [*value.values()]
    return value if isinstance(value, list) else []


def _is_like(found: object, wanted: object) -> bool:
    """As Jekyll compares: as texts; a list if one of it is like that."""
    if wanted is None:
        return found is None
    parts = found if isinstance(found, list) else [] if found is None else [found]
    return text(wanted) in map(text, parts)


def _group_by(value: object, key: object) -> object:
    if not isinstance(value, list):
        return value
    return groups((text(values.found_at(item, key)), item) for item in value)


def groups(named: Iterable[tuple[object, object]]) -> list[object]:
    """Of (name, item): each name once, in their order."""
    found: dict[str, dict[str, Any]] = {}
    for name, item in named:
        group = found.setdefault(values.inspected(name), {"name": name, "items": [], "size": 0})
        group["items"].append(item)
        group["size"] += 1
    return [*found.values()]


def _push(value: object, one: object) -> object:
    return [*value, one] if isinstance(value, list) else value


def _unshift(value: object, one: object) -> object:
    return [one, *value] if isinstance(value, list) else value


def _pop(value: object, count: object = 1) -> object:
    return value[: max(len(value) - _count(count), 0)] if isinstance(value, list) else value


def _shift(value: object, count: object = 1) -> object:
    return value[_count(count) :] if isinstance(value, list) else value


def _count(written: object) -> int:
    found = int(text(written))
    if found < 0:
        raise FilterError("it is no count")
    return found


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
