"""Whether a page still shows what an edit took out of its source."""

from __future__ import annotations

import html

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.sources.built.bodies.leftovers import shows_removed
from tests.support.growth import assert_linear

MILL = "The old mill stands at the river."
FIRE = "It burnt down last night, they say."
PICTURE = "![The mill](/img/mill.png)"
SHOWN = '<p>The mill: <img src="https://blog.example/img/mill.png" alt="The mill"></p>'
LINK = "See [the paper](https://paper.example/mill)."
SHOWN_LINK = '<p>See <a href="https://paper.example/mill">the paper</a>.</p>'
DEEP = "<div>" * 600 + "<script></script>"
TOO_DEEP = "<div>" * 3_000


@pytest.mark.parametrize(
    ("old", "new", "body"),
    [
        pytest.param(f"{MILL} {FIRE}", MILL, f"<p>{MILL} {FIRE}</p>", id="a sentence"),
        pytest.param(MILL, "The mill stands at the river.", f"<p>{MILL}</p>", id="a word"),
        pytest.param(f"# The old mill\n\n{FIRE}", FIRE, f"<h1>The old mill</h1>{FIRE}", id="title"),
        pytest.param(f"{MILL} {FIRE}", f"{MILL} <!-- {FIRE} -->", f"{MILL} {FIRE}", id="commented"),
        pytest.param(f"{FIRE}\n\n{MILL}", f"{MILL}\n\n{FIRE}", f"{FIRE} {MILL}", id="moved"),
        pytest.param(PICTURE, "![The mill](/img/mill.jpg)", SHOWN, id="another picture"),
        pytest.param(PICTURE, "", SHOWN, id="no picture"),
        pytest.param(
            '{{< figure src="/img/mill.png" >}}',
            '{{< figure src="/img/boat.png" >}}',
            SHOWN,
            id="another picture in template code",
        ),
        pytest.param(
            "![M](my%20mill.png)", "![M](mill.png)", '<img src="/a/my%20mill.png">', id="escaped"
        ),
        pytest.param(LINK, LINK.replace("paper.example", "new.example"), SHOWN_LINK, id="host"),
        pytest.param(
            LINK,
            LINK.replace("(https", "(https://archive.example/2020/https"),
            SHOWN_LINK,
            id="an archive",
        ),
        pytest.param(LINK, "See the paper.", SHOWN_LINK, id="no link"),
        pytest.param(f"{MILL} {FIRE}", f"{MILL} {FIRE[:-1]}!", f"{MILL} {FIRE}", id="louder"),
        pytest.param(FIRE, FIRE.replace(",", ""), f"<p><b>It</b> {FIRE[3:]}</p>", id="no comma"),
        pytest.param(PICTURE, PICTURE.replace("The", "A"), SHOWN, id="another alternative text"),
        pytest.param(
            '<img src="/a.png" alt="A mill">', '<img src="/a.png" alt="">',
            '<img src="/a.png" alt="A  mill">', id="no alternative text",
        ),
        pytest.param(
            "See [all](/about/).", "See [all](/more/).", '<a href="/about/">all</a>', id="a page"
        ),
        pytest.param(
            "See [it](old-mill.md).", "See [it](boat.md).", '<a href="../old-mill/">it</a>',
            id="another post",
        ),
    ],
)  # fmt: skip
def test_a_page_that_was_not_built_shows_what_was_removed(old: str, new: str, body: str) -> None:
    assert shows_removed(old, new, body)
    assert not shows_removed(old, old, body)
    assert not shows_removed(new, old, body)


