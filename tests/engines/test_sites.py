"""Sites built by their generators: publisher reads the posts as the pages show them.

Each site in `sites/` has a layout that writes what the generator knows of a post into its page. A
new difference fails, and so does a known one that has vanished.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.support import sites
from tests.support.generators import GENERATORS
from tests.support.sites import URL

FOLDER = Path(__file__).parent / "sites"
SETTINGS = {
    "jekyll": "_config.yml",
    "hugo": "hugo.yaml",
    "hugo-newest": "hugo.yaml",
    "hugo-languages": "config/_default/hugo.yaml",
    "hugo-languages-newest": "config/_default/hugo.yaml",
    "pelican": "pelicanconf.py",
    "nikola": "conf.py",
    "eleventy": "eleventy.config.js",
    "hexo": "_config.yml",
}

# By post and fact: what the generator says, what publisher says, and why.
Known = dict[tuple[str, str], tuple[object, object, str]]

ON_PURPOSE: dict[str, Known] = {
    "jekyll": {
        ("_posts/2020-07-02-tags-with-commas.md", "tags"): (
            ["one", "two,", "three"], ["one two", "three"],
            "Jekyll splits a text at blanks only; who writes commas means them",
        ),
        ("_posts/2020-07-04-tags-of-numbers.md", "title"): (2020, "2020", "a title is a text"),
        ("_posts/2020-07-04-tags-of-numbers.md", "tags"): (
            [1, 1, 2.5, True], ["1", "2.50", "yes"], "a tag is what the author wrote, once",
        ),
        ("_posts/2020-08-02-draft-true.md", "is published"): (
            True, False, "Jekyll knows drafts by their folder only; the author says that it is one",
        ),
        ("_posts/2020-10-02-long-ending.markdown", "title"): (
            '  A "quoted" & <b>title</b>  ', 'A "quoted" & title',
            "feeds show a title as plain text, without its tags and the blanks around it",
        ),
        ("_posts/2020-10-06-same.md", "is published"): (
            False, True, "another post has the same URL and takes its page; publisher warns",
        ),
        ("_posts/2020-02-10_underscore.md", "is published"): (
            False, True, "Jekyll ignores it; publisher warns that it has no page",
        ),
        ("_posts/undated.md", "is published"): (
            False, True, "Jekyll ignores it; publisher warns that it has no page",
        ),
    },
    "hugo": {
        ("content/posts/2020-01-08-date-in-the-name.md", "published"): (
            "0001-01-01T00:00:00Z", "2020-01-07T23:00:00Z",
            "Hugo has no date for it; readers need one, and the name has it",
        ),
        ("content/posts/headless.md", "is published"): (
            True, False, "what the site does not list is not in feeds",
        ),
        ("content/posts/C++ & friends, 100%!.md", "url"): (
            "/posts/c%2B%2B-friends-100/", "/posts/c%2B%2B--friends-100/",
            "since 0.123 every space of a file's name becomes a hyphen",
        ),
        ("content/posts/percent%20twenty.md", "url"): (
            "/posts/percent%20twenty/", "/posts/percent%2520twenty/",
            "Hugo's own links lead to no page; publisher's do",
        ),
        ("content/posts/params.md", "tags"): (
            [], ["inside"], "later versions of Hugo read what is below params",
        ),
        ("content/posts/tags-of-numbers.md", "tags"): (
            [1, 1, 2.5, True], ["1", "2.50", "yes"], "a tag is what the author wrote, once",
        ),
        ("content/posts/undated.md", "is published"): (
            True, False, "without a date it is a page, not a post",
        ),
        ("content/posts/quotes.md", "title"): (
            '"Quoted" & <b>title</b>', '"Quoted" & title',
            "feeds show a title as plain text, without its tags",
        ),
        ("content/posts/without-a-title.md", "title"): (
            "", "Some words.", "readers need a title: the first words",
        ),
        ("content/titled/untitled.md", "title"): (
            "", "Some words.", "readers need a title: the first words",
        ),
    },
    "pelican": {
        ("content/articles/future.md", "is published"): (
            True, False, "only WITH_FUTURE_DATES = True announces what has not happened yet",
        ),
        ("content/articles/keywords.md", "tags"): (
            [], ["one", "two"], "keywords stand in for tags",
        ),
        ("content/articles/save-as.md", "url"): (
            "/save-as.html", "/saved/", "Pelican's own links lead to no page; publisher's do",
        ),
    },
    "nikola": {
        ("posts/tags.md", "tags"): (
            ["mathjax", "Three", "two words"], ["Three", "two words"],
            "mathjax switches formulas on; readers have no use for it",
        ),
    },
    "eleventy": {
        ("src/posts/excluded.md", "is published"): (
            True, False, "what the site does not list is not in feeds",
        ),
        ("src/posts/future.md", "is published"): (
            True, False, "Eleventy builds whatever is there; publisher waits for the date",
        ),
        ("src/posts/published-false.md", "is published"): (
            True, False, "Eleventy does not know the key; the author says that it is not public",
        ),
    },
    "hexo": {
        ("source/_posts/2020-01-14-date-in-the-name.md", "is published"): (
            True, False, "Hexo takes the time of the file; it reads dates in names if told to",
        ),
        ("source/_posts/date-without-a-value.md", "is published"): (
            True, False, "Hexo takes the time of the file, which is another one in every copy",
        ),
        ("source/_posts/draft-true.md", "is published"): (
            True, False, "Hexo knows drafts by their folder only; the author says that it is one",
        ),
        ("source/_posts/future.md", "is published"): (
            True, False, "only future: true announces what has not happened yet",
        ),
        ("source/_posts/no-front-matter.md", "is published"): (
            True, False, "Hexo takes the time of the file, which is another one in every copy",
        ),
        ("source/_posts/percent%20twenty.md", "url"): (
            "/2020/06/07/percent%20twenty/", "/2020/06/07/percent%2520twenty/",
            "Hexo's own links lead to no page; publisher's do",
        ),
        ("source/_posts/published-no.md", "is published"): (
            True, False, "for Hexo no is a text; the author says that it is not public",
        ),
        ("source/_posts/tags-of-numbers.md", "tags"): (
            ["1", "2.5", "yes"], ["1", "2.50", "yes"], "a tag is what the author wrote",
        ),
        ("source/_posts/title-with-marks.md", "title"): (
            '  A "quoted" & <b>title</b> ', 'A "quoted" & title',
            "feeds show a title as plain text, without its tags and the blanks around it",
        ),
        ("source/_posts/title-without-a-value.md", "title"): (
            "", "Some words.", "readers need a title: the first words",
        ),
        ("source/_posts/undated.md", "is published"): (
            True, False, "Hexo takes the time of the file, which is another one in every copy",
        ),
        ("source/_posts/without-a-title.md", "title"): (
            "", "Some words.", "readers need a title: the first words",
        ),
        ("source/_posts/zone.md", "published"): (
            "2020-01-10T03:30:00Z", "2020-01-10T04:30:00Z",
            "Hexo reads the UTC time as the site's; the author says when it was",
        ),
        ("source/_posts/zone.md", "updated"): (
            "2020-01-10T03:30:00Z", "2020-01-10T04:30:00Z", "the same",
        ),
        ("source/_posts/zulu.md", "published"): (
            "2020-01-10T11:00:00Z", "2020-01-10T12:00:00Z", "the same",
        ),
        ("source/_posts/zulu.md", "updated"): (
            "2020-01-10T11:00:00Z", "2020-01-10T12:00:00Z", "the same",
        ),
    },
}  # fmt: skip

# What publisher gets wrong. Whoever repairs one removes its row.
FAULTS: dict[str, Known] = {
    "jekyll": {},
    "hugo": {},
    "pelican": {
    },
    "nikola": {
    },
    "eleventy": {},
    "hexo": {},
}  # fmt: skip


_OLD_HUGO = frozenset({
    ("content/posts/C++ & friends, 100%!.md", "url"),
    ("content/posts/params.md", "tags"),
})  # fmt: skip
ON_PURPOSE["hugo-newest"] = {
    **{key: row for key, row in ON_PURPOSE["hugo"].items() if key not in _OLD_HUGO},
    ("content/posts/page-without-front-matter.html", "is published"): (
        True, False, "without a date it is a page, not a post",
    ),
    ("content/posts/tags-of-numbers.md", "tags"): (
        [1, 1, 2.5, "yes"], ["1", "2.50", "yes"], "a tag is what the author wrote, once",
    ),
}  # fmt: skip
ON_PURPOSE["hugo-languages"] = {
    (f"content/en/post/bundle/index{language}.md", "tags"): (
        [], ["cascaded"], "since 0.123 a bundle has the path of its folder, for cascades, too",
    )
    for language in ("", ".de")
}  # fmt: skip
ON_PURPOSE["hugo-languages-newest"] = {}
for one in ("hugo-newest", "hugo-languages", "hugo-languages-newest"):
    FAULTS[one] = {}


@dataclass(frozen=True)
class Variant:
    """A site with more `settings`: which differences are `new` or `gone` because of them."""

    engine: str
    settings: str
    new: frozenset[tuple[str, str]] = frozenset()
    gone: frozenset[tuple[str, str]] = frozenset()


_HEXO_FUTURE = frozenset({("source/_posts/future.md", "is published")})
_HEXO_NAMES = frozenset({
    ("source/_posts/2020-01-14-date-in-the-name.md", "is published"),
    ("source/_posts/percent%20twenty.md", "url"),
})  # fmt: skip
VARIANTS = [
    *(
        Variant("jekyll", settings)
        for settings in (
            "permalink: pretty",
            "permalink: none",
            "permalink: weekdate",
            "permalink: ordinal",
            "permalink: /blog/:short_year/:i_month/:slug:output_ext",
            "permalink: /:slugified_categories/:title",
            "collections: {posts: {output: true, permalink: '/c/:name/'}}",
            "future: true",
        )
    ),
    *(
        Variant(hugo, settings)
        for hugo in ("hugo", "hugo-newest")
        for settings in (
            "uglyURLs: true",
            "defaultContentLanguageInSubdir: true",
            "buildFuture: true",
            "removePathAccents: true",
        )
    ),
    Variant(
        "hugo",
        "disablePathToLower: true",
        gone=frozenset({("content/posts/C++ & friends, 100%!.md", "url")}),
    ),
    Variant("hugo-newest", "disablePathToLower: true"),
    *(
        Variant(
            hugo,
            "frontmatter: {date: [':filename', ':default']}",
            gone=frozenset({("content/posts/2020-01-08-date-in-the-name.md", "published")}),
        )
        for hugo in ("hugo", "hugo-newest")
    ),
    Variant(
        "pelican",
        "ARTICLE_URL = '{date:%Y}/{date:%b}/{category}/{slug}/'\n"
        "ARTICLE_SAVE_AS = '{date:%Y}/{date:%b}/{category}/{slug}/index.html'",
    ),
    Variant("pelican", "SLUGIFY_SOURCE = 'basename'"),
    Variant("pelican", "SLUGIFY_USE_UNICODE = True\nSLUGIFY_PRESERVE_CASE = True"),
    Variant("pelican", "SLUGIFY_PRESERVE_CASE = True"),
    Variant(
        "pelican",
        "SLUG_REGEX_SUBSTITUTIONS = ["
        "(r'[+]', 'p'), (r'[^\\w\\s-]', ''), (r'\\s+', '_'), ('D(.)', r'\\1')]",
    ),
    Variant(
        "pelican",
        "SLUG_REGEX_SUBSTITUTIONS = [(r'[^\\w\\s-]', '')]\n"
        "CATEGORY_REGEX_SUBSTITUTIONS = [('f', 'ph')]\n"
        "AUTHOR_REGEX_SUBSTITUTIONS = [(' ', '.')]\n"
        "ARTICLE_URL = '{category}/{author}/{slug}.html'\n"
        "ARTICLE_SAVE_AS = ARTICLE_URL",
    ),
    Variant(
        "pelican",
        "FILENAME_METADATA = r'(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[- ](?P<Slug>.*)'\n"
        "PATH_METADATA = r'articles/(?P<category>\\w+)/(?P<tags>.*)[.]html'\n"
        "DEFAULT_DATE = '05/06/2012'",
    ),
    Variant(
        "pelican",
        "PATH_METADATA = '(?P<path_no_ext>.*)[.].*'\n"
        "ARTICLE_URL = '{path_no_ext}.html'\nARTICLE_SAVE_AS = '{path_no_ext}.html'",
    ),
    Variant("pelican", "FILENAME_METADATA = '(?P<title>.*)'"),
    Variant(
        "pelican",
        "DEFAULT_DATE = (2012, 3, 2, 14, 1, 1)\n"
        "DEFAULT_METADATA = {'tags': 'a, b', 'lang': 'de', 'category': 'x', 'author': 'Doe, J.'}\n"
        "READERS = {'html': None}",
    ),
    Variant(
        "pelican",
        "EXTRA_PATH_METADATA = {'articles/Folder': {'status': 'hidden'},"
        " 'articles/two.md': {'slug': 'zwei'}, 'articles': {'status': 'published'}}\n"
        "IGNORE_FILES = ['d*.md', '#*']\nUSE_FOLDER_AS_CATEGORY = False",
    ),
    Variant(
        "pelican",
        "WITH_FUTURE_DATES = False",
        gone=frozenset({("content/articles/future.md", "is published")}),
    ),
    Variant("nikola", "PRETTY_URLS = False"),
    Variant("nikola", "FUTURE_IS_NOW = True"),
    Variant("nikola", "STRIP_INDEXES = False\nUSE_SLUGIFY = False"),
    Variant("nikola", "PRETTY_URLS = False\nSTRIP_INDEXES = False"),
    Variant("nikola", "INDEX_FILE = 'start.html'"),
    Variant(
        "nikola",
        "INDEX_FILE = 'plain.html'\nPRETTY_URLS = False",
        new=frozenset({("posts/plain.md", "page")}),  # here only index.html is a folder's page
    ),
    Variant(
        "nikola",
        "POSTS = [('posts/*.md', {'en': 'entries', 'de': 'texte'}, 'post.tmpl')]\n"
        "TRANSLATIONS = {'en': './en', 'de': 'de'}\nMULTIPLE_AUTHORS_PER_POST = True",
    ),
    Variant(
        "nikola",
        "FILE_METADATA_REGEXP = '.*/(?P<Slug>[0-9]+)-(?P<title>.*)[.]md'",
    ),
    *(
        Variant("hexo", settings)
        for settings in (
            "permalink: ':title.html'",
            "permalink: /blog/:year/:month-:day/:title/",
            "permalink: ':category/:name/'",
            "permalink: ':category/:name/'\nfilename_case: 1\ndefault_category: Other Things",
            "permalink: ':lang/:title/'\npermalink_defaults: {lang: en}",
            "permalink: ':title.html'\npretty_urls: {trailing_html: false}",
            "permalink: ':title/index.html'\npretty_urls: {trailing_index: false}",
            "post_asset_folder: true",
            "root: /blog/",  # for links; the address of a post begins with `url`
        )
    ),
    Variant(
        "hexo",
        "permalink: ':year-:month-:day/:post_title/'",
        gone=frozenset({("source/_posts/percent%20twenty.md", "url")}),
    ),
    Variant("hexo", "permalink: ':i_month/:i_day/:hour/:minute/:second/:name/'"),
    Variant(
        "hexo",
        "permalink: ':hash/'",
        gone=frozenset({("source/_posts/percent%20twenty.md", "url")}),
    ),
    Variant("hexo", "new_post_name: ':year-:month-:day-:title.md'", gone=_HEXO_NAMES),
    Variant("hexo", "new_post_name: ':year-:i_month-:i_day-:title.md'", gone=_HEXO_NAMES),
    Variant("hexo", "future: true", gone=_HEXO_FUTURE),
    Variant("hexo", "future: false", gone=_HEXO_FUTURE),
    Variant(
        "hexo",
        "render_drafts: true",  # which is for the author's own eyes
        new=frozenset({
            ("source/_drafts/a-draft.md", "is published"),
            ("source/_drafts/published-true.md", "is published"),
            ("source/_posts/published-false.md", "is published"),
        }),
    ),
    Variant(
        "hexo",
        "use_slug_as_post_title: true",
        gone=frozenset({("source/_posts/without-a-title.md", "title")}),
    ),
    Variant("hexo", "source_dir: src", gone=frozenset(ON_PURPOSE["hexo"] | FAULTS["hexo"])),
]  # fmt: skip


@pytest.mark.parametrize("engine", SETTINGS)
def test_posts_are_read_as_their_generator_shows_them(engine: str, tmp_path: Path) -> None:
    found = _differences(engine, tmp_path)
    known = {key: pair for key, (*pair, _) in (ON_PURPOSE[engine] | FAULTS[engine]).items()}
    new = {key: pair for key, pair in found.items() if [*pair] != known.get(key)}
    assert not new, "the generator and publisher differ: (generator, publisher)"
    vanished = known.keys() - found.keys()
    assert not vanished, "no difference any more: remove these rows"


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda one: f"{one.engine}: {one.settings}")
def test_settings_count_as_for_the_generator(variant: Variant, tmp_path: Path) -> None:
    found = _differences(variant.engine, tmp_path, variant.settings)
    known = (ON_PURPOSE[variant.engine] | FAULTS[variant.engine]).keys()
    expected = (known | variant.new) - variant.gone
    new = {key: pair for key, pair in found.items() if key not in expected}
    assert not new, "the generator and publisher differ: (generator, publisher)"
    vanished = expected - found.keys()
    assert not vanished, "no difference any more: add these rows to `gone`"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_days_in_quotes_are_those_of_hexo_in_every_zone(zone: str, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(FOLDER / "hexo", site)
    settings = site / "_config.yml"
    text = settings.read_text(encoding="utf-8").replace("Europe/Berlin", zone)
    settings.write_text(f"{text}permalink: ':year-:month-:day-:hour/:hash/:title/'\n")
    output = replace(GENERATORS["hexo"], environment={"TZ": zone}).build(site)
    generated, read = sites.generated(output), sites.read(site, output)
    for name in ("day", "quoted-day", "json-day", "quoted-time"):
        path = f"source/_posts/{name}.md"
        facts = ("published", "updated", "url", "page")
        assert [read[path][f] for f in facts] == [generated[path][f] for f in facts]


@pytest.mark.parametrize("permalink", [":title.html", ":year/:title.html", ":title", ":title/"])
def test_the_pictures_of_a_post_are_where_hexo_puts_them(permalink: str, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(FOLDER / "hexo", site)
    with (site / "_config.yml").open("a", encoding="utf-8") as file:
        file.write(
            f"permalink: '{permalink}'\npost_asset_folder: true\nmarked: {{postAsset: true}}\n"
        )
    post = site / "source/_posts/pear.md"
    post.write_text("---\ntitle: Pear\ndate: 2026-01-03\n---\n![A pear](pear.png)\n")
    (post.parent / "pear").mkdir()
    (post.parent / "pear/pear.png").write_bytes(b"")
    output = GENERATORS["hexo"].build(site)
    (built,) = output.rglob("pear.png")
    assert f'"{URL}/{built.relative_to(output)}" alt="A pear"' in sites.feed(site)


def _differences(engine: str, folder: Path, settings: str = "") -> sites.Differences:
    generator = GENERATORS[engine.replace("-languages", "")]
    generator.check_version()
    site = _site(engine, folder, settings)
    output = generator.build(site)
    generated = sites.generated(output)
    assert generated, f"the layout of {engine} wrote nothing into the pages"
    return sites.differences(generated, sites.read(site, output))


def _site(engine: str, folder: Path, settings: str) -> Path:
    """A copy of the site of an engine, with more settings."""
    site = folder / "site"
    shutil.copytree(FOLDER / engine.removesuffix("-newest"), site)
    with (site / SETTINGS[engine]).open("a", encoding="utf-8") as file:
        file.write(f"{settings}\n")
    if engine == "hugo-newest":  # stops at two things that the older one does not mind
        (site / "content/posts/published-false.md").unlink()
        for name in ("headless", "not-rendered"):
            post = site / f"content/posts/{name}.md"
            post.write_text(post.read_text(encoding="utf-8").replace("_build:", "build:"))
    return site
