"""A permalink template and a post's facts -> the path of its page, by Jekyll's rules. Pure.

`:section` and `:sections`, the first and all of the folders, are ours: for other engines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.text.slugs import slugify

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import PurePosixPath

STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}

# English whatever the locale is: a URL must not depend on the machine that made it.
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip

_DATES: dict[str, Callable[[dt.datetime], str]] = {
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
PLACEHOLDERS = frozenset([*_DATES, *_TEXTS])

_PLACEHOLDER = re.compile(":([a-z_]+)")
# RFC 3986 section 3.3: what a path may carry as it is.
_PATH = "/!$&'()*+,;=:@~"
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


def unknown_placeholders(template: str) -> list[str]:
    """The placeholders that no rule gives a value to, in order."""
    names = _PLACEHOLDER.findall(STYLES.get(template, template))
    return [name for name in names if _known(name) is None]


def needs_date(template: str) -> bool:
    """Whether a placeholder stands for a part of a date."""
    return any(_known(name) in _DATES for name in _PLACEHOLDER.findall(template))


def expand(
    template: str,
    *,
    published: dt.datetime,
    slug: str,
    path: PurePosixPath,
    categories: Sequence[str],
    collection: str = "posts",
) -> str:
    """The absolute path, percent-encoded, e.g. `/2008/10/21/my-post/`.

    `template` is a style or a template, `published` in the site's zone, `slug` the title's part
    of the URL, `path` the file's below the folder of the `collection`. A placeholder that has no
    value here stays as it is written.
    """
    values = {key: form(published) for key, form in _DATES.items()}
    values |= {**_texts(slug, path, categories), "collection": collection}

    def fill(match: re.Match[str]) -> str:
        known = _known(match[1])
        if known is None:
            return match[0]
        return quote(values[known], safe=_PATH) + match[1][len(known) :]

    return _sanitized(_PLACEHOLDER.sub(fill, STYLES.get(template, template)))


def _texts(slug: str, path: PurePosixPath, categories: Sequence[str]) -> dict[str, str]:
    bundle = path.stem == "index" and len(path.parts) > 1
    folders = path.parts[: -2 if bundle else -1]
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
    """Jekyll's order: also a slug that ends in a dot loses it, and the slash behind it."""
    path = f"/{path}".replace("..", "/").replace("./", "")
    path = _STRAY_PERCENT.sub("%25", quote(path, safe=_PATH + "%"))
    return "/" + re.sub("/{2,}", "/", path).removeprefix("/")


def encoded(path: str) -> str:
    """A path with one slash at its beginning, percent-encoded."""
    return "/" + quote(re.sub(r"/{2,}", "/", path).lstrip("/"), safe=_PATH)


def _known(name: str) -> str | None:
    """`title_` is the placeholder `title` and an underscore, unless `title_` is one itself."""
    if name in PLACEHOLDERS:
        return name
    head = name.removesuffix("_")
    return head if head in PLACEHOLDERS else None
