"""What the front matter says of the post in feeds: left out, gone, in short, an episode."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from publisher.config import is_web_url
from publisher.post import Episode
from publisher.sources.front_matter import recordings
from publisher.sources.front_matter.values import FALSE, TRUE, one_line
from publisher.text.characters import short_line
from publisher.text.dates import DateError

if TYPE_CHECKING:
    import datetime as dt

    from publisher.config import Shown
    from publisher.sources.front_matter.values import Matter

_NUMBER = re.compile(r"[0-9]{1,6}")
_SHOWN: dict[str, Shown] = {"full": "full", "summary": "summary", "auto": "auto"}
_KINDS: dict[str, Literal["full", "trailer", "bonus"]] = {
    "full": "full", "trailer": "trailer", "bonus": "bonus",
}  # fmt: skip


def is_left_out(matter: Matter) -> bool:
    """`feed: false`: on the web, but neither in feeds nor at nodes."""
    return matter.is_false("feed")


def content(matter: Matter) -> Shown | None:
    """`feed: summary`, `full` or `auto`; or as jekyll-feed has it, `feed: {excerpt_only: true}`."""
    value = matter.value("feed")
    if isinstance(value, dict):
        only = (one_line(value.get("excerpt_only")) or "").lower()
        return "summary" if only in TRUE else None
    text = (one_line(value) or "").lower()
    if text in _SHOWN:
        return _SHOWN[text]
    if text not in TRUE | FALSE:
        _tell(matter, "feed", "write false, summary, full or auto")
    return None


def deleted(matter: Matter, zone: dt.tzinfo) -> dt.datetime | Literal["undated"] | None:
    """When the post was taken back (RFC 6721); None: it was not."""
    text, value = matter.text("deleted"), matter.value("deleted")
    if text is None and not (value and isinstance(value, list | dict)):
        return None
    if text and text.lower() in FALSE:
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
        text = matter.text(key)
        if text and is_web_url(text):
            return text
        if isinstance(matter.value(key), list | dict) or (text and text.startswith("http")):
            _tell(
                matter, key, "give one address, e.g. https://creativecommons.org/licenses/by/4.0/"
            )
    return None


def episode(matter: Matter) -> Episode:
    """What podcast apps are told of a recording."""
    type_key = matter.first("episode_type", "episodeType") or "episode_type"
    found = Episode(
        number=_number(matter, "episode"),
        season=_number(matter, "season"),
        type=_KINDS.get((matter.text(type_key) or "").lower()),
        explicit=_answer(matter, "explicit"),
    )
    if matter.first(*recordings.KEYS):
        for key, read, way_out in (
            ("episode", found.number, "number it from 1 to 999999"),
            ("season", found.season, "number it from 1 to 999999"),
            (type_key, found.type, "write full, trailer or bonus"),
            ("explicit", found.explicit, "write true or false"),
        ):
            if read is None:
                _tell(matter, key, way_out)
    return found


def _number(matter: Matter, key: str) -> int | None:
    found = _NUMBER.fullmatch(matter.text(key) or "")
    return int(found[0]) or None if found else None


def _answer(matter: Matter, key: str) -> bool | None:
    return True if matter.is_true(key) else False if matter.is_false(key) else None


def _tell(matter: Matter, key: str, way_out: str) -> None:
    """That the value is of no use, if there is one."""
    value = matter.value(key)
    if value not in (None, ""):
        shown = matter.text(key) or str(value)
        matter.warn(key, f"{key} is {short_line(shown, 40)!r}; {way_out}")
