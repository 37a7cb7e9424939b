"""Tell a site that a development server built from the one that is deployed. Pure.

Such a server writes URLs of this machine into the pages, or a script that reloads them. An author,
too, may show a picture from his own machine in a post, so single pictures are no sign.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.text.uris import is_loopback_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import PurePosixPath

    from lxml import etree

_MOST = 0.5  # of the pages
_FEWEST = 2  # pages with pictures of this machine


class LocalSigns(Struct, frozen=True, kw_only=True):
    """What a page has from this machine.

    `is_certain`: the page says that its own URL is on this machine, or it reloads itself.
    `has_parts`: style sheets, scripts, icons or feeds, of which no author writes. `has_pictures`
    tells whether there are any, `has_local_pictures` whether one of them is from this machine.
    """

    is_certain: bool = False
    has_parts: bool = False
    has_pictures: bool = False
    has_local_pictures: bool = False

    @property
    def any(self) -> bool:
        return self.is_certain or self.has_parts or self.has_local_pictures


NO_SIGNS = LocalSigns()


def development_page(
    signs: Mapping[PurePosixPath, LocalSigns], home: PurePosixPath
) -> PurePosixPath | None:
    """The first page with a sign if a development server wrote the site; else None.

    `signs` are those of pages of posts, and of the `home` page, which repeats pictures of posts.
    """
    certain = [path for path, one in signs.items() if one.is_certain]
    parts = [path for path, one in signs.items() if one.has_parts]
    shown = [path for path, one in signs.items() if one.has_pictures and path != home]
    pictures = [path for path in shown if signs[path].has_local_pictures]
    if certain:
        return certain[0]
    if len(parts) > _MOST * len(signs):
        return parts[0]
    is_most = len(pictures) >= _FEWEST and len(pictures) > _MOST * len(shown)
    return pictures[0] if is_most else None


def read_signs(tree: etree._Element, metas: Mapping[str, str], canonical: str | None) -> LocalSigns:
    """The signs of a page. `metas` are the values of its `<meta>` elements by name."""
    pictures = [*_pictures(tree, metas)]
    own = [canonical or "", metas.get("og:url", "")]
    return LocalSigns(
        is_certain=any(map(is_loopback_url, own)) or any(map(_reloads, tree.iter("script"))),
        has_parts=any(map(is_loopback_url, _parts(tree))),
        has_pictures=bool(pictures),
        has_local_pictures=any(map(is_loopback_url, pictures)),
    )


def _pictures(tree: etree._Element, metas: Mapping[str, str]) -> Iterator[str]:
    yield from filter(None, (metas.get(name) for name in ("og:image", "twitter:image")))
    yield from filter(None, (image.get("src") for image in tree.iter("img")))


def _parts(tree: etree._Element) -> Iterator[str]:
    for element in tree.iter("link", "script"):
        if element.tag == "script":
            yield element.get("src") or ""
        elif not _PARTS.isdisjoint((element.get("rel") or "").lower().split()):
            yield element.get("href") or ""


# Other links lead to other pages or sites, e.g. to the profiles of the author.
_PARTS = {"alternate", "icon", "manifest", "modulepreload", "preload", "stylesheet"}
_LIVE_RELOAD = re.compile(r"livereload\.js|browser-sync-client|/\.11ty/reload-client|/@vite/client")


def _reloads(script: etree._Element) -> bool:
    """Whether it is the script by which a development server reloads the page.

    A theme may have it behind a question about the name of the host.
    """
    if _LIVE_RELOAD.search(script.get("src") or ""):
        return True
    text = script.text or ""
    return "hostname" not in text and _LIVE_RELOAD.search(text) is not None
