"""Expand permalink templates into URL paths, by Jekyll's rules. Pure.

Two placeholders are not Jekyll's: `:section` is the first folder of the post's path, `:sections`
are all of them. Other engines need them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.text.slugs import slugify

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import PurePosixPath

STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}

# strftime would take these from the locale; a URL must not depend on the machine.
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip

DATES: dict[str, Callable[[dt.datetime], str]] = {
    "year": lambda at: f"{at.year:04}",
    "short_year": lambda at: f"{at.year % 100:02}",
    "month": lambda at: f"{at.month:02}",
    "i_month": lambda at: str(at.month),
    "short_month": lambda at: MONTHS[at.month - 1][:3],
    "long_month": lambda at: MONTHS[at.month - 1],
    "day": lambda at: f"{at.day:02}",
    "i_day": lambda at: str(at.day),
    "y_day": lambda at: f"{at.timetuple().tm_yday:03}",
    "w_year": lambda at: str(at.isocalendar().year),
    "week": lambda at: f"{at.isocalendar().week:02}",
    "w_day": lambda at: str(at.isoweekday()),
    "short_day": lambda at: DAYS[at.weekday()][:3],
    "long_day": lambda at: DAYS[at.weekday()],
    "hour": lambda at: f"{at.hour:02}",
    "minute": lambda at: f"{at.minute:02}",
    "second": lambda at: f"{at.second:02}",
}
_TEXTS = ("title", "slug", "name", "path", "collection", "categories", "slugified_categories",
          "output_ext", "section", "sections")  # fmt: skip
PLACEHOLDERS = frozenset([*DATES, *_TEXTS])

_PLACEHOLDER = re.compile(":([a-z_]+)")
# RFC 3986 section 3.3: the characters that a path carries unencoded, beside letters and digits.
_PATH = "/!$&'()*+,;=:@~"
# A path without any of these is as it is encoded.
_TO_ENCODE = re.compile(r"[^A-Za-z0-9_.~/-]|//")
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


def unknown_placeholders(template: str) -> list[str]:
    """The placeholders of the template that `expand` does not know, in order."""
    names = _PLACEHOLDER.findall(STYLES.get(template, template))
    return [name for name in names if _known(name) is None]


def needs_date(template: str) -> bool:
    """Whether the template uses a part of the date."""
    return any(_known(name) in DATES for name in _PLACEHOLDER.findall(template))


def expand(
    template: str,
    *,
    published: dt.datetime,
    slug: str,
    path: PurePosixPath,
    categories: Sequence[str],
    collection: str = "posts",
) -> str:
    """The absolute URL path of a post, percent-encoded, e.g. `/2008/10/21/my-post/`.

    `template` is a template or the name of a style. `published` is in the site's zone. `path` is
    the path of the file below the folder of the `collection`. Unknown placeholders stay as they
    are.
    """
    return filled(template, values(published, slug, path, categories, collection))


def values(
    published: dt.datetime,
    slug: str,
    path: PurePosixPath,
    categories: Sequence[str],
    collection: str = "posts",
) -> dict[str, str]:
    """What each placeholder stands for in the URL of a post; see `expand`."""
    dates = {key: form(published) for key, form in DATES.items()}
    return {**dates, **_texts(slug, path, categories), "collection": collection}


def filled(template: str, values: Mapping[str, str]) -> str:
    """Fill in a template; see `expand`."""

    def fill(match: re.Match[str]) -> str:
        known = _known(match[1])
        if known is None:
            return match[0]
        return quote(values[known], safe=_PATH) + match[1][len(known) :]

    return _sanitized(_PLACEHOLDER.sub(fill, STYLES.get(template, template)))


def _texts(slug: str, path: PurePosixPath, categories: Sequence[str]) -> dict[str, str]:
    is_bundle = path.stem == "index" and len(path.parts) > 1  # Hugo's page bundle: a folder
    folders = path.parts[: -2 if is_bundle else -1]
    slugified = [slugify(category, mode="default").lower() for category in categories]
    return {
        "title": slugify(slug, mode="pretty"),
        "slug": slugify(slug, mode="default").lower(),
        "name": slugify(path.stem, mode="default").lower(),
        "path": "/" + str(path).removesuffix(path.suffix).rstrip("."),
        "categories": "/".join(dict.fromkeys(category.lower() for category in categories)),
        "slugified_categories": "/".join(dict.fromkeys(slugified)),
        "output_ext": ".html",
        "section": "/".join(folders[:1]),
        "sections": "/".join(folders),
    }


def _sanitized(path: str) -> str:
    """Clean the path as Jekyll does: encode it, drop dot segments and repeated slashes."""
    # Jekyll removes "./" wherever it is, so a slug that ends in a dot loses the slash behind it.
    path = f"/{path}".replace("..", "/").replace("./", "")
    path = _STRAY_PERCENT.sub("%25", quote(path, safe=_PATH + "%"))
    return "/" + re.sub("/{2,}", "/", path).removeprefix("/")


def encoded(path: str) -> str:
    """The path, percent-encoded, with exactly one slash at the beginning."""
    if not _TO_ENCODE.search(path):
        return "/" + path.removeprefix("/")
    return "/" + quote(re.sub(r"/{2,}", "/", path).lstrip("/"), safe=_PATH)


def _known(name: str) -> str | None:
    """The placeholder that a name stands for: `title_` is `title` followed by an underscore."""
    if name in PLACEHOLDERS:
        return name
    head = name.removesuffix("_")
    return head if head in PLACEHOLDERS else None
