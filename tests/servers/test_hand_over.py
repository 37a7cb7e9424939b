"""`publisher publish` beside a watcher: the watcher does its work, as it would do it."""

from __future__ import annotations

import re
import signal
import socket
import stat
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from publisher.app.demo.temporary_server import free_ports
from publisher.app.watch.offers import Offers
from publisher.cli import hand_over
from publisher.system import work_socket
from tests.servers.test_streams import rest, unread
from tests.servers.test_watch import FIRST, SECOND, blog_at, items
from tests.support.blog import SECONDS, Blog, Run
from tests.support.servers import Prosody
from tests.support.subscribers import Subscriber
from tests.support.terminal import WIDE, on_terminal
from tests.support.watching import Watching

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from publisher.app.watch.offers import Offer
    from tests.support.servers import Server

# Lets a run start as a user starts it.
ANEW = {"LC_ALL": "C.UTF-8"}
CALM = "watch: {settle: 3600}\n"


def calm(folder: Path, server: Server, node: str) -> Blog:
    """A blog whose watcher publishes nothing by itself, after its start."""
    blog = blog_at(folder, server, node)
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace("watch: {settle: 0.3}\n", CALM))
    return blog


@pytest.fixture
def blog(tmp_path: Path, prosody: Prosody, node: str) -> Blog:
    return calm(tmp_path, prosody, node)


def without_names(run: Run, node: str, folder: Path) -> tuple[int, str, str]:
    texts = (run.out, run.err)
    out, err = (text.replace(node, "NODE").replace(str(folder), "FOLDER") for text in texts)
    return run.code, out, err


@pytest.mark.parametrize(
    "arguments",
    [
        ["publish"],
        ["publish", "--json"],
        ["--config", "publisher.yaml", "publish", "--only", f"posts/{SECOND}.md"],
        ["publish", "--only", "no-such-post"],
        ["publish", "--no-such-option"],
        ["publish", "--help"],
        ["publish", "--config", "missing.yaml"],
    ],
    ids=" ".join,
)
def test_it_says_and_returns_what_it_would_without_a_watcher(
    tmp_path: Path, server: Server, node: str, arguments: list[str]
) -> None:
    found = []
    for name in (f"{node}-1", f"{node}-2"):
        blog = calm(tmp_path / name, server, name)
        blog.run("publish")
        blog.let_an_hour_pass()
        with Watching(blog) as watcher:
            # A watcher that has ended leaves the work to the run itself.
            if name == f"{node}-1":
                watcher.end()
            # The watcher has had its run at the start, or never has it.
            blog.run("publish", environment=ANEW)
            blog.write(f"{SECOND}.md", "Text.", title="Second")
            blog.write("2026-01-03-broken.md", "Text.", date="never")
            run = blog.run(*arguments, environment=ANEW)
            found.append(without_names(run, name, blog.folder))
            if name == f"{node}-2" and "missing.yaml" not in arguments:
                watcher.said("handed over: publisher ")
    assert found[0] == found[1]


def test_a_removal_that_is_handed_over_is_believed_at_once(
    blog: Blog, prosody: Prosody, node: str
) -> None:
    blog.write(f"{SECOND}.md", "Text.", title="Second")
    with Watching(blog) as watcher:
        watcher.said("2 new")
        (blog.posts / f"{SECOND}.md").unlink()
        assert "- removed" in blog.run("publish").out
        assert items(prosody, node) == [FIRST]


def test_the_configuration_that_was_changed_a_moment_ago_counts(
    blog: Blog, prosody: Prosody, node: str
) -> None:
    with Watching(blog, poll=3_600) as watcher:  # it does not see the change by itself
        watcher.said("1 new")
        config = blog.folder / "publisher.yaml"
        config.write_text(config.read_text().replace(f"node: {node}", f"node: {node}-2"))
        run = blog.run("publish")
        assert (run.code, f"{node}-2: 1 new" in run.out) == (0, True), run.err
    assert items(prosody, f"{node}-2") == [FIRST]


def test_another_configuration_with_the_same_state_is_refused(blog: Blog) -> None:
    other = blog.folder / "other.yaml"
    other.write_text((blog.folder / "publisher.yaml").read_text())
    with Watching(blog) as watcher:
        run = blog.run("publish", "--config", "other.yaml")
        assert (run.code, run.out) == (2, "")
        assert f"the watcher (process {watcher.pid}) publishes {blog.folder}" in run.err
        assert "other.yaml has the same state folder" in run.err


