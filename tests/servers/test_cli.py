"""The command line: help, exit codes, JSON, and messages that say what to do."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import os
import pkgutil
import re
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from publisher import __version__, cli, load_config
from publisher.app import lookups, project, targets
from publisher.app.options import NodeOptions
from publisher.cli.main import COMMANDS
from publisher.sync.desired import Desired
from publisher.sync.ledger import Ledger
from publisher.sync.ledger_records import LastLook
from publisher.text.node_address import NodeAddress
from tests.support.blog import Blog

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path / "blog")
    made.write("2026-01-01-first-post.md", "The *first* one.", title="First")
    return made


def test_the_help_fits_on_a_screen(blog: Blog) -> None:
    run = blog.run("--help", environment={"COLUMNS": "80"})
    assert run.code == 0
    assert len(run.out.splitlines()) <= 40
    assert all(name in run.out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_of_help_is_wider_than_the_screen(blog: Blog, command: str) -> None:
    for arguments in (("--help",), (command, "--help")):
        run = blog.run(*arguments, environment={"COLUMNS": "80"})
        assert not [line for line in run.out.splitlines() if len(line) > 80]


def test_the_help_of_a_command_says_what_it_does_with_a_configuration(blog: Blog) -> None:
    def about_config(command: str) -> str:
        return " ".join(blog.run(command, "--help").out.split()).partition("--config FILE")[2]

    assert about_config("build").startswith(" the configuration (default: publisher.yaml in this")
    assert about_config("init").startswith(" the file to write (default: publisher.yaml in this fo")
    assert about_config("demo") == ""


def test_every_command_is_in_the_table() -> None:
    names = [module.name for module in pkgutil.iter_modules(cli.__path__)]
    modules = {name: importlib.import_module(f"{cli.__name__}.{name}") for name in names}
    assert {name for name, module in modules.items() if hasattr(module, "run")} == {*COMMANDS}
    assert all(f"  publisher {name}" in modules[name].EXAMPLE for name in COMMANDS)


def imported(blog: Blog, *arguments: str) -> set[str]:
    """The modules that a run imports."""
    run = blog.run(*arguments, environment={"PYTHONPROFILEIMPORTTIME": "1"})
    assert run.code == 0, run.out
    return set(re.findall(r"^import time:.*\| +(\S+)$", run.err, re.MULTILINE))


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_no_command(blog: Blog, option: str) -> None:
    found = {name for name in imported(blog, option) if name.startswith("publisher.cli.")}
    names = ("hand_over", "main", "options", "output", "repeat", "streams", "unwritten_output")
    assert found == {f"publisher.cli.{name}" for name in names}


# What goes out, and what only few need.
SLOW = {"asyncio", "ssl", "urllib.request", "http.client", "slixmpp", "rich", "mutagen", "docutils",
        "feedparser", "markdown", "liquid", "unidecode", "emoji"}  # fmt: skip


def test_a_build_imports_nothing_that_it_does_not_need(blog: Blog) -> None:
    (blog.folder / "cover.jpg").write_bytes(b"a picture")
    blog.write("2026-01-02-b.md", "Text.", title="B", image="/cover.jpg")
    assert not imported(blog, "build") & {*SLOW, "sqlite3"}
    assert b"cover.jpg" in blog.built()["feed.atom"]


def test_a_settled_run_imports_no_network_code(blog: Blog) -> None:
    config = blog.folder / "publisher.yaml"
    config.write_text(
        config.read_text() + "xmpp:\n  jid: blog@localhost\n  password_env: BLOG_PASSWORD\n"
        "  nodes: [{service: pubsub.localhost, node: blog}]\n"
    )
    read = project.read(load_config(config))
    with Ledger(read.config.state) as ledger:
        (target,) = targets.targets(read, ledger, NodeOptions())
        for post in target.task.desired:
            ledger.record_done(target.address, post, at=0.0)
            ledger.record_seen(target.address, [post.id])
        ledger.record_look(
            target.address,
            LastLook(
                looked=time.time(),
                config_digest=target.task.config_digest,
                reader=target.task.reader,
            ),
        )
    for entry in read.entries.entries:
        read.renderings.of(entry)
    lookups.keep(read, [], is_whole=True)
    assert not imported(blog, "publish") & SLOW


def test_reading_a_feed_from_a_file_imports_no_network_code(blog: Blog) -> None:
    config = blog.folder / "publisher.yaml"
    text = config.read_text().replace("{path: posts, permalink: pretty}", "{feed: f.json}")
    config.write_text(text)
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": []}
    (blog.folder / "f.json").write_text(json.dumps(feed))
    assert not imported(blog, "build") & SLOW


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example(blog: Blog, command: str) -> None:
    run = blog.run(command, "--help")
    assert run.code == 0
    assert f"example:\n  publisher {command}" in run.out


def test_the_version_is_printed(blog: Blog) -> None:
    assert blog.run("--version").out == f"publisher {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [(), ("publisch",), ("build", "--loud"), ("build", "--now", "x")]
)
def test_usage_errors_are_one_line(blog: Blog, arguments: tuple[str, ...]) -> None:
    run = blog.run(*arguments)
    assert run.code == 2
    assert len(run.err.splitlines()) == 1
    assert "--help" in run.err


def test_config_may_stand_before_or_after_the_command(blog: Blog, tmp_path: Path) -> None:
    elsewhere = Blog(tmp_path / "elsewhere")
    config = str(blog.folder / "publisher.yaml")
    for arguments in (["--config", config, "build"], ["build", "--config", config]):
        assert str(blog.folder) in elsewhere.run(*arguments).out
    (elsewhere.folder / "publisher.yaml").unlink()
    missing = elsewhere.run("build")
    assert (missing.code, "publisher init" in missing.err) == (2, True)


def test_build_prints_everything_as_json(blog: Blog) -> None:
    blog.write("2026-01-02-draft.md", title="Draft", draft="true")
    blog.write("2026-01-03-bad-link.md", "\nSee [this]().", title="Bad link")
    built = blog.run("build", "--json")
    assert built.code == 0
    assert built.err == ""
    feeds = built.json.pop("feeds")
    document = built.json
    assert {key: document[key] for key in ("posts", "entries")} == {"posts": 3, "entries": 2}
    assert document["skipped"] == [{"path": "2026-01-02-draft.md", "reason": "a draft"}]
    (warning,) = document["warnings"]
    assert (warning["path"], warning["line"]) == ("2026-01-03-bad-link.md", 5)
    state = {"written": True, "state": "written"}
    assert feeds == [
        {"path": str(blog.folder / f"feed.{kind}"), "format": kind, "entries": 2, **state}
        for kind in ("atom", "rss", "json")
    ]
    assert not any(feed["written"] for feed in blog.run("build", "--json").json["feeds"])


def test_a_broken_post_does_not_stop_others(blog: Blog) -> None:
    blog.write("2026-01-02-odd.md", "Text.", title="A: B: C", date="2026-02-30")
    blog.write("broken.md", "Text.", title="A", date="2026-02-30")
    run = blog.run("build")
    assert run.code == 1
    assert f"{blog.posts}/broken.md:3: " in run.err
    assert "(2 entries)" in run.out
    assert b"First" in blog.built()["feed.atom"]


def test_a_feed_that_cannot_be_written_does_not_stop_others(blog: Blog) -> None:
    (blog.folder / "feed.rss").mkdir()
    run = blog.run("build")
    assert run.code == 1
    assert f"{blog.folder}/feed.rss cannot be written" in run.err
    assert (blog.folder / "feed.atom").exists()
    assert (blog.folder / "feed.json").exists()
    for command in ("build", "publish"):
        again = blog.run(command, "--json")
        assert (again.code, "cannot be written" in again.err) == (1, True)


TWO_ACCOUNTS = """\
xmpp:
  - jid: blog@localhost
    host: 127.0.0.1
    port: 1
    password_env: SET
    nodes: [{service: pubsub.localhost, node: blog}]
  - jid: other@localhost
    host: 127.0.0.1
    port: 1
    password_env: NOT_SET
    nodes: [{service: pubsub.localhost, node: other}]
