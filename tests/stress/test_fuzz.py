"""A short run of the fuzzer; `make fuzz` makes a longer one."""

from __future__ import annotations

import random

from tests.stress import fuzz

FILES = 400


def test_no_file_does_any_harm() -> None:
    assert fuzz.run(random.getrandbits(32), files=FILES) == (FILES, None)
