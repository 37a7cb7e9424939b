"""Read the dates that programs write into feeds. Reads only the time zone database.

The standards are RFC 3339 (Atom, JSON Feed), RFC 5322 (RSS) and W3CDTF (Dublin Core), but feeds
have anything that looks like a date. A date that may mean two days, such as `03/05/2019`, is none:
readers would show the post on the wrong day.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import zoneinfo

from publisher.text import dates

# Longer texts are no dates, and take time.
_MAX_LENGTH = 100

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Names of the months in English, German, French, Spanish, Italian, Portuguese, Dutch, Greek and
# Hungarian, in lower case.
_NAMES = (
    "jan januar jänner janvier janv enero ene gennaio gen janeiro januari január ιαν",
    "feb februar février févr fév febrero febbraio fevereiro fev februari február φεβ",
    "mar march mär märz mrz mars marzo março maart mrt márc március μάρ μαρ",
    "apr april avril avr abril abr aprile ápr április απρ",
    "may mai mayo maggio mag maio mei máj május μάι μαϊ",
    "jun june juni juin junio giugno giu junho jún június ιούν ιον",
    "jul july juli juillet juil julio luglio lug julho júl július ιούλ ιολ",
    "aug august août aoû agosto ago augustus augusztus αύγ αυγ",
    "sep sept september septembre septiembre settembre set setembro szept szeptember σεπ",
    "oct october okt oktober octobre octubre ottobre ott outubro out október οκτ",
    "nov november novembre noviembre novembro νοέ νοε",
    "dec dez dezember décembre déc diciembre dic dicembre dezembro december δεκ",
)
_MONTH_OF = {
    name: month for month, names in zip(_MONTHS, _NAMES, strict=True) for name in names.split()
}
_WORD = re.compile(r"[^\W\d_]{3,}\.?")
_WORD_IN_FRONT = re.compile(r"^([^\W\d_]+)\.?,? ?(?=\d)")
_EAST_ASIAN = re.compile(r"^(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]")
_HALVES = {"오전": "AM", "上午": "AM", "午前": "AM", "오후": "PM", "下午": "PM", "午後": "PM"}
_HALF_IN_FRONT = re.compile(r"\b([AP]M) ?(\d{1,2}:\d\d(?::\d\d)?)")
_YEAR_FIRST = re.compile(r"^(\d{4}) ?[./-] ?(\d{1,2}) ?[./-] ?(\d{1,2})\.?(?!\d)")
_YEAR_LAST = re.compile(r"^(\d{1,2}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{4})(?!\d)")
_SHORT_YEAR = re.compile(r"^(\d{1,2}[ -][A-Za-z]{3}[ -])(\d{2,3})(?!\d)")
_ORDINAL_OR_WEEK = re.compile(r"^(\d{4})(?:-?W(\d\d)-?([1-7])|-?(\d{3}))(?=T|$)")
_YEAR_AND_MONTH = re.compile(r"(\d{4})(?:-(\d\d))?")
_EPOCH = re.compile(r"(\d{10})(?:\d{3})?(?:\.\d+)?")
_MIDNIGHT = re.compile(r"(?<=[T ])24:00(?::00(?:\.0+)?)?(?![\d:])")
_HOUR_ALONE = re.compile(r"(?<=\d)T(\d\d)(?=$|Z|[+-])")
_END_WITHOUT_TIME = re.compile(r"(?<=\d)T$")
_LEAP_SECOND = re.compile(r"(?<=\d:\d\d:)60(?!\d)")
_NAME_OF_OFFSET = re.compile(r"([+-]\d\d:?\d\d) ?(?:\[[\w/+-]+\]|\(?[A-Za-z]{2,5}\)?)$")
_REGION = re.compile(r" ?\[?([A-Z][A-Za-z_]+/[A-Z][A-Za-z_/+-]+)\]?$")
_UNKNOWN_ZONE = re.compile(r"(?<=:\d\d) ([A-Za-z]{1,5})$")


def seconds(written: str) -> int | None:
    """Seconds since 1970, None if the text is no date or could mean several days.

    A date without a time is midnight in UTC, and a time without a zone is in UTC.
    """
    # Digits of any script, and letters of full width, in their usual form.
    text = " ".join(unicodedata.normalize("NFKC", written[: _MAX_LENGTH + 1]).split())
    if len(text) > _MAX_LENGTH:
        return None
    text = "".join(str(unicodedata.decimal(sign, sign)) for sign in text)
    try:
        epoch = _epoch(text)
        return _of_calendar(text) if epoch is None else epoch
    except (ValueError, OverflowError, zoneinfo.ZoneInfoNotFoundError):
        return None


def _epoch(text: str) -> int | None:
    """The instant of a text that counts seconds or milliseconds since 1970."""
    match = _EPOCH.fullmatch(text)
    if not match:
        return None
    if _is_day_and_hour(match[1]):
        raise ValueError("could be either")
    return int(match[1])


def _is_day_and_hour(digits: str) -> bool:
    """Whether `2019030510` may be ten o'clock of a day in our times."""
    try:
        return dt.datetime.strptime(f"{digits}+0000", "%Y%m%d%H%z").year >= 1970
    except ValueError:
        return False


