"""Mint the ids of posts, the item id and the atom:id, and tell which files may have which. Pure.

The ids are a function of the post's own path and never of its title, text, date or URL: so an
edited post keeps its ids, and its item is replaced in place.
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
from publisher.text.characters import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import PurePosixPath

    from publisher.config import Site
    from publisher.post import Post

# Movim cannot open items with "/" in their ids, nor with short ids. The unreserved characters of
# RFC 3986 section 2.3 need no escaping in an xmpp: URI.
MIN_ID, MAX_ID = 8, 100
_ITEM_ID = re.compile(rf"[A-Za-z0-9._~-]{{{MIN_ID},{MAX_ID}}}")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._~-]+")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(?=-|$)", re.ASCII)


def ids(post: Post, site: Site) -> tuple[str, str | None, list[Diagnostic]]:
    """Return the item id, the atom:id (None if it lacks a date), and warnings about `id:`."""
    item, date, atom, warnings = item_id(post.path), post.file_date, None, []
    if post.id:
        text, line = post.id
        if is_iri(text):
            # Readers compare ids character by character (RFC 4287 section 4.2.6.1), so the same
            # letters must have the same form.
            atom = _normal(text)
        elif _ITEM_ID.fullmatch(text):
            item, date = text, _date_of(text) or date
        else:
            message = f"id: {unusable(text)}"
            warnings.append(Diagnostic(post.path, line, message))
    return item, atom or atom_id(post, site, item, date=date), warnings


def unusable(text: str) -> str:
    """Why a post cannot have this `id:`; empty if it can."""
    if is_iri(text) or _ITEM_ID.fullmatch(text):
        return ""
    return (
        f"{quoted(text, 2 * MAX_ID)} is ignored; write an absolute IRI, or {MIN_ID} to {MAX_ID} of "
        "the characters A-Z a-z 0-9 - . _ ~"
    )


def item_of(path: PurePosixPath, post: Post | None, given: Mapping[PurePosixPath, str]) -> str:
    """The item id of a file that may be no post now; `given` is that of the reading."""
    text = given.get(path) or (post.id[0] if post and post.id else "")
    return text if _ITEM_ID.fullmatch(text) else item_id(path)


def given_identities(text: str, atom: str | None) -> frozenset[str]:
    """The identities that publisher.yaml gives to a file by this id; `atom` is its atom:id."""
    if is_iri(text):
        return frozenset({_normal(text)})
    return frozenset(filter(None, (text, atom))) if _ITEM_ID.fullmatch(text) else frozenset()


def _normal(iri: str) -> str:
    return unicodedata.normalize("NFC", iri)


def item_id(path: PurePosixPath) -> str:
    """Mint the item id of a post at `path` (relative to the folder of the posts).

    It joins the folders and the file name without its extension by `~`; the name `index` drops
    out. If characters had to be replaced, or the result is too short or too long, 8 hex digits of
    the path's SHA-256 follow to keep it unique.
    """
    # HFS+ decomposes file names; NFC gives a post the same id on every file system.
    normal = unicodedata.normalize("NFC", str(path))
    parts = normal.removesuffix(path.suffix).split("/")
    joined, safe = "~".join(_significant(parts)), _readable(parts)
    if safe == joined and MIN_ID <= len(safe) <= MAX_ID:
        return safe
    # A file name that is not UTF-8 contains surrogates (PEP 383).
    digest = hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    # The hyphen and the digits take 9 characters.
    return f"{safe[: MAX_ID - 9]}-{digest}"


def _significant(parts: list[str]) -> list[str]:
    """Leave out Jekyll's folders of posts and drafts, and `index`, the name that bundles share."""
    folders = [part for part in parts[:-1] if part not in {"_posts", "_drafts"}]
    return folders if folders and parts[-1] == "index" else [*folders, parts[-1]]


def _readable(parts: list[str]) -> str:
    return _NOT_IN_ID.sub("-", "~".join(_significant(parts)))


def _date_of(item: str) -> dt.date | None:
    """The date with which an item id begins.

    A renamed post that keeps its item id by `id:` gets the date of the old file name from it, and
    so keeps its atom:id, too.
    """
    match = _DATED.match(item)
    try:
        return dt.date.fromisoformat(match[0]) if match else None
    except ValueError:
        return None


def atom_id(post: Post, site: Site, item: str, *, date: dt.date | None) -> str | None:
    """Mint the atom:id (RFC 4287 section 4.2.6) by the site's template; None if it lacks a date.

    The default template makes a tag: URI (RFC 4151) with `date`, the date in the file's name, or
    else with the site's `since`.
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
    """Whether our site would mint this atom:id for some post with this item id."""
    match = re.fullmatch(_minted(site, re.escape(item)), atom)
    return match is not None and all(_is_id_of(item, unquote(path)) for path in match.groups())


def _minted(site: Site, item: str) -> str:
    """A regular expression of the atom:ids that the site mints; `item` is that of the item id."""
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
    """Whether a file of this path, with any extension, may have this item id."""
    safe = _readable(path.split("/"))
    # The digest at the end covers the extension, which is unknown here.
    return item == safe or item[:-9] == safe[: MAX_ID - 9]


def makes(post: Post, site: Site, identity: str) -> bool:
    """Whether the path of the post makes this identity, whatever its `id:` says."""
    if post.id is None:
        return True
    item = item_id(post.path)
    return identity in {item, atom_id(post, site, item, date=post.file_date)}


def keys(site: Site) -> Callable[[str], Iterator[str]] | None:
    """Return a function that lists the keys of an identity, by which `Claims` finds its claimants.

    The keys are the item id that the identity contains, and the beginnings of it that may name
    folders. Return None if the site's template contains the path, which no item id gives away: then
    any file may have made the identity.
    """
    if "{path}" in site.id_template:
        return None
    minted = re.compile(_minted(site, "([A-Za-z0-9._~-]+)"))

    def keys_in(identity: str) -> Iterator[str]:
        match = minted.fullmatch(identity)
        for item in (identity, *(match.groups() if match else ())):
            parts = item.split("~")
            yield from ("~".join(parts[:depth]) for depth in range(1, len(parts) + 1))

    return keys_in


def keys_of(path: PurePosixPath) -> tuple[str, ...]:
    """The keys (see `keys`) of a path, which may belong to a file or a folder."""
    return (item_id(path), _readable([*path.parts])) if path.parts else ()


def may_make(path: PurePosixPath, site: Site) -> Callable[[str], bool]:
    """Return a function that tells whether an unreadable file may make an identity.

    The date of such a file is unknown, and the path may be that of a folder.
    """
    item = item_id(path)
    name = quote(str(path).removesuffix(path.suffix)) if "{path}" in site.id_template else item
    # If the path is a folder, the ids of its files begin like this. The posts folder itself has no
    # name in the ids.
    inside = f"{_readable([*path.parts])}~" if path.parts else None

    def may_be(identity: str) -> bool:
        # Searching for the name is cheap, and rules out nearly all identities.
        if identity == item or (name in identity and is_minted(item, identity, site)):
            return True
        return inside is not None and (identity.startswith(inside) or f":{inside}" in identity)

    return may_be
