"""Divide the lines of front matter into those of each key, for `source_text`.

Never change the results: the next run would take every published post that they concern for edited.
`test_the_source_of_a_text_never_changes` holds them. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Maps with keys of any kind, among them some of those above.
CONTAINERS = frozenset({"extra", "params", "cascade"})
YAML_KEY = re.compile(
    r"""([ \t]*(?:-[ \t]+)?)(["']?)([^\s"':#{}\[\],&*!|>%@`-][^"':]{0,99}?)\2[ \t]*:(?=[ \t]|$)"""
)
_BLOCK_SCALAR = re.compile(r"[|>][-+0-9]*[ \t]*(?:#.*)?$")
_TOML_TABLE = re.compile(r"""[ \t]*\[{1,2}([\w."' \t-]{1,200})\]{1,2}[ \t]*(?:#.*)?""")
_TOML_KEY = re.compile(r"""[ \t]*([\w."'-]{1,200})[ \t]*=""")
_FLOW = re.compile(
    r"""(?<=[\[{,:=])[ \t\n]*(?:"(?:[^"\\]|\\.)*"|'[^']*')|[\[\]{},:=]|[^\[\]{},:=]+""", re.DOTALL
)
_FLOW_KEY = re.compile(r"""["']?([^"':=]{1,100})["']?\s*[:=]""")


def yaml_keys(lines: Sequence[str], above: str = "") -> dict[str, str]:
    """The lines of each key of a YAML map. Comments on lines of their own do not count."""
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    if first.lstrip().startswith("{"):
        return flow_keys("\n".join(lines), above)
    found = YAML_KEY.match(first)
    indent = len(found[1]) if found else 0
    blocks: list[tuple[str, list[str]]] = []
    for line in lines:
        match = YAML_KEY.match(line)
        if match and len(match[1]) == indent:
            blocks.append((above + match[3].strip().lower(), [line]))
        elif blocks and not (indent == 0 and line.startswith("#")):
            blocks[-1][1].append(line)
    return _joined(part for key, block in blocks for part in _yaml_parts(key, block))


def _yaml_parts(key: str, block: list[str]) -> Iterable[tuple[str, str]]:
    """The key with its lines, or the keys inside of a container."""
    if not _BLOCK_SCALAR.search(block[0]):
        block = [line for line in block if not line.lstrip().startswith("#")]
    value = block[0].partition(":")[2].strip()
    if key.rpartition(".")[2] in CONTAINERS:
        if value.startswith("{"):
            return flow_keys(block[0].partition(":")[2] + "\n".join(block[1:]), f"{key}.").items()
        if not value or value.startswith(("&", "#")):
            return yaml_keys(block[1:], f"{key}.").items()
    return [(key, _text(block))]


def toml_keys(lines: Sequence[str]) -> dict[str, str]:
    """The lines of each key of TOML; in a table the key is a path."""
    table, quotes = "", ""
    blocks: list[tuple[str, list[str]]] = []
    for line in lines:
        if quotes:
            blocks[-1][1].append(line)
            quotes = "" if quotes in line else quotes
            continue
        header, match = _TOML_TABLE.fullmatch(line), _TOML_KEY.match(line)
        if header:
            table = f"{_bare(header[1])}."
        elif match:
            blocks.append((table + _bare(match[1]), [line]))
        elif blocks and not line.lstrip().startswith("#"):
            blocks[-1][1].append(line)
        if blocks and not header:
            quotes = next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")
    return _joined(part for key, block in blocks for part in _toml_parts(key, block))


def _toml_parts(key: str, block: list[str]) -> Iterable[tuple[str, str]]:
    value = block[0].partition("=")[2].lstrip()
    if key in CONTAINERS and value.startswith("{"):
        return flow_keys("\n".join([value, *block[1:]]), f"{key}.").items()
    return [(key, _text(block))]


def _bare(key: str) -> str:
    return re.sub(r"[\"'\s]", "", key).lower()


def json_keys(lines: Sequence[str]) -> dict[str, str]:
    return flow_keys("\n".join(lines).strip())


def member_keys(lines: Sequence[str]) -> dict[str, str]:
    return flow_keys("{" + "\n".join(lines) + "}")


def flow_keys(text: str, above: str = "") -> dict[str, str]:
    """The parts of a map in braces: JSON, a flow mapping of YAML, an inline table of TOML."""
    parts: list[list[str]] = [[]]
    depth = 0
    for sign in _FLOW.findall(text):
        depth -= sign in {"]", "}"}
        if depth == 1 and sign == ",":
            parts.append([])
        elif depth > 0:
            parts[-1].append(sign)
        elif parts[-1]:
            break
        depth += sign in {"[", "{"}
    return _joined(pair for part in parts for pair in _flow_parts("".join(part).strip(), above))


def _flow_parts(part: str, above: str) -> Iterable[tuple[str, str]]:
    match = _FLOW_KEY.match(part)
    if not match:
        return []
    key = above + match[1].strip().lower()
    value = part[match.end() :].strip()
    if key.rpartition(".")[2] in CONTAINERS and value.startswith("{"):
        return flow_keys(value, f"{key}.").items()
    return [(key, " ".join(value.split()))]


def end_of_braces(text: str) -> int:
    """The index behind the brace that closes the first one of the text."""
    depth = at = 0
    for sign in _FLOW.findall(text):
        at += len(sign)
        depth += (sign in {"[", "{"}) - (sign in {"]", "}"})
        if depth == 0 and sign.strip():
            break
    return at


def block_keys(lines: Sequence[str], key: re.Pattern[str]) -> dict[str, str]:
    """The lines of each key; a line without a key continues the one above."""
    blocks: list[tuple[str, list[str]]] = []
    for line in lines:
        if match := key.fullmatch(line):
            blocks.append((match[1].lower(), [line.strip()]))
        elif blocks:
            blocks[-1][1].append(line.strip())
    return _joined((name, _text(block)) for name, block in blocks)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The lines of each key; those of a repeated key one after the other."""
    keys: dict[str, list[str]] = {}
    for key, lines in pairs:
        keys.setdefault(key, []).append(lines)
    return {key: "\n".join(lines) for key, lines in keys.items()}


def _text(block: Sequence[str]) -> str:
    return "\n".join(line.rstrip() for line in block).strip()
