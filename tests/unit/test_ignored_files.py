"""Files that the settings of a site leave out are not published from their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest

from publisher import entry
from publisher.app.project import Project
from publisher.identity.claims import PublishedItem
from publisher.rendering import Renderings
from publisher.sources.engines import RECORDS
from publisher.sources.engines.generator_ignores import of_site
from publisher.system.symlinks import Reach
from tests.support.blog import Blog
from tests.support.posts import SITE, config
from tests.unit.test_engines import read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.config import Engine

Files: TypeAlias = "Mapping[str, str]"

POST = "---\ntitle: A post\ndate: 2020-01-02\n---\nText.\n"
MKDOCS = """\
site_name: A
exclude_docs: |
  *.secret.md
  drafts/
draft_docs: soon.md
markdown_extensions:
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
"""
LUME = (
    "import lume from 'lume/mod.ts'\nconst site = lume({src: './src'})\n"
    "site.ignore('posts/wip', 'README.md').use(feed())\n"
)
NUXT = "export default {content: {ignores: ['archive']}}\n"
ASTRO = "const blog = defineCollection({loader: glob({pattern: ['**/*.md', '!old/**']})})\n"
VUEPRESS = "module.exports = {pagePatterns: ['**/*.md', '!.vuepress', '!wip']}\n"
ELEVENTY = "export default (c) => {\n c.ignores.add('posts/wip/**')\n}\n"
TEMPLATER = '{"templates_folder": "Snippets"}'


def quartz(value: str, *, filters: str = "Plugin.RemoveDrafts()") -> str:
    return (
        "// ignorePatterns: ['a.md'] is a comment\n"
        f"export default {{ configuration: {{\n  ignorePatterns: {value},\n}},\n"
        f"plugins: {{ filters: [{filters}] }} }}\n"
    )


QUARTZ = quartz('[ "private", `templates`, /* "a.md" */ \'**/*.excalidraw.md\' ] as string[]')


@pytest.mark.parametrize(
    ("engine", "posts", "settings", "names"),
    [
        (
            "any",
            "content",
            {"quartz.config.ts": QUARTZ},
            (
                ["private/a.md", "private/deep/b.md", "templates/post.md", "x/a.excalidraw.md"],
                ["a.md", "x/private/b.md"],
            ),
        ),
        (
            "any",
            "content/blog",
            {"quartz.config.ts": quartz("['blog/private']")},
            (["private/a.md"], ["a.md"]),
        ),
        ("plain", "content", {"quartz.config.ts": QUARTZ}, (["private/a.md"], [])),
        (
            "any",
            "content",
            {"quartz.config.yaml": "configuration:\n  ignorePatterns: [private]\n"},
            (["private/a.md"], ["a.md"]),
        ),
        (
            "any",
            "content",
            {"quartz.config.ts": quartz("[]"), "content/.gitignore": "/own\n*.tmp.md\n"},
            (["own/a.md", "x/a.tmp.md"], ["a.md", "x/own/a.md"]),
        ),
        (
            "any",
            "blog",
            {"docusaurus.config.js": "export default {blog: {exclude: ['wip/**']}}"},
            (["wip/a.md"], ["a.md"]),
        ),
        (
            "any",
            "docs/posts",
            {"docs/.vitepress/config.mts": "export default {srcExclude: ['**/todo.md']}"},
            (["todo.md", "x/todo.md"], ["a.md"]),
        ),
        (
            "any",
            "docs/posts",
            {"docs/.vuepress/config.js": VUEPRESS.replace("!wip", "!posts/wip")},
            (["wip/a.md"], ["a.md"]),
        ),
        (
            "any",
            "docs/blog",
            {"mkdocs.yml": MKDOCS},
            (["a.secret.md", "drafts/a.md", "soon.md"], ["a.md"]),
        ),
        (
            "any",
            "docs",
            {"mkdocs.yml": "INHERIT: base.yml\n", "base.yml": MKDOCS},
            (["drafts/a.md", "templates/a.md"], ["a.md", "x/templates/a.md"]),
        ),
        (
            "any",
            "src/posts",
            {"_config.ts": LUME},
            (["wip/a.md"], ["a.md"]),
        ),
        (
            "any",
            "content",
            {"nuxt.config.ts": NUXT},
            (["-a.md", "x/-y/a.md", "archive/a.md"], ["a.md"]),
        ),
        (
            "any",
            "content",
            {"nuxt.config.ts": "", "content.config.ts": "x = {source: {exclude: ['wip/**']}}"},
            (["wip/a.md"], ["a.md"]),
        ),
        (
            "any",
            "content/blog",
            {"gatsby-config.js": "a = {options: {ignore: ['**/wip/**']}}"},
            (["wip/a.md"], ["a.md"]),
        ),
        ("any", "src/content/blog", {"src/content.config.ts": ASTRO}, (["old/a.md"], ["a.md"])),
        (
            "plain",
            ".",
            {".obsidian/templates.json": '{"folder": "Meta/Templates"}'},
            (["Meta/Templates/a.md"], []),
        ),
        (
            "plain",
            ".",
            {".obsidian/plugins/templater-obsidian/data.json": TEMPLATER},
            (["Snippets/a.md"], []),
        ),
        (
            "eleventy",
            "posts",
            {
                "eleventy.config.js": ELEVENTY,
                ".eleventyignore": "/posts/old\n# posts\n!x\n",
                ".gitignore": "posts/own.md\n",
            },
            (["wip/a.md", "old/a.md", "own.md"], ["a.md"]),
        ),
        (
            "eleventy",
            "src/posts",
            {
                "eleventy.config.js": "x = {dir: {input: 'src'}}; c.setUseGitIgnore(false)",
                "src/.eleventyignore": "posts/old",
                ".gitignore": "src\n",
            },
            (["old/a.md"], ["a.md"]),
        ),
    ],
)
def test_what_the_site_leaves_out_is_no_post(
    tmp_path: Path, engine: Engine, posts: str, settings: Files, names: tuple[list[str], list[str]]
) -> None:
    left_out, built = names
    files = {f"{posts}/{name}": POST for name in (*left_out, *built)}
    reading = read(tmp_path, engine, {**settings, **files}, posts=posts)
    assert sorted(str(post.path) for post in reading.posts) == sorted(built)
    ignored = {str(skip.path): skip.reason for skip in reading.skipped if skip.status == "ignored"}
    assert sorted(ignored) == sorted(left_out)
    assert all(reason.startswith("the site does not build it, see ") for reason in ignored.values())


def test_a_template_that_is_left_out_is_no_broken_post(tmp_path: Path) -> None:
    files = {"quartz.config.ts": QUARTZ, "content/templates/a.md": "---\ndate: '{{date}}'\n---\n"}
    (skip,) = read(tmp_path, "any", files, posts="content").skipped
    assert (skip.status, skip.broken) == ("ignored", False)


def test_explicit_publish_publishes_only_what_says_so(tmp_path: Path) -> None:
    settings = quartz("[]", filters="Plugin.RemoveDrafts(), Plugin.ExplicitPublish()")
    told = POST.replace("---\nText", "publish: true\n---\nText")
    files = {"quartz.config.ts": settings, "content/a.md": POST, "content/b.md": told}
    reading = read(tmp_path, "any", files, posts="content")
    assert [str(post.path) for post in reading.posts] == ["b.md"]
    commented = settings.replace(", Plugin", "], // , [Plugin")
    files["quartz.config.ts"] = commented
    assert len(read(tmp_path, "any", files, posts="content").posts) == 2


UNREAD = [
    ("quartz.config.ts", quartz("[...defaults, 'private']"), 3),
    ("quartz.config.ts", quartz("patterns"), 3),
    ("quartz.config.ts", quartz("['a'].concat(more)"), 3),
    ("quartz.config.ts", quartz("[`${root}/private`]"), 3),
    ("quartz.config.ts", quartz("['!(posts)']"), 3),
    ("quartz.config.ts", "export default { configuration: {\n ignorePatterns, baseUrl } }\n", 2),
    ("quartz.config.ts", "x = {ignorePatterns: ['private' + y], a: '}\n", 1),
    ("quartz.config.ts", "const a = 'unfinished\nx = {ignorePatterns: ['private']}\n", 2),
    ("src/content.config.ts", "x = {pattern: ['**/*.md', ...more]}", 1),
    ("quartz.config.yaml", "a: [\n", 1),
    ("mkdocs.yml", "exclude_docs: !ENV [A, b]\ndocs_dir: [\n", 1),
    ("nuxt.config.ts", "x = {\n ignores: ['\\\\.tmp$'] }", 2),
    ("docusaurus.config.js", "x = {blog: {exclude: process.env.A}}", 1),
]


@pytest.mark.parametrize(("name", "settings", "line"), UNREAD)
def test_a_setting_that_is_a_program_is_named_and_what_is_plain_in_it_counts(
    tmp_path: Path, name: str, settings: str, line: int
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(settings)
    ignored = of_site(tmp_path, tmp_path / "content", Reach((tmp_path,), (tmp_path,), "outside"))
    assert [(one.file, one.line) for one in ignored.unread] == [(tmp_path / name, line)]
    if "'private']" in settings and "unfinished" not in settings:
        assert ignored.reason(tmp_path / "content/private/a.md")


@pytest.fixture
def vault(tmp_path: Path) -> Blog:
    """A site of Quartz that is not built, and computes what it leaves out."""
    blog = Blog(tmp_path)
    for name, text in {
        "quartz.config.ts": quartz("patterns").replace("{ conf", "{baseUrl: 'blog.example', conf"),
        "content/a.md": POST,
        "content/private/b.md": POST,
    }.items():
        path = blog.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (blog.folder / "publisher.yaml").unlink(missing_ok=True)
    return blog


INIT = ("init", "--url", "https://blog.example", "--permalink", "/:slug/")


def test_init_asks_before_it_publishes_what_the_site_may_leave_out(vault: Blog) -> None:
    refused = vault.run(*INIT)
    assert refused.code == 2
    assert "leaves out (quartz.config.ts:3: ignorePatterns is computed), so it may" in refused.err
    assert "build the site first" in refused.err
    assert "to publish all posts, run again with --yes" in refused.err
    assert not (vault.folder / "publisher.yaml").exists()
    assert vault.run(*INIT, "--yes").code == 0


def test_check_names_the_setting_until_the_configuration_leaves_files_out(vault: Blog) -> None:
    vault.run(*INIT, "--yes")
    settings = vault.folder / "publisher.yaml"
    text = settings.read_text()
    settings.write_text(text.replace("  exclude: []\n", ""))
    assert "(quartz.config.ts:3: ignorePatterns is computed). List" in vault.run("check").out
    settings.write_text(text.replace("  exclude: []\n", "  exclude: [private/**]\n"))
    checked = vault.run("check")
    assert "ignorePatterns" not in checked.out
    assert "1 post: 1 published" in checked.out


def test_notes_that_obsidian_hides_are_named(tmp_path: Path) -> None:
    blog = Blog(tmp_path)
    (blog.folder / ".obsidian").mkdir(parents=True)
    (blog.folder / ".obsidian/app.json").write_text('{"userIgnoreFilters": ["private/"]}')
    (blog.folder / "a.md").write_text(POST.replace("---\nText", "publish: true\n---\nText"))
    (blog.folder / "publisher.yaml").unlink(missing_ok=True)
    assert blog.run("init", "--url", "https://blog.example").code == 0
    assert "app.json:1: userIgnoreFilters" in blog.run("check").out


def test_the_item_of_a_file_that_is_left_out_stays_and_no_other_file_takes_it(
    tmp_path: Path,
) -> None:
    """Who adds `ignorePatterns` later must not lose items to this rule of publisher."""
    files = {
        "quartz.config.ts": QUARTZ,
        "content/a.md": POST.replace("---\nText", "id: private~other-note\n---\nText"),
        "content/private/other-note.md": POST,
    }
    reading = read(tmp_path, "any", files, posts="content")
    published = PublishedItem("private~other-note", "private/other-note.md", "", "")
    found = entry.entries(reading, SITE, lambda: [published])
    assert [one.item_id for one in found.entries] != ["private~other-note"]
    skipped = Project(config(), found, Renderings(reading, SITE)).skipped
    assert "private~other-note" in skipped.by_id
    assert skipped.by_path["private/other-note.md"] == (
        "private/other-note.md: the site does not build it, see ignorePatterns in quartz.config.ts"
    )


SITES_COMPUTED_LATER = [
    ("quartz.config.ts", quartz("['private']"), quartz("[...hidden, 'private']")),
    (
        "pelicanconf.py",
        "SITENAME = 'A'\nPATH = 'content'\nARTICLE_EXCLUDES = ['private']\n",
        "SITENAME = 'A'\nPATH = 'content'\nARTICLE_EXCLUDES = PAGE_PATHS + ['private']\n",
    ),
    ("hugo.toml", "ignoreFiles = ['private']\n", "ignoreFiles = ['(?P<x>private)']\n"),
    (
        "eleventy.config.js",
        "export default (c) => {\n c.ignores.add('content/private/**')\n}\n",
        "export default (c) => {\n c.ignores.add(hidden)\n}\n",
    ),
]
ENGINES = {"pelicanconf.py": "pelican", "hugo.toml": "hugo", "eleventy.config.js": "eleventy"}


@pytest.mark.parametrize(("name", "plain", "computed"), SITES_COMPUTED_LATER)
def test_nothing_goes_out_once_nobody_knows_any_more_what_the_site_leaves_out(
    tmp_path: Path, name: str, plain: str, computed: str
) -> None:
    blog = Blog(tmp_path)
    for path, text in {name: plain, "content/a.md": POST, "content/private/b.md": POST}.items():
        (blog.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (blog.folder / path).write_text(text)
    engine = ENGINES.get(name, "any")
    settings = blog.folder / "publisher.yaml"
    settings.write_text(
        "site: {title: A, url: https://a.example, since: 2020-01-01}\n"
        f"posts:\n  engine: {engine}\n  path: content\n  permalink: /:slug/\n"
        "feeds: [{path: feed.atom, format: atom}]\n"
    )
    assert blog.run("build").code == 0
    feed = (blog.folder / "feed.atom").read_bytes()
    (blog.folder / name).write_text(computed)
    for command in (["build"], ["plan"], ["publish"]):
        refused = blog.run(*command)
        assert refused.code == 3
        assert f"leaves out ({name}:" in refused.err
        assert "exclude: []" in refused.err
    assert (blog.folder / "feed.atom").read_bytes() == feed
    text = settings.read_text()
    settings.write_text(text.replace("posts:\n", "posts:\n  exclude: []\n"))
    assert blog.run("build").code == 0
    settings.write_text(text.replace("posts:\n", 'posts:\n  exclude: ["private"]\n'))
    assert "1 post: 1 published" in blog.run("build").out


def test_who_answers_init_that_all_posts_may_go_out_is_asked_no_more(vault: Blog) -> None:
    assert vault.run(*INIT, "--yes").code == 0
    assert "  exclude: []\n" in (vault.folder / "publisher.yaml").read_text()
    assert vault.run("build").code == 0


@pytest.mark.parametrize(
    ("engine", "files", "named"),
    [
        ("pelican", {"pelicanconf.py": "from common import ARTICLE_EXCLUDES"}, "is computed"),
        ("pelican", {"pelicanconf.py": "from common import DEFAULT_METADATA"}, "is computed"),
        (
            "pelican",
            {"pelicanconf.py": "X = 1\nfrom common import *"},
            "other programs may set any name there",
        ),
        (
            "pelican",
            {
                "pelicanconf.py": "ARTICLE_EXCLUDES = f()",
                "publishconf.py": "from pelicanconf import *\nARTICLE_EXCLUDES = ['private']",
            },
            "",
        ),
        ("pelican", {"publishconf.py": "from pelicanconf import *\nREADERS = f()"}, "is computed"),
        ("nikola", {"conf.py": "from common import POSTS, PAGES"}, "POSTS is computed"),
        ("nikola", {"conf.py": "POSTS = (('posts/*.md', 'posts', 'post.tmpl'),)"}, ""),
    ],
)
def test_settings_in_python_that_other_programs_give_are_not_known(
    tmp_path: Path, engine: Engine, files: Files, named: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    reach = Reach((tmp_path,), (tmp_path,), "outside")
    unread = RECORDS[engine].ignored(tmp_path, tmp_path / "content", reach).unread
    assert [one.problem for one in unread if named in one.problem] == [
        one.problem for one in unread[:1]
    ]
    assert bool(unread) == bool(named)


@pytest.mark.parametrize(
    ("settings", "head", "is_post"),
    [
        ("ARTICLE_SAVE_AS = ''", "", False),
        ("ARTICLE_SAVE_AS = ''", "Save_as: a.html\n", True),
        ("ARTICLE_SAVE_AS = ''\nARTICLE_URL = 'x/'", "Lang: fr\n", True),
        ("ARTICLE_LANG_SAVE_AS = ''", "Lang: fr\n", False),
        ("ARTICLE_LANG_SAVE_AS = ''", "", True),
    ],
)
def test_an_article_that_pelican_saves_nowhere_is_not_published(
    tmp_path: Path, settings: str, head: str, *, is_post: bool
) -> None:
    files = {
        "pelicanconf.py": f"SITENAME = 'A'\n{settings}\n",
        "content/a.md": f"Title: A\nDate: 2020-01-02\n{head}\nText.\n",
    }
    reading = read(tmp_path, "pelican", files, posts="content")
    assert bool(reading.posts) == is_post
    assert [one.status for one in reading.skipped] == ([] if is_post else ["ignored"])


@pytest.mark.parametrize(
    ("program", "is_known"),
    [
        ("c.addPreprocessor('d', '*', (d) => { if (d.title == 'S') return false; });", False),
        ("c.addPreprocessor('d', '*', (d) => !d.secret);", False),
        ("c.addPreprocessor('d', '*', (d) => isPublic(d));", False),
        ("c.addPreprocessor('d', '*', (d) => d.draft || d.secret ? false : undefined);", False),
        ("c.addPreprocessor('d', '*', (d) => { if (d.draft || d.secret) return false });", False),
        ("c.addPreprocessor('d', '*', (d) => { if (!d.draft) return false });", False),
        ("c.addPreprocessor('d', '*', (d) => { return d.tags.includes('x') ? false : 1 });", False),
        ("c.addPreprocessor('d', 'md,njk', leaveOut);", False),
        ("c.addPreprocessor('d', formats, (d) => false);", False),
        ("c.setInputDirectory(process.env.X || 'content');", False),
        ("return { dir: { input: folder() } };", False),
        ("c.addPreprocessor('d', 'njk', (d) => false);", True),
        ("c.addPreprocessor('d', '*', (data) => (data.draft ? false : undefined));", True),
        (
            "c.addPreprocessor('drafts', '*', (data, content) => {\n"
            " if (data.draft) { data.title = `${data.title} (draft)`; }\n"
            " if(data.draft && process.env.ELEVENTY_RUN_MODE === 'build') {\n"
            "  return false;\n }\n});",
            True,
        ),
        ("c.addPreprocessor('m', ['md'], (data, content) => content.replace('a', 'b'));", True),
        ("c.addPreprocessor('m', 'md', function (data, content) { return content + 'x' });", True),
        ("c.setInputDirectory('content');", True),
    ],
)
def test_what_preprocessors_of_eleventy_leave_out_is_not_known(
    tmp_path: Path, program: str, *, is_known: bool
) -> None:
    (tmp_path / "eleventy.config.js").write_text(f"export default (c) => {{\n{program}\n}}\n")
    reach = Reach((tmp_path,), (tmp_path,), "outside")
    unread = RECORDS["eleventy"].ignored(tmp_path, tmp_path / "content", reach).unread
    assert bool(unread) != is_known
    assert all(one.line == 2 for one in unread)


@pytest.mark.parametrize(
    "call", ["c.addPreprocessor('d', '*', (d) => false);", "c.ignores.add('private');"]
)
def test_what_eleventy_leaves_out_behind_a_fault_of_its_program_is_not_known(
    tmp_path: Path, call: str
) -> None:
    (tmp_path / "eleventy.config.js").write_text(f"const a = 'unfinished\n{call}\n")
    reach = Reach((tmp_path,), (tmp_path,), "outside")
    unread = RECORDS["eleventy"].ignored(tmp_path, tmp_path / "content", reach).unread
    assert [one.line for one in unread] == [2]
