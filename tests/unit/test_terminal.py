"""Nothing that others wrote controls the terminal, forges a line, or breaks `--json`."""

from __future__ import annotations

import ast
import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from publisher.cli import output
from publisher.text.characters import json_printable, printable
from tests.support import ROOT
from tests.support.blog import SECONDS, Blog
from tests.support.terminal import on_terminal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Each hidden character, and how it is shown.
HIDDEN = {
    "\x00": r"\x00",
    "\a": r"\x07",
    "\b": r"\x08",
    "\t": r"\t",
    "\n": r"\n",
    "\r": r"\r",
    "\x1b": r"\x1b",
    "\x7f": r"\x7f",
    "\x85": r"\x85",
    "\x9b": r"\x9b",
    "\xad": r"\xad",
    "\u061c": r"\u061c",
    "\u115f": r"\u115f",
    "\u180e": r"\u180e",
    "\u200b": r"\u200b",
    "\u200d": r"\u200d",
    "\u200e": r"\u200e",
    "\u200f": r"\u200f",
    "\u2028": r"\u2028",
    "\u2029": r"\u2029",
    "\u202a": r"\u202a",
    "\u202e": r"\u202e",
    "\u2060": r"\u2060",
    "\u2066": r"\u2066",
    "\u2069": r"\u2069",
    "\u3164": r"\u3164",
    chr(0xD800): r"\ud800",
    chr(0xDCE9): r"\xe9",
    "\ufeff": r"\ufeff",
    "\ufff9": r"\ufff9",
    "\U000e0041": r"\U000e0041",
}
VISIBLE = (
    "Grüße, 世界! שלום",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a zero width non-joiner
    "\U0001f469\u200d\U0001f4bb \u2764\ufe0f",  # a woman at a computer, a red heart
    "a\xa0b",
)
# What no line of ours contains, whatever it repeats.
CONTROLS = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *"\u202a\u202e\u2066\u2069\u2028"}
# A locale that allows only ASCII, without Python's ways to widen it.
CLOSED = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
LATIN = {"LC_ALL": "C", "PYTHONIOENCODING": "latin-1"}
EVIL = "2026-01-01-e\x1b[2J\u202evil.md"
FORGED = "2026-01-03-line\nerror: forged.md"


@pytest.mark.parametrize("char", HIDDEN, ids=ascii)
def test_a_hidden_character_is_escaped(char: str) -> None:
    assert printable(f"a{char}b") == f"a{HIDDEN[char]}b"


@pytest.mark.parametrize("text", VISIBLE)
def test_other_text_is_shown_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize("text", ["a\u200db", "\u200dé", "é\u200c", "é\u200d\u200dé"])
def test_a_joiner_that_joins_nothing_is_escaped(text: str) -> None:
    assert not {"\u200c", "\u200d"} & {*printable(text)}


def test_a_name_in_utf_8_is_shown_although_the_locale_could_not_decode_it() -> None:
    assert printable(os.fsencode("café").decode("ascii", "surrogateescape")) == "café"
    assert printable(b"\xe2\x80\xae".decode("ascii", "surrogateescape")) == r"\u202e"


@pytest.mark.parametrize("char", HIDDEN, ids=ascii)
def test_json_has_no_hidden_character_and_keeps_the_text(char: str) -> None:
    document = json_printable(json.dumps([f"a{char}b"], ensure_ascii=False))
    assert document.isprintable()
    is_lone = "\ud800" <= char <= "\udfff"  # no other program could read that
    assert json.loads(document) == [f"a{HIDDEN[char] if is_lone else char}b"]


def test_a_line_has_an_end(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_message("x" * 5_000_000)
    assert len(capsys.readouterr().err) < output.MAX_LINE + 100


def test_one_module_prints() -> None:
    """So no other place can forget to escape."""
    printing = set()
    for path in (ROOT / "publisher/cli").glob("*.py"):
        names = {
            ast.unparse(node)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Name | ast.Attribute)
        }
        if names & {"print", "sys.stdout.write", "sys.stderr.write"}:
            printing.add(path.name)
    assert printing == {"output.py"}


