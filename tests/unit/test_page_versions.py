"""Which version of a page that is a post goes out if the page is not what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.errors import UnsafePlanError
from publisher.sources import built
from tests.unit.test_page_posts import DATE, page, read, remember

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.post import PagesReport, Reading

TEXT = "<p>One and two and three</p>"
FORM = '<form><label>Enter it</label><input type="password"></form><p>Enter the password</p>'
SITE_OF_TEN = {f"blog/{number}.html": page(body=TEXT) for number in range(10)}
NOINDEX = page(f'{DATE}<meta name="robots" content="noindex">')
REDIRECT = page('<meta http-equiv="refresh" content="0; url=/blog/1.html">')
NO_ELEMENT = page(body=TEXT).replace("article", "section")


def run(folder: Path, files: Mapping[str, str]) -> tuple[Reading, PagesReport]:
    reading = read(folder, files)
    remember(reading)
    return reading, built.report(reading)


def shown(reading: Reading, path: str = "blog/0.html") -> str:
    """The HTML of the body with which a post goes out."""
    (post,) = [one for one in reading.posts if str(one.path) == path]
    body = reading.bodies.of(post)
    return body.html if body else ""


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        pytest.param(page(body=""), "does not show the text", id="empty"),
        pytest.param(page(body="<p> &nbsp; </p>"), "does not show the text", id="blank"),
        pytest.param(page(body=FORM), "asks for a password", id="walled"),
        pytest.param(NO_ELEMENT, "has not exactly one element", id="other theme"),
    ],
)
def test_a_text_that_a_page_showed_stays_if_it_shows_none_now(
    tmp_path: Path, now: str, reason: str
) -> None:
    before, _ = run(tmp_path, SITE_OF_TEN)
    for _ in range(2):
        reading, report = run(tmp_path, {"blog/0.html": now})
        assert reading.posts == before.posts
        assert shown(reading) == TEXT
        (textless,) = report.without_text
        assert (str(textless.path), textless.stays) == ("blog/0.html", True)
        assert reason in textless.reason
        assert "posts.exclude" in textless.advice
        assert (report.waiting, reading.broken) == ((), False)
    after, report = run(tmp_path, {"blog/0.html": page(body="<p>Another text</p>")})
    assert (shown(after), report.without_text) == ("<p>Another text</p>", ())


@pytest.mark.parametrize("now", [page(body=""), page(body=FORM)])
def test_a_page_that_never_showed_a_text_has_none(tmp_path: Path, now: str) -> None:
    """Its text is announced to nobody when it shows it."""
    reading, report = run(tmp_path, SITE_OF_TEN | {"blog/0.html": now})
    assert [(str(one.path), one.stays) for one in report.without_text] == [("blog/0.html", False)]
    assert [one.is_known for one in report.without_text] == [False]
    (again,) = run(tmp_path, {"blog/0.html": now})[1].without_text
    assert again.is_known
    assert (len(reading.posts), shown(reading)) == (10, "")
    (before,) = [post.source for post in reading.posts if str(post.path) == "blog/0.html"]
    for text in (TEXT, "<p>Edited</p>"):
        after, _ = run(tmp_path, {"blog/0.html": page(body=text)})
        assert shown(after) == text
        (post,) = [post for post in after.posts if str(post.path) == "blog/0.html"]
        assert post.source != before
        assert before in after.earlier(post.path).sources


def test_a_post_about_passwords_may_show_a_field_for_one(tmp_path: Path) -> None:
    text = f"<p>{'A field for a password has a type. ' * 10}</p><form>{FORM}</form>"
    _, report = run(tmp_path, SITE_OF_TEN | {"blog/0.html": page(body=text)})
    assert not report.without_text


def test_a_picture_is_a_text(tmp_path: Path) -> None:
    _, report = run(tmp_path, SITE_OF_TEN | {"blog/0.html": page(body='<img src="a.png">')})
    assert not report.without_text


@pytest.mark.parametrize("now", [page(body=""), NO_ELEMENT, page(body=FORM)])
def test_a_run_stops_if_many_pages_show_no_text_any_more(tmp_path: Path, now: str) -> None:
    run(tmp_path, SITE_OF_TEN)
    with pytest.raises(UnsafePlanError, match=r"only 0 of 10 pages show the text") as caught:
        read(tmp_path, dict.fromkeys(SITE_OF_TEN, now))
    assert "posts.exclude" in str(caught.value)


def test_a_run_stops_if_no_page_shows_a_text(tmp_path: Path) -> None:
    """Without any memory, too."""
    with pytest.raises(UnsafePlanError, match=r"only 0 of 10 pages show the text"):
        read(tmp_path, dict.fromkeys(SITE_OF_TEN, page(body="")))


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        pytest.param(page(body=TEXT)[:-60], "not written whole", id="cut"),
        pytest.param("", "not written whole", id="empty"),
        pytest.param("<div>" * 3000 + "</html>", "build the site", id="too deep"),
    ],
)
def test_a_post_whose_page_is_not_built_waits_with_its_last_version(
    tmp_path: Path, now: str, reason: str
) -> None:
    before, _ = run(tmp_path, SITE_OF_TEN | {"index.html": page()})
    for _ in range(2):
        reading, report = run(tmp_path, {"blog/0.html": now})
        assert (reading.posts, shown(reading)) == (before.posts, TEXT)
        assert [(str(one.path), one.stays) for one in report.waiting] == [("blog/0.html", True)]
        assert reason in report.waiting[0].message
        assert (reading.broken, reading.skipped) == (False, ())


def test_a_post_whose_page_states_no_date_any_more_keeps_its_date(tmp_path: Path) -> None:
    """Edits go out, and the run names the page."""
    before, _ = run(tmp_path, SITE_OF_TEN)
    for _ in range(2):
        reading, report = run(tmp_path, {"blog/0.html": page("", "<p>Edited</p>")})
        assert [post.published for post in reading.posts] == [p.published for p in before.posts]
        assert shown(reading) == "<p>Edited</p>"
        assert [str(path) for path in report.without_date] == ["blog/0.html"]
    reading, report = run(tmp_path, {"blog/0.html": page(DATE.replace("2024", "2023"))})
    assert (reading.posts[0].published.year, report.without_date) == (2023, ())


def test_a_page_that_never_stated_a_date_is_a_page_without_a_text(tmp_path: Path) -> None:
    reading, report = run(tmp_path, SITE_OF_TEN | {"blog/index.html": page("", "")})
    assert [str(one.path) for one in reading.pages] == ["blog/index.html"]
    assert (report.without_text, report.without_date) == ((), ())


@pytest.mark.parametrize("hidden", [NOINDEX, REDIRECT])
@pytest.mark.parametrize("now", [page(body=""), page(body=FORM)])
def test_a_post_that_was_hidden_does_not_come_back_without_its_text(
    tmp_path: Path, hidden: str, now: str
) -> None:
    before, _ = run(tmp_path, SITE_OF_TEN)
    run(tmp_path, {"blog/0.html": hidden})
    for _ in range(2):
        reading, _ = run(tmp_path, {"blog/0.html": now})
        assert len(reading.posts) == 9
        assert [(str(one.path), one.status) for one in reading.skipped] == [
            ("blog/0.html", "hidden")
        ]
        assert "before it was hidden" in reading.skipped[0].reason
    reading, _ = run(tmp_path, {"blog/0.html": SITE_OF_TEN["blog/0.html"]})
    assert reading.posts == before.posts


def test_a_post_that_never_had_a_text_comes_back_without_one(tmp_path: Path) -> None:
    run(tmp_path, SITE_OF_TEN | {"blog/0.html": page(body="")})
    run(tmp_path, {"blog/0.html": NOINDEX})
    reading, _ = run(tmp_path, {"blog/0.html": page(body="")})
    assert (len(reading.posts), shown(reading)) == (10, "")
