"""A site with the pages of a theme: posts of many words, and what a theme puts around them.

The theme marks where the text of a post begins and ends, as the generator made it. So the pages
themselves say which body is right.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree, html

from publisher.feeds import ATOM
from tests.support.sites import generated

if TYPE_CHECKING:
    from pathlib import Path

POSTS = 20  # as many as a feed has
TITLE = "The post about"
# What no reader sees, and no generator removes.
BEGIN, END = "<template>begins</template>", "<template>ends</template>"

_VOCABULARY = (
    "harbour", "lantern", "meadow", "granite", "whistle", "copper", "orchard", "saddle", "thunder",
    "velvet", "compass", "pigeon", "marble", "canyon", "ribbon", "furnace", "glacier", "anchor",
    "willow", "pepper", "cellar", "mirror", "timber", "falcon", "quarry", "basket", "kettle",
    "summit", "parcel", "bridge", "needle", "shadow", "garden", "signal", "winter", "letter",
)  # fmt: skip
_FEATURES = (
    "![A pear](/images/pear-{number}.png)",
    "A [link to elsewhere](https://other.example/{number}), and *another* `code` word.",
    "```python\nfor n in range({number}):\n    print(n < 3)\n```",
    "> A quotation of number {number}.",
    "1. one of {number}\n2. two of {number}\n\n* a bullet",
    "## A heading for {number}\n\nBelow the heading.",
    "### Notes\n\n{number} notes.\n\n![](https://other.example/b-{number}.jpg)",
)

_HEADER = (
    '<header><a href="/">A blog of the tests</a><nav><a href="/about/">About this blog</a>'
    '<a href="/tags/">All the tags</a></nav></header>'
)
_META = '<p class="post-meta">Posted by <a href="/ada/">Ada Example</a>, read in minutes</p>'
_SHARE = (
    '<div class="share"><a href="https://social.example/share">Share this post with friends</a>'
    '<img src="/images/share.png" alt=""></div>'
)
_BELOW = (
    '<section id="comments"><h2>Comments</h2><p>The first to comment is always right.</p></section>'
)
_FOOTER = "<footer><p>Built by a generator for the tests, with love and care</p></footer>"
# Themes by the place of the body: in an element of its own, or among what belongs to the theme.
THEMES = {
    "apart": f'<article><h1>%s</h1>{_META}<div class="post-body">%s</div>{_SHARE}</article>',
    "among": f'<article class="post"><h1>%s</h1>{_META}%s{_SHARE}</article>',
}


@dataclass(frozen=True)
class ThemedSite:
    """Where a generator has its posts and the layout of their pages.

    `content` is what the layout writes for the text of a post, and `front` the front matter, with
    places for a title and a day.
    """

    posts: str
    layout: str
    content: str
    front: str = "---\ntitle: {title}\ndate: {day}\n---\n"
    name: str = "{day}-post-{number}.md"


SITES = {
    "jekyll": ThemedSite("_posts", "_layouts/post.html", "{{ content }}"),
    "hugo": ThemedSite("content/posts", "layouts/_default/single.html", "{{ .Content }}"),
    "pelican": ThemedSite(
        "content/articles",
        "templates/article.html",
        "{{ article.content }}",
        front="Title: {title}\nDate: {day}\n\n",
    ),
    "nikola": ThemedSite(
        "posts",
        "templates/post.tmpl",
        "{{ post.text() }}",
        front="<!--\n.. title: {title}\n.. date: {day}\n-->\n",
    ),
    "eleventy": ThemedSite("src/posts", "src/_includes/post.njk", "{{ content | safe }}"),
    "hexo": ThemedSite("source/_posts", "themes/facts/layout/post.njk", "{{ page.content }}"),
}


def fill(site: Path, engine: str, theme: str) -> None:
    """Replace the posts of a site, and give their pages a theme."""
    themed = SITES[engine]
    folder = site / themed.posts
    for old in [path for path in folder.rglob("*") if path.is_file()]:
        if old.suffix in {".md", ".markdown", ".html", ".rst"}:
            old.unlink()
    for number in range(POSTS):
        facts = {"number": number, "title": f"{TITLE} {number}", "day": _day(number)}
        path = folder / themed.name.format(**facts)
        path.write_text(themed.front.format(**facts) + "\n" + _body(number), encoding="utf-8")
    layout = site / themed.layout
    text = layout.read_text(encoding="utf-8")
    (title,) = re.findall("<title>(.*?)</title>", text)
    own = THEMES[theme] % (title, f"{BEGIN}{themed.content}{END}")
    page = f"<body>{_HEADER}<main>{own}{_BELOW}</main>{_FOOTER}</body>"
    layout.write_text(text.replace(themed.content, page), encoding="utf-8")


@dataclass(frozen=True)
class BuiltPost:
    """A post, its page below the output folder, and what the generator made of its text."""

    title: str
    text: str
    page: PurePosixPath
    made: str


def built(site: Path, output: Path) -> list[BuiltPost]:
    """Return the posts that `fill` wrote, in the order of their paths."""
    found = []
    for path, facts in sorted(generated(output).items()):
        page, title = str(facts["page"]), str(facts["title"])
        if title.startswith(TITLE):
            text = (site / path).read_text(encoding="utf-8").partition("\n\n")[2]
            html_of_page = (output / page).read_text(encoding="utf-8")
            made = html_of_page.partition(BEGIN)[2].partition(END)[0]
            found.append(BuiltPost(title, text, PurePosixPath(page), made))
    return found


@dataclass(frozen=True)
class AtomEntry:
    """The URL of an entry of a feed, and its content as HTML."""

    url: str
    content: str


def entries(feed: str) -> dict[str, AtomEntry]:
    """The entries of an Atom feed by their titles."""
    found = {}
    for entry in etree.fromstring(feed.encode()).iter(f"{ATOM}entry"):
        content = entry.find(f"{ATOM}content")
        link = entry.find(f"{ATOM}link[@rel='alternate']")
        assert content is not None
        assert link is not None
        html_of_entry = "".join(etree.tostring(one, encoding="unicode") for one in content)
        title = entry.findtext(f"{ATOM}title") or ""
        found[title] = AtomEntry(link.get("href", ""), html_of_entry or content.text or "")
    return found


@dataclass(frozen=True)
class Shown:
    """What a reader sees of a body."""

    words: list[str]
    links: list[str]
    pictures: list[str]
    code: list[str]


def shown(body: str, base: str = "") -> Shown:
    """URLs are resolved against `base`."""
    tree = html.fragment_fromstring(body, create_parent="div")
    # Hexo's numbers of lines, and its links of headings to themselves.
    for aid in tree.xpath("//td[@class='gutter'] | //a[@class='headerlink']"):
        aid.drop_tree()
    for line_end in tree.iter("br", "h2", "h3", "p", "li", "pre", "figure"):
        line_end.tail = "\n" + (line_end.tail or "")
    return Shown(
        "".join(tree.itertext()).split(),
        [urljoin(base, link.get("href", "")) for link in tree.iter("a")],
        [urljoin(base, picture.get("src", "")) for picture in tree.iter("img")],
        ["".join(code.itertext()).strip() for code in tree.iter("pre")],
    )


def languages(content: str) -> list[str]:
    """The language of each block of code, as HTML names it (4.5.15)."""
    tree = html.fragment_fromstring(content, create_parent="div")
    classes = (one.xpath("string(@class | code/@class)") for one in tree.iter("pre"))
    return ["".join(re.findall(r"\blanguage-(\S+)", text)) for text in classes]


def _day(number: int) -> str:
    return f"2025-{1 + number // 28:02}-{1 + number % 28:02}"


def _body(number: int) -> str:
    """Paragraphs of words of its own, with all that Markdown has in between."""
    chance = random.Random(number)  # noqa: S311 - the same text in every run
    parts = []
    for at in range(4):
        words = chance.choices(_VOCABULARY, k=30)
        parts.append(" ".join([*words[:20], f"{number}-{at},", *words[20:]]).capitalize() + ".")
        parts.append(_FEATURES[(number + at) % len(_FEATURES)].format(number=number))
    return "\n\n".join(parts) + "\n"
