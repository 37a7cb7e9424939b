"""A password that the generator has copied into the built site is named in every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.built_blog import BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

XMPP = """\
xmpp:
  jid: blog@example.org
  password_file: {file}
  nodes: [{{service: pubsub.example.org, node: blog}}]
"""
NAMED = "where everybody can read it once the site is deployed; move it out of the site's folder"


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    made = BuiltBlog(tmp_path / "site")
    made.write("2026-01-01-first-post.md", "The body of the first post.", title="First")
    made.build_site()
    return made


def warnings(blog: BuiltBlog, file: str) -> str:
    blog.set_up()
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text() + XMPP.format(file=file))
    return " ".join(blog.run("build").err.split())


@pytest.mark.parametrize(
    ("file", "copy"),
    [
        ("password", "password"),
        ("secrets/password", "secrets/password"),
        ("_site/password", "password"),
    ],
)
def test_a_password_in_the_built_site_is_named(blog: BuiltBlog, file: str, copy: str) -> None:
    for path in (blog.folder / file, blog.output / copy):
        path.parent.mkdir(exist_ok=True)
        path.write_text("secret password")
    said = warnings(blog, file)
    assert f"xmpp.password_file is in the built site as _site/{copy}, {NAMED}" in said
    assert "secret password" not in said


@pytest.mark.parametrize("copied", [None, "a page about passwords"])
def test_another_file_of_that_name_is_no_password(blog: BuiltBlog, copied: str | None) -> None:
    (blog.folder / "password").write_text("secret password")
    if copied:
        (blog.output / "password").write_text(copied)
    assert NAMED not in warnings(blog, "password")
