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

from publisher.text import author_dates

# Longer texts are no dates, and take time.
_MAX_LENGTH = 100

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Names of the months in English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish,
# Danish, Polish, Turkish, Greek and Hungarian, in lower case. `listopada` is missing: it is
# November in Polish, and October in Croatian.
_NAMES = (
    "jan januar jänner janvier janv enero ene gennaio gen janeiro januari január ιαν stycznia ocak",
    "feb februar février févr fév febrero febbraio fevereiro fev februari február φεβ lutego şubat",
    "mar march mär märz mrz mars marzo março maart mrt márc március μάρ μαρ marts marca mart",
    "apr april avril avr abril abr aprile ápr április απρ kwietnia nisan",
    "may mai mayo maggio mag maio mei máj május μάι μαϊ maj maja mayıs",
    "jun june juni juin junio giugno giu junho jún június ιούν ιον czerwca haziran",
    "jul july juli juillet juil julio luglio lug julho júl július ιούλ ιολ lipca temmuz",
    "aug august août aoû agosto ago augustus augusztus αύγ αυγ augusti sierpnia ağustos",
    "sep sept september septembre septiembre settembre set setembro szept szeptember σεπ "
    "września eylül",
    "oct october okt oktober octobre octubre ottobre ott outubro out október οκτ października ekim",
    "nov november novembre noviembre novembro νοέ νοε kasım",
    "dec dez dezember décembre déc diciembre dic dicembre dezembro december δεκ grudnia aralık",
)
_MONTH_OF = {
    name: month for month, names in zip(_MONTHS, _NAMES, strict=True) for name in names.split()
}
_WORD = re.compile(r"[^\W\d_]{3,}\.?")
_WORD_IN_FRONT = re.compile(r"^([^\W\d_]+)\.?,? ?(?=\d)")
# The name of the weekday may follow in parentheses.
_EAST_ASIAN = re.compile(
    r"^(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일](?: ?\([^\W\d_]{1,3}\))?"
)
_FIRST_OF_MONTH = re.compile(r"\b1(?:er|o)\b")  # NFKC turns `1º` into `1o`
_WORD_BEFORE_TIME = re.compile(r" (?:à|às|um|alle|a las|kl\.?) (?=\d{1,2}:)", re.IGNORECASE)
_HALVES = {"오전": "AM", "上午": "AM", "午前": "AM", "오후": "PM", "下午": "PM", "午後": "PM"}
_HALF_IN_FRONT = re.compile(r"\b([AP]M) ?(\d{1,2}:\d\d(?::\d\d)?)")
_YEAR_FIRST = re.compile(r"^(\d{4}) ?[./-] ?(\d{1,2}) ?[./-] ?(\d{1,2})\.?(?!\d)")
_YEAR_LAST = re.compile(r"^(\d{1,2}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{4})(?!\d)")
_SHORT_YEAR = re.compile(r"^(\d{1,2}[ -][A-Za-z]{3}[ -])(\d{2,3})(?!\d)")
# A day of one digit cannot be the year.
_SHORT_YEAR_LAST = re.compile(r"^([A-Za-z]{3} \d,? )(\d{2})(?=$| \d{1,2}:)")
_DAY_AND_ZONE = re.compile(r"^(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:?\d\d)$")  # xs:date
_ORDINAL_OR_WEEK = re.compile(r"^(\d{4})(?:-?W(\d\d)-?([1-7])|-?(\d{3}))(?=T|$)")
_YEAR_AND_MONTH = re.compile(r"(\d{4})(?:-(\d\d))?")
# Ten digits count seconds, thirteen milliseconds.
_EPOCH = re.compile(r"(\d{10})(?:\d{3})?(?:\.\d+)?")
_MIDNIGHT = re.compile(r"(?<=[T ])24:00(?::00(?:\.0+)?)?(?![\d:])")
_HOUR_ALONE = re.compile(r"(?<=\d)T(\d\d)(?=$|Z|[+-])")
_END_WITHOUT_TIME = re.compile(r"(?<=\d)T$")
_LEAP_SECOND = re.compile(r"(?<=\d:\d\d:)60(?!\d)")
_NAME_OF_OFFSET = re.compile(r"([+-]\d\d:?\d\d) ?(?:\[[\w/+-]+\]|\(?[A-Za-z]{2,5}\)?)$")
_REGION = re.compile(r" ?\[?([A-Z][A-Za-z_]+/[A-Z][A-Za-z_/+-]+)\]?$")
# Zones of North America whose names say nothing about summer time, and their regions.
_REGIONS = {
    "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}  # fmt: skip
_REGION_BY_LETTERS = re.compile(r" ([ECMP]T)$")
_OFFSETS = {"MET": "+0100", "MEST": "+0200"}
_ZONE_WITH_OFFSET = re.compile(r"(?<=:\d\d) (MES?T)$")
_UNKNOWN_ZONE = re.compile(r"(?<=:\d\d) ([A-Za-z]{1,5})$")


# What most programs write (RFC 5322, RFC 3339). The other ways to read it give the same, slowly.
_CLOCK = r"(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)"
_ZONE = r"(?:GMT|UTC?|Z|(?P<sign>[+-])(?P<hours>0\d|1[0-4]):?(?P<minutes>[0-5]\d))"
_MAIL = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(?P<day>\d{{1,2}}) (?P<name>{'|'.join(_MONTHS)}) "
    rf"(?P<year>[12]\d{{3}}) {_CLOCK}(?::(?P<second>[0-5]\d))? {_ZONE}",
    re.ASCII,
)
_INTERNET = re.compile(
    rf"(?P<year>[12]\d{{3}})-(?P<month>\d\d)-(?P<day>\d\d)T{_CLOCK}:(?P<second>[0-5]\d)"
    rf"(?:\.\d{{1,9}})?{_ZONE}",
    re.ASCII,
)


