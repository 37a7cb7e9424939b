"""Take over what a site says of itself and what is valid in publisher.yaml; name the rest."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher import config as configs
from publisher.app.events import Note
from publisher.errors import ConfigError
from publisher.sources.built.pages import site_url
from publisher.sources.engines.detected import DetectedSite
from publisher.sources.front_matter.typed_values import language_tag
from publisher.text import permalinks
from publisher.text.stand_in_urls import stand_in

if TYPE_CHECKING:
    from publisher.app.events import OnEvent
    from publisher.app.init.config_text import SiteFacts
    from publisher.app.init.learning import Lesson


def valid(site: DetectedSite, on_event: OnEvent) -> dict[str, str]:
    """The settings of the site that are valid in publisher.yaml."""
    keys = ("title", "url", "description", "language", "timezone", "permalink")
    values = {key: getattr(site, key) for key in keys}
    if site.language:
        values["language"] = language_tag(site.language)
    if stand_in(site.url or ""):
        del values["url"]
    is_valid = partial(_is_valid, site, on_event)
    return {key: value for key, value in values.items() if value and is_valid(key, value)}


def with_metadata(facts: SiteFacts, lesson: Lesson, on_event: OnEvent) -> SiteFacts:
    """The facts with what the built site says, where neither the user nor the settings say it."""
    stated = lesson.metadata
    known = {"url": facts.url, "title": facts.options.title, **facts.settings}
    keys = ("title", "url", "description", "language")
    missing = {key: getattr(stated, key) for key in keys if not known.get(key)}
    found = valid(DetectedSite(source=lesson.output, **missing), on_event)
    sources = {"url": stated.url_from, "title": stated.title_from}
    return replace(
        facts,
        url=facts.url or found.get("url"),
        lesson=lesson,
        title=found.get("title", facts.title),
        settings={**found, **facts.settings},
        taken=[(key, found[key], source) for key, source in sources.items() if key in found],
    )


def doubt_about_url(facts: SiteFacts, site: DetectedSite) -> str:
    """Why the URL of the site may be wrong; empty if nothing speaks against it."""
    stated = facts.lesson.metadata.url if facts.lesson else None
    if facts.url and stated:
        difference = site_url.difference(facts.url, stated)
        return f"site.url {difference}" if difference else ""
    if not site.program or facts.options.url:
        return ""
    return f"{site.program} is a program, which is not run; site.url is from its text, so check it"


def doubt_about_title(facts: SiteFacts) -> str:
    """Say that the title of the site is only the name of its folder; empty if it is not."""
    if facts.options.title or facts.settings.get("title"):
        return ""
    return f'site.title is "{facts.title}", the name of the folder; correct it'


def unread(facts: SiteFacts, site: DetectedSite) -> str:
    """The values that a program of the site computes and nothing else says; empty if none."""
    output = facts.lesson.output if facts.lesson else None
    stated = facts.lesson.metadata.url if facts.lesson else None
    known = {
        "title": facts.options.title,
        "url": facts.url,
        "base": facts.options.url or stated,
        "output": output,
        "static": output,
        **facts.settings,
    }
    places = [place for key, place in site.unread.items() if not known.get(key)]
    if not places:
        return ""
    them = "it" if len(places) == 1 else "them"
    return f"the site computes {them}, so publisher did not read {them}: {', '.join(places)}"


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
    text = f"site: {_json(about)}\nposts: {_json(posts)}\nfeeds: [{{path: f, format: atom}}]\n"
    try:
        configs.parse(text, Path(site.source))
    except ConfigError as error:
        reason = str(error).splitlines()[-1].partition(": ")[2]
        on_event(Note(f"{site.source}: {reason}; left out"))
        return False
    return True


def _json(values: dict[str, str]) -> str:
    """A map as JSON, which is valid YAML with all values quoted.

    YAML has no surrogates, with which JSON may escape a character beyond U+FFFF.
    """
    return json.dumps(values, ensure_ascii=False)
