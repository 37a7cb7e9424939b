"""The same from Python: the example of the documentation, and what importing costs."""

from __future__ import annotations

import doctest
import subprocess
import sys

import pytest

import publisher
from publisher import api


def test_the_example_is_true() -> None:
    failed, tried = doctest.testmod(api)
    assert (failed, tried > 5) == (0, True)


def test_the_package_offers_what_it_lists() -> None:
    for name in api.__all__:
        assert getattr(publisher, name) is getattr(api, name)
    assert set(publisher.__all__) == {*api.__all__, "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = publisher.nothing


def test_importing_the_package_imports_nothing_else() -> None:
    program = "import publisher, sys; print([m for m in sys.modules if m.startswith('publisher.')])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
