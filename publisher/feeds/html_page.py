"""Write the page for people: how to subscribe, and the newest posts as readers will show them.

The page is one HTML file without scripts, for light and dark, narrow and wide screens. The content
of posts was sanitised for the feeds; texts are escaped here. This module also holds the stylesheet
with which browsers show Atom feeds.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from publisher import media
from publisher.feeds import TYPES
from publisher.text.timestamps import z

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.config import Format, Site
    from publisher.entry import Entry
    from publisher.media import Enclosure
    from publisher.rendering import Rendered

NAMES: Final[dict[Format, str]] = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}
MAX_UNFOLDED: Final = 6  # feeds or nodes; the page folds the others away
MARK: Final = '<meta name="generator" content="publisher">'

_HEADING = re.compile("<h([1-6])[ >]")
_HEADING_TAG = re.compile("(</?h)([1-6])(?=[ >])")

STYLE_MARK: Final = "/* How browsers show an Atom feed. Readers never load this. */"

STYLE: Final = """\
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --faint: #57606a;
  --line: #d0d7de; --box: #f6f8fa; --link: #0a58ca; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #12161b; --ink: #e6e9ec; --faint: #9aa4ae; --line: #343b44; --box: #1b2027;
    --link: #7db4ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
header, main, footer { max-width: 46rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1.0625rem; margin: 1.5rem 0 .25rem; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, pre:focus-visible { outline: 3px solid var(--link);
  outline-offset: 2px; }
p, ul, ol { margin: .5rem 0; }
ul.feeds { list-style: none; padding: 0; }
ul.feeds li { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0;
  padding: .6rem .9rem; background: var(--box); }
ul.feeds span, .facts { color: var(--faint); font-size: .9375rem; }
ul.feeds a { display: inline-block; padding: .25rem 0; }
pre { background: var(--box); border: 1px solid var(--line); border-radius: .5rem;
  padding: .75rem .9rem; overflow-x: auto; font-size: .875rem; line-height: 1.5; }
code { font-family: ui-monospace, monospace; }
article { border-top: 1px solid var(--line); padding: 1.5rem 0 .5rem; }
article > h3 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 .25rem; }
article h4 { font-size: 1.125rem; } article h5, article h6 { font-size: 1.0625rem; }
article img, article video { max-width: 100%; height: auto; }
article audio { width: 100%; }
article table { border-collapse: collapse; display: block; overflow-x: auto; }
article th, article td { border: 1px solid var(--line); padding: .3rem .6rem; }
article blockquote { border-inline-start: .25rem solid var(--line); margin: 1rem 0;
  padding-inline-start: 1rem; }
details > summary { cursor: pointer; padding: .4rem 0; color: var(--link); }
details:not([open]) .open, details[open] .closed { display: none; }
.closed { color: var(--ink); }
.open { color: var(--faint); font-size: .9375rem; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .5rem; }
footer { border-top: 1px solid var(--line); margin-top: 2rem; padding: 1rem 1.25rem 2.5rem;
  color: var(--faint); font-size: .9375rem; }
