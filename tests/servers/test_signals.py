"""SIGINT, SIGTERM and SIGHUP end a run in good order, wherever it is, and so do its children."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.system.event_loop import run_async
from publisher.system.interruption import GRACE_SECONDS, Interrupted, postponed, raised
from publisher.system.lock import lock
from tests.support.blog import SECONDS, Blog, heed_signals, interrupt, without_local_site
from tests.support.hub import Hub
from tests.support.processes import are_gone, is_running
from tests.support.web import Answer, Web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.support.servers import Prosody

STATE = ".publisher"
ENDS = {
    signal.SIGINT: (130, "publisher: interrupted; run it again to continue\n"),
    signal.SIGTERM: (143, "publisher: interrupted by SIGTERM; run it again to continue\n"),
    signal.SIGHUP: (129, "publisher: interrupted by SIGHUP; run it again to continue\n"),
}
each_signal = pytest.mark.parametrize("number", ENDS, ids=lambda number: number.name)
# Records its id and that of a child of its own, and waits for the child.
WAITS = """#!/bin/sh
sleep 3600 &
echo $! $$ > {pids}.new
mv {pids}.new {pids}
wait
"""


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path / "blog")
    made.write("2026-01-01-first-post.md", "Text.", title="First")
    return made


@pytest.fixture
def pushed(blog: Blog, prosody: Prosody, node: str, accounts: Mapping[str, str]) -> Blog:
    """A blog with a node on a real server."""
    blog.configure(prosody, node=node, password=accounts["blog"])
    return blog


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        yield server


def replace(blog: Blog, old: str, new: str) -> None:
    config = blog.folder / "publisher.yaml"
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new))


def wait_until(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    while not condition():
        assert process.poll() is None
        time.sleep(0.02)


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def end(process: subprocess.Popen[str], number: int, pids: Path) -> tuple[int, str]:
    """Interrupt the run, and wait until the processes of the script are gone."""
    wait_until(pids.exists, process)
    ended = interrupt(process, number)
    give_up = time.monotonic() + SECONDS
    while not are_gone(pids):
        assert time.monotonic() < give_up, "a child survived"
        time.sleep(0.02)
    return ended


@each_signal
def test_it_ends_the_wait_for_the_lock(pushed: Blog, number: signal.Signals) -> None:
    with (
        lock(pushed.folder / STATE, wait=0),
        pushed.start("publish", "--lock-wait", "3600") as process,
    ):
        assert process.stderr
        assert process.stderr.readline() == "waiting for another run to end ...\n"
        assert interrupt(process, number) == ENDS[number]


@each_signal
def test_the_password_command_ends_with_the_run(
    pushed: Blog, tmp_path: Path, number: signal.Signals
) -> None:
    pids = tmp_path / "pids"
    command = script(tmp_path / "password", WAITS.format(pids=pids))
    replace(pushed, "password_env: BLOG_PASSWORD", f"password_command: {command}")
    with pushed.start("publish") as process:
        assert end(process, number, pids) == ENDS[number]


def test_a_password_command_that_ignores_sigterm_is_killed(pushed: Blog, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    stubborn = WAITS.replace("sh\n", "sh\ntrap '' TERM\n").format(pids=pids)
    command = script(tmp_path / "password", stubborn)
    replace(pushed, "password_env: BLOG_PASSWORD", f"password_command: {command}")
    with pushed.start("publish") as process:
        assert end(process, signal.SIGTERM, pids) == ENDS[signal.SIGTERM]


@each_signal
def test_git_ends_with_the_run(blog: Blog, tmp_path: Path, number: signal.Signals) -> None:
    pids = tmp_path / "pids"
    git = script(tmp_path / "bin" / "git", WAITS.format(pids=pids))
    blog.environment["PATH"] = f"{git.parent}:{os.environ['PATH']}"
    replace(blog, "path: posts,", "path: posts, updated: git,")
    with blog.start("build") as process:
        assert end(process, number, pids) == ENDS[number]


@each_signal
def test_it_ends_the_download_of_a_feed(blog: Blog, web: Web, number: signal.Signals) -> None:
    web.answers["/feed.xml"] = Answer(hold=threading.Event().wait)
    replace(blog, "{path: posts, permalink: pretty}", f"{{feed: {web.url}/feed.xml}}")
    with blog.start("build") as process:
        wait_until(lambda: web.asked, process)
        assert interrupt(process, number) == ENDS[number]


@each_signal
def test_it_ends_the_wait_for_a_hub(blog: Blog, number: signal.Signals) -> None:
    with Hub(hold=threading.Event().wait) as hub:
        replace(blog, "  language: en\n", f"  language: en\n  hubs: {hub.url}\n")
        assert blog.run("build").code == 0
        with blog.start("ping") as process:
            wait_until(lambda: hub.told, process)
            assert interrupt(process, number) == ENDS[number]


@each_signal
def test_a_silenced_node_notifies_again(pushed: Blog, web: Web, number: signal.Signals) -> None:
    """A run without notifications that waits for a page has turned them off already."""
    replace(pushed, "https://blog.example", web.url)
    field = "deliver_notifications"
    with pushed.start("publish", "--no-notify", "--wait-for-url", "3600") as process:
        wait_until(lambda: web.asked, process)
        assert node_field(pushed, field) == "0"
        code, said = interrupt(process, number)
    assert (code, without_local_site(said)) == ENDS[number]
    assert node_field(pushed, field) == "1"


def node_field(blog: Blog, name: str) -> str:
    (node,) = blog.run("node", "show", "--json").json["nodes"]
    (actual,) = [field["actual"] for field in node["fields"] if field["name"] == name]
    return str(actual)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda one: one.name)
def test_the_server_of_the_demo_ends_with_it(tmp_path: Path, number: signal.Signals) -> None:
    process = subprocess.Popen(
        Blog.command("demo", "--output", str(tmp_path / "feeds")),
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,  # noqa: PLW1509 - it sets signals, and nothing else
    )
    with process:
        assert process.stdout
        while "subscribes to" not in process.stdout.readline():
            assert process.poll() is None
        (server,) = [pid for pid in children(process.pid) if "prosody" in command(pid)]
        process.send_signal(number)
        said = process.communicate(timeout=SECONDS)[1]
        assert (process.returncode, said) == ENDS[number]
    assert not is_running(server)
    assert not [path for path in tmp_path.iterdir() if path.name != "feeds"]


def children(pid: int) -> list[int]:
    lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(child) for text in lists for child in text.split()]


def command(pid: int) -> str:
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


@each_signal
def test_closed_streams_change_nothing(pushed: Blog, number: signal.Signals) -> None:
    closed = ["sh", "-c", 'exec "$@" >&- 2>&-', "sh"]
    with lock(pushed.folder / STATE, wait=0):
        process = subprocess.Popen(
            [*closed, *Blog.command("publish", "--lock-wait", "3600")],
            cwd=pushed.folder,
            env={**os.environ, **pushed.environment},
            preexec_fn=heed_signals,  # noqa: PLW1509 - it sets signals, and nothing else
        )
        with process:
            opened = f"/proc/{process.pid}/fd"
            while STATE not in " ".join(targets(opened)):
                assert process.poll() is None
                time.sleep(0.02)
            process.send_signal(number)
            assert process.wait(SECONDS) == ENDS[number][0]


def targets(folder: str) -> list[str]:
    """Where the open descriptors of a process lead."""
    found = []
    for descriptor in Path(folder).iterdir():
        with suppress(FileNotFoundError):
            found.append(str(descriptor.readlink()))
    return found


@each_signal
def test_a_signal_that_was_ignored_at_the_start_stays_ignored(
    pushed: Blog, tmp_path: Path, number: signal.Signals
) -> None:
    """As nohup does for SIGHUP, and a shell for SIGINT to what it runs in the background."""
    asked, go = tmp_path / "asked", tmp_path / "go"
    text = (
        f"#!/bin/sh\ntouch {asked}\nuntil [ -e {go} ]; do sleep 0.05; done\necho $BLOG_PASSWORD\n"
    )
    replace(
        pushed,
        "password_env: BLOG_PASSWORD",
        f"password_command: {script(tmp_path / 'password', text)}",
    )
    process = subprocess.Popen(
        Blog.command("publish"),
        cwd=pushed.folder,
        env={**os.environ, **pushed.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(number, signal.SIG_IGN),  # noqa: PLW1509
    )
    with process:
        wait_until(asked.exists, process)
        process.send_signal(number)
        go.touch()
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (0, "")
    assert "2026-01-01-first-post" in out


def test_two_quick_ones_end_without_a_traceback(pushed: Blog) -> None:
    with lock(pushed.folder / STATE, wait=0):
        for pause in (0.0, 0.001, 0.01, 0.1):
            with pushed.start("publish", "--lock-wait", "3600") as process:
                assert process.stderr
                process.stderr.readline()
                process.send_signal(signal.SIGINT)
                time.sleep(pause)
                code, said = interrupt(process)
            assert (code, said) == ENDS[signal.SIGINT]


# Kills the process by a signal when the interpreter clears its modules, its last step.
AT_THE_VERY_END = """
import os, sys
class Last:
    def __del__(self, kill=os.kill, process=os.getpid()):
        kill(process, {number})
