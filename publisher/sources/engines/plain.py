"""A plain folder of Markdown, as Obsidian keeps one: only what says `publish: true` is a post."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.post import BodySyntax
from publisher.sources.engines.detected import DetectedSite
from publisher.sources.engines.eleventy import PROGRAMS
from publisher.sources.engines.engine import LATE_DATES, EngineRecord, PostReader
from publisher.sources.front_matter.values import unique

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.post import Status
    from publisher.sources.engines.names import Name
    from publisher.sources.front_matter.values import Matter


class Plain(PostReader):
    def kept_back(self, matter: Matter) -> tuple[Status, str] | None:
        if not matter.is_true("publish"):
            return "hidden", "it does not say `publish: true`"
        return super().kept_back(matter)

    def called(self, name: Name) -> str | None:
        return name.slug or None

    def tags(self, matter: Matter) -> tuple[str, ...]:
        """`#a/b` is the tag a/b."""
        return unique([tag.lstrip("#") for tag in super().tags(matter)])


def _detect(folder: Path) -> DetectedSite | None:
    if not (folder / ".obsidian").is_dir():
        return None
    return DetectedSite(engine=RECORD.name, posts=".")


RECORD = EngineRecord(
    name="plain",
    reader=Plain,
    detect=_detect,
    syntax=BodySyntax(dialect="commonmark", template_language="none", links="wiki"),
    programs=PROGRAMS,  # many publish their notes with Eleventy
    late_dates=("created", "published", *LATE_DATES),
)
