"""Ask for the rule of the posts' URLs, if publisher cannot know it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.app.events import Note
from publisher.sources import address_scripts

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.app.events import OnEvent
    from publisher.app.init.document import SiteFacts
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
    doubts = address_scripts.doubts(config)
    if not doubts:
        return facts
    shown = [doubt.replace(f"{config.path.parent}/", "") for doubt in doubts]
    while answer := ask(_QUESTION.format("; ".join(shown))):
        given = replace(facts, posts={**facts.posts, "permalink": answer})
        if not (error := refusal(given)):
            return given
        on_event(Note(str(error)))
    comments: list[str] = []
    for doubt, short in zip(doubts, shown, strict=True):
        on_event(Note(f"posts.permalink {address_scripts.advice(doubt)}"))
        comments += (f"{short}. Set:", f"permalink: {address_scripts.EXAMPLE}")
    return replace(facts, comments=comments)


_QUESTION = (
    "{}. Which template gives the URLs of your posts, e.g. "
    f"{address_scripts.EXAMPLE}? (Enter if you do not know)"
)
