"""The tags in a body -> what they say, by the rules of its engine.

One rule for what only the site can make: it is left out, and told with its line; but what it names,
a picture, an address, a caption, is shown, and in code it stays as it is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.marked import Unquoted
from publisher.templates.text import Evaluated, Text, as_it_is

__all__ = ["Evaluated", "evaluate", "typed_values", "used"]

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.config import Site
    from publisher.links import Links
    from publisher.marked import Value
    from publisher.sources.post import Post

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?")
_LIQUID = re.compile(r"\{\{|\{%")
_SHORTCODE = re.compile(r"\{\{[<%]|\{\{\s*\w+\(|\{%\s*\w+\(|\{\{/\*|\{%/\*")


def evaluate(post: Post, links: Links, site: Site) -> Evaluated:
    """The body of a post with its tags evaluated. Never raises."""
    body = links.notes(post)
    if post.templates == "off":
        return as_it_is(body)
    keeps = post.templates == "keep"
    match post.engine:
        case "jekyll" | "eleventy" if _LIQUID.search(body):
            return _liquid(
                Text(body.replace("\x0f", ""), post.markup, keeps=keeps), post, links, site
            )
        case "hugo" | "nikola" | "zola" if _SHORTCODE.search(body):
            return _shortcodes(Text(body, post.markup, keeps=keeps), post, links)
        case _:
            return as_it_is(body)


def _liquid(text: Text, post: Post, links: Links, site: Site) -> Evaluated:
    from publisher.templates import liquid  # noqa: PLC0415 - slow to import, and few need it

    root = urlsplit(site.url.rstrip("/"))
    page = {
        **typed_values(post.values),
        "title": post.title or post.name,
        "url": post.page,
        "id": post.page.removesuffix(".html").rstrip("/"),
        "collection": "posts",
        "slug": post.slug,
        "date": post.published.astimezone(site.zone).strftime("%Y-%m-%d %H:%M:%S %z"),
        "path": str(post.path),
        "tags": [*post.tags],
        "categories": [*post.categories],
    }
    own = {
        **typed_values(links.settings),
        "url": f"{root.scheme}://{root.netloc}",
        "baseurl": root.path,
        "title": site.title,
    }
    told = {"description": site.description, "lang": site.language}
    own |= {name: value for name, value in told.items() if value}
    values: dict[str, object] = {"page": page, "site": own}
    if post.engine == "eleventy":
        values = {**page, "page": {**page, "fileSlug": post.slug}, "site": own}
    world = liquid.World(
        values, root=root, page_of=links.page_of, has_settings=bool(links.settings)
    )
    return liquid.evaluate(text, world)


def _shortcodes(text: Text, post: Post, links: Links) -> Evaluated:
    from publisher.templates import shortcodes  # noqa: PLC0415

    def page_of(kind: str, target: str) -> str | None:
        return links.page_of(kind, target, post)

    params = links.settings.get("params") or links.settings.get("extra")
    world = shortcodes.World(
        typed_values(post.values),
        typed_values(params if isinstance(params, dict) else {}),
        page_of=page_of,
    )
    return shortcodes.evaluate(text, post.engine, world)


def used(post: Post) -> dict[str, Value]:
    """The values of the front matter that the tags of the body name."""
    if "{" not in post.body or post.templates == "off":
        return {}
    inside = " ".join(re.findall(r"\{[{%<].{0,2000}?[}%>]\}", post.body, re.DOTALL))
    words = set(re.findall(r"[\w-]+", inside))
    return {key: value for key, value in post.values.items() if key in words}


def typed_values(values: Mapping[str, Value]) -> dict[str, object]:
    """As YAML and templates have them: numbers and truth, where no quotes make them texts."""
    return {key: _typed(value) for key, value in values.items()}


def _typed(value: Value) -> object:
    match value:
        case dict():
            return typed_values(value)
        case list():
            return [_typed(part) for part in value]
        case Unquoted() if value in {"true", "false"}:
            return value == "true"
        case Unquoted() if found := _NUMBER.fullmatch(value):
            return float(value) if found[1] else int(value)
        case str():
            return value.replace("\x0f", "")  # a mark of ours
        case _:
            return value
