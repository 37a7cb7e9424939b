"""`publisher watch`: what is saved reaches the subscribers, whatever happens meanwhile."""

from __future__ import annotations

import datetime as dt
import resource
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.servers.test_machine_faults import leave_in_wal_mode
from tests.support.blog import Blog
from tests.support.built_blog import BuiltBlog
from tests.support.servers import Prosody
from tests.support.subscribers import Outsider, Subscriber
from tests.support.watching import Watching

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.support.servers import Server
    from tests.support.subscribers import Event

FIRST, SECOND = "2026-01-01-first", "2026-01-02-second"
SETTLE = "watch: {settle: 0.3}\n"
LONG = 3600.0


@pytest.fixture
def blog(tmp_path: Path, server: Server, node: str) -> Blog:
    return blog_at(tmp_path, server, node)


def blog_at(folder: Path, server: Server, node: str) -> Blog:
    made = Blog(folder / "blog")
    made.configure(server, node=node, password=server.accounts["blog"])
    with (made.folder / "publisher.yaml").open("a") as config:
        config.write(SETTLE)
    made.write(f"{FIRST}.md", "Text.", title="First")
    return made


@pytest.fixture
def own_prosody(accounts: Mapping[str, str]) -> Iterator[Prosody]:
    with Prosody(accounts, admins=["blog@localhost"], storage="sql") as server:
        yield server


def items(server: Server, node: str) -> list[str]:
    return sorted(str(item.id) for item in Outsider(server, "reader", node).items())


def text_of(event: Event) -> str:
    return "" if event.payload is None else "".join(event.payload.itertext())


def test_what_is_saved_edited_and_removed_reaches_the_subscribers(
    blog: Blog, server: Server, node: str
) -> None:
    with Watching(blog, removal=0.5) as watcher:
        watcher.said(f"+ new      {FIRST}")
        with Subscriber(server, "reader", node) as subscriber:
            file = blog.write(f"{SECOND}.md", "Text.", title="Second")
            while (event := subscriber.next()).id != SECOND:
                pass
            assert event.kind == "published"
            blog.write(f"{SECOND}.md", "Another text.", title="Second")
            event = subscriber.next()
            assert (event.kind, event.id) == ("published", SECOND)
            assert event.payload is not None
            assert "Another text." in "".join(event.payload.itertext())
            file.unlink()
            event = subscriber.next()
            assert (event.kind, event.id) == ("retracted", SECOND)
        assert items(server, node) == [FIRST]


@pytest.fixture
def prosody_blog(tmp_path: Path, prosody: Prosody, node: str) -> Blog:
    return blog_at(tmp_path, prosody, node)


def test_a_file_that_is_away_for_a_moment_keeps_its_item(
    prosody_blog: Blog, prosody: Prosody, node: str
) -> None:
    blog = prosody_blog
    blog.write("2026-01-04-other.md", "Text.", title="Other")
    with Watching(blog, removal=LONG) as watcher:
        watcher.said("2 new")
        with Subscriber(prosody, "reader", node) as subscriber:
            text = (blog.posts / f"{FIRST}.md").read_bytes()
            (blog.posts / f"{FIRST}.md").unlink()
            blog.write(f"{SECOND}.md", "Text.", title="Second")
            while subscriber.next().id != SECOND:
                pass
            watcher.said("1 item stays for a minute")
            (blog.posts / f"{FIRST}.md").write_bytes(text)
            blog.write("2026-01-03-third.md", "Text.", title="Third")
            assert subscriber.next().id == "2026-01-03-third"
        assert items(prosody, node) == [FIRST, SECOND, "2026-01-03-third", "2026-01-04-other"]


def test_a_renamed_post_is_held_and_named(prosody_blog: Blog, prosody: Prosody, node: str) -> None:
    blog = prosody_blog
    words = " ".join(f"word{number}" for number in range(40))
    old = blog.write(f"{SECOND}.md", words, title="Second")
    with Watching(blog, removal=LONG) as watcher:
        watcher.said(f"+ new      {SECOND}")
        old.rename(blog.posts / "2026-01-02-renamed.md")
        watcher.said("--as-new")
        assert watcher.state
        assert ["2026-01-02-renamed" in line for line in watcher.state.held] == [True]
        assert f"held: 2026-01-02-renamed has the text of {SECOND}" in blog.run("status").out
    assert items(prosody, node) == [FIRST, SECOND]


