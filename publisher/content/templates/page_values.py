"""What templates know of one post: its front matter, with what the engine adds."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.text.yaml_document import PlainScalar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from publisher.config import Site
    from publisher.post import Post
    from publisher.text.yaml_document import Value

# Ruby reads YAML 1.1, for which a number with a leading zero is octal; for others it is a text.
_OCTAL = re.compile(r"[-+]?0[0-7]{1,15}")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?")
# The booleans of YAML by their words; Ruby reads YAML 1.1.
YAML_1_2 = {"true": True, "false": False}
RUBY = {
    form(word): word in {"yes", "on", "true"}
    for word in ("yes", "no", "on", "off", "true", "false")
    for form in (str.lower, str.upper, str.capitalize)
}


def page_values(post: Post, site: Site) -> dict[str, object]:
    """The values of a post by the names that Jekyll gives them."""
    file = post.location or post.path
    url = _url_path(post, urlsplit(site.url.rstrip("/")))
    is_ruby = post.syntax.template_language == "liquid"
    names = {"name": file.name, "ext": file.suffix, "relative_path": str(file), "draft": False}
    return {
        **(names if is_ruby else {}),
        **typed_values(post.values, booleans=RUBY if is_ruby else YAML_1_2),
        "title": post.title or post.name,
        "url": url,
        "id": posixpath.join(posixpath.dirname(url.rstrip("/")), post.slug),
        "collection": "posts",
        "slug": post.slug,
        "date": post.published.astimezone(site.zone).strftime("%Y-%m-%d %H:%M:%S %z"),
        "path": str(file),
        "tags": [*post.tags],
        "categories": [*post.categories],
    }


def _url_path(post: Post, root: SplitResult) -> str:
    """The path of the post's page below the root of the site."""
    built = urlsplit(post.address or "")
    is_below = post.address and built.netloc == root.netloc
    return built.path.removeprefix(root.path) if is_below else post.page


def typed_values(
    values: Mapping[str, Value], *, booleans: Mapping[str, bool] = YAML_1_2
) -> dict[str, object]:
    """Convert plain scalars to numbers and booleans, as YAML and templates type them."""
    return {key: _typed(value, booleans) for key, value in values.items()}


def _typed(value: Value, booleans: Mapping[str, bool]) -> object:
    match value:
        case dict():
            return typed_values(value, booleans=booleans)
        case list():
            return [_typed(part, booleans) for part in value]
        case PlainScalar() if value in booleans:
            return booleans[value]
        case PlainScalar() if (number := _number(value, is_ruby=booleans is RUBY)) is not None:
            return number
        case str():
            return value.replace("\x0f", "")  # our own mark for postponed tags; see `filters.MARK`
        case _:
            return value


def _number(text: str, *, is_ruby: bool) -> float | None:
    if is_ruby and _OCTAL.fullmatch(text):
        return int(text, 8)
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    return float(text) if match[1] else int(text)
