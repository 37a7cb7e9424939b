"""What `init` is told, what it asks, and what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from publisher.app.init.learning import Lesson
    from publisher.app.init.survey import Survey
    from publisher.config import Engine

# Answers a question; None if nobody is there to answer.
Ask: TypeAlias = "Callable[[str], bool | None]"

# The line that the user types; empty or None if there is no answer.
AskText: TypeAlias = "Callable[[str], str | None]"


class InitOptions(Struct, frozen=True, kw_only=True):
    """The facts that the user gives; `init` detects those that are None in the site's folder.

    `feed` is the URL or the file of a feed to use instead of a folder of posts.
    """

    title: str | None = None
    url: str | None = None
    posts: str | None = None
    feed: str | None = None
    engine: Engine | None = None
    permalink: str | None = None
    jid: str | None = None
    service: str | None = None
    node: str = "blog"


class WrittenConfig(Struct, frozen=True):
    """The written configuration: where the posts are, and what they are.

    `posts` is None if the posts come from a feed. `kind` is the name of the site's generator, empty
    for a folder of posts without settings; `source` is the file of its settings, empty if there is
    none. `lesson` is what the built pages showed; None if the posts come from a feed. `taken` are
    the settings that the built site gave: key, value, and what it was taken from.
    """

    posts: Path | None
    kind: str
    source: str
    survey: Survey
    lesson: Lesson | None
    taken: Sequence[tuple[str, str, str]] = ()


def nobody(_: str) -> None:
    """Answer no question, for callers without a user."""


def require_yes(ask: Ask, fact: str, question: str, *, yes: str, ways: Sequence[str] = ()) -> None:
    """Say a fact, ask what to do, and go on only if the answer is yes. Raises ConfigError.

    `yes` says how to answer without a terminal, and `ways` what to do instead, all as commands.
    """
    answer = ask(f"{fact}. {question}")
    if answer is None:
        raise ConfigError(f"{fact}; nothing was written", [*ways, yes])
    if not answer:
        raise ConfigError("nothing was written", ways)
