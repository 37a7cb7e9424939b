"""The plain-text alternative of a payload contains what people read."""

from __future__ import annotations

import pytest

from publisher.content.plain_text import plain_text_alternative

BASE = "https://blog.example/2026/a/"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("A [link](/b \"T\") and ![i](c.png).",
         'A [link](https://blog.example/b "T") and ![i](https://blog.example/2026/a/c.png).'),
        ("[a](<b c.md>) [d](#e)",
         "[a](https://blog.example/2026/a/b%20c.md) [d](https://blog.example/2026/a/#e)"),
        ("See [a][b].\n\n[b]: /c 'T'", "See [a][b].\n\n[b]: https://blog.example/c 'T'"),
        ("A note[^1].\n\n[^1]: words /x", "A note[^1].\n\n[^1]: words /x"),
        ("[a](javascript:x) [b]( )", "[a](javascript:x) [b]( )"),
        ("`[a](/b)`\n\n    [a](/b)", "`[a](/b)`\n\n    [a](/b)"),
        ("```\n[a](/b)\n```", "```\n[a](/b)\n```"),
        ("a <!-- private --> b", "a  b"),
        ("a\n\n<!-- private\n\nlines -->\nb", "a\n\nb"),
        ("a <!-- b", "a <!-- b"),
        ("`<!-- shown -->`", "`<!-- shown -->`"),
        ("a\n\n<script>\nx()\n</script>\n\nb <style>p { }</style>", "a\n\n\nb"),
        ("# Head {#id}\n\n## `{#id}`", "# Head\n\n## `{#id}`"),
    ],
)  # fmt: skip
def test_the_plain_text_alternative_contains_what_people_read(written: str, read: str) -> None:
    for dialect in ("commonmark", "kramdown", "markdown"):
        assert plain_text_alternative(written, dialect, BASE, lambda address: address) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("* contents\n{:toc}\n\nText.\n{: .lead}\n\nMore.", "Text.\n\nMore."),
        ("A [b](https://c.example/){: .d} *e*{:.f}", "A [b](https://c.example/) *e*"),
        ("{::comment}\nsecret\n{:/comment}\n\na {::comment}b{:/} c", "a  c"),
        ("{::options toc_levels=\"2\" /}\n\na", "a"),
        ("`{: .a}` and `{:toc}`", "`{: .a}` and `{:toc}`"),
    ],
)  # fmt: skip
def test_attribute_lists_of_kramdown_are_removed(written: str, read: str) -> None:
    assert plain_text_alternative(written, "kramdown", BASE, lambda address: address) == read


def test_urls_in_plain_text_are_absolute() -> None:
    found = plain_text_alternative("[a](b.md) [c](d.md)", "markdown", BASE, {"b.md": "/b/"}.get)
    assert found == "[a](https://blog.example/b/) [c](d.md)"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a\n<!-- x --> <!-- y -->\nb", "a\n \nb"),
        ("a\n <!-- x -->\t\n<!-- y -->\nb", "a\nb"),
        ("a\n<!-- x\n--> <!-- y -->\nb", "a\n \nb"),
        ("<!-- x --><!-- y -->", ""),
        ("<!-- x -->", ""),
    ],
)
def test_a_line_is_removed_only_with_its_single_comment(written: str, read: str) -> None:
    assert plain_text_alternative(written, "commonmark", BASE, lambda address: address) == read
