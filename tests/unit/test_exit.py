"""The end of the process: all output is there, and nothing else is done."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support import ROOT

# Runs the program with these arguments. A function of `atexit` would be called by the clean-up.
PROGRAM = """\
import atexit, sys
from publisher.__main__ import main
atexit.register(print, "cleaned up")
sys.argv = ["publisher", *sys.argv[1:]]
main()
"""


def ended(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--help"], 0), (["publish", "--nosuch"], 2), (["--version"], 0)]
)
def test_a_run_ends_without_the_clean_up_of_the_interpreter(
    arguments: list[str], code: int
) -> None:
    done = ended(*arguments)
    assert done.returncode == code
    assert "cleaned up" not in done.stdout


def test_all_output_is_written_before_the_end() -> None:
    assert ended("--help").stdout.endswith("interrupted by Ctrl-C, SIGTERM or SIGHUP\n")
