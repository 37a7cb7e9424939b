"""Closed, full, slow and broken output streams do not disturb the work."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager, redirect_stdout
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from publisher.cli import streams
from publisher.system.lock import lock
from tests.support.blog import SECONDS, Blog, Run, heed_signals
from tests.support.hub import Hub
from tests.support.subscribers import Outsider

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.support.servers import Prosody

STATE = ".publisher"
POSTS = 60
DROPPED = (
    "stdout could not be written (No space left on device); the rest of the output was dropped\n"
)


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    """A blog without nodes."""
    made = Blog(tmp_path / "blog")
    made.write("2026-01-01-first-post.md", "Text.", title="First")
    return made


@pytest.fixture
def pushed(blog: Blog, prosody: Prosody, node: str, accounts: Mapping[str, str]) -> Blog:
    """A blog with a node on a real server."""
    blog.configure(prosody, node=node, password=accounts["blog"])
    return blog


@pytest.fixture
def outsider(prosody: Prosody, node: str) -> Outsider:
    return Outsider(prosody, "reader", node)


def ids(outsider: Outsider) -> set[str | None]:
    return {item.id for item in outsider.items()}


def environment(blog: Blog, **more: str) -> dict[str, str]:
    """The environment with buffered streams, as users have them."""
    return {**os.environ, **blog.environment, "PYTHONUNBUFFERED": "", **more}


def redirected(blog: Blog, redirection: str, *arguments: str, **more: str) -> Run:
    """A run as a shell starts it, e.g. with `>&-`."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *blog.command(*arguments)],
        cwd=blog.folder,
        env=environment(blog, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    return Run(done.returncode, done.stdout, done.stderr)


@contextmanager
def unread(
    blog: Blog, command: Sequence[str], *, blocking: bool = True, stderr: int = subprocess.DEVNULL
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A run whose stdout is a pipe with room for one page, and the end of the pipe to read."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writer, blocking)
    process = subprocess.Popen(
        command,
        cwd=blog.folder,
        env=environment(blog),
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=stderr,
        preexec_fn=heed_signals,  # noqa: PLW1509 - it sets signals, and nothing else
    )
    os.close(writer)
    try:
        with process:
            yield process, reader
    finally:
        process.kill()
        os.close(reader)


def rest(descriptor: int) -> str:
    """All output. Reading a terminal ends with an error."""
    chunks = []
    try:
        while chunk := os.read(descriptor, 65536):
            chunks.append(chunk)
    except OSError:
        pass
    return b"".join(chunks).decode()


def write_many(blog: Blog) -> list[str]:
    """Write posts whose output does not fit into the pipe. Returns the ids, oldest first."""
    names = [f"2026-02-{n // 24 + 1:02}-{n:03}-{'long-' * 12}name" for n in range(POSTS)]
    for n, name in enumerate(names):
        date = f"2026-02-{n // 24 + 1:02}T{n % 24:02}:00:00Z"
        blog.write(f"{name}.md", "Text.", title=f"{n:03} {'A long title ' * 6}", date=date)
    return names


@pytest.mark.parametrize(
    "redirection",
    [
        "2>&-",
        ">&-",
        "<&-",
        ">/dev/full",
        "2>/dev/full",
        ">/dev/full 2>&1",
        "<&- >&- 2>&-",
        "1</dev/null",
    ],
)
def test_a_post_is_published_even_if_the_output_cannot_be_written(
    pushed: Blog, outsider: Outsider, redirection: str
) -> None:
    pushed.write("2026-01-02-warning.md", "See [this]().", title="Printed on stderr")
    run = redirected(pushed, redirection, "publish")
    assert (run.code, ids(outsider)) == (0, {"2026-01-01-first-post", "2026-01-02-warning"})
    assert "Traceback" not in run.err
    with closing(sqlite3.connect(next(pushed.folder.glob(f"{STATE}/*.sqlite*")))) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    for file in pushed.folder.rglob("*"):
        assert not file.is_file() or b"+ new " not in file.read_bytes()
    assert pushed.run("publish") == Run(0, "", "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("build",), ("publish",), ("build", "--json")])
def test_a_full_disk_for_the_output_does_not_fail_the_run(
    blog: Blog, arguments: tuple[str, ...], unbuffered: str
) -> None:
    run = redirected(blog, ">/dev/full", *arguments, PYTHONUNBUFFERED=unbuffered)
    *notes, warning = run.err.splitlines(keepends=True)
    assert (run.code, warning) == (0, f"publisher: warning: {DROPPED}")
    assert len(notes) == (arguments == ("publish",)), "there is no node to publish to"
    assert set(blog.built()) == {"feed.atom", "feed.rss", "feed.json"}


def test_init_and_ping_need_no_reader(blog: Blog) -> None:
    (blog.folder / "publisher.yaml").unlink()
    init = redirected(blog, ">/dev/full", "init", "--url", "https://blog.example")
    assert (init.code, init.err.splitlines()[-1]) == (0, f"publisher: warning: {DROPPED.strip()}")
    with Hub(answers=[(202, {})] * 6) as hub:
        config = blog.folder / "publisher.yaml"
        config.write_text(config.read_text().replace("site:\n", f"site:\n  hubs: {hub.url}\n"))
        assert blog.run("build").code == 0
        assert redirected(blog, ">/dev/full", "ping", "--all").code == 0
        assert redirected(blog, "2>&-", "ping", "--all").code == 0
        assert hub.answers == [], "every feed was announced twice"


@pytest.mark.parametrize(
    "arguments", [("status",), ("status", "--json"), ("check",), ("--help",), ("--version",)]
)
def test_a_command_that_only_shows_fails_if_the_output_is_lost(
    blog: Blog, arguments: tuple[str, ...]
) -> None:
    run = redirected(blog, ">/dev/full", *arguments)
    assert (run.code, run.err) == (1, f"publisher: {DROPPED}")
    for redirection in (">&-", "2>&-", "2>/dev/full"):
        assert redirected(blog, redirection, *arguments).code == 0


@pytest.mark.parametrize("arguments", [("plan",), ("plan", "--offline"), ("node", "show")])
def test_node_show_and_plan_fail_if_the_output_is_lost(
    pushed: Blog, arguments: tuple[str, ...]
) -> None:
    code = pushed.run(*arguments).code  # 1 where there is no node yet
    full = redirected(pushed, ">/dev/full", *arguments)
    assert (full.code, full.err.splitlines()[-1]) == (1, f"publisher: {DROPPED.strip()}")
    assert redirected(pushed, ">&-", *arguments).code == code


CHILD = """
import os, pathlib, sys
names = [os.readlink(f"/proc/self/fd/{descriptor}") for descriptor in range(3)]
pathlib.Path(sys.argv[1]).write_text(" ".join(names))
"""
PARENT = f"""
import subprocess, sys
from publisher.cli import streams
with streams.queued():
    subprocess.run([sys.executable, "-c", {CHILD!r}, sys.argv[1]], check=True)
"""


def test_no_file_of_ours_gets_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    found = tmp_path / "found"
    command = [sys.executable, "-c", PARENT, str(found)]
    subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command], check=True)
    assert found.read_text() == "/dev/null /dev/null /dev/null"


def test_the_exit_code_of_the_run_wins_over_lost_output(blog: Blog) -> None:
    config = blog.folder / "publisher.yaml"
    config.write_text(
        config.read_text() + "xmpp:\n  jid: blog@localhost\n  password_env: BLOG_PASSWORD\n"
        "  host: 127.0.0.1\n  port: 1\n  nodes: [{service: pubsub.localhost, node: blog}]\n"
    )
    blog.environment["BLOG_PASSWORD"] = "a password"
    run = redirected(blog, ">/dev/full", "status")
    assert (run.code, run.err.splitlines()[-1]) == (4, f"publisher: {DROPPED.strip()}")
    assert redirected(blog, ">/dev/full", "status", "--nonsense").code == 2


@pytest.mark.parametrize(("command", "code"), [("status", 141), ("build", 0)])
def test_no_message_if_the_reader_has_left(blog: Blog, command: str, code: int) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        blog.command(command),
        cwd=blog.folder,
        env=environment(blog),
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (code, b"")


def test_the_order_of_stdout_and_stderr_is_kept(blog: Blog) -> None:
    blog.write("2026-01-02-draft.md", title="Draft", draft="true")
    (blog.folder / "feed.rss").mkdir()
    lines = redirected(blog, "2>&1", "build").out.splitlines()
    assert [line.split(maxsplit=1)[0] for line in lines] == [
        *("not", "written", "written", "2", "error:"),
    ]


@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "non-blocking"])
def test_a_reader_that_stops_does_not_block_the_run(
    pushed: Blog, outsider: Outsider, *, blocking: bool
) -> None:
    names = write_many(pushed)
    command = pushed.command("publish", "--announce-all")
    with unread(pushed, command, blocking=blocking) as (process, reader):
        first = os.read(reader, 1)
        with lock(pushed.folder / STATE, wait=SECONDS):
            assert {*names} < ids(outsider)
        assert process.poll() is None, "it waits for its reader"
        lines = (first.decode() + rest(reader)).splitlines()
        assert process.wait(SECONDS) == 0
    told = [line.split()[2] for line in lines if line.startswith("+ new ")]
    assert told == ["2026-01-01-first-post", *names]
    assert [line.split()[0] for line in lines[:3]] == ["written"] * 3
    assert lines[-1].startswith("subscribe: xmpp:")


