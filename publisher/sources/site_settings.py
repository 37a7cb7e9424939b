"""A site's own settings -> texts, lists and maps. Programs are read, and never run.

Of Python only what is written as a literal is taken: a name may stand for a literal above it.
"""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from publisher.errors import ConfigError
from publisher.sources.front_matter import formats
from publisher.system.symlinks import LinkError
from publisher.text import yaml_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from publisher.system.symlinks import Reach
    from publisher.text.yaml_document import Value

MAX_BYTES = 1024 * 1024


def read(file: Path, reach: Reach) -> dict[str, Value]:
    """The settings in a YAML, TOML, JSON or Python file. Raises ConfigError."""
    text = _text(file, reach)
    try:
        match file.suffix:
            case ".toml":
                return formats.toml_values(text)
            case ".json":
                return formats.json_values(text)
            case ".py":
                return _literals(text)
            case _:
                value = yaml_document.read(text).with_plain_scalars
                return value if isinstance(value, dict) else {}
    except yaml_document.YamlError as error:
        raise ConfigError(f"{file}:{error.line}: not YAML: {error.message}") from error
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from error


def data(file: Path, reach: Reach) -> bytes:
    """What a file of the site holds. Raises ConfigError."""
    try:
        found = reach.read(file)
    except LinkError as error:
        raise ConfigError(f"{file} {error.message}") from error
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
    if len(found) > MAX_BYTES:
        raise ConfigError(f"{file}: has {len(found)} bytes, at most {MAX_BYTES} are read")
    return found


def _text(file: Path, reach: Reach) -> str:
    try:
        return data(file, reach).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8; save it with that encoding") from error


def find(folder: Path, names: Iterable[str]) -> Path | None:
    """The first of the files that is there."""
    return next((folder / name for name in names if _is_there(folder / name)), None)


def _is_there(file: Path) -> bool:
    """What cannot be looked at is there: whoever reads it says why not."""
    try:
        return file.is_file()
    except OSError:
        return True


def text(settings: Mapping[str, Value], *keys: str) -> str | None:
    """The text at a path of keys; None if there is none."""
    value: Value = dict(settings)
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value.strip() or None if isinstance(value, str) else None


def section(settings: Mapping[str, Value], *keys: str) -> dict[str, Value]:
    """The map at a path of keys; empty if there is none."""
    value: Value = dict(settings)
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def texts(settings: Mapping[str, Value], key: str) -> list[str]:
    """The texts of a list, or the one text."""
    value = settings.get(key)
    parts = value if isinstance(value, list) else [value]
    return [part for part in parts if isinstance(part, str) and part]


def folded(value: dict[str, Value]) -> dict[str, Value]:
    """The same with the keys of all maps in small letters."""
    return {
        key.lower(): folded(part) if isinstance(part, dict) else part for key, part in value.items()
    }


def _literals(text: str) -> dict[str, Value]:
    """What a Python module assigns to names at its top level, as far as it is written out."""
    found: dict[str, object] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an odd escape in it is not for us to tell
        tree = ast.parse(text)
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                _assign(found, name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                _assign(found, name, value)
            case _:
                pass
    return formats.as_values(found)


def _assign(found: dict[str, object], name: str, value: ast.expr) -> None:
    """What is computed is not known, also where it was known before."""
    try:
        found[name] = ast.literal_eval(_Names(found).visit(value))
    except (ValueError, TypeError, SyntaxError, RecursionError):
        found.pop(name, None)


class _Names(ast.NodeTransformer):
    """Puts literals in the place of the names that stand for them."""

    def __init__(self, known: Mapping[str, object]) -> None:
        self._known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        known = self._known.get(node.id)
        return ast.Constant(known) if isinstance(known, str | int | float | bool) else node
