"""Read dates as Hexo does, whose YAML and JavaScript have rules of their own."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.text import author_dates
from publisher.text.yaml_document import PlainScalar

if TYPE_CHECKING:
    from publisher.sources.engines.engine import Moment
    from publisher.text.author_dates import WrittenDate
    from publisher.text.yaml_document import Value

_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MONTH_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)(.*)", re.ASCII | re.DOTALL)
_SHORT_TIME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})", re.ASCII)
_TIMESTAMP = re.compile(  # with an offset; as js-yaml has it
    r"\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?)",
    re.ASCII,
)


def written(value: Value) -> WrittenDate | None:
    """The date that JavaScript reads in another way than others, else None. Raises DateError.

    The text `2020-01-06` is midnight in UTC, and `05/06/2020` is the 6th of May. Without quotes
    YAML makes the former a date, which is in the site's zone.
    """
    text = value if isinstance(value, str) else ""
    if not isinstance(value, PlainScalar) and _ISO_DAY.fullmatch(text):
        return replace(author_dates.read(text), zone=dt.UTC)
    if match := _MONTH_FIRST.fullmatch(text):
        return author_dates.read(f"{match[3]}-{match[1]:0>2}-{match[2]:0>2}{match[4]}")
    if match := _SHORT_TIME.fullmatch(text):
        return author_dates.read(f"{match[1]} {match[2]:0>2}:{match[3]:0>2}:{match[4]:0>2}")
    return None


def shown(moment: Moment, value: Value, zone: dt.tzinfo) -> Moment:
    """The moment as it shows in addresses.

    YAML makes a date of one with an offset and without quotes. Its time in UTC is what Hexo takes
    for the time in the site's zone.
    """
    if isinstance(value, PlainScalar) and _TIMESTAMP.fullmatch(value):
        return replace(moment, local=moment.instant.replace(tzinfo=zone))
    return moment
