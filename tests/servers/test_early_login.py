"""A run logs in while it builds the feeds, if it knows by then that it has to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from publisher.app.events import FeedsBuilt
from publisher.app.publish import publish
from publisher.config.reader import load
from publisher.errors import LoginFailed
from tests.support.blog import Blog
from tests.support.hostile import Hostile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.app.events import Event
    from publisher.app.publish import PublishResult
    from tests.support.hostile import Certificates

PASSWORD = "a password worth stealing"
SECONDS = 60.0  # a limit for what takes a moment


@pytest.fixture
def blog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Blog:
    monkeypatch.setenv("BLOG_PASSWORD", PASSWORD)
    made = Blog(tmp_path / "blog")
    made.write("2026-01-01-first.md", "Text.", title="First")
    return made


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def run(blog: Blog, at_feeds: Callable[[], object]) -> PublishResult:
    """Publish; call a function when the feeds are built, before anything else is done."""

    def on_event(event: Event) -> None:
        if isinstance(event, FeedsBuilt):
            at_feeds()

    return publish(load(blog.folder / "publisher.yaml"), on_event=on_event)


def test_the_login_does_not_wait_for_the_feeds(blog: Blog, certificates: Certificates) -> None:
    with Hostile("tls_login_only", certificates) as server:
        blog.configure(server, password=PASSWORD)
        done = run(blog, lambda: wait_until(lambda: server.connections))
        assert isinstance(done.results[0].error, LoginFailed)
        assert server.connections == 1


def test_a_run_that_stops_at_the_feeds_logs_out(blog: Blog, certificates: Certificates) -> None:
    def stop() -> None:
        wait_until(lambda: server.let_in)
        raise RuntimeError("stopped")

    with Hostile("honest", certificates) as server:
        blog.configure(server, password=PASSWORD)
        with pytest.raises(RuntimeError, match="stopped"):
            run(blog, stop)
        wait_until(lambda: server.saw("</stream:stream>"))
        assert server.connections == 1


def test_a_password_command_runs_when_the_feeds_are_built(
    blog: Blog, certificates: Certificates
) -> None:
    early: list[bool] = []
    asked = blog.folder / "asked"
    with Hostile("tls_login_only", certificates) as server:
        blog.configure(server, password_env=None, password_command=f"touch {asked}")
        run(blog, lambda: early.append(asked.exists()))
    assert (early, asked.exists()) == ([False], True)