def seconds(written: str) -> int | None:
    """Seconds since 1970, None if the text is no date or could mean several days.

    A date without a time is midnight in UTC. A time without a zone is in UTC, and so is one with a
    zone that nobody knows: the date keeps the day that is written.
    """
    match = _MAIL.fullmatch(written) or _INTERNET.fullmatch(written)
    return _of_standard(match) if match else _of_any_form(written)


def _of_standard(match: re.Match[str]) -> int | None:
    parts = match.groupdict()
    month = int(parts["month"]) if "month" in parts else _MONTHS.index(parts["name"]) + 1
    year, day, hour, minute, second = (
        int(parts[key] or 0) for key in ("year", "day", "hour", "minute", "second")
    )
    try:
        local = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
    except ValueError:  # the 31st of February
        return None
    east = int(parts["hours"] or 0) * 3600 + int(parts["minutes"] or 0) * 60
    return int(local.timestamp()) - (-east if parts["sign"] == "-" else east)


def _of_any_form(written: str) -> int | None:
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
    text = _DAY_AND_ZONE.sub(r"\1T00:00:00\2", text)
    text, later = _with_usual_time(_with_usual_day(text))
    zone: dt.tzinfo = dt.UTC
    if region := _REGION.search(text) or _REGION_BY_LETTERS.search(text):
        name = _REGIONS.get(region[1], region[1])
        zone, text = zoneinfo.ZoneInfo(name), text[: region.start()]
    try:
        instant = author_dates.parse(text, zone)
    except author_dates.DateError:
        # RFC 5322 section 4.3: the zone may be any word, and an unknown one means UTC.
        instant = author_dates.parse(_UNKNOWN_ZONE.sub("", text), zone)
    return int(instant.timestamp()) + later


def _with_usual_day(text: str) -> str:
    """The date with its day in a form that has one meaning. Raises ValueError."""
    if match := _YEAR_AND_MONTH.fullmatch(text):  # W3CDTF; the first day stands for all of them
        return f"{match[1]}-{match[2] or '01'}-01"
    if match := _ORDINAL_OR_WEEK.match(text):
        return f"{_iso_day(match)}{text[match.end() :]}"
    text = _FIRST_OF_MONTH.sub("1", _EAST_ASIAN.sub(r"\1-\2-\3", text))
    text = _WORD_BEFORE_TIME.sub(" ", _without_weekday(text))
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
    for short in (_SHORT_YEAR, _SHORT_YEAR_LAST):
        text = short.sub(lambda match: f"{match[1]}{_year(match[2])}", text)
    return text


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


def _without_weekday(text: str) -> str:
    """The date without a word in front of its first number, unless this is the month.

    `mar` is a month and a weekday: a weekday if a month or a whole date follows.
    """
    match = _WORD_IN_FRONT.match(text)
    if not match:
        return text
    month, rest = _MONTH_OF.get(match[1].casefold()), text[match.end() :]
    is_whole = _YEAR_FIRST.match(rest) or _YEAR_LAST.match(rest) or rest[:8].isdecimal()
    return (
        rest
        if not month or is_whole or _has_month(_WORD.sub(_english, rest))
        else f"{month} {rest}"
    )


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
    """The date with its time in a form that `text.author_dates` reads, and seconds to add."""
    for half, english in _HALVES.items():
        text = text.replace(half, f" {english} ")
    text = _HALF_IN_FRONT.sub(r"\2 \1", " ".join(text.split()))
    text = _NAME_OF_OFFSET.sub(r"\1", text)
    text = _ZONE_WITH_OFFSET.sub(lambda zone: f" {_OFFSETS[zone[1]]}", text)
    text = _HOUR_ALONE.sub(r"T\1:00", text)
    text, midnights = _MIDNIGHT.subn("00:00", text)
    text, leaps = _LEAP_SECOND.subn("59", text)
    return _END_WITHOUT_TIME.sub("", text), (86_400 if midnights else 0) + leaps