@pytest.fixture
def hostile(tmp_path: Path) -> Blog:
    """A blog whose authors write escape sequences wherever they can."""
    blog = Blog(tmp_path / "blog")
    config = (blog.folder / "publisher.yaml").read_text(encoding="utf-8")
    (blog.folder / "publisher.yaml").write_text(
        f"{config}  - {{path: 'tag/{{tag}}.json', format: json}}\n"
        "xmpp:\n  jid: a@blog.example\n  host: 127.0.0.1\n  port: 1\n  password_env: SECRET\n"
        "  nodes: [{service: pubsub.blog.example, node: 'about-{tag}'}]\n",
        encoding="utf-8",
    )
    blog.environment["SECRET"] = "secret"
    title = r'"T\e[31m\u202E"'
    blog.write(
        EVIL,
        "[x](no\u202esuch.md) {% nosuch \x1b[31m %} {{ page.x\u202e | nosuch }}",
        title=title,
        tags=r'["x\e]0;owned\a", "\u202Ey"]',
        author=title,
        image=r'"no\e[2Jsuch.png"',
    )
    values = dict.fromkeys(("date", "id", "slug", "permalink", "language"), title)
    blog.write("2026-01-02-values.md", "Text.", **values)
    blog.write(FORGED, "[x](nosuch.md)", title="Lines")
    blog.write(f"{FORGED}.md", title="Unclosed").write_text("---\ntitle: x\n", encoding="utf-8")
    folder = os.fsencode(blog.posts)
    for name in (b"2026-01-04-caf\xe9.md", b"2026-01-05-\x9b1m.md"):
        with open(folder + b"/" + name, "wb") as file:  # noqa: PTH123 - Path has no bytes
            file.write(b"---\ntitle: x\n---\n")
    return blog


COMMANDS = [
    ("build",),
    ("check", "--readers"),
    ("status",),
    ("plan", "--offline"),
    ("publish", "--retry", "0"),
    ("publish", "--only", EVIL),
    ("build", "--config", EVIL),
    ("node", "show", EVIL),
    ("node", "delete", EVIL, EVIL),
    ("nosuch\x1b[2J",),
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_line_of_a_command_has_control_characters(
    hostile: Blog, arguments: tuple[str, ...]
) -> None:
    run = hostile.run(*arguments)
    lines = (run.out + run.err).split("\n")
    assert any(lines)
    assert not CONTROLS & {*"".join(lines)}
    assert not [line for line in lines if line.startswith("error: forged")]


def test_a_file_of_a_message_about_the_choice_or_the_limit_forges_no_line(hostile: Blog) -> None:
    with (hostile.folder / "publisher.yaml").open("a", encoding="utf-8") as config:
        config.write("pattern_limit: 2\n")
    hostile.write(f"{FORGED}-tags.md", "Text.", tags="[a, b, c, d]")
    hostile.write(f"{FORGED}-draft.md", "Text.", draft="true")
    limit = hostile.run("build").err
    choice = hostile.run("plan", "--offline", "--only", f"{FORGED}-draft.md").err
    assert r"line\nerror: forged.md-tags.md" in limit
    assert r"line\nerror: forged.md-draft.md: this post is not published" in choice
    assert "\nerror: forged" not in limit + choice


def test_the_file_of_a_message_can_be_found(hostile: Blog) -> None:
    run = hostile.run("build")
    assert r"posts/2026-01-01-e\x1b[2J\u202evil.md:" in run.err
    assert r"posts/2026-01-03-line\nerror: forged.md.md:1: the front matter never ends" in run.err
    assert r"posts/2026-01-04-caf\xe9.md: has a name that is not UTF-8" in run.err


@pytest.mark.parametrize("locale", [{}, CLOSED, LATIN], ids=["utf-8", "ascii", "latin-1"])
@pytest.mark.parametrize(
    "arguments", [("build",), ("check", "--readers"), ("status",), ("plan", "--offline")]
)
def test_json_is_utf_8_in_every_locale(
    hostile: Blog, arguments: tuple[str, ...], locale: Mapping[str, str]
) -> None:
    hostile.write("2026-01-06-grüße.md", "Text.", title="Grüße \U0001f600", draft="true")
    done = subprocess.run(
        hostile.command(*arguments, "--json"),
        cwd=hostile.folder,
        env={**os.environ, **hostile.environment, **locale},
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    text = done.stdout.decode("utf-8", "strict")
    whole = json.loads(text)
    assert not (CONTROLS - {"\n"}) & {*text}
    json.dumps(whole, ensure_ascii=False).encode("utf-8", "strict")
    if arguments != ("status",):
        assert "grüße" in text


def test_a_locale_that_cannot_read_a_name_in_utf_8_is_named(tmp_path: Path) -> None:
    """And not the name, which is right."""
    blog = Blog(tmp_path / "blog")
    blog.write("2026-01-01-café.md", "Text.")
    blog.write("2026-01-02-b.md", "Text.")
    run = blog.run("build", environment=CLOSED)
    assert run.code == 1
    assert (
        r"caf\xe9.md: has a name that this locale cannot read; run with LC_ALL=C.UTF-8" in run.err
    )
    assert "rename" not in run.err
    assert blog.run("build", environment={"LC_ALL": "C.UTF-8"}).code == 0
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace("path: posts", "path: blög"))
    run = blog.run("build", environment=CLOSED)
    assert run.code == 2
    assert r"posts.path is 'bl\xf6g'; this locale cannot write it; run with LC_ALL=" in run.err


def test_the_progress_bar_moves_and_nothing_else_does(hostile: Blog) -> None:
    """rich prints our lines above its bar, and must not let their escapes through."""
    shown = on_terminal(hostile.command("check"), hostile.folder)
    assert rb"e\x1b[2J\u202evil.md" in shown
    assert b"\x1b[2J" not in shown
