"""Write the page of the preview that lists the feeds and the posts with their problems.."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from publisher.feeds import html_page
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.app.serve.shown import Shown, ShownDocument, ShownPost

# Every path of the preview itself. No file of a site is at such a path: dotfiles are not served.
FOLDER: Final = "/.publisher/"
SCRIPT_TAG: Final = f'<script src="{FOLDER}preview.js" defer></script>'

_STYLE: Final = """\
.problems { margin: .25rem 0 .75rem; padding-inline-start: 1.25rem; font-size: .9375rem; }
.error { border: 2px solid #c62828; border-radius: .5rem; padding: .6rem .9rem; }
ul.feeds .problems li { border: 0; margin: .15rem 0; padding: 0; }
li.post { border-top: 1px solid var(--line); padding: .6rem 0; }
ul.posts { list-style: none; padding: 0; }
"""


def overview(shown: Shown | None, *, site: str, error: str) -> bytes:
    """The page in UTF-8.

    `shown` is None while the posts are read for the first time. `site` is the path of the built
    site, empty without one. `error` says why the newest state of the posts cannot be shown.
    """
    return "\n".join(_lines(shown, site, error)).encode() + b"\n"


def not_found(path: str) -> bytes:
    """The page for a path at which the site has nothing and no page of its own says so."""
    lines = [
        *_head("Not found"),
        f"<main><h1>Not found</h1><p>Neither the built site nor a feed has {_text(path)}.</p>",
        f'<p><a href="{FOLDER}">Feeds and posts</a></p></main></body></html>',
    ]
    return "\n".join(lines).encode() + b"\n"


def with_script(document: bytes) -> bytes:
    """The HTML page of a site with the script that reloads it and shows the post's problems."""
    tag = SCRIPT_TAG.encode()
    end = document.lower().rfind(b"</body>")
    return document + tag if end < 0 else document[:end] + tag + document[end:]


def _lines(shown: Shown | None, site: str, error: str) -> Iterator[str]:
    title = shown.title if shown and shown.title else "publisher"
    yield from _head(f"Preview of {title}")
    yield f'<header><h1 dir="auto">{_text(title)}</h1>'
    if site:
        yield f'<p class="facts"><a href="{_text(site)}">The built site</a></p>'
    yield "</header><main>"
    if error:
        yield '<p class="error" role="alert">The newest changes are not shown:</p>'
        yield f"<pre>{_text(error)}</pre>"
    if shown is None:
        yield "" if error else "<p>publisher is reading the posts. This page reloads then.</p>"
    else:
        yield from _of_settings(shown.problems)
        yield from _feeds(shown)
        yield from _posts(shown.posts)
    yield "</main></body></html>"


def _head(title: str) -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_text(title)}</title>"
    yield f"<style>\n{html_page.STYLE}{_STYLE}</style>{SCRIPT_TAG}</head><body>"


def _of_settings(problems: Sequence[str]) -> Iterator[str]:
    if problems:
        yield "<h2>Settings</h2>"
        yield from _problems(problems)


def _feeds(shown: Shown) -> Iterator[str]:
    yield "<h2>Feeds</h2>"
    if not shown.documents:
        yield "<p>publisher.yaml names none.</p>"
    yield '<ul class="feeds">'
    for path, document in shown.documents.items():
        yield from _feed(path, document)
    yield "</ul>"


def _feed(path: str, document: ShownDocument) -> Iterator[str]:
    kind = document.media_type.partition(";")[0]
    entries = f"{number_of(document.entries, 'entry', 'entries')}, " if document.entries else ""
    yield f'<li><a href="{_text(quote(path))}">{_text(path)}</a>'
    yield f"<br><span>{entries}{kind}; build writes {_text(document.path)}</span>"
    yield from _problems(document.problems)
    yield "</li>"


def _posts(posts: Sequence[ShownPost]) -> Iterator[str]:
    published = [one for one in posts if not one.reason]
    hidden = [one for one in posts if one.reason]
    troubled = sum(bool(one.problems) for one in published)
    yield "<h2>Posts</h2>"
    yield f'<p class="facts">{number_of(len(published), "post")}, {troubled} with problems</p>'
    yield '<ul class="posts">'
    for one in published:
        yield f'<li class="post"><a href="{_text(quote(one.url_path))}" dir="auto">'
        yield f"{_text(one.title)}</a>"
        yield f'<br><span class="facts">{one.date} · {_text(one.file)}</span>'
        yield from _problems(one.problems)
        yield "</li>"
    yield "</ul>"
    if hidden:
        yield f"<details><summary>Not published: {len(hidden)}</summary>"
        yield from _problems([f"{one.file}: {one.reason}" for one in hidden])
        yield "</details>"


def _problems(problems: Sequence[str]) -> Iterator[str]:
    if problems:
        items = "".join(f"<li>{_text(one)}</li>" for one in problems)
        yield f'<ul class="problems">{items}</ul>'


def _text(text: str) -> str:
    return html.escape(text)
