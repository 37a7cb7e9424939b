"""Evaluate the template tags in a body by the rules of its template language.

A tag that only the site can render is dropped with a warning that names its line. The image, link
or caption that it names is kept. Tags in code samples stay as they are written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from publisher.content import markup
from publisher.content.templates import hexo_tags
from publisher.content.templates.context import TagValues, TemplateContext, collected
from publisher.content.templates.page_values import page_values, typed_values
from publisher.content.templates.site_content import NAMES, NEIGHBOURS, FoundValues, neighbour
from publisher.content.templates.text_builder import Evaluated, TextBuilder, without_tags
from publisher.text import markdown_code

__all__ = [
    "Evaluated",
    "TagValues",
    "evaluate",
    "used_settings",
    "used_values",
    "values_of",
]

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.config import Site
    from publisher.content.links import PostLinks
    from publisher.post import BodySyntax, Post, ShortcodeSyntax
    from publisher.text.yaml_document import Value

# Readers get what the published site shows, although Jekyll alone builds for "development".
_PROGRAM = {"environment": "production"}
_LIQUID_TAG = re.compile(r"\{\{|\{%")
_NUNJUCKS_COMMENT = re.compile(r"\{#.{0,2000}?#\}", re.DOTALL)
_ANY_TAG = re.compile(r"\{[{%<].{0,2000}?[}%>]\}", re.DOTALL)
_SITE_SETTING = re.compile(r"""\bsite\s*(?:\.\s*|\[\s*["'])([\w-]+)""")
# A computed name, or the whole of `site` under another name: any setting may be used.
_WHOLE_SITE = re.compile(r"""\bsite\s*\[\s*[^"'\s]|(?:=|\bin)\s*site\s*(?![\s.\[\w-])""")
_RAW_BLOCK = re.compile(r"\{%-?\s{0,9}(end)?(raw|comment)\s{0,9}-?%\}")
_PARAM = re.compile(r"""\{\{[<%]?\s*param[\s(]\s*["'`]?([\w-]+)""")
_SHORTCODE = re.compile(r"\{\{[<%]|\{\{\s*\w+\(|\{%\s*\w+\(|\{\{/\*|\{%/\*")


def values_of(post: Post, settings: Mapping[str, Value], site: Site) -> TagValues | None:
    """Return what the tags of a post can read besides its body; None if the post has no tags.

    `settings` are those of the site's engine.
    """
    if post.templates == "off":
        return None
    match post.syntax.template_language:
        case "liquid" | "liquid-top-level" | "nunjucks" if _LIQUID_TAG.search(post.body):
            return _liquid_values(post, settings, site)
        case "angle-shortcodes" | "percent-shortcodes" | "call-shortcodes" if _SHORTCODE.search(
            post.body
        ):
            params = typed_values(_params(settings))
            return TagValues(typed_values(post.values), params)
        case _:
            return None


def _liquid_values(post: Post, settings: Mapping[str, Value], site: Site) -> TagValues:
    root = urlsplit(site.url.rstrip("/"))
    is_flat = post.syntax.template_language == "liquid-top-level"
    own = {
        **typed_values(_all_settings(_of_site(settings) if is_flat else settings, site)),
        "url": f"{root.scheme}://{root.netloc}",
        "baseurl": root.path,
    }
    return TagValues(
        {**(typed_values(settings) if is_flat else {}), **page_values(post, site)},
        own,
        url=site.url,
        timezone=site.timezone,
        has_settings=bool(settings),
    )


def _of_site(settings: Mapping[str, Value]) -> Mapping[str, Value]:
    """What data for all pages has under the name `site`."""
    own = settings.get("site")
    return own if isinstance(own, dict) else {}


def evaluate(post: Post, values: TagValues | None, links: PostLinks) -> Evaluated:
    """Return the body of a post with its tags evaluated. Never raises.

    `values` are those of `values_of`. Of the post itself, only the body, its markup and syntax, and
    `templates` are read: the key of the cache covers just these.
    """
    body, language = links.body(), post.syntax.template_language
    if language == "nunjucks" and post.templates != "off":
        body = hexo_tags.with_quotes(_without_comments(body))
    if values is None or language == "none":
        return without_tags(body)
    keeps_unknown = post.templates == "keep"
    match language:
        case "liquid" | "liquid-top-level" | "nunjucks":
            html = markup.lines_of_html(body, post.dialect, post.syntax.options)
            text = TextBuilder(
                body.replace("\x0f", ""), post.markup, keeps_unknown=keeps_unknown, html=html
            )
            return _liquid(text, post.syntax, values, links)
        case "angle-shortcodes" | "percent-shortcodes" | "call-shortcodes" as syntax:
            return _shortcodes(
                TextBuilder(body, post.markup, keeps_unknown=keeps_unknown), syntax, values, links
            )


def _without_comments(body: str) -> str:
    """Remove comments of Nunjucks, but keep their line breaks."""
    return markdown_code.replaced(
        body, _NUNJUCKS_COMMENT, lambda match: "\n" * match[0].count("\n")
    )


def _liquid(
    text: TextBuilder, syntax: BodySyntax, tag_values: TagValues, links: PostLinks
) -> Evaluated:
    from publisher.content.templates import liquid  # noqa: PLC0415 - slow to import, and few need it

    page, site = tag_values.page, tag_values.site
    values: Mapping[str, object]
    unknown = collected({})
    match syntax.template_language:
        case "liquid-top-level":
            values = {**page, "page": {**page, "fileSlug": page["slug"]}, "site": site}
        case "nunjucks":
            values = page
        case _:
            program = {syntax.program: _PROGRAM} if syntax.program else {}
            path = str(page["path"])
            own = FoundValues(
                page, NEIGHBOURS, lambda name: links.site_value(neighbour(name, path))
            )
            unknown = collected(site)
            named = {name: value for name, value in site.items() if name not in unknown}
            whole = FoundValues(named, NAMES, links.site_value)
            values = {"page": own, "site": whole, **program}
    context = TemplateContext(
        values,
        root=urlsplit(tag_values.url.rstrip("/")),
        zone=ZoneInfo(tag_values.timezone),
        dialect=syntax.dialect,
        options=syntax.options,
        language=syntax.template_language,
        program=syntax.program,
        page_of=links.page_of,
        has_settings=tag_values.has_settings,
        unknown={*unknown, "github"},
        included=links.included,
        include_problem=links.include_problem,
        data_problems=links.data_problems,
    )
    return liquid.evaluate(text, context)


def _all_settings(settings: Mapping[str, Value], site: Site) -> dict[str, Value]:
    """Return the settings of the engine, overridden by those that publisher.yaml has, too."""
    own = {"title": site.title, "description": site.description, "lang": site.language}
    return {**settings, **{name: value for name, value in own.items() if value}}


def _params(settings: Mapping[str, Value]) -> dict[str, Value]:
    params = settings.get("params") or settings.get("extra")
    return params if isinstance(params, dict) else {}


def _shortcodes(
    text: TextBuilder, syntax: ShortcodeSyntax, values: TagValues, links: PostLinks
) -> Evaluated:
    from publisher.content.templates import shortcodes  # noqa: PLC0415

    context = shortcodes.ShortcodeContext(values.page, values.site, page_of=links.page_of)
    return shortcodes.evaluate(text, syntax, context)


def used_values(post: Post) -> dict[str, Value]:
    """Return the front matter values that the tags of the body name."""
    words = set(re.findall(r"[\w-]+", _tag_sources(post, post.body)))
    return {key: value for key, value in post.values.items() if key in words}


def used_settings(post: Post, settings: Mapping[str, Value], site: Site) -> dict[str, Value]:
    """Return the settings of the site that the tags of the body use, except the site's URL.

    The URL of the site is part of the post's own URL.
    """
    match post.syntax.template_language:
        case "liquid" | "liquid-top-level" if "site" in post.body:
            inside = _tag_sources(post, _without_raw_blocks(post.body))
            is_flat = post.syntax.template_language == "liquid-top-level"
            known = _all_settings(_of_site(settings) if is_flat else settings, site)
            names = known if _WHOLE_SITE.search(inside) else _SITE_SETTING.findall(inside)
            unshown = {"url", "baseurl"}
        case "angle-shortcodes" | "call-shortcodes" if "param" in post.body:
            names = [name.lower() for name in _PARAM.findall(_tag_sources(post, post.body))]
            known, unshown = _params(settings), {*post.values}
        case _:
            return {}
    return {name: known[name] for name in names if name in known and name not in unshown}


def _tag_sources(post: Post, body: str) -> str:
    """Return the source of all tags of a body."""
    if "{" not in body or post.templates == "off":
        return ""
    return " ".join(_ANY_TAG.findall(body))


def _without_raw_blocks(body: str) -> str:
    """Remove `raw` and `comment` blocks of Liquid, in which nothing is a tag."""
    parts, at, name = [], 0, ""
    for match in _RAW_BLOCK.finditer(body):
        if not name and not match[1]:
            parts.append(body[at : match.start()])
            name, at = match[2], match.start()
        elif match[1] and match[2] == name:
            name, at = "", match.end()
    return "".join([*parts, body[at:]])
