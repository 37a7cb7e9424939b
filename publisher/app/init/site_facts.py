"""Take over the settings of a site that are valid in publisher.yaml, and name the others."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import config as configs
from publisher.app.events import Note
from publisher.errors import ConfigError
from publisher.sources.front_matter.values import language_tag
from publisher.text import permalinks

if TYPE_CHECKING:
    from publisher.app.events import OnEvent
    from publisher.sources.engines.detected import DetectedSite


def valid(site: DetectedSite, on_event: OnEvent) -> dict[str, str]:
    """The settings of the site that are valid in publisher.yaml."""
    keys = ("title", "url", "description", "language", "timezone", "permalink")
    values = {key: getattr(site, key) for key in keys}
    if site.language:
        values["language"] = language_tag(site.language)
    is_valid = partial(_is_valid, site, on_event)
    return {key: value for key, value in values.items() if value and is_valid(key, value)}


def _is_valid(site: DetectedSite, on_event: OnEvent, key: str, value: str) -> bool:
    """Whether a value is valid in publisher.yaml; report an invalid one, which is left out."""
    posts = {"path": "p"}
    about = {"title": "t", "url": configs.EXAMPLE_URL}
    if key != "permalink":
        about[key] = value
    elif value in permalinks.STYLES:
        posts[key] = value
    else:  # in publisher.yaml a permalink starts with a slash
        posts[key] = f"/{value.lstrip('/')}"
    # JSON is valid YAML, so any value is quoted correctly.
    text = (
        f"site: {json.dumps(about)}\nposts: {json.dumps(posts)}\n"
        "feeds: [{path: f, format: atom}]\n"
    )
    try:
        configs.parse(text, Path(site.source))
    except ConfigError as error:
        reason = str(error).splitlines()[-1].partition(": ")[2]
        on_event(Note(f"{site.source}: {reason}; left out"))
        return False
    return True
