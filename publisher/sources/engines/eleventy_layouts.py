"""Read the data in the front matter of Eleventy's layouts, which the posts that use them get."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct, field

from publisher.sources import site_settings
from publisher.sources.front_matter import block
from publisher.system.paths import is_folder, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.system.symlinks import Reach
    from publisher.text.yaml_document import Value

_KINDS = ("", ".njk", ".liquid", ".html", ".md", ".webc", ".hbs", ".mustache", ".haml", ".pug")
_MOST = 20  # layouts within each other


class Layouts(Struct, frozen=True):
    """The layouts in some folders, the first of which counts, by their names and `aliases`.

    `merge` joins the data of a layout with those that win.
    """

    folders: Sequence[Path]
    aliases: Mapping[str, str]
    reach: Reach
    merge: Callable[[Mapping[str, Value], Mapping[str, Value]], dict[str, Value]]
    _known: dict[str, dict[str, Value]] = field(default_factory=dict)

    def data(self, name: Value) -> Mapping[str, Value]:
        """The data of a layout and of those around it; empty if there is none.

        Raises ConfigError and PostError.
        """
        if not isinstance(name, str):
            return {}
        if name not in self._known:
            merged: dict[str, Value] = {}
            for one in reversed([*self._chain(name)]):
                merged = self.merge(merged, one)
            self._known[name] = merged
        return self._known[name]

    def lacks(self, name: Value) -> bool:
        """Whether none of the folders has a layout, in whatever template language.

        Where no folder is, nobody knows where the layouts are.
        """
        if not isinstance(name, str) or name == "false" or self._file(name):
            return False
        written = PurePosixPath(self.aliases.get(name, name))
        beside = [folder / written.parent for folder in self.folders]
        stems = {one.name.partition(".")[0] for folder in beside for one in _listed(folder)}
        return any(map(is_folder, self.folders)) and written.name not in stems

    def _chain(self, name: Value) -> Iterator[Mapping[str, Value]]:
        """The data of the layout, of the one around it, and so on."""
        for _ in range(_MOST):
            if not (isinstance(name, str) and (file := self._file(name))):
                return
            path = PurePosixPath(file.name)
            values = block.read(site_settings.data(file, self.reach), path).values
            yield values
            name = values.get("layout")

    def _file(self, name: str) -> Path | None:
        written = self.aliases.get(name, name)
        names = [f"{written}{kind}" for kind in _KINDS]
        found = (site_settings.find(folder, names) for folder in self.folders)
        return next(filter(None, found), None)


def _listed(folder: Path) -> list[Path]:
    try:
        return listed(folder)
    except OSError:
        return []