SPELLINGS = ["publisher.yaml", "posts/../publisher.yaml", "../link/publisher.yaml"]


@pytest.mark.parametrize("watched", SPELLINGS[:2])
def test_other_spellings_of_the_path_name_the_same_configuration(
    blog: Blog, prosody: Prosody, node: str, watched: str
) -> None:
    """As in a hook that runs in another folder, or behind a link to the folder of the site."""
    (blog.folder.parent / "link").symlink_to(blog.folder)
    paths = [*SPELLINGS, str(blog.folder / "posts" / ".." / "publisher.yaml")]
    with Watching(blog, "--config", watched) as watcher:
        watcher.said("1 new")
        for number, path in enumerate(paths):
            blog.write(f"2026-02-0{number + 1}-more.md", "Text.", title=f"More {number}")
            run = blog.run("publish", "--config", path)
            assert (run.code, "1 new" in run.out) == (0, True), run.err
        run = blog.run("publish", "--config", "../publisher.yaml", folder=blog.posts)
        assert run.code == 0, run.err
        watcher.said("exit code 0", times=len(paths) + 1)
        assert len([line for line in watcher.log if "logged in" in line]) == 1, "not for each run"
        watcher.send(signal.SIGHUP)
        watcher.said("the configuration was read again")
    assert len(items(prosody, node)) == len(paths) + 1


def test_another_version_is_refused(blog: Blog) -> None:
    folder = str(blog.folder / ".publisher")
    with Watching(blog) as watcher:
        channel = work_socket.connected(folder)
        assert channel
        with channel:
            program = ["0.0.1", *hand_over.this_program()[1:]]
            work_socket.send(channel, [*program, "/", "18", "1", "publish"], [1, 2])
            said = b""
            while more := channel.recv(1000):
                said += more
    begun, refused = said.decode().splitlines()
    assert begun == "begun"
    assert refused.startswith("refused ")
    assert f"(process {watcher.pid}) runs another version of publisher" in refused


def test_a_ping_is_handed_over_too(blog: Blog) -> None:
    config = blog.folder / "publisher.yaml"
    hub = f"http://127.0.0.1:{free_ports(1)[0]}/"
    config.write_text(config.read_text().replace("posts: {", f"  hubs: [{hub!r}]\nposts: {{", 1))
    blog.run("publish")
    runs = [blog.run("ping", "--retry", "0", environment=ANEW)]
    with Watching(blog) as watcher:
        runs.append(blog.run("ping", "--retry", "0", environment=ANEW))
        watcher.said("handed over: publisher ping")
    assert runs[0] == runs[1]
    assert (runs[0].code, hub in runs[0].err) == (4, True)


def test_a_terminal_gets_what_a_terminal_gets(blog: Blog) -> None:
    with Watching(blog) as watcher:
        watcher.said("1 new")
        printed = on_terminal(
            blog.command("publish"), blog.folder, {**blog.environment, **WIDE}
        ).decode()
        watcher.said("handed over")
    assert "nothing to push: every node equal" in printed


@pytest.fixture
def own_prosody(accounts: Mapping[str, str]) -> Iterator[Prosody]:
    with Prosody(accounts, admins=["blog@localhost"], storage="sql") as server:
        yield server


def test_if_the_watcher_dies_half_way_the_run_goes_on_by_itself(
    tmp_path: Path, own_prosody: Prosody, node: str
) -> None:
    blog = calm(tmp_path, own_prosody, node)
    with Watching(blog) as watcher:
        watcher.said("1 new")
        with Subscriber(own_prosody, "reader", node) as subscriber:
            own_prosody.pause()
            blog.write(f"{SECOND}.md", "Text.", title="Second")
            with blog.start("publish") as client:
                assert client.stderr
                while (blog.folder / "feed.atom").read_bytes().count(b"<entry") != 2:
                    assert client.poll() is None
                watcher.end(signal.SIGKILL)
                own_prosody.resume()
                said = client.communicate(timeout=SECONDS)[1]
                assert client.returncode == 0, said
            assert "the watcher has ended meanwhile; this run continues its work" in said
            while subscriber.next().id != SECOND:
                pass
            blog.write("2026-01-03-third.md", "Text.", title="Third")
            assert blog.run("publish").code == 0
            assert subscriber.next().id == "2026-01-03-third", "and not the second one again"


