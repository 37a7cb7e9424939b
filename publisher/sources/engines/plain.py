"""A plain folder of Markdown, as Obsidian keeps one: only what says `publish: true` is a post."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from publisher.sources.engines.engine import Engine
from publisher.sources.front_matter.values import unique

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.post import Status
    from publisher.sources.engines.engine import Name
    from publisher.sources.front_matter.values import Matter


class Plain(Engine):
    LATE_DATES: ClassVar[Sequence[str]] = ("created", "published", *Engine.LATE_DATES)

    def kept_back(self, matter: Matter) -> tuple[Status, str] | None:
        if not matter.is_true("publish"):
            return "hidden", "it does not say `publish: true`"
        return super().kept_back(matter)

    def called(self, name: Name) -> str | None:
        return name.slug or None

    def tags(self, matter: Matter) -> tuple[str, ...]:
        """`#a/b` is the tag a/b."""
        return unique([tag.lstrip("#") for tag in super().tags(matter)])
