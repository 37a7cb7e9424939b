"""What a post says of its recordings and pictures -> enclosures, measured where the file is ours.

The only importer of mutagen. Refuses to fetch anything: of a file on another host it says what the
post says, and what its name says.
"""

from __future__ import annotations

import functools
import mimetypes
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from publisher.config import Codec
    from publisher.post import Medium

# Ogg holds several codecs (RFC 5334 section 4); what a name says is only likely.
_TYPES = {
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg; codecs=opus",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".aac": "audio/aac",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".weba": "audio/webm",
    ".mka": "audio/x-matroska",
    ".caf": "audio/x-caf",
    ".ogv": "video/ogg",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".webp": "image/webp",
    ".avif": "image/avif",
}
_WITH_SECONDS = frozenset({
    ".ogg", ".oga", ".opus", ".ogv", ".flac", ".mp3", ".m4a", ".m4b", ".mp4", ".m4v", ".aac",
    ".wav",
})  # fmt: skip
_MEASURED = {
    "OggVorbis": "audio/ogg; codecs=vorbis",
    "OggOpus": "audio/ogg; codecs=opus",
    "OggFLAC": "audio/ogg; codecs=flac",
    "OggTheora": "video/ogg",
    "FLAC": "audio/flac",
    "MP3": "audio/mpeg",
    "WAVE": "audio/wav",
    "AAC": "audio/aac",
}
# By the type alone, and by the codec that a type names (RFC 6381), which wins.
_CODECS: dict[str, Codec] = {
    "audio/ogg": "vorbis",
    "audio/opus": "opus",
    "audio/flac": "flac",
    "audio/x-flac": "flac",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/mp4": "aac",
    "audio/x-m4a": "aac",
    "audio/aac": "aac",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
}
_NAMED: dict[str, Codec] = {
    "vorbis": "vorbis", "opus": "opus", "flac": "flac", "mp3": "mp3", "mp4a": "aac", "1": "wav",
}  # fmt: skip
_CODEC = re.compile(r"\bcodecs\s*=\s*\"?([\w.-]+)")
UNKNOWN = "application/octet-stream"
# Of pictures podcast apps take these alone (Apple's podcast RSS).
COVERS = frozenset({"image/jpeg", "image/png"})


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that belongs to an entry (RFC 4287 section 4.2.7.2).

    `href` is absolute, `length` in bytes, `duration` in seconds; None: not known. Enclosures of one
    `title` are the same recording in several formats.
    """

    href: str
    type: str
    length: int | None = None
    duration: float | None = None
    title: str | None = None

    @property
    def is_recording(self) -> bool:
        """Whether it is sound or film."""
        return self.type.startswith(("audio/", "video/"))

    @property
    def codec(self) -> Codec | None:
        """By the media type, however it is spelled; None: another one, or unknown."""
        kind, _, parameters = self.type.lower().partition(";")
        if named := _CODEC.search(parameters):
            return _NAMED.get(named[1].partition(".")[0])
        return _CODECS.get(kind.strip())


@dataclass(frozen=True, slots=True)
class Measure:
    """What a file is: its media type, its bytes, its seconds."""

    type: str | None
    length: int
    duration: float | None


def enclosure(medium: Medium, href: str, file: Path | None, *, title: str) -> Enclosure:
    """What the file says wins over its name, and what the post says over both.

    `title` is the name of a recording that has none.
    """
    found = measure(file) if file else None
    return Enclosure(
        href=href,
        type=medium.type or (found and found.type) or type_of(href),
        length=medium.length if medium.length is not None else (found.length if found else None),
        duration=medium.duration or (found.duration if found else None),
        title=medium.title or title,
    )


def titled(names: Sequence[str], title: str) -> list[str]:
    """A title for each recording: files of one name but for its ending are one."""
    stems = [_stem(name) for name in names]
    if len(set(stems)) == 1:
        return [title] * len(stems)
    return [f"{title}: {stem}" for stem in stems]


def chosen(enclosures: Iterable[Enclosure], codecs: Sequence[Codec]) -> list[Enclosure]:
    """Sound of the codecs, the foremost first; then films; then what is no recording."""
    found = sorted(enclosures, key=lambda one: not one.is_recording)
    if not codecs:
        return found
    fits = [one for codec in codecs for one in found if one.codec == codec]
    return fits + [one for one in found if not one.type.startswith("audio/")]


def type_of(address: str) -> str:
    """The media type that the name in an address stands for."""
    return _type_of_name(posixpath.basename(unquote(urlsplit(address).path)))


def _type_of_name(written: str) -> str:
    name = written.lower()
    ending = posixpath.splitext(name)[1]
    return _TYPES.get(ending) or mimetypes.guess_type(name, strict=True)[0] or UNKNOWN


def is_measured(file: Path) -> bool:
    """Whether the seconds of such a file are measured."""
    return file.suffix.lower() in _WITH_SECONDS


def measure(file: Path) -> Measure | None:
    """What a file is; None if it cannot be read."""
    try:
        status = file.stat()
    except OSError:
        return None
    return _measure(file, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=1024)
def _measure(file: Path, size: int, _changed: int) -> Measure:
    name_type = _type_of_name(file.name)
    if not name_type.startswith(("audio/", "video/")):
        return Measure(None, size, None)
    import mutagen  # noqa: PLC0415 - few have recordings

    try:
        found = mutagen.File(file)
    except Exception:  # whatever a parser may raise: one recording must not cost the post
        found = None
    if found is None:
        return Measure(None, size, None)
    kind = type(found).__name__
    if kind == "MP4" and name_type.startswith("audio/"):
        made = "audio/mp4; codecs=alac" if found.info.codec == "alac" else "audio/mp4"
    else:
        made = _MEASURED.get(kind, name_type)
    length = getattr(found.info, "length", None)
    return Measure(made, size, round(float(length), 3) if length else None)


def _stem(address: str) -> str:
    return posixpath.splitext(posixpath.basename(unquote(urlsplit(address).path)))[0]
