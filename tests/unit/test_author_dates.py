"""Every date that authors write is one instant; today never fills in a missing part."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.text import author_dates
from publisher.text.author_dates import DateError, WrittenDate

BERLIN = ZoneInfo("Europe/Berlin")
DENVER = ZoneInfo("America/Denver")

# A written date -> the instant, for a site in Berlin.
ZOO = {
    "2013-09-14 20:46:50 -0400": "2013-09-15T00:46:50Z",
    "2020-01-01": "2019-12-31T23:00:00Z",
    "2020-07-01": "2020-06-30T22:00:00Z",
    "2020-01-01 10:00": "2020-01-01T09:00:00Z",
    "2020-01-01 10:00:05": "2020-01-01T09:00:05Z",
    "2020-01-01T10:00:00Z": "2020-01-01T10:00:00Z",
    "2020-01-01T10:00:00z": "2020-01-01T10:00:00Z",
    "2020-01-01T10:00:00.999+02:00": "2020-01-01T08:00:00Z",
    "2020-01-01T10:00:00,5-07:00": "2020-01-01T17:00:00Z",
    "2020-01-01 10:00:00 +0530": "2020-01-01T04:30:00Z",
    "2020-01-01 10:00 UTC": "2020-01-01T10:00:00Z",
    "2020-01-01 10:00 UTC+2": "2020-01-01T08:00:00Z",
    "2020-01-01, 10:00": "2020-01-01T09:00:00Z",
    "2020-01-01 at 10:00": "2020-01-01T09:00:00Z",
    "2020-01-01 10:00 PM": "2020-01-01T21:00:00Z",
    "2020-01-01 12:00 a.m. PST": "2020-01-01T08:00:00Z",
    "2020-01-01 12:30 pm": "2020-01-01T11:30:00Z",
    "20200101": "2019-12-31T23:00:00Z",
    "20200101T101112Z": "2020-01-01T10:11:12Z",
    "2014 09 08": "2014-09-07T22:00:00Z",
    "2020.1.2": "2020-01-01T23:00:00Z",
    " 2020-01-01 ": "2019-12-31T23:00:00Z",
    "September 8, 2014": "2014-09-07T22:00:00Z",
    "8th of September 2014": "2014-09-07T22:00:00Z",
    "18 Dec 2014": "2014-12-17T23:00:00Z",
    "Mon, 08 Sep 2014 10:00:00 +0000": "2014-09-08T10:00:00Z",
    "Mon, 08 Sep 2014 10:00:00 GMT": "2014-09-08T10:00:00Z",
    "Fri Sep  3 11:21:31 CEST 2021": "2021-09-03T09:21:31Z",
    "Fri Sep 03 2021 11:21:31 GMT+0200 (CEST)": "2021-09-03T09:21:31Z",
    "8 Sep 2014 10pm": "2014-09-08T20:00:00Z",
    "8 Sep 2014 10:00 GMT+3": "2014-09-08T07:00:00Z",
    "2016-03-21 12:00 EDT": "2016-03-21T16:00:00Z",
    "2016-06-17 12:00-400": "2016-06-17T16:00:00Z",
    "2017-02-10 00:10::00 -03:00": "2017-02-10T03:10:00Z",
    "2017-02-10 00:10:20 2017 -0300": "2017-02-10T03:10:20Z",
    "2016-07-19 (optional)": "2016-07-18T22:00:00Z",
    "2017-11-8": "2017-11-07T23:00:00Z",
    "2015-03-17 14:00:00 -4": "2015-03-17T18:00:00Z",
    "2012/03/30 22:59": "2012-03-30T20:59:00Z",
    "05/05/2014 03:00:00 PM UTC": "2014-05-05T15:00:00Z",
    # Ruby reads the day first, too; 13 and more cannot be a month.
    "05/06/2014": "2014-06-04T22:00:00Z",
    "05/25/2014": "2014-05-24T22:00:00Z",
    "8.9.2014": "2014-09-07T22:00:00Z",
    "0987-06-05 12:00 Z": "0987-06-05T12:00:00Z",
}

NO_DATES = [
    "", " ", "now", "today", "yesterday", "tomorrow", "Friday", "noon", "date",
    "10:00", "2014", "2014-09", "Sep 2014", "Fri Sep 2014", "18 Dec", "18 Dec 10:00",
    "Dec 2014 15:00",
    "Sep 8 10:00 +2014", "05/06/14", "8 Sep '14", "14-09-08",
    "2014-13-05", "2014-02-30", "31 Feb 2014", "2014-00-10", "0000-01-01", "10000-01-01",
    "2014-09-08 24:00", "2014-09-08 10:60", "2014-09-08 13:00 pm", "2014-09-08 0:30 am",
    "2014-09-08 10", "2014-09-08 soon", "2014-09-08 10:00 +2500", "2014-09-08 10:00 +12345",
    "2014-09-08 10:00 XYZ", "8 Sep 2014 10:00 XYZ", "2014-09-08 10:00 Mars/Crater",
    "1224570300", "99999999999999999999", "9" * 90, "2014-09-08" + " " * 200, "{{ date }}",
    "\u0662\u0660\u0661\u0664-\u0660\u0669-\u0660\u0668", "2014-09-08\x00",
]  # fmt: skip


def iso(instant: dt.datetime) -> str:
    assert instant.tzinfo is dt.UTC
    return instant.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("text", ZOO)
def test_each_spelling_of_a_date_is_the_same_instant(text: str) -> None:
    assert iso(author_dates.parse(text, BERLIN)) == ZOO[text]


@pytest.mark.parametrize("text", NO_DATES)
def test_an_incomplete_date_is_refused(text: str) -> None:
    with pytest.raises(DateError, match="is not a date"):
        author_dates.parse(text, BERLIN)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05/06/2023", "2023-05-06"),
        ("5/6/2023 10:00", "2023-05-06"),
        ("05-06-2023", "2023-05-06"),
        ("06.05.2023", "2023-06-05"),
        ("Sat, 05/06/2023", "2023-05-06"),
        ("25/06/2023", "2023-06-25"),  # there is no month 25
        ("2023-05-06", "2023-05-06"),
        ("6 May 2023", "2023-05-06"),
        ("5/6/23", "2023-05-06"),
        ("25/6/23 10:00", "2023-06-25"),
        ("5.6.23", "2023-05-06"),
        ("20/6/5", "2005-06-20"),
        ("6 May 99", "1999-05-06"),
        ("12/31/68", "2068-12-31"),  # of every year in which publisher runs
    ],
)
def test_the_month_may_come_first(text: str, day: str) -> None:
    assert str(author_dates.read(text, month_first=True).day) == day


def test_the_error_quotes_only_the_beginning_of_a_long_text() -> None:
    with pytest.raises(DateError, match="'Sep 2014' is not a date"):
        author_dates.parse("Sep 2014", BERLIN)
    with pytest.raises(DateError) as caught:
        author_dates.parse("x" * 5000, BERLIN)
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        ("2020-03-08 01:59", "2020-03-08T08:59:00Z"),
        ("2020-03-08 02:30", "2020-03-08T09:30:00Z"),  # skipped: it is 03:30 then
        ("2020-03-08 03:30", "2020-03-08T09:30:00Z"),
        ("2020-11-01 01:30", "2020-11-01T07:30:00Z"),  # comes twice: the first
        ("2020-11-01 02:30", "2020-11-01T09:30:00Z"),
    ],
)
def test_a_local_time_is_one_instant_when_the_clocks_change(local: str, instant: str) -> None:
    assert iso(author_dates.parse(local, DENVER)) == instant


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("0001-01-01", BERLIN),
        ("9999-12-31 23:59", DENVER),
        ("0001-01-01 00:00 +0100", ZoneInfo("UTC")),
        ("0001-01-01 00:00 Z", DENVER),  # cannot be shown there
    ],
)
def test_a_date_outside_the_years_1_to_9999_is_an_error(text: str, zone: ZoneInfo) -> None:
    with pytest.raises(DateError, match="too close to the year 1 or 9999"):
        author_dates.parse(text, zone)


def test_missing_time_and_zone_are_none() -> None:
    assert author_dates.read("2014-09-08") == WrittenDate(dt.date(2014, 9, 8))
    assert author_dates.read("8 Sep 2014") == WrittenDate(dt.date(2014, 9, 8))
    assert author_dates.read("2014-09-08 00:00") == WrittenDate(dt.date(2014, 9, 8), dt.time(0))
    assert author_dates.read("8 Sep 2014 00:00 UTC") == WrittenDate(
        dt.date(2014, 9, 8), dt.time(0), dt.UTC
    )


def test_a_default_time_never_replaces_a_written_time() -> None:
    noon = dt.time(12)
    assert iso(author_dates.read("2014-09-08").instant(BERLIN, time=noon)) == "2014-09-08T10:00:00Z"
    assert (
        iso(author_dates.read("2014-09-08 00:00").instant(BERLIN, time=noon))
        == "2014-09-07T22:00:00Z"
    )


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("00:25", dt.time(0, 25)),
        ("7:05", dt.time(7, 5)),
        (" 19:55:30 ", dt.time(19, 55, 30)),
        ("19:55:30.5", dt.time(19, 55, 30)),
    ],
)
def test_a_time_of_day_is_read(text: str, time: dt.time) -> None:
    assert author_dates.read_time(text) == time


@pytest.mark.parametrize("text", ["", "1195", "24:00", "10:60", "10", "soon", "10:00 +0200", "1:2"])
def test_an_invalid_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(DateError, match="is not a time"):
        author_dates.read_time(text)


def test_the_zone_of_the_machine_does_not_matter() -> None:
    """Here `EST` names the zone of the machine, which dateutil would look up by itself."""
    code = (
        "import datetime, sys; from publisher.text import author_dates;"
        "print(*(author_dates.parse(t, datetime.UTC) for t in sys.argv[1:]), sep=', ')"
    )
    texts = ["8 Sep 2014 10:00 EST", "8 Sep 2014 10:00", "2014-09-08"]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, *texts],
            env={**os.environ, "TZ": zone, "LC_ALL": "C"},
            check=True, capture_output=True, text=True,
        ).stdout
        for zone in ("EST5EDT", "Australia/Sydney", "UTC")
    }  # fmt: skip
    assert outputs == {
        "2014-09-08 15:00:00+00:00, 2014-09-08 10:00:00+00:00, 2014-09-08 00:00:00+00:00\n"
    }


WORDS = st.sampled_from(
    ["2014", "09", "8", "Sep", "Fri", "-", "/", ".", ":", "10:00", " ", "T", "Z", "EST",
     "+0200", "pm", "at", ",", "GMT", "+", "(", ")", "1e5", "nan", "inf", "0x1", "\u0662", "\u00b2",
     "999999999999", "th"]
)  # fmt: skip


@given(st.text(max_size=120) | st.lists(WORDS, max_size=12).map("".join))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        written = author_dates.read(text)
    except DateError:
        return
    assert f"{written.day.year:04}" in text


FORMS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%d %B %Y %H:%M:%S", "%Y%m%dT%H%M%S")
EARLIEST, LATEST = dt.datetime(1000, 1, 1), dt.datetime(9999, 12, 29)  # noqa: DTZ001


@given(st.datetimes(EARLIEST, LATEST), st.sampled_from(FORMS), st.integers(-14 * 60, 14 * 60))
def test_a_date_with_an_offset_is_exactly_that_instant(
    local: dt.datetime, form: str, minutes: int
) -> None:
    zone = dt.timezone(dt.timedelta(minutes=minutes))
    aware = local.replace(microsecond=0, tzinfo=zone)
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    for end in (offset, offset.replace(":", ""), f" {offset}"):
        assert author_dates.parse(aware.strftime(form) + end, BERLIN) == aware


@pytest.mark.parametrize("text", ["1/2", "May 20", "20", "10:30", "2/30/20", "32/13/20"])
def test_a_date_with_a_short_year_needs_every_part(text: str) -> None:
    with pytest.raises(DateError, match="is not a date"):
        author_dates.read(text, month_first=True)
