"""Names of emoji are characters where the settings of the site say so."""

from __future__ import annotations

import pytest

from publisher.content import markup
from publisher.content.markup import emojis
from publisher.post import MarkdownOptions
from publisher.sources.engines import jekyll_markdown
from tests.support.growth import assert_linear


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>Done :tada: :+1:!</p>", "<p>Done 🎉 👍!</p>"),
        (":smile::smile:", "😄😄"),
        ("a:tada:b", "a🎉b"),
        ("<code>:tada:</code> <b>:tada:</b>", "<code>:tada:</code> <b>🎉</b>"),
        ("<pre>a <code>b</code> :tada:</pre>:tada:", "<pre>a <code>b</code> :tada:</pre>🎉"),
        ('<a title=":tada:" href="/:tada:">x</a>', '<a title=":tada:" href="/:tada:">x</a>'),
        ("at 10:30:15, :no_such_name:", "at 10:30:15, :no_such_name:"),
        (":octocat:", ":octocat:"),  # a picture of GitHub, not a character
        ("</code>:tada:<code>", "</code>🎉<code>"),
    ],
)
def test_names_outside_of_code_become_characters(html: str, shown: str) -> None:
    assert emojis.shown(html) == shown


def test_emoji_are_an_option_of_every_markup() -> None:
    options = MarkdownOptions(emoji=True)
    assert markup.html(":tada: `:tada:`", "kramdown", options) == "<p>🎉 <code>:tada:</code></p>"
    assert markup.html("<p>:tada:</p>", "html", options) == "<p>🎉</p>"
    assert markup.html(":tada:", "kramdown") == "<p>:tada:</p>"


def test_a_backslash_keeps_a_name_as_text_where_the_parser_reads_names() -> None:
    """Hugo does; jemoji, which reads the HTML, does not see the backslash."""
    options = MarkdownOptions(emoji=True)
    assert markup.html("\\:tada: :tada:", "goldmark", options) == "<p>:tada: 🎉</p>"
    assert markup.html("<div>\n:tada:\n</div>", "goldmark", options) == "<div>\n:tada:\n</div>"
    assert markup.html("\\:tada: :tada:", "kramdown", options) == "<p>🎉 🎉</p>"


@pytest.mark.parametrize("part", ["<code>:tada:", "<", ":tada", "<a href='"])
def test_the_time_grows_with_the_text(part: str) -> None:
    assert_linear(lambda size: emojis.shown(":a: " + part * size), 20_000)


@pytest.mark.parametrize("key", ["plugins", "gems"])
def test_jekyll_has_emoji_if_its_settings_list_the_plugin(key: str) -> None:
    assert jekyll_markdown.options({key: ["jekyll-feed", "jemoji"]}).emoji
    assert not jekyll_markdown.options({key: ["jekyll-feed"]}).emoji
