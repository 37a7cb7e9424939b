"""The front matter's recordings and pictures, in the forms that are in use.

`audio: song.ogg`, a list, a map of formats (`{ogg: …, mp3: …}`), `{url, type, length, duration,
title}`, and the three lines of WordPress. What cannot be understood is named and left out.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.post import Medium
from publisher.sources.front_matter.values import one_line
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.sources.front_matter.values import Matter
    from publisher.text.yaml_document import Value

KEYS = ("enclosure", "enclosures", "audio", "podcast", "video")
IMAGES = (
    "image", "images", "cover", "cover_image", "featured_image", "feature_image", "featureimage",
    "hero", "hero_image", "banner", "header_image", "thumbnail",
)  # fmt: skip
_ADDRESSES = (
    "href",
    "url",
    "src",
    "file",
    "path",
    "source",
    "link",
    "feature",
    "image",
    "filename",
)
_TYPES = ("type", "mime_type", "mime", "mimetype")
_LENGTHS = ("length", "size", "bytes", "filesize", "size_in_bytes", "length_in_bytes")
_DURATIONS = ("duration", "duration_in_seconds")
_LISTS = ("formats", "files", "sources", "alternates")
_TITLES = ("title", "name", "caption", "alt")

_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:\s*;\s*[\w-]+=[\w.\"-]+)*")
_WORDPRESS = re.compile(r"(\S+) ([0-9]+) ([\w.+-]+/[\w.+-]+)")
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
_CLOCK = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-9]{1,2}(?:\.[0-9]{1,6})?)")
_PERIOD = re.compile(
    r"PT(?=[0-9])(?:([0-9]{1,5})H)?(?:([0-9]{1,5})M)?(?:([0-9]{1,5}(?:\.[0-9]{1,6})?)S)?"
)
_TAG = re.compile(r"\{[{%]")
# Containers of films, which may hold sound alone: where a key says so, they do.
_SOUND = {".webm": "audio/webm", ".mp4": "audio/mp4"}
_WEB = re.compile(r"https?://\S+")
_ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}(?:[?#]|\Z)")


def enclosures(matter: Matter) -> tuple[Medium, ...]:
    """All recordings, each address once, in the order of KEYS."""
    found: dict[str, Medium] = {}
    for key in KEYS:
        for medium in _media(matter, key, _value(matter, key)):
            found.setdefault(medium.href, medium)
    return _completed(matter, tuple(found.values()))


def image(matter: Matter) -> Medium | None:
    """The picture at the head of the post."""
    for key in IMAGES:
        if found := next(_media(matter, key, _value(matter, key)), None):
            return found
    return None


def _value(matter: Matter, key: str) -> Value:
    """Zola keeps what is not its own below `extra`."""
    value = matter.value(key)
    extra = matter.value("extra")
    return extra.get(key) if value is None and isinstance(extra, dict) else value


def _completed(matter: Matter, media: tuple[Medium, ...]) -> tuple[Medium, ...]:
    """Of a single recording the post's own keys say what it does not."""
    if len(media) != 1:
        return media
    (one,) = media
    values = {key: matter.value(key) for key in ("length", "filesize", "duration")}
    length = one.length if one.length is not None else _number(values, ("length", "filesize"))
    duration = one.duration if one.duration is not None else _seconds(values["duration"])
    return (replace(one, length=length, duration=duration),)


def _media(matter: Matter, key: str, value: Value) -> Iterator[Medium]:
    match value:
        case None | "" | "true" | "false":
            return
        case str():
            yield from _of_text(matter, key, value)
        case list():
            for part in value:
                yield from _media(matter, key, part)
        case dict():
            address = next(
                (text for name in _ADDRESSES if (text := one_line(value.get(name)))), None
            )
            if address:
                yield _of_map(matter, key, value, address)
                return
            found = [*_formats(matter, key, value)]
            if not found:
                matter.warn(key, f"{key} names no file; add e.g. `url: /media/a.ogg`")
            yield from found


def _formats(matter: Matter, key: str, value: dict[str, Value]) -> Iterator[Medium]:
    """`{title: A, ogg: a.ogg, mp3: b.mp3}`, or `{title: A, formats: [...]}`: one recording."""
    title = _titled(value)
    listed = next((value[name] for name in _LISTS if name in value), None)
    parts = listed if isinstance(listed, list) else [*value.values()]
    found = [
        medium
        for part in parts
        if listed is not None or (part != title and _is_file(part))
        for medium in _media(matter, key, part)
    ]
    for medium in found:
        yield replace(medium, title=medium.title or title, name=found[0].href)


def _titled(value: dict[str, Value]) -> str | None:
    return next((text for name in _TITLES if (text := one_line(value.get(name)))), None)


def _of_text(matter: Matter, key: str, value: str) -> Iterator[Medium]:
    line = matter.line(key)
    text = one_line(value) or ""
    if _TAG.search(text):
        message = f"{key} is {short_line(text, 60)!r}: nobody evaluates tags in front matter"
        matter.warn(key, f"{message}; give the address, e.g. /media/a.ogg")
    elif found := _WORDPRESS.match(text):
        yield Medium(found[1], line, found[3], _bytes(found[2]))
    elif _is_file(text):
        yield Medium(text, line, _type_of_sound(key, text))
    elif key in KEYS:
        shown = short_line(value, 40)
        matter.warn(key, f"{key} is {shown!r}: no file; give its address, e.g. /media/a.ogg")


def _type_of_sound(key: str, address: str) -> str | None:
    return _SOUND.get(posixpath.splitext(address.lower())[1]) if key == "audio" else None


def _is_file(value: Value) -> bool:
    """An address of the web, or a name with an ending, whatever question follows it."""
    text = (one_line(value) or "").strip()
    if not text or _WEB.fullmatch(text):
        return bool(text)
    last = len(text) - len(text.split()[-1])
    return _ENDING.search(text, max(last, 1)) is not None


def _of_map(matter: Matter, key: str, value: dict[str, Value], address: str) -> Medium:
    kind = next((text for name in _TYPES if (text := one_line(value.get(name)))), None)
    if kind and not _TYPE.fullmatch(kind):
        kind = None  # `type: audio` says too little
    for names, read in ((_LENGTHS, _number), (_DURATIONS, _duration)):
        given = next((name for name in names if value.get(name) is not None), None)
        if given and read(value, names) is None:
            shown = short_line(str(value[given]), 40)
            matter.warn(key, f"{key}: {given} is {shown!r}; it is not used")
    title = _titled(value)
    return Medium(
        href=address,
        line=matter.line(key),
        type=kind or _type_of_sound(key, address),
        length=_number(value, _LENGTHS),
        duration=_duration(value, _DURATIONS),
        title=title,
    )


def _number(value: dict[str, Value], names: tuple[str, ...]) -> int | None:
    text = next((text for name in names if (text := one_line(value.get(name)))), "")
    return _bytes(text)


def _bytes(text: str) -> int | None:
    """None: no number, or one that no file has."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else None


def _duration(value: dict[str, Value], names: tuple[str, ...]) -> float | None:
    return next((found for name in names if (found := _seconds(value.get(name))) is not None), None)


def _seconds(value: Value) -> float | None:
    """`3723`, `62:03`, `1:02:03`, `PT1H2M3S`."""
    text = one_line(value) or ""
    if _NUMBER.fullmatch(text):
        return float(text)
    found = _CLOCK.fullmatch(text) or _PERIOD.fullmatch(text)
    if not found:
        return None
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
