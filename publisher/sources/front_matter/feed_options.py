"""The keys of front matter about a post in feeds: left out, deleted, how much, body, episode."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from publisher.config import is_web_url
from publisher.errors import PostError
from publisher.post import Episode
from publisher.sources.front_matter import media_keys
from publisher.sources.front_matter.typed_values import FALSE, TRUE, one_line
from publisher.text.author_dates import DateError
from publisher.text.characters import short_line

if TYPE_CHECKING:
    import datetime as dt

    from publisher.config import Shown
    from publisher.sources.front_matter.typed_values import FrontMatter
    from publisher.text.yaml_document import Value

# Keys with which plugins and themes keep a post from some readers; with `_OFF` they do not.
_RESTRICTIONS = (
    "password", "encrypted", "protected", "private", "unlisted", "noindex", "robotsnoindex",
)  # fmt: skip
_OFF = FALSE | {"0", "none", "null"}
# The values of other keys that say the same: of Ghost, of themes, of what a page says to robots.
_FOR_SOME = frozenset({
    "filter", "hidden", "members", "paid", "password", "private", "protected", "subscribers",
    "tiers", "unlisted",
})  # fmt: skip
_RESTRICTING_VALUES = {
    "visibility": _FOR_SOME, "status": frozenset({"unlisted"}), "robots": frozenset({"noindex"}),
}  # fmt: skip
_CONTAINERS = ("extra", "params", "seo")
_WORDS = re.compile(r"[a-z]+")
_NUMBER = re.compile(r"[0-9]{1,6}")
_SHOWN: dict[str, Shown] = {"full": "full", "summary": "summary", "auto": "auto"}
_KINDS: dict[str, Literal["full", "trailer", "bonus"]] = {
    "full": "full", "trailer": "trailer", "bonus": "bonus",
}  # fmt: skip


def is_left_out(front_matter: FrontMatter) -> bool:
    """Whether `feed: false` keeps the post out of feeds and nodes; it stays on the web."""
    return front_matter.is_false("feed")


def restriction(front_matter: FrontMatter) -> str | None:
    """What keeps the post from some readers: `password`, `noindex`, or `visibility: unlisted`.

    It is the key as written, and its value only if that says it: a password is shown nowhere.
    Themes read keys in any case, and engines keep those of themes in containers. An empty value
    and `false` mean nothing.
    """
    values = front_matter.document.values
    inner = (value for key in _CONTAINERS if isinstance(value := values.get(key), dict))
    for part in (values, *inner):
        for key, value in part.items():
            if key.lower() in _RESTRICTIONS and _is_on(value):
                return key
            if said := _restricting(key, value):
                return f"{key}: {said}"
    return None


def _restricting(key: str, value: Value) -> str | None:
    """Which word of the value says that the post is for some readers; None if none does."""
    known = _RESTRICTING_VALUES.get(key.lower())
    if known is None:
        return None
    texts = value if isinstance(value, list) else [value]
    found = (word for text in texts for word in _WORDS.findall((one_line(text) or "").lower()))
    return next((word for word in found if word in known), None)


def _is_on(value: Value) -> bool:
    if isinstance(value, list | dict):
        return bool(value)
    return (one_line(value) or "false").lower() not in _OFF


def content(front_matter: FrontMatter) -> Shown | None:
    """How much of the post feeds show: `feed: summary`, `full` or `auto`; None by default.

    `feed: {excerpt_only: true}` of jekyll-feed means `summary`.
    """
    value = front_matter.value("feed")
    if isinstance(value, dict):
        only = (one_line(value.get("excerpt_only")) or "").lower()
        return "summary" if only in TRUE else None
    text = (one_line(value) or "").lower()
    if text in _SHOWN:
        return _SHOWN[text]
    if text not in TRUE | FALSE:
        _warn_unusable(front_matter, "feed", "write false, summary, full or auto")
    return None


def body_from_source(front_matter: FrontMatter) -> bool:
    """Whether `body: source` asks for the text of the file, in the place of that of its page.

    Another single word is a mistake; a longer text is that of a theme.
    """
    words = (front_matter.text("body") or "").lower().split()
    if len(words) == 1 and words != ["source"]:
        _warn_unusable(front_matter, "body", "write source for the text of this file")
    return words == ["source"]


def deleted(front_matter: FrontMatter, zone: dt.tzinfo) -> dt.datetime | Literal["undated"] | None:
    """The instant at which the post was deleted (RFC 6721); None if it was not."""
    text, value = front_matter.text("deleted"), front_matter.value("deleted")
    if text is None and not (value and isinstance(value, list | dict)):
        return None
    if text and text.lower() in FALSE:
        return None
    try:
        return front_matter.written("deleted").instant(zone)
    except DateError:
        example = "deleted: 2026-03-01"
        front_matter.warn(
            "deleted", f"deleted has no date, so feeds cannot show it; write e.g. {example}"
        )
        return "undated"


def syndicate(front_matter: FrontMatter, zone: dt.tzinfo) -> dt.datetime | None:
    """When nodes get the post: `syndicate: DATE`; None if at once.

    Raises PostError for a text that is no date: its author wants the post to be sent later, and
    what is sent cannot be taken back. Lists and truth values are those of other programs.
    """
    key, way_out = "syndicate", "write a date, e.g. 2026-03-01 08:00"
    if front_matter.value(key) in (None, ""):
        return None
    try:
        return front_matter.written(key).instant(zone)
    except DateError as error:
        text = front_matter.text(key)
        if text and _answer(front_matter, key) is None:
            problem = f"{key} is '{short_line(text, 40)}', so it is unknown when to send the post"
            line = front_matter.line(key)
            raise PostError(front_matter.path, f"{problem}; {way_out}", line=line) from error
        _warn_unusable(front_matter, key, way_out)
        return None


def license_of(front_matter: FrontMatter) -> str | None:
    """The URL of the license (RFC 4946). A name is ignored: programs need the URL."""
    for key in ("license", "licence"):
        text = front_matter.text(key)
        if text and is_web_url(text):
            return text
        if isinstance(front_matter.value(key), list | dict) or (text and text.startswith("http")):
            _warn_unusable(
                front_matter,
                key,
                "write one URL, e.g. https://creativecommons.org/licenses/by/4.0/",
            )
    return None


def episode(front_matter: FrontMatter) -> Episode:
    """The metadata of an episode for podcast apps."""
    type_key = front_matter.first("episode_type", "episodeType") or "episode_type"
    options = Episode(
        number=_number(front_matter, "episode"),
        season=_number(front_matter, "season"),
        type=_KINDS.get((front_matter.text(type_key) or "").lower()),
        explicit=_answer(front_matter, "explicit"),
    )
    if front_matter.first(*media_keys.KEYS):
        for key, read, way_out in (
            ("episode", options.number, "number it from 1 to 999999"),
            ("season", options.season, "number it from 1 to 999999"),
            (type_key, options.type, "write full, trailer or bonus"),
            ("explicit", options.explicit, "write true or false"),
        ):
            if read is None:
                _warn_unusable(front_matter, key, way_out)
    return options


def _number(front_matter: FrontMatter, key: str) -> int | None:
    match = _NUMBER.fullmatch(front_matter.text(key) or "")
    return int(match[0]) or None if match else None


def _answer(front_matter: FrontMatter, key: str) -> bool | None:
    return True if front_matter.is_true(key) else False if front_matter.is_false(key) else None


def _warn_unusable(front_matter: FrontMatter, key: str, way_out: str) -> None:
    """Warn that the value is unusable, if there is one."""
    value = front_matter.value(key)
    if value not in (None, ""):
        shown = front_matter.text(key) or str(value)
        front_matter.warn(key, f"{key} is '{short_line(shown, 40)}'; {way_out}")
