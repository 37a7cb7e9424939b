"""The house: which room may import which."""

from __future__ import annotations

import ast
import typing
from pathlib import Path, PurePath

import pytest

from publisher.config import Engine
from publisher.config.keys import OUTPUT_FOLDERS
from tests.support import ROOT

PACKAGE = ROOT / "publisher"

# Highest first. A room imports only from lower layers; the rooms of one layer do not import each
# other. `__init__` is the package itself, whose public names import `api` when they are used.
LAYERS = (
    ("__main__", "pelican_plugin"),
    ("cli",),
    ("__init__",),
    ("api",),
    ("app",),
    ("lint", "xmpp"),
    ("sync",),
    ("feeds",),
    ("selection", "rendering"),
    ("entry",),
    ("identity",),
    ("content", "sources", "media"),
    ("post",),
    ("config",),
    ("text", "system"),
    ("errors",),
)
# The rooms within sources/built, highest first; "" stands for the modules that are in none.
ROOMS_OF_BUILT = ("",), ("finding", "learning"), ("state",), ("bodies", "folder"), ("pages",)
LAYER = {room: number for number, rooms in enumerate(LAYERS) for room in rooms}
# What every room may take from the package itself.
FACTS = {"__file__", "__version__"}

# The one room or module that imports a library that matters; two for a library with two uses.
IMPORTERS: dict[str, str | tuple[str, ...]] = {
    "rich": "cli",
    "slixmpp": "xmpp",
    "feedgen": "feeds",
    "sqlite3": "system/database.py",
    "docutils": "content/rst",
    "markdown": "content/markup",
    "markdown_it": "content/markup",
    "emoji": "content/markup/emojis.py",
    "liquid": ("content/templates", "text/liquid_lines.py"),  # bodies; permalinks, without bodies
    "mutagen": "media.py",
    "feedparser": "sources/feed/xml_feed.py",
    "cssselect": "text/css_selectors.py",
    "regex": "text/site_patterns.py",
    "unidecode": "text/transliteration.py",
    "starlette": "app/serve",
    "uvicorn": "app/serve",
}

DYNAMIC_IMPORTS = {
    "__import__", "builtins", "eval", "exec", "find_spec", "import_module", "resolve_name",
    "run_module", "run_path", "sys.modules",
}  # fmt: skip
# One imports the chosen command, the other slixmpp without parts of it.
IMPORTERS_AT_RUN_TIME = {PurePath("cli/main.py"), PurePath("xmpp/lean_slixmpp.py")}
TERMINAL = {
    "argparse", "input", "print", "sys.__stderr__", "sys.__stdout__", "sys.argv", "sys.stderr",
    "sys.stdin", "sys.stdout",
}  # fmt: skip
# The password command of the user may have something to say. Pelican's own arguments tell whether
# it is in development.
TERMINAL_USERS = {"xmpp/password.py": {"sys.stderr"}, "pelican_plugin.py": {"sys.argv"}}

MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def parsed(path: Path) -> ast.Module:
    return ast.parse((PACKAGE / path).read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """Every module and every name that a module of ours imports, as dotted names."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(module)):
                names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return names


def expressions(path: Path) -> set[str]:
    """Every name that a module of ours uses or imports, and every attribute as `object.name`.

    An object that is a module has the module's own name, whatever `import ... as` calls it.
    """
    return imported(path) | expressions_of(parsed(path))


def expressions_of(tree: ast.Module) -> set[str]:
    modules = {
        alias.asname: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.asname
    }
    texts = {
        ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute)
    }
    parts = (text.partition(".") for text in texts)
    return {modules.get(first, first) + dot + rest for first, dot, rest in parts}


def rooms_used(path: Path) -> set[str]:
    """The rooms that a module uses; `__init__` for a name of the package itself."""
    names = {name.split(".")[1] for name in expressions(path) if name.startswith("publisher.")}
    return {name if name in LAYER else "__init__" for name in names - FACTS}


def test_every_room_is_in_a_layer() -> None:
    assert {room(path) for path in MODULES} == {*LAYER}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_room_imports_only_from_lower_layers(path: Path) -> None:
    own = room(path)
    assert not {other for other in rooms_used(path) - {own} if LAYER[other] <= LAYER[own]}


def test_the_rooms_of_built_pages_are_layers_too() -> None:
    built = PurePath("sources/built")
    layer = {name: number for number, names in enumerate(ROOMS_OF_BUILT) for name in names}
    upward = set()
    for path in (path for path in MODULES if path.is_relative_to(built)):
        own = path.relative_to(built).parent.name
        used = {name.split(".")[3] for name in modules_imported(path) if is_in_built(name)}
        for other in {name if name in layer else "" for name in used} - {own}:
            if layer[other] <= layer[own]:
                upward.add(f"{path}: {other or built}")
    assert upward == set()


def is_in_built(module: str) -> bool:
    return module.startswith("publisher.sources.built.")


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_the_layers_of_all_imports_can_be_seen(path: Path) -> None:
    """No import is relative, renames the package, or has a name that is known only at run time."""
    for node in ast.walk(parsed(path)):
        match node:
            case ast.ImportFrom(level=level):
                assert level == 0
            case ast.Import(names=aliases):
                ours = [alias for alias in aliases if alias.name.split(".")[0] == "publisher"]
                assert [(alias.name, alias.asname) for alias in ours] in ([], [("publisher", None)])
            case _:
                pass
    dynamic = dynamic_imports(expressions(path))
    assert not dynamic or path in IMPORTERS_AT_RUN_TIME


def dynamic_imports(names: set[str]) -> set[str]:
    return (names | {name.rpartition(".")[2] for name in names}) & DYNAMIC_IMPORTS


@pytest.mark.parametrize(
    "code",
    [
        "import sys as s\ns.modules['publisher.cli']",
        "import builtins\nbuiltins.__dict__",
        "import importlib as i\ni.import_module('publisher.cli')",
        "import builtins as b\nb.eval('1')",
    ],
)
def test_an_import_at_run_time_is_seen_behind_another_name(code: str) -> None:
    assert dynamic_imports(expressions_of(ast.parse(code)))


@pytest.mark.parametrize(
    "code", ["import sys as s\ns.stdout.write('x')", "import sys\nsys.argv", "print('x')"]
)
def test_the_use_of_the_terminal_is_seen_behind_another_name(code: str) -> None:
    assert expressions_of(ast.parse(code)) & TERMINAL


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_takes_single_names_from_the_package(path: Path) -> None:
    """Not the package itself as a value: `getattr` could find any room in it."""
    nodes = list(ast.walk(parsed(path)))
    uses = [node for node in nodes if isinstance(node, ast.Name) and node.id == "publisher"]
    names = [node.value for node in nodes if isinstance(node, ast.Attribute)]
    assert all(use in names for use in uses)


@pytest.mark.parametrize(
    "path", [path for path in MODULES if room(path) not in {"cli", "__main__"}], ids=str
)
def test_only_the_command_line_parses_arguments_and_prints(path: Path) -> None:
    assert expressions(path) & TERMINAL <= TERMINAL_USERS.get(str(path), set())


@pytest.mark.parametrize("library", IMPORTERS)
def test_a_library_has_one_importer(library: str) -> None:
    importers = {
        path for path in MODULES if any(n.split(".")[0] == library for n in imported(path))
    }
    named = IMPORTERS[library]
    places = [Path(named)] if isinstance(named, str) else [*map(Path, named)]
    assert importers
    assert {path for path in importers if not any(map(path.is_relative_to, places))} == set()


def test_only_its_own_module_and_the_configuration_name_an_engine() -> None:
    """What others must know of an engine is in its record, or travels in the posts."""
    engines = {*typing.get_args(Engine)}
    named = {path: found for path in MODULES if (found := engines & strings(path))}
    own = {path: found for path, found in named.items() if path.parent != PurePath("config")}
    assert own == {PurePath(f"sources/engines/{name}.py"): {name} for name in engines}


def test_the_output_folder_of_every_engine_is_known() -> None:
    assert {*OUTPUT_FOLDERS} == {*typing.get_args(Engine)}


def test_no_two_public_classes_have_one_name() -> None:
    """Else a reader who meets the name has to look up which of them is meant."""
    modules: dict[str, list[str]] = {}
    for path in MODULES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                modules.setdefault(node.name, []).append(str(path))
    assert {name: where for name, where in modules.items() if len(where) > 1} == {}


def strings(path: Path) -> set[str]:
    """The string literals of a module."""
    tree = ast.parse((PACKAGE / path).read_text(encoding="utf-8"))
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


# The modules and folders that only compute: the same arguments give the same result.
PURE = (
    "app/hooks/quoting.py", "app/hooks/wishes.py", "app/watch/agenda.py",
    "app/watch/burst.py", "app/watch/removals.py",
    "content", "entry", "errors.py", "feeds/document.py", "identity", "lint/post_urls.py",
    "lint/built", "lint/clients", "lint/generator_syntax.py", "lint/selections.py", "selection.py",
    "sources/built",
    "sources/feed/earlier_ids.py", "sources/feed/item_source.py", "sources/feed/items.py",
    "sources/feed/repair.py", "sources/feed/unread_elements.py", "sources/feed/web_page.py",
    "sources/front_matter/block.py",
    "sources/front_matter/docinfo.py", "sources/front_matter/formats.py",
    "sources/front_matter/headers.py",
    "sources/front_matter/open_fences.py", "sources/front_matter/source_forms.py",
    "sources/front_matter/source_keys.py", "sources/front_matter/source_text.py", "sync/changes.py",
    "sync/decide.py", "sync/desired.py", "sync/guard.py", "sync/rename_hints.py", "sync/item.py",
    "sync/edit_or_correction.py", "sync/ledger_plan.py", "sync/ledger_records.py",
    "sync/moved_site.py", "sync/node.py", "sync/ownership.py", "sync/plan.py",
    "sync/plan_notes.py", "sync/policy.py", "sync/reappeared.py",
    "sync/renames.py", "sync/rights.py", "sync/room.py", "sync/shown_text.py", "sync/skipped.py",
    "sync/text_hash.py", "sync/white_space.py", "text",
)  # fmt: skip
# The cache of rendered posts is in files; the renderer uses it. Built pages are files, too.
IMPURE = {
    PurePath("content/cache.py"), PurePath("content/post_renderer.py"),
    *(PurePath(f"sources/built/{name}.py") for name in (
        "__init__", "finding/page_names", "finding/page_search", "finding/placement",
        "finding/left_pages", "finding/source_times", "finding/word_search", "finding/words_cache",
        "folder/home_links", "folder/output_folder", "folder/source_files", "folder/wholeness",
        "doubtful_pages", "earlier_pages", "lost_dates", "outcomes", "page_bodies",
        "page_post_reader",
        "page_posts", "page_reader", "read_pages", "site",
        "state/known_pages", "state/page_memory", "state/memory_schema", "state/recollection",
    )),
}  # fmt: skip
PURE_MODULES = [
    path for path in MODULES if path not in IMPURE and any(map(path.is_relative_to, PURE))
]

# What opens, looks at or changes files, and what reads the clock, the environment or chance.
# `io` is missing: a StringIO is memory; its functions that open files are among the calls.
IMPURE_MODULES = {
    "asyncio", "concurrent", "fcntl", "fileinput", "ftplib", "getpass", "glob", "http", "locale",
    "logging", "mmap", "multiprocessing", "os", "platform", "publisher.content.cache",
    "publisher.content.post_renderer", "publisher.system", "random", "secrets", "select",
    "selectors", "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl", "subprocess", "sys",
    "tempfile", "threading", "time", "urllib.request", "uuid",
}  # fmt: skip
IMPURE_CALLS = {"FileIO", "getenv", "open", "open_code"}
# Methods of paths and clocks, whether they are called at once or handed on.
IMPURE_ATTRIBUTES = {
    "chmod", "cwd", "expanduser", "getenv", "glob", "hardlink_to", "home", "is_dir",
    "is_file", "is_symlink", "iterdir", "lstat", "mkdir", "now", "open", "read_bytes", "read_text",
    "readlink", "rename", "resolve", "rglob", "rmdir", "samefile", "stat", "symlink_to", "today",
    "touch", "unlink", "utcnow", "walk", "write_bytes", "write_text",
}  # fmt: skip
# What a pure module may take from modules that are not: values, and questions about them. The
# configuration also gives its own values.
PURE_NAMES = {
    "publisher.config": {"is_iri", "is_language", "is_person_uri", "is_web_url"},
    "publisher.feeds": {"ATOM", "MEDIA", "FeedDocument", "atom_entry", "is_full", "page_url"},
    "publisher.media": {"COVERS", "Enclosure", "chosen"},
    "publisher.rendering": {"Rendered"},
    "publisher.sources.built.read_pages": {"ReadPage"},
    "publisher.sources.built.state.page_memory": {"PostMemory"},
    "publisher.sources.built.folder.output_folder": {"Signature"},
    "publisher.sources.front_matter.typed_values": {"language_tag", "one_line", "unique"},
}
VALUES = {
    "publisher.config": (Path("config/keys.py"), Path("config/node_fields.py")),
    "publisher.post": tuple(path for path in map(Path, MODULES) if path.parent == Path("post")),
}


def test_every_pure_place_exists() -> None:
    """Else a module that was moved would no longer be checked."""
    assert [place for place in PURE if not (PACKAGE / place).exists()] == []
    assert {*MODULES} >= IMPURE


def test_a_module_that_says_that_it_is_pure_is_checked() -> None:
    says = {path for path in MODULES if "Pure" in (ast.get_docstring(parsed(path)) or "")}
    assert says <= {*PURE_MODULES}


@pytest.mark.parametrize("path", PURE_MODULES, ids=str)
def test_a_pure_module_touches_neither_files_nor_the_clock(path: Path) -> None:
    tree = parsed(path)
    places = {
        place
        for name in imported(path)
        for place in IMPURE_MODULES
        if name == place or name.startswith(f"{place}.")
    }
    assert (places, impure_uses(tree), names_not_pure(tree)) == (set(), set(), set())


def impure_uses(tree: ast.Module) -> set[str]:
    """The calls and attributes of a module that a pure one does not have."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
                found.add(name)
            case ast.Attribute(attr=name) if name in IMPURE_ATTRIBUTES:
                found.add(ast.unparse(node))
            # Without a call it is an attribute of a value, e.g. of a node's state.
            case ast.Call(func=ast.Attribute(attr="exists")):
                found.add(ast.unparse(node))
            # `str.replace` has two arguments, `Path.replace` one.
            case ast.Call(func=ast.Attribute(attr="replace"), args=[_], keywords=[]):
                found.add(ast.unparse(node))
            case _:
                pass
    return found


def names_not_pure(tree: ast.Module) -> set[str]:
    """What a module takes from our modules that are neither pure nor hold nothing but values."""
    pure = {dotted(path) for path in PURE_MODULES}
    names = {
        (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "publisher"
        for alias in node.names
    }
    # Of a module that is imported as a whole count the names that are used.
    attributes = (text.split(".") for text in expressions_of(tree) if text.count(".") == 1)
    used = {(first, rest) for first, rest in attributes}
    whole = {(module, name) for module, name in names if f"{module}.{name}" in PURE_NAMES}
    names |= {
        (f"{module}.{name}", rest)
        for module, name in whole
        for first, rest in used
        if first == name
    }
    return {
        f"{module}.{name}"
        for module, name in names - whole
        if not {module, f"{module}.{name}"} & pure and name not in pure_names(str(module))
    }


def pure_names(module: str) -> set[str]:
    own = set().union(*map(names_defined, VALUES.get(module, ())))
    return own | PURE_NAMES.get(module, set())


def names_defined(path: Path) -> set[str]:
    """The classes and constants of a module, and its functions."""
    found: set[str] = set()
    for node in parsed(path).body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                found.add(name)
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.Assign(targets=targets):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
            case _:
                pass
    return found


@pytest.mark.parametrize(
    "code",
    [
        "p.exists()",
        "p.is_symlink()",
        "p.resolve().lstat()",
        "map(Path.read_text, paths)",
        "p.replace(other)",
        "Path.cwd()",
        "open('x')",
    ],
)
def test_a_look_at_a_file_is_seen(code: str) -> None:
    assert impure_uses(ast.parse(code))


@pytest.mark.parametrize("code", ["a.replace('b', 'c')", "replace(post, name='x')", "state.exists"])
def test_what_only_looks_like_a_path_is_no_look_at_a_file(code: str) -> None:
    assert not impure_uses(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "from publisher.config import load",
        "from publisher.media import measure",
        "from publisher import media\nmedia.measure(x)",
        "from publisher import sources",
        "from publisher.sync import look",
    ],
)
def test_a_pure_module_takes_only_values_from_the_others(code: str) -> None:
    assert names_not_pure(ast.parse(code))


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Not even for its types: modules that need each other are one module, or lack a third."""
    left = {dotted(path): modules_imported(path) for path in MODULES if len(path.parts) > 1}
    while free := [name for name, used in left.items() if not used & {*left}]:
        for name in free:
            del left[name]
    assert not left


def modules_imported(path: Path) -> set[str]:
    """The modules whose names a module uses; a package counts only for names of its own."""
    modules = {dotted(path) for path in MODULES}
    return {
        module
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        for whole in [f"{node.module}.{alias.name}"]
        for module in [whole if whole in modules else str(node.module)]
    } - {dotted(path)}


def dotted(path: Path) -> str:
    return ".".join(("publisher", *path.with_suffix("").parts)).removesuffix(".__init__")