@pytest.mark.parametrize(
    ("old", "new", "body"),
    [
        pytest.param(f"{MILL} <!-- {FIRE} -->", MILL, MILL, id="a comment"),
        pytest.param(f"{MILL}{{% comment %}}{FIRE}{{% endcomment %}}", MILL, MILL, id="of Liquid"),
        pytest.param(f"<!-- {PICTURE} -->{MILL}", MILL, MILL, id="a picture in a comment"),
        pytest.param(f"{{% assign a = 1 %}}{MILL}", MILL, MILL, id="template code"),
        pytest.param(f"{MILL} {FIRE}", MILL, MILL, id="a text that the page never showed"),
        pytest.param(PICTURE, "", MILL, id="a picture that the page never showed"),
        pytest.param(f"{MILL} {FIRE} {FIRE}", f"{MILL} {FIRE}", f"{MILL} {FIRE}", id="twice"),
        pytest.param(MILL, "**The old mill** stands\nat the *river*.", MILL, id="markup"),
        pytest.param("It burnt... Down?", "It burnt \u2026 Down?", "It burnt\u2026 Down?",
            id="dots"),
        pytest.param(FIRE, FIRE.replace(",", "\\,"), FIRE, id="escaped punctuation"),
        pytest.param(FIRE, FIRE.replace(", ", ",\n"), FIRE, id="another line"),
        pytest.param(PICTURE, '<img src="/img/mill.png" alt="The mill">', SHOWN, id="HTML"),
        pytest.param(FIRE, '<Note text="It burnt down last night, they say."/>', FIRE, id="MDX"),
        pytest.param(FIRE, f'<my-note text="{FIRE}"></my-note>', FIRE, id="an element of its own"),
        pytest.param(FIRE, "{% include fire.md %}", FIRE, id="an include"),
        pytest.param(LINK, "See [the paper]({{ site.paper }}).", SHOWN_LINK, id="a variable"),
        pytest.param(PICTURE, "![The mill](mill.png)", SHOWN, id="a shorter path"),
        pytest.param(
            PICTURE, "![M](https://cdn.example/mill.png)", "<img src=/img/mill.png>", id="a CDN"
        ),
        pytest.param(
            "[It](/2026/old-mill/)", "[It](_posts/2026-01-01-old-mill.md)",
            '<a href="/2026/old-mill/">It</a>', id="the file of a post",
        ),
        pytest.param(LINK, "See [the paper][1].\n\n[1]: https://paper.example/mill", SHOWN_LINK,
            id="a reference"),
        pytest.param(PICTURE, "![The mill](/img/mill.jpg)", "<img src=/img/mill.3fa9.png>",
            id="a name that the generator made"),
        pytest.param("[a](#one) b", "[a](#two) b", '<a href="#one">a</a> b', id="an anchor"),
        pytest.param(f"{MILL} {FIRE}", MILL, f"{DEEP}{MILL} {FIRE}", id="deep"),
        pytest.param(f"{MILL} {FIRE}", MILL, f"{TOO_DEEP}{MILL} {FIRE}", id="too deep"),
        pytest.param("", MILL, "", id="nothing"),
    ],
)  # fmt: skip
def test_what_the_page_shows_anyway_is_no_sign_of_a_build_to_come(
    old: str, new: str, body: str
) -> None:
    assert not shows_removed(old, new, body)


WORDS = st.lists(st.sampled_from(["mill", "boat", "clock", "baker", "river", "wood"]), max_size=12)


@given(WORDS, WORDS)
@example(["mill", "boat", "clock"], [])
@example(["mill", "boat", "clock"], ["clock", "mill", "boat"])
def test_a_page_that_shows_the_new_words_shows_nothing_removed(
    old: list[str], new: list[str]
) -> None:
    assert not shows_removed(" ".join(old), " ".join(new), f"<p>{' '.join(new)}</p>")


@given(WORDS)
@example(["mill", "boat", "clock"])
def test_a_text_that_is_removed_as_a_whole_is_still_shown(old: list[str]) -> None:
    assert shows_removed(" ".join(old), "", f"<p>{' '.join(old)}</p>") == (len(old) > 2)


@given(st.text(), st.text(), st.text())
@example("[", "(", "<a href='http://[x/('>")
@example("a.b(", "", "<img src='a.b('>")
@example("%zz", "", "<img src='%zz%ff'>")
@example("one two three four", "", "<p>one two three four</p>")
@example("", "\ud800", "<p>")
def test_any_text_can_be_compared_and_lacks_nothing_of_itself(
    old: str, new: str, body: str
) -> None:
    page = body.encode(errors="replace").decode()
    for shown in (page, html.escape(page)):
        assert shows_removed(old, new, shown) in {True, False}
        assert not shows_removed(old, old, shown)


def test_the_work_grows_with_the_texts_and_not_with_their_product() -> None:
    def compare(size: int) -> None:
        links = "\n".join(f"[it](https://paper.example/{number})" for number in range(200))
        text = "<!-- {{ `" * size
        body = "".join(f'<a href="/{number}/">it</a>' for number in range(300))
        shows_removed(f"{text}\n{links}", f"{text} mill", body)

    assert_linear(compare, 1_000)
