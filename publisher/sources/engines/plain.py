"""Read a plain folder of Markdown, e.g. of Obsidian: a post needs `publish: true`."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.errors import ConfigError, Unavailable
from publisher.post import BodySyntax
from publisher.sources import first_commits
from publisher.sources.engines import generator_ignores, obsidian_properties
from publisher.sources.engines.detected import DetectedSite
from publisher.sources.engines.eleventy_programs import PROGRAMS
from publisher.sources.engines.engine import (
    UPDATED,
    EngineRecord,
    Moment,
    PostReader,
    UndatedError,
    UnknownDateError,
)
from publisher.sources.engines.names import date_fault, dated_part
from publisher.sources.engines.record import LATE_DATES
from publisher.sources.engines.vault import Vault
from publisher.sources.front_matter.typed_values import unique
from publisher.sources.walk import walk
from publisher.text.characters import printable
from publisher.text.permalinks import encoded

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from publisher.post import Status
    from publisher.sources.engines.names import Name
    from publisher.sources.front_matter.typed_values import FrontMatter
    from publisher.sources.post_files import PostFiles
    from publisher.text.yaml_document import Value

# `[[2022-01-05]]`, perhaps in a folder and with another text.
_DAILY_NOTE = re.compile(r"\[\[(?:[^\[\]|#]*/)?([^\[\]|#/]+)(?:[|#][^\[\]]*)?\]\]")
# The keys whose values readers see.
_TEXTS = frozenset({
    "author", "authors", "categories", "category", "description", "excerpt", "keywords",
    "subtitle", "summary", "tag", "tags", "title",
})  # fmt: skip


class Plain(PostReader):
    def __init__(self, folder: PostFiles, record: EngineRecord) -> None:
        super().__init__(folder, record)
        if (folder.site / ".obsidian").is_dir():
            self.location = folder.below("")  # of the vault

    def add_defaults(self, values: dict[str, Value], path: PurePosixPath) -> None:
        """Take the texts of links, and a date from the link to the note of a day."""
        for key in (*RECORD.dates, *RECORD.late_dates, *UPDATED):
            match values.get(key):
                case str(text) if found := _DAILY_NOTE.fullmatch(text.strip()):
                    values[key] = found[1]
                case _:
                    pass
        own = [self.config.posts.keys.get(key, key) for key in _TEXTS]
        for key in {*own, *_TEXTS} & values.keys():
            values[key] = obsidian_properties.shown(values[key])

    def unpublished_by_front_matter(self, front_matter: FrontMatter) -> tuple[Status, str] | None:
        if not front_matter.is_true("publish"):
            return "hidden", "has no `publish: true`"
        return super().unpublished_by_front_matter(front_matter)

    def published(self, front_matter: FrontMatter, name: Name) -> Moment:
        """The date of the note, else that of the first commit that has it."""
        try:
            return super().published(front_matter, name)
        except UndatedError as error:
            if not front_matter.is_true("publish"):
                raise
            path = front_matter.path
            instant = self._history[0].get(path) or self._remembered.get(path)
            if instant is None:
                message = error.message
                if not date_fault(dated_part(path)):
                    message = f"has `publish: true`, but git knows no commit with it: {message}"
                raise UnknownDateError(path, message, line=1) from error
            self._used[path] = instant
            return Moment(instant, instant.astimezone(self.zone))

    @property
    def first_commits(self) -> Mapping[PurePosixPath, dt.datetime]:
        return self._used

    def require_history(self, lost: Sequence[PurePosixPath]) -> None:
        if not self._history[1]:
            return
        from publisher.sources import git_history  # noqa: PLC0415 - few notes need it

        notes = "1 note has" if len(lost) == 1 else f"{len(lost)} notes have"
        raise Unavailable(
            f"{notes} `publish: true` and no date, e.g. {printable(str(lost[0]))}, and "
            f"{self.folder.posts} is in a shallow clone, which lacks the first commits of notes; "
            f"{git_history.UNSHALLOW}, or add e.g. `date: 2008-10-21`. Nothing was built or sent"
        )

    @cached_property
    def _used(self) -> dict[PurePosixPath, dt.datetime]:
        return {}

    @cached_property
    def _history(self) -> tuple[Mapping[PurePosixPath, dt.datetime], bool]:
        """The first commits of the notes, empty if git does not know them; whether it is cut."""
        from publisher.sources import git_history  # noqa: PLC0415 - few notes need it

        notes = [path for path in self.folder.paths if self.markup_of(path) == "markdown"]
        try:
            return git_history.first_commits(self.folder.posts, notes), False
        except ConfigError as error:
            return {}, isinstance(error, git_history.ShallowError)

    @cached_property
    def _remembered(self) -> Mapping[PurePosixPath, dt.datetime]:
        return first_commits.recall(self.config.state)

    def attachment(self, name: str, note: PurePosixPath) -> str | None:
        """The URL path of a file of the vault; those of the notes' own folder have priority."""
        folder = self.location / note.parent
        found = (vault.find(name, folder) for vault in (self._own_files, self._vault))
        file = next(filter(None, found), None)
        return encoded(str(file)) if file else None

    @cached_property
    def _own_files(self) -> Vault:
        """The files of the notes' folder, by their paths in the vault."""
        return Vault(self.location / path for path in self.folder.paths)

    @cached_property
    def _vault(self) -> Vault:
        """The files of the vault in which the folder of the notes is one of several."""
        is_above = self.location != PurePosixPath()
        files = walk(self.folder.site, self.folder.reach).files if is_above else ()
        return Vault(map(PurePosixPath, files))

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
    has_empty_notes=True,
    late_dates=("created", "published", *LATE_DATES),
    reads_history=True,
)
