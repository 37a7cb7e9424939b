"""Pictures that a page's script would load: readers get them, once, and no placeholder."""

from __future__ import annotations

import pytest

from publisher.content.dropped_markup import rendered_urls, source_urls
from publisher.content.lazy_pictures import loaded
from publisher.content.safe_xhtml import render
from tests.unit.test_safe_xhtml import BASE, PREFIX

GIF = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
SITE = "https://example.org"


def rendered(body: str) -> str:
    content = render(body, markup="html", marker=None, base=BASE, prefix=PREFIX)
    assert not content.warnings
    return content.xhtml


@pytest.mark.parametrize(
    ("body", "sources"),
    [
        (f'<img src="{GIF}" data-src="/a.jpg">', ["/a.jpg"]),
        ('<img src="/1x1.gif" data-original="/a.jpg">', ["/a.jpg"]),
        ('<img src="/blurred.jpg" data-lazy-src="/a.jpg">', ["/a.jpg"]),
        ('<IMG DATA-SRC="/a.jpg">', ["/a.jpg"]),
        ('<img data-echo="/a.jpg" src="">', ["/a.jpg"]),
        (f'<img src="{GIF}" data-srcset="/a.jpg 300w, /b.jpg 900w">', ["/b.jpg"]),
        ('<img src="/1x1.gif" data-srcset="/a.jpg 1x, /b.jpg 2x">', ["/b.jpg"]),
        (f'<img srcset="{GIF} 1w" data-srcset="/a.jpg 9w" data-src="/c.jpg">', ["/c.jpg"]),
        # lazysizes with a placeholder in `srcset`, and after the script has run; a picture beside a
        # set of larger ones; a small copy before the script has run; one that its name tells.
        (f'<img class=lazyload src="/a.jpg" srcset="{GIF}" data-srcset="/b.jpg 9w">', ["/a.jpg"]),
        ('<img class=lazyloaded src="/a.jpg" data-srcset="/b.jpg 9w">', ["/a.jpg"]),
        ('<img class=lazyload src="/a.jpg" data-srcset="/a.jpg, /b.jpg 2x">', ["/a.jpg"]),
        ('<img src="/a.jpg" data-srcset="/b.jpg 2x">', ["/a.jpg"]),
        ('<img class=lazyload src="/a.jpg" data-srcset="/b.jpg 2x">', ["/b.jpg"]),
        ('<img src="/a.jpg?w=20" data-srcset="/b.jpg 2x">', ["/b.jpg"]),
        ('<img src="/img/loading.svg" srcset="/c.jpg" data-srcset="/b.jpg 2x">', ["/b.jpg"]),
        # WP Rocket, Jetpack, LoveIt (Hugo), Butterfly and Fluid (Hexo), Shopify.
        (f'<img src="{GIF}" data-lazy-srcset="/b.jpg 2x" data-lazy-src="/a.jpg">', ["/a.jpg"]),
        (
            f'<img src="/a.jpg" srcset="{GIF}" data-lazy-srcset="/b.jpg 2x" data-lazy-src=/a.jpg>',
            ["/a.jpg"],
        ),
        (
            '<img src="/loading.min.svg" data-src="/a.jpg" data-srcset="/a.jpg, /a.jpg 2x">',
            ["/a.jpg"],
        ),
        (f'<img src="{GIF}" data-lazy-src="/a.jpg" class=no>', ["/a.jpg"]),
        ('<img src="/a_300x.jpg" data-src="/a_{width}x.jpg" data-widths="[180]">', ["/a_300x.jpg"]),
        ('<video src="" data-src="/a.mp4"></video>', ["/a.mp4"]),
        ('<video src="/a.mp4" data-src="/b.mp4"></video>', ["/a.mp4"]),
        ('<audio><source data-src="/a.ogg"></audio>', ["/a.ogg"]),
        # What is no URL is not loaded.
        ('<img src="/a.jpg" data-src="true" data-lazy="5">', ["/a.jpg"]),
        ('<img src="/a.jpg" data-src=\'{"a": "/b.jpg"}\'>', ["/a.jpg"]),
        (f'<img src="/a.jpg" data-src="{GIF}">', ["/a.jpg"]),
        ('<img src="/a.jpg" data-orig-file="/huge.jpg">', ["/a.jpg"]),
        ('<p data-src="/a.jpg"><img src="/b.jpg"></p>', ["/b.jpg"]),
    ],
)  # fmt: skip
def test_a_lazy_picture_is_the_real_one(body: str, sources: list[str]) -> None:
    found = [url.absolute for url in rendered_urls(rendered(body)) if url.tag != "a"]
    assert found == [SITE + source for source in sources]