def test_what_was_saved_while_the_server_was_down_goes_when_it_is_back(
    tmp_path: Path, own_prosody: Prosody, node: str
) -> None:
    blog = blog_at(tmp_path, own_prosody, node)
    with Watching(blog) as watcher:
        watcher.said(f"+ new      {FIRST}")
        own_prosody.kill()
        watcher.said("the connection has ended")
        blog.write(f"{SECOND}.md", "Text.", title="Second")
        watcher.said("error: pubsub.localhost")
        watcher.said("note: the watcher tries again by itself")
        assert watcher.state
        assert watcher.state.next_try
        assert watcher.state.last_error
        assert watcher.state.accounts[0].since is None
        own_prosody.start()
        watcher.said(f"+ new      {SECOND}")
    assert items(own_prosody, node) == [FIRST, SECOND]


def test_what_a_killed_watcher_has_not_sent_goes_with_the_next_one(
    tmp_path: Path, own_prosody: Prosody, node: str
) -> None:
    blog = blog_at(tmp_path, own_prosody, node)
    with Watching(blog) as watcher:
        watcher.said(f"+ new      {FIRST}")
        with Subscriber(own_prosody, "reader", node):
            own_prosody.pause()
            blog.write(f"{SECOND}.md", "Text.", title="Second")
            watcher.said("written")
            watcher.end(signal.SIGKILL)
            own_prosody.resume()
    stopped = blog.run("status")
    assert f"watch  stopped: process {watcher.pid} was killed" in stopped.out
    with Subscriber(own_prosody, "reader", node) as subscriber, Watching(blog) as watcher:
        while subscriber.next().id != SECOND:
            pass
        watcher.said(f"{SECOND}")
        blog.write("2026-01-03-third.md", "Text.", title="Third")
        assert subscriber.next().id == "2026-01-03-third", "and not the second one again"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_watcher_and_leaves_no_trace(prosody_blog: Blog, number: int) -> None:
    with Watching(prosody_blog) as watcher:
        watcher.said(f"+ new      {FIRST}")
        status = prosody_blog.run("status", "--json").json["watcher"]
        assert (status["running"], status["pid"]) == (True, watcher.pid)
        assert watcher.end(number) == 128 + number
    assert not [*(prosody_blog.folder / ".publisher").glob("watch.*")]
    assert prosody_blog.run("status", "--json").json["watcher"] is None


def test_a_second_watcher_is_refused_by_the_number_of_the_first(prosody_blog: Blog) -> None:
    with Watching(prosody_blog) as watcher:
        second = prosody_blog.run("watch")
        assert second.code == 4
        assert f"another watcher (process {watcher.pid}) publishes" in second.err


@pytest.mark.parametrize("is_made_anew", [False, True], ids=["moved", "replaced"])
def test_a_watcher_whose_state_folder_is_moved_ends_and_sends_nothing_more(
    prosody_blog: Blog, prosody: Prosody, node: str, *, is_made_anew: bool
) -> None:
    blog = prosody_blog
    state = blog.folder / ".publisher"
    with Watching(blog) as watcher:
        watcher.said(f"+ new      {FIRST}")
        state.rename(blog.folder / "elsewhere")
        if is_made_anew:
            state.mkdir()
            for name in ("lock", "watch.json", "watch.sock"):
                (state / name).touch()
        blog.write(f"{SECOND}.md", "Text.", title="Second")
        assert watcher.code() == 4
        watcher.said(f"the state folder {state} was moved, removed or replaced")
    assert items(prosody, node) == [FIRST]
    assert len([*state.glob("*")]) == (3 if is_made_anew else 0), "nothing of another watcher"
    with Subscriber(prosody, "reader", node) as subscriber, Watching(blog) as watcher:
        while subscriber.next().id != SECOND:
            pass
        blog.write("2026-01-03-third.md", "Text.", title="Third")
        assert subscriber.next().id == "2026-01-03-third", "and not the second one again"


def test_a_broken_configuration_keeps_the_old_one_until_it_is_mended(
    prosody_blog: Blog, prosody: Prosody, node: str
) -> None:
    blog = prosody_blog
    config = blog.folder / "publisher.yaml"
    whole = config.read_text()
    with Watching(blog) as watcher:
        watcher.said(f"+ new      {FIRST}")
        config.write_text(whole.replace("settle:", "sattle:"))
        watcher.said("error: the old configuration stays in use")
        watcher.send(signal.SIGHUP)
        watcher.said("error: the old configuration stays in use", times=2)
        watcher.said("  - line ")
        assert not [line for line in watcher.log if "\\n" in line]
        assert watcher.state
        assert "sattle" in watcher.state.last_error
        assert "\n" not in watcher.state.last_error
        blog.write(f"{SECOND}.md", "Text.", title="Second")
        watcher.said(f"+ new      {SECOND}")
        config.write_text(whole.replace("A blog of the tests", "Another title"))
        watcher.said("the configuration was read again")
        watcher.said("written", times=9)
    assert b"Another title" in (blog.folder / "feed.atom").read_bytes()
    assert items(prosody, node) == [FIRST, SECOND]


