"""What another version of this program has read of a page is no edit of its post."""

from __future__ import annotations

import datetime as dt
from pathlib import PurePosixPath

from msgspec.structs import replace

from publisher.sources.built.bodies.body import extract
from publisher.sources.built.earlier_pages import older_source
from publisher.sources.built.pages.page import parse
from publisher.sources.built.pages.page_dates import PageDates
from publisher.sources.built.pages.page_facts import facts_of
from publisher.sources.built.read_pages import ReadPage
from publisher.sources.built.shown_page import ShownPage, source_of

DATES = PageDates(*[dt.datetime(2026, 1, 1, tzinfo=dt.UTC)] * 2)
PATH = PurePosixPath("blog/mill.html")
URL = "https://blog.example/blog/mill.html"
TEXT = "<p>The old mill stands at the river.</p>"
HIDDEN = '<p style="display: none">A note of the theme.</p>'


def shown(body: str) -> ShownPage:
    """The page with this body."""
    page = parse(f"<html><body><article>{body}</article></body></html>".encode(), PATH)
    facts = facts_of(page.head, URL, "A blog", None)
    read = ReadPage(head=page.head, extracted=extract(page, ("article",), ()))
    return ShownPage(path=PATH, address=URL, facts=facts, dates=DATES, page=read)


def read_by_an_older_version(body: str) -> ReadPage:
    """The page as a version of this program has read it that left nothing out."""
    extracted = shown(body).page.extracted
    assert extracted
    return ReadPage(extracted=replace(extracted, html=body, hash=f"old {body}"))


def test_a_page_that_only_this_program_reads_otherwise_is_no_edit() -> None:
    now, last = shown(TEXT + HIDDEN), read_by_an_older_version(TEXT + HIDDEN)
    source = older_source(now, last, DATES)
    assert source == source_of(replace(now, page=last), DATES)
    assert source != source_of(now, DATES)


def test_a_page_with_another_text_is_an_edit() -> None:
    last = read_by_an_older_version(TEXT + HIDDEN)
    assert older_source(shown("<p>The old mill has burnt down.</p>" + HIDDEN), last, DATES) == ""


def test_a_page_that_is_read_as_before_needs_no_other_source() -> None:
    now = shown(TEXT)
    assert older_source(now, now.page, DATES) == ""
