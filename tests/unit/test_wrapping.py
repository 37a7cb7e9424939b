"""A terminal gets messages with line breaks between words; a file gets one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.text.wrapping import NARROWEST, wrapped
from tests.support.blog import Blog
from tests.support.terminal import on_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

URL = f"https://blog.example/{'long/' * 20}"
WORDS = "one two three four five six seven eight nine ten eleven twelve"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("short", ["short"]),
        ("", [""]),
        (WORDS, ["one two three four five six seven eight", "    nine ten eleven twelve"]),
        (
            f"  - {WORDS}",
            ["  - one two three four five six seven", "      eight nine ten eleven twelve"],
        ),
        (f"the page {URL} is lost", ["the page", f"    {URL}", "    is lost"]),
        (URL, [URL]),
        ("+ new      2026-01-31-a  Title of the new post", [
            "+ new      2026-01-31-a  Title of the", "    new post",
        ]),
        ("warning: my own notes/on a long day.md:12: it has no title", [
            "warning: my own notes/on a long day.md:12:", "    it has no title",
        ]),
        ("waiting: my own notes/on a long day.md: it has no page", [
            "waiting: my own notes/on a long day.md:", "    it has no page",
        ]),
        ("to write all of it, run `publisher init --learn`; or not", [
            "to write all of it, run", "    `publisher init --learn`; or not",
        ]),
        ("next of all: publisher check --config 'my notes/a.yaml' now", [
            "next of all: publisher check --config", "    'my notes/a.yaml' now",
        ]),
        ("題" * 10 + " " + "名" * 15, ["題" * 10, "    " + "名" * 15]),
    ],
)  # fmt: skip
def test_lines_break_between_words(line: str, expected: Sequence[str]) -> None:
    assert wrapped(line, 40).split("\n") == expected


def test_nothing_but_blanks_at_breaks_is_lost_on_any_terminal() -> None:
    for columns in range(200):
        lines = wrapped(f"a  {WORDS}", columns).split("\n")
        assert " ".join(line.strip() for line in lines) == f"a  {WORDS}"
        assert max(map(len, lines)) <= max(columns, NARROWEST)


def test_a_long_quotation_is_text() -> None:
    assert len(wrapped(f"see `{' '.join([WORDS] * 3)}`", 40).split("\n")) > 3


COMMANDS = ["check", "build", "plan", "publish", "status", "check --nonsense"]
NOW = ("--now", "2026-03-01T00:00:00Z")


@pytest.fixture(name="blog")
def _blog(tmp_path: Path) -> Blog:
    """A blog about which commands have much to say: undated notes, faults and skipped files."""
    blog = Blog(tmp_path / "blog")
    for number in range(5):
        name = f"2026-01-0{number + 1}-a-name-of-some-length.md"
        blog.write(name, f"[a link](missing-{number}.md) {WORDS}", title=f"{number} {WORDS}")
        blog.write(f"undated-notes-about-number-{number}.md", title=WORDS)
    blog.write("2026-02-01-broken.md", title="A", date=f"no day {WORDS}")
    return blog


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_breaks_its_lines_on_a_terminal_only(blog: Blog, command: str) -> None:
    arguments = blog.command(*command.split(), *NOW)
    shown = on_terminal(arguments, blog.folder, {"COLUMNS": "60"}).decode().splitlines()
    assert any(line.startswith("    ") for line in shown)
    too_long = [line for line in shown if len(line) > 60 and len(line.split()) > 1]
    assert all(line.endswith("-broken.md:3:") for line in too_long)  # its path is long
    run = blog.run(*command.split(), *NOW)
    assert max(map(len, (run.out + run.err).splitlines())) > 60


def test_a_question_and_notes_of_init_break_their_lines_too(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog")
    (blog.folder / "publisher.yaml").unlink()
    arguments = blog.command("init", "--posts", "posts")
    shown = on_terminal(arguments, blog.folder, {"COLUMNS": "40"}, typed=b"\n").decode()
    asked, said = shown.strip().split("blog.example? ")
    assert asked.splitlines()[1] == "    is it, e.g. https://"
    assert len(said.splitlines()) > 1
    assert max(map(len, (*asked.splitlines(), *said.splitlines()))) <= 40