def test_a_password_command_needs_no_reader(
    pushed: Blog, outsider: Outsider, accounts: Mapping[str, str], tmp_path: Path
) -> None:
    script = tmp_path / "password"
    script.write_text(
        f"#!/bin/sh\nseq 20000 >&2\necho '{accounts['blog']}'\n",
    )
    script.chmod(0o700)
    config = pushed.folder / "publisher.yaml"
    text = config.read_text().replace("password_env: BLOG_PASSWORD", f"password_command: {script}")
    config.write_text(text)
    with unread(pushed, pushed.command("publish"), stderr=subprocess.STDOUT) as (process, reader):
        first = os.read(reader, 1)
        with lock(pushed.folder / STATE, wait=SECONDS):
            assert ids(outsider) == {"2026-01-01-first-post"}
        lines = (first.decode() + rest(reader)).splitlines()
        assert process.wait(SECONDS) == 0
    said = [str(number) for number in range(1, 20001)]
    assert [line for line in lines if line.isdecimal()] == said


def test_a_reader_that_leaves_early_does_not_block_the_run(
    pushed: Blog, outsider: Outsider
) -> None:
    names = write_many(pushed)
    run = redirected(pushed, "| head -1", "publish", "--announce-all")
    assert (len(run.out.splitlines()), run.err) == (1, "")
    assert {*names} < ids(outsider)


