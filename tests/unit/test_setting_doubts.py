"""A setting that changes posts is read, or `init` and `check` name it with its file and line."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.sources.engines import RECORDS, unread
from publisher.sources.engines.detected import reach_of
from publisher.sources.engines.unread import SettingsFile, changes
from publisher.text import setting_lines
from tests.support.blog import Blog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.config import Engine

POST = "---\ntitle: A post\ndate: 2020-01-02\n---\nText.\n"
CONFIG = """\
site: {{title: A site, url: "https://site.example", since: 2020-01-01{site}}}
posts: {{path: {posts}, engine: {engine}{more}}}
feeds: [{{path: feed.atom, format: atom}}]
"""
PAGE = "<html><head><title>A post</title></head><body><article>Text.</article></body></html>"
HEXO = "title: A\nmarked:\n  # breaks: true\n  breaks: false\nrender_drafts: true\n"
ELEVENTY = """\
module.exports = (config) => {
  // config.addPreprocessor("drafts", "md", () => false)
  config.addDateParsing((value) => value)
  config.setLibrary("md", require("markdown-it")())
  return {dir: {input: "."}, markdownTemplateEngine: "njk", templateFormats: ["md", "njk"]}
}
"""


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def check(folder: Path, engine: str, files: Mapping[str, str], **keys: str) -> list[str]:
    """The warnings of `check` about settings that are not read."""
    blog, posts = (
        Blog(folder),
        {
            "eleventy": "posts",
            "hexo": "source/_posts",
            "hugo": "content",
            "jekyll": "_posts",
            "pelican": "content",
        }[engine],
    )
    write(folder, {f"{posts}/2020-01-02-a.md": POST, **files})
    config = CONFIG.format(**{"posts": posts, "engine": engine, "site": "", "more": "", **keys})
    (folder / "publisher.yaml").write_text(config)
    run = blog.run("check")
    assert run.code == 0, run.err
    named = (": publisher does not read ", ": ARTICLE_PATHS names ", ": posts.path has no posts ")
    return [line for line in run.out.splitlines() if any(one in line for one in named)]


def test_check_names_the_setting_with_its_line_and_the_way_out(tmp_path: Path) -> None:
    assert check(tmp_path / "site", "hexo", {"_config.yml": HEXO}) == [
        "_config.yml: warning: publisher does not read these settings: marked.breaks (line 4), "
        "render_drafts (line 5). Posts and bodies may differ from those on your site; build the "
        "site and run `publisher init --learn`"
    ]


def test_json_has_each_setting_with_its_line(tmp_path: Path) -> None:
    check(tmp_path / "site", "hexo", {"_config.yml": HEXO})
    settings = (
        Blog(tmp_path / "other")
        .run("check", "--json", "--config", f"{tmp_path / 'site/publisher.yaml'}")
        .json["settings"]
    )
    assert [(one["line"], one["message"].partition(". ")[0]) for one in settings] == [
        (4, "publisher does not read marked.breaks"),
        (5, "publisher does not read render_drafts"),
    ]


def test_what_no_built_page_shows_has_a_line_of_its_own(tmp_path: Path) -> None:
    settings = "plugins: [jekyll-titles-from-headings]\nsafe: true\nlimit_posts: 3\n"
    assert check(tmp_path / "site", "jekyll", {"_config.yml": settings}) == [
        "_config.yml: warning: publisher does not read these settings: safe (line 2), limit_posts "
        "(line 3). Posts and bodies may differ from those on your site; build the site and run "
        "`publisher init --learn`",
        "_config.yml:1: warning: publisher does not read plugins.jekyll-titles-from-headings. "
        "Titles may differ from those on your site",
    ]


def test_init_names_it_too(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    write(blog.folder, {"_config.yml": HEXO, "source/_posts/2020-01-02-a.md": POST})
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--url", "https://site.example")
    assert run.code == 0, run.err
    assert (
        "note: _config.yml: publisher does not read these settings: marked.breaks (line 4), "
        "render_drafts (line 5). Posts and bodies may differ"
    ) in run.err


PELICAN_DEFAULTS = """
MARKDOWN = {
    'extension_configs': {
        'markdown.extensions.codehilite': {'css_class': 'highlight'},
        'markdown.extensions.extra': {},
        'markdown.extensions.meta': {},
    },
    'output_format': 'html5',
}
SUMMARY_MAX_LENGTH = 50
INTRASITE_LINK_REGEX = '[{|](?P<what>.*?)[|}]'
STATIC_URL = '{path}'
STATIC_SAVE_AS = '{path}'
PAGE_URL = 'pages/{slug}.html'
TAG_URL = 'tag/{slug}.html'
CATEGORY_URL = 'category/{slug}.html'
AUTHOR_URL = 'author/{slug}.html'
LOCALE = ['']
"""


CONDITIONS = """\
import os
PATH = DEFAULT_LANG = "a"
DEFAULT_METADATA = {}
SITENAME = "A"
PLUGINS = []
def of_site():
    PLUGINS = ["of the function"]
