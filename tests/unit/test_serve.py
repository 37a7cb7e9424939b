"""The preview: which file a path shows, which hosts are answered, and its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.app.serve import overview
from publisher.app.serve.host_header import is_allowed
from publisher.app.serve.requested_file import Found, MovedTo, find, is_below
from publisher.app.serve.shown import Shown, ShownDocument, ShownPost

if TYPE_CHECKING:
    from pathlib import Path

ROOT = "https://blog.example/log/"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """A built site with what must not be served beside it."""
    site = tmp_path / "_site"
    for name in ("index.html", "a/index.html", "b.html", "c d.png", ".well-known/x", ".env",
                 ".git/config", "a/.hidden/x.html", "é.html"):  # fmt: skip
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(name)
    (tmp_path / "secret.txt").write_text("secret")
    (site / "out.txt").symlink_to(tmp_path / "secret.txt")
    (site / "outside").symlink_to(tmp_path)
    (site / "in.html").symlink_to("b.html")
    (site / "circle").symlink_to("circle")
    return site


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/log/", "index.html"),
        ("/log", MovedTo("/log/")),
        ("/log/a/", "a/index.html"),
        ("/log/a", MovedTo("/log/a/")),
        ("/log/a/index.html", "a/index.html"),
        ("/log/b", "b.html"),
        ("/log/b.html", "b.html"),
        ("/log/c d.png", "c d.png"),
        ("/log/é", "é.html"),
        ("/log/in.html", "b.html"),
        ("/log/.well-known/x", ".well-known/x"),
    ],
)
def test_a_path_shows_the_file_that_static_hosts_show(
    output: Path, path: str, shown: str | MovedTo
) -> None:
    wanted: Found = output / shown if isinstance(shown, str) else shown
    assert find(output, ROOT, path) == wanted


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/a/",
        "/logs/a/",
        "/log/nothing",
        "/log/b.html/",
        "/log/.env",
        "/log/.git/config",
        "/log/a/.hidden/x",
        "/log/../secret.txt",
        "/log/a/../../../secret.txt",
        "/log//etc/passwd",
        "/log/out.txt",
        "/log/outside/secret.txt",
        "/log/circle",
        "/log/\0",
        f"/log/{'x' * 300}",
    ],
)
def test_nothing_else_is_shown(output: Path, path: str) -> None:
    assert find(output, ROOT, path) is None


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("localhost", True),
        ("LocalHost:8000", True),
        ("blog.localhost:8000", True),
        ("127.0.0.1:8000", True),
        ("192.168.1.7", True),
        ("[::1]:8000", True),
        ("laptop.local:8000", True),
        ("blog.example", False),
        ("localhost.blog.example", False),
        ("127.0.0.1.blog.example", False),
        ("[blog.example]", False),
        ("", False),
    ],
)
def test_only_names_of_this_machine_are_answered(host: str, *, allowed: bool) -> None:
    assert is_allowed(host, {"laptop.local"}) is allowed


def test_a_page_is_found_at_all_the_paths_that_show_it() -> None:
    post = ShownPost("a.md", "A", "/log/a/")
    shown = Shown(posts=[ShownPost("draft.md", "Draft", reason="draft"), post])
    for path in ("/log/a/", "/log/a", "/log/a/index.html", "/log/a.html"):
        assert shown.post_at(path) is post
    assert shown.post_at("/log/") is None


def test_the_page_escapes_what_comes_from_posts_and_settings() -> None:
    document = ShownDocument(b"", "application/atom+xml", "<f>.atom", 1, ["<reader>"])
    posts = [ShownPost("<a>.md", "<A>", "/<a>/", "2026-01-02", ["<p>"]),
             ShownPost("<b>.md", "<B>", reason="<draft>")]  # fmt: skip
    shown = Shown("<title>", {"/<f>": document}, posts, ["<setting>"])
    page = overview.overview(shown, site="/<log>/", error="<error>").decode()
    for text in ("title", "f", "reader", "a", "A", "p", "b", "draft", "setting", "log", "error"):
        assert f"&lt;{text}&gt;" in page
    for text in ("<reader>", "<A>", "<draft>", "<setting>", "<error>", "<log>"):
        assert text not in page


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        (b"<body>a</body></html>", b"<body>aSCRIPT</body></html>"),
        (b"<BODY><pre></body></pre>b</BODY>", b"<BODY><pre></body></pre>bSCRIPT</BODY>"),
        (b"no body", b"no bodySCRIPT"),
    ],
)
def test_the_script_comes_at_the_end_of_the_body(page: bytes, wanted: bytes) -> None:
    assert overview.with_script(page) == wanted.replace(b"SCRIPT", overview.SCRIPT_TAG.encode())


def test_what_changes_behind_a_link_out_of_the_site_is_no_change_of_it(tmp_path: Path) -> None:
    site, outside = tmp_path / "site", tmp_path / "outside"
    for folder in (site / "deep", outside):
        folder.mkdir(parents=True)
    (site / "out").symlink_to(outside)
    (site / "in").symlink_to("deep")
    roots = [str(site)]
    assert is_below(site / "a.html", roots)
    assert is_below(site / "in/gone.html", roots)
    assert not is_below(site / "out/log.txt", roots)
