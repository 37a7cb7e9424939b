"""Tell pages that are not written whole: the build is still running, or the disk was full.

Such a page ends anywhere. The end tags of `html` and `body` may be left out (HTML 13.1.2.4), and
minifiers do so; therefore what other pages of the site have decides. Where they have none, a page
is cut if an element is open at its end that needs an end tag, and the end of the post is missing.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.sources.built.pages.page import MAX_SIZE
from publisher.sources.built.pages.page_encoding import in_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.sources.built.folder.output_folder import OutputFolder

_HOME = PurePosixPath("index.html")
_SAMPLE = 8  # pages besides the home page that show the habit of the site
_END = re.compile(rb"</html\s*>", re.IGNORECASE)
_TAG = re.compile(rb"<(/?)(?:article|div|main|section)\b", re.IGNORECASE)


class Wholeness:
    """Whether pages of one output folder are whole. Reads some others only if a page has no end."""

    def __init__(self, output: OutputFolder) -> None:
        self._output = output

    def is_cut(self, data: bytes, *, lacks_end: bool) -> bool:
        """Whether the page is not written whole. `lacks_end`: the end of its post is missing."""
        if len(data) > MAX_SIZE:  # of which not all was read
            return False
        text = in_utf8(data)
        if not text.strip():
            return True
        if _END.search(text):
            return False
        return self._has_ends or (lacks_end and _is_open(text))

    @cached_property
    def _has_ends(self) -> bool:
        """Whether most pages of the site have an end tag of their document."""
        found = [*map(_has_end, self._sample())]
        return 2 * sum(found) > len(found)

    def _sample(self) -> Iterator[bytes]:
        """The home page, and pages from all over the folder, as far as they can be read."""
        pages = [*self._output.pages()]
        some = pages[:: max(1, len(pages) // _SAMPLE)][:_SAMPLE]
        for path in dict.fromkeys((_HOME, *some)):
            try:
                yield self._output.read(path)
            except OSError:
                continue


def _has_end(data: bytes) -> bool:
    return _END.search(in_utf8(data)) is not None


def _is_open(text: bytes) -> bool:
    """Whether an element is open at the end that cannot be closed by anything but its end tag."""
    ends = sum(bool(tag[1]) for tag in _TAG.finditer(text))
    return 2 * ends < sum(1 for _ in _TAG.finditer(text))
