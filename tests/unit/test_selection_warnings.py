"""Selections that select nothing, and patterns that make nothing, are warnings that help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.blog import SITE, Blog

if TYPE_CHECKING:
    from pathlib import Path

XMPP = """\
xmpp:
  jid: blog@localhost
  password_env: BLOG_PASSWORD
  nodes:
    - service: pubsub.localhost
      node: blog
"""


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path / "blog")
    made.write("2026-01-01-one.md", "Text.", tags="[XMPP, feeds]", lang="en-GB")
    made.write("notes/2026-01-02-two.md", "Text.", categories="[Notes]", author="Ada Example")
    made.write("2026-01-03-draft.md", "Text.", tags="[secret]", draft="true")
    made.write("2999-01-04-later.md", "Text.", tags="[later, secret]")
    return made


def warnings(blog: Blog, text: str) -> list[str]:
    """What `build` warns about the configuration, without the path of the file."""
    path = blog.folder / "publisher.yaml"
    path.write_text(text)
    run = blog.run("build")
    assert run.code == 0, run.err
    start = f"warning: {path}:"
    lines = run.err.splitlines()
    return [line.removeprefix(start) for line in lines if line.startswith(start)]


def feed(only: str, path: str = "one.atom") -> str:
    return SITE + f"  - {{path: '{path}', format: atom{only and f', only: {only}'}}}\n"


CASES = {
    "{tags: nosuchtag}": [
        "13: feeds[3].only.tags is 'nosuchtag', which no published post has; there is 'XMPP', "
        "'feeds'"
    ],
    "{tags: [xmp]}": [
        "13: feeds[3].only.tags[0] is 'xmp', which no published post has (did you mean 'XMPP'?)"
    ],
    # One value that is close to an existing one, and one for posts to come.
    "{tags: [xmpp, feed]}": [
        "13: feeds[3].only.tags[1] is 'feed', which no published post has (did you mean 'feeds'?)"
    ],
    "{tags: [xmpp, jabber]}": [],
    "{tags: [XMPP]}": [],
    "{categories: note}": [
        "13: feeds[3].only.categories is 'note', which no published post has (did you mean "
        "'Notes'?)"
    ],
    "{authors: Ada Exmaple}": [
        "13: feeds[3].only.authors is 'Ada Exmaple', which no published post has (did you mean "
        "'Ada Example'?)"
    ],
    "{languages: de}": [
        "13: feeds[3].only.languages is 'de', which no published post has; there is 'en', 'en-GB'"
    ],
    "{languages: en-GB}": [],
    "{paths: note/**}": [
        "13: feeds[3].only.paths is 'note/**', which matches no published post (did you mean "
        "'notes/**'?)"
    ],
    "{paths: notes/*}": [],
    "{tags: secret}": [
        "13: feeds[3].only.tags is 'secret', which no published post has; only posts that are not "
        "published match (1 draft, 1 scheduled)"
    ],
    "{tags: xmpp, categories: notes}": [
        "13: feeds[3].only selects nothing: no published post matches tags and categories"
    ],
}


@pytest.mark.parametrize("only", CASES)
def test_a_selection_of_nothing_is_a_warning_with_what_may_be_meant(blog: Blog, only: str) -> None:
    assert warnings(blog, feed(only)) == CASES[only]


def test_the_selection_of_a_node_is_checked_at_its_own_line(blog: Blog) -> None:
    text = SITE + XMPP + "      only:\n        tags:\n          - xmpp\n          - feed\n"
    assert warnings(blog, text) == [
        "22: xmpp.nodes[0].only.tags[1] is 'feed', which no published post has (did you mean "
        "'feeds'?)"
    ]


def test_a_pattern_without_values_is_a_warning(blog: Blog) -> None:
    assert warnings(blog, feed("{paths: notes/**}", "{tag}.atom")) == [
        "13: feeds[3].path makes nothing, because no post has a value for {tag} (did you mean "
        "'{category}'?)"
    ]
    assert warnings(blog, feed("", "{tag}.atom")) == []


def test_a_blog_without_posts_gets_one_sentence(tmp_path: Path) -> None:
    empty = Blog(tmp_path / "empty")
    assert warnings(empty, feed("{tags: [a, b]}")) == [
        "13: feeds[3].only selects nothing, because there is no post yet"
    ]
    assert warnings(empty, feed("", "{tag}.atom")) == [
        "13: feeds[3].path makes nothing for {tag}, because no post is published yet"
    ]


@pytest.mark.parametrize("command", ["build", "plan", "publish", "status", "check"])
def test_every_command_that_selects_warns(blog: Blog, command: str) -> None:
    (blog.folder / "publisher.yaml").write_text(feed("{tags: xmp}"))
    run = blog.run(command)
    assert (run.out + run.err).count("did you mean 'XMPP'?") == 1
    assert run.code == 0


@pytest.mark.parametrize("command", ["build", "plan", "publish", "check"])
def test_the_warning_is_in_the_json_document(blog: Blog, command: str) -> None:
    (blog.folder / "publisher.yaml").write_text(feed("{tags: xmp}"))
    document = blog.run(command, "--json").json
    (warning,) = document["settings" if command == "check" else "warnings"]
    assert warning["path"] == str(blog.folder / "publisher.yaml")
    assert warning["line"] == 13
    assert "did you mean 'XMPP'?" in warning["message"]


def test_a_misspelt_post_or_node_of_the_command_line_is_an_error_with_a_suggestion(
    blog: Blog,
) -> None:
    (blog.folder / "publisher.yaml").write_text(SITE + XMPP)
    only = blog.run("plan", "--offline", "--only", "2026-01-01-onne")
    assert (only.code, "(did you mean '2026-01-01-one'?)" in only.err) == (2, True)
    shown = blog.run("node", "show", "blgo")
    assert (shown.code, "has no node 'blgo' (did you mean 'blog'?)" in shown.err) == (2, True)
