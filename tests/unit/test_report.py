"""Text that others wrote must not move the cursor of a terminal or forge a line on it."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.cli import node_results, output
from publisher.errors import ConfigError, first_exit_code
from publisher.sync import Step, moved_site
from publisher.sync.changes import Retract
from publisher.sync.desired import Desired
from publisher.sync.item import Seen
from publisher.sync.node import Drift
from publisher.text.characters import short_line

EVIL = "a\x1b[2Jb\u202ec\u009bd\u2028e"
SHOWN = r"a\x1b[2Jb\u202ec\x9bd\u2028e"


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ((), 0),
        ((0, 0), 0),
        ((4, 0), 4),
        ((4, 1), 1),
        ((1, 3), 3),
        ((4, 3), 3),
        ((3, 2), 2),
        ((1, 4, 3, 2), 2),
        ((0, 4, 1), 1),
    ],
)
def test_trying_again_is_enough_only_if_nothing_else_is_wrong(
    codes: tuple[int, ...], code: int
) -> None:
    assert first_exit_code(codes) == first_exit_code(reversed(codes)) == code


def test_a_message_has_no_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_message(f"error: {EVIL}\nerror: forged")
    assert capsys.readouterr().err == f"error: {SHOWN}\\nerror: forged\n"


def test_the_lines_of_an_error_are_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """Each problem is a line, however many line ends the texts of others bring along."""
    output.print_error("publisher", ConfigError("a\nerror: b:", ["c\nerror: d", EVIL]))
    assert capsys.readouterr().err.split("\n") == [
        r"publisher: a\nerror: b:",
        r"  - c\nerror: d",
        f"  - {SHOWN}",
        "",
    ]


def test_a_step_is_one_line_whatever_its_item_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    node_results.print_step(Step(Retract(f"{EVIL}\n{'x' * 500}", f"{EVIL}\n"), reason=EVIL))
    (line,) = capsys.readouterr().out.splitlines()
    assert line.isprintable()
    assert len(line) < 400


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain", "plain"),
        (" two\n words ", "two words"),
        (EVIL, r"a\x1b[2Jb…"),
        ("x" * 10, "x" * 10),
        ("x" * 11, "x" * 9 + "…"),
    ],
)
def test_text_of_others_is_one_short_line(text: str, line: str) -> None:
    assert short_line(text, 10) == line


@pytest.mark.parametrize(
    ("authority", "is_named"), [("old.example", True), ("alt.bücher.example", True), (EVIL, False)]
)
def test_a_strangers_atom_id_puts_no_text_into_a_message(authority: str, *, is_named: bool) -> None:
    published = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    post = Desired("post", "tag:blog.example,2026:post", "Post", "print", published)
    seen = Seen("post", f"tag:{authority},2026:post", None, None)
    assert (
        bool(moved_site.old_atom_id(post, seen))
        == bool(moved_site.template(str(seen.atom_id)))
        == is_named
    )


def test_what_a_message_repeats_of_a_node_is_short() -> None:
    assert len(str(Drift("title", "x" * 5_000_000, "A blog"))) < 200
