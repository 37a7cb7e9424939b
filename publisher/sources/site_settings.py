"""Read the settings of a site generator as texts, lists and maps. Programs are never run.

From a Python file only literals are taken, and names that were assigned a literal above.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.config.find import OLD_NAME, is_ours
from publisher.errors import ConfigError
from publisher.sources.front_matter import formats
from publisher.sources.front_matter.typed_values import FALSE, TRUE
from publisher.system import disk_traces
from publisher.system.reasons import permission_advice, reason
from publisher.system.symlinks import LinkError
from publisher.text import merge_conflicts, python_settings, yaml_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from publisher.system.symlinks import Reach
    from publisher.text.yaml_document import Value

MAX_BYTES = 1024 * 1024


def read(file: Path, reach: Reach) -> dict[str, Value]:
    """The settings in a YAML, TOML, JSON or Python file. Raises ConfigError."""
    value = parsed(file, text_of(file, reach))
    if isinstance(value, dict):
        return value
    if file.suffix == ".json":
        raise ConfigError(f"{file}:1: cannot be read: must be keys with values")
    return {}


def parsed(file: Path, text: str) -> Value:
    """The value in the text of a file. Raises ConfigError."""
    try:
        match file.suffix:
            case ".toml":
                return formats.toml_values(text)
            case ".json":
                return formats.json_value(text)
            case ".py":
                tree = python_settings.syntax_tree(text)
                return formats.as_values(python_settings.literals(tree))
            case _:
                return yaml_document.read(text).with_plain_scalars
    except yaml_document.YamlError as error:
        raise ConfigError(f"{file}:{error.line}: {error.predicate}") from error
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        problem, line = formats.fault(error, text)
        raise ConfigError(f"{file}:{line}: cannot be read: {problem}") from error


def data(file: Path, reach: Reach) -> bytes:
    """The bytes of a file of the site. Raises ConfigError."""
    try:
        content = reach.read(file)
    except LinkError as error:
        raise ConfigError(f"{file} {error.message}") from error
    except PermissionError as error:
        raise ConfigError(
            f"{file}: cannot be read: {reason(error)}; {permission_advice(file)}"
        ) from error
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {reason(error)}; repair it") from error
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{file}: has {len(content)} bytes; the limit is {MAX_BYTES}")
    return content


def text_of(file: Path, reach: Reach) -> str:
    """The text of a file of the site. Raises ConfigError."""
    try:
        text = data(file, reach).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8; save it in that encoding") from error
    line = merge_conflicts.line_of(text)
    if line is not None:
        raise ConfigError(f"{file}:{line}: {merge_conflicts.MESSAGE}")
    return text


def readable_text(file: Path, reach: Reach) -> str:
    """The text of a file; empty if it cannot be read: whoever needs the file reports that."""
    try:
        return data(file, reach).decode("utf-8", "replace")
    except ConfigError:
        return ""


def readable(file: Path, reach: Reach) -> dict[str, Value]:
    """The settings in a file; empty if it cannot be read: whoever needs them reports that."""
    try:
        return read(file, reach)
    except ConfigError:
        return {}


def shown(error: ConfigError, site: Path) -> str:
    """The error about a file of the site, whose path is the one below the site."""
    return str(error).removeprefix(f"{site}/")


def find(folder: Path, names: Iterable[str]) -> Path | None:
    """The first of the files that exists in the folder, and is no configuration of publisher."""
    return next((folder / name for name in names if _exists(folder / name)), None)


def _exists(file: Path) -> bool:
    disk_traces.note(file)
    try:
        return file.is_file() and not (file.name == OLD_NAME and is_ours(file))
    except OSError:  # e.g. permission denied: reading the file will report the error
        return True


def text(settings: Mapping[str, Value], *keys: str) -> str | None:
    """The text at a path of keys; None if there is none."""
    value: Value = settings if isinstance(settings, dict) else dict(settings)
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value.strip() or None if isinstance(value, str) else None


def is_true(settings: Mapping[str, Value], *keys: str) -> bool:
    """Whether the value at a path of keys is true; one that is no boolean is not false either."""
    return text(settings, *keys) in TRUE


def is_false(settings: Mapping[str, Value], *keys: str) -> bool:
    return text(settings, *keys) in FALSE


def section(settings: Mapping[str, Value], *keys: str) -> dict[str, Value]:
    """The map at a path of keys; empty if there is none."""
    value: Value = settings if isinstance(settings, dict) else dict(settings)
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def listed(settings: Mapping[str, Value], key: str) -> list[Value]:
    """The list with this key; empty if there is none."""
    value = settings.get(key)
    return value if isinstance(value, list) else []


def texts(settings: Mapping[str, Value], key: str) -> list[str]:
    """The texts in a list, or a single text."""
    parts = listed(settings, key) or [settings.get(key)]
    return [part for part in parts if isinstance(part, str) and part]


def put(data: dict[str, Value], keys: list[str], value: Value) -> None:
    """Set the value at a path of keys; what is no map on the way becomes one."""
    for key in keys[:-1]:
        known = data.get(key)
        inner = known if isinstance(known, dict) else {}
        data[key], data = inner, inner
    data[keys[-1]] = value


def folded(value: dict[str, Value]) -> dict[str, Value]:
    """The value with the keys of all maps in lower case."""
    return {
        key.lower(): folded(part) if isinstance(part, dict) else part for key, part in value.items()
    }
