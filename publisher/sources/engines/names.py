"""Read the date, the slug and the language from the name of a post's file."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources.engines import markups
from publisher.sources.front_matter.typed_values import language_tag

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import PurePosixPath

_NAME = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[-_ ](.*)|([^\W\d_].*))?", re.DOTALL)
# A date in another form, e.g. `01-02-2026-x`, `1.2.2026` or `2026_02_01-x`.
_OTHER_DATE = re.compile(
    r"(?:[0-9]{1,2}([-._])[0-9]{1,2}\1[0-9]{4}|[0-9]{4}([._])[0-9]{1,2}\2[0-9]{1,2})(?=[-_ .]|$)"
)
_LIST = re.compile(r"/(?:page[-_/]?)?\d*", re.IGNORECASE)
_FOLDERS = re.compile(r"(?:^|/)(\d{4})/(\d{1,2})/(\d{1,2})(?=/|$)", re.ASCII)


class Name(Struct, frozen=True):
    """The parts of a file name. The slug is the name without date and language."""

    date: dt.date | None
    slug: str
    language: str | None = None


def begins_with_date(stem: str) -> bool:
    """Whether the name begins with the digits of a date, even an impossible one."""
    return _NAME.fullmatch(stem) is not None


def dated_part(path: PurePosixPath) -> str:
    """The name that may begin with a date: a bundle's is that of its folder."""
    return path.parts[-2] if path.stem == "index" and len(path.parts) > 1 else path.stem


def date_fault(stem: str) -> str:
    """Why the name begins with a date that cannot be read; empty if it begins with none."""
    if match := _NAME.fullmatch(stem):
        year, month, day = (int(match[number]) for number in (1, 2, 3))
        date = "-".join(match.group(1, 2, 3))
        if date_of(match):
            return ""
        what = (
            f"there is no month {month}"
            if not 1 <= month <= 12
            else f"{year}-{month:02} has no day {day}"
            if year
            else "there is no year 0"
        )
        return f"its name begins with {date}, but {what}"
    if match := _OTHER_DATE.match(stem):
        return f"its name begins with {match[0]}, which is not in the form YYYY-MM-DD"
    return ""


def date_and_words(stem: str) -> tuple[dt.date | None, str]:
    """Split `2008-10-21-my-post` into date and `my-post`; without a date None and the name."""
    match = _NAME.fullmatch(stem)
    date = date_of(match) if match else None
    return (date, match[4] or match[5] or "") if match and date else (None, stem)


def date_in_path(path: str) -> dt.date | None:
    """The date of folders such as `2015/04/03`."""
    match = _FOLDERS.search(path)
    return date_of(match) if match else None


def date_of_page(whole: PurePosixPath) -> dt.date | None:
    """The day of a post in the path of its page, e.g. `2012/08/08/a-title`; None without one.

    `whole` has neither a suffix nor `index`. The list of the posts of a day has no day of its own.
    """
    date, words = date_and_words(whole.name)
    if date and words:
        return date
    match = _FOLDERS.search(str(whole.parent))
    is_list = match and _LIST.fullmatch(str(whole)[match.end() :])
    return date_of(match) if match and not is_list else None


def date_of(match: re.Match[str]) -> dt.date | None:
    """The date whose year, month and day are the first groups; None if there is no such day."""
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def without_language(path: PurePosixPath, languages: Container[str]) -> tuple[str, str | None]:
    """The file name without extension and language, and the language, one of the `languages`.

    The language is a suffix as in `x.fr.md`, `x-fr.md`, `x_fr.md`, or a folder `fr`.
    """
    whole = markups.stem(path)
    for separator in (".", "-", "_"):
        stem, _, suffix = whole.rpartition(separator)
        if stem and suffix.lower().replace("_", "-") in languages:
            return stem, language_tag(suffix)
    folder = next((part for part in path.parts[:-1] if part.lower() in languages), None)
    return whole, folder