def test_status_shows_the_watcher_whatever_else_it_cannot_read(prosody_blog: Blog) -> None:
    blog = prosody_blog
    with Watching(blog) as watcher:
        watcher.said(f"+ new      {FIRST}")
        (blog.folder / "publisher.yaml").write_text("nonsense: true\n")
        watcher.said("error: the old configuration stays in use")
        run = blog.run("status")
        assert (run.code, f"watch  process {watcher.pid} since" in run.out) == (2, True)
        assert "last error: " in run.out
        found = blog.run("status", "--json")
        assert (found.code, found.json["watcher"]["pid"]) == (2, watcher.pid)
        assert "nonsense" in found.json["error"]


def test_the_state_is_that_of_the_watcher_and_not_of_a_file(prosody_blog: Blog) -> None:
    """The file cannot be written, as on a full disk."""
    blog = prosody_blog
    with Watching(blog) as watcher:
        watcher.said(f"+ new      {FIRST}")
        file = blog.folder / ".publisher" / "watch.json"
        before = file.read_bytes()
        file.unlink()
        file.mkdir()
        config = blog.folder / "publisher.yaml"
        config.write_text(config.read_text().replace("settle:", "sattle:"))
        watcher.said("error: the old configuration stays in use")
        assert "last error: " in blog.run("status").out
        file.rmdir()
        file.write_bytes(before)
        watcher.send(signal.SIGSTOP)
        said = blog.run("status").out
        assert "it did not answer; this is what it wrote at 20" in said
        watcher.send(signal.SIGCONT)


