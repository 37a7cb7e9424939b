"""What the front matter says of the post in feeds: left out, gone, in short, an episode."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from publisher.config import is_web
from publisher.sources.dates import DateError
from publisher.sources.matter import FALSE, TRUE, one_line
from publisher.sources.post import Episode

if TYPE_CHECKING:
    import datetime as dt

    from publisher.sources.matter import Matter

_NUMBER = re.compile(r"[0-9]{1,6}")
_SHOWN: dict[str, Literal["full", "summary"]] = {"full": "full", "summary": "summary"}
_KINDS: dict[str, Literal["full", "trailer", "bonus"]] = {
    "full": "full", "trailer": "trailer", "bonus": "bonus",
}  # fmt: skip


def is_left_out(matter: Matter) -> bool:
    """`feed: false`: on the web, but neither in feeds nor at nodes."""
    return matter.is_false("feed")


def content(matter: Matter) -> Literal["full", "summary"] | None:
    """`feed: summary`, `feed: full`, or as jekyll-feed has it, `feed: {excerpt_only: true}`."""
    value = matter.value("feed")
    if isinstance(value, dict):
        only = (one_line(value.get("excerpt_only")) or "").lower()
        return "summary" if only in TRUE else None
    text = (one_line(value) or "").lower()
    if text in _SHOWN:
        return _SHOWN[text]
    if text and text not in TRUE | FALSE:
        matter.warn("feed", f"feed is {text[:40]!r}; write false, summary or full")
    return None


def deleted(matter: Matter, zone: dt.tzinfo) -> dt.datetime | Literal["undated"] | None:
    """When the post was taken back (RFC 6721); None: it was not."""
    text = matter.text("deleted")
    if text is None or text.lower() in FALSE:
        return None
    try:
        return matter.written("deleted").instant(zone)
    except DateError:
        example = "deleted: 2026-03-01"
        matter.warn(
            "deleted", f"deleted says no date, so feeds cannot say it; write e.g. {example}"
        )
        return "undated"


def license_of(matter: Matter) -> str | None:
    """The address of a licence (RFC 4946); its name alone tells a program nothing."""
    for key in ("license", "licence"):
        text = matter.text(key) if not isinstance(matter.value(key), list | dict) else None
        if text and is_web(text):
            return text
    return None


def episode(matter: Matter) -> Episode:
    """What podcast apps are told of a recording; for posts that have one."""
    return Episode(
        number=_number(matter, "episode"),
        season=_number(matter, "season"),
        type=_kind(matter, "episode_type") or _kind(matter, "episodeType"),
        explicit=_explicit(matter),
    )


def _kind(matter: Matter, key: str) -> Literal["full", "trailer", "bonus"] | None:
    text = _word(matter, key).lower()
    if text and text not in _KINDS:
        matter.warn(key, f"{key} is {text[:40]!r}; write full, trailer or bonus")
    return _KINDS.get(text)


def _explicit(matter: Matter) -> bool | None:
    text = _word(matter, "explicit").lower()
    if text in TRUE:
        return True
    if text and text not in FALSE:
        matter.warn("explicit", f"explicit is {text[:40]!r}; write true or false")
    return False if text in FALSE else None


def _number(matter: Matter, key: str) -> int | None:
    text = _word(matter, key)
    found = _NUMBER.fullmatch(text)
    if text and not found:
        matter.warn(key, f"{key} is {text[:40]!r}; podcast apps take a whole number, e.g. {key}: 3")
    return int(found[0]) or None if found else None


def _word(matter: Matter, key: str) -> str:
    return (matter.text(key) if not isinstance(matter.value(key), list | dict) else None) or ""
