"""Read the recordings and pictures in front matter, in the forms that authors use.

`audio: song.ogg`, a list, a map of formats (`{ogg: ..., mp3: ...}`), `{url, type, length, duration,
title}`, and the three lines of WordPress. Anything else is left out with a warning.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.post import Medium
from publisher.sources.front_matter.typed_values import one_line
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import PurePosixPath

    from publisher.sources.front_matter.typed_values import FrontMatter
    from publisher.text.yaml_document import Value

KEYS = ("enclosure", "enclosures", "audio", "podcast", "video")
IMAGES = (
    "image", "images", "cover", "cover_image", "featured_image", "feature_image", "featureimage",
    "hero", "hero_image", "banner", "header_image", "thumbnail",
)  # fmt: skip
_ADDRESSES = (
    "href", "url", "src", "file", "path", "source", "link", "feature", "image", "filename",
)  # fmt: skip
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
# Containers for video that may hold only sound; they do if the key is `audio`.
_SOUND = {".webm": "audio/webm", ".mp4": "audio/mp4"}
_OTHER_SCHEME = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]+:\S", re.IGNORECASE)
_ROOTED = ("/", "./", "../")
_WEB = re.compile(r"https?://\S+")
_ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}(?:[?#]|\Z)")


def enclosures(front_matter: FrontMatter) -> tuple[Medium, ...]:
    """All recordings in the order of KEYS, each URL once."""
    media: dict[str, Medium] = {}
    for key, value in _values(front_matter, KEYS):
        for medium in _media(front_matter, key, value):
            media.setdefault(medium.href, medium)
    return _completed(front_matter, tuple(media.values()))


def image(front_matter: FrontMatter) -> Medium | None:
    """The picture of the post."""
    for key, value in _values(front_matter, IMAGES):
        if picture := next(_media(front_matter, key, value), None):
            return picture
    return None


def _values(front_matter: FrontMatter, keys: Sequence[str]) -> Iterator[tuple[str, Value]]:
    """The keys that have a value, also below `extra`, where Zola has custom keys."""
    extra = front_matter.value("extra")
    if not isinstance(extra, dict):
        yield from ((key, front_matter.value(key)) for key in front_matter.given(*keys))
        return
    for key in keys:
        value = front_matter.value(key)
        if (found := extra.get(key) if value is None else value) is not None:
            yield key, found


def _completed(front_matter: FrontMatter, media: tuple[Medium, ...]) -> tuple[Medium, ...]:
    """Complete a single recording with the length and the duration in the post's own keys."""
    if len(media) != 1:
        return media
    (recording,) = media
    values = {key: front_matter.value(key) for key in ("length", "filesize", "duration")}
    length, duration = recording.length, recording.duration
    if length is None:
        length = _number(values, ("length", "filesize"))
    if duration is None:
        duration = _seconds(values["duration"])
    return (replace(recording, length=length, duration=duration),)


def _media(front_matter: FrontMatter, key: str, value: Value) -> Iterator[Medium]:
    match value:
        case None | "" | "true" | "false":
            return
        case str():
            yield from _of_text(front_matter, key, value)
        case list():
            for part in value:
                yield from _media(front_matter, key, part)
        case dict():
            if address := _first(value, _ADDRESSES):
                yield _of_map(front_matter, key, value, address)
                return
            media = [*_formats(front_matter, key, value)]
            # Such a map may be text, e.g. the `banner: {content: ...}` of Starlight.
            if not media and (key in KEYS or not _is_text(value)):
                front_matter.warn(key, f"{key} names no file; add e.g. `url: /media/a.ogg`")
            yield from media


def _is_text(value: dict[str, Value]) -> bool:
    """Whether a map of a key for pictures holds a text for people, and so no picture."""
    return any(key in value for key in ("content", "text", "message"))


def _formats(front_matter: FrontMatter, key: str, value: dict[str, Value]) -> Iterator[Medium]:
    """`{title: A, ogg: a.ogg, mp3: b.mp3}`, or `{title: A, formats: [...]}`: one recording."""
    title = _first(value, _TITLES)
    listed = next((value[name] for name in _LISTS if name in value), None)
    parts = listed if isinstance(listed, list) else [*value.values()]
    media = [
        medium
        for part in parts
        if listed is not None or (part != title and _is_file(part))
        for medium in _media(front_matter, key, part)
    ]
    for medium in media:
        # One name for all formats, so that `media.titled` takes them for one recording.
        yield replace(medium, title=medium.title or title, name=media[0].href)


