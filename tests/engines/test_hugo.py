"""The settings of Hugo for Markdown, beyond the sites of `test_sites`."""

from __future__ import annotations

import re

import pytest

from publisher.content import markup
from publisher.sources import site_settings
from publisher.sources.engines import hugo_markdown
from publisher.sources.front_matter import formats
from tests.support import dialects
from tests.support.generators import GENERATORS

SITE = """
baseURL = "https://x.example/"
disableKinds = ["taxonomy", "term", "RSS", "sitemap", "home", "section", "404"]
markup.highlight.codeFences = false
markup.goldmark.renderer.unsafe = true
"""
SETTINGS = [
    "",
    "enableEmoji = true",
    "markup.goldmark.renderer.hardWraps = true",
    "markup.goldmark.extensions.typographer = false",
    "markup.goldmark.parser.attribute.title = false",
    "markup.goldmark.parser.attribute.block = true",
    "markup.goldmark.parser.autoHeadingID = false",
    "markup.goldmark.extensions = {strikethrough = false, table = false, taskList = false}",
    "markup.goldmark.extensions = {definitionList = false, linkify = false, footnote = false}",
]
NEWEST = [
    "markup.goldmark.extensions.typographer.disable = true",
    "markup.goldmark.extensions.footnote.enable = false",
]
BODIES = [
    "## One{#own}\n\n## Two {.c #two}\n\n## Three {#three\n\n## Four {#f k=v}\n\n## Five{x}\n\n"
    "Six{#six}\n---\n\n## Seven",
    "\"Quoted\" -- it's... <<a>> --- 'x' and `'code' --`",
    ":tada: :+1: :smile: :nope: :de: :heart: [a :ab: b](/x) **:hankey:** 12:30:15",
    "one\ntwo  \nthree\n\n> four\n> five\n\n* six\n  seven",
    "text\n{.cls #pid}\n\n> quote\n{.q}\n\n* a\n* b\n{.list}\n\n```\ncode\n```\n{.c}\n\n{.x}\n\n"
    "end {.y}",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n~~gone~~\n\n- [ ] task\n- [x] done",
    "Term\n: Definition\n\nwww.x.example and https://y.example/z\n\nNote[^1]\n\n[^1]: The note",
]


@pytest.mark.parametrize(
    ("hugo", "settings"),
    [
        *(("hugo", settings) for settings in SETTINGS),
        *(("hugo-newest", settings) for settings in (*SETTINGS, *NEWEST)),
    ],
)
def test_the_settings_of_markdown_mean_the_same(hugo: str, settings: str) -> None:
    GENERATORS[hugo].check_version()
    values = site_settings.folded(formats.toml_values(settings))
    options = hugo_markdown.options(values)
    htmls = dialects.ask_hugo(BODIES, f"{settings}\n{SITE}", hugo)
    for body, html in zip(BODIES, htmls, strict=True):
        assert dialects.ours(body, "goldmark", options) == dialects.theirs(html), body
        assert _ids(markup.html(body, "goldmark", options)) == _ids(html), body


def _ids(html: str) -> list[str]:
    return re.findall(r'<h\d[^>]* id="([^"]*)"', html)