def _of_calendar(text: str) -> int:
    """Raises ValueError and OverflowError."""
    text, later = _with_usual_time(_with_usual_day(text))
    zone: dt.tzinfo = dt.UTC
    if region := _REGION.search(text):
        zone, text = zoneinfo.ZoneInfo(region[1]), text[: region.start()]
    try:
        instant = dates.parse(text, zone)
    except dates.DateError:
        # RFC 5322 section 4.3: the zone may be any word, and an unknown one means UTC.
        instant = dates.parse(_UNKNOWN_ZONE.sub("", text), zone)
    return int(instant.timestamp()) + later


def _with_usual_day(text: str) -> str:
    """The date with its day in a form that has one meaning. Raises ValueError."""
    if match := _YEAR_AND_MONTH.fullmatch(text):  # W3CDTF; the first day stands for all of them
        return f"{match[1]}-{match[2] or '01'}-01"
    if match := _ORDINAL_OR_WEEK.match(text):
        return f"{_iso_day(match)}{text[match.end() :]}"
    text = _WORD_IN_FRONT.sub(_month_or_nothing, _EAST_ASIAN.sub(r"\1-\2-\3", text))
    if match := _YEAR_FIRST.match(text):
        return f"{match[1]}-{match[2]}-{match[3]}{text[match.end() :]}"
    if text[:8].isdecimal():
        return text
    text = _WORD.sub(_english, text)
    text = re.sub(r"\b(?:de|del|of) ", "", text)
    if match := _YEAR_LAST.match(text):
        return f"{match[4]}-{_month_and_day(*match.group(1, 2, 3))}{text[match.end() :]}"
    if not _has_month(text):
        raise ValueError("has no month")
    return _SHORT_YEAR.sub(lambda match: f"{match[1]}{_year(match[2])}", text)


def _iso_day(match: re.Match[str]) -> dt.date:
    """The day of an ordinal date or a week date (ISO 8601)."""
    year, week, weekday, ordinal = match.groups()
    if week:
        return dt.date.fromisocalendar(int(year), int(week), int(weekday))
    day = dt.date(int(year), 1, 1) + dt.timedelta(days=int(ordinal) - 1)
    if day.year != int(year):
        raise ValueError("the year has no such day")
    return day


def _english(word: re.Match[str]) -> str:
    return _MONTH_OF.get(word[0].rstrip(".").casefold(), word[0])


def _month_or_nothing(word: re.Match[str]) -> str:
    """The word in front of a number, unless it is the name of a weekday in any language."""
    month = _MONTH_OF.get(word[1].casefold(), word[1])
    return f"{month} " if _has_month(month) else ""


def _has_month(text: str) -> bool:
    return any(month in text for month in _MONTHS)


def _month_and_day(first: str, separator: str, second: str) -> str:
    """The month and the day of two numbers. Raises ValueError if the order is unknown."""
    day, month = int(first), int(second)
    if separator != "." and day <= 12:  # only dates with dots begin with the day everywhere
        if month <= 12 and month != day:
            raise ValueError("could be either")
        day, month = max(day, month), min(day, month)
    return f"{month}-{day}"


def _year(digits: str) -> int:
    """A year of two or three digits (RFC 5322 section 4.3)."""
    year = int(digits)
    return year + (2000 if len(digits) == 2 and year < 50 else 1900)


def _with_usual_time(text: str) -> tuple[str, int]:
    """The date with its time in a form that `text.dates` reads, and seconds to add."""
    for half, english in _HALVES.items():
        text = text.replace(half, f" {english} ")
    text = _HALF_IN_FRONT.sub(r"\2 \1", " ".join(text.split()))
    text = _NAME_OF_OFFSET.sub(r"\1", text)
    text = _HOUR_ALONE.sub(r"T\1:00", text)
    text, midnights = _MIDNIGHT.subn("00:00", text)
    text, leaps = _LEAP_SECOND.subn("59", text)
    return _END_WITHOUT_TIME.sub("", text), (86_400 if midnights else 0) + leaps
