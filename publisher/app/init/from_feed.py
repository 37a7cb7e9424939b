"""Learn about a site from its feed, whose entries become the posts."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import structs

from publisher import config as configs
from publisher.config.keys import STATE_NAME
from publisher.errors import ConfigError
from publisher.sources.engines.detected import DetectedSite
from publisher.sources.feed.web_page import WebPageError
from publisher.system import symlinks
from publisher.system.symlinks import LinkError
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from publisher.app.init.options import InitOptions

_ONLY_SUMMARIES = (
    "{feed} has only summaries: the longest has {words}. Feeds and nodes will show no more "
    "of the posts; if the site has a feed with their whole text, give that one"
)


def in_feed(options: InitOptions, feed: str, folder: Path) -> tuple[InitOptions, DetectedSite]:
    """Read the facts about the site in a feed, or in the one feed that a web page names.

    Returns the options with the feed that was read. Raises ConfigError, Unavailable.
    """
    try:
        return options, _in_one_feed(feed, folder)
    except WebPageError as page:
        url = _only_feed(page)
        if not url:
            raise _which_feed(page, feed) from page
    site = _in_one_feed(url, folder)
    note = f"{feed} is a web page; publisher takes the feed that it names, {url}"
    in_feed = dataclasses.replace(site, notes=(note, *site.notes))
    return structs.replace(options, feed=url), in_feed


def _only_feed(page: WebPageError) -> str:
    """The URL of the only feed of a page, empty if the page may not choose it.

    A page may name anything, also what only this machine can reach.
    """
    urls = [one.url for one in page.feeds]
    is_own = len(urls) == 1 and urlsplit(urls[0]).netloc == urlsplit(page.address).netloc != ""
    return urls[0] if is_own else ""


def _which_feed(page: WebPageError, feed: str) -> ConfigError:
    if not page.feeds:
        return page
    which = "this feed; run" if len(page.feeds) == 1 else "these feeds; run one of"
    return ConfigError(
        f"{feed} is not a feed, but a web page. It names {which}:",
        [f"publisher init --feed {one.quoted}" for one in page.feeds],
    )


def _in_one_feed(feed: str, folder: Path) -> DetectedSite:
    """Raises ConfigError, Unavailable."""
    from publisher.sources.feed import channel  # noqa: PLC0415 - few sites start from a feed

    if configs.is_url(feed) and not configs.is_web_url(feed):
        raise ConfigError(
            "--feed must be a file, or an http or https URL without user name and password"
        )
    source = feed if configs.is_url(feed) else str(folder / Path(feed).expanduser())
    about, words = channel(source, _cache(folder))
    return DetectedSite(
        source=feed,
        title=about.title or None,
        url=about.link or None,
        description=about.description or None,
        language=about.language or None,
        notes=()
        if words is None
        else (_ONLY_SUMMARIES.format(feed=feed, words=number_of(words, "word")),),
    )


def _cache(folder: Path) -> Path:
    """The folder that caches the feed for the next run.

    Raises ConfigError if a symbolic link leads out of the folder: then it may not be written to.
    """
    cache = folder / STATE_NAME / "source"
    try:
        symlinks.resolved(cache, (folder,))
    except LinkError as error:
        raise ConfigError(f"{error.message}; remove the link") from error
    return cache
