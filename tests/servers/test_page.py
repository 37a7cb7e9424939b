"""The page for people, in an HTML parser and in a browser, which also shows the Atom stylesheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.support.blog import Blog
from tests.support.web import Answer, Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium import webdriver

PHONE, DESKTOP = (390, 844), (1280, 900)
PAGE = "page: {path: subscribe/index.html}\nstylesheet: feed.css\n"
NODES = """\
xmpp:
  jid: blog@example.org
  password_env: NONE
  nodes:
    - {service: pubsub.example.org, node: blog, title: "Blog & live"}
    - {service: pubsub.example.org, node: closed, access_model: whitelist}
    - {service: pubsub.example.org, node: "tag/{tag}"}
"""


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path / "site")
    configure(made, PAGE)
    made.write("2026-01-02-b.md", "The body of *b*.\n\n| a | b |\n|---|---|\n| 1 | 2 |",
               title="B & <b>", tags="[x, y]")  # fmt: skip
    made.write("2026-01-01-a.md", "The body of a.", title="A", lang="de",
               audio="{url: 'https://m.example/a.opus', length: 9, duration: 3}")  # fmt: skip
    return made


def configure(blog: Blog, more: str) -> None:
    path = blog.folder / "publisher.yaml"
    path.write_text(path.read_text().split("page:")[0] + more)


def built(blog: Blog) -> Any:
    run = blog.run("build")
    assert run.code == 0, run.err
    return html.parse(str(blog.folder / "subscribe/index.html")).getroot()


def texts(page: Any, path: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in page.cssselect(path)]


def test_it_names_every_feed_and_every_open_node(blog: Blog) -> None:
    configure(blog, PAGE + NODES)
    page = built(blog)
    links = [link.get("href") for link in page.cssselect("#subscribe ul a")]
    assert links == [
        *(f"https://blog.example/feed.{form}" for form in ("atom", "rss", "json")),
        "xmpp:pubsub.example.org?pubsub;action=subscribe;node=blog",
        "xmpp:pubsub.example.org?pubsub;action=subscribe;node=tag%2Fx",
        "xmpp:pubsub.example.org?pubsub;action=subscribe;node=tag%2Fy",
    ]
    names = texts(page, "#subscribe ul a")
    assert names[3:] == ["Blog & live", "A blog of the tests: x", "A blog of the tests: y"]


def test_the_lines_to_paste_are_those_of_the_page_itself(blog: Blog) -> None:
    page = built(blog)
    (lines,) = [element.text_content() for element in page.cssselect("#subscribe pre")]
    pasted = html.fragments_fromstring(lines)
    own = page.cssselect("head link[rel=alternate]")
    assert [link.attrib for link in pasted] == [link.attrib for link in own]
    assert [link.get("type") for link in own] == [
        "application/atom+xml",
        "application/rss+xml",
        "application/feed+json",
    ]


def test_the_page_shows_no_post_in_full_that_no_feed_has_in_full(blog: Blog) -> None:
    head = (blog.folder / "publisher.yaml").read_text().split("feeds:")[0]
    page = "page: {path: subscribe/index.html}\n"
    for content, full in (("summary", False), ("full", True), ("auto", True)):
        feeds = f"feeds: {{path: feed.rss, format: rss, content: {content}}}\n"
        (blog.folder / "publisher.yaml").write_text(head + feeds + page)
        built_page = built(blog)
        assert bool(built_page.cssselect("article details")) == full
        note = "summaries" in texts(built_page, "ul.feeds li")[0]
        assert note == (not full)


def test_a_post_is_shown_in_full_only_if_a_feed_has_it_so(blog: Blog) -> None:
    head = (blog.folder / "publisher.yaml").read_text().split("feeds:")[0]
    feeds = (
        "feeds: [{path: feed.rss, format: rss, content: summary},"
        " {path: y.rss, format: rss, only: {tags: y}}]\n"
    )
    blog.write("2026-01-03-c.md", "Text.", title="C")
    page = "page: {path: subscribe/index.html}\n"
    (blog.folder / "publisher.yaml").write_text(head + feeds + page)
    shown = [bool(article.cssselect("details")) for article in built(blog).cssselect("article")]
    assert shown == [False, True, False]  # b alone has the tag y


def test_feeds_without_a_pattern_come_first(blog: Blog) -> None:
    feeds = (
        '[{path: "{tag}.atom", format: atom}, {path: all.atom, format: atom},'
        " {path: pod.rss, format: rss, podcast: {}, enclosures: [opus, mp3]}]"
    )
    head = (blog.folder / "publisher.yaml").read_text().split("feeds:")[0]
    page = "page: {path: subscribe/index.html}\n"
    (blog.folder / "publisher.yaml").write_text(f"{head}feeds: {feeds}\n{page}")
    names = [line.partition("https")[0] for line in texts(built(blog), "ul.feeds li")]
    title = "A blog of the tests"
    assert names[:2] == [f"{title} (Atom)", f"{title} (RSS, podcast, opus, mp3)"]
    assert names[2:] == [f"{title}: x (Atom)", f"{title}: y (Atom)"]


def test_the_formats_of_a_recording_have_different_labels(blog: Blog) -> None:
    blog.write("2026-01-03-c.md", "Text.", title="C", audio="[/m/c.opus, /m/c.flac]")
    article = built(blog).cssselect("article")[0]
    assert [one.text_content() for one in article.cssselect("p.facts")][1:] == ["c.opus", "c.flac"]


def test_it_shows_the_newest_posts_as_readers_do(blog: Blog) -> None:
    page = built(blog)
    assert texts(page, "article h3") == ["B & <b>", "A"]
    first, second = page.cssselect("article")
    assert first.cssselect("details[open] div p")[0].text_content() == "The body of b."
    assert first.cssselect("div table td")[1].text_content() == "2"
    assert second.get("lang") == "de"
    audio = second.cssselect("audio")[0]
    assert (audio.get("src"), audio.get("title")) == ("https://m.example/a.opus", "A")
    assert texts(page, "article time") == ["2026-01-02", "2026-01-01"]


def test_the_page_has_at_most_the_configured_number_of_posts(blog: Blog) -> None:
    configure(blog, "page: {path: subscribe/index.html, limit: 1}\n")
    assert texts(built(blog), "article h3") == ["B & <b>"]


def test_the_page_runs_and_loads_no_script(blog: Blog) -> None:
    blog.write("2026-01-03-evil.md", "<script>alert(1)</script><img src=x onerror=alert(2)>",
               title="</title><script>alert(3)</script>", author="<img src=x onerror=alert(4)>",
               tags='["<script>alert(5)</script>"]',
               audio="{url: 'javascript:alert(6)'}")  # fmt: skip
    page = built(blog)
    assert page.cssselect("script") == []
    handlers = [name for element in page.iter() for name in element.attrib if name.startswith("on")]
    assert handlers == []
    addresses = [element.get("href") or element.get("src") or "" for element in page.iter()]
    assert not any(address.startswith("javascript:") for address in addresses)


def test_many_feeds_are_folded(blog: Blog) -> None:
    path = blog.folder / "publisher.yaml"
    more = '  - {path: "t/{tag}.atom", format: atom}\npage:'
    path.write_text(path.read_text().replace("page:", more))
    blog.write("2026-01-04-c.md", "c", title="C", tags="[a1, a2, a3, a4, a5]")
    page = built(blog)
    assert len(page.cssselect("#subscribe > ul a")) == 6
    assert "4 more feeds" in texts(page, "#subscribe summary")[0]
    assert len(page.cssselect("#subscribe details ul a")) == 4


def test_many_nodes_are_folded(blog: Blog) -> None:
    configure(blog, PAGE + NODES)
    blog.write("2026-01-04-c.md", "c", title="C", tags="[a1, a2, a3, a4, a5]")
    page = built(blog)
    assert len(page.cssselect("#subscribe > ul a")) == 3 + 6
    assert "2 more nodes" in texts(page, "#subscribe summary")


def test_feeds_with_the_same_title_have_different_labels(blog: Blog) -> None:
    head = (blog.folder / "publisher.yaml").read_text().split("feeds:")[0]
    feeds = (
        "[{path: a.atom, format: atom}, {path: b.atom, format: atom, limit: all},"
        " {path: c.atom, format: atom, content_type: html}]"
    )
    (blog.folder / "publisher.yaml").write_text(f"{head}feeds: {feeds}\n{PAGE}")
    names = [line.partition(" https")[0] for line in texts(built(blog), "ul.feeds li a")]
    assert len({*names}) == 3


def test_the_head_links_the_feeds_of_the_site_and_no_feed_of_a_tag(blog: Blog) -> None:
    path = blog.folder / "publisher.yaml"
    more = '  - {path: "t/{tag}.atom", format: atom}\npage:'
    path.write_text(path.read_text().replace("page:", more))
    found = [link.get("href") for link in built(blog).cssselect("head link[rel=alternate]")]
    assert [address.rpartition("/")[2] for address in found] == [
        "feed.atom", "feed.rss", "feed.json",
    ]  # fmt: skip


def test_headings_of_a_post_stand_below_its_title(blog: Blog) -> None:
    blog.write("2026-01-05-d.md", "# One\n\n### Three\n\n#### Four\n\n# Again", title="D")
    blog.write("2026-01-04-c.md", "## Two", title="C")
    page = built(blog)
    assert texts(page, "h1") == ["A blog of the tests"]
    assert texts(page, "article h4") == ["One", "Again", "Two"]
    assert texts(page, "article h5") == ["Three"]
    assert texts(page, "article h6") == ["Four"]


def test_a_post_without_a_text_has_nothing_to_unfold(blog: Blog) -> None:
    blog.write("2026-01-05-d.md", "", title="D", audio="/d.mp3")
    assert built(blog).cssselect("article")[0].cssselect("details") == []


def test_a_page_that_publisher_did_not_write_is_never_replaced(blog: Blog) -> None:
    home = blog.folder / "subscribe" / "index.html"
    home.parent.mkdir()
    home.write_text("<h1>My own page</h1>")
    (blog.folder / "feed.css").write_text("body {}")
    run = blog.run("build")
    assert run.code == 1
    assert run.err.count("exists and is not from publisher") == 2
    assert home.read_text() == "<h1>My own page</h1>"
    assert (blog.folder / "feed.atom").exists()


# --- In a browser


@pytest.fixture
def web(blog: Blog) -> Iterator[Web]:
    """The deployed site. Feeds are served as XML, so that browsers show them."""
    configure(blog, PAGE + NODES)
    built(blog)
    with Web() as made:
        made.answers = deployed(blog)
        yield made


def deployed(blog: Blog) -> dict[str, Answer]:
    files = {
        "/subscribe/": ("subscribe/index.html", "text/html; charset=utf-8"),
        "/feed.css": ("feed.css", "text/css"),
        "/feed.atom": ("feed.atom", "application/xml"),
    }
    return {
        address: _of(kind, (blog.folder / name).read_bytes())
        for address, (name, kind) in files.items()
    }


def _of(kind: str, body: bytes) -> Answer:
    return Answer(body, headers={"Content-Type": kind})


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_it_fits_the_screen(browser: webdriver.Chrome, web: Web, size: tuple[int, int]) -> None:
    browser.set_window_size(*size)
    browser.get(f"{web.url}/subscribe/")
    wide, screen = browser.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= screen


def test_a_visitor_folds_posts_and_reaches_them_by_keyboard(
    browser: webdriver.Chrome, web: Web
) -> None:
    browser.get(f"{web.url}/subscribe/")
    opened, folded = browser.find_elements(By.CSS_SELECTOR, "article details > div")
    assert (opened.is_displayed(), folded.is_displayed()) == (True, False)
    folded_summary = browser.find_elements(By.CSS_SELECTOR, "article summary")[1]
    assert folded_summary.text == "The body of a."
    folded_summary.click()
    assert folded.is_displayed()
    assert folded_summary.text == "As readers show it"
    lines = browser.find_element(By.CSS_SELECTOR, "#subscribe pre")
    assert not lines.is_displayed()
    browser.find_element(By.CSS_SELECTOR, "#subscribe summary").click()
    assert 'rel="alternate"' in lines.text
    browser.refresh()
    browser.find_element(By.TAG_NAME, "html").send_keys(Keys.TAB)
    skip = browser.switch_to.active_element
    assert skip.text == "To the posts"
    skip.send_keys(Keys.ENTER)
    assert browser.current_url.endswith("#posts")


def test_a_client_can_open_the_xmpp_link(browser: webdriver.Chrome, web: Web) -> None:
    browser.get(f"{web.url}/subscribe/")
    link = browser.find_element(By.LINK_TEXT, "Blog & live")
    assert link.get_attribute("href") == "xmpp:pubsub.example.org?pubsub;action=subscribe;node=blog"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_text_has_enough_contrast_in_light_and_dark(
    browser: webdriver.Chrome, web: Web, scheme: str
) -> None:
    """Every element with text has the contrast of WCAG 2.1, success criterion 1.4.3."""
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    browser.get(f"{web.url}/subscribe/")
    ratios: dict[str, float] = browser.execute_script(CONTRASTS)
    assert len(ratios) > 4
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}
    (dark,) = {browser.execute_script(IS_DARK)}
    assert dark == (scheme == "dark")


@pytest.mark.parametrize("address", ["/subscribe/", "/feed.atom"])
def test_right_to_left_text_is_shown_from_right_to_left(
    browser: webdriver.Chrome, blog: Blog, address: str
) -> None:
    """Each paragraph has the direction of its own script."""
    blog.write("2026-01-05-d.md", "مرحبا!\n\nHello!", title="مرحبا بالعالم!", lang="ar")
    built(blog)
    with Web() as web:
        web.answers = deployed(blog)
        browser.get(f"{web.url}{address}")
        shown = browser.execute_script(BEGINNINGS)
    assert shown["مرحبا بالعالم!"] == shown["مرحبا!"] == "right"
    assert shown["The body of b."] == "left"


# Where the first letter of each text stands in the box around it.
BEGINNINGS = """
const found = {};
for (const element of document.querySelectorAll("body *, feed *, *|feed *|*")) {
  const text = [...element.childNodes].find(n => n.nodeType === 3 && n.data.trim());
  if (!text || !element.getClientRects().length) continue;
  const range = document.createRange();
  const at = text.data.search(/\\S/);
  range.setStart(text, at);
  range.setEnd(text, at + 1);
  const block = element.closest("p, h3, title, *|title") ?? element;
  const letter = range.getBoundingClientRect(), box = block.getBoundingClientRect();
  const isRight = letter.left + letter.right > box.left + box.right;
  found[element.textContent.trim()] = isRight ? "right" : "left";
}
return found;
"""
IS_DARK = "return getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0] < 128"
CONTRASTS = """
const parts = colour => colour.match(/[\\d.]+/g).map(Number);
const light = colour => parts(colour).slice(0, 3).map(v => v / 255)
  .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const behind = element => {
  const colour = getComputedStyle(element).backgroundColor;
  const opaque = parts(colour).length < 4 || parts(colour)[3] > 0;
  return opaque || !element.parentElement ? colour : behind(element.parentElement);
};
const found = {};
for (const element of document.querySelectorAll("body *")) {
  if (![...element.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
  const [a, b] = [light(getComputedStyle(element).color), light(behind(element))];
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  const name = element.tagName + "." + element.className;
  found[name] = Math.min(found[name] ?? 99, ratio);
}
return found;
"""


def test_the_page_loads_its_own_files_and_no_others(browser: webdriver.Chrome, web: Web) -> None:
    browser.get(f"{web.url}/subscribe/")
    asked = {path for path, _ in web.asked}
    assert asked <= {"/subscribe/", "/favicon.ico"}
    for element in browser.find_elements(By.CSS_SELECTOR, "main a, main summary"):
        name = element.get_attribute("textContent")
        assert name
        assert name.strip()


def test_the_stylesheet_makes_the_atom_feed_legible(browser: webdriver.Chrome, web: Web) -> None:
    browser.set_window_size(*PHONE)
    browser.get(f"{web.url}/feed.atom")
    shown = browser.execute_script(
        "return [...document.querySelectorAll('*')].filter(e => e.getClientRects().length)"
        ".filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))"
        ".map(e => e.localName + ': ' + e.textContent.trim().replace(/\\s+/g, ' '))"
    )
    assert shown[:2] == ["title: A blog of the tests", "title: B & <b>"]
    assert "p: The body of b." in shown
    assert "td: 2" in shown
    assert not any(line.startswith(("id:", "updated:", "name:", "generator:")) for line in shown)