def test_every_picture_of_a_set_is_the_real_one() -> None:
    set_ = "<source srcset=/1.gif data-srcset='/a.webp 1x'><img data-src=/a.png>"
    assert rendered(f"<picture>{set_}</picture>") == (
        f'<picture><source srcset="{SITE}/a.webp 1x"/><img src="{SITE}/a.png"/></picture>'
    )


def test_the_placeholder_in_the_set_of_a_picture_is_left_out() -> None:
    """A reader that knows `srcset` would show it."""
    assert rendered('<img lazyload src="/a.jpg" srcset="/loading.gif" alt="A">') == (
        f'<img src="{SITE}/a.jpg" alt="A"/>'
    )
    assert rendered('<img lazyload srcset="/a.jpg" alt="A">').startswith("<img srcset")


def test_the_real_set_stays_beside_a_loaded_picture() -> None:
    body = f'<img src="/a.jpg" srcset="{GIF} 1w" data-srcset="/b.jpg 9w" alt="A">'
    assert rendered(body) == f'<img src="{SITE}/a.jpg" srcset="{SITE}/b.jpg 9w" alt="A"/>'


def test_a_lazy_video_has_its_picture() -> None:
    body = '<video src="/a.mp4" poster="/1.gif" data-poster="/p.jpg" controls></video>'
    assert f'poster="{SITE}/p.jpg"' in rendered(body)


def test_a_lazy_frame_is_a_link_to_its_page() -> None:
    body = '<iframe data-src="https://video.example/1"></iframe>'
    content = render(body, markup="html", marker=None, base=BASE, prefix=PREFIX)
    assert content.xhtml == '<a href="https://video.example/1">https://video.example/1</a>'


@pytest.mark.parametrize(
    "body",
    [
        '<img data-src="/a.jpg" alt="A"><noscript><img src="/a.jpg" alt="A"></noscript>',
        '<noscript><img src="/a.jpg" alt="A"></noscript>\n<img class="lazyload" data-src="/a.jpg">',
        f'<img src="{GIF}" alt="A"><noscript><img src="/a.jpg" alt="A"></noscript>',
        '<img src="/dots.gif" class="lazy"><noscript><img src="/a.jpg" alt="A"></noscript>',
        '<img src="/a.jpg" alt="A"><noscript><img src="/a.jpg" alt="A"></noscript>',
        '<img data-src="/a.jpg" alt="A"><noscript><style>p{}</style><img src="/a.jpg"></noscript>',
    ],
)
def test_a_picture_and_its_copy_without_scripts_are_one(body: str) -> None:
    assert rendered(body).strip() in {
        f'<img src="{SITE}/a.jpg" alt="A"/>', f'<img alt="A" src="{SITE}/a.jpg"/>',
    }  # fmt: skip


def test_a_copy_of_a_set_of_pictures_is_left_out() -> None:
    picture = '<picture><source srcset="/a.webp"><img alt="A" src="/a.jpg"></picture>'
    lazy = picture.replace("src", "data-src")
    assert rendered(f"{lazy}<noscript>{picture}</noscript>") == rendered(picture)


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ('<img src="/a.jpg"><noscript><img src="/b.jpg"></noscript>', "a.jpg b.jpg"),
        (
            '<img data-src="/a.jpg"><noscript>Words <img src="/b.jpg"></noscript>',
            "a.jpg Words b.jpg",
        ),
        (
            '<img data-src="/a.jpg"><p>Words</p><noscript><img src="/b.jpg"></noscript>',
            "a.jpg Words b.jpg",
        ),
        ('<img data-src="/a.jpg"><noscript><em>Words</em></noscript>', "a.jpg Words"),
    ],
)
def test_what_is_no_copy_is_kept(body: str, parts: str) -> None:
    kept = rendered(body)
    assert all(part in kept for part in parts.split())


def test_code_that_shows_a_lazy_picture_stays_as_it_is() -> None:
    body = "<pre><code>&lt;img data-src=/a.jpg&gt;</code></pre><!-- <img data-src=/b.jpg> -->"
    assert loaded(body) == body


def test_the_place_of_a_lazy_picture_is_that_of_its_tag() -> None:
    urls = source_urls(
        'One\n\n<img src="/1.gif" data-src="/a.jpg">\n', markup="commonmark", base=BASE
    )
    assert [(url.absolute, url.written, url.line) for url in urls] == [
        (f"{SITE}/a.jpg", "/a.jpg", 3)
    ]


@pytest.mark.parametrize("value", ['"><script>alert(1)</script>.', "javascript:alert(1).", "//[/"])
def test_a_value_cannot_leave_its_attribute(value: str) -> None:
    body = f"<img alt=A data-src='{value}'>"
    content = render(body, markup="html", marker=None, base=BASE, prefix=PREFIX)
    assert "<script" not in content.xhtml
    assert "javascript:" not in content.xhtml