def test_a_watcher_that_cannot_even_read_its_ledger_stays(prosody_blog: Blog) -> None:
    """A run that a full disk has ended leaves the ledger in WAL mode, in which a reader writes."""
    blog = prosody_blog
    with Watching(blog, retry={"first": 0.2, "longest": 0.2}) as watcher:
        watcher.said(f"+ new      {FIRST}")
        watcher.said("1 new")
        leave_in_wal_mode(blog.folder / ".publisher" / "ledger.sqlite", with_log=False)
        no_limit = resource.prlimit(watcher.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(watcher.pid, resource.RLIMIT_FSIZE, (0, no_limit[1]))
        blog.write(f"{SECOND}.md", "Text.", title="Second")
        watcher.said("ledger.sqlite: disk I/O error; make room on the disk")
        watcher.said("note: the watcher tries again by itself")
        resource.prlimit(watcher.pid, resource.RLIMIT_FSIZE, no_limit)
        watcher.said(f"+ new      {SECOND}")


def test_sighup_makes_all_accounts_log_in_anew(prosody_blog: Blog) -> None:
    with Watching(prosody_blog) as watcher:
        watcher.send(signal.SIGHUP)
        watcher.said("the configuration was read again")
        watcher.said("logged in", times=2)


def test_a_scheduled_post_goes_when_it_is_due(
    prosody_blog: Blog, prosody: Prosody, node: str
) -> None:
    blog = prosody_blog
    with Watching(blog) as watcher:
        watcher.said(f"+ new      {FIRST}")
        with Subscriber(prosody, "reader", node) as subscriber:
            due = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(seconds=4)
            blog.write("2026-01-09-soon.md", "Text.", title="Soon", date=due.isoformat())
            while (event := subscriber.next()).id != "2026-01-09-soon":
                pass
            arrived = time.time() - (time.monotonic() - event.at)
            assert arrived >= due.timestamp()
            assert not [line for line in watcher.log if "error" in line]


def test_nothing_is_published_while_git_is_at_work(prosody_blog: Blog) -> None:
    blog = prosody_blog
    with Watching(blog) as watcher:
        watcher.said(f"+ new      {FIRST}")
        (blog.folder / ".git").mkdir()
        (blog.folder / ".git" / "MERGE_HEAD").touch()
        blog.write(f"{SECOND}.md", "Text.", title="Second")
        watcher.said("waiting: git is at work in")
        assert watcher.state
        assert "(a merge, see" in watcher.state.postponed
        (blog.folder / ".git" / "MERGE_HEAD").unlink()
        watcher.said(f"+ new      {SECOND}")
        lines = watcher.log
        merge = next(n for n, line in enumerate(lines) if "(a merge, see" in line)
        assert not [line for line in lines[:merge] if SECOND in line]


def test_a_guard_holds_the_change_and_publish_releases_it(
    prosody_blog: Blog, prosody: Prosody, node: str
) -> None:
    blog = prosody_blog
    for number in range(3):
        blog.write(f"2026-02-0{number + 1}-more.md", "Text.", title=f"More {number}")
    with Watching(blog, removal=0.1) as watcher:
        watcher.said("4 new")
        for file in blog.posts.iterdir():
            file.unlink()
        watcher.said("error: ")
        assert watcher.state
        assert "--allow-retracts" in " ".join(watcher.state.held)
        assert "held: " in blog.run("status").out
        assert len(items(prosody, node)) == 4
        released = blog.run("publish", "--allow-retracts")
        assert released.code == 0, released.err
        assert "4 removed" in released.out
        assert items(prosody, node) == []
        assert watcher.state.held == ()


def test_with_an_output_folder_the_finished_build_is_published(
    tmp_path: Path, prosody: Prosody, node: str
) -> None:
    blog = BuiltBlog(tmp_path / "blog")
    blog.configure(prosody, node=node, password=prosody.accounts["blog"])
    with (blog.folder / "publisher.yaml").open("a") as config:
        config.write(SETTLE)
    blog.write(f"{FIRST}.md", "The first text of this blog.", title="First")
    blog.build_site()
    with Watching(blog) as watcher:
        watcher.said(f"+ new      {FIRST}")
        blog.write(f"{SECOND}.md", "The second text of this blog.", title="Second")
        blog.build_site()  # which removes the folder, and makes it anew
        watcher.said(f"+ new      {SECOND}")
        blog.write(f"{SECOND}.md", "Another text for the second post.", title="Second")
        blog.build_site()
        watcher.said(f"~ changed  {SECOND}")
    assert items(prosody, node) == [FIRST, SECOND]


def test_a_command_that_needs_the_lock_names_the_watcher(prosody_blog: Blog, node: str) -> None:
    assert prosody_blog.run("publish").code == 0
    config = prosody_blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace(f"node: {node}", f"node: {node}-2"))
    with Watching(prosody_blog) as watcher:
        run = prosody_blog.run("node", "forget", "pubsub.localhost", node)
        assert run.code == 4
        assert f"the watcher (process {watcher.pid}) holds the lock" in run.err


def test_what_no_report_told_of_is_found_by_comparing_everything(prosody_blog: Blog) -> None:
    feed = prosody_blog.folder / "feed.atom"
    with Watching(prosody_blog, sweep=0.5, poll=LONG) as watcher:
        watcher.said(f"+ new      {FIRST}")
        feed.unlink()
        watcher.said(f"written  {feed}", times=2)
        assert feed.exists()


def test_a_feed_that_is_deleted_comes_back(prosody_blog: Blog) -> None:
    feed = prosody_blog.folder / "feed.atom"
    with Watching(prosody_blog, sweep=LONG, recheck=LONG, poll=0.05) as watcher:
        watcher.said(f"written  {feed}")
        watcher.said(f"+ new      {FIRST}")
        prosody_blog.write(f"{SECOND}.md", "Text.", title="Second")
        watcher.said(f"written  {feed}", times=2)
        watcher.said(f"+ new      {SECOND}")
        feed.unlink()
        watcher.said(f"written  {feed}", times=3)


def test_a_removed_post_leaves_the_feeds_at_once_and_its_item_stays_for_a_while(
    prosody_blog: Blog, prosody: Prosody, node: str
) -> None:
    feed = prosody_blog.folder / "feed.atom"
    file = prosody_blog.write(f"{SECOND}.md", "Text.", title="Second")
    with Watching(prosody_blog, sweep=LONG, recheck=LONG, removal=LONG) as watcher:
        watcher.said("2 new")
        file.unlink()
        assert watcher.said(f"written  {feed}", times=2).endswith("(1 entry)")
        prosody_blog.write("2026-01-03-third.md", "Text.", title="Third")
        watcher.said("+ new      2026-01-03-third")
    assert items(prosody, node) == [FIRST, SECOND, "2026-01-03-third"]


