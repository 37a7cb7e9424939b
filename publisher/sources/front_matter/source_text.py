"""The text of a post as its author wrote it, divided into keys and body, for `Post.source`.

`Post.source` tells an edit of the author from a change in how we read the text. So nothing here
uses the readers of front matter, whose rules are fixed now and then: `source_forms` finds the front
matter, and `source_keys` the lines that belong to each of its keys.

Never change the results: the next run would take every published post that they concern for edited.
`test_the_source_of_a_text_never_changes` holds them. Pure.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from publisher.sources.front_matter.source_keys import CONTAINERS
from publisher.text import source_hash

# Readers see the values of these keys in the entry or in its URL, or the values decide what an
# entry contains.
_SHOWN = frozenset({
    "title", "id", "slug",
    "date", "time", "created", "created_at", "publishdate", "pubdate", "published", "published_at",
    "updated", "last_modified_at", "lastmod", "modified", "deleted",
    "tag", "tags", "category", "categories", "keywords", "taxonomies",
    "author", "authors", "lang", "language", "locale",
    "summary", "description", "excerpt", "excerpt_separator", "extended", "feed",
    "license", "licence",
    "enclosure", "enclosures", "audio", "podcast", "video", "length", "filesize", "duration",
    "image", "images", "cover", "cover_image", "featured_image", "feature_image", "featureimage",
    "hero", "hero_image", "banner", "header_image", "thumbnail",
    "episode", "season", "episode_type", "episodetype", "explicit",
    "render_with_liquid", "disablenunjucks",
})  # fmt: skip
# Keys that make the address of one post. A folder's data files have them for all of its posts.
_ADDRESS = frozenset({"permalink", "url", "path", "save_as", "slug"})
# A hash of a short secret can be guessed, so these never enter, even if a template names them.
_SECRET = frozenset({
    "password", "passwords", "passwd", "pass", "passphrase", "pwd", "secret", "secrets", "token",
    "api_key", "apikey", "encrypt", "encrypted", "private", "private_notes",
})  # fmt: skip
_NAMED = _SHOWN | _ADDRESS
_encoded = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode
_TAG = re.compile(r"\{[{%<]([^{}]{0,2000})")


class SourceText(Struct, frozen=True):
    """The lines of each key, and the lines of the body.

    Keys are in lower case; one inside of a container or a table is a path, `extra.image`.
    """

    keys: Mapping[str, str]
    body: Sequence[str]


SourceReader = Callable[[list[str]], "SourceText | None"]


def read(text: str, readers: Sequence[SourceReader]) -> SourceText:
    """Divide a text by the first reader that knows its front matter; else all of it is body."""
    plain = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = plain.split("\n")
    found = (reader(lines) for reader in readers)
    return next(filter(None, found), SourceText({}, lines))


def digest(text: SourceText, own: Iterable[str] = (), *, has_templates: bool) -> str:
    """The hash of the body and of the keys that show, in hex (`source_hash`).

    These are the keys that feeds have a use for, those that the tags of the body name if the engine
    evaluates tags (`has_templates`), and the `own` ones, which only the configuration names.
    """
    body = _trimmed(text.body)
    wanted: set[str] = set()
    if has_templates:
        addresses = (lines for key, lines in text.keys.items() if key in _ADDRESS)
        wanted = _words([body, *addresses]) - _SECRET
    shown = {key: lines for key, lines in text.keys.items() if _is_shown(key, wanted)}
    base = hashed([sorted(shown.items()), body])
    names = sorted({key.lower() for key in own} - _SHOWN - _ADDRESS)
    if not names:
        return base
    named = {key: lines for key, lines in text.keys.items() if _is_named(key, names)}
    return source_hash.with_named_keys(base, hashed(names), hashed(sorted(named.items())))


def hashed(parts: object) -> str:
    """The SHA-256 in hex of texts in lists and maps."""
    return hashlib.sha256(_encoded(parts).encode("ascii")).hexdigest()


def with_defaults(text: SourceText, defaults: SourceText) -> SourceText:
    """The text with the keys of a folder's data that it leaves out, but not their addresses."""
    keys = {key: lines for key, lines in defaults.keys.items() if key not in _ADDRESS}
    return replace(text, keys={**keys, **text.keys})


def _is_shown(path: str, wanted: Collection[str]) -> bool:
    return _is_named(path, _NAMED) or _is_named(path, wanted)


def _is_named(path: str, names: Collection[str]) -> bool:
    """Whether a key is one of the names, in whatever container it stands."""
    if "." not in path:
        return path in names
    parts = path.split(".")
    while len(parts) > 1 and parts[0] in CONTAINERS:
        del parts[0]
    return parts[0] in names


def _words(texts: Iterable[str]) -> set[str]:
    """The words in template tags, in lower case."""
    return {
        word.lower()
        for text in texts
        for tag in _TAG.findall(text)
        for word in re.findall(r"[\w-]+", tag)
    }


def _trimmed(lines: Sequence[str]) -> str:
    """The lines without blanks at their ends, except for those that break a line in Markdown."""
    whole = "\n".join(lines)
    if " \n" not in whole and "\t\n" not in whole and not whole.endswith((" ", "\t")):
        return whole.strip("\n")  # nearly always
    ends = [line.rstrip(" \t") for line in lines]
    breaks = (
        "  " if line.endswith("  ") and end and following else ""
        for line, end, following in zip(lines, ends, [*ends[1:], ""], strict=True)
    )
    return "\n".join(end + rest for end, rest in zip(ends, breaks, strict=True)).strip("\n")
