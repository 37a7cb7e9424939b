"""The ids of posts: the item id and the atom:id, and which files may have which. Pure.

Identity is a function of the post's own path: never of its title, text, date or address, so that
an edit stays an edit.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from publisher.config import is_iri
from publisher.post import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import PurePosixPath

    from publisher.config import Site
    from publisher.post import Post

# Movim breaks on "/" in item ids and on short ones; what is unreserved in RFC 3986 needs no
# escaping in an xmpp: URI.
MIN_ID, MAX_ID = 8, 100
_ITEM_ID = re.compile(rf"[A-Za-z0-9._~-]{{{MIN_ID},{MAX_ID}}}")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._~-]+")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(?=-|$)", re.ASCII)


def ids(post: Post, site: Site) -> tuple[str, str | None, list[Diagnostic]]:
    """The item id and the atom:id, None if a date is missing; and what is odd about them."""
    item, date, atom, warnings = item_id(post.path), post.file_date, None, []
    if post.id:
        text, line = post.id
        if is_iri(text):
            atom = unicodedata.normalize("NFC", text)
        elif _ITEM_ID.fullmatch(text):
            item, date = text, _date_of(text) or date
        else:
            message = (
                f"id: {text!r} is neither an absolute IRI nor {MIN_ID} to {MAX_ID} of the "
                "characters A-Z a-z 0-9 - . _ ~; it is not used"
            )
            warnings.append(Diagnostic(post.path, line, message))
    return item, atom or atom_id(post, site, item, date=date), warnings


def item_id(path: PurePosixPath) -> str:
    """The item id of a post at `path` (relative to the folder of the posts).

    The folders and the name without extension, joined by `~`; `index` drops out. Where that had
    to be changed to be a good id, 8 hex digits of the path's SHA-256 keep it unique.
    """
    normal = unicodedata.normalize("NFC", str(path))
    parts = normal.removesuffix(path.suffix).split("/")
    joined, safe = "~".join(_named(parts)), _readable(parts)
    if safe == joined and MIN_ID <= len(safe) <= MAX_ID:
        return safe
    digest = hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{safe[: MAX_ID - 9]}-{digest}"


def _named(parts: list[str]) -> list[str]:
    """Without the folders in which Jekyll gathers posts, and the name that all bundles share."""
    folders = [part for part in parts[:-1] if part not in {"_posts", "_drafts"}]
    return folders if folders and parts[-1] == "index" else [*folders, parts[-1]]


def _readable(parts: list[str]) -> str:
    return _NOT_IN_ID.sub("-", "~".join(_named(parts)))


def _date_of(item: str) -> dt.date | None:
    """The date with which an item id begins: an id that is kept keeps the whole atom:id."""
    found = _DATED.match(item)
    try:
        return dt.date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def atom_id(post: Post, site: Site, item: str, *, date: dt.date | None) -> str | None:
    """The atom:id (RFC 4287 section 4.2.6) by the site's template; None if it lacks a date.

    By default a tag: URI (RFC 4151) with `date`, that of the file's name, else the site's `since`.
    """
    date = date or site.since
    if date is None and ("{date}" in site.id_template or "{since}" in site.id_template):
        return None
    values = {
        "host": site.host,
        "date": date,
        "since": site.since or date,
        "id": item,
        "path": quote(str(post.path.with_suffix(""))),
    }
    return re.sub(r"\{(\w+)\}", lambda match: str(values[match[1]]), site.id_template)


def is_minted(item: str, atom: str, site: Site) -> bool:
    """Whether our site gives this atom:id to this item id, whatever post that may be."""
    found = re.fullmatch(_minted(site, re.escape(item)), atom)
    return found is not None and all(_is_id_of(item, unquote(path)) for path in found.groups())


def _minted(site: Site, item: str) -> str:
    """A pattern of the atom:ids that the site gives to an item id, itself a pattern."""
    day = r"\d{4}-\d{2}-\d{2}"
    values = {
        "host": re.escape(site.host),
        "date": day,
        "since": re.escape(str(site.since)) if site.since else day,
        "id": item,
        "path": "(.+)",
    }
    parts = re.split(r"(\{\w+\})", site.id_template)
    return "".join(values[p[1:-1]] if p.startswith("{") else re.escape(p) for p in parts)


def _is_id_of(item: str, path: str) -> bool:
    """Whether a file of this path, whatever its extension, may have this item id."""
    safe = _readable(path.split("/"))
    return item == safe or item[:-9] == safe[: MAX_ID - 9]


def makes(post: Post, site: Site, identity: str) -> bool:
    """Whether the post would have this identity without an `id:` of its own."""
    if post.id is None:
        return True
    item = item_id(post.path)
    return identity in {item, atom_id(post, site, item, date=post.file_date)}


def keys(site: Site) -> Callable[[str], Iterator[str]] | None:
    """The item ids that are in an identity, and those of the folders in them; None: any may be."""
    if "{path}" in site.id_template:
        return None
    minted = re.compile(_minted(site, "([A-Za-z0-9._~-]+)"))

    def keys_in(identity: str) -> Iterator[str]:
        found = minted.fullmatch(identity)
        for item in (identity, *(found.groups() if found else ())):
            parts = item.split("~")
            yield from ("~".join(parts[:depth]) for depth in range(1, len(parts) + 1))

    return keys_in


def keys_of(path: PurePosixPath) -> tuple[str, ...]:
    """The keys (see `keys`) of a path, which may be a file or a folder."""
    return (item_id(path), _readable([*path.parts])) if path.parts else ()


def may_make(path: PurePosixPath, site: Site) -> Callable[[str], bool]:
    """Whether a file that cannot be read, so that its date is not known, may make an identity."""
    item = item_id(path)
    name = quote(str(path).removesuffix(path.suffix)) if "{path}" in site.id_template else item
    # What the files of a folder of this name make; of the whole folder nobody knows.
    inside = f"{_readable([*path.parts])}~" if path.parts else None

    def may_be(identity: str) -> bool:
        # Looking for the name first is cheap, and rules out nearly all identities.
        if identity == item or (name in identity and is_minted(item, identity, site)):
            return True
        return inside is not None and (identity.startswith(inside) or f":{inside}" in identity)

    return may_be