def test_a_wrong_password_is_tried_once_and_named(prosody_blog: Blog) -> None:
    prosody_blog.environment["BLOG_PASSWORD"] = "not this one"
    with Watching(prosody_blog, logged_in=False) as watcher:
        watcher.said(
            "No login is tried before the configuration, the password file or the ca_file changes"
        )
        watcher.said("error: pubsub.localhost")
        status = prosody_blog.run("status")
        assert "no login is tried before the configuration, the password file" in status.out
        assert len([line for line in watcher.log if "does not accept the password" in line]) == 2


def test_a_stash_of_an_edit_tells_the_subscribers_nothing(
    prosody_blog: Blog, prosody: Prosody, node: str
) -> None:
    blog = prosody_blog
    with Watching(blog, removal=LONG) as watcher:
        watcher.said("1 new")
        with Subscriber(prosody, "reader", node) as subscriber:
            file = blog.posts / f"{FIRST}.md"
            old = file.read_bytes()
            blog.write(f"{FIRST}.md", "An edited text.", title="First")
            assert subscriber.next().id == FIRST
            edited = file.read_bytes()
            file.write_bytes(old)
            watcher.waits("went back to a text that was sent before")
            status = " ".join(blog.run("status").out.split())
            assert f"waiting: {FIRST}.md went back to a text that was sent before" in status
            file.write_bytes(edited)
            blog.write(f"{SECOND}.md", "Text.", title="Second")
            assert subscriber.next().id == SECOND


def test_an_edit_that_goes_back_for_good_is_sent_after_a_while(
    blog: Blog, server: Server, node: str
) -> None:
    with Watching(blog, removal=0.5) as watcher:
        watcher.said(f"+ new      {FIRST}")
        file = blog.posts / f"{FIRST}.md"
        old = file.read_bytes()
        with Subscriber(server, "reader", node) as subscriber:
            blog.write(f"{FIRST}.md", "An edited text.", title="First")
            while "An edited text." not in text_of(subscriber.next()):
                pass
            file.write_bytes(old)
            assert "Text." in text_of(subscriber.next())


def test_publish_means_an_edit_that_goes_back(
    prosody_blog: Blog, prosody: Prosody, node: str
) -> None:
    """Whatever watcher has sent the versions: they are known to the next one."""
    blog = prosody_blog
    file = blog.posts / f"{FIRST}.md"
    with Watching(blog, removal=LONG) as watcher:
        watcher.said("1 new")
        old = file.read_bytes()
        blog.write(f"{FIRST}.md", "An edited text.", title="First")
        watcher.said("1 changed")
    with Watching(blog, removal=LONG) as watcher:
        file.write_bytes(old)
        watcher.waits("went back to a text that was sent before")
        with Subscriber(prosody, "reader", node) as subscriber:
            run = blog.run("publish")
            assert (run.code, "1 changed" in run.err + run.out) == (0, True)
            assert "Text." in text_of(subscriber.next())


def test_a_post_that_loses_its_text_waits_and_an_empty_file_is_broken(
    prosody_blog: Blog, prosody: Prosody, node: str
) -> None:
    blog = prosody_blog
    file = blog.posts / f"{FIRST}.md"
    with Watching(blog, removal=LONG) as watcher:
        watcher.said("1 new")
        with Subscriber(prosody, "reader", node) as subscriber:
            text = file.read_bytes()
            file.write_bytes(b"")
            watcher.said(f"{FIRST}.md:1: is empty; write the post")
            blog.write(f"{FIRST}.md", "", title="First")
            watcher.waits("or lost its text")
            file.write_bytes(text)
            blog.write(f"{SECOND}.md", "Text.", title="Second")
            assert subscriber.next().id == SECOND


def test_nothing_is_published_while_another_branch_is_checked_out(
    prosody_blog: Blog, prosody: Prosody, node: str
) -> None:
    blog = prosody_blog
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace(SETTLE, "watch: {settle: 0.3, branch: main}\n"))
    head = blog.folder / ".git/HEAD"
    head.parent.mkdir()
    head.write_text("ref: refs/heads/main\n")
    with Watching(blog, removal=LONG) as watcher:
        watcher.said("1 new")
        head.write_text("ref: refs/heads/draft\n")
        blog.write(f"{SECOND}.md", "Text.", title="Second")
        watcher.said("has branch draft checked out, and not main")
        assert "has branch draft checked out" in " ".join(blog.run("status").out.split())
        assert items(prosody, node) == [FIRST]
        head.write_text("ref: refs/heads/main\n")
        watcher.said(f"+ new      {SECOND}")
    assert items(prosody, node) == [FIRST, SECOND]
