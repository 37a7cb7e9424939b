"""Read the data of a site of Eleventy for all its pages: the JSON files of `_data`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from publisher.errors import ConfigError
from publisher.sources import site_settings
from publisher.system.paths import all_below

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.system.symlinks import Reach
    from publisher.text.yaml_document import Value

_MOST_FILES = 200


def read(folder: Path, reach: Reach) -> dict[str, Value]:
    """The data by the names of files; a folder is a map.

    What cannot be read is left out: only a template may need it, and names it then.
    """
    data: dict[str, Value] = {}
    files = (file for file in all_below(folder) if file.suffix == ".json")
    for file in islice(files, _MOST_FILES):
        try:
            value = site_settings.parsed(file, site_settings.text_of(file, reach))
        except ConfigError:
            continue
        *folders, _ = file.relative_to(folder).parts
        site_settings.put(data, [*folders, file.stem], value)
    return data
