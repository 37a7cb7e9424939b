"""Read a plain folder of Markdown, e.g. of Obsidian: a post needs `publish: true`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.post import BodySyntax
from publisher.sources.engines import generator_ignores
from publisher.sources.engines.detected import DetectedSite
from publisher.sources.engines.eleventy_programs import PROGRAMS
from publisher.sources.engines.engine import LATE_DATES, EngineRecord, PostReader
from publisher.sources.front_matter.values import unique

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.post import Status
    from publisher.sources.engines.names import Name
    from publisher.sources.front_matter.values import FrontMatter


class Plain(PostReader):
    def unpublished_by_front_matter(self, front_matter: FrontMatter) -> tuple[Status, str] | None:
        if not front_matter.is_true("publish"):
            return "hidden", "has no `publish: true`"
        return super().unpublished_by_front_matter(front_matter)

    def default_title(self, name: Name) -> str | None:
        return name.slug or None

    def tags(self, front_matter: FrontMatter) -> tuple[str, ...]:
        """The tags without Obsidian's `#`: `#a/b` is the tag a/b."""
        return unique([tag.lstrip("#") for tag in super().tags(front_matter)])


def _detect(folder: Path) -> DetectedSite | None:
    if not (folder / ".obsidian").is_dir():
        return None
    return DetectedSite(engine=RECORD.name, posts=".")


RECORD = EngineRecord(
    name="plain",
    reader=Plain,
    detect=_detect,
    syntax=BodySyntax(
        dialect="commonmark", template_language="none", links="wiki", titles="elements"
    ),
    programs=PROGRAMS,  # Eleventy often builds the site of such a folder
    ignored=generator_ignores.of_vault,
    late_dates=("created", "published", *LATE_DATES),
)
