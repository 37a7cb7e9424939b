"""The metadata of a built page: what its head says, and the headings of its body. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from publisher.sources.built.pages.development import NO_SIGNS, LocalSigns, read_signs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml import etree

_MAX_VALUE = 2_000  # characters
_MAX_JSON = 500_000  # characters of one script
_MAX_OBJECTS = 1_000  # of one script

Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | bool | None"


class Head(Struct, frozen=True, kw_only=True):
    """The metadata of a page as it is written there; None where the page says nothing.

    URLs may be relative, and dates are not parsed. `h1s` are the texts of the `<h1>` elements.
    `type` is that of Open Graph, or `article` if the page has the schema.org data of one.

    `has_bare_date` tells that the date of publication is that of the only `<time>`, which nothing
    marks as such a date.

    `local` is what the page has from this machine.
    """

    title: str | None = None
    og_title: str | None = None
    site_name: str | None = None
    h1s: tuple[str, ...] = ()
    canonical: str | None = None
    og_url: str | None = None
    base: str | None = None
    language: str | None = None
    description: str | None = None
    image: str | None = None
    published: str | None = None
    modified: str | None = None
    author: str | None = None
    type: str | None = None
    has_bare_date: bool = False
    is_redirect: bool = False
    redirect_url: str | None = None
    is_noindex: bool = False
    local: LocalSigns = NO_SIGNS


def read_head(tree: etree._Element) -> Head:
    """Read the metadata from the `<html>` element."""
    metas = _metas(tree)
    links = {name: href for link in tree.iter("link") for name, href in _links(link)}
    article = _article(tree)
    schema = {**_microdata(tree), **article}
    marked, bare = _times(tree)
    stated = (
        _first(metas, "article:published_time", "og:published_time")
        or schema.get("datePublished")
        or _first(metas, "date", "dc.date", "dcterms.date", "dc.date.issued")
        or marked
    )
    return Head(
        title=next(_titles(tree), None),
        og_title=metas.get("og:title"),
        site_name=metas.get("og:site_name"),
        h1s=tuple(filter(None, map(_text, tree.iter("h1")))),
        canonical=links.get("canonical"),
        og_url=metas.get("og:url"),
        base=next((href for one in tree.iter("base") if (href := _value(one.get("href")))), None),
        language=_value(tree.get("lang") or tree.get("xml:lang")),
        description=_first(metas, "description", "og:description", "twitter:description"),
        image=_first(metas, "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
        published=stated or bare,
        has_bare_date=not stated and bare is not None,
        modified=(
            _first(metas, "article:modified_time", "og:updated_time") or schema.get("dateModified")
        ),
        author=_first(metas, "author", "dc.creator") or schema.get("author"),
        type=metas.get("og:type") or ("article" if article else None),
        is_redirect=any(map(_is_redirect, metas_of := [*tree.iter("meta")])),
        redirect_url=next(filter(None, map(_redirect_url, filter(_is_redirect, metas_of))), None),
        is_noindex="robots" in noindex_names(tree),
        local=read_signs(tree, metas, links.get("canonical")),
    )


def _value(written: str | None) -> str | None:
    """The value on one line; None if there is none, or if it is too long to be one."""
    text = " ".join((written or "").split())
    return text if 0 < len(text) <= _MAX_VALUE else None


def _text(element: etree._Element) -> str | None:
    return _value("".join(map(str, element.itertext())))


def _first(values: Mapping[str, str], *names: str) -> str | None:
    return next((values[name] for name in names if name in values), None)


def _titles(tree: etree._Element) -> Iterator[str]:
    for element in tree.iter("title"):
        # The title of a drawing is not the page's.
        if next(element.iterancestors("svg"), None) is None and (text := _text(element)):
            yield text


def _metas(tree: etree._Element) -> dict[str, str]:
    """The values of `<meta>` by name or property in lower case; the first of each counts."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        value = _value(meta.get("content"))
        for name in (meta.get("property"), meta.get("name")):
            if name and value:
                found.setdefault(name.strip().lower(), value)
    return found


def _links(link: etree._Element) -> Iterator[tuple[str, str]]:
    href = _value(link.get("href"))
    for name in (link.get("rel") or "").lower().split():
        if href:
            yield name, href


