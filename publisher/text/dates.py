"""Text -> an instant: the dates that authors write, and that Ruby's Time.parse reads for Jekyll.

Never "now", and nothing of it: a text without a year, a month or a day is refused, and so is a
zone's name that is not known here. `05/06/2014` is the 5th of June, as it is on a Jekyll site.
Pure; the machine's zone and language do not matter.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from dateutil import parser

MAX_LENGTH = 100

# The offsets that Ruby gives to these names, so that a post keeps the instant its site shows.
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
_TIME_AND_ZONE = re.compile(
    rf"(?:T|,? ?(?:at )?)(?:{_CLOCK}|(?P<hour2>\d{{2}})(?P<minute2>\d{{2}})(?P<second2>\d{{2}})?)"
    r"(?: ?(?P<half>[AP])\.?M\.?)?(?: ?(?P<zone>[A-Z]+|(?:UTC|GMT)?[+-]\d[\d:]*))?",
    re.ASCII | re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?", re.ASCII | re.IGNORECASE)
_DAY_FIRST = re.compile(r"\D*\d{1,2}[-/.]\d", re.ASCII)
# Whatever the text leaves out differs between the two.
_ONE_DEFAULT = dt.datetime(2000, 1, 1, 0)  # noqa: DTZ001 - the text may bring a zone
_OTHER_DEFAULT = dt.datetime(1996, 2, 28, 1)  # noqa: DTZ001


class DateError(ValueError):
    """Not a date, or not a whole one. The message quotes the text."""


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date as it was written; `time` and `zone` are None where the text has none."""

    day: dt.date
    time: dt.time | None = None
    zone: dt.tzinfo | None = None

    def instant(self, zone: dt.tzinfo, *, time: dt.time | None = None) -> dt.datetime:
        """The instant in UTC; `zone` and `time` (else midnight) stand in for what is not written.

        Of a local time that comes twice, the first; a local time that is skipped counts on from
        before the gap: 02:30 becomes 03:30. Raises DateError outside the years 1 to 9999.
        """
        local = dt.datetime.combine(self.day, self.time or time or dt.time(), self.zone or zone)
        try:
            instant = local.astimezone(dt.UTC)
            instant.astimezone(zone)  # whoever shows it in the zone must be able to
        except OverflowError as error:
            raise DateError(f"{self.day} is outside the years 1 to 9999") from error
        return instant


def parse(text: str, zone: dt.tzinfo) -> dt.datetime:
    """The instant in UTC, in whole seconds; what the text leaves open is midnight in `zone`.

    Raises DateError.
    """
    return read(text).instant(zone)


def read(text: str) -> WrittenDate:
    """Raises DateError."""
    if len(text) > MAX_LENGTH:
        raise DateError(f"'{text[:MAX_LENGTH]}…' is not a date")
    plain = _plain(text)
    try:
        return _numeric(plain) if _DAY.match(plain) else _worded(plain)
    except (ValueError, OverflowError) as error:
        raise DateError(f"{text!r} is not a date") from error


def read_time(text: str) -> dt.time:
    """`HH:MM` or `HH:MM:SS`. Raises DateError."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise DateError(f"{text[:MAX_LENGTH]!r} is not a time")
    hour, minute, second = _numbers(found["hour"], found["minute"], found["second"])
    try:
        return dt.time(hour, minute, second)
    except ValueError as error:
        raise DateError(f"{text!r} is not a time") from error


def _plain(text: str) -> str:
    """Without a remark at the end, doubled colons and blanks; `GMT+2` is two hours ahead."""
    text = re.sub(r"\([^()]*\)\s*$", "", text)
    text = re.sub(r":{2,}", ":", text)
    text = re.sub(r"^(\d{4})(\D.*\d:\d\d) \1\b", r"\1\2", text)  # the year a second time
    text = re.sub(r"\b(?:GMT|UTC)(?=[+-]\d)", "", text)
    return " ".join(text.split())


def _numeric(text: str) -> WrittenDate:
    """Year, month, day; then nothing, or a time and perhaps a zone. Raises ValueError."""
    found = _DAY.match(text)
    rest = _TIME_AND_ZONE.fullmatch(text, found.end()) if found else None
    if not found or not (rest or found.end() == len(text)):
        raise ValueError("something else follows the day")
    month, day = found["month"] or found["month2"], found["day"] or found["day2"]
    date = dt.date(*_numbers(found["year"], month, day))
    if not rest:
        return WrittenDate(date)
    return WrittenDate(date, _time(rest), _zone(rest["zone"]) if rest["zone"] else None)


def _time(found: re.Match[str]) -> dt.time:
    hour, minute, second = _numbers(
        found["hour"] or found["hour2"],
        found["minute"] or found["minute2"],
        found["second"] or found["second2"],
    )
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of half a day")
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    return dt.time(hour, minute, second)


def _zone(text: str) -> dt.tzinfo:
    """`Z`, `EDT`, `-0400`, `-04:00`, `-400`, `-4`. Raises ValueError."""
    if text.upper() in _ZONES:
        return dt.timezone(dt.timedelta(hours=_ZONES[text.upper()]))
    found = _OFFSET.fullmatch(text)
    if not found:
        raise ValueError("no zone that is known here")
    hours, minutes = _numbers(found[2], found[3])
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-offset if found[1] == "-" else offset)


def _numbers(*texts: str | None) -> list[int]:
    return [int(text or 0) for text in texts]


def _worded(text: str) -> WrittenDate:
    """`September 8, 2014 10:00 EDT` and the like. Raises ValueError or OverflowError."""
    one, other = (_guess(text, default) for default in (_ONE_DEFAULT, _OTHER_DEFAULT))
    if one.date() != other.date() or f"{one.year:04}" not in text:
        raise ValueError("a part is missing")
    time = one.time().replace(microsecond=0) if one.hour == other.hour else None
    return WrittenDate(one.date(), time, one.tzinfo)


def _guess(text: str, default: dt.datetime) -> dt.datetime:
    day_first = _DAY_FIRST.match(text) is not None
    return parser.parse(text, default=default, dayfirst=day_first, tzinfos=_named)


def _named(name: str | None, offset: int | None) -> dt.tzinfo | None:
    """dateutil asks this for every text: so it never looks at the machine's own zone."""
    if offset is not None:
        return dt.timezone(dt.timedelta(seconds=offset))
    return _zone(name) if name else None
