"""The house: who may import whom."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = ROOT / "publisher"
FLOORS = [
    "errors",
    "streams",
    "characters",
    "addresses",
    "instants",
    "symlinks",
    "disk",
    "lock",
    "marked",
    "globs",
    "fences",
    "files",
    "permalink",
    "fetch",
    "config",
    "secret",
    "sources",
    "shown",
    "rest",
    "markup",
    "render",
    "kept",
    "links",
    "templates",
    "media",
    "claims",
    "entry",
    "check",
    "selection",
    "feed",
    "item",
    "page",
    "outputs",
    "readers",
    "plan",
    "hints",
    "ledger",
    "hub",
    "publish",
    "pubsub",
    "commands",
    "cli",
    "api",
    "__main__",
]
ONLY = {
    "slixmpp": "pubsub",
    "feedgen": "feed",
    "sqlite3": "ledger",
    "docutils": "rest",
    "markdown": "markup",
    "markdown_it": "markup",
    "liquid": "templates",
    "mutagen": "media",
    "feedparser": "sources",
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def floor(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Every module and every name that a file imports, as dotted names."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(module)):
                names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return names


def test_every_module_has_its_floor() -> None:
    assert {floor(path) for path in MODULES} == {*FLOORS, "__init__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_those_above_it(path: Path) -> None:
    own = floor(path)
    if own == "__init__":
        return
    used = {name.split(".")[1] for name in imported(path) if name.startswith("publisher.")}
    below = {name for name in used & set(FLOORS) if FLOORS.index(name) > FLOORS.index(own)}
    assert not below


@pytest.mark.parametrize("library", ONLY)
def test_a_library_has_one_importer(library: str) -> None:
    importers = {floor(p) for p in MODULES if any(n.split(".")[0] == library for n in imported(p))}
    assert importers == {ONLY[library]}
