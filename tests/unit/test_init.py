"""`publisher init` recognises a site, asks if in doubt, and writes what the next command takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from publisher import config as configs
from publisher.config import EXAMPLE_URL
from tests.support.blog import Blog
from tests.support.terminal import WIDE, on_terminal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

POST = "---\ntitle: A post\ndate: 2020-01-02\n---\nText.\n"
PAGE = "---\ntitle: A page\n---\nText.\n"
URL = "https://a.example"
ASTRO = "export default defineConfig({\n  site: 'https://a.example',\n});\n"
DOCUSAURUS = (
    "const config = {\n  title: 'A site',\n  url: 'https://a.example',\n  baseUrl: '/',\n"
    "  i18n: {\n    defaultLocale: 'de'},\n  themeConfig: {navbar: {\n    title: 'Other'}},\n};\n"
)
KIT = "import adapter from '@sveltejs/adapter-static';\nimport kit from '@sveltejs/kit/vite';\n"

# The name, the files, the folder of the posts, and that of the feeds.
SITES: dict[str, tuple[str, Mapping[str, str], str, str]] = {
    "astro": ("Astro", {"astro.config.mjs": ASTRO, "src/content/blog/a.md": POST},
              "src/content/blog", "public"),
    "astro, built": ("Astro", {"astro.config.ts": "", "src/content/blog/a.mdx": POST,
                               "dist/index.html": ""}, "src/content/blog", "dist"),
    "astro, deep": ("Astro", {"astro.config.ts": "", "src/content/docs/guide.md": PAGE,
                              "src/content/docs/blog/a.md": POST},
                    "src/content/docs/blog", "public"),
    "docusaurus": ("Docusaurus", {"docusaurus.config.js": DOCUSAURUS, "docs/a.md": PAGE,
                                  "blog/2020-01-02-a.md": PAGE}, "blog", "static"),
    "next.js": ("Next.js", {"next.config.mjs": "", "_posts/a.md": POST}, "_posts", "public"),
    "next.js, posts elsewhere": ("Next.js", {"next.config.js": "", "texts/a.mdx": POST},
                                 "texts", "public"),
    "next.js, posts among static files": ("Next.js", {"next.config.js": "",
                                                      "public/a/index.md": POST},
                                          "public", "public"),
    "gatsby": ("Gatsby", {"gatsby-config.js": "", "content/blog/a/index.md": POST},
               "content/blog", "static"),
    "nuxt": ("Nuxt", {"nuxt.config.ts": "", "content/blog/a.md": POST}, "content/blog", "public"),
    "sveltekit": ("SvelteKit", {"svelte.config.js": KIT, "src/posts/a.md": POST},
                  "src/posts", "static"),
    "sveltekit, by its package": (
        "SvelteKit", {"svelte.config.js": "", "src/posts/a.md": POST,
                      "package.json": '{"devDependencies": {"@sveltejs/kit": "2"}}'},
        "src/posts", "static"),
    "quartz": ("Quartz", {"quartz.config.ts": "x = {baseUrl: 'a.example'}\n", "content/a.md": POST,
                          ".obsidian/app.json": "{}"}, "content", "public"),
    "lume": ("Lume", {"_config.ts": "import lume from 'lume/mod.ts';\n", "posts/a.md": POST,
                      "_config.yml": "title: Of old\n"}, "posts", "_site"),
    "vitepress": ("VitePress", {".vitepress/config.mts": "", "posts/a.md": POST},
                  "posts", "public"),
    "vitepress below docs": ("VitePress", {"docs/.vitepress/config.js": "",
                                           "docs/posts/a.md": POST}, "docs/posts", "docs/public"),
    "vuepress": ("VuePress", {".vuepress/config.js": "", "posts/a.md": POST},
                 "posts", ".vuepress/public"),
    "mkdocs": ("MkDocs", {"mkdocs.yml": "site_name: A site\nplugins:\n  - !!python/name:x.y\n",
                          "docs/index.md": PAGE, "docs/blog/posts/a.md": POST},
               "docs/blog/posts", "docs"),
    "eleventy": ("eleventy", {"eleventy.config.js": "", "blog/a.md": POST}, "blog", "_site"),
    "eleventy, below": ("eleventy", {"package.json": '{"dependencies": {"@11ty/eleventy": "3"}}',
                                     "config/eleventy.config.js": "dir: {output: 'dist'}",
                                     "texts/a.md": POST}, "texts", "dist"),
    "eleventy, named by a script": (
        "eleventy", {"package.json": '{"scripts": {"build": "npx @11ty/eleventy --config=a/b.js"}}',
                     "a/b.js": "dir: {input: 'src'}", "src/posts/a.md": POST},
        "src/posts", "_site"),
    "eleventy without a configuration": (
        "eleventy", {"package.json": '{"scripts": {"build": "eleventy --input src"}}',
                     "src/posts/a.md": POST}, "src/posts", "_site"),
    "hugo": ("hugo", {"hugo.toml": "publishDir = 'docs'\n", "content/posts/a.md": POST},
             "content/posts", "docs"),
    "jekyll": ("jekyll", {"_config.yml": "destination: out\n", "_posts/2020-01-02-a.md": POST},
               "_posts", ""),
    "jekyll, source elsewhere": ("jekyll", {"_config.yml": "source: src\n",
                                            "src/_posts/2020-01-02-a.md": POST},
                                 "src/_posts", "src"),
    "obsidian": ("plain", {".obsidian/app.json": "{}",
                           "a.md": POST.replace("---\nText", "publish: true\n---\nText")}, ".", ""),
}  # fmt: skip


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    """A folder without a configuration and without posts."""
    blog = Blog(tmp_path / "site")
    (blog.folder / "publisher.yaml").unlink()
    blog.posts.rmdir()
    return blog


def write(blog: Blog, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = blog.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def text(blog: Blog) -> str:
    return (blog.folder / "publisher.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SITES)
def test_every_next_command_takes_what_init_writes(blog: Blog, name: str) -> None:
    generator, files, posts, feeds = SITES[name]
    write(blog, files)
    run = blog.run("init", "--url", URL, "--jid", "blog@a.example")
    assert run.code == 0, run.err
    assert run.out.startswith(f"wrote publisher.yaml: {generator} site")
    config = configs.load(blog.folder / "publisher.yaml")
    assert config.posts.path == blog.folder / posts
    assert [feed.path.parent for feed in config.feeds] == 3 * [blog.folder / feeds]
    assert [feed.url for feed in config.feeds] == [
        f"{URL}/feed.atom", f"{URL}/feed.rss", f"{URL}/feed.json"
    ]  # fmt: skip
    for command in (["build"], ["plan", "--offline"], ["check"]):
        done = blog.run(*command)
        assert done.code == 0, done.err
    feed = json.loads((blog.folder / feeds / "feed.json").read_text())
    assert len(feed["items"]) == 1


def test_literals_of_a_program_are_taken_and_named(blog: Blog) -> None:
    write(blog, SITES["docusaurus"][1])
    run = blog.run("init")
    assert "docusaurus.config.js is a program, which is not run; site.url is from its text" in (
        run.err
    )
    site = configs.load(blog.folder / "publisher.yaml").site
    assert (site.title, site.url, site.language) == ("A site", URL, "de")


def test_settings_may_stand_on_one_line(blog: Blog) -> None:
    settings = (
        r"module.exports = {title: 'It\'s \u{1F600}', url: 'https://a.example', baseUrl: '/b/', "
        "tagline: `by ${name}`}\n"
    )
    write(blog, {"docusaurus.config.js": settings, "blog/2020-01-02-a.md": PAGE})
    run = blog.run("init")
    assert run.code == 0, run.err
    assert "did not read it: docusaurus.config.js:1: `tagline`" in run.err
    site = configs.load(blog.folder / "publisher.yaml").site
    assert (site.title, site.url) == ("It's \U0001f600", f"{URL}/b")


@pytest.mark.parametrize(("name", "url"), [("astro", f"{URL}/blog"), ("quartz", URL)])
def test_the_base_path_belongs_to_the_url(blog: Blog, name: str, url: str) -> None:
    write(blog, SITES[name][1])
    if name == "astro":
        write(blog, {"astro.config.mjs": ASTRO.replace("});", "  base: '/blog',\n});")})
    assert blog.run("init").code == 0
    assert configs.load(blog.folder / "publisher.yaml").site.url == url


def test_a_url_that_is_not_known_is_asked_for(blog: Blog) -> None:
    write(blog, SITES["next.js"][1])
    run = blog.run("init")
    assert (run.code, run.out) == (2, "")
    assert (
        "the URL of the site is not known: next.config.mjs does not say it; give it, e.g. --url "
        f"{EXAMPLE_URL}" in run.err
    )
    assert not (blog.folder / "publisher.yaml").exists()


def test_the_input_folder_of_eleventy_is_no_part_of_the_urls(blog: Blog) -> None:
    write(blog, SITES["eleventy, named by a script"][1])
    run = blog.run("init", "--url", URL)
    assert f'the newest is "A post" of 2020-01-02: {URL}/posts/a/\n' in run.out


def test_posts_and_the_newest_are_shown(blog: Blog) -> None:
    newer = POST.replace("A post", "Ne\u202ewer").replace("2020", "2021")
    draft = POST.replace("---\nText", "draft: true\n---\nText")
    files = {"_posts/2020-01-02-a.md": POST, "_posts/2021-01-02-b.md": newer,
             "_posts/2022-01-02-c.md": draft}  # fmt: skip
    write(blog, {"_config.yml": "", **files})
    run = blog.run("init", "--url", URL)
    assert run.out.splitlines()[1] == (
        'found 3 posts, 2 of them published; the newest is "Ne\\u202ewer" of 2021-01-02: '
        f"{URL}/2021/01/02/b.html"
    )


def test_a_folder_without_a_site_is_an_error_that_says_what_was_looked_for(blog: Blog) -> None:
    write(blog, {"website/docusaurus.config.js": "", "website/blog/2020-01-02-a.md": POST})
    run = blog.run("init", "--url", URL)
    assert (run.code, run.out) == (2, "")
    assert f"{blog.folder} is not the folder of a site" in run.err
    for part in ("_config.yml", "hugo.toml", "astro.config.js", "_posts, posts, content/posts"):
        assert part in run.err
    assert "website has a site of Docusaurus; run `publisher init` there" in run.err
    assert "most files with a date are in website/blog; name it with --posts website/blog" in (
        run.err
    )
    assert not (blog.folder / "publisher.yaml").exists()


def test_a_folder_of_posts_may_be_named(blog: Blog) -> None:
    write(blog, {"texts/a.md": POST})
    run = blog.run("init", "--url", URL, "--posts", "texts")
    assert (run.code, run.out.splitlines()[0]) == (0, "wrote publisher.yaml: folder of posts")
    assert blog.run("build").code == 0


@pytest.mark.parametrize(
    ("files", "arguments", "problem"),
    [
        ({"hugo.toml": ""}, (), "content does not exist; name the folder with your posts"),
        ({"next.config.js": ""}, (), "is a site of Next.js, but no folder with posts is in it"),
        ({}, ("--posts", "texts"), "texts does not exist; name the folder with your posts"),
        ({"_config.yml": "a: [", "_posts/a.md": ""}, (), "_config.yml:1: "),
        ({"_config.yml": "a: [", "_posts/2020-01-02-a.md": POST},
         ("--engine", "jekyll", "--posts", "_posts"), "_config.yml:1: "),
    ],
)  # fmt: skip
def test_nothing_is_written_that_the_next_command_refuses(
    blog: Blog, files: Mapping[str, str], arguments: tuple[str, ...], problem: str
) -> None:
    write(blog, files)
    run = blog.run("init", "--url", URL, *arguments)
    assert run.code == 2
    assert problem in run.err
    assert not (blog.folder / "publisher.yaml").exists()


@pytest.mark.parametrize("name", ["_site/feed.json", "_site/feed.atom"])
def test_no_feed_takes_the_place_of_a_file_of_the_site(blog: Blog, name: str) -> None:
    write(blog, {**SITES["eleventy"][1], name: "<feed>of the theme</feed>"})
    assert blog.run("init", "--url", URL).code == 0
    config = configs.load(blog.folder / "publisher.yaml")
    assert config.feeds[0].path == blog.folder / "_site/feeds/feed.atom"
    assert config.feeds[0].url == f"{URL}/feeds/feed.atom"
    assert blog.run("build").code == 0


def test_an_output_folder_behind_a_link_is_refused(blog: Blog, tmp_path: Path) -> None:
    write(blog, SITES["eleventy"][1])
    (tmp_path / "elsewhere").mkdir()
    (blog.folder / "_site").symlink_to(tmp_path / "elsewhere")
    run = blog.run("init", "--url", URL)
    assert (run.code, "is a symbolic link" in run.err) == (2, True)
    assert not (blog.folder / "publisher.yaml").exists()


UNDATED = {"hugo.toml": "", "content/posts/a.md": POST,
           "content/posts/b.md": PAGE, "content/posts/c.md": PAGE}  # fmt: skip


def test_a_folder_of_mostly_pages_is_questioned(blog: Blog) -> None:
    write(blog, UNDATED)
    run = blog.run("init", "--url", URL, "--title", "A")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith(
        "publisher: content/posts has 1 post and 2 files without a date, which no feed and no node "
        "will have; nothing was written\n"
    )
    for way in (
        "give these files a date in their front matter, e.g. `date: 2026-01-31`: b.md, c.md",
        "if the pages of your site show the dates, build it, and run again with --engine any",
        "if your posts are in another folder, name it with --posts FOLDER",
        "if only the dated files are posts, run again with --yes",
    ):
        assert f"  - {way}\n" in run.err
    assert not (blog.folder / "publisher.yaml").exists()
    assert blog.run("init", "--url", URL, "--yes").code == 0
    assert blog.run("build").code == 0


def test_a_folder_without_any_date_is_no_silent_success(blog: Blog) -> None:
    write(blog, {"hugo.toml": "", **{f"content/posts/{name}.md": PAGE for name in "abcde"}})
    run = blog.run("init", "--url", URL)
    assert (run.code, run.out) == (2, "")
    assert "content/posts has 0 posts and 5 files without a date" in run.err
    assert "e.g. `date: 2026-01-31`: a.md, b.md, c.md and 2 more" in run.err
    run = blog.run("init", "--url", URL, "--yes")
    assert run.code == 0
    assert "warning: nothing will be published: no file has a date, so all of them" in run.err


@pytest.mark.parametrize(
    ("files", "warning"),
    [
        ({"_posts/.keep": ""}, "nothing will be published yet: there is no post"),
        ({"_posts/2020-01-02-a.md": POST.replace("---\nText", "published: false\n---\nText")},
         "no post is published now, e.g. because all are drafts; `publisher check` says why"),
        ({"_posts/2020-01-02-a.md": POST}, ""),
    ],
)  # fmt: skip
def test_a_configuration_that_publishes_nothing_says_so(
    blog: Blog, files: Mapping[str, str], warning: str
) -> None:
    write(blog, {"_config.yml": "", **files})
    run = blog.run("init", "--url", URL)
    assert run.code == 0, run.err
    assert (f"warning: {warning}\n" in run.err) == bool(warning)


@pytest.mark.parametrize(("answer", "is_written"), [(b"y\n", True), (b"\n", False)])
def test_the_question_is_answered_on_a_terminal(
    blog: Blog, answer: bytes, *, is_written: bool
) -> None:
    write(blog, UNDATED)
    shown = on_terminal(blog.command("init", "--url", URL), blog.folder, WIDE, typed=answer)
    assert b"Is it the folder with your posts? [y/N]" in shown
    assert (b"nothing was written" in shown) != is_written
    assert (blog.folder / "publisher.yaml").exists() == is_written


def test_a_program_that_computes_urls_is_named(blog: Blog) -> None:
    data = "exports.permalink = '/{{ page.date | year }}/{{ page.fileSlug }}/'\n"
    write(blog, {**SITES["eleventy"][1], "blog/blog.11tydata.js": data})
    run = blog.run("init", "--url", URL)
    place = "blog/blog.11tydata.js:1"
    assert f"posts.permalink is not set, but {place} computes the URLs of posts" in run.err
    assert "  # blog/blog.11tydata.js:1 computes the URLs of posts, and publisher runs" in text(
        blog
    )
    assert "  # permalink: /:year/:slug/\n" in text(blog)


def test_the_rule_for_urls_may_be_given(blog: Blog) -> None:
    write(blog, SITES["next.js"][1])
    assert "publisher does not know by which rules" in blog.run("init", "--url", URL).err
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--url", URL, "--permalink", "/blog/:slug/")
    assert "publisher does not know" not in run.err
    assert f"{URL}/blog/a/" in run.out


@pytest.mark.parametrize(
    ("typed", "newest"),
    [
        (b"/:year/:slug/\n", f"{URL}/2020/a/"),
        (b"/:nonsense/\n/:year/:slug/\n", f"{URL}/2020/a/"),
        (b"\n", f"{URL}/blog/a/"),
    ],
)
def test_the_rule_for_urls_is_asked_on_a_terminal(blog: Blog, typed: bytes, newest: str) -> None:
    data = "exports.permalink = '/{{ page.date | year }}/{{ page.fileSlug }}/'\n"
    write(blog, {**SITES["eleventy"][1], "blog/blog.11tydata.js": data})
    shown = on_terminal(blog.command("init", "--url", URL), blog.folder, WIDE, typed=typed).decode()
    assert "blog/blog.11tydata.js:1 computes the URLs of posts" in shown
    assert "Which template gives the URLs of your posts, e.g. /:year/:slug/?" in shown
    assert ("publisher.yaml is not written; correct these values" in shown) == (
        b"nonsense" in typed
    )
    assert newest in shown
    assert ('  permalink: "/:year/:slug/"\n' in text(blog)) == (b"year" in typed)
    assert ("posts.permalink is not set" in shown) == (b"year" not in typed)


def test_a_question_for_a_text_is_not_answered_with_yes(blog: Blog) -> None:
    write(blog, SITES["next.js"][1])
    shown = on_terminal(blog.command("init", "--url", URL, "--yes"), blog.folder, WIDE)
    assert b"Which template" not in shown
    assert b"posts.permalink is not set" in shown