def _first(value: dict[str, Value], names: tuple[str, ...]) -> str | None:
    """The text of the first of the keys that has one."""
    return next((text for name in names if (text := one_line(value.get(name)))), None)


def _of_text(front_matter: FrontMatter, key: str, value: str) -> Iterator[Medium]:
    file, line = _place(front_matter, key)
    text = one_line(value) or ""
    if _TAG.search(text):
        message = f"{key} is '{short_line(text, 60)}': tags in front matter are not evaluated"
        front_matter.warn(key, f"{message}; write the URL, e.g. /media/a.ogg")
    elif match := _WORDPRESS.match(text):
        yield Medium(match[1], line, match[3], _bytes(match[2]), file=file)
    elif _is_file(text):
        yield Medium(text, line, _type_of_sound(key, text), file=file)
    elif key in KEYS:
        shown = short_line(value, 40)
        front_matter.warn(
            key, f"{key} is '{shown}', which is not a file; write its URL, e.g. /media/a.ogg"
        )
    elif key in IMAGES and (problem := _unused_picture(key, text)):
        front_matter.warn(key, problem)


def _place(front_matter: FrontMatter, key: str) -> tuple[PurePosixPath | None, int]:
    """The file and line of a key; None for the file of the post."""
    file, line = front_matter.place(key)
    return None if file == front_matter.path else file, line


def _unused_picture(key: str, text: str) -> str | None:
    """Explain why a path or an address is not taken for a picture; None for words like `none`."""
    shown = short_line(text, 60)
    if _OTHER_SCHEME.match(text):
        return f"{key} is '{shown}': a picture needs a URL, e.g. /media/a.jpg"
    if text.startswith(_ROOTED) or ("/" in text and len(text.split()) == 1):
        fix = f"add its media type, e.g. `{key}: {{url: {shown}, type: image/jpeg}}`"
        return f"{key} is '{shown}', which has no extension; {fix}"
    return None


def _type_of_sound(key: str, address: str) -> str | None:
    return _SOUND.get(posixpath.splitext(address.lower())[1]) if key == "audio" else None


def _is_file(value: Value) -> bool:
    """Whether the text is a URL, or a file name with an extension, with or without a query."""
    text = (one_line(value) or "").strip()
    if not text or _WEB.fullmatch(text):
        return bool(text)
    last = len(text) - len(text.split()[-1])
    return _ENDING.search(text, max(last, 1)) is not None


def _of_map(front_matter: FrontMatter, key: str, value: dict[str, Value], address: str) -> Medium:
    kind = _first(value, _TYPES)
    if kind and not _TYPE.fullmatch(kind):
        kind = None  # `type: audio` is no media type
    for names, read in ((_LENGTHS, _number), (_DURATIONS, _duration)):
        given = next((name for name in names if value.get(name) is not None), None)
        if given and read(value, names) is None:
            shown = short_line(str(value[given]), 40)
            front_matter.warn(key, f"{key}: {given} is '{shown}'; it is not used")
    file, line = _place(front_matter, key)
    return Medium(
        href=address,
        line=line,
        type=kind or _type_of_sound(key, address),
        length=_number(value, _LENGTHS),
        duration=_duration(value, _DURATIONS),
        title=_first(value, _TITLES),
        file=file,
    )


def _number(value: dict[str, Value], names: tuple[str, ...]) -> int | None:
    return _bytes(_first(value, names) or "")


def _bytes(text: str) -> int | None:
    """A number of bytes; None if the text is not a number, or an impossible one."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else None


def _duration(value: dict[str, Value], names: tuple[str, ...]) -> float | None:
    return next(
        (seconds for name in names if (seconds := _seconds(value.get(name))) is not None), None
    )


def _seconds(value: Value) -> float | None:
    """A duration in seconds, from `3723`, `62:03`, `1:02:03` or `PT1H2M3S` (ISO 8601)."""
    text = one_line(value) or ""
    if _NUMBER.fullmatch(text):
        return float(text)
    match = _CLOCK.fullmatch(text) or _PERIOD.fullmatch(text)
    if not match:
        return None
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds
