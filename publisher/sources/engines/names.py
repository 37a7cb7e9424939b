"""Read the date, the slug and the language from the name of a post's file."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_NAME = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[-_ ](.*)|([^\W\d_].*))?", re.DOTALL)
_FOLDERS = re.compile(r"(?:^|/)(\d{4})/(\d{1,2})/(\d{1,2})(?=/|$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of a file name. The slug is the name without date and language."""

    date: dt.date | None
    slug: str
    language: str | None = None


def begins_with_date(stem: str) -> bool:
    """Whether the name begins with the digits of a date, even an impossible one."""
    return _NAME.fullmatch(stem) is not None


def date_and_words(stem: str) -> tuple[dt.date | None, str]:
    """Split `2008-10-21-my-post` into date and `my-post`; without a date None and the name."""
    match = _NAME.fullmatch(stem)
    date = _date(match) if match else None
    return (date, match[4] or match[5] or "") if match and date else (None, stem)


def date_in_path(path: str) -> dt.date | None:
    """The date of folders such as `2015/04/03`."""
    match = _FOLDERS.search(path)
    return _date(match) if match else None


def _date(match: re.Match[str]) -> dt.date | None:
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
