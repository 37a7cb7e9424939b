"""Read the literals that a Python program assigns to names, and where. It is never run. Pure."""

from __future__ import annotations

import ast
import warnings
from ast import walk  # of a tree in memory, unlike that of os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

MAX_JOINED = 100_000  # characters or items
# Methods of lists and maps that change them.
_ADDING = frozenset({"append", "extend", "insert", "pop", "remove", "setdefault", "update"})


def syntax_tree(text: str) -> ast.Module:
    """The syntax tree of a Python module. Raises what `ast.parse` raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # e.g. an invalid escape sequence in the site's program
        return ast.parse(text)


def literals(tree: ast.Module) -> dict[str, object]:
    """The literals that a Python module assigns to names at its top level."""
    literals: dict[str, object] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                _assign(literals, name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                _assign(literals, name, value)
            case ast.AugAssign(target=ast.Name(id=name)):  # e.g. `+=`
                literals.pop(name, None)
            case ast.Import() | ast.ImportFrom() | ast.Delete():
                for name, _ in (*_assigned(node), *_deleted(node)):
                    literals.pop(name, None)
            case _:
                pass
    return literals


def _assign(literals: dict[str, object], name: str, value: ast.expr) -> None:
    """Record the value of a name. A computed value is unknown, and so is the name then."""
    try:
        literals[name] = _value(_Names(literals).visit(value))
    except (ValueError, TypeError, SyntaxError, RecursionError):
        literals.pop(name, None)


def _value(node: ast.expr) -> object:
    """The value of a literal, or of literals that `+` joins. Raises what `literal_eval` raises."""
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            parts = _value(left), _value(right)
            match parts:
                case (str(one), str(other)) if len(one) + len(other) <= MAX_JOINED:
                    return one + other
                case (list(one), list(other)) if len(one) + len(other) <= MAX_JOINED:
                    return [*one, *other]
                case _:
                    return ast.literal_eval(node)
        case _:
            return ast.literal_eval(node)


def computed(tree: ast.Module) -> dict[str, int]:
    """The names whose value is no literal, or not always the one at the top level.

    Each has the first line that says so.
    """
    known = {*literals(tree), *_unset(tree)}
    lines = [one for one in _assigned(tree) if one[0] not in known]
    lines += [one for one in _deleted(tree) if one[0] not in known]
    lines += (one for node in tree.body if not _is_definition(node) for one in _changed(node))
    return dict(sorted(lines, key=lambda named: -named[1]))


def _unset(tree: ast.Module) -> set[str]:
    """The names that are deleted behind their last value, so that they have the default again.

    A value from `import *` may be deleted, too, of which another file says what was before.
    """
    unset: set[str] = set()
    given: set[str] = set()
    for node in tree.body:
        deleted = {name for name, _ in _deleted(node)} if isinstance(node, ast.Delete) else set()
        values = {name for name, _ in _assigned(node)}
        unset = (unset | deleted & given) - values
        given |= values
    return set() if any(unknown_names(tree, ())) else unset


def _is_definition(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _changed(statement: ast.stmt) -> Iterator[tuple[str, int]]:
    """The names that get a value on a condition or in a loop, or whose value gets a part.

    That is so in `A["key"] = 1` and in `A.append(1)`.
    """
    if not isinstance(
        statement,
        ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Import | ast.ImportFrom | ast.Delete,
    ):
        yield from _assigned(statement)
        yield from _deleted(statement)
    for node in walk(statement):
        match node:
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                yield name, node.lineno
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
                if method in _ADDING:
                    yield name, node.lineno
            case _:
                pass


class _Names(ast.NodeTransformer):
    """Replaces names by the literals that were assigned to them."""

    def __init__(self, known: Mapping[str, object]) -> None:
        self._known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        known = self._known.get(node.id)
        return ast.Constant(known) if isinstance(known, str | int | float | bool) else node


def _assigned(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The names that get a value anywhere in the tree, with their lines; by imports, too."""
    for node in walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                # `import a.b` gives a value to `a`.
                yield from ((one.asname or one.name.split(".")[0], node.lineno) for one in names)
            case _:
                pass


def _deleted(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The names that lose their values anywhere in the tree, with their lines."""
    for node in walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
            yield node.id, node.lineno


def open_names(tree: ast.Module, names: Collection[str], read: Collection[str]) -> dict[str, int]:
    """The names that a line of `unknown_names` may set, behind their last literal if they have one.

    Each has the first such line.
    """
    lines = sorted(unknown_names(tree, read))
    known = literals(tree)
    last = {name: line for name, line in _assigned(tree) if name in known}
    found = {name: [line for line in lines if line > last.get(name, 0)] for name in names}
    return {name: after[0] for name, after in found.items() if after}


def unknown_names(tree: ast.Module, read: Collection[str]) -> Iterator[int]:
    """The lines that may give any name a value.

    These are `from other import *`, unless `other` is one of `read`, `exec(...)`, and changes of
    `globals()` and its kin.
    """
    for node in walk(tree):
        match node:
            case ast.ImportFrom(module=module, names=[ast.alias(name="*")]) if module not in read:
                yield node.lineno
            case ast.Call(func=ast.Name(id="exec" | "execfile")):
                yield node.lineno
            case (
                ast.Call(func=ast.Attribute(value=scope))
                | ast.Subscript(value=scope, ctx=ast.Store())
            ) if _is_scope(scope):
                yield node.lineno
            case _:
                pass


def _is_scope(node: ast.expr) -> bool:
    """Whether it is the map of all names."""
    match node:
        case ast.Call(func=ast.Name(id="globals" | "locals" | "vars"), args=[]):
            return True
        case _:
            return False


def line_of(tree: ast.Module, keys: Sequence[str | int]) -> int:
    """The line of the last of the keys in the last assignment to the name that the first key is.

    The keys are in lower case.
    """
    line, value = 1, None
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=found)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as found)
            ) if name.lower() == keys[0]:
                line, value = node.lineno, found
    for key in keys[1:]:
        match value:
            case ast.Dict():
                pairs = zip(value.keys, value.values, strict=True)
                named = [pair for pair in pairs if _is_key(pair[0], key)]
                if not named:
                    return line
                _, value = named[-1]
                line = value.lineno
            case _:
                return line
    return line


def _is_key(node: ast.expr | None, key: str | int) -> bool:
    return isinstance(node, ast.Constant) and str(node.value).lower() == key
