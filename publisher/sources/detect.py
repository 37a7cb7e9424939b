"""A site's folder -> which engine makes it, where its posts are, and what its settings tell.

Only for a first configuration: whatever was guessed stands there to be looked over.
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
    """The site of the first engine that knows it. Never raises: what cannot be read is a note."""
    detected = (_detected(record, folder) for record in RECORDS.values())
    posts = first_folder(folder, POSTS)
    return next(filter(None, detected), DetectedSite(posts=posts))


def _detected(record: EngineRecord, folder: Path) -> DetectedSite | None:
    try:
        return record.detect(folder)
    except ConfigError as error:
        file = site_settings.find(folder, record.settings)
        note = f"{file.name if file else folder} is not used: {error}"
        return DetectedSite(posts=first_folder(folder, POSTS), notes=(note,))
