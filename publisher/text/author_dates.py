"""Parse the dates that authors write, including those that Ruby's Time.parse reads for Jekyll.

The current date never fills in a missing part: a text without a year, a month or a day is refused,
and so is an unknown zone name. `05/06/2014` is the 5th of June, as on a Jekyll site, unless months
come first. Pure: the zone and the locale of the machine do not matter.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from dateutil import parser
from msgspec import Struct

from publisher.text.shortening import shortened

MAX_LENGTH = 100

# Hours east of UTC. Ruby uses the same offsets, so a post has the instant that its site shows.
_ZONES = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1,
    "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "IST": 5.5,
    "SGT": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "NST": -3.5, "NDT": -2.5, "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip

_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
_TIME = re.compile(_CLOCK, re.ASCII)
_DAY = re.compile(
    r"(?P<year>\d{4})(?:(?P<dash>[-/.])(?P<month>\d{1,2})(?P=dash)(?P<day>\d{1,2})(?!\d)"
    r"|(?P<month2>\d{2})(?P<day2>\d{2})(?!\d))",
    re.ASCII,
)
# The usual form, in which there is nothing to clean.
_CLEAN = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?: ?[+-]\d\d:?\d\d|Z)?)?", re.ASCII)
_TIME_AND_ZONE = re.compile(
    rf"(?:T|,? ?(?:at )?)(?:{_CLOCK}|(?P<hour2>\d{{2}})(?P<minute2>\d{{2}})(?P<second2>\d{{2}})?)"
    r"(?: ?(?P<half>[AP])\.?M\.?)?(?: ?(?P<zone>[A-Z]+|(?:UTC|GMT)?[+-]\d[\d:]*))?",
    re.ASCII | re.IGNORECASE,
)
_LETTERED = re.compile(r" \d{1,2} ?(?:[AaPp][Mm]|h(?: ?\d{1,2})?)$", re.ASCII)  # 10am, 10h30
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?", re.ASCII | re.IGNORECASE)
_DAY_FIRST = re.compile(r"\D*\d{1,2}[-/.]\d", re.ASCII)
# dateutil fills in missing parts from a default. These two differ in year, month, day and hour, so
# a part in which both results agree comes from the text.
_FIRST_DEFAULT = dt.datetime(2000, 1, 1, 0)  # noqa: DTZ001 - the text may have a zone
_SECOND_DEFAULT = dt.datetime(1996, 2, 28, 1)  # noqa: DTZ001


class DateError(ValueError):
    """The text is not a date, or an incomplete one. The message quotes the text."""


class WrittenDate(Struct, frozen=True):
    """A date as the author wrote it; `time` and `zone` are None if the text has none."""

    day: dt.date
    time: dt.time | None = None
    zone: dt.tzinfo | None = None

    def instant(self, zone: dt.tzinfo, *, time: dt.time | None = None) -> dt.datetime:
        """The instant in UTC. `zone` and `time` (default: midnight) fill in missing parts.

        A local time that occurs twice, when clocks go back, means the first occurrence. A local
        time that clocks skip is counted from before the gap: 02:30 becomes 03:30.
        Raises DateError if the instant is outside the years 1 to 9999.
        """
        local = dt.datetime.combine(self.day, self.time or time or dt.time(), self.zone or zone)
        try:
            instant = local.astimezone(dt.UTC)
            instant.astimezone(zone)  # callers convert back to the zone, which must not overflow
        except OverflowError as error:
            raise DateError(
                f"{self.day} is too close to the year 1 or 9999 to be converted to UTC"
            ) from error
        return instant


def parse(text: str, zone: dt.tzinfo) -> dt.datetime:
    """The instant in UTC, in whole seconds. A date without a time is midnight in `zone`.

    Raises DateError.
    """
    return read(text).instant(zone)


def read(text: str, *, month_first: bool = False) -> WrittenDate:
    """Parse a date with an optional time and zone. Raises DateError.

    With `month_first` it is what dateutil takes it for: `05/06/2014` and `5/6/14` are the 6th of
    May, and `2014-05-06 10h30` has a time.
    """
    if len(text) > MAX_LENGTH:
        raise DateError(f"'{shortened(text, MAX_LENGTH)}' is not a date")
    cleaned = text if _CLEAN.fullmatch(text) else _cleaned(text)
    try:
        if _DAY.match(cleaned) and not (month_first and _LETTERED.search(cleaned)):
            return _numeric(cleaned)
        return _worded(cleaned, month_first=month_first)
    except (ValueError, OverflowError) as error:
        raise DateError(f"{text!r} is not a date") from error


def read_time(text: str) -> dt.time:
    """Parse `HH:MM` or `HH:MM:SS`. Raises DateError."""
    match = _TIME.fullmatch(text.strip())
    if not match:
        raise DateError(f"{shortened(text, MAX_LENGTH)!r} is not a time")
    hour, minute, second = _numbers(match["hour"], match["minute"], match["second"])
    try:
        return dt.time(hour, minute, second)
    except ValueError as error:
        raise DateError(f"{text!r} is not a time") from error


def _cleaned(text: str) -> str:
    """Drop trailing words in parentheses, doubled colons and spaces, and GMT before an offset.

    dateutil reads `GMT+2` as POSIX does, two hours behind; authors mean two hours ahead.
    """
    text = re.sub(r"\([^()]*\)\s*$", "", text)
    text = re.sub(r":{2,}", ":", text)
    text = re.sub(r"^(\d{4})(\D.*\d:\d\d) \1\b", r"\1\2", text)  # the year a second time
    text = re.sub(r"\b(?:GMT|UTC)(?=[+-]\d)", "", text)
    return " ".join(text.split())


def _numeric(text: str) -> WrittenDate:
    """Parse year, month, day, then optionally a time and a zone. Raises ValueError."""
    date_match = _DAY.match(text)
    time_match = _TIME_AND_ZONE.fullmatch(text, date_match.end()) if date_match else None
    if not date_match or not (time_match or date_match.end() == len(text)):
        raise ValueError("something else follows the day")
    year = date_match["year"]
    month = date_match["month"] or date_match["month2"]
    day = date_match["day"] or date_match["day2"]
    date = dt.date(*_numbers(year, month, day))
    if not time_match:
        return WrittenDate(date)
    zone = _zone(time_match["zone"]) if time_match["zone"] else None
    return WrittenDate(date, _time(time_match), zone)


def _time(match: re.Match[str]) -> dt.time:
    hour, minute, second = _numbers(
        match["hour"] or match["hour2"],
        match["minute"] or match["minute2"],
        match["second"] or match["second2"],
    )
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("an hour with AM or PM is 1 to 12")
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    return dt.time(hour, minute, second)


@lru_cache(maxsize=64)
def _zone(text: str) -> dt.tzinfo:
    """Parse a zone name or an offset: `Z`, `EDT`, `-0400`, `-04:00`, `-400`, `-4`.

    Raises ValueError.
    """
    if text.upper() in _ZONES:
        return dt.timezone(dt.timedelta(hours=_ZONES[text.upper()]))
    match = _OFFSET.fullmatch(text)
    if not match:
        raise ValueError("unknown zone")
    hours, minutes = _numbers(match[2], match[3])
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-offset if match[1] == "-" else offset)


def _numbers(*texts: str | None) -> list[int]:
    return [int(text or 0) for text in texts]


def _worded(text: str, *, month_first: bool) -> WrittenDate:
    """Parse `September 8, 2014 10:00 EDT` and the like. Raises ValueError or OverflowError."""
    day_first = not month_first and _DAY_FIRST.match(text) is not None
    first, second = (
        _guess(text, default, day_first=day_first) for default in (_FIRST_DEFAULT, _SECOND_DEFAULT)
    )
    # Ruby and Go take two digits for the year 20 and not for 2020.
    has_year = month_first or f"{first.year:04}" in text
    if first.date() != second.date() or not has_year:
        raise ValueError("a part is missing")
    time = first.time().replace(microsecond=0) if first.hour == second.hour else None
    return WrittenDate(first.date(), time, first.tzinfo)


def _guess(text: str, default: dt.datetime, *, day_first: bool) -> dt.datetime:
    found: dt.datetime = _PARSER.parse(text, default=default, dayfirst=day_first, tzinfos=_zone_of)
    return found


class _Years(parser.parserinfo):
    def convertyear(self, year: int, century_specified: bool = False) -> int:
        """The year of two digits; dateutil takes the nearest one to the current year."""
        if year >= 100 or century_specified:
            return year
        return year + (2000 if year < 69 else 1900)


_PARSER = parser.parser(_Years())


def _zone_of(name: str | None, offset: int | None) -> dt.tzinfo | None:
    """The zone for a name or an offset in seconds that dateutil found.

    dateutil calls this for every text, and so never looks up the zone of the machine.
    """
    if offset is not None:
        return dt.timezone(dt.timedelta(seconds=offset))
    return _zone(name) if name else None