"""

STYLESHEET: Final = b"""\
/* How browsers show an Atom feed. Readers never load this. */
@namespace atom "http://www.w3.org/2005/Atom";
@namespace html "http://www.w3.org/1999/xhtml";
:root { color-scheme: light dark; --faint: color-mix(in srgb, CanvasText 68%, Canvas); }
:lang(ar), :lang(ckb), :lang(dv), :lang(fa), :lang(he), :lang(ps), :lang(sd), :lang(ug),
:lang(ur), :lang(yi) { direction: rtl; }
atom|feed > *, atom|entry > *, atom|content * { unicode-bidi: plaintext; text-align: start; }
atom|feed, atom|entry { display: flex; flex-direction: column; }
atom|feed { max-width: 46rem; margin: 2.5rem auto; padding: 0 1.25rem;
  font: 1.0625rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
atom|feed > :not(atom|entry), atom|entry > * { display: none; }
atom|feed > atom|title, atom|feed > atom|subtitle { display: block; }
atom|feed > atom|title { font-size: 2rem; line-height: 1.2; font-weight: bold; order: -3; }
atom|feed > atom|subtitle { order: -2; }
atom|feed::before { order: -1; margin: 1.25rem 0 0; padding: .75rem 1rem;
  border: 1px solid var(--faint); border-radius: .5rem; direction: ltr;
  content: "This is a feed: copy its address from the address bar into your feed reader, "
    "and new posts come to you."; }
atom|entry { direction: ltr; margin-top: 2rem; padding-top: 1rem;
  border-top: 1px solid var(--faint); }
atom|entry > atom|title, atom|entry > atom|published, atom|entry > atom|summary,
atom|entry > atom|content { display: block; }
atom|entry > atom|title { font-size: 1.3rem; line-height: 1.3; font-weight: bold; order: -2; }
atom|entry > atom|published { color: var(--faint); font-size: .9375rem; order: -1; }
atom|entry > atom|content ~ atom|summary { display: none; }
atom|content img, atom|content video { max-width: 100%; height: auto; }
atom|content :is(html|h1, html|h2, html|h3) { font-size: 1.125rem; line-height: 1.3; }
atom|content pre { overflow-x: auto; }
atom|content blockquote { border-inline-start: .25rem solid var(--faint); margin-inline: 0;
  padding-inline-start: 1rem; }
atom|content table { display: block; overflow-x: auto; }
"""


class PageFeed(Struct, frozen=True):
    """A feed as the page lists it; `note` says how it differs from the others.

    Programs that look for the site's feeds find those with `is_main`.
    """

    title: str
    url: str
    format: Format
    note: str = ""
    is_main: bool = True


class PageNode(Struct, frozen=True):
    """A node as the page lists it: the URI to subscribe with, and its parts to enter by hand."""

    title: str
    subscribe_uri: str
    service: str
    node: str


class PageEntry(Struct, frozen=True):
    """A post as the page shows it: in full if a feed or a node has it in full."""

    entry: Rendered
    full: bool


def page(
    site: Site,
    posts: Sequence[PageEntry],
    *,
    feeds: Sequence[PageFeed],
    nodes: Sequence[PageNode],
    url: str,
) -> bytes:
    """Write the document in UTF-8. `posts` come newest first, `feeds` most important first."""
    return "\n".join(_lines(site, posts, feeds, nodes, url)).encode() + b"\n"


def _lines(
    site: Site,
    posts: Sequence[PageEntry],
    feeds: Sequence[PageFeed],
    nodes: Sequence[PageNode],
    url: str,
) -> Iterator[str]:
    title, root = _text(site.title), _text(site.root)
    yield "<!DOCTYPE html>"
    # The page itself is in English; the site's texts and the posts state their own language.
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield MARK
    yield f"<title>Subscribe to {title}</title>"
    if site.description:
        yield f'<meta name="description" content="{_text(site.description)}">'
    yield f'<link rel="canonical" href="{_text(url)}">'
    if site.icon:
        yield f'<link rel="icon" href="{_text(site.absolute_url(site.icon))}">'
    yield from map(autodiscovery, _main(feeds))
    yield f"<style>\n{STYLE}</style>"
    yield "</head>"
    yield "<body>"
    yield '<a class="skip" href="#posts">To the posts</a>'
    yield "<header>"
    yield f'<h1{_lang(site)} dir="auto"><a href="{root}">{title}</a></h1>'
    if site.description:
        yield f'<p class="facts"{_lang(site)} dir="auto">{_text(site.description)}</p>'
    yield "</header>"
    yield "<main>"
    yield from _subscribe(feeds, nodes)
    yield from _posts(posts, site)
    yield "</main>"
    yield "<footer>"
    yield from _legal(site)
    yield f'<p><a href="{root}">{root}</a></p>'
    yield "</footer>"
    yield "</body>"
    yield "</html>"


def autodiscovery(feed: PageFeed) -> str:
    """The link element by which programs find a feed of a page (RFC 8288, HTML 4.6.7.1)."""
    kind, title, url = TYPES[feed.format], _text(feed.title), _text(feed.url)
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{url}">'


def _subscribe(feeds: Sequence[PageFeed], nodes: Sequence[PageNode]) -> Iterator[str]:
    yield '<section id="subscribe" aria-labelledby="how">'
    yield '<h2 id="how">Subscribe</h2>'
    if feeds:
        yield "<h3>In a feed reader</h3>"
        yield "<p>Copy one of these addresses into it.</p>"
        yield from _boxes([*map(_feed, feeds)], "feed")
    if nodes:
        yield "<h3>In an XMPP client</h3>"
        yield "<p>New posts arrive the moment they are out. Open the address in your client, or"
        yield "enter service and node by hand.</p>"
        yield from _boxes([*map(_node, nodes)], "node")
    if feeds:
        yield "<details><summary>Let other pages be found by feed readers</summary>"
        yield "<p>Paste these lines into the <code>head</code> of a page:</p>"
        lines = "\n".join(_text(autodiscovery(feed)) for feed in _main(feeds))
        # A box that scrolls must be reachable with the keyboard (WCAG 2.2, 2.1.1).
        yield f'<pre tabindex="0"><code>{lines}</code></pre>'
        yield "</details>"
    yield "</section>"


def _main(feeds: Sequence[PageFeed]) -> Sequence[PageFeed]:
    return ([feed for feed in feeds if feed.is_main] or feeds)[:MAX_UNFOLDED]


def _boxes(boxes: Sequence[str], noun: str) -> Iterator[str]:
    """List the boxes; all after the first few are folded away."""
    yield from _list(boxes[:MAX_UNFOLDED])
    if more := boxes[MAX_UNFOLDED:]:
        plural = "s" if len(more) > 1 else ""
        yield f"<details><summary>{len(more)} more {noun}{plural}</summary>"
        yield from _list(more)
        yield "</details>"


def _list(boxes: Sequence[str]) -> Iterator[str]:
    yield '<ul class="feeds">'
    yield from boxes
    yield "</ul>"


def _feed(feed: PageFeed) -> str:
    kind, url = TYPES[feed.format], _text(feed.url)
    kinds = ", ".join(filter(None, (NAMES[feed.format], feed.note)))
    name = f"<bdi>{_text(feed.title)}</bdi> <span>({_text(kinds)})</span>"
    return f'<li><a href="{url}" type="{kind}">{name}</a><br><span>{url}</span></li>'


def _node(node: PageNode) -> str:
    link = f'<a href="{_text(node.subscribe_uri)}"><bdi>{_text(node.title)}</bdi></a>'
    return f"<li>{link}<br><span>service {_text(node.service)}, node {_text(node.node)}</span></li>"


def _posts(posts: Sequence[PageEntry], site: Site) -> Iterator[str]:
    yield '<section id="posts" aria-labelledby="newest">'
    yield '<h2 id="newest">The newest posts</h2>'
    if not posts:
        yield "<p>There are none yet.</p>"
    for number, shown in enumerate(posts):
        yield from _post(shown, site, is_open=number == 0)
    yield "</section>"


def _post(shown: PageEntry, site: Site, *, is_open: bool) -> Iterator[str]:
    """Show a post, unfolded if `is_open`. Its content is sanitised XHTML, and valid as HTML."""
    entry = shown.entry
    yield f'<article{_lang(site, entry)} dir="auto">'
    yield f'<h3><a href="{_text(entry.link)}">{_text(entry.title)}</a></h3>'
    day = entry.published.astimezone(site.zone).date().isoformat()
    authors = ", ".join(f"<bdi>{_text(author.name)}</bdi>" for author in entry.authors)
    yield f'<p class="facts"><time datetime="{z(entry.published)}">{day}</time> · {authors}</p>'
    if entry.image:
        yield f'<p><img src="{_text(entry.image.href)}" alt=""></p>'
    for enclosure in entry.enclosures:
        yield _player(enclosure, is_one_of_many=len(entry.enclosures) > 1)
    if not shown.full:
        yield f'<p dir="auto">{_text(entry.teaser)}</p>'
    elif entry.content.xhtml:
        yield f"<details{' open' if is_open else ''}>"
        teaser = f'<bdi class="closed">{_text(entry.teaser)}</bdi>'
        yield f'<summary>{teaser}<span class="open">As readers show it</span></summary>'
        yield f'<div dir="auto">{_below_title(entry.content.xhtml)}</div>'
        yield "</details>"
    if entry.categories:
        yield f'<p class="facts">{_text(", ".join(entry.categories))}</p>'
    yield "</article>"


def _below_title(xhtml: str) -> str:
    """Lower the headings of the content below that of the post (WCAG 2.2, 1.3.1)."""
    depths = {level: depth for depth, level in enumerate(sorted({*_HEADING.findall(xhtml)}))}
    return _HEADING_TAG.sub(lambda tag: f"{tag[1]}{min(4 + depths[tag[2]], 6)}", xhtml)


def _player(enclosure: Enclosure, *, is_one_of_many: bool) -> str:
    href, title = _text(enclosure.href), _text(enclosure.title or enclosure.href)
    if enclosure.type.startswith(("audio/", "video/")):
        kind = enclosure.type[:5]
        name = unquote(urlsplit(enclosure.href).path).rpartition("/")[2]
        caption = f'<p class="facts">{_text(name)}</p>' if is_one_of_many else ""
        # Without `preload` browsers may load the beginning of every recording on the page.
        return f'{caption}<{kind} controls preload="none" src="{href}" title="{title}"></{kind}>'
    type_ = "" if enclosure.type == media.UNKNOWN else f' type="{_text(enclosure.type)}"'
    return f'<p><a href="{href}"{type_}>{title}</a></p>'


def _legal(site: Site) -> Iterator[str]:
    rights = _text(site.rights or "Licence")
    if site.license:
        yield f'<p><a rel="license" href="{_text(site.license)}">{rights}</a></p>'
    elif site.rights:
        yield f"<p>{rights}</p>"


def _lang(site: Site, entry: Entry | None = None) -> str:
    language = (entry.language if entry else None) or site.language
    return f' lang="{_text(language)}"' if language else ""


def _text(text: str) -> str:
    return html.escape(text)
