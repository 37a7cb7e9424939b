"""The preview over HTTP, and in a browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.blog import SECONDS, heed_signals
from tests.support.built_blog import BuiltBlog
from tests.support.rfc4287 import violations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from selenium import webdriver

MP3 = bytes(range(256)) * 4


@dataclass
class Preview:
    """A running `publisher serve`, which listens on `port`."""

    process: subprocess.Popen[str]
    port: int

    def get(
        self, path: str, *, method: str = "GET", **headers: str
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers with names in lower case, and body."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)) as connection:
            connection.request(method, path, headers=sent)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, found, answer.read()

    def say(self) -> str:
        """The next line on stdout."""
        return stream(self.process.stdout).readline()


def stream(opened: IO[str] | None) -> IO[str]:
    assert opened
    return opened


@contextmanager
def preview(blog: BuiltBlog, *arguments: str) -> Iterator[Preview]:
    """Serve on a free port, and wait until the posts were read."""
    with subprocess.Popen(
        blog.command("serve", "--port", "0", *arguments),
        cwd=blog.folder,
        env={**os.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,  # noqa: PLW1509 - it sets signals, and nothing else
    ) as process:
        try:
            port = ""
            for line in stream(process.stdout):
                port = port or "".join(re.findall(r"http://\S+:(\d+)/", line))
                if re.search(r"\d\d  \d+ posts?, ", line):
                    break
            yield Preview(process, int(port))
        finally:
            process.kill()


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    made = BuiltBlog(tmp_path / "site")
    made.set_up()
    made.write("2026-01-01-first-post.md", "The body of the first post.", title="First")
    made.write("2026-01-02-second-post.md", "See [nothing](/nothing/).", title="Second")
    made.write("2026-01-03-a-draft.md", "Not yet.", title="Draft", draft="true")
    made.build_site(leaves_out={"a-draft"})
    (made.output / "talk.mp3").write_bytes(MP3)
    (made.output / ".env").write_text("secret")
    return made


@pytest.fixture
def served(blog: BuiltBlog) -> Iterator[Preview]:
    with preview(blog) as started:
        yield started


def test_feeds_are_those_that_build_writes(served: Preview, blog: BuiltBlog) -> None:
    kinds = {"atom": "atom+xml", "rss": "rss+xml", "json": "feed+json"}
    shown = {form: served.get(f"/feed.{form}") for form in kinds}
    assert not blog.built(), "nothing is written"
    assert blog.run("build").code == 0
    for form, (status, headers, data) in shown.items():
        assert (status, headers["content-type"]) == (200, f"application/{kinds[form]}")
        assert data == blog.built()[f"feed.{form}"]
    assert not violations(shown["atom"][2])


def test_pages_of_the_site_are_served_and_nothing_else(served: Preview) -> None:
    status, headers, body = served.get("/first-post/")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"The body of the first post." in body
    assert served.get("/first-post")[1]["location"] == "/first-post/"
    for path in ("/.env", "/%2e%2e/publisher.yaml", "/../publisher.yaml", "/nothing/"):
        assert served.get(path)[0] == 404
    assert served.get("/", method="POST")[0] == 405


def test_a_client_that_has_the_newest_version_gets_only_304(served: Preview) -> None:
    for path in ("/feed.atom", "/first-post/", "/talk.mp3", "/.publisher/"):
        status, headers, _ = served.get(path)
        assert status == 200
        again, _, body = served.get(path, if_none_match=f'"x", W/{headers["etag"]}')
        assert (again, body) == (304, b"")
        assert served.get(path, if_none_match='"x"')[0] == 200


def test_players_get_the_part_of_a_recording_that_they_ask_for(served: Preview) -> None:
    status, headers, body = served.get("/talk.mp3", range="bytes=100-199")
    assert (status, headers["content-type"]) == (206, "audio/mpeg")
    assert headers["content-range"] == f"bytes 100-199/{len(MP3)}"
    assert body == MP3[100:200]
    assert served.get("/talk.mp3", range=f"bytes={len(MP3)}-")[0] == 416
    assert served.get("/talk.mp3", range="bytes=0-1, 5-6")[0] == 206


@pytest.mark.parametrize(
    "given", ["bytes", "bytes=", "bytes=a-b", "bytes=9-3", "lines=1-2", "bytes=1-2,x", "bytes=--3"]
)
def test_a_range_that_makes_no_sense_is_ignored(served: Preview, given: str) -> None:
    """RFC 9110, section 14.2."""
    status, headers, body = served.get("/talk.mp3", range=given)
    assert (status, body) == (200, MP3)
    assert "content-range" not in headers


def test_a_folder_that_is_replaced_is_followed(served: Preview, blog: BuiltBlog) -> None:
    blog.posts.rename(blog.posts.with_name("old"))
    shutil.copytree(blog.posts.with_name("old"), blog.posts)
    assert "2 posts" in served.say()
    blog.write("2026-01-04-fourth-post.md", "Text.", title="Fourth")
    blog.build_site(leaves_out={"a-draft"})
    while "3 posts" not in served.say():
        pass


@pytest.mark.parametrize("name", ["100% #1?.txt", "a%23b.txt", "?.TXT"])
def test_a_name_with_signs_of_urls_has_its_media_type(
    served: Preview, blog: BuiltBlog, name: str
) -> None:
    (blog.output / name).write_text("text")
    status, headers, _ = served.get(f"/{quote(name)}")
    assert (status, headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert served.get("/talk.mp3", method="HEAD")[1]["content-length"] == str(len(MP3))


def test_a_host_that_is_not_this_machine_gets_no_answer(served: Preview, blog: BuiltBlog) -> None:
    status, _, body = served.get("/first-post/", host="rebound.example")
    assert (status, b"first" in body) == (421, False)
    with preview(blog, "--host", "laptop.example") as other:
        assert other.get("/first-post/", host="laptop.example")[0] == 200


def test_each_post_has_its_problems_beside_it(served: Preview) -> None:
    problems = json.loads(served.get("/.publisher/post?page=/second-post/")[2])
    assert problems["file"] == "2026-01-02-second-post.md"
    assert any("/nothing/" in problem for problem in problems["problems"])
    assert json.loads(served.get("/.publisher/post?page=/")[2]) is None
    page = served.get("/.publisher/")[2].decode()
    assert 'href="/second-post/"' in page
    assert "2026-01-03-a-draft.md: " in page


def test_a_post_that_cannot_be_read_leaves_the_others(served: Preview, blog: BuiltBlog) -> None:
    blog.write("2026-01-04-broken.md", "Text.", title="[")
    assert "2 posts" in served.say()
    assert "2026-01-04-broken.md: " in served.get("/.publisher/")[2].decode()


def test_a_broken_configuration_keeps_what_is_shown(served: Preview, blog: BuiltBlog) -> None:
    config = blog.folder / "publisher.yaml"
    before = config.read_text()
    config.write_text(before.replace("feeds:", "foods:"))
    errors = stream(served.process.stderr)
    assert next(line for line in errors if "foods" in line)
    page = served.get("/.publisher/")[2].decode()
    assert "foods" in page
    assert "Second" in page
    assert served.get("/feed.atom")[0] == 200
    config.write_text(before)
    assert "2 posts" in served.say()
    assert "foods" not in served.get("/.publisher/")[2].decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_browsers_wait_for_changes(
    served: Preview, number: signal.Signals
) -> None:
    with closing(HTTPConnection("127.0.0.1", served.port, timeout=SECONDS)) as waiting:
        waiting.request("GET", "/.publisher/events")
        with waiting.getresponse() as events:
            assert events.readline() == b"event: version\n"
            served.process.send_signal(number)
            assert served.process.wait(SECONDS) == 128 + number


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("foo", "'foo' is not an IP address; e.g. 127.0.0.1"),
        ("192.0.2.1", "this machine does not have the address; pass another --bind"),
    ],
)
def test_an_address_that_this_machine_does_not_have_is_named(
    blog: BuiltBlog, address: str, said: str
) -> None:
    run = blog.run("serve", "--bind", address)
    assert (run.code, said in run.err) == (2, True), run.err


def test_a_port_in_use_is_named_with_the_way_out(blog: BuiltBlog) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = blog.run("serve", "--port", str(port))
    assert run.code == 2
    assert f"cannot listen on 127.0.0.1, port {port}: Address already in use" in run.err
    assert "--port 0" in run.err


def test_a_browser_shows_the_problems_and_reloads_after_a_change(
    served: Preview, blog: BuiltBlog, browser: webdriver.Chrome
) -> None:
    until = WebDriverWait(browser, SECONDS).until
    browser.get(f"http://127.0.0.1:{served.port}/second-post/")
    box = until(lambda one: one.execute_script(
        "return [...document.querySelectorAll('body > div')].map("
        "one => one.shadowRoot?.textContent ?? '').join('')"))  # fmt: skip
    assert "2026-01-02-second-post.md" in box
    blog.write("2026-01-02-second-post.md", "Quite another text.", title="Second")
    blog.build_site(leaves_out={"a-draft"})
    until(lambda one: "Quite another text." in one.find_element(By.TAG_NAME, "body").text)


def test_a_site_that_is_removed_for_a_moment_leads_to_the_posts(
    served: Preview, blog: BuiltBlog
) -> None:
    shutil.rmtree(blog.output)
    for path in ("/", "/.publisher"):
        assert served.get(path)[1]["location"] == "/.publisher/"


def test_without_a_built_site_the_feeds_are_shown(tmp_path: Path) -> None:
    blog = BuiltBlog(tmp_path / "site")
    config = blog.folder / "publisher.yaml"
    config.write_text(re.sub(r"  output: _site\n|, body: \.post-content", "", config.read_text()))
    blog.write("2026-01-01-first-post.md", "Text.", title="First")
    with preview(blog) as served:
        assert served.get("/")[1]["location"] == "/.publisher/"
        assert served.get("/feed.atom")[0] == 200
        assert served.get("/publisher.yaml")[0] == 404
