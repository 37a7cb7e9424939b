"""Turn the recordings and pictures of a post into enclosures, and measure the files of the site.

The only importer of mutagen. Downloads nothing: a file on another host has the facts that the post
gives, and the media type of its name.
"""

from __future__ import annotations

import functools
import mimetypes
import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from publisher.config import Codec
    from publisher.post import Medium

# `mimetypes` depends on the machine's tables; these are the same everywhere. An Ogg file may hold
# any of several codecs (RFC 5334 section 4), so the file's contents win over its name.
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
_WITH_DURATION = frozenset({
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
# The codec that a media type usually holds. Its `codecs` parameter (RFC 6381) wins over it.
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
# Codec 1 of a WAVE file is PCM (RFC 2361 appendix A).
_NAMED: dict[str, Codec] = {
    "vorbis": "vorbis", "opus": "opus", "flac": "flac", "mp3": "mp3", "mp4a": "aac", "1": "wav",
}  # fmt: skip
_CODEC = re.compile(r"\bcodecs\s*=\s*\"?([\w.-]+)")
UNKNOWN = "application/octet-stream"
# The only types of pictures that podcast apps show (Apple's podcast RSS).
COVERS = frozenset({"image/jpeg", "image/png"})


class Enclosure(Struct, frozen=True):
    """A file that belongs to an entry (RFC 4287 section 4.2.7.2).

    `href` is absolute, `length` is in bytes, `duration` in seconds; None means unknown. Enclosures
    with the same `title` are one recording in several formats.
    """

    href: str
    type: str
    length: int | None = None
    duration: float | None = None
    title: str | None = None

    @property
    def is_recording(self) -> bool:
        """Whether it is audio or video."""
        return self.type.startswith(("audio/", "video/"))

    @property
    def is_picture(self) -> bool:
        return self.type.startswith("image/")

    @property
    def codec(self) -> Codec | None:
        """The codec that the media type names or implies; None if it is another or unknown."""
        kind, _, parameters = self.type.lower().partition(";")
        if named := _CODEC.search(parameters):
            return _NAMED.get(named[1].partition(".")[0])
        return _CODECS.get(kind.strip())


class Measure(Struct, frozen=True):
    """The media type of a file, its length in bytes and its duration in seconds."""

    type: str | None
    length: int
    duration: float | None


def enclosure(medium: Medium, href: str, file: Path | None, *, title: str) -> Enclosure:
    """Make an enclosure. The post's facts win over the measured ones, and those over the name's.

    `title` is used if the post gives the recording none.
    """
    measured = measure(file) if file else None
    length = medium.length
    if length is None and measured:
        length = measured.length
    return Enclosure(
        href=href,
        type=medium.type or (measured and measured.type) or type_of(href),
        length=length,
        duration=medium.duration or (measured.duration if measured else None),
        title=medium.title or title,
    )


def titled(names: Sequence[str], title: str) -> list[str]:
    """Give each file a title: files whose names differ only in the extension are one recording."""
    stems = [_stem(name) for name in names]
    if len(set(stems)) == 1:
        return [title] * len(stems)
    return [f"{title}: {stem}" for stem in stems]


def chosen(enclosures: Iterable[Enclosure], codecs: Sequence[Codec]) -> list[Enclosure]:
    """Order the enclosures of a feed: audio of the codecs, in their order; video; other files.

    Audio of other codecs is left out. Without `codecs` all audio stays, in its own order.
    """
    recordings_first = sorted(enclosures, key=lambda one: not one.is_recording)
    if not codecs:
        return recordings_first
    audio = [one for codec in codecs for one in recordings_first if one.codec == codec]
    return audio + [one for one in recordings_first if not one.type.startswith("audio/")]


def type_of(url: str) -> str:
    """The media type that belongs to the file name in a URL."""
    return type_of_name(posixpath.basename(unquote(urlsplit(url).path)))


def type_of_name(file_name: str) -> str:
    """The media type that belongs to a file name."""
    name = file_name.lower()
    extension = posixpath.splitext(name)[1]
    return _TYPES.get(extension) or mimetypes.guess_type(name, strict=True)[0] or UNKNOWN


def is_measured(file: Path) -> bool:
    """Whether mutagen measures the duration of such a file."""
    return file.suffix.lower() in _WITH_DURATION


def measure(file: Path) -> Measure | None:
    """Measure a file; None if it cannot be read."""
    try:
        status = file.stat()
    except OSError:
        return None
    return _measure(file, status.st_size, status.st_mtime_ns)


# The time of the last change is part of the key, so a file that changed is measured again.
@functools.lru_cache(maxsize=1024)
def _measure(file: Path, size: int, _changed: int) -> Measure:
    name_type = type_of_name(file.name)
    if not name_type.startswith(("audio/", "video/")):
        return Measure(None, size, None)
    import mutagen  # noqa: PLC0415 - few sites have recordings

    try:
        recording = mutagen.File(file)
    except Exception:  # whatever a parser raises: a damaged recording must not cost the post
        recording = None
    if recording is None:
        return Measure(None, size, None)
    kind = type(recording).__name__
    # An MP4 file holds AAC or Apple Lossless, and its name does not tell which.
    if kind == "MP4" and name_type.startswith("audio/"):
        type_ = "audio/mp4; codecs=alac" if recording.info.codec == "alac" else "audio/mp4"
    else:
        type_ = _MEASURED.get(kind, name_type)
    seconds = getattr(recording.info, "length", None)
    return Measure(type_, size, round(float(seconds), 3) if seconds else None)


def _stem(url: str) -> str:
    return posixpath.splitext(posixpath.basename(unquote(urlsplit(url).path)))[0]
