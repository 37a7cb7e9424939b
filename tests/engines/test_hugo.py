"""The settings of Hugo for Markdown, beyond the sites of `test_sites`."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from publisher import sources
from publisher.config import Config, Posts, Site
from publisher.content import markup
from publisher.sources import site_settings
from publisher.sources.engines import hugo_markdown
from publisher.sources.front_matter import formats
from tests.support import dialects
from tests.support.generators import GENERATORS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

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
    "> a\n> b\n{#q}\nc {#no}\n{#p} gone\nd\n\n{#none}\n{#nor}\n\n1. a\n   * b\n   {#in}\n{#out}\n"
    "{.c}\n\n"
    "a | b\n--|--\n1 | 2\n{#t}\n\n***\n{ #hr .c }\n\ne\n"
    "{}\n\nf\n{id=x}\n\n## H\n{#head}\n\ng\n    {#g}",
    "- a\n  {#tight}\n- b\n\ntext\n\n- c\n\n  d\n  {#loose, .x}\n\nTerm\n: Text\n{#dl}\n\n"
    '<div>\nx\n</div>\n{#html}\n\n```\ncode\n```\n{#code}\n\n## I {id="own"}\n\np\n'
    '{class="a #z" #y}',
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
    """Of blocks; those of footnotes are made later."""
    tags = r"(?:h\d|p|ul|ol|dl|table|blockquote|hr|pre|li)"
    return re.findall(rf'<{tags}\b[^>]*? id="(?!fn)([^"]*)"', html)


# What Debian's Hugo has in code and behind a backslash, too.
EMOJI = (
    "\\:tada: :tada\\: \\:nope: `\\:tada:` \\\\:tada: \\*:tada: ::tada:: :tada:tada: "
    ":TADA: &#58;tada:\n\n"
    "[\\:tada: x](/y) [a:tada:]: <b>:tada:</b> <i title=':tada:'>\\:tada:</i>\n\n"
    "<div>\n:tada:\n</div>\n\n"
    "    :tada:\n\n## A :tada: \\:tada: b"
)


def test_names_of_emoji_are_text_behind_a_backslash_and_in_html() -> None:
    settings = "enableEmoji = true"
    GENERATORS["hugo-newest"].check_version()
    (html,) = dialects.ask_hugo([EMOJI], f"{settings}\n{SITE}", "hugo-newest")
    options = hugo_markdown.options(site_settings.folded(formats.toml_values(settings)))
    assert dialects.ours(EMOJI, "goldmark", options) == dialects.theirs(html)
    assert _ids(markup.html(EMOJI, "goldmark", options)) == _ids(html)


DATES = (
    "2020-02-03", "2020-02-03 10:00:05", "2020-02-03T10:00:05", "2020-02-03 1:00:05",
    "2020-02-03 10:00:05 +0200", "2020-02-03T10:00:05+02:00", "2020-02-03T10:00:05.123Z",
    "2020-02-03 10:00:05 +0200 CET", '"2020-02-03 10:00:05"',
)  # fmt: skip
NO_DATES = (
    "2020-02-03 10:00", '"2020-02-03 10:00"', "2020-02-03T10:00", "2020-02-03T10:00Z",
    "2020-02-03 10:00 +0200", "2020-02-03 10:00 PM", "2020/02/03", "2020-2-3",
)  # fmt: skip


def test_dates_that_hugo_cannot_read_are_named(tmp_path: Path) -> None:
    """Debian's version shows none on the page; the newest one fails."""
    GENERATORS["hugo"].check_version()
    site = dated_site(tmp_path / "site", [*DATES, *NO_DATES])
    GENERATORS["hugo"].build(site)
    shown = [(site / f"public/p{at}/index.html").read_text() for at in range(len(DATES + NO_DATES))]
    assert shown == ["false"] * len(DATES) + ["true"] * len(NO_DATES)
    assert named(site) == {f"p{at}.md" for at in range(len(DATES), len(shown))}


@pytest.mark.parametrize("date", NO_DATES)
def test_the_newest_hugo_refuses_dates_that_are_named(tmp_path: Path, date: str) -> None:
    GENERATORS["hugo-newest"].check_version()
    GENERATORS["hugo-newest"].build(dated_site(tmp_path / "good", DATES))
    with pytest.raises(AssertionError, match="failed"):
        GENERATORS["hugo-newest"].build(dated_site(tmp_path / "bad", [date]))


def dated_site(folder: Path, dates: Sequence[str]) -> Path:
    """A site whose pages tell whether they have no date."""
    (folder / "layouts/_default").mkdir(parents=True)
    (folder / "content").mkdir()
    (folder / "config.toml").write_text(SITE)
    (folder / "layouts/_default/single.html").write_text("{{ .Date.IsZero }}")
    for number, date in enumerate(dates):
        (folder / f"content/p{number}.md").write_text(f"---\ntitle: a\ndate: {date}\n---\nText.\n")
    return folder


def named(site: Path) -> set[str]:
    """The posts with a date of which publisher says that Hugo cannot read it."""
    about = Site(title="A", url="https://x.example", since=dt.date(2020, 1, 1))
    posts = Posts(path=site / "content", engine="hugo")
    config = Config(site=about, posts=posts, state=site / "state", path=site / "publisher.yaml")
    reading = sources.read(config, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    return {one.path.name for one in reading.warnings if "date: Hugo cannot read" in one.message}
