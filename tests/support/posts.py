"""Posts and entries for tests. A test names what it is about; the rest has defaults."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from msgspec import structs
from msgspec.structs import replace

from publisher import entry as entry_
from publisher.config import Config, Posts, Site
from publisher.entry import Entries, Entry
from publisher.post import Post, Reading
from publisher.rendering import Rendered, Renderings
from publisher.sources.engines import RECORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.config import Engine
    from publisher.content.templates import Evaluated
    from publisher.post import Markup
    from publisher.text.yaml_document import Value

SITE = Site(title="A blog", url="https://blog.example", since=dt.date(2020, 1, 1))
NOON = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-(.*)")


def post(
    path: str = "2026-01-02-first-post.md", *, engine: Engine = "jekyll", **facts: Any
) -> Post:
    """A post of a file whose name may begin with a date; its body is read as by `engine`."""
    dated = _NAME.fullmatch(PurePosixPath(path).stem)
    slug = dated[2] if dated else PurePosixPath(path).stem
    published = facts.get("published", NOON)
    defaults: dict[str, Any] = {
        "path": PurePosixPath(path),
        "body": "Text.",
        "body_line": 4,
        "markup": "markdown",
        "marker": None,
        "title": "A title",
        "slug": slug,
        "published": published,
        "updated": published,
        "file_date": dt.date.fromisoformat(dated[1]) if dated else None,
        "page": f"/{slug}/",
        "syntax": RECORDS[engine].syntax,
    }
    return Post(**{**defaults, **facts})


def config(site: Site = SITE) -> Config:
    """A configuration for tests that read and write no files."""
    path = Path("blog")
    return Config(
        path=path / "publisher.yaml", site=site, posts=Posts(path=path), state=path / "state"
    )


def entry(found: Post, site: Site = SITE, **facts: Any) -> Rendered:
    """The entry of a post, as the program renders it. `facts` replace what it made."""
    made, _ = entry_.entry(found, site, {})
    assert isinstance(made, Entry)
    return replace(Renderings(Reading((found,), (), ()), site).of(made), **facts)


class WithSource(Rendered, frozen=True, kw_only=True):
    """With the body in which the tags are evaluated."""

    source: Evaluated


def entries(
    *posts: Post, site: Site = SITE, settings: Mapping[str, Value] | None = None
) -> tuple[WithSource, ...]:
    """The entries of posts that know of each other, in a site with such settings."""
    reading = Reading(posts, (), (), settings=settings or {})
    renderings = Renderings(reading, site)
    return tuple(_with_source(one, renderings) for one in entry_.entries(reading, site).entries)


def _with_source(found: Entry, renderings: Renderings) -> WithSource:
    made = renderings.of(found)
    facts = structs.asdict(made)
    return WithSource(**facts, source=renderings.source(found))


@dataclass(frozen=True)
class RenderedEntries(Entries):
    """All entries of a reading, as readers get them."""

    entries: tuple[Rendered, ...]


def rendered(reading: Reading, site: Site = SITE) -> RenderedEntries:
    found = entry_.entries(reading, site)
    made = tuple(map(Renderings(reading, site).of, found.entries))
    return RenderedEntries(made, found.skipped, found.warnings, found.deleted)


OTHER = "2026-01-01-other"
BELOW = Site(title="A blog", url="https://blog.example/sub", timezone="Europe/Berlin")


def templated(
    engine: Engine,
    body: str,
    markup: Markup = "markdown",
    *,
    settings: Mapping[str, Value] | None = None,
    **facts: Any,
) -> WithSource:
    """The entry of a post with tags in its body. The site is `BELOW` and has the post `OTHER`."""

    def of(name: str, text: str, **more: Any) -> Post:
        defaults = {
            "body_line": 5,
            "page": f"/{name}/",
            "published": NOON - dt.timedelta(hours=1),
            "location": PurePosixPath(f"blog/{name}.md"),
        }
        return post(f"{name}.md", engine=engine, body=text, **{**defaults, **more})

    this = of("2026-01-02-this", body, markup=markup, **facts)
    return entries(this, of(OTHER, ""), site=BELOW, settings=settings)[0]


def told(made: Rendered) -> list[tuple[int, str]]:
    """The warnings of an entry: line, message."""
    return [(warning.line, warning.message) for warning in made.warnings]