sys.last = Last()
"""


@each_signal
def test_a_signal_while_the_interpreter_ends_does_not_change_the_exit_code(
    pushed: Blog, tmp_path: Path, number: signal.Signals
) -> None:
    text = AT_THE_VERY_END.format(number=int(number))
    (tmp_path / "sitecustomize.py").write_text(text)
    pushed.environment["PYTHONPATH"] = str(tmp_path)
    with (
        lock(pushed.folder / STATE, wait=0),
        pushed.start("publish", "--lock-wait", "3600") as process,
    ):
        assert process.stderr
        process.stderr.readline()
        assert interrupt(process, number) == ENDS[number]


# A module that the program imports, before its own work begins.
KILLS_ITSELF = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"


@pytest.mark.parametrize(
    "module",
    [
        pytest.param({"argparse": KILLS_ITSELF}, id="before"),
        # One of the first modules that any program imports, unless it takes care.
        pytest.param({"re": KILLS_ITSELF}, id="at the start"),
    ],
)
def test_ctrl_c_before_the_work_prints_no_traceback(
    blog: Blog, tmp_path: Path, module: Mapping[str, str]
) -> None:
    for name, text in module.items():
        (tmp_path / f"{name}.py").write_text(text)
    blog.environment["PYTHONPATH"] = str(tmp_path)
    with blog.start("build") as process:
        said = process.communicate(timeout=SECONDS)[1]
        assert (process.returncode, said) == (-signal.SIGINT, "")


def interrupted_in(cleaning_up: Callable[[], object]) -> None:
    with raised():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        finally:
            cleaning_up()


def test_a_signal_waits_for_the_end_of_what_must_not_be_interrupted() -> None:
    steps = []

    def begin() -> None:
        with postponed():
            os.kill(os.getpid(), signal.SIGTERM)
            steps.append("a process has started")
        steps.append("it is known")

    with pytest.raises(Interrupted, match="by SIGTERM"), raised():
        begin()
    assert steps == ["a process has started"]


def test_a_second_signal_does_not_cut_off_the_cleaning_up() -> None:
    cleaned = []

    def clean_up() -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        cleaned.append("a file")

    with pytest.raises(Interrupted, match="by SIGTERM"):
        interrupted_in(clean_up)
    assert cleaned


def test_a_signal_after_a_while_ends_what_hangs_in_the_cleaning_up() -> None:
    def hang() -> None:
        time.sleep(GRACE_SECONDS)
        os.kill(os.getpid(), signal.SIGHUP)
        signal.pause()

    with pytest.raises(Interrupted, match="by SIGHUP"):
        interrupted_in(hang)


@each_signal
def test_a_second_signal_does_not_cut_off_the_closing_of_connections(
    number: signal.Signals,
) -> None:
    closed = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0)
            closed.append("a connection")

    before = signal.getsignal(number)
    with raised():
        handler = signal.getsignal(number)
        with pytest.raises(Interrupted) as caught:
            run_async(work())
        assert caught.value.signal == number
        assert signal.getsignal(number) is handler
    assert closed
    assert signal.getsignal(number) is before


def test_a_signal_that_comes_when_the_work_is_done_still_counts() -> None:
    async def work() -> str:
        os.kill(os.getpid(), signal.SIGINT)
        return "done"

    with pytest.raises(Interrupted):
        run_async(work())


def test_the_handlers_of_a_program_that_uses_the_package_stay() -> None:
    got: list[int] = []

    async def work() -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        return "done"

    before = signal.signal(signal.SIGTERM, lambda number, _: got.append(number))
    try:
        assert run_async(work()) == "done"
    finally:
        signal.signal(signal.SIGTERM, before)
    assert got == [signal.SIGTERM]


def test_a_thread_runs_its_own_loop() -> None:
    with ThreadPoolExecutor() as threads:
        assert threads.submit(run_async, asyncio.sleep(0, "done")).result() == "done"
