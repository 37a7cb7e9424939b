"""Settings of a site that no program could use are one error with a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.errors import ConfigError
from publisher.sources import site_settings
from publisher.system.symlinks import Reach

if TYPE_CHECKING:
    from pathlib import Path

HUGE = "9" * 5_000
DEEP = "[" * 300 + "]" * 300
DEEPEST = "[" * 3_000 + "]" * 3_000

WRONG = {
    "big.toml": (f"a = 1\nb = {HUGE}\n", 2, "a number has too many digits"),
    "hex.toml": (f"a = 1\n\nb = 0x{'f' * 5_000}\n", 3, "a number has too many digits"),
    "deep.toml": (f"a = 1\nb = {DEEP}\n", 2, "nested too deeply (more than 50 levels)"),
    "words.toml": ("a = 1\nb = c\n", 2, "Invalid value"),
    "big.json": (f'{{"a": 1,\n"b": -{HUGE}}}', 2, "a number has too many digits"),
    "deep.json": (f'{{"a": 1,\n"b": {DEEP}}}', 2, "nested too deeply (more than 50 levels)"),
    "deepest.json": ('{"a":\n' * 20_000, 51, "nested too deeply (more than 50 levels)"),
    "words.json": ('{"a": 1,\n"b": c}', 2, "Expecting value"),
    "list.json": ("[]", 1, "must be keys with values"),
    "big.py": (f"a = 1\nb = {HUGE}\n", 2, "a number has too many digits"),
    "deep.py": (f"a = 1\nb = {'(' * 300}{')' * 300}\n", 2, "too many nested parentheses"),
    "minus.py": (f"a = {'-' * 20_000}1\n", 1, "nested too deeply (more than 50 levels)"),
    "words.py": ("a = 1\nb = 'c\n", 2, "unterminated string literal"),
    "deepest.yml": (f"a: 1\nb: {DEEPEST}\n", 2, "nested too deeply (more than 50 levels)"),
    "deep.yml": (f"a: 1\nb: {DEEP}\n", 2, "nested too deeply (more than 50 levels)"),
}


def read(folder: Path, name: str, text: str) -> dict[str, object]:
    (folder / name).write_text(text, encoding="utf-8")
    return {**site_settings.read(folder / name, Reach((folder,), (folder,), ""))}


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_in_settings_is_named_with_its_line(tmp_path: Path, name: str) -> None:
    text, line, reason = WRONG[name]
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, name, text)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / name}:{line}: ")
    assert reason in message
    assert "Exceeds the limit" not in message
    assert len(message) < len(str(tmp_path)) + 300


@pytest.mark.parametrize("number", ["1e999999", "-1e400", "0." + "9" * 900, "1" * 900])
def test_a_number_that_is_only_odd_is_a_text(tmp_path: Path, number: str) -> None:
    assert read(tmp_path, "a.json", f'{{"a": {number}}}')
    assert read(tmp_path, "a.py", f"a = {number}")
