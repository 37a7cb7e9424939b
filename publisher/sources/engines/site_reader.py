"""The rules that hold for a whole site, whatever its posts: its settings, and where they are."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.errors import ConfigError
from publisher.sources import site_settings
from publisher.sources.engines.unread import SettingsFile
from publisher.text import setting_lines
from publisher.text.site_patterns import SitePatternError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from publisher.config import Person
    from publisher.post import BodySyntax, Diagnostic, TemplateFiles
    from publisher.sources.engines.ignored import Ignored
    from publisher.sources.engines.record import EngineFacts
    from publisher.sources.engines.unread import Unread
    from publisher.sources.front_matter.typed_values import Place
    from publisher.sources.post_files import PostFiles
    from publisher.text.setting_lines import Keys
    from publisher.text.yaml_document import Value


class SiteReader:
    """Reads the settings of a site.

    The constructor raises ConfigError if they cannot be read.
    """

    def __init__(self, folder: PostFiles, record: EngineFacts) -> None:
        self.folder = folder
        self.record = record
        self.config = folder.config
        self.zone: dt.tzinfo = folder.config.site.zone
        self._lines: dict[tuple[Path | str | int, ...], int] = {}

    @cached_property
    def settings(self) -> dict[str, Value]:
        """The site's own settings; empty if there are none. Raises ConfigError."""
        return self.folder.settings(*self.record.settings)

    def settings_files(self) -> list[SettingsFile]:
        """The files of the site with its settings."""
        names = (self.record.settings, self.record.programs)
        found = (site_settings.find(self.folder.site, kind) for kind in names)
        return [SettingsFile(file) for file in found if file]

    @property
    def unread_settings(self) -> Mapping[str, Unread]:
        """The settings that change posts and are not read, see `unread.find`."""
        return self.record.unread_settings

    @property
    def root(self) -> Path:
        """The folder with the files of the site; see `location`."""
        return self.folder.site

    @property
    def template_files(self) -> TemplateFiles | None:
        """The files that templates of posts read; None if there are none."""
        return None

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages that a file name may end with, in lower case."""
        return frozenset(
            tag.lower() for tag in self.config.posts.languages or self.site_languages()
        )

    def site_languages(self) -> list[str]:
        """The languages that the settings name."""
        return []

    @cached_property
    def ignored(self) -> Ignored:
        """What the settings of the site leave out."""
        folder = self.folder
        return self.record.ignored(folder.site, folder.posts, folder.reach)

    @property
    def shows_future(self) -> bool:
        """Whether the settings publish a post with a date in the future at once."""
        future = self.record.future
        return any(site_settings.text(self.settings, *keys) == "true" for keys in future)

    @cached_property
    def persons(self) -> Mapping[str, Person]:
        """The authors by the short names that posts use."""
        return {}

    @cached_property
    def _syntax(self) -> BodySyntax:
        return replace(self.record.syntax, options=self.record.markdown(self.settings))

    def file_with(self, setting: str) -> Path:
        """The file of the settings that has one of them; the first one wins."""
        files, reach = [one.path for one in self.settings_files()], self.folder.reach
        return next((one for one in files if setting in site_settings.read(one, reach)), files[-1])

    @contextmanager
    def patterns_of(self, setting: str) -> Iterator[None]:
        """Within, SitePatternErrors become ConfigErrors about a setting."""
        try:
            yield
        except SitePatternError as error:
            file, line = self.place(self.file_with(setting), (setting,))
            raise ConfigError(f"{file}:{line}: {setting} {error}") from error

    def setting_problems(self) -> Iterable[Diagnostic]:
        """Warnings about settings that name what does not exist."""
        return ()

    def place(self, file: Path, keys: Keys) -> Place:
        """The file and line of a setting. Raises ConfigError."""
        named = (file, *keys)
        if named not in self._lines:
            text = site_settings.text_of(file, self.folder.reach)
            self._lines[named] = setting_lines.line(text, file.suffix, keys)
        return PurePosixPath(file), self._lines[named]
