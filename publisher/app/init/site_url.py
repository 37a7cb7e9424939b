"""Find out the URL of the site, of which links and ids are made: nothing is written without it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import replace

from publisher.app.events import Note
from publisher.config import EXAMPLE_URL
from publisher.errors import ConfigError
from publisher.text.stand_in_urls import stand_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.app.events import OnEvent
    from publisher.app.init.config_text import SiteFacts
    from publisher.app.init.options import AskText
    from publisher.sources.engines.detected import DetectedSite


def with_url(
    facts: SiteFacts,
    site: DetectedSite,
    refusal: Callable[[SiteFacts], ConfigError | None],
    on_event: OnEvent,
    ask: AskText,
) -> SiteFacts:
    """The facts with a URL; if nothing says it, the user is asked.

    `refusal` is why facts would be no valid configuration. Raises ConfigError without an answer.
    """
    if not facts.url:
        facts = _asked(facts, site, refusal, on_event, ask)
    facts = _below_base_path(facts, site, on_event)
    if facts.url and (why := stand_in(facts.url)):
        on_event(Note(f"site.url is {facts.url}, {why}"))
    return facts


def _asked(
    facts: SiteFacts,
    site: DetectedSite,
    refusal: Callable[[SiteFacts], ConfigError | None],
    on_event: OnEvent,
    ask: AskText,
) -> SiteFacts:
    why = _unknown(facts, site)
    while answer := ask(f"{why}. What is it, e.g. {EXAMPLE_URL}?"):
        given = replace(facts, url=answer, options=replace(facts.options, url=answer))
        if not (error := refusal(given)):
            return given
        on_event(Note(str(error)))
    raise ConfigError(f"{why}; give it, e.g. --url {EXAMPLE_URL}")


def _unknown(facts: SiteFacts, site: DetectedSite) -> str:
    """What is wrong with the URL that the settings or the pages have, or that there is none."""
    stated = facts.lesson.metadata.url if facts.lesson else None
    pages = facts.lesson.metadata.url_from if facts.lesson else ""
    for url, source in ((site.url, site.source), (stated, pages)):
        if url and (why := stand_in(url)):
            return f"the URL of the site is not known: {source} has {url}, {why}"
    if "url" in site.unread:
        return f"the URL of the site is not known: {site.unread['url']} is computed"
    if site.program or site.source:
        return f"the URL of the site is not known: {site.program or site.source} does not say it"
    return "the URL of the site is not known"


def _below_base_path(facts: SiteFacts, site: DetectedSite, on_event: OnEvent) -> SiteFacts:
    """The facts with the path of the site, if the user gave only the host."""
    stated = facts.lesson.metadata.url if facts.lesson else None
    path = urlsplit(stated).path.strip("/") if stated else site.base_path
    given = facts.options.url
    if given and not stated and facts.lesson and facts.lesson.root_link:
        link = facts.lesson.root_link
        on_event(
            Note(f"the pages link to {link}, as of a site at / of its host, but --url is {given}")
        )
    if not given or not path or (known := urlsplit(given).path.strip("/")) == path:
        return facts
    source = "the pages say" if stated else f"{site.source or site.program} says"
    if known:
        on_event(Note(f"{source} that the site is at /{path}/ of its host, but --url is {given}"))
        return facts
    url = f"{given.rstrip('/')}/{path}"
    on_event(Note(f"{source} that the site is at /{path}/ of its host, so site.url is {url}"))
    return replace(facts, url=url, options=replace(facts.options, url=url))
