"""Tags and shortcodes take time in proportion to the body, whatever its author repeats in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.growth import assert_linear
from tests.support.posts import templated, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.config import Engine


def unfinished(tag: str) -> str:
    """Tags and a text so long that their ends, which are looked for, are beyond the limit soon."""
    return tag * 5 + "x" * 1_500


@pytest.mark.parametrize(
    ("body", "size"),
    [
        (lambda n: "{% if a %}" * n, 1_200),
        (lambda n: "{% if gone %}" * n + "{% endif %}" * n, 800),
        (lambda n: "{% if gone %}{% for a in b %}" * n + "{% endif %}" * n, 800),
        (lambda n: "{% if page.x %}" * n + "{% endif %}" * n, 1_000),
        (lambda n: unfinished("{{ ") * n, 50),
        (lambda n: unfinished("{% ") * n, 50),
        (lambda n: "{% raw %}" * n, 1_500),
        (lambda n: "{% raw %}{% comment %}" * n + "{% endraw %}", 2_500),
        (lambda n: "{% highlight c %}" * n, 1_500),
        (lambda n: "{{ page.title }}" * n, 200),
    ],
)
def test_tags_of_liquid(body: Callable[[int], str], size: int) -> None:
    def run(times: int) -> None:
        assert len(templated("jekyll", body(times)).source.text) <= 1_000_000

    assert_linear(run, size)


def test_tags_that_take_blanks_away_do_not_copy_the_rest_of_the_body_each() -> None:
    def run(times: int) -> None:
        body = "{{ page.title -}} x" * times + "x" * (10_000 * times)
        assert len(templated("jekyll", body).source.text) == 8 * times + 10_000 * times

    assert_linear(run, 100)


@pytest.mark.parametrize("engine", ["hugo", "zola", "nikola"])
@pytest.mark.parametrize(
    "tag", ["{{< ", "{{% a %}}", "{% a() %}", "{{ a(", "{{%/* ", "{{% raw %}}"]
)
def test_shortcodes_that_never_end(engine: Engine, tag: str) -> None:
    def run(times: int) -> None:
        assert templated(engine, unfinished(tag) * times).source.lines

    assert_linear(run, 50)


@pytest.mark.parametrize(
    ("engine", "body", "size"),
    [
        ("hugo", lambda n: "{{< x >}}" * n, 800),
        ("nikola", lambda n: "{{% x %}}\n" * n + "{{% raw %}}" + "a" * (2 * n), 800),
        ("zola", lambda n: "{% x() %}\n" * n + "{% end %}\n" * n, 800),
        ("hugo", lambda n: "\n" + ">" * (50 * n) + "{{< x >}}" * n, 800),
        ("nikola", lambda n: "{{% doc %}}" * n + "{{% /doc %}}" * n, 800),
    ],
)
def test_many_shortcodes(engine: Engine, body: Callable[[int], str], size: int) -> None:
    def run(times: int) -> None:
        made = templated(engine, body(times)).source
        assert made.text.strip("\n >a") in {"", "{{% raw %}}"}

    assert_linear(run, size)


def test_pairs_within_each_other() -> None:
    def run(times: int) -> None:
        body = "{{< details >}}" * times + "a" + "{{< /details >}}" * times
        assert templated("hugo", body).source.text.count("</details>") == times

    assert_linear(run, 800)


def test_a_filter_that_compares_values() -> None:
    def run(times: int) -> None:
        values = {"many": [str(number) for number in range(times)]}
        made = templated("jekyll", "{{ page.many | uniq | size }}", values=values)
        assert (made.source.text, told(made)) == (str(times), [])

    assert_linear(run, 3_000)


def test_comments_between_pieces_of_code() -> None:
    def run(times: int) -> None:
        made = templated("plain", "`%%` %%b%% " * times)
        assert made.source.text == "`%%`  " * times

    assert_linear(run, 4_000)