def test_a_watcher_that_is_told_to_end_leaves_the_work_to_the_run(
    tmp_path: Path, own_prosody: Prosody, node: str
) -> None:
    blog = calm(tmp_path, own_prosody, node)
    with Watching(blog) as watcher:
        watcher.said("1 new")
        own_prosody.pause()
        blog.write(f"{SECOND}.md", "Text.", title="Second")
        with blog.start("publish") as client:
            while (blog.folder / "feed.atom").read_bytes().count(b"<entry") != 2:
                assert client.poll() is None
            assert watcher.end() == 143
            own_prosody.resume()
            said = client.communicate(timeout=SECONDS)[1]
            assert client.returncode == 0, said
    assert items(own_prosody, node) == [FIRST, SECOND]


def test_a_run_that_waits_for_a_busy_watcher_gives_up_in_time(
    tmp_path: Path, own_prosody: Prosody, node: str
) -> None:
    blog = calm(tmp_path, own_prosody, node)
    with Watching(blog) as watcher:
        watcher.said("1 new")
        own_prosody.pause()
        blog.write(f"{SECOND}.md", "Text.", title="Second")
        with blog.start("publish") as first:
            while (blog.folder / "feed.atom").read_bytes().count(b"<entry") != 2:
                assert first.poll() is None
            second = blog.run("publish", "--lock-wait", "2.5")
            assert second.code == 4
            assert second.err.splitlines() == [
                "waiting for another run to end ...",
                "publisher: the watcher is busy with another run; run again later",
            ]
            own_prosody.resume()
            said = first.communicate(timeout=SECONDS)[1]
            assert first.returncode == 0, said


def test_nothing_is_handed_over_while_git_is_at_work(
    blog: Blog, prosody: Prosody, node: str
) -> None:
    """The post that is missing may be back when git has finished, so it is not retracted."""
    blog.write(f"{SECOND}.md", "Text.", title="Second")
    assert blog.run("publish").code == 0
    merge = blog.folder / ".git" / "MERGE_HEAD"
    merge.parent.mkdir()
    merge.touch()
    (blog.posts / f"{SECOND}.md").unlink()
    blog.write("2026-01-03-third.md", "Text.", title="Third")
    sentence = f"publisher: git is at work in {blog.folder} (a merge, see {merge}); "
    run = blog.run("publish", environment=ANEW)
    assert (run.code, run.out) == (4, "")
    assert f"{sentence}nothing was sent; run it again when git has finished" in run.err
    with Watching(blog) as watcher:
        run = blog.run("publish", environment=ANEW)
        assert (run.code, run.out) == (4, "")
        assert f"{sentence}the watcher publishes when git has finished" in run.err
        assert items(prosody, node) == [FIRST, SECOND]
        merge.unlink()
        watcher.said("+ new      2026-01-03-third")
        assert SECOND in items(prosody, node), "its removal is doubted for a while"
        assert blog.run("publish").code == 0
    assert items(prosody, node) == [FIRST, "2026-01-03-third"]


def test_a_socket_that_a_killed_watcher_left_stops_nobody(blog: Blog) -> None:
    with Watching(blog) as watcher:
        watcher.end(signal.SIGKILL)
    assert (blog.folder / ".publisher" / work_socket.NAME).exists()
    assert blog.run("publish").code == 0
    with Watching(blog):
        assert blog.run("publish").code == 0


@pytest.mark.parametrize("is_replaced", [False, True], ids=["removed", "replaced"])
def test_a_socket_that_somebody_removes_is_made_again(blog: Blog, *, is_replaced: bool) -> None:
    path = blog.folder / ".publisher" / work_socket.NAME
    with Watching(blog) as watcher:
        watcher.said("1 new")
        path.unlink()
        if is_replaced:
            path.touch()
        watcher.said(f"warning: {path} was removed; it was made again")
        blog.write(f"{SECOND}.md", "Text.", title="Second")
        assert "1 new" in blog.run("publish").out
        watcher.said("handed over")
        assert watcher.end() == 143
    assert not path.exists()


