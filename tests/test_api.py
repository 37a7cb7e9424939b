"""The same from Python: the example of the documentation, and what importing costs."""

from __future__ import annotations

import datetime as dt
import doctest
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import publisher
from publisher import api
from tests.blog import Blog

if TYPE_CHECKING:
    from pathlib import Path


def test_the_example_is_true() -> None:
    failed, tried = doctest.testmod(api)
    assert (failed, tried > 5) == (0, True)


def test_the_package_offers_what_it_lists() -> None:
    for name in api.__all__:
        assert getattr(publisher, name) is getattr(api, name)
    assert set(publisher.__all__) == {*api.__all__, "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = publisher.nothing


def test_a_path_may_be_a_text_and_now_has_a_zone(tmp_path: Path) -> None:
    config = publisher.load_config(str(Blog(tmp_path / "site").folder / "config.yaml"))
    assert publisher.read_posts(config).entries == ()
    with pytest.raises(ValueError, match="now has no zone"):
        publisher.read_posts(config, now=dt.datetime(2026, 1, 1))  # noqa: DTZ001 - that is the fault
    with pytest.raises(publisher.PublisherError, match="there is no such file"):
        publisher.load_config(tmp_path / "none.yaml")


def test_importing_the_package_imports_nothing_else() -> None:
    program = "import publisher, sys; print([m for m in sys.modules if m.startswith('publisher.')])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
