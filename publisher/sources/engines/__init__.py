"""Site generators: where each keeps posts and settings, and how it reads posts and forms URLs.

Each engine has a module with its EngineRecord and its PostReader. Settings are read as data; a
program of the site is never run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.sources.engines import any as any_engine
from publisher.sources.engines import eleventy, hexo, hugo, jekyll, nikola, pelican, plain, zola

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.config import Engine
    from publisher.sources.engines.engine import EngineRecord

# The order in which `init` tries them. Hexo comes before Jekyll because both have a _config.yml,
# and Zola before Hugo because both have a config.toml.
_RECORDS = (
    hexo.RECORD,
    jekyll.RECORD,
    zola.RECORD,
    hugo.RECORD,
    pelican.RECORD,
    nikola.RECORD,
    eleventy.RECORD,
    plain.RECORD,
    any_engine.RECORD,
)
RECORDS: Mapping[Engine, EngineRecord] = {record.name: record for record in _RECORDS}