"""


@pytest.mark.parametrize("command", ["publish", "plan", "status", "node show"])
@pytest.mark.parametrize(
    ("has_broken_post", "has_password", "code"),
    [(False, True, 4), (True, True, 1), (False, False, 2), (True, False, 2)],
)
def test_of_several_exit_codes_the_one_that_needs_a_person_wins(
    blog: Blog, command: str, code: int, *, has_broken_post: bool, has_password: bool
) -> None:
    """One server is down (4), a post is broken (1), a password is not set (2)."""
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text() + TWO_ACCOUNTS)
    blog.environment |= {"SET": "x", **({"NOT_SET": "x"} if has_password else {})}
    if has_broken_post:
        blog.write("broken.md", "Text.", date="2026-02-30")
        code = 4 if (command, code) == ("node show", 1) else code  # it reports no posts
    run = blog.run(*command.split())
    assert (run.code, "127.0.0.1" in run.err) == (code, True), run.err


SELECTIVE = """\
site: {title: Notes, url: "https://blog.example", since: 2020-01-01}
posts: {path: posts}
feeds:
  - {path: feed.json, format: json}
  - {path: feed.bread.json, format: json, only: {tags: Bread}}
  - {path: feed.none.json, format: json, only: {tags: [nothing], paths: "x/**"}}
