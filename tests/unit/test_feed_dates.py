"""A date of a feed is understood, or it is none; it is never another day."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.sources.feed import parse
from publisher.text import feed_dates

# (as written, in UTC); an empty instant: no date.
DATES = [
    # RFC 5322, and what is close to it
    ("Tue, 05 Mar 2019 10:00:00 +0000", "2019-03-05 10:00:00"),
    ("Tue, 05 Mar 2019 10:00 GMT", "2019-03-05 10:00:00"),
    ("5 Mar 2019 10:00:00 -0330", "2019-03-05 13:30:00"),
    ("Tue,05 Mar 2019 10:00:00 GMT", "2019-03-05 10:00:00"),
    ("Tues, 05 March 2019 10:00:00", "2019-03-05 10:00:00"),
    ("Wed, 05 Mar 2019 10:00:00 GMT", "2019-03-05 10:00:00"),
    ("Tuesday, 05-Mar-19 10:00:00 GMT", "2019-03-05 10:00:00"),
    ("Tue, 05 Mar 2019 10:00:00+0100", "2019-03-05 09:00:00"),
    ("Tue, 05 Mar 2019 10:00:00 +05:30", "2019-03-05 04:30:00"),
    ("Tue, 05 Mar 2019 10:00:00 +0100 (CET)", "2019-03-05 09:00:00"),
    ("Tue, 05 Mar 2019 10:00:00 GMT+0200", "2019-03-05 08:00:00"),
    ("Tue Mar  5 10:00:00 2019", "2019-03-05 10:00:00"),
    ("Tue Mar 05 10:00:00 +0000 2019", "2019-03-05 10:00:00"),
    ("Tue, 05 Mar 2019", "2019-03-05 00:00:00"),
    # Zones by their names; an unknown one means UTC (RFC 5322 section 4.3), so the day stays.
    ("Tue, 05 Mar 2019 10:00:00 CET", "2019-03-05 09:00:00"),
    ("Fri, 05 Jul 2019 10:00:00 CEST", "2019-07-05 08:00:00"),
    ("Fri, 05 Jul 2019 10:00:00 BST", "2019-07-05 09:00:00"),
    ("Tue, 05 Mar 2019 10:00:00 JST", "2019-03-05 01:00:00"),
    ("Tue, 05 Mar 2019 10:00:00 MSK", "2019-03-05 07:00:00"),
    ("Tue, 05 Mar 2019 10:00:00 PDT", "2019-03-05 17:00:00"),
    ("Tue, 05 Mar 2019 10:00:00 Europe/Berlin", "2019-03-05 09:00:00"),
    ("Tue, 05 Mar 2019 10:00:00 XYZ", "2019-03-05 10:00:00"),
    ("Tue, 05 Mar 2019 10:00:00 A", "2019-03-05 10:00:00"),
    ("Tue, 05 Mar 2019 10:00:00 Nowhere/Land", ""),
    ("Tue, 05 Mar 2019 10:00:00 MET", "2019-03-05 09:00:00"),
    ("Fri, 05 Jul 2019 10:00:00 MEST", "2019-07-05 08:00:00"),
    ("Tue, 05 Mar 2019 10:00:00 ET", "2019-03-05 15:00:00"),
    ("Fri, 05 Jul 2019 10:00:00 ET", "2019-07-05 14:00:00"),
    ("March 5, 2019 10:00 AM CT", "2019-03-05 16:00:00"),
    ("Fri, 05 Jul 2019 10:00 MT", "2019-07-05 16:00:00"),
    ("Fri, 05 Jul 2019 10:00 PT", "2019-07-05 17:00:00"),
    ("2019-03-05 10:00:00 +0100 CET", "2019-03-05 09:00:00"),
    ("2019-03-05T10:00:00+01:00[Europe/Berlin]", "2019-03-05 09:00:00"),
    # Noon and midnight
    ("Sun, 3 Mar 2019 8:00 PM", "2019-03-03 20:00:00"),
    ("March 3, 2019 8:00 pm", "2019-03-03 20:00:00"),
    ("2019-03-03 8:00 PM", "2019-03-03 20:00:00"),
    ("Sun, 03 Mar 2019 12:30:00 AM GMT", "2019-03-03 00:30:00"),
    ("Sun, 03 Mar 2019 12:30 PM", "2019-03-03 12:30:00"),
    ("Tue, 5 Mar 2019 24:00:00 GMT", "2019-03-06 00:00:00"),
    ("2019-12-31T24:00Z", "2020-01-01 00:00:00"),
    ("2019-03-05T24:01:00Z", ""),
    ("2016-12-31T23:59:60Z", "2017-01-01 00:00:00"),
    ("2019-03-05 10:00:60", "2019-03-05 10:01:00"),
    ("Tue, 05 Mar 2019 25:00:00 GMT", ""),
    # RFC 3339, ISO 8601 and W3CDTF
    ("2019-03-05T10:00:00.123456789Z", "2019-03-05 10:00:00"),
    ("2019-03-05T10:00:00,5-05:00", "2019-03-05 15:00:00"),
    ("2019-03-05T10:00:00.000+0000", "2019-03-05 10:00:00"),
    ("2019-03-05T10:00+01", "2019-03-05 09:00:00"),
    ("2019-03-05T10Z", "2019-03-05 10:00:00"),
    ("2019-03-05 10:00:00 UTC", "2019-03-05 10:00:00"),
    ("2019-3-5 9:05", "2019-03-05 09:05:00"),
    ("2019-03-05T", "2019-03-05 00:00:00"),
    ("2019-03-05Z", "2019-03-05 00:00:00"),
    ("2019-03-05+01:00", "2019-03-04 23:00:00"),
    ("2019-03-05-05:00", "2019-03-05 05:00:00"),
    ("2019-03-05T10:00:00.5+14:00", "2019-03-04 20:00:00"),
    ("20190305", "2019-03-05 00:00:00"),
    ("20190305T100000Z", "2019-03-05 10:00:00"),
    ("201903051000", "2019-03-05 10:00:00"),
    ("20190305100000", "2019-03-05 10:00:00"),
    ("2019-W10-2", "2019-03-05 00:00:00"),
    ("2019W102T10:00Z", "2019-03-05 10:00:00"),
    ("2019-W54-1", ""),
    ("2019-064", "2019-03-05 00:00:00"),
    ("2019-366", ""),
    ("2019-03", "2019-03-01 00:00:00"),
    ("2019", "2019-01-01 00:00:00"),
    ("2019-03-05T10:00:00+25:00", ""),
    ("2019-03-05T10:00:00Z+01:00", ""),
    # Days that do not exist, and years that must be mistakes
    ("Tue, 31 Feb 2019 10:00:00 GMT", ""),
    ("2019-02-30", ""),
    ("2019-13-05", ""),
    ("0000-00-00 00:00:00", ""),
    ("-0001-11-30T00:00:00+00:00", ""),
    ("Mon, 01 Jan 0001 00:00:00 +0000", ""),
    ("--0305", ""),
    # Years of two and three digits (RFC 5322 section 4.3)
    ("Tue, 05 Mar 19 10:00:00 GMT", "2019-03-05 10:00:00"),
    ("Fri, 05 Mar 99 10:00:00 GMT", "1999-03-05 10:00:00"),
    ("Tue, 05 Mar 119 10:00:00 GMT", "2019-03-05 10:00:00"),
    ("Mar 5 19", "2019-03-05 00:00:00"),
    ("Mar 4, 19 10:00", "2019-03-04 10:00:00"),
    ("Mar 19 05", ""),
    ("19-03-05", ""),
    ("1/2/3", ""),
    # Numbers
    ("2019. 3. 5", "2019-03-05 00:00:00"),
    ("2019.03.05.", "2019-03-05 00:00:00"),
    ("2019/03/05 10:00", "2019-03-05 10:00:00"),
    ("Fri, 2006/09/15 08:19:53 EDT", "2006-09-15 12:19:53"),
    ("5.3.2019", "2019-03-05 00:00:00"),
    ("03/03/2019 8:00:00 PM", "2019-03-03 20:00:00"),
    ("13/03/2019", "2019-03-13 00:00:00"),
    ("03/13/2019", "2019-03-13 00:00:00"),
    ("05/03/2019", ""),
    ("05-03-2019", ""),
    ("5 3 2019", ""),
    ("2019 5 3", ""),
    # Seconds and milliseconds since 1970
    ("1709600000", "2024-03-05 00:53:20"),
    ("1709600000.7", "2024-03-05 00:53:20"),
    ("1709600000123", "2024-03-05 00:53:20"),
    ("2019030510", ""),
    ("12345", ""),
    ("170960000", ""),
    # Other languages and scripts
    ("2019年3月5日 10:00", "2019-03-05 10:00:00"),
    ("2019年12月25日", "2019-12-25 00:00:00"),
    ("2019年3月5日 下午8:00", "2019-03-05 20:00:00"),
    ("2004년 05월 28일  오후 11:31:00", "2004-05-28 23:31:00"),
    ("2004-05-25 오후 11:23:17", "2004-05-25 23:23:17"),
    ("\uff12\uff10\uff11\uff19-\uff10\uff13-\uff10\uff15", "2019-03-05 00:00:00"),
    ("٢٠١٩-٠٣-٠٥", "2019-03-05 00:00:00"),
    ("5. März 2019", "2019-03-05 00:00:00"),
    ("Di, 05 Mär 2019 10:00:00 +0100", "2019-03-05 09:00:00"),
    ("mardi 5 mars 2019", "2019-03-05 00:00:00"),
    ("5 de marzo de 2019", "2019-03-05 00:00:00"),
    ("Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11 17:00:00"),
    ("2004-július-13T9:15-05:00", "2004-07-13 14:15:00"),
    ("2019年3月5日（火） 10:00", "2019-03-05 10:00:00"),
    ("1er mars 2019", "2019-03-01 00:00:00"),
    ("mardi 5 février 2019 à 10:00", "2019-02-05 10:00:00"),
    ("5 Mart 2019", "2019-03-05 00:00:00"),
    ("5 Mayıs 2019", "2019-05-05 00:00:00"),
    ("5 marca 2019", "2019-03-05 00:00:00"),
    ("5 października 2019 10:00", "2019-10-05 10:00:00"),
    ("5 listopada 2019", ""),
    ("mar. 5 mars 2019", "2019-03-05 00:00:00"),
    ("mar, 05 feb 2019 10:00", "2019-02-05 10:00:00"),
    ("mar. 05/02/2019", ""),
    ("mar. 5.2.2019", "2019-02-05 00:00:00"),
    ("mar 2019-02-05", "2019-02-05 00:00:00"),
    ("mar. 5, 2019", "2019-03-05 00:00:00"),
    ("вт, 05 мар 2019 10:00:00 +0300", ""),
    ("令和元年5月1日", ""),
    # Texts
    ("March 2019", ""),
    ("Mar 5", ""),
    ("10:00", ""),
    ("in 3 days", ""),
    ("yesterday", ""),
    ("2019-03-05T10:00:00Z 2019", ""),
    ("", ""),
    ("9" * 5_000, ""),
]  # fmt: skip


@pytest.mark.parametrize(("written", "instant"), DATES, ids=[one[:40] for one, _ in DATES])
def test_a_date_is_understood_or_is_none(written: str, instant: str) -> None:
    found = feed_dates.seconds(written)
    in_range = found is not None and found > -30_000_000_000
    shown = f"{dt.datetime.fromtimestamp(found or 0, dt.UTC):%Y-%m-%d %H:%M:%S}" if in_range else ""
    assert shown == instant


@given(
    st.integers(-631_152_000, 2_524_607_999),  # the years 1950 to 2049
    st.sampled_from(["+0000", "GMT", "Z", "UT", ""]),
)  # fmt: skip
def test_the_forms_of_the_standards_are_read_to_the_second(seconds: int, zone: str) -> None:
    when = dt.datetime.fromtimestamp(seconds, dt.UTC)
    for form in (
        "%a, %d %b %Y %H:%M:%S ", "%d %B %Y %H:%M:%S ", "%a, %d %b %y %H:%M:%S ",
        "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%a %b %d %H:%M:%S %Y", "%b %d, %Y %I:%M:%S %p ",
    ):  # fmt: skip
        written = when.strftime(form)
        assert feed_dates.seconds(written) == seconds, written
        if form.endswith("S ") or "T" in form:
            assert feed_dates.seconds(written + zone) == seconds, written + zone


@given(
    st.integers(-30_000_000_000, 32_000_000_000),  # the years 1019 to 2983
    st.integers(-14 * 60, 14 * 60),
)
def test_an_offset_is_subtracted(seconds: int, east: int) -> None:
    local = dt.datetime.fromtimestamp(seconds + east * 60, dt.UTC).replace(tzinfo=None)
    offset = f"{'-' if east < 0 else '+'}{abs(east) // 60:02}:{abs(east) % 60:02}"
    day = f"{local.day} {local:%b} {local.year} {local:%H:%M:%S}"
    for form in (
        f"{local.isoformat()}{offset}",
        f"{day} {offset.replace(':', '')}",
        f"{day}  {offset}",  # with a second blank, which no standard has
    ):
        assert feed_dates.seconds(form) == seconds, form


@given(st.text(max_size=40))
@example("9999-12-31T23:59:59-12:00")
@example("9999999999999")  # milliseconds
def test_any_text_is_an_instant_of_the_calendar_or_none(text: str) -> None:
    assert_in_calendar(feed_dates.seconds(text))


def assert_in_calendar(seconds: int | None) -> None:
    if seconds is not None:
        assert 1 <= dt.datetime.fromtimestamp(seconds, dt.UTC).year <= 9999


@given(st.sampled_from([one for one, _ in DATES]), st.integers(0, 30), st.characters())
def test_a_damaged_date_is_an_instant_of_the_calendar_or_none(
    date: str, place: int, sign: str
) -> None:
    assert_in_calendar(feed_dates.seconds(date[:place] + sign + date[place:]))


def test_all_formats_read_dates_alike() -> None:
    address = "https://a.example/"
    for written, meant in (("2019年3月5日", 1551744000), ("1709600000", 1709600000)):
        rss = (
            f"<rss><channel><item><guid>a</guid><pubDate>{written}</pubDate></item></channel></rss>"
        )
        core = (
            '<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item><guid>a</guid>'
            f"<dc:date>{written}</dc:date></item></channel></rss>"
        )
        atom = (
            '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id>'
            f"<updated>{written}</updated></entry></feed>"
        )
        feed = {"version": "https://jsonfeed.org/version/1",
                "items": [{"id": "a", "date_published": written}]}  # fmt: skip
        for document in (rss, core, atom, json.dumps(feed)):
            (found,) = parse(document.encode(), address).items
            assert (found.published, found.updated) == (meant, meant)


def test_a_date_that_may_be_two_days_is_named() -> None:
    rss = "<rss><channel><item><guid>a</guid><pubDate>05/03/2019</pubDate></item></channel></rss>"
    (broken,) = parse(rss.encode(), "https://a.example/").broken
    assert broken.reason.startswith("its date '05/03/2019' cannot be read")
