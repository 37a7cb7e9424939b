"""The URLs that Hugo gives to pages: permalinks with their targets and tokens, and clean paths."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING
from unicodedata import category, normalize
from urllib.parse import unquote_plus

from publisher.sources import site_settings
from publisher.text import ignore_patterns
from publisher.text.ignore_patterns import PatternError
from publisher.text.permalinks import DAYS, MONTHS
from publisher.text.slugs import go_lower, hugo_slug

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from publisher.text.yaml_document import Value

_ONE = re.compile(r"\{([^{},]*)\}")  # a single alternative in a glob
_TOKEN = re.compile(r":(\w+)(?:\[([^\]]+)\])?")
_DATES: dict[str, Callable[[dt.datetime], str]] = {
    "year": lambda at: str(at.year),
    "month": lambda at: f"{at.month:02}",
    "monthname": lambda at: MONTHS[at.month - 1],
    "day": lambda at: f"{at.day:02}",
    # Go counts the days of the week from Sunday, which is 0.
    "weekday": lambda at: str(at.isoweekday() % 7),
    "weekdayname": lambda at: DAYS[at.weekday()],
    "yearday": lambda at: str(at.timetuple().tm_yday),
}
# Go's layouts of time, https://pkg.go.dev/time#Layout
_LAYOUTS: dict[str, Callable[[dt.datetime], str]] = {
    "January": lambda at: MONTHS[at.month - 1],
    "Jan": lambda at: MONTHS[at.month - 1][:3],
    "Monday": lambda at: DAYS[at.weekday()],
    "Mon": lambda at: DAYS[at.weekday()][:3],
    "2006": lambda at: f"{at.year:04}",
    "002": lambda at: f"{at.timetuple().tm_yday:03}",
    "01": lambda at: f"{at.month:02}",
    "02": lambda at: f"{at.day:02}",
    "03": lambda at: f"{(at.hour - 1) % 12 + 1:02}",
    "04": lambda at: f"{at.minute:02}",
    "05": lambda at: f"{at.second:02}",
    "06": lambda at: f"{at.year % 100:02}",
    "15": lambda at: f"{at.hour:02}",
    "1": lambda at: str(at.month),
    "2": lambda at: str(at.day),
    "PM": lambda at: "AM" if at.hour < 12 else "PM",
}
_LAYOUT = re.compile("|".join(_LAYOUTS))


def pattern(permalinks: Value, path: str, language: str) -> str | None:
    """The permalink of the page with this logical path, e.g. `/posts/a-page`; None if none fits.

    The settings are a map of sections, alone or below `page`, or a list in which the first fitting
    element counts.
    """
    if isinstance(permalinks, list):
        parts = [site_settings.folded(part) for part in permalinks if isinstance(part, dict)]
        fitting = [part for part in parts if fits(part.get("target"), path, language)]
        return site_settings.text(fitting[0], "pattern") if fitting else None
    if not isinstance(permalinks, dict):
        return None
    sections = {**permalinks, **site_settings.section(permalinks, "page")}
    templates = {name.strip(" /"): text for name, text in sections.items() if isinstance(text, str)}
    names = sorted(templates, key=len, reverse=True)
    return next((templates[name] for name in names if _is_in(path, name)), None)


def fits(target: Value, path: str, language: str) -> bool:
    """Whether the globs of a target match a page; `path` is its logical path, `/posts/a-page`."""
    if target is None:
        return True
    if not isinstance(target, dict):
        return False  # Hugo builds no such site
    target = site_settings.folded(target)
    wanted = {"path": path, "kind": "page", "environment": "production", "lang": language}
    sites = site_settings.section(target, "sites", "matrix")
    given = {**target, **({"lang": sites["languages"]} if "languages" in sites else {})}
    return all(
        any(_matches(glob, value) for glob in globs)
        for key, value in wanted.items()
        if (globs := site_settings.texts(given, key))
    )


def _matches(glob: str, value: str) -> bool:
    try:
        return ignore_patterns.matches(_ONE.sub(r"\1", glob.lower()), value)
    except PatternError:
        return False


def _is_in(path: str, section: str) -> bool:
    """Whether a page is in a section; those in none are in the section with the empty name."""
    if not section:
        return path.count("/") == 1
    return f"{path}/".startswith(f"/{section}/")


def filled(
    template: str,
    date: dt.datetime,
    texts: Mapping[str, str],
    lists: Mapping[str, Sequence[str]],
) -> str:
    """The template with the values of its tokens; unknown ones stay as they are.

    A part of a list may be selected, as in `:sections[1:]`.
    """

    def value(match: re.Match[str]) -> str:
        token, part = match.groups()
        if token in lists:
            return "/".join(_sliced(lists[token], part))
        if token in _DATES:
            return _DATES[token](date)
        if token in texts:
            return _without_empty_fragment(texts[token])
        laid_out, count = _LAYOUT.subn(lambda found: _LAYOUTS[found[0]](date), token)
        return laid_out if count else match[0]

    escaped = template.replace("\\:", "\0")
    # Hugo decodes the whole path, in which a plus sign is a space.
    return unquote_plus(_TOKEN.sub(value, escaped)).replace("\0", ":")


def _without_empty_fragment(text: str) -> str:
    """Hugo reads the value of a token as a URL, and drops a `#` after which nothing comes: `C#`."""
    return text[:-1] if text.find("#") == len(text) - 1 else text


def title_slug(title: str) -> str:
    """The slug of a title. A slash in it is no folder."""
    return hugo_slug(re.sub(r"[/\\]", "-", title))


def _sliced(folders: Sequence[str], part: str | None) -> Sequence[str]:
    """The folders that an index selects: `:sections[1:]`, `[:last]`, `[0]`."""
    if part is None:
        return folders
    first, colon, last = part.partition(":")
    try:
        start = len(folders) - 1 if first == "last" else int(first or 0)
        end = len(folders) - 1 if last == "last" else int(last or len(folders))
    except ValueError:
        return folders
    return folders[start:end] if colon else folders[start : start + 1]


def clean(path: str, *, accents: bool, capitals: bool) -> str:
    """The path as Hugo writes it into URLs, without the slash at its end."""
    slug = hugo_slug(posixpath.normpath("/" + path.lstrip("/")))
    if not accents:
        letters = (c for c in normalize("NFD", slug) if category(c) != "Mn")
        slug = normalize("NFC", "".join(letters))
    return (slug if capitals else go_lower(slug)).rstrip("/")
