"""The bodies that are taken from built pages are those that the generators made.

Each site gets posts of many words and a theme around them. publisher learns from its pages where
the bodies are, and must then find what the generator wrote: all words, links, pictures and code.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from publisher.lint.built import compare
from publisher.sources.built.bodies.body import extract
from publisher.sources.built.learning.learn import learn
from publisher.sources.built.learning.learning_page import LearnedPost
from publisher.sources.built.pages.page import parse
from publisher.sources.built.pages.words import source_words
from tests.support import built_sites, sites
from tests.support import posts as support
from tests.support.generators import GENERATORS

FOLDER = Path(__file__).parent / "sites"


@pytest.mark.parametrize("theme", built_sites.THEMES)
@pytest.mark.parametrize("engine", built_sites.SITES)
def test_a_learned_body_is_what_the_generator_made(engine: str, theme: str, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(FOLDER / engine, site)
    built_sites.fill(site, engine, theme)
    output = GENERATORS[engine].build(site)
    posts = built_sites.built(site, output)
    assert len(posts) == built_sites.POSTS
    pages = [parse((output / post.page).read_bytes(), post.page) for post in posts]
    learned = learn([(_source(post), page) for post, page in zip(posts, pages, strict=True)])
    assert (learned.refusal, learned.accepted) == (None, built_sites.POSTS)
    for post, page in zip(posts, pages, strict=True):
        found = extract(page, learned.body, learned.drop)
        assert found
        assert built_sites.shown(found.html) == built_sites.shown(post.made), post.page
        facts = support.post(body=post.text, title=post.title)
        assert compare(facts, found.html).differences == ()


@pytest.mark.parametrize("source", ["pages", "source"])
@pytest.mark.parametrize("engine", built_sites.SITES)
def test_the_feed_has_what_the_generator_made(engine: str, source: str, tmp_path: Path) -> None:
    """From `init`, which finds the folder and the pages and learns, to the feed.

    For these posts our own rendering shows the same as the pages.
    """
    site = tmp_path / "site"
    shutil.copytree(FOLDER / engine, site)
    built_sites.fill(site, engine, "among")
    output = GENERATORS[engine].build(site)
    posts = {post.title: post for post in built_sites.built(site, output)}
    entries = built_sites.entries(sites.feed(site, f"from: {source}"))
    assert len(posts) == built_sites.POSTS
    assert posts.keys() == entries.keys()
    for title, post in posts.items():
        entry = entries[title]
        assert output / post.page in _files(output, entry.url)
        made = built_sites.shown(post.made, entry.url)
        assert built_sites.shown(entry.content, entry.url) == made, post.page
        assert built_sites.languages(entry.content) == ["python"] * len(made.code), post.page


def _files(output: Path, url: str) -> tuple[Path, ...]:
    """The files that a web server may show at a URL."""
    path = output / url.removeprefix(sites.URL).lstrip("/")
    return (path, path / "index.html", path.with_name(f"{path.name}.html"))


def _source(post: built_sites.BuiltPost) -> LearnedPost:
    words = source_words(post.text, title=post.title)
    return LearnedPost(post.title, tuple(words), post.text)
