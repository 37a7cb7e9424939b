"""The watcher's sessions stay open between runs, and come back when they end."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from publisher.app.events import NodeRead, ignore
from publisher.app.options import PublishOptions
from publisher.app.publish import publish_under_lock
from publisher.app.watch.kept_account import KeptAccount
from publisher.app.watch.kept_sessions import KeptSessions
from publisher.config.reader import load
from publisher.errors import LoginFailed, Unavailable
from publisher.system.retry import Backoff
from tests.support.blog import Blog
from tests.support.hostile import Hostile
from tests.support.servers import Prosody
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from publisher.app.events import Event, OnEvent
    from publisher.app.publish import PublishResult
    from publisher.app.watch.session_state import SessionState
    from tests.support.hostile import Certificates
    from tests.support.servers import Server

SECONDS = 60.0  # a limit for what takes a moment
QUICK = Backoff(first=0.1, longest=0.2)


class Watched:
    """The states of the sessions, in their order."""

    def __init__(self) -> None:
        self.states: list[SessionState] = []
        self._changed = threading.Condition()

    def note(self, state: SessionState) -> None:
        with self._changed:
            self.states.append(state)
            self._changed.notify_all()

    @property
    def logins(self) -> int:
        return sum(state.since is not None for state in self.states)

    def wait_for_logins(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.logins >= count, SECONDS), self.states

    def wait_for_refusal(self) -> SessionState:
        with self._changed:
            assert self._changed.wait_for(lambda: self.states and self.states[-1].is_final, SECONDS)
        return self.states[-1]


class Runs:
    """Runs of a blog in kept sessions."""

    def __init__(self, blog: Blog, *, keepalive: float = 3600.0, ping: float = 30.0) -> None:
        self.watched = Watched()
        self._config = load(blog.folder / "publisher.yaml")
        account = partial(KeptAccount, backoff=QUICK, keepalive=keepalive, ping=ping)
        self._sessions = KeptSessions(self.watched.note, account=account)

    @contextmanager
    def kept(self) -> Iterator[Runs]:
        with self._sessions:
            self._sessions.use(self._config.xmpp)
            yield self

    def run(self, on_event: OnEvent = ignore) -> PublishResult:
        options = PublishOptions()
        return publish_under_lock(self._config, options, on_event, logins=self._sessions)


@pytest.fixture
def blog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accounts: Mapping[str, str]) -> Blog:
    monkeypatch.setenv("BLOG_PASSWORD", accounts["blog"])
    made = Blog(tmp_path / "blog")
    made.write("2026-01-01-first.md", "Text.", title="First")
    return made


@pytest.fixture
def own_prosody(accounts: Mapping[str, str]) -> Iterator[Prosody]:
    with Prosody(accounts, admins=["blog@localhost"], storage="sql") as server:
        yield server


def configure(blog: Blog, server: Server, node: str) -> None:
    blog.configure(server, node=node, password=server.accounts["blog"])


def test_runs_share_one_session(blog: Blog, server: Server, node: str) -> None:
    configure(blog, server, node)
    with Runs(blog).kept() as runs:
        assert runs.run().results[0].error is None
        with Subscriber(server, "reader", node) as subscriber:
            blog.write("2026-01-02-second.md", "Text.", title="Second")
            assert runs.run().results[0].error is None
            while subscriber.next().id != "2026-01-02-second":
                pass
        assert runs.watched.logins == 1


def test_a_session_comes_back_after_its_server_without_any_run(
    blog: Blog, own_prosody: Prosody, node: str
) -> None:
    configure(blog, own_prosody, node)
    with Runs(blog).kept() as runs:
        runs.watched.wait_for_logins(1)
        own_prosody.kill()
        own_prosody.start()
        runs.watched.wait_for_logins(2)
        assert runs.run().results[0].error is None
        assert runs.watched.logins == 2


def test_a_run_in_a_session_that_ends_begins_again_in_a_new_one(
    blog: Blog, own_prosody: Prosody, node: str
) -> None:
    def restart(event: Event) -> None:
        if isinstance(event, NodeRead) and not restarted:
            restarted.append(True)
            own_prosody.kill()
            own_prosody.start()

    restarted: list[bool] = []
    configure(blog, own_prosody, node)
    with Runs(blog).kept() as runs:
        runs.run()
        blog.write("2026-01-02-second.md", "Text.", title="Second")
        done = runs.run(restart)
        assert (done.results[0].error, restarted) == (None, [True])
    items = [item.id for item in Outsider(own_prosody, "reader", node).items()]
    assert "2026-01-02-second" in items
    assert len(items) == len({*items})


def test_a_connection_that_went_silent_is_found_before_a_run_uses_it(
    blog: Blog, own_prosody: Prosody, node: str
) -> None:
    configure(blog, own_prosody, node)
    with Runs(blog, ping=0.2).kept() as runs:
        runs.run()
        own_prosody.pause()
        try:
            blog.write("2026-01-02-second.md", "Text.", title="Second")
            assert isinstance(runs.run().results[0].error, Unavailable)
        finally:
            own_prosody.resume()
        runs.watched.wait_for_logins(2)
        assert runs.run().results[0].error is None


def test_a_keepalive_finds_a_silent_connection_without_any_run(
    blog: Blog, own_prosody: Prosody, node: str
) -> None:
    configure(blog, own_prosody, node)
    with Runs(blog, keepalive=0.2, ping=0.2).kept() as runs:
        runs.watched.wait_for_logins(1)
        own_prosody.pause()
        while not any(state.error for state in [*runs.watched.states]):
            threading.Event().wait(0.05)
        own_prosody.resume()
        runs.watched.wait_for_logins(2)


def test_a_wrong_password_is_tried_once(blog: Blog, certificates: Certificates) -> None:
    with Hostile("wrong_password", certificates) as server:
        blog.configure(server, password="a password worth stealing")
        with Runs(blog).kept() as runs:
            assert "does not accept the password" in runs.watched.wait_for_refusal().error
            for _ in range(2):
                assert isinstance(runs.run().results[0].error, LoginFailed)
            assert server.attempts == 1


def test_a_server_that_ends_a_login_half_way_is_asked_again(
    blog: Blog, own_prosody: Prosody, node: str
) -> None:
    """It may have been stopped at that moment."""
    configure(blog, own_prosody, node)
    own_prosody.stop()
    with Runs(blog).kept() as runs:
        own_prosody.start()
        runs.watched.wait_for_logins(1)
        assert not any(state.is_final for state in runs.watched.states)