xmpp:
  jid: blog@blog.example
  password_env: NOT_ASKED_FOR
  nodes:
    - {service: pubsub.blog.example, node: blog}
    - {service: pubsub.blog.example, node: "tag/{tag}"}
    - {service: blog@blog.example, node: "urn:xmpp:microblog:0"}
"""


def test_a_feed_has_the_posts_of_its_selection_and_names_their_nodes(blog: Blog) -> None:
    (blog.folder / "publisher.yaml").write_text(SELECTIVE)
    blog.write("2026-01-02-rye.md", "Rye.", title="Rye", tags="[bread, rye]")
    run = blog.run("build", "--json")
    assert run.code == 0, run.err
    assert [feed["entries"] for feed in run.json["feeds"]] == [2, 1, 0]
    found = {
        name: ([item["title"] for item in feed["items"]], feed.get("_xmpp", {}).get("nodes"))
        for name, feed in ((name, json.loads(text)) for name, text in blog.built().items())
    }
    service = "xmpp:pubsub.blog.example?;node="
    pep = "xmpp:blog@blog.example?;node=urn%3Axmpp%3Amicroblog%3A0"
    assert found == {
        "feed.json": (["Rye", "First"], [f"{service}blog", pep]),
        "feed.bread.json": (["Rye"], [f"{service}tag%2Fbread"]),
        "feed.none.json": ([], None),
    }


def test_now_decides_which_posts_are_scheduled(blog: Blog) -> None:
    blog.write("2036-01-01-some-day.md", "Text.", title="Some day")
    assert "scheduled for 2035-12-31T23:00:00Z" in blog.run("build").err
    assert blog.run("build", "--json", "--now", "2036-01-01T00:00:00+01:00").json["entries"] == 2


def test_without_xmpp_publish_builds_and_plan_prints_a_message(blog: Blog) -> None:
    assert blog.run("publish").code == 0
    assert set(blog.built()) == {"feed.atom", "feed.rss", "feed.json"}
    plan = blog.run("plan")
    assert (plan.code, "no xmpp section" in plan.err) == (0, True)
    assert blog.run("plan", "--json").json["nodes"] == []


def test_a_missing_folder_of_posts_is_an_error(blog: Blog) -> None:
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace("path: posts", "path: postings"))
    run = blog.run("build")
    assert (run.code, "posts.path" in run.err) == (2, True)


def test_a_reader_that_leaves_is_not_an_error(blog: Blog) -> None:
    command = blog.command("build", "--help")
    with subprocess.Popen(
        command, cwd=blog.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_init_writes_a_configuration_that_builds(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "new")
    blog.write("2019-05-06-first-post.md", "Text.", title="First")
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--url", "https://blog.example", "--title", 'It\'s: "mine"')
    assert run.code == 0, run.err
    text = (blog.folder / "publisher.yaml").read_text()
    assert "since: 2019-05-06" in text
    assert blog.run("build").code == 0
    assert json.loads(blog.built()["feed.json"])["title"] == 'It\'s: "mine"'
    again = blog.run("init")
    assert (again.code, "already exists" in again.err) == (2, True)
    assert (blog.folder / "publisher.yaml").read_text() == text


def test_init_reads_a_jekyll_site(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "jekyll")
    blog.posts.rename(blog.folder / "_posts")
    (blog.folder / "publisher.yaml").unlink()
    (blog.folder / "_config.yml").write_text(
        "title: Notes\nurl: https://notes.example\nbaseurl: /blog\ntimezone: Asia/Tokyo\n"
        "permalink: pretty\nauthor:\n  name: Ada Example\nplugins: [jekyll-feed]\n"
    )
    run = blog.run("init", "--jid", "notes@xmpp.example")
    assert run.code == 0, run.err
    text = (blog.folder / "publisher.yaml").read_text()
    for line in (
        "title: Notes",
        'url: "https://notes.example/blog"',
        "timezone: Asia/Tokyo",
        "path: _posts",
        "engine: jekyll",
        'name: "Ada Example"',
        "jid: notes@xmpp.example",
        "service: pubsub.xmpp.example",
    ):
        assert line in text


def test_init_leaves_out_settings_that_do_not_fit(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "jekyll")
    (blog.folder / "publisher.yaml").unlink()
    (blog.folder / "_config.yml").write_text(
        "title: Notes\nurl: https://notes.example\ntimezone: Mars/Olympus\n"
        "permalink: /:odd/:title/\n"
    )
    run = blog.run("init")
    assert run.code == 0, run.err
    assert "site.timezone is 'Mars/Olympus'" in run.err
    assert "posts.permalink has :odd" in run.err
    assert "timezone: UTC" in (blog.folder / "publisher.yaml").read_text()
    assert blog.run("build").code == 0


def test_init_names_wrong_arguments(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "new")
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--url", "https://blog.example", "--jid", "nonsense")
    assert run.code == 2
    assert "publisher.yaml is not written" in run.err
    assert "xmpp.jid is 'nonsense'" in run.err
    assert not (blog.folder / "publisher.yaml").exists()


def test_an_empty_folder_is_refused_if_posts_were_published(blog: Blog) -> None:
    """Feeds are as public as a node, so they are not replaced by empty ones either."""
    config = blog.folder / "publisher.yaml"
    config.write_text(
        config.read_text()
        + "xmpp:\n  jid: blog@localhost\n  password_env: BLOG_PASSWORD\n  host: 127.0.0.1\n"
        "  port: 1\n  nodes: [{service: pubsub.localhost, node: blog}]\n"
    )
    with Ledger(blog.folder / ".publisher") as ledger:
        published = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        post = Desired("2026-01-01-first-post", "tag:x", "First", "aa", published)
        ledger.record_done(NodeAddress("pubsub.localhost", "blog"), post, at=0.0)
    blog.run("build")
    before = blog.built()
    (blog.posts / "2026-01-01-first-post.md").unlink()
    run = blog.run("publish")
    assert (run.code, "--allow-retracts" in run.err) == (3, True)
    assert blog.built() == before
    blog.posts.rename(blog.folder / "elsewhere")
    missing = blog.run("publish")
    assert (missing.code, "does not exist, but posts" in missing.err) == (3, True)
    (blog.folder / "elsewhere").rename(blog.posts)
    assert blog.run("publish", "--allow-retracts").code == 2  # the password is next
    assert blog.built() != before


def test_plan_and_status_write_nothing(blog: Blog) -> None:
    before = sorted(path.name for path in blog.folder.iterdir())
    for command in ("plan", "status"):
        assert blog.run(command).code == 0
    assert sorted(path.name for path in blog.folder.iterdir()) == before


def test_status_names_every_file_that_build_writes(blog: Blog) -> None:
    config = blog.folder / "publisher.yaml"
    head = config.read_text().split("feeds:")[0]
    feeds = '[{path: f.atom, format: atom, archive: "{year}.atom"}, {path: "t/{tag}", format: rss}]'
    config.write_text(f"{head}feeds: {feeds}\npage: {{path: p.html}}\nstylesheet: s.css\n")
    blog.write("2025-01-01-a.md", "Text.", title="A", tags="[x]")
    blog.write("2026-01-01-b.md", "Text.", title="B", tags="[x]")
    assert blog.run("status").out.count("(not built yet)") == 5
    built = [line.split()[1] for line in blog.run("build").out.splitlines()[:-1]]
    lines = [line.split() for line in blog.run("status").out.splitlines()[1:]]
    assert [line[1] for line in lines] == built
    assert [line[0] for line in lines] == ["feed", "archive", "feed", "page", "style"]


@pytest.mark.parametrize("text", ["nan", "-1", "soon", "inf"])
def test_a_wrong_number_of_seconds_is_a_usage_error(blog: Blog, text: str) -> None:
    run = blog.run("publish", f"--lock-wait={text}")
    assert (run.code, "not a number of seconds" in run.err) == (2, True)


def test_the_password_may_come_from_a_command_or_a_file(blog: Blog) -> None:
    """Only the errors; the tests with real servers use the password."""
    config = blog.folder / "publisher.yaml"
    head = config.read_text() + (
        "xmpp:\n  jid: blog@localhost\n  host: 127.0.0.1\n  port: 1\n"
        "  nodes: [{service: pubsub.localhost, node: blog}]\n"
    )
    secret = blog.folder / "password"
    secret.write_text("hush\n")
    config.write_text(head + "  password_file: password\n")
    for mode in (0o644, 0o640, 0o604):
        secret.chmod(mode)
        assert f"chmod 600 {secret}" in blog.run("publish").err
    secret.chmod(0o600)
    assert "127.0.0.1:1 cannot be reached" in blog.run("publish").err
    config.write_text(head + "  password_command: sh -c 'echo hush; exit 3'\n")
    failed = blog.run("publish")
    assert (failed.code, "exit code 3" in failed.err, "hush" in failed.err) == (2, True, False)
    config.write_text(head + "  password_command: yes hush\n")
    endless = blog.run("publish")
    assert (endless.code, "more than 65,536 bytes" in endless.err) == (2, True)
    assert "hush" not in endless.err
    config.write_text(head + "  password_command: echo hush\n")
    assert "127.0.0.1:1 cannot be reached" in blog.run("publish").err


def test_the_demo_shows_what_it_promises(blog: Blog, tmp_path: Path) -> None:
    run = blog.run("demo", "--output", str(tmp_path / "out"))
    assert run.code == 0, run.out + run.err
    assert run.out.count("reader received, ") == 5
    for words in (
        "| title       How fast is fast?",
        "| retracted   ",
        "(it printed nothing)",
        "From file to subscriber: ",
        str(tmp_path / "out" / "feed.atom"),
    ):
        assert words in run.out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "feed.atom",
        "feed.css",
        "feed.json",
        "feed.rss",
        "index.html",
    ]


def test_the_demo_without_prosody_names_the_package(blog: Blog) -> None:
    run = blog.run("demo", environment={"PATH": os.devnull})
    assert run.code == 4
    assert "apt-get install prosody" in run.err


def test_an_error_names_a_file_as_seen_from_the_current_folder(blog: Blog, tmp_path: Path) -> None:
    (blog.folder / "_config.yml").write_text("title: [A\n")
    config, name = str(blog.folder / "publisher.yaml"), blog.folder.name
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for folder, shown in (
        (blog.folder, "_config.yml"),
        (blog.folder.parent, f"{name}/_config.yml"),
        (elsewhere, f"{blog.folder}/_config.yml"),
    ):
        run = blog.run("build", "--config", config, folder=folder)
        assert (run.code, run.err.partition(" not YAML")[0]) == (2, f"publisher: {shown}:1:")
