"""Reading takes time in proportion to what is read, whatever its author repeats in it."""

from __future__ import annotations

import gzip
from pathlib import PurePosixPath

import pytest

from publisher.post import in_short
from publisher.sources import feed
from publisher.sources.front_matter import block, media_keys
from publisher.sources.front_matter.typed_values import FrontMatter
from publisher.system import http
from publisher.text import yaml_document
from publisher.text.titles import plain_title
from publisher.text.yaml_document import YamlError
from tests.support.growth import assert_linear
from tests.support.web import Answer, Web

PATH = PurePosixPath("a.md")
RSS = """<rss version="2.0"><channel><title>A feed</title><link>https://elsewhere.example/</link>
{odd}<item><guid>https://elsewhere.example/one</guid><title>One</title>
<pubDate>Fri, 02 Jan 2026 10:00:00 GMT</pubDate></item>
<item><guid>https://elsewhere.example/two</guid><title>Two</title>
<pubDate>Fri, 02 Jan 2026 11:00:00 GMT</pubDate>
<description><width/>{odd}</description></item></channel></rss>
"""


@pytest.mark.parametrize(
    "seed", ["[", "{", "{a: ", "- ", "? ", "a: [", "&a ", "!", '"', "*a ", "\t"]
)
def test_a_hostile_text_is_refused(seed: str) -> None:
    def run(times: int) -> None:
        with pytest.raises(YamlError):
            yaml_document.read("a: 1\n: " + seed * times)

    assert_linear(run, 200_000)


def test_a_value_of_blanks_in_front_matter() -> None:
    def run(times: int) -> None:
        data = b"---\ntitle: " + b" " * times + b"\n---\n"
        assert block.read(data, PATH).values == {"title": None}

    assert_linear(run, 15_000)  # four times that is just below the limit of front matter


def test_a_name_that_only_begins_like_many_files() -> None:
    def run(times: int) -> None:
        data = f"---\naudio: a{'.aa#' * times} x\n---\n".encode()
        found = block.read(data, PATH, (block.fenced,))
        assert not media_keys.enclosures(FrontMatter(found, PATH))

    assert_linear(run, 3_900)  # the same


@pytest.mark.parametrize("seed", ["<script>", '<img a="', "<img a = ", "<img a='b' ", "a ", "<br "])
def test_a_title_of_very_many_beginnings_of_tags(seed: str) -> None:
    def run(times: int) -> None:
        assert plain_title("<img " + seed * times, "html")

    assert_linear(run, 4_000)


def test_very_many_odd_elements_in_a_feed() -> None:
    def run(times: int) -> None:
        odd = "".join(f"<b>w{number}</b>\n" for number in range(times))
        text = RSS.format(odd=odd).encode()
        assert len(feed.parse(text, "https://elsewhere.example", name="f.xml").items) == 2

    assert_linear(run, 600)


def test_a_response_of_very_many_gzip_members() -> None:
    packed, member = {"Content-Encoding": "gzip"}, gzip.compress(b"")
    with Web() as web:

        def run(times: int) -> None:
            web.answers["/feed"] = Answer(member * times + gzip.compress(b"x"), headers=packed)
            assert http.request(f"{web.url}/feed", max_bytes=10_000_000).body == b"x"

        assert_linear(run, 10_000)


def test_a_warning_that_is_said_again_and_again() -> None:
    def run(times: int) -> None:
        ((line, message),) = in_short((line, "a") for line in range(1, times + 1))
        assert (line, message) == (1, f"a; also in lines 2, 3, 4 and {times - 4} more")

    assert_linear(run, 2_000)
