"""Cached content is used only while everything that it depends on stays the same."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest
from msgspec.structs import replace

from publisher.config import Engine, Person, Site
from publisher.content.cache import Cache
from publisher.content.links import Links
from publisher.content.post_renderer import Renderer
from publisher.post import BodySyntax, Episode, Medium, Post
from publisher.text.yaml_document import PlainScalar
from tests.support.posts import post

if TYPE_CHECKING:
    from publisher.content.safe_xhtml import Content
    from publisher.text.yaml_document import Value

SITE = Site(title="A blog", url="https://blog.example/sub", description="A description")
# Where templates of Jekyll, Hugo and Eleventy find the value of a key.
SETTINGS: dict[str, Value] = {
    "key": "a setting",
    "params": {"key": "a parameter"},
    "site": {"key": "a setting"},
}
OTHERS: dict[str, Value] = {
    "key": "another",
    "params": {"key": "another"},
    "site": {"key": "another"},
}
OTHER = post("2026-01-01-other.md", title="Other", page="/other/", body="")

LIQUID = """\
{{ page.title }} {{ page.url }} {{ page.id }} {{ page.slug }} {{ page.date }} {{ page.path }}
{{ page.tags }} {{ page.categories }} {{ page.own }} {{ page.flag | size }}
{{ site.title }} {{ site.url }} {{ site.baseurl }} {{ site.lang }} {{ site.description }}
{{ site.key }} {{ "/a" | absolute_url }} {{ "2026-05-01 10:00" | date: "%z" }}

[a](/a) [b](b) {% include a.html %} <script>x</script>

<!--more-->

