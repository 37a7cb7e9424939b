"""Site generators: where each keeps posts and settings, and how it reads posts and forms URLs.

Each engine has a module with its EngineRecord and its PostReader. Settings are read as data; a
program of the site is never run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.config import Engine
    from publisher.sources.engines.engine import EngineRecord


def _hexo() -> EngineRecord:
    from publisher.sources.engines import hexo  # noqa: PLC0415

    return hexo.RECORD


def _jekyll() -> EngineRecord:
    from publisher.sources.engines import jekyll  # noqa: PLC0415

    return jekyll.RECORD


def _zola() -> EngineRecord:
    from publisher.sources.engines import zola  # noqa: PLC0415

    return zola.RECORD


def _hugo() -> EngineRecord:
    from publisher.sources.engines import hugo  # noqa: PLC0415

    return hugo.RECORD


def _pelican() -> EngineRecord:
    from publisher.sources.engines import pelican  # noqa: PLC0415

    return pelican.RECORD


def _nikola() -> EngineRecord:
    from publisher.sources.engines import nikola  # noqa: PLC0415

    return nikola.RECORD


def _eleventy() -> EngineRecord:
    from publisher.sources.engines import eleventy  # noqa: PLC0415

    return eleventy.RECORD


def _plain() -> EngineRecord:
    from publisher.sources.engines import plain  # noqa: PLC0415

    return plain.RECORD


def _any() -> EngineRecord:
    from publisher.sources.engines import any as any_engine  # noqa: PLC0415

    return any_engine.RECORD


# The order in which `init` tries them. Hexo comes before Jekyll because both have a _config.yml,
# and Zola before Hugo because both have a config.toml.
_LOADERS = (_hexo, _jekyll, _zola, _hugo, _pelican, _nikola, _eleventy, _plain, _any)


class _Records(Mapping["Engine", "EngineRecord"]):
    """The record of each engine. A run imports the module of the one that it uses."""

    def __init__(self, loaders: Mapping[str, Callable[[], EngineRecord]]) -> None:
        self._loaders = loaders

    def __getitem__(self, engine: Engine) -> EngineRecord:
        return self._loaders[engine]()

    def __iter__(self) -> Iterator[Engine]:
        return (load().name for load in self._loaders.values())

    def __len__(self) -> int:
        return len(self._loaders)


RECORDS = _Records({load.__name__.removeprefix("_"): load for load in _LOADERS})
