"""The folders of a site of Jekyll, which its settings may rename."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.sources import site_settings
from publisher.sources.engines.detected import inside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.text.yaml_document import Value


@dataclass(frozen=True, slots=True)
class JekyllFolders:
    """Folders below the site, without slashes at their ends; the site itself is empty.

    All others are in `source`, and `collections` contains the folders of posts. A folder that the
    settings put outside of the site has its usual name.
    """

    source: str
    collections: str
    data: str
    includes: str
    plugins: tuple[str, ...]


def folders(settings: Mapping[str, Value]) -> JekyllFolders:
    def named(key: str) -> str:
        return inside(site_settings.text(settings, key) or "")

    source = named("source")

    def below(name: str) -> str:
        return "/".join(filter(None, (source, name)))

    plugins = site_settings.texts(dict(settings), "plugins_dir") or ["_plugins"]
    return JekyllFolders(
        source=source,
        collections=below(named("collections_dir")),
        data=below(named("data_dir") or "_data"),
        includes=below(named("includes_dir") or "_includes"),
        plugins=tuple(below(folder) for folder in map(inside, plugins) if folder),
    )