_NO_INDEX = re.compile(r"\b(?:noindex|none)\b", re.IGNORECASE)
_ROBOTS = frozenset({"baiduspider", "bingbot", "duckduckbot", "googlebot", "robots", "yandex"})


def noindex_names(tree: etree._Element) -> tuple[str, ...]:
    """Which robots the page asks not to list it; `robots` are all of them.

    Of several such elements the strictest counts, as search engines read them.
    """
    found = {
        name
        for meta in tree.iter("meta")
        if (name := (meta.get("name") or "").strip().lower()) in _ROBOTS
        and _NO_INDEX.search(meta.get("content") or "")
    }
    return tuple(sorted(found))


_REDIRECT = re.compile(r"""\burl\s*+=\s*+["']?([^"'\s]++)""", re.IGNORECASE)


def _is_redirect(meta: etree._Element) -> bool:
    """Whether it sends browsers to another page. Inside `<noscript>` it does so only for a few."""
    return (
        (meta.get("http-equiv") or "").strip().lower() == "refresh"
        and "url" in (meta.get("content") or "").lower()
        and next(meta.iterancestors("noscript"), None) is None
    )


def _redirect_url(meta: etree._Element) -> str | None:
    """`/b/` of `0; url='/b/'`."""
    found = _REDIRECT.search(meta.get("content") or "")
    return _value(found[1]) if found else None


def _times(tree: etree._Element) -> tuple[str | None, str | None]:
    """The dates of the only `<time>` that is marked as the post's, and of the only one at all."""
    times = [time for time in tree.iter("time") if _value(time.get("datetime"))]
    marked = [time for time in times if _is_marked(time)]
    return _only_date(marked), None if marked else _only_date(times)


def _is_marked(time: etree._Element) -> bool:
    return "pubdate" in time.attrib or not _PUBLISHED.isdisjoint(
        (time.get("class") or "").lower().split()
    )


def _only_date(times: Iterable[etree._Element]) -> str | None:
    dates = {time.get("datetime") for time in times}
    return _value(dates.pop()) if len(dates) == 1 else None


_PUBLISHED = {"dt-published", "published", "pubdate", "entry-date", "post-date", "post-meta-date"}


# Data of schema.org


def _microdata(tree: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta", "time"):
        name = element.get("itemprop")
        value = _value(element.get("datetime") or element.get("content"))
        if name in {"datePublished", "dateModified"} and value:
            found.setdefault(name, value)
    return found


def _article(tree: etree._Element) -> dict[str, str]:
    """The dates and the author of the first article that JSON-LD describes; empty without one."""
    for script in tree.iter("script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json":
            for data in _objects(_parsed(script.text or "")):
                kind = data.get("@type")
                kinds = kind if isinstance(kind, list) else [kind]
                if any(isinstance(one, str) and _ARTICLE.search(one) for one in kinds):
                    return {"@type": "article"} | dict(_article_values(data))
    return {}


_ARTICLE = re.compile(r"(?:Article|Posting)$")


def _parsed(text: str) -> Json:
    try:
        parsed: Json = json.loads(text) if len(text) <= _MAX_JSON else None
    except (ValueError, RecursionError):
        return None
    return parsed


def _objects(data: Json) -> Iterator[dict[str, Json]]:
    """The object, or those of a list or a graph, in order."""
    waiting = [data]
    for _ in range(_MAX_OBJECTS):
        if not waiting:
            return
        match waiting.pop():
            case list(items):
                waiting += reversed(items[:_MAX_OBJECTS])
            case dict(values):
                yield values
                waiting.append(values.get("@graph"))
            case _:
                pass


def _article_values(data: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for name in ("datePublished", "dateModified"):
        if isinstance(written := data.get(name), str) and (value := _value(written)):
            yield name, value
    authors = data.get("author")
    names = map(_name, authors if isinstance(authors, list) else [authors])
    if author := _value(", ".join(filter(None, names))):
        yield "author", author


def _name(author: Json) -> str | None:
    name = author.get("name") if isinstance(author, dict) else author
    return _value(name) if isinstance(name, str) else None
