"""The options of Jekyll's settings for kramdown, and for emoji."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from publisher.post import NO_OPTIONS, MarkdownOptions
from publisher.sources import site_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.text.yaml_document import Value

_LEVELS = re.compile(r"([1-6])(?:\.\.([1-6]))?")
_OFFSET = re.compile("-?[0-6]")
# What is typed, by the name that kramdown gives it.
_TYPED = {"hellip": "...", "mdash": "---", "ndash": "--"}
MAX_SYMBOL = 50  # characters


def options(settings: Mapping[str, Value]) -> MarkdownOptions:
    """What the settings change; a value that kramdown would refuse changes nothing."""
    given = site_settings.section(settings, "kramdown")
    plugins = {name for key in ("plugins", "gems") for name in site_settings.texts(settings, key)}
    offset = site_settings.text(given, "header_offset") or ""
    return MarkdownOptions(
        emoji="jemoji" in plugins,
        hard_wraps=given.get("hard_wrap") == "true",
        heading_ids=given.get("auto_ids") != "false",
        id_prefix=site_settings.text(given, "auto_id_prefix") or "",
        heading_offset=int(offset) if _OFFSET.fullmatch(offset) else 0,
        toc_levels=_levels(_words(given.get("toc_levels"))) or NO_OPTIONS.toc_levels,
        block_html=given.get("parse_block_html") == "true",
        quotes=_quotes(_words(given.get("smart_quotes"))),
        symbols=_symbols(site_settings.section(given, "typographic_symbols")),
    )


def _words(value: Value) -> list[str]:
    """The words of a list, or of a text with commas."""
    parts = value if isinstance(value, list) else str(value or "").split(",")
    return [str(part).strip() for part in parts]


def _levels(words: list[str]) -> frozenset[int]:
    """The levels in `1..3` or `1,2`."""
    found = (match for word in words if (match := _LEVELS.fullmatch(word)))
    ranges = (range(int(match[1]), int(match[2] or match[1]) + 1) for match in found)
    return frozenset(level for levels in ranges for level in levels)


def _quotes(words: list[str]) -> tuple[str, str, str, str]:
    """The quotes by the names of their entities, of which kramdown has the single ones first."""
    characters = [html.unescape(f"&{word};") for word in words]
    if len(words) != 4 or any(len(character) != 1 for character in characters):
        return NO_OPTIONS.quotes
    left, right, double_left, double_right = characters
    return double_left, double_right, left, right


def _symbols(given: dict[str, Value]) -> tuple[tuple[str, str], ...]:
    named = {_TYPED[name]: value for name, value in given.items() if name in _TYPED}
    return tuple(
        (typed, str(named.get(typed) or symbol)[:MAX_SYMBOL])
        for typed, symbol in NO_OPTIONS.symbols
    )
