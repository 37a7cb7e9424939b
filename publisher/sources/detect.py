"""Detect the engine of a site, the folder of its posts, and what its settings say.

Only `init` uses it: it writes the guesses into publisher.yaml, where the user can check them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import ConfigError
from publisher.sources import site_settings
from publisher.sources.engines import RECORDS
from publisher.sources.engines.detected import POSTS, DetectedSite, first_folder

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.sources.engines.engine import EngineRecord


def detect(folder: Path) -> DetectedSite:
    """The site as the first engine describes it that recognises the folder.

    Never raises: settings that cannot be read become a note.
    """
    detected = (_detected(record, folder) for record in RECORDS.values())
    return next(filter(None, detected), DetectedSite(posts=first_folder(folder, POSTS)))


def _detected(record: EngineRecord, folder: Path) -> DetectedSite | None:
    try:
        return record.detect(folder)
    except ConfigError as error:
        file = site_settings.find(folder, record.settings)
        note = f"{file.name if file else folder} is not used: {error}"
        return DetectedSite(posts=first_folder(folder, POSTS), notes=(note,))
