"""Ask for the rule of the posts' URLs, if publisher cannot know it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from publisher.app.doubts import unknown_urls
from publisher.app.events import Note

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.app.events import OnEvent
    from publisher.app.init.config_text import SiteFacts
    from publisher.app.init.options import AskText
    from publisher.config import Config
    from publisher.errors import ConfigError


def with_rule(
    facts: SiteFacts,
    config: Config,
    refusal: Callable[[SiteFacts], ConfigError | None],
    on_event: OnEvent,
    ask: AskText,
) -> SiteFacts:
    """The facts with posts.permalink as the user gives it, else with comments on what is doubtful.

    `refusal` is why facts would be no valid configuration.
    """
    doubt = unknown_urls.doubt(config)
    if not doubt:
        return facts
    while answer := ask(_QUESTION.format(doubt)):
        given = replace(facts, posts={**facts.posts, "permalink": answer})
        if not (error := refusal(given)):
            return given
        on_event(Note(str(error)))
    on_event(Note(f"posts.permalink {unknown_urls.advice(doubt)}"))
    return replace(facts, comments=_comments(doubt))


def without_comments(text: str, config: Config) -> str:
    """The text of a configuration without these comments; what a person changed in them stays."""
    unbuilt = msgspec.structs.replace(
        config, site=msgspec.structs.replace(config.site, output=None)
    )
    doubt = unknown_urls.doubt(unbuilt)
    lines = (rf"[ \t]*# {re.escape(line)}\r?\n" for line in _comments(doubt))
    return re.sub(f"^{''.join(lines)}", "", text, flags=re.MULTILINE)


def _comments(doubt: str) -> tuple[str, str]:
    return f"{doubt}. Set:", f"permalink: {unknown_urls.EXAMPLE}"


_QUESTION = (
    "{}. Which template gives the URLs of your posts, e.g. "
    f"{unknown_urls.EXAMPLE}? (Enter if you do not know)"
)