Last words.
"""
# A post of each engine that uses values of the post, of the site and of the other post.
BODIES: dict[Engine, str] = {
    "jekyll": LIQUID + "{% post_url 2026-01-01-other %} {% link 2026-01-01-other.md %}",
    "eleventy": LIQUID.replace("page.title", "title") + "[x](2026-01-01-other.md)",
    "hugo": '{{< param own >}} {{< param key >}} [x]({{< ref "2026-01-01-other.md" >}})',
    "zola": "[x](@/2026-01-01-other.md) {{ youtube(id='x') }}",
    "nikola": "{{% doc %}}other{{% /doc %}} [x](link://slug/other)",
    "pelican": "[x]({filename}2026-01-01-other.md)",
    "hexo": "{{ title }} {{ own }} {# x #} ![a](a.png) [x](2026-01-01-other.md)",
    "plain": "[[Other]] [x](2026-01-01-other.md)",
    "any": "[x](2026-01-01-other.md)",
}
VALUES: dict[str, Value] = {"own": "a value", "flag": "true"}


def of(engine: Engine, **facts: Any) -> Post:
    return post(engine=engine, **{"body": BODIES[engine], "values": VALUES, **facts})


def content(
    this_post: Post,
    site: Site = SITE,
    *,
    other: Post = OTHER,
    settings: dict[str, Value] = SETTINGS,
    cache: Path | None = None,
    item_id: str = "the-post",
    link: str = "https://blog.example/sub/first-post/",
) -> Content:
    """Return the content of a post in a site that has a second post."""
    links = Links(
        [(post, site.root + post.page[1:]) for post in (this_post, other)], site, settings
    )
    renderer = Renderer(site, links, Cache(cache or Path("/dev/null"), writes=cache is not None))
    return renderer.content(this_post, item_id=item_id, link=link)


# Another value for every field of a post. The fields of the second group do not affect content.
CHANGED_POST: dict[str, Any] = {
    "path": PurePosixPath("2026-01-02-second-post.md"),
    "body": "{{ page.own }}!",
    "body_line": 9,
    "markup": "html",
    "marker": "<!--more-->",
    "title": "Another title",
    "slug": "another-slug",
    "published": dt.datetime(2026, 1, 2, 13, tzinfo=dt.UTC),
    "page": "/another/",
    "address": "https://blog.example/sub/another/",
    "categories": ("a category",),
    "tags": ("a tag",),
    "syntax": BodySyntax(),
    "values": {"own": "another value", "flag": "true"},
    "templates": "keep",
    "base": "https://elsewhere.example/",
}
UNSHOWN: dict[str, Any] = {
    "files": (("a.png", "b/a.png"),),  # of Pelican; links are looked up again
    "updated": dt.datetime(2026, 1, 3, tzinfo=dt.UTC),
    "file_date": None,
    "authors": (Person(name="Ada"),),
    "language": "fr",
    "name": "A name",
    "id": ("urn:x:y", 3),
    "location": PurePosixPath("blog/post.md"),
    "lines": (2, 3),
    "syndicate": dt.datetime(2026, 1, 4, tzinfo=dt.UTC),
    "source": "0" * 64,
    "earlier_ids": (post(),),
    "enclosures": (Medium("/a.mp3", 2),),
    "image": Medium("/a.png", 2),
    "content": "summary",
    "license": "https://license.example/",
    "episode": Episode(number=1),
    "link": "https://blog.example/elsewhere/",
    "summary": "A summary",
    "body_from_source": True,
}


def test_the_tables_cover_every_field_of_a_post() -> None:
    read = {field.name for field in dataclasses.fields(Post) if field.init}
    assert {*CHANGED_POST, *UNSHOWN} == read


@pytest.mark.parametrize("name", CHANGED_POST)
def test_a_change_that_affects_the_content_renders_the_post_again(
    tmp_path: Path, name: str
) -> None:
    before = content(of("jekyll"), cache=tmp_path)
    changed = dataclasses.replace(of("jekyll"), **{name: CHANGED_POST[name]})
    assert content(changed, cache=tmp_path) == content(changed) != before


@pytest.mark.parametrize("engine", BODIES)
@pytest.mark.parametrize("name", [*CHANGED_POST, *UNSHOWN])
def test_no_field_of_a_post_leaves_stale_content(tmp_path: Path, engine: Engine, name: str) -> None:
    content(of(engine), cache=tmp_path)
    changed = dataclasses.replace(of(engine), **{name: {**CHANGED_POST, **UNSHOWN}[name]})
    assert content(changed, cache=tmp_path) == content(changed)


CHANGED_SITE: dict[str, Any] = {
    "title": "Another blog",
    "url": "https://other.example/below",
    "description": "Another description",
    "language": "fr",
    "timezone": "Asia/Tokyo",
}


@pytest.mark.parametrize("name", CHANGED_SITE)
def test_a_change_of_the_site_that_templates_read_renders_the_post_again(
    tmp_path: Path, name: str
) -> None:
    before = content(of("jekyll"), cache=tmp_path)
    site = msgspec.structs.replace(SITE, **{name: CHANGED_SITE[name]})
    assert content(of("jekyll"), site, cache=tmp_path) == content(of("jekyll"), site) != before


@pytest.mark.parametrize("engine", BODIES)
@pytest.mark.parametrize("name", CHANGED_SITE)
def test_no_key_of_the_site_leaves_stale_content(tmp_path: Path, engine: Engine, name: str) -> None:
    content(of(engine), cache=tmp_path)
    site = msgspec.structs.replace(SITE, **{name: CHANGED_SITE[name]})
    assert content(of(engine), site, cache=tmp_path) == content(of(engine), site)


@pytest.mark.parametrize("engine", ["jekyll", "eleventy", "hugo"])
@pytest.mark.parametrize("settings", [{}, OTHERS], ids=["none", "others"])
def test_a_change_of_the_engine_s_settings_renders_the_post_again(
    tmp_path: Path, engine: Engine, settings: dict[str, Value]
) -> None:
    before = content(of(engine), cache=tmp_path)
    after = content(of(engine), settings=settings, cache=tmp_path)
    assert after == content(of(engine), settings=settings) != before


@pytest.mark.parametrize("engine", get_args(Engine))
def test_a_link_follows_the_page_of_another_post(tmp_path: Path, engine: Engine) -> None:
    """The other post moves, disappears and comes back, while this post stays the same."""
    here = content(of(engine), cache=tmp_path)
    assert "/other/" in here.xhtml
    for other in (dataclasses.replace(OTHER, page="/moved/"), post("2026-01-03-third.md"), OTHER):
        after = content(of(engine), other=other, cache=tmp_path)
        assert after == content(of(engine), other=other)
        assert (after == here) == (other is OTHER)


def test_a_new_note_is_linked(tmp_path: Path) -> None:
    this_post = of("plain", body="[[Other]]")
    before = content(this_post, other=post("2026-01-03-third.md"), cache=tmp_path)
    assert content(this_post, cache=tmp_path) == content(this_post) != before


@pytest.mark.parametrize("engine", BODIES)
def test_another_engine_renders_the_same_body_differently(tmp_path: Path, engine: Engine) -> None:
    """kramdown has no task lists, and CommonMark no definition lists."""
    body = "- [x] a\n\nterm\n: its definition\n\n~~b~~ www.example.org H~2~O"
    for before in BODIES:
        content(of(before, body=body), cache=tmp_path)
        this_post = of(engine, body=body)
        assert content(this_post, cache=tmp_path) == content(this_post)


@pytest.mark.parametrize("engine", BODIES)
@pytest.mark.parametrize("name", [*BodySyntax.__struct_fields__])
def test_no_part_of_a_syntax_leaves_stale_content(
    tmp_path: Path, engine: Engine, name: str
) -> None:
    """A new engine, or a setting of it, may change one part of the syntax only."""
    before = of(engine, body=BODIES[engine] + "\n\n- [x] 'a'\n\nterm\n: its definition")
    for other in BODIES:
        content(before, cache=tmp_path)
        syntax = replace(before.syntax, **{name: getattr(of(other).syntax, name)})
        changed = dataclasses.replace(before, syntax=syntax)
        assert content(changed, cache=tmp_path) == content(changed)


def test_a_time_zone_that_differs_only_in_summer_renders_a_winter_post_again(
    tmp_path: Path,
) -> None:
    before = content(of("jekyll"), cache=tmp_path)
    site = msgspec.structs.replace(SITE, timezone="Europe/Lisbon")
    assert content(of("jekyll"), site, cache=tmp_path) == content(of("jekyll"), site) != before


def test_a_key_that_known_settings_lack_is_empty(tmp_path: Path) -> None:
    """If no settings are known, the key may exist on the site, so the author is warned."""
    this_post = of("jekyll", body="{{ site.unknown }}")
    before = content(this_post, settings={}, cache=tmp_path)
    settings: dict[str, Value] = {"title": SITE.title}
    after = content(this_post, settings=settings, cache=tmp_path)
    assert after == content(this_post, settings=settings) != before


def test_another_url_of_the_post_renders_it_again(tmp_path: Path) -> None:
    this_post, link = of("plain", body="![a](a.png)"), "https://blog.example/moved/"
    before = content(this_post, cache=tmp_path)
    assert content(this_post, cache=tmp_path, link=link) == content(this_post, link=link) != before


def test_the_file_of_another_post_renders_nothing_again(tmp_path: Path) -> None:
    """Item ids name the files, and ids in the content begin with them."""
    this_post = of("plain", body="# A heading")
    before = content(this_post, cache=tmp_path)
    (path,) = tmp_path.iterdir()
    path.rename(tmp_path / "another-post.rendered")
    renamed = content(this_post, cache=tmp_path, item_id="another-post")
    assert renamed == content(this_post, item_id="another-post") != before


def test_a_value_of_another_type_renders_the_post_again(tmp_path: Path) -> None:
    """A template takes `true` without quotes as a boolean, which has no size."""
    before = content(of("jekyll"), cache=tmp_path)
    changed = of("jekyll", values={**VALUES, "flag": PlainScalar("true")})
    assert content(changed, cache=tmp_path) == content(changed) != before


def test_longer_front_matter_moves_the_warnings_and_renders_nothing(tmp_path: Path) -> None:
    before = content(of("jekyll"), cache=tmp_path)
    (path,) = tmp_path.iterdir()
    written = path.stat().st_mtime_ns
    after = content(of("jekyll", body_line=9), cache=tmp_path)
    assert [line - 9 for line, _ in after.warnings] == [line - 4 for line, _ in before.warnings]
    assert path.stat().st_mtime_ns == written
