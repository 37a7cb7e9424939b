"""The options of Hugo's settings for goldmark, and for emoji."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.post import MarkdownExtension, MarkdownOptions
from publisher.sources import site_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.text.yaml_document import Value

# The extensions of goldmark that are on without a setting.
_EXTENSIONS: dict[str, MarkdownExtension] = {
    "strikethrough": "strikethrough",
    "table": "table",
    "footnote": "footnotes",
    "definitionlist": "definition lists",
    "linkify": "bare URLs",
    "tasklist": "task lists",
    "typographer": "typography",
}


def options(settings: Mapping[str, Value]) -> MarkdownOptions:
    """What the settings change."""
    goldmark = site_settings.section(settings, "markup", "goldmark")
    parser = site_settings.section(goldmark, "parser")
    attribute = site_settings.section(parser, "attribute")
    extensions = site_settings.section(goldmark, "extensions")
    off = {name for key, name in _EXTENSIONS.items() if _is_off(extensions.get(key))}
    if attribute.get("title") == "false":
        off.add("heading attributes")
    return MarkdownOptions(
        emoji=settings.get("enableemoji") == "true",
        hard_wraps=site_settings.text(goldmark, "renderer", "hardwraps") == "true",
        heading_ids=parser.get("autoheadingid") != "false",
        off=frozenset(off),
        block_attributes=attribute.get("block") == "true",
    )


def _is_off(extension: Value) -> bool:
    """Whether an extension is `false`, or has the key `enable` or `disable` that says so."""
    if not isinstance(extension, dict):
        return extension == "false"
    return extension.get("enable") == "false" or extension.get("disable") == "true"