# Interrupts itself once more where the interpreter would end.
def test_ctrl_c_ends_the_wait_for_a_reader(blog: Blog) -> None:
    write_many(blog)
    with unread(blog, blog.command("check", "--json"), stderr=subprocess.PIPE) as (process, reader):
        os.read(reader, 1)
        assert process.stderr
        while process.poll() is None:  # the first one may still hit the work
            process.send_signal(signal.SIGINT)
            time.sleep(0.05)
        assert (process.returncode, process.stderr.read()) == (130, b"")


def terminal(blog: Blog, *arguments: str) -> tuple[subprocess.Popen[bytes], int]:
    """A run in a terminal of 80 columns, and the other end of the terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        blog.command(*arguments),
        cwd=blog.folder,
        env=environment(blog, TERM="xterm", COLUMNS="80"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    return process, ours


def test_a_terminal_shows_a_bar_below_the_lines(pushed: Blog) -> None:
    names = write_many(pushed)
    process, screen = terminal(pushed, "publish", "--announce-all")
    shown = rest(screen)
    os.close(screen)
    assert process.wait(SECONDS) == 0
    assert f"{POSTS + 1}/{POSTS + 1}" in shown
    assert "\x1b[?25h" in shown, "the cursor is back"
    assert all(name in shown.replace("\r\n", "") for name in names)


def shown(blog: Blog, *arguments: str) -> list[str]:
    """The lines that a terminal shows of a successful run."""
    process, screen = terminal(blog, *arguments)
    text = rest(screen)
    os.close(screen)
    assert process.wait(SECONDS) == 0, text
    # The first characters hide and show the cursor, for the bar.
    return [line for line in re.sub(r"\x1b\[[?0-9]*[a-zA-Z]", "", text).splitlines() if line]


def settle(blog: Blog) -> None:
    """Let an hour pass, so that the next run looks at the node again and later ones do not."""
    with closing(sqlite3.connect(blog.folder / STATE / "ledger.sqlite")) as ledger:
        ledger.execute("UPDATE item SET at = at - 3600")
        ledger.commit()


EQUAL = "nothing to push: every node equals the posts"
EQUALLED = "nothing to push: every node equalled the posts at the last look"


def test_a_terminal_shows_whether_the_nodes_were_looked_at(pushed: Blog) -> None:
    assert pushed.run("publish").code == 0
    settle(pushed)
    assert shown(pushed, "publish") == [EQUAL]
    assert shown(pushed, "publish") == [EQUALLED]
    assert shown(pushed, "publish", "--verify") == [EQUAL]
    assert pushed.run("publish").out == ""


def test_a_terminal_shows_which_posts_are_left_out_and_a_hook_does_not(
    pushed: Blog, prosody: Prosody, node: str
) -> None:
    for day in (2, 3):
        pushed.write(f"2026-01-0{day}-post-{day}.md", "Text.")
    assert pushed.run("publish").code == 0
    Outsider(prosody, "blog", node).configure(max_items="2")
    assert pushed.run("publish", "--verify").code == 0
    settle(pushed)
    note = f"note: pubsub.localhost {node}: no room for the oldest post"
    for _ in range(2):  # the second run looks at no node
        assert shown(pushed, "publish") == [note]
        run = pushed.run("publish")
        assert (run.out, run.err) == ("", "")


def test_a_terminal_does_not_claim_that_a_broken_post_equals_its_item(pushed: Blog) -> None:
    pushed.write("2026-01-02-second-post.md", "Text.", title="Second")
    assert pushed.run("publish").code == 0
    (pushed.posts / "2026-01-01-first-post.md").write_text("<<<<<<< HEAD\n---\na: 1\n---\n")
    process, screen = terminal(pushed, "publish")
    text = rest(screen)
    os.close(screen)
    assert process.wait(SECONDS) == 1
    assert "nothing to push" not in text


def test_a_closed_terminal_does_not_block_the_run(pushed: Blog, outsider: Outsider) -> None:
    names = write_many(pushed)
    process, screen = terminal(pushed, "publish", "--announce-all")
    os.read(screen, 1)
    os.close(screen)
    assert process.wait(SECONDS) == 0
    assert {*names} < ids(outsider)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_title_that_the_encoding_lacks_does_not_end_the_run(blog: Blog, unbuffered: str) -> None:
    blog.write("2026-01-02-grüße.md", title="Grüße", draft="true")
    run = redirected(blog, "", "check", PYTHONIOENCODING="ascii", PYTHONUNBUFFERED=unbuffered)
    assert (run.code, run.err) == (0, "")
    assert r"2026-01-02-gr\xfc\xdfe.md" in run.out


def test_after_an_error_the_rest_is_dropped() -> None:
    """Output with a gap would be worse than output that ends."""
    reader, writer = os.pipe()
    full = os.open("/dev/full", os.O_WRONLY)
    file = streams.QueuedFile(full, SimpleQueue(), [])
    file.deliver(b"before\n")
    os.dup2(writer, full)
    file.deliver(b"after\n")
    os.close(full)
    os.close(writer)
    assert rest(reader) == ""
    os.close(reader)


def test_an_object_in_place_of_stdout_is_not_replaced() -> None:
    with redirect_stdout(io.StringIO()) as printed, streams.queued() as output:
        assert sys.stdout is printed
        sys.stdout.write("text")
    assert (printed.getvalue(), output.stdout_error) == ("text", None)