def test_the_state_folder_may_have_a_path_that_is_too_long_for_a_socket(
    tmp_path: Path, prosody: Prosody, node: str
) -> None:
    blog = calm(tmp_path / "/".join(["a-folder-with-a-long-name"] * 5), prosody, node)
    with Watching(blog) as watcher:
        watcher.said("1 new")
        blog.write(f"{SECOND}.md", "Text.", title="Second")
        assert "1 new" in blog.run("publish").out
        watcher.said("handed over")
        watcher.said(f"+ new      {SECOND}")


def test_a_state_folder_that_is_hard_to_find_is_found(blog: Blog) -> None:
    with (blog.folder / "publisher.yaml").open("a") as config:
        config.write('state: "a state"\n')
    with Watching(blog) as watcher:
        watcher.said("1 new")
        blog.write(f"{SECOND}.md", "Text.", title="Second")
        assert "1 new" in blog.run("publish").out
        watcher.said("handed over")


def imported(blog: Blog, program: str) -> tuple[Run, set[str]]:
    """What a program printed, and the modules that it imported."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", program, "publish"],
        cwd=blog.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    names = {*re.findall(r"\| *([\w.]+)$", done.stderr, re.MULTILINE)}
    return Run(done.returncode, done.stdout, done.stderr), names


def test_the_client_imports_next_to_nothing(blog: Blog) -> None:
    _, by_python = imported(blog, "pass")
    with Watching(blog) as watcher:
        watcher.said("1 new")
        blog.write(f"{SECOND}.md", "Text.", title="Second")
        run, by_client = imported(blog, "from publisher.__main__ import main; main()")
    assert (run.code, "1 new" in run.out) == (0, True), run.err
    assert by_client - by_python == {
        "__future__",
        "_socket",
        "gc",
        "publisher",
        "publisher.__main__",
        "publisher.cli",
        "publisher.cli.hand_over",
        "publisher.system",
        "publisher.system.work_socket",
    }


def test_a_client_whose_reader_is_slow_does_not_delay_others(blog: Blog) -> None:
    with Watching(blog) as watcher:
        watcher.said("logged in")
        command = blog.command("publish", "--json")
        for number in range(40):  # more than fits into the pipe
            blog.write(f"2026-03-01-post-{number}.md", "Text.", title=f"Post {number}")
        with unread(blog, [*command, "--announce-all"]) as (slow, reader):
            watcher.said("handed over: publisher publish --json --announce-all: exit code 0")
            assert blog.run("publish").code == 0
            assert slow.poll() is None, "it waits for its reader"
            assert '"2026-03-01-post-39"' in rest(reader)
            assert slow.wait(SECONDS) == 0


def test_a_run_with_nothing_to_do_is_repeated_by_the_watcher(blog: Blog) -> None:
    with Watching(blog) as watcher:
        watcher.said("1 new")
        for _ in range(3):
            run = blog.run("publish", environment=ANEW)
            assert (run.code, run.out, run.err) == (0, "", "")
        watcher.said("handed over", times=3)


def test_only_the_owner_may_open_the_socket(tmp_path: Path) -> None:
    with Offers(tmp_path, lambda _: None, bytes):
        mode = (tmp_path / work_socket.NAME).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


def test_the_work_of_another_user_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers: list[Offer] = []
    monkeypatch.setattr("os.geteuid", lambda: 4_000_000_000)
    with Offers(tmp_path, offers.append, bytes), socket.socket(socket.AF_UNIX) as channel:
        channel.connect(str(tmp_path / work_socket.NAME))
        channel.settimeout(SECONDS)
        assert channel.recv(1) == b""
    assert offers == []


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"\0" * 8, b"\0" * 7 + b"\1x", b"\xff" * 2_000_000], ids=range(5)
)
def test_what_is_no_message_is_not_taken(tmp_path: Path, data: bytes) -> None:
    offers: list[Offer] = []
    with Offers(tmp_path, offers.append, bytes), socket.socket(socket.AF_UNIX) as channel:
        channel.connect(str(tmp_path / work_socket.NAME))
        with suppress(OSError):  # the watcher may have hung up already
            channel.sendall(data)
            channel.shutdown(socket.SHUT_WR)
        channel.settimeout(SECONDS)
        assert channel.recv(1) == b""
    assert offers == []
