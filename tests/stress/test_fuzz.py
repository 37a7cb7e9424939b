"""A short run of the fuzzer; `make fuzz` makes a longer one."""

from __future__ import annotations

import random

from tests.stress import fuzz

SECONDS = 8.0


def test_no_file_does_any_harm() -> None:
    cases, failed = fuzz.run(random.getrandbits(32), seconds=SECONDS)
    assert failed is None
    assert cases > 10
