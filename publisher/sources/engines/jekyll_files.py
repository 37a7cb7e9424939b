"""The files of a site of Jekyll that templates read: its data, and texts that posts include.

Nothing is read that is hidden, lies outside of the site, or exceeds a limit.
"""

from __future__ import annotations

import csv
import io
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from publisher.errors import ConfigError
from publisher.sources import site_settings
from publisher.system.symlinks import LinkError
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.sources.engines.jekyll_settings import JekyllFolders
    from publisher.sources.post_files import PostFiles
    from publisher.text.yaml_document import Value

MAX_FILES, MAX_DEPTH, MAX_BYTES = 1_000, 10, 10 * 1024 * 1024  # of all data
MAX_INCLUDE = 200_000  # bytes of one file

_DATA = (".yaml", ".yml", ".json", ".csv", ".tsv")
_NAME = re.compile(r"(?!.*[./]{2})[\w/.\-()+~#@]{1,500}")  # Jekyll refuses any other
# What Jekyll leaves out of a name, and the blanks that become underscores.
_UNNAMEABLE, _BLANKS = re.compile(r"[^\w\s-]+|(?<=^)\s+|\s+$"), re.compile(r"\s+")


@dataclass(frozen=True)
class JekyllFiles:
    """The files of one run, each read once."""

    files: PostFiles
    folders: JekyllFolders
    csv_has_headers: bool

    @cached_property
    def _data(self) -> tuple[dict[str, Value], dict[str, str]]:
        data: dict[str, Value] = {}
        problems: dict[str, str] = {}
        left = MAX_BYTES
        for number, file in enumerate(self._below(self._data_folder, MAX_DEPTH)):
            *folders, stem = file.relative_to(self._data_folder).parts
            keys = [_named(part) for part in (*folders, PurePosixPath(stem).stem)]
            path = ".".join(("site.data", *keys))
            if number == MAX_FILES or left <= 0:
                short = file.relative_to(self.files.site)
                problems["site.data"] = f"{short}: there are more data than publisher reads"
                break
            try:
                self._require_inside(file, self._data_folder)
                text = site_settings.text_of(file, self.files.reach)
                site_settings.put(data, keys, self._parsed(file, text))
                left -= len(text)
            except ConfigError as error:
                problems[path] = site_settings.shown(error, self.files.site)
        return data, problems

    @property
    def data(self) -> dict[str, Value]:
        return self._data[0]

    @property
    def problems(self) -> dict[str, str]:
        return self._data[1]

    def _parsed(self, file: Path, text: str) -> Value:
        if file.suffix not in {".csv", ".tsv"}:
            return site_settings.parsed(file, text)
        try:
            delimiter = "\t" if file.suffix == ".tsv" else ","
            rows = [*csv.reader(io.StringIO(text), delimiter=delimiter)]
        except csv.Error as error:
            raise ConfigError(f"{file}: cannot be read: {error}") from error
        if not self.csv_has_headers:
            return [[*row] for row in rows]
        names, *records = rows or [[]]
        return [dict(zip(names, row, strict=False)) for row in records if row]

    def include(self, name: str, beside: PurePosixPath | None = None) -> str | None:
        """The text of a file to include, or of one `beside` a post; None if there is none."""
        try:
            return self._included(name, beside)
        except (OSError, ConfigError):
            return None

    def include_problem(self, name: str, beside: PurePosixPath | None = None) -> str:
        """Why a file is not included; empty if it is missing, because a theme may have it."""
        try:
            self._included(name, beside)
        except LinkError as error:
            return error.message
        except ConfigError as error:
            return site_settings.shown(error, self.files.site)
        except OSError:
            pass
        return ""

    def _included(self, name: str, beside: PurePosixPath | None) -> str:
        """Raises OSError or ConfigError."""
        folder = (self.files.posts / beside).parent if beside else self._includes
        path = PurePosixPath(name)
        if path.is_absolute():
            raise ConfigError(
                f"the file to include is '{name[:60]}'; write its path in {folder.name}"
            )
        if not _NAME.fullmatch(name) or any(part.startswith(".") for part in path.parts):
            raise ConfigError(f"Jekyll includes no file of the name '{short_line(name, 60)}'")
        if not beside:
            self._require_inside(folder / path, folder)
        data = self.files.reach.read(folder / path)
        if len(data) > MAX_INCLUDE:
            raise ConfigError(f"{folder / path}: has more than {MAX_INCLUDE:,} bytes")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ConfigError(f"{folder / path}: is not UTF-8; save it in that encoding") from error

    @property
    def _includes(self) -> Path:
        return self.files.site / self.folders.includes

    @property
    def _data_folder(self) -> Path:
        return self.files.site / self.folders.data

    def _require_inside(self, file: Path, folder: Path) -> None:
        """Raise ConfigError if a link leads out of the folder, e.g. to the settings of the site."""
        if not self._is_inside(file, folder):
            why = f"is behind a symbolic link that leads out of {folder}; copy it there"
            raise ConfigError(f"{file}: {self.files.reach.refusal(file) or why}")

    def _is_inside(self, file: Path, folder: Path) -> bool:
        real = Path(os.path.realpath(file))
        return self.files.reach.follow_links or real.is_relative_to(os.path.realpath(folder))

    def _below(self, folder: Path, depth: int) -> Iterator[Path]:
        """The files with data below a folder, of which the later one of two names counts.

        A folder that a link leads to out of that of the data is returned itself.
        """
        try:
            entries = sorted(map(Path, os.scandir(folder)))
        except OSError:
            return
        shown = [entry for entry in entries if not entry.name.startswith(".")]
        files = (entry for entry in shown if entry.suffix in _DATA and not entry.is_dir())
        yield from sorted(files, key=lambda file: _DATA.index(file.suffix))
        for entry in shown:
            if entry.is_dir() and not self._is_inside(entry, self._data_folder):
                yield entry
            elif depth > 1 and entry.is_dir():
                yield from self._below(entry, depth - 1)


def _named(name: str) -> str:
    return _BLANKS.sub("_", _UNNAMEABLE.sub("", name))
