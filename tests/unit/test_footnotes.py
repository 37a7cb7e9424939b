"""Links to footnotes lead to the ids that the engine gives them on the page of the post."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from publisher import sources
from publisher.config import Posts
from publisher.feeds import feedgen_elements
from publisher.sync import item
from publisher.text.node_address import NodeAddress
from tests.support import dialects, posts

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.config import Engine
    from tests.support.dialects import Engine as GoldenEngine

NODE = NodeAddress("pubsub.blog.example", "blog")
BODY = "a[^n] b[^1] c[^n]\n\n[^1]: One.\n[^n]: N.\n"
_TARGET = re.compile(r'href="[^"#]*#([^"]*)"')
_ID = re.compile(r'\bid="([^"]*)"')


def targets(engine: Engine, body: str = BODY) -> list[str]:
    """The ids that the links of a post lead to, in RSS and JSON Feed."""
    return _TARGET.findall(
        feedgen_elements.html_content(posts.entry(posts.post(engine=engine, body=body)))
    )


@pytest.mark.parametrize(
    ("engine", "notes", "references"),
    [
        ("jekyll", ["fn:n", "fn:1", "fn:n"], ["fnref:n", "fnref:n:1", "fnref:1"]),
        ("hugo", ["fn:1", "fn:2", "fn:1"], ["fnref:1", "fnref1:1", "fnref:2"]),
        ("hexo", ["fn:n", "fn:1", "fn:n"], ["fnref:n", "fnref:n", "fnref:1"]),
        ("zola", ["n", "1", "n"], []),
        ("eleventy", ["fn1", "fn2", "fn1"], ["fnref1", "fnref1:1", "fnref2"]),
        ("plain", ["fn1", "fn2", "fn1"], ["fnref1", "fnref1:1", "fnref2"]),
        ("pelican", ["fn:n", "fn:1", "fn:n"], ["fnref:1", "fnref:n", "fnref2:n"]),
        ("nikola", ["fn:n", "fn:1", "fn:n"], ["fnref:1", "fnref:n", "fnref2:n"]),
    ],
)
def test_a_link_to_a_footnote_has_the_id_of_the_page(
    engine: Engine, notes: list[str], references: list[str]
) -> None:
    found = targets(engine)
    assert found[:3] == notes
    assert sorted(found[3:]) == sorted(references)


@pytest.mark.parametrize("engine", ["jekyll", "hugo"])
def test_the_ids_are_those_that_the_engine_wrote(engine: GoldenEngine) -> None:
    """The goldens are what the real Jekyll and Hugo make of these bodies."""
    noted = [(body, html) for body, html in dialects.bodies(engine) if "footnotes" in html]
    assert len(noted) > 3
    for body, html in noted:
        assert {*targets(engine, body)} == {*_TARGET.findall(html)} <= {*_ID.findall(html)}, body


def test_zola_has_other_ids_for_footnotes_at_the_bottom(tmp_path: Path) -> None:
    (tmp_path / "zola.toml").write_text(
        "base_url = 'x'\n[markdown]\nbottom_footnotes = true\n", encoding="utf-8"
    )
    (tmp_path / "content").mkdir()
    (tmp_path / "content/2026-01-02-a.md").write_text(f"+++\n+++\n{BODY}", encoding="utf-8")
    config = msgspec.structs.replace(
        posts.config(), posts=Posts(path=tmp_path / "content", engine="zola")
    )
    (post,) = sources.read(config, now=posts.NOON).posts
    found = _TARGET.findall(feedgen_elements.html_content(posts.entry(post)))
    assert found[:3] == ["fn-n", "fn-1", "fn-n"]
    assert sorted(found[3:]) == ["fr-1-1", "fr-n-1", "fr-n-2"]


def test_the_links_of_an_item_have_the_ids_of_the_page() -> None:
    entry = posts.entry(posts.post(engine="jekyll", body=BODY))
    built = item.item(entry, posts.SITE, NODE, account="blog@blog.example")
    assert f'href="{entry.link}#fnref:n:1"' in built.payload
    assert f'id="{entry.item_id}-fnref1:1"' in built.payload


@pytest.mark.parametrize("engine", ["jekyll", "hugo", "zola"])
def test_other_ids_and_the_xhtml_stay(engine: Engine) -> None:
    body = f'[x](#fn9) [y](#here)\n\n<p id="fn9">A</p>\n\n<p id="here">B</p>\n\n{BODY}'
    entry = posts.entry(posts.post(engine=engine, body=body))
    assert _TARGET.findall(feedgen_elements.html_content(entry))[:2] == ["fn9", "here"]
    assert f'href="#{entry.item_id}-fn1"' in entry.content.xhtml
    assert f'id="{entry.item_id}-fnref1:1"' in entry.content.xhtml


def test_a_label_is_percent_encoded() -> None:
    """Zola writes it as it is into the id; in a URL a quote would end the attribute."""
    assert targets("zola", 'a[^ü"&<]\n\n[^ü"&<]: N.\n') == ["%C3%BC%22%26%3C"]
