"""A full disk, a missing permission or a wrong clock: one sentence, and nothing is lost."""

from __future__ import annotations

import datetime as dt
import os
import pwd
import shlex
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher import sources
from publisher.config import Config, Posts, Site
from publisher.errors import ConfigError
from publisher.sources.engines import RECORDS
from tests.support.blog import SECONDS, Blog, Run
from tests.support.subscribers import Outsider, Subscriber
from tests.support.users import ordinary_user

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from publisher.config import Engine
    from publisher.post import Reading
    from tests.support.servers import Prosody

FIRST = "2026-01-01-first-post"
DENIED = "cannot be read: Permission denied"


@pytest.fixture
def blog(tmp_path: Path, prosody: Prosody, node: str, accounts: Mapping[str, str]) -> Blog:
    made = Blog(tmp_path / "blog")
    made.configure(prosody, node=node, password=accounts["blog"])
    made.write(f"{FIRST}.md", "Text.", title="First")
    return made


# Permissions.


@pytest.fixture
def folder() -> Iterator[Path]:
    """pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        subprocess.run(["chmod", "-R", "u+rwX", name], check=True)


def read(folder: Path, engine: Engine) -> Reading:
    with ordinary_user():
        return sources.read(
            Config(
                path=folder / "publisher.yaml",
                state=folder / "state",
                site=Site(title="A blog", url="https://blog.example", since=dt.date(2020, 1, 1)),
                posts=Posts(path=folder / "posts", engine=engine),
            ),
            now=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        )


def refusal(folder: Path, engine: Engine) -> str:
    with pytest.raises(ConfigError) as caught:
        read(folder, engine)
    return str(caught.value)


def advice(path: Path) -> str:
    """What to do about a file or folder of root, or else of the user who runs the tests."""
    if os.geteuid():
        return f"; run: chmod {'u+r' if path.is_file() else 'u+rx'} {path}"
    needed = "read it" if path.is_file() else "list and search it (chmod +rx)"
    return f"; let the user who runs publisher {needed}"


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("---\npublish: true\n---\n")


@pytest.mark.parametrize("mode", [0o644, 0o311, 0], ids=oct)
@pytest.mark.parametrize("engine", RECORDS)
def test_posts_that_the_user_may_not_read_are_one_error(
    folder: Path, engine: Engine, mode: int
) -> None:
    """Without the permission to search, a folder can be listed, but its files cannot be read."""
    write(folder, "posts/2026-01-01-a.md", "posts/2026-01-02-b.md")
    (folder / "posts").chmod(mode)
    assert refusal(folder, engine) == (
        f"{folder}/publisher.yaml: posts.path: {folder}/posts {DENIED}{advice(folder / 'posts')}"
    )


def own(folder: Path) -> None:
    """Give everything in the folder to the ordinary user."""
    uid = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else -1
    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, -1)


@pytest.mark.parametrize("site", ["", "_config.yml"])
@pytest.mark.parametrize("closed", ["blog", "blog/the posts"])
def test_a_closed_folder_above_the_posts_is_named_with_the_command(
    folder: Path, closed: str, site: str
) -> None:
    """Whether the posts or a folder above them can be listed, but not searched."""
    write(folder, "blog/the posts/2026-01-01-a.md", "blog/the posts/2026-01-02-b.md", site or "x")
    own(folder)
    (folder / closed).chmod(0o600)
    with pytest.raises(ConfigError) as caught, ordinary_user():
        sources.read(
            Config(
                path=folder / "publisher.yaml",
                state=folder / "state",
                site=Site(title="A blog", url="https://blog.example", since=dt.date(2020, 1, 1)),
                posts=Posts(
                    path=folder / "blog" / "the posts",
                    engine="jekyll",
                    site=folder if site else None,
                ),
            ),
            now=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        )
    shown = shlex.quote(f"{folder / closed}")
    assert str(caught.value) == (
        f"{folder}/publisher.yaml: posts.path: {folder / closed} {DENIED}; run: chmod u+rx {shown}"
    )


def test_a_post_that_its_owner_may_not_read_need_not_be_removed(folder: Path) -> None:
    write(folder, "posts/2026-01-01-a.md", "posts/2026-01-02-b.md")
    own(folder)
    (folder / "posts" / "2026-01-01-a.md").chmod(0)
    (broken,) = read(folder, "jekyll").skipped
    file = folder / "posts" / "2026-01-01-a.md"
    assert broken.reason == f"{DENIED}; run: chmod u+r {file}"


@pytest.mark.parametrize("mode", [0o644, 0o311], ids=oct)
def test_a_folder_of_posts_that_the_user_may_not_read_is_one_broken_post(
    folder: Path, mode: int
) -> None:
    write(folder, "posts/2026-01-01-a.md", "posts/closed/2026-01-02-b.md", "posts/closed/c.md")
    (folder / "posts" / "closed").chmod(mode)
    skipped = read(folder, "jekyll").skipped
    assert [(str(skip.path), skip.reason) for skip in skipped if skip.broken] == [
        ("closed", f"the folder {DENIED}{advice(folder / 'posts' / 'closed')}")
    ]


SETTINGS = [
    (engine, file)
    for engine, record in RECORDS.items()
    for file in record.site_files
    if engine != "plain"  # it has no settings of its own
]


@pytest.mark.parametrize(("engine", "file"), SETTINGS)
def test_settings_that_the_user_may_not_read_are_one_error(
    folder: Path, engine: Engine, file: str
) -> None:
    write(folder, "posts/2026-01-01-a.md", file)
    (folder / file).chmod(0)
    assert refusal(folder, engine) == f"{folder / file}: {DENIED}{advice(folder / file)}"


@pytest.mark.parametrize(
    ("engine", "settings", "file"),
    [
        ("jekyll", "_config.yml", "_data/authors.yml"),
        ("eleventy", "eleventy.config.js", "posts/posts.json"),
        ("pelican", "pelicanconf.py", "publishconf.py"),
    ],
)
def test_further_settings_that_the_user_may_not_read_are_one_error(
    folder: Path, engine: Engine, settings: str, file: str
) -> None:
    write(folder, "posts/2026-01-01-a.md", file)
    (folder / settings).write_text("")
    (folder / file).chmod(0)
    assert refusal(folder, engine) == f"{folder / file}: {DENIED}{advice(folder / file)}"


# The clock.


def move_ledger(blog: Blog, days: float) -> None:
    """As if all that it records had happened by a clock that was ahead; now it is right again."""
    with closing(sqlite3.connect(blog.folder / ".publisher" / "ledger.sqlite")) as ledger:
        ledger.execute("UPDATE item SET at = at + ?", (days * 86_400,))
        ledger.execute("UPDATE node SET looked = looked + ?", (days * 86_400,))
        ledger.commit()


EARLY = "2026-01-02-early"
DATED = "2026-01-02 08:00 UTC"
BEFORE = "2026-01-02T07:52:00Z"


@pytest.fixture
def published(blog: Blog) -> Blog:
    """A blog with a post that was due when it was published."""
    blog.write(f"{EARLY}.md", "Text.", title="Early", date="2026-01-02T08:00:00Z")
    assert blog.run("publish").code == 0
    return blog


def forget(blog: Blog, columns: str) -> None:
    with closing(sqlite3.connect(blog.folder / ".publisher" / "ledger.sqlite")) as ledger:
        ledger.execute(f"UPDATE item SET {columns}")  # noqa: S608
        ledger.commit()


# The ledgers of older versions have neither the source nor the path of a post.
@pytest.mark.parametrize("columns", ["at = 0", "source = ''", "source = '', path = ''"])
def test_a_post_stays_published_when_the_clock_goes_back(
    published: Blog, prosody: Prosody, node: str, columns: str
) -> None:
    """Again and again, and it is not announced when the clock is right."""
    blog = published
    forget(blog, columns)
    feed = (blog.folder / "feed.atom").read_bytes()
    # A post that was not published is not due.
    blog.write("2026-01-02-waits.md", "Text.", title="Waits", date="2026-01-02T09:00:00Z")
    with Subscriber(prosody, "reader", node) as reader:
        for command in ("plan", "publish", "publish"):
            run = blog.run(command, "--now", BEFORE)
            assert run.code == 0
            assert "removed" not in run.out
            assert f"{EARLY}.md:3: is dated {DATED}, but --now says 2026-01-02 07:52 UTC" in run.err
            assert "so it stays published. Correct the time" in run.err
            assert run.err.count("is dated") == 1
        (blog.folder / "posts" / "2026-01-02-waits.md").unlink()
        assert "removed" not in blog.run("publish").out
        reader.nothing_for(0.5)
        assert {item.id for item in reader.items()} == {FIRST, EARLY}
    assert (blog.folder / "feed.atom").read_bytes() == feed


def test_a_key_that_the_settings_name_meanwhile_is_no_edit_of_the_post(published: Blog) -> None:
    forget(published, "at = 0")
    config = published.folder / "publisher.yaml"
    named = config.read_text().replace("{path: posts,", "{path: posts, keys: {tags: topics},")
    assert named != config.read_text()
    config.write_text(named)
    run = published.run("publish", "--now", BEFORE)
    assert (run.code, "removed" in run.out) == (0, False)
    assert "so it stays published" in run.err


def test_the_clock_of_the_machine_is_named(blog: Blog, prosody: Prosody, node: str) -> None:
    """A post from tomorrow, published by a clock that was ahead."""
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    name = f"{tomorrow:%Y-%m-%d}-early"
    blog.write(f"{name}.md", "Text.", title="Early", date=tomorrow.isoformat())
    assert blog.run("publish", "--now", (tomorrow + dt.timedelta(hours=1)).isoformat()).code == 0
    feed = (blog.folder / "feed.atom").read_bytes()
    run = blog.run("publish")
    assert (run.code, run.out) == (0, "")
    assert f"{name}.md:3: is dated " in run.err
    assert "but the clock of this machine says " in run.err
    assert "Correct the clock; to unpublish a post, change its date" in run.err
    assert {item.id for item in Outsider(prosody, "reader", node).items()} == {FIRST, name}
    for command in ("build", "status", "check"):
        said = blog.run(command)
        assert "but the clock of this machine says " in said.err + said.out
    assert (blog.folder / "feed.atom").read_bytes() == feed


def test_a_post_that_its_author_moves_into_the_future_is_unpublished(published: Blog) -> None:
    published.write(f"{EARLY}.md", "Text.", title="Early", date="2096-01-02T08:00:00Z")
    run = published.run("publish", "--allow-retracts")
    assert (run.code, f"- removed  {EARLY}" in run.out) == (0, True)
    assert EARLY not in (published.folder / "feed.atom").read_text()


def test_a_build_without_nodes_says_that_the_clock_may_have_gone_back(blog: Blog) -> None:
    """Nothing is recorded of posts then, so they leave the feeds."""
    blog.configure()
    blog.write(f"{EARLY}.md", "Text.", title="Early", date="2026-01-02T08:00:00Z")
    assert blog.run("build").err == ""
    run = blog.run("build", "--now", BEFORE)
    assert run.code == 0
    assert f"{EARLY}.md:3: is dated {DATED}, but --now says 2026-01-02 07:52 UTC" in run.err
    assert " was built at " in run.err
    # A post that waits for its date needs no warning.
    blog.write(f"{EARLY}.md", "Text.", title="Early", date="2096-01-02T08:00:00Z")
    assert "is dated" not in blog.run("build").err


def test_a_look_in_the_future_does_not_count(blog: Blog, prosody: Prosody, node: str) -> None:
    """Else the node would not be looked at until the clock has caught up."""
    blog.run("publish")
    move_ledger(blog, 3_000)
    Outsider(prosody, "blog", node).retract(FIRST)
    run = blog.run("publish")
    assert (run.code, f"+ missing  {FIRST}" in run.out) == (0, True)
    assert blog.run("publish").out == ""


@pytest.mark.parametrize("now", ["1970-01-01", "1979-12-31", "2025-12-31"])
def test_a_clock_before_all_posts_loses_nothing(
    blog: Blog, prosody: Prosody, node: str, now: str
) -> None:
    blog.run("publish")
    feed = (blog.folder / "feed.atom").read_bytes()
    run = blog.run("publish", "--now", now)
    assert run.code == 0
    assert f"but --now says {now} 00:00 UTC" in run.err
    assert [item.id for item in Outsider(prosody, "reader", node).items()] == [FIRST]
    assert (blog.folder / "feed.atom").read_bytes() == feed


# The disk.


def on_a_small_disk(blog: Blog, folder: Path, script: str) -> Run:
    """Run a script where a disk of 400 kB is mounted at the folder, in a namespace of its own.

    What is there before is copied to the disk, and back at the end.
    """
    in_a_namespace = ["unshare", "--map-root-user", "--mount"]
    if subprocess.run([*in_a_namespace, "true"], check=False).returncode:
        pytest.fail(
            "this user may not mount a disk in a namespace of its own; allow it, or run the tests "
            "outside of this container or chroot"
        )
    program = " ".join(blog.command())
    text = f"""
    cp -a {folder} {folder}.before
    mount -t tmpfs -o size=400k none {folder} && cp -a {folder}.before/. {folder}
    publisher() {{ {program} "$@"; }}
    fill() {{ dd if=/dev/zero of={folder}/filled bs=4k 2> /dev/null; }}
    {script}
    code=$?
    rm -f {folder}/filled
    mkdir -p {folder}.after && cp -a {folder}/. {folder}.after
    exit $code
    """
    done = subprocess.run(
        [*in_a_namespace, "bash", "-c", text],
        cwd=blog.folder,
        env={**os.environ, **blog.environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    shutil.rmtree(folder)
    Path(f"{folder}.after").rename(folder)
    return Run(done.returncode, done.stdout, done.stderr)


FULL = "make room on the disk\n"


@pytest.mark.parametrize("is_new", [True, False], ids=["new", "used"])
def test_a_full_disk_below_the_state_folder_loses_nothing(
    blog: Blog, prosody: Prosody, node: str, *, is_new: bool
) -> None:
    state = blog.folder / ".publisher"
    if is_new:
        state.mkdir()
    else:
        assert blog.run("publish").code == 0
    blog.write("2026-01-02-second-post.md", "Text.", title="Second")
    run = on_a_small_disk(blog, state, "fill; publisher publish")
    assert run.code == 2
    # A new ledger is made before the look, a used one is not written before the first intent.
    who = f"publisher: {state.name}" if is_new else f"error: {prosody.service} {node}: {state}"
    assert run.err == f"{who}/ledger.sqlite: database or disk is full; {FULL}"
    names = ["2026-01-02-second-post", *([FIRST] if is_new else [])]
    shown = {item.id for item in Outsider(prosody, "reader", node).items()} if not is_new else set()
    assert "2026-01-02-second-post" not in shown, "nothing is sent that cannot be recorded"
    after = blog.run("publish")
    assert after.code == 0, after.err
    assert [name for name in names if f"+ new      {name}" not in after.out] == []


def test_a_watcher_that_finds_a_full_disk_at_its_start_asks_to_be_started_again(
    blog: Blog,
) -> None:
    """systemd does not start it again after exit code 2, and the disk may have room later."""
    state = blog.folder / ".publisher"
    state.mkdir()
    run = on_a_small_disk(blog, state, "fill; publisher watch")
    assert (run.code, run.err.splitlines()[-1].endswith(FULL.strip())) == (4, True), run.err


@pytest.mark.parametrize("is_full_first", [True, False], ids=["at its start", "later"])
def test_a_watcher_on_a_full_disk_sends_what_is_new_once_there_is_room(
    blog: Blog, prosody: Prosody, node: str, *, is_full_first: bool
) -> None:
    with (blog.folder / "publisher.yaml").open("a") as config:
        config.write("watch: {settle: 0.3}\n")
    assert blog.run("publish").code == 0
    post = blog.write("2026-01-02-second-post.md", "Text.", title="Second")
    post.rename(blog.folder / post.name)
    log, status = blog.folder / "log", blog.folder / "status"
    script = f"""
    said() {{
        for _ in $(seq {int(5 * SECONDS)}); do grep -qF "$1" {log} && return; sleep 0.1; done
    }}
    {"fill" if is_full_first else ":"}
    {" ".join(blog.command("watch"))} > /dev/null 2> {log} &
    said "logged in"
    {":" if is_full_first else "fill"}
    mv {blog.folder / post.name} {post}
    said "the watcher tries again by itself"
    for _ in $(seq {int(5 * SECONDS)}); do
        publisher status > {status}
        grep -qF "it tries again by itself" {status} && break
    done
    rm {blog.folder}/.publisher/filled
    said "+ new      2026-01-02-second-post"
    kill $!
    wait $!
    """
    run = on_a_small_disk(blog, blog.folder / ".publisher", script)
    assert run.code == 143, log.read_text()
    assert "it tries again by itself" in status.read_text(), "the file of the watcher is old"
    assert len([*Outsider(prosody, "reader", node).items()]) == 2


@pytest.mark.parametrize("command", ["status", "plan --offline", "node show"])
@pytest.mark.parametrize("left", ["", "log"])
def test_a_command_that_only_reads_works_on_a_full_disk(
    blog: Blog, command: str, left: str
) -> None:
    """Also after a run that was killed or failed there: then the ledger stays in its WAL mode."""
    state = blog.folder / ".publisher"
    assert blog.run("publish").code == 0
    blog.write("2026-01-02-second-post.md", "Text.", title="Second")
    leave_in_wal_mode(state / "ledger.sqlite", with_log=left == "log")
    run = on_a_small_disk(blog, state, f"fill; publisher {command}")
    assert (run.code, run.err) == (0, "")
    if command == "status":
        assert FIRST not in run.out, "the ledger was read"


def leave_in_wal_mode(ledger: Path, *, with_log: bool) -> None:
    """As a run does that is killed, or that finds no room at its end."""
    database = sqlite3.connect(ledger)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("UPDATE node SET looked = looked")
    database.commit()
    files = {path: path.read_bytes() for path in (ledger, Path(f"{ledger}-wal"))}
    database.close()
    if with_log:
        for path, data in files.items():
            path.write_bytes(data)


def test_a_full_disk_below_the_feeds_keeps_the_old_ones(blog: Blog) -> None:
    output = blog.folder / "out"
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace("path: feed.", "path: out/feed."))
    assert blog.run("publish").code == 0
    before = {path.name: path.read_bytes() for path in output.iterdir()}
    blog.write("2026-01-02-second-post.md", "Text. " * 2_000, title="Second")
    run = on_a_small_disk(blog, output, "fill; publisher publish")
    assert run.code == 1
    assert run.err.count("No space left on device") == len(run.err.splitlines()) == len(before)
    assert "Errno" not in run.err
    assert {path.name: path.read_bytes() for path in output.iterdir()} == before
    assert "+ new      2026-01-02-second-post" in run.out, "the nodes do not wait for the feeds"
