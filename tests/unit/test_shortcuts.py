"""Shortcuts for what is usual give the same as the long way."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.identity import own_url
from publisher.post import Post
from publisher.sources.built.pages.page_url import url_path, url_paths
from publisher.sources.engines.for_path import for_path
from publisher.sources.front_matter import source_text
from publisher.sources.front_matter.typed_values import one_line
from publisher.text import author_dates
from publisher.text.characters import legal
from publisher.text.merge_conflicts import line_of
from publisher.text.permalinks import encoded
from publisher.text.shortening import count_words
from publisher.text.slugs import go_lower, hugo_slug, is_word
from publisher.text.yaml_document import PlainScalar

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
A_POST = Post(
    path=PurePosixPath("file.md"), body="Text.", body_line=1, markup="markdown", marker=None,
    title="A", slug="a", published=NOW, updated=NOW, file_date=None, page="/a/",
)  # fmt: skip
# Words, blanks of all kinds, ideographs, marks, controls and what URLs keep.
TEXTS = st.text(
    st.sampled_from("ab Zß\t\n\r\f\v\x00\x1f\x85\xa0\u2028\u3000漢字かé\u0301-_.~%2f#\ufffd")
)
ANY = st.one_of(TEXTS, st.text())


@given(ANY)
@example("two words")
def test_words_are_counted_the_same_with_and_without_ideographs(text: str) -> None:
    # One ideograph makes the long way be taken, and is one more word in a line of its own.
    assert count_words(text) == count_words(f"{text}\n漢") - 1
    assert count_words(f"{text}\n漢字") == count_words(text) + 2


@given(ANY)
def test_a_printable_text_is_legal(text: str) -> None:
    expected = re.sub("[\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
    assert legal(text) == re.sub("[\v\f]", " ", expected)
    assert type(legal(PlainScalar(text))) is str


@given(ANY)
@example("a  b")
def test_a_text_is_put_on_one_line_the_same_whatever_follows(text: str) -> None:
    # The line break at the end makes the long way be taken.
    assert one_line(text) == one_line(f"{text}\n")


@given(ANY)
@example("a!b")
def test_a_slug_of_hugo_has_each_character_that_it_keeps(text: str) -> None:
    kept = [char for char in text if char in "._#+~-@/\\" or is_word(char)]
    assert [char for char in hugo_slug(text) if char not in "%-"] == [
        char for char in kept if char != "-"
    ]
    assert go_lower(text) == "".join(char.lower()[0] for char in text)


@given(st.lists(st.text(st.sampled_from("ab \t\xa0"))))
def test_the_body_of_a_source_is_trimmed_the_same(lines: list[str]) -> None:
    # The blank line with a blank makes the long way be taken, and is trimmed off.
    def digest(body: list[str]) -> str:
        return source_text.digest(source_text.SourceText({}, body), has_templates=False)

    assert digest(lines) == digest([" ", *lines])


@given(st.lists(st.sampled_from(["=======", ">>>>>>> x", "<<<<<<< x", "text", "> text"])))
def test_a_conflict_is_found_if_its_end_or_its_middle_is_there(lines: list[str]) -> None:
    text = "\n".join(lines)
    is_there = line_of(text) is not None
    assert not is_there or "=======" in text or ">>>>>>>" in text
    # The words at the end make the long way be taken, and are no marker.
    assert line_of(text) == line_of(f"{text}\n no =======")


class _Rules:
    def __init__(self) -> None:
        self.asked: list[str] = []

    @for_path
    def stem(self, path: PurePosixPath) -> str:
        self.asked.append(str(path))
        return path.stem


def test_a_rule_is_asked_once_in_a_row_for_a_path() -> None:
    rules = _Rules()
    one, other = PurePosixPath("a.md"), PurePosixPath("b.md")
    assert [rules.stem(path) for path in (one, one, other, one)] == ["a", "a", "b", "a"]
    assert rules.asked == ["a.md", "b.md", "a.md"]


def test_a_rule_remembers_for_each_reader() -> None:
    first, second, path = _Rules(), _Rules(), PurePosixPath("a.md")
    assert [first.stem(path), second.stem(path)] == ["a", "a"]
    assert first.asked == second.asked == ["a.md"]


@given(ANY, st.booleans())
@example(text="a//b", is_rooted=True)
@example(text="/a", is_rooted=True)
def test_a_url_path_is_encoded_the_same(text: str, is_rooted: bool) -> None:
    path = f"/{text}" if is_rooted else text
    expected = "/" + quote(re.sub("/{2,}", "/", path).lstrip("/"), safe="/!$&'()*+,;=:@~")
    assert encoded(path) == expected
    assert url_path(path) == encoded(unicodedata.normalize("NFC", unquote(path)))


@pytest.mark.parametrize("name", ["a.html", "b/index.html", "b/c.htm", "Ü x/a.b.html"])
@pytest.mark.parametrize("root", ["https://x.example", "https://x.example/blog/"])
def test_the_url_paths_of_a_page_are_those_of_its_file(name: str, root: str) -> None:
    path, above = PurePosixPath(name), urlsplit(root).path.rstrip("/")
    full, bare = url_paths(path, root)
    if path.stem == "index":
        assert (full, bare) == (
            url_path(f"{above}/{path.parent}/"),
            url_path(f"{above}/{path.parent}"),
        )
    else:
        assert full == url_path(f"{above}/{path}")
        assert bare == url_path(f"{above}/{path.with_suffix('')}")


def test_a_post_at_another_address_has_all_other_fields() -> None:
    moved = A_POST.at("https://x.example/a/")
    assert moved == dataclasses.replace(A_POST, address="https://x.example/a/")
    assert moved.at(None) == A_POST


@given(st.from_regex(author_dates._CLEAN, fullmatch=True))
def test_nothing_is_cleaned_of_a_date_in_the_usual_form(text: str) -> None:
    assert author_dates._cleaned(text) == text


@given(
    st.sampled_from(["https://x.example", "https://x.example/blog", "https://x.example/blog/"]),
    st.text(st.sampled_from("aB1/-_.~%2F?#;ä ")),
)
def test_the_path_of_a_url_is_decoded_the_same(root: str, rest: str) -> None:
    for link in (root + rest, f"{root}/{rest}", f"https://y.example/{rest}"):
        path = unquote(urlsplit(link).path).removeprefix(urlsplit(root).path.rstrip("/"))
        assert own_url.path_of(link, root) == path


@given(st.text(st.sampled_from("aB-_.~")), st.text(st.sampled_from("aB-_.~")))
def test_a_url_names_a_post_if_both_have_a_word_in_common(last: str, slug: str) -> None:
    post = dataclasses.replace(A_POST, slug=slug, title=None)
    has_slug = own_url.has_slug(own_url.page_of(f"/{last}/"))
    words = own_url.words(own_url.page_of(f"/{last}/"))
    is_named = has_slug and not words.isdisjoint(own_url.words(slug) | {"file"})
    assert own_url.names_post(post, f"https://x.example/{last}/", "https://x.example") == is_named