if os.environ.get("CI"):
    PATH = "content"
    SITENAME = "B"
try:
    from own import DEFAULT_DATE
except ImportError:
    DEFAULT_DATE = "fs"
DEFAULT_METADATA["status"] = "draft"
"""


@pytest.mark.parametrize(
    ("engine", "settings", "named"),
    [
        ("pelican", "PLUGINS = ['sitemap', 'pelican.plugins.seo']\nLOCALE = ('en_US', )\n", []),
        ("pelican", "PLUGINS = [\n    'sitemap', 'render_math']\n", ["PLUGINS"]),
        (
            "pelican",
            "FORMATTED_FIELDS = ['summary', 'title']\nTYPOGRIFY = False",
            ["FORMATTED_FIELDS"],
        ),
        ("pelican", "DEFAULT_METADATA = {'a': 'b'}\nCLEAN_URLS = True", ["CLEAN_URLS"]),
        ("pelican", "import os\nDEFAULT_METADATA = dict(a=os.name)", ["DEFAULT_METADATA"]),
        ("pelican", CONDITIONS, ["PATH", "DEFAULT_DATE", "DEFAULT_LANG", "DEFAULT_METADATA"]),
        ("pelican", PELICAN_DEFAULTS, []),
        (
            "pelican",
            PELICAN_DEFAULTS.replace("highlight", "x").replace("= 50", "= None"),
            ["SUMMARY_MAX_LENGTH", "MARKDOWN"],
        ),
        (
            "pelican",
            PELICAN_DEFAULTS.replace("{path}", "files/{path}").replace("slug", "name"),
            ["STATIC_URL", "STATIC_SAVE_AS"],
        ),
        (
            "pelican",
            PELICAN_DEFAULTS.replace("['']", "('de_DE', 'en_US')").replace("{|", "{"),
            ["LOCALE", "INTRASITE_LINK_REGEX"],
        ),
        ("nikola", "MARKDOWN_EXTENSIONS = ['markdown.extensions.extra', 'fenced_code']", []),
        ("nikola", "MARKDOWN_EXTENSIONS = ['extra', 'toc']", ["MARKDOWN_EXTENSIONS"]),
        (
            "nikola",
            "FILES_FOLDERS = {'files': ''}\nIMAGE_FOLDERS = {'a': 'b'}",
            ["IMAGE_FOLDERS.a"],
        ),
        ("nikola", "COMPILERS = {'rest': ['.rst']}\nHYPHENATE = True", ["HYPHENATE"]),
    ],
)
def test_settings_in_python_are_named_if_they_add_something_or_are_computed(
    tmp_path: Path, engine: Engine, settings: str, named: list[str]
) -> None:
    record = RECORDS[engine]
    file = tmp_path / record.settings[0]
    file.write_text(settings)
    found = unread.find([SettingsFile(file)], record.unread_settings, reach_of(tmp_path))
    assert [one.name for one in found] == named


def test_keys_and_calls_of_a_program_are_named_without_running_it(tmp_path: Path) -> None:
    named = check(tmp_path / "site", "eleventy", {".eleventy.js": ELEVENTY})
    assert [line.partition(". ")[0] for line in named] == [
        ".eleventy.js:3: warning: publisher does not read addDateParsing",
        ".eleventy.js: warning: publisher does not read these settings: setLibrary (line 4), "
        "markdownTemplateEngine (line 5)",
    ]


def test_article_paths_without_an_article_are_named(tmp_path: Path) -> None:
    settings = "PATH = 'content'\nARTICLE_PATHS = ['articles', 'gone']\n"
    files = {
        "pelicanconf.py": settings,
        "content/articles/a.md": "Title: A\nDate: 2020-01-02\n\nA.\n",
    }
    assert check(tmp_path / "site", "pelican", files) == [
        "pelicanconf.py:2: warning: ARTICLE_PATHS names 'gone', which is not in content; correct "
        "or remove it"
    ]


HUGO_LANGUAGES = {
    "hugo.toml": "[languages.en]\ncontentDir = 'content'\n\n"
                 "[languages.de]\ncontentDir = 'content.de'\n"
                 "[languages.fr]\ncontentDir = 'content.fr'\n"
                 "[languages.it]\ncontentDir = 'content/it'\n",
    "content/blog/a.md": POST, "content.de/blog/a.md": POST, "content.de/b.md": POST,
    "content.fr/_index.md": POST,
}  # fmt: skip


@pytest.mark.parametrize("posts", ["content", "content/blog"])
def test_a_language_in_a_folder_that_is_not_read_is_named(tmp_path: Path, posts: str) -> None:
    (line,) = check(tmp_path, "hugo", HUGO_LANGUAGES, posts=posts)
    assert line.startswith(
        "hugo.toml:5: warning: posts.path has no posts in 'de': content.de (2 files) is not read."
    )
    assert "`path: content.de`, `state: .publisher-de`" in line


@pytest.mark.parametrize("path", ["content.de", "content.de/blog", "."])
def test_a_language_that_another_configuration_reads_is_not_named(
    tmp_path: Path, path: str
) -> None:
    other = "site: {title: A, url: 'https://a.example'}\nposts: {path: %s}\n"
    files = {**HUGO_LANGUAGES, "publisher.de.yaml": other % path}
    assert not check(tmp_path / "a", "hugo", files, posts="content/blog")
    files["publisher.de.yaml"] = other % "elsewhere"
    assert check(tmp_path / "b", "hugo", files, posts="content/blog")


def test_posts_of_all_languages_leave_none_to_name(tmp_path: Path) -> None:
    assert not check(tmp_path, "hugo", HUGO_LANGUAGES, posts=".")


def test_init_names_a_language_that_the_given_folder_does_not_have(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    write(blog.folder, HUGO_LANGUAGES)
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--url", "https://site.example", "--posts", "content/blog")
    assert "note: hugo.toml:5: posts.path has no posts in 'de': content.de" in run.err


def test_files_of_parts_and_languages_of_hugo_are_searched(tmp_path: Path) -> None:
    files = {
        "hugo.toml": "enableGitInfo = true\n[frontmatter]\nlastmod = [':git', ':default']\n",
        "config/_default/languages.de.toml": "weight = 1\ntimeZone = 'Asia/Tokyo'\n",
        "config/_default/languages.en.toml": "timeZone = 'Europe/Paris'\n",  # `init` reads it
        "config/production/markup.yaml": "goldmark:\n  extensions:\n"
        "    passthrough: {enable: true}\n",
    }
    named = check(tmp_path / "site", "hugo", files)
    assert [line.partition(". ")[0] for line in named] == [
        "hugo.toml:1: warning: publisher does not read enableGitInfo",
        "config/_default/languages.de.toml:2: warning: publisher does not read "
        "languages.de.timeZone",
        "config/production/markup.yaml:3: warning: publisher does not read "
        "markup.goldmark.extensions.passthrough.enable",
    ]
    (tmp_path / "other").mkdir()
    subprocess.run(["git", "init", "-q"], cwd=tmp_path / "other", check=True)
    (body,) = check(tmp_path / "other", "hugo", files, more=", updated: git")
    assert "passthrough" in body


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("[a.b]\nc = 1\n[a.b.d]\nx = 1\n[a.c]\n", "a.b.c", 2),
        ("[a.z]\nb = 1\n[a.b]\nc = 1\n", "a.b.c", 4),
        ("x = 1\na.b.c = 1\n[d.c]\n", "a.b.c", 2),
        ("a:\n  b: {c: 1}\n  d: {c: 1}\n", "a.b.c", 2),
        ("a:\n  b:  # c: no\n    c: 1\n", "a.b.c", 3),
        ("# c = 2\n\nc = 1\n", "c", 3),
    ],
)
def test_a_setting_is_found_in_dotted_headers_and_maps(text: str, keys: str, expected: int) -> None:
    assert setting_lines.in_text(text, keys.split(".")) == expected


@pytest.mark.parametrize(
    ("engine", "file", "text"),
    [
        ("hugo", "hugo.toml", 'baseURL = "https://blog.example"\n\nignorefiles = ["(?=x)", "["]\n'),
        (
            "zola",
            "zola.toml",
            'base_url = "https://blog.example"\n\nignored_content = ["*@(a|b)"]\n',
        ),
    ],
)
def test_patterns_that_cannot_be_read_are_named_at_their_line(
    tmp_path: Path, engine: Engine, file: str, text: str
) -> None:
    (tmp_path / file).write_text(text)
    (found,) = RECORDS[engine].ignored(tmp_path, tmp_path, reach_of(tmp_path)).unread
    assert found.line == 3


def test_what_the_built_pages_show_is_in_no_doubt(tmp_path: Path) -> None:
    files = {"_config.yml": HEXO, "public/2020/01/02/a/index.html": PAGE}
    site, more = ", output: public", ", body: article"
    (named,) = check(tmp_path / "site", "hexo", files, site=site)
    assert "marked.breaks" in named
    assert check(tmp_path / "other", "hexo", files, site=site, more=more) == []


def test_a_plugin_is_named_with_its_list(tmp_path: Path) -> None:
    settings = "title: A\nplugins:\n  - jekyll-feed\n  - jekyll-mentions\nkramdown: {input: GFM}\n"
    (named,) = check(tmp_path / "site", "jekyll", {"_config.yml": settings})
    place = "_config.yml:2: warning: "
    assert named.startswith(f"{place}publisher does not read plugins.jekyll-mentions. Bodies may")


@pytest.mark.parametrize(
    ("engine", "settings", "named"),
    [
        ("jekyll", "include: [.htaccess, _x]", ["include"]),
        ("jekyll", "include: [.htaccess, _pages]", []),
        ("jekyll", "kramdown:\n  gfm_quirks: [paragraph_end, no_auto_typographic]",
         ["kramdown.gfm_quirks"]),
        ("jekyll", "kramdown:\n  gfm_quirks: paragraph_end", []),
        ("jekyll", "markdown_ext: markdown,mkdown,mkdn,mkd,md", []),
        ("jekyll", "markdown_ext: markdown", ["markdown_ext"]),
        ("jekyll", "markdown_ext: md, txt", ["markdown_ext"]),
        ("pelican", "LOCALE = ['usa', 'en_US']", ["LOCALE"]),
        ("hugo", "[frontmatter]\nlastmod = [':fileModTime', ':default']", ["frontmatter.lastmod"]),
    ],
)  # fmt: skip
def test_each_word_of_a_list_counts(
    tmp_path: Path, engine: Engine, settings: str, named: list[str]
) -> None:
    record = RECORDS[engine]
    file = tmp_path / record.settings[0]
    file.write_text(settings)
    found = unread.find([SettingsFile(file)], record.unread_settings, reach_of(tmp_path))
    assert [one.name for one in found] == named


TABLE = {
    "a": changes("URLs"),
    "b.c": changes("dates", unless=("x",)),
    "d.*.e": changes("tags"),
    "F": changes("titles"),
    "g.h": changes("bodies"),
}


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.yml", "b:\n  a: 1\nA: 2\n", [("a", 3)]),
        ("a.yml", "b:\n  a: 1\na: 2\n", [("a", 3)]),
        ("a.yml", "a: false\nb: {c: x}\nd: []\n", []),
        ("a.yml", "a:\nb:\n  c: [x, x]\n", []),
        ("a.yml", "a:\nb:\n  c: [y, x]\n", [("b.c", 3)]),
        ("a.yml", "b:\n  # c: z\n  c: z\n", [("b.c", 3)]),
        ("a.yml", "d:\n  de: {e: 1}\n", [("d.de.e", 2)]),
        ("a.yml", "d:\n  - x: {e: 1}\n  - y: 1\n", [("d.x.e", 2)]),
        ("a.yml", "x: 1\ng:\n  - h\n  - i: 1\n", [("g.h", 2)]),
        ("a.toml", "e = 1\n\n[b]\nc = 'y'\n[d.x]\n  e = true\n", [("b.c", 4), ("d.x.e", 6)]),
        ("a.json", '{"title": "a: 1",\n "a":\n "x"}', [("a", 2)]),
        ("a.py", "import os\na = ''\nF = os.name\n", [("F", 3)]),
        ("a.py", "b = {\n  'c': 'y'}\n", [("b.c", 2)]),
        ("a.js", "module.exports = {\n  b: {c: 'x'},\n  a: load()}\n", [("a", 3)]),
    ],
)
def test_a_setting_is_found_in_every_kind_of_file(
    tmp_path: Path, name: str, text: str, found: list[tuple[str, int]]
) -> None:
    file = tmp_path / name
    file.write_text(text)
    settings = unread.find([SettingsFile(file)], TABLE, reach_of(tmp_path))
    assert [(one.name, one.line) for one in settings] == found


def test_a_file_may_hold_one_part_of_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "b.toml"
    file.write_text("\nc = 'y'\n")
    (found,) = unread.find([SettingsFile(file, ("b",))], TABLE, reach_of(tmp_path))
    assert (found.name, found.line) == ("b.c", 2)


def test_the_documentation_names_every_setting_that_is_not_read() -> None:
    docs = Path("docs/settings.md").read_text(encoding="utf-8")
    for engine, record in RECORDS.items():
        for name in record.unread_settings:
            assert f"`{name}`" in docs, f"{engine}: {name}"
