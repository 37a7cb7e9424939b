"""`publisher init` finds the built site by its posts, and learns where their text is."""

from __future__ import annotations

import json
import os
import re
import shutil
from hashlib import blake2b
from typing import TYPE_CHECKING

import pytest
import yaml

from publisher import config as configs
from publisher.sources.engines import build_scripts
from tests.support.blog import Blog
from tests.support.terminal import on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_WORDS = ("amber", "birch", "cedar", "delta", "ember", "flint", "grove", "heath", "inlet", "jetty")
_NAMES = [first + second for first in _WORDS for second in _WORDS]
COUNT = 4
PAGE = (
    "<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body><header>My site</header>"
    "<main><h1>{title}</h1>{body}</main><footer>Powered by words</footer></body></html>"
)


def text_of(number: int) -> str:
    """A text of 40 words of its own for each number."""
    picks = (blake2b(f"{number} {at}".encode(), digest_size=1).digest()[0] for at in range(40))
    return " ".join(_NAMES[pick % len(_NAMES)] for pick in picks)


def in_article(number: int) -> str:
    words = text_of(number).split()
    share = "<div class=share>Share this post with all your friends</div>"
    text = f"<p>{' '.join(words[:20])}</p><p>{' '.join(words[20:])}</p>"
    return f"<div class=entry>{text}{share}</div>"


def excerpt(number: int) -> str:
    start = " ".join(text_of(number).split()[:24])
    return f"<div class=entry><p>{start}</p><p>{'Only friends may read on. ' * 9}</p></div>"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def build(
    folder: Path, body: Callable[[int], str] = in_article, *, count: int = COUNT, head: str = ""
) -> None:
    """Build the pages of the posts, at addresses that no rule gives."""
    shutil.rmtree(folder, ignore_errors=True)
    write(
        folder / "index.html", "<html><head><title>My site</title></head><body>Home</body></html>"
    )
    for number in range(count):
        page = PAGE.format(title=f"Title {number} of it", head=head, body=body(number))
        write(folder / f"essays/{number}/index.html", page)


def build_at(folder: Path, root: str, *, canonical: bool) -> None:
    """Build the pages, with the URLs that they have below `root`, and a home page in Welsh."""
    build(folder)
    home = (
        "<html lang=cy><head><title>Croeso | My site</title><meta name=description content=Posts>"
        "</head><body>Home</body></html>"
    )
    write(folder / "index.html", home)
    for number in range(COUNT if canonical else 0):
        page = folder / f"essays/{number}/index.html"
        link = f'<link rel=canonical href="{root}/essays/{number}/">'
        page.write_text(page.read_text().replace("</head>", f"{link}</head>"))


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    """A site of Astro with four posts, which is not built."""
    blog = Blog(tmp_path / "site")
    (blog.folder / "publisher.yaml").unlink()
    write(blog.folder / "astro.config.mjs", "export default {site: 'https://a.example'}\n")
    write(blog.folder / "public/index.html", "<html><body>A static file</body></html>")
    for number in range(COUNT):
        front = f"---\ntitle: Title {number} of it\ndate: 2020-01-0{number + 1}\n---\n"
        write(blog.folder / f"src/content/blog/{number}.md", f"{front}{text_of(number)}\n")
    return blog


def config_text(blog: Blog) -> str:
    return (blog.folder / "publisher.yaml").read_bytes().decode()


def test_the_built_site_is_found_by_its_posts(blog: Blog) -> None:
    build(blog.folder / "dist")
    build(blog.folder / "build", count=1)
    run = blog.run("init", "--url", "https://a.example")
    assert run.code == 0, run.err
    figures = "the text of your posts is in `.entry`: 4 of 4 pages"
    assert f"dist has pages of 4 of 4 posts; {figures}" in run.out
    assert f"  # Learned by publisher init: {figures}\n  body: .entry\n" in config_text(blog)
    config = configs.load(blog.folder / "publisher.yaml")
    assert config.site.output == blog.folder / "dist"
    assert (config.posts.body, config.posts.drop) == ((".entry",), (".entry > .share",))
    assert config.feeds[0].path == blog.folder / "dist/feed.atom"
    assert config.feeds[0].url == "https://a.example/feed.atom"
    assert "posts.permalink" not in run.err
    for command in (["build"], ["plan", "--offline"], ["check"]):
        done = blog.run(*command)
        assert done.code == 0, done.err


# The folder, and the file of the site that names it: `{}` stands for the folder.
NAMED: dict[str, tuple[str, str, str]] = {
    "above": ("../dist", "astro.config.mjs", "export default {{outDir: '{}'}}"),
    "with a blank": ("./my site/", "astro.config.mjs", "export default {{outDir: '{}'}}"),
    "absolute": ("{tmp}/www", "astro.config.mjs", "export default {{outDir: '{}'}}"),
    "by a script": ("../my dist", "package.json",
                    '{{"scripts": {{"build": "echo -d x && npx astro build --outDir \'{}\'"}}}}'),
    "in docs": ("dist", "docs/.vitepress/config.mts", "export default {{outDir: '../{}'}}"),
    "by Jekyll": ("../www", "_config.yml", "destination: {}\n"),
    "by Hugo": ("../public", "hugo.toml", "publishDir = '{}'\n"),
    "by a command of Hugo": ("../www", "package.json", '{{"scripts": {{"a": "hugo -d {}"}}}}'),
    "by Eleventy": ("../www", "eleventy.config.js", "export default (c) => {{ "
                    "c.setOutputDirectory('{}'); }}"),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_the_folder_that_the_site_names_may_lie_anywhere(
    blog: Blog, tmp_path: Path, name: str
) -> None:
    folder, file, settings = NAMED[name]
    folder = folder.replace("{tmp}", str(tmp_path))
    if file != "package.json":
        (blog.folder / "astro.config.mjs").unlink()
    write(blog.folder / file, settings.format(folder))
    build(blog.folder / folder)
    posts = ("--posts", "src/content/blog")
    run = blog.run("init", "--url", "https://a.example", *posts)
    assert run.code == 0, run.err
    shown = os.path.normpath(folder)
    assert f"\n{shown} has pages of 4 of 4 posts; the text of your posts is in `.entry`" in run.out
    config = configs.load(blog.folder / "publisher.yaml")
    assert config.site.output
    assert config.site.output.resolve() == (blog.folder / folder).resolve()
    assert config.feeds[0].url == "https://a.example/feed.atom"
    for command in (["build"], ["plan", "--offline"], ["check"]):
        done = blog.run(*command)
        assert done.code == 0, done.err
    again = blog.run("init", "--learn")
    assert (again.code, again.out.splitlines()[-1]) == (0, "publisher.yaml stays as it is")


@pytest.mark.parametrize("folder", ["..", "/", ".", "src"])
def test_a_folder_around_the_posts_is_not_the_built_site(blog: Blog, folder: str) -> None:
    write(blog.folder / "astro.config.mjs", f"export default {{outDir: '{folder}'}}")
    build(blog.folder / "src/built")
    run = blog.run("init", "--url", "https://a.example")
    assert "no built site was found" in run.err


@pytest.mark.parametrize(
    ("script", "folders"),
    [
        ("hugo --destination=../public --minify", ["../public"]),
        ("docusaurus build --out-dir 'my site'", ["my site"]),
        ("tsc -d types && vitepress build docs --outDir www", ["www"]),
        ("npx @11ty/eleventy; cp -d a b", []),
        ("zola build --output-dir a; ./node_modules/.bin/astro build --outDir b", ["a", "b"]),
        ("mkdocs build -d", []),
        ("hugo -d 'open", []),
    ],
)
def test_folders_are_read_from_the_commands_of_generators(
    tmp_path: Path, script: str, folders: list[str]
) -> None:
    write(tmp_path / "package.json", json.dumps({"scripts": {"a": script, "b": 1}}))
    assert [*build_scripts.outputs(tmp_path)] == folders


def test_without_a_built_site_texts_come_from_the_sources(blog: Blog) -> None:
    run = blog.run("init", "--url", "https://a.example")
    assert run.code == 0, run.err
    assert "no built site was found, so texts are rendered from their sources" in run.err
    assert "  from: source\n" in config_text(blog)
    config = configs.load(blog.folder / "publisher.yaml")
    assert (config.site.output, config.posts.from_pages) == (None, False)


@pytest.mark.parametrize(
    ("body", "head", "reason"),
    [
        (excerpt, "", "the text of the posts"),
        (in_article, '<link rel=canonical href="http://localhost:4321/essays/">',
         "dist was built by a development server"),
    ],
)  # fmt: skip
def test_pages_that_do_not_show_the_posts_are_not_used(
    blog: Blog, body: Callable[[int], str], head: str, reason: str
) -> None:
    build(blog.folder / "dist", body, head=head)
    run = blog.run("init", "--url", "https://a.example")
    assert run.code == 0, run.err
    assert reason in run.out + run.err
    (comment,) = (line for line in config_text(blog).splitlines() if "# Learned by" in line)
    assert reason in comment
    assert "  from: source\n" in config_text(blog)
    assert blog.run("build").code == 0


def test_a_folder_with_few_of_the_posts_is_not_the_site(blog: Blog) -> None:
    build(blog.folder / "dist", count=1)
    run = blog.run("init", "--url", "https://a.example")
    assert "dist has pages of only 1 of 4 posts" in run.err
    assert configs.load(blog.folder / "publisher.yaml").site.output is None


def test_posts_that_only_their_pages_date_are_posts(blog: Blog) -> None:
    for file in (blog.folder / "src/content/blog").iterdir():
        file.write_text(re.sub("date: .*\n", "", file.read_text()))
    unbuilt = blog.run("init", "--url", "https://a.example")
    assert (unbuilt.code, "4 files without a date" in unbuilt.err) == (2, True)
    head = "<meta property=article:published_time content=2020-01-09T10:00:00Z>"
    build(blog.folder / "dist", head=head)
    run = blog.run("init", "--url", "https://a.example")
    assert run.code == 0, run.err
    assert "found 4 posts; the newest is" in run.out
    assert " of 2020-01-09: https://a.example/essays/" in run.out
    assert blog.run("build").code == 0


LITERAL = "export default {\n  site: 'https://a.example',\n}\n"
PROGRAM = "export default {site: process.env.SITE}\n"


@pytest.mark.parametrize("origin", ["the pages", "the sitemap", "the feeds of the site"])
@pytest.mark.parametrize("root", ["https://b.example", "https://b.example/base"])
def test_what_the_settings_do_not_say_is_taken_from_the_built_site(
    blog: Blog, origin: str, root: str
) -> None:
    write(blog.folder / "astro.config.mjs", PROGRAM)
    dist = blog.folder / "dist"
    build_at(dist, root, canonical=origin == "the pages")
    if origin == "the sitemap":
        write(dist / "sitemap-index.xml", f"<loc>{root}/sitemap-0.xml</loc>")
        urls = "".join(f"<loc>{root}/essays/{number}</loc>" for number in range(COUNT))
        write(dist / "sitemap-0.xml", f"{urls}<loc>{root}/</loc>")
    if origin == "the feeds of the site":
        links = "".join(f"<link>{root}/essays/{number}/</link>" for number in range(COUNT))
        write(dist / "rss.xml", f"<rss><link>{root}/</link>{links}</rss>")
    run = blog.run("init")
    assert run.code == 0, run.err
    assert f"\nurl: {root}, from {origin}\ntitle: Croeso | My site, from the home page\n" in run.out
    assert "is a program" not in run.err
    assert "set it to your site's URL" not in run.err
    site = configs.load(blog.folder / "publisher.yaml").site
    assert (site.url, site.title) == (root, "Croeso | My site")
    assert (site.description, site.language) == ("Posts", "cy")
    assert str(site.since) == "2020-01-01"  # the day of the oldest post
    assert f"{root}/essays/3" in run.out
    assert blog.run("check").out.endswith("0 warnings\n")


def test_options_and_settings_come_before_what_the_pages_say(blog: Blog) -> None:
    build_at(blog.folder / "dist", "https://b.example", canonical=True)
    write(blog.folder / "astro.config.mjs", LITERAL)
    run = blog.run("init", "--title", "Given")
    assert run.code == 0, run.err
    site = configs.load(blog.folder / "publisher.yaml").site
    assert (site.url, site.title) == ("https://a.example", "Given")
    problem = "is https://a.example, but the pages of the site say https://b.example"
    assert f"note: site.url {problem}" in run.err
    assert "from the pages" not in run.out
    (blog.folder / "publisher.yaml").unlink()
    run = blog.run("init", "--url", "https://www.b.example")
    assert configs.load(blog.folder / "publisher.yaml").site.url == "https://www.b.example"
    assert "but the pages" not in run.err


def test_check_compares_the_url_of_the_site_with_those_of_the_pages(blog: Blog) -> None:
    build_at(blog.folder / "dist", "https://b.example", canonical=True)
    assert blog.run("init", "--url", "https://a.example").code == 0
    run = blog.run("check")
    problem = "is https://a.example, but the pages of the site say https://b.example"
    assert f"publisher.yaml:4: warning: site.url {problem}" in run.out
    assert run.out.endswith("1 warning\n")
    assert problem in blog.run("check", "--json").out
    config = config_text(blog)
    posts = config[config.index("posts:\n") : config.index("feeds:\n")]
    pages = 'posts: {pages: "essays/**", body: .entry}\n\n'
    dates = "<meta property=article:published_time content=2020-01-09>"
    for page in (blog.folder / "dist/essays").rglob("*.html"):
        page.write_text(page.read_text().replace("</head>", f"{dates}</head>"))
    write(blog.folder / "publisher.yaml", config.replace(posts, pages))
    run = blog.run("check")
    assert f"publisher.yaml:4: warning: site.url {problem}" in run.out


WRITTEN = """\
# Mine
site:
  title: A site
  url: https://a.example   # the address
  since: 2020-01-01

posts: {path: src/content/blog, engine: any, permalink: /:slug/}  # all of them
feeds: [{path: dist/feed.atom, format: atom}]
"""
AFTER = WRITTEN.replace("address\n", "address\n  output: dist\n").replace(
    "engine: any", 'engine: any, body: .entry, drop: ".entry > .share"'
)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_learning_again_changes_only_what_was_learned(blog: Blog, end: str) -> None:
    build(blog.folder / "dist")
    file = blog.folder / "publisher.yaml"
    file.write_bytes(WRITTEN.removesuffix("\n").replace("\n", end).encode())
    file.chmod(0o640)
    run = blog.run("init", "--learn", "--yes")
    assert run.code == 0, run.err
    assert file.read_bytes() == AFTER.removesuffix("\n").replace("\n", end).encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert "+  output: dist" in run.out
    assert "dist has pages of 4 of 4 posts; the text of your posts is in `.entry`" in run.out
    again = blog.run("init", "--learn")
    assert (again.code, again.out.splitlines()[-1]) == (0, "publisher.yaml stays as it is")


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_comment_about_unknown_urls_goes_when_the_pages_have_them(
    blog: Blog, *, by_hand: bool
) -> None:
    blog.run("init", "--url", "https://blog.example")
    config = blog.folder / "publisher.yaml"
    text = config.read_text(encoding="utf-8")
    comment = "  # permalink: /:year/:slug/\n"
    assert text.count("publisher does not know by which rules") == text.count(comment) == 1
    if by_hand:
        config.write_text(text.replace(comment, "  # permalink: /:slug/\n"), encoding="utf-8")
    build(blog.folder / "dist")
    blog.run("init", "--learn", "--yes")
    text = config.read_text(encoding="utf-8")
    assert "  output: dist\n" in text
    assert ("publisher does not know by which rules" in text) is by_hand
    assert ("# permalink: " in text) is by_hand


@pytest.mark.parametrize("url", ["https://blog.example/sub", "https://blog.example"])
def test_a_folder_in_the_url_that_the_pages_do_not_have_is_said(blog: Blog, url: str) -> None:
    build(blog.folder / "dist", head='<link rel="stylesheet" href="/main.css">')
    write(blog.folder / "dist/main.css", "p {}")
    run = blog.run("init", "--url", url)
    note = f"note: the pages link to /main.css, as of a site at / of its host, but --url is {url}\n"
    assert (note in run.err) is url.endswith("/sub")


def test_nothing_is_changed_without_an_answer(blog: Blog) -> None:
    build(blog.folder / "dist")
    (blog.folder / "publisher.yaml").write_text(WRITTEN)
    run = blog.run("init", "--learn")
    assert run.code == 2
    assert "+  output: dist\n" in run.out
    assert run.err == (
        "publisher: publisher.yaml would change as shown; nothing was written\n"
        "  - to write it, run again with --yes: publisher init --learn --yes\n"
    )
    assert config_text(blog) == WRITTEN


@pytest.mark.parametrize("key", ["body: .old", "drop: .old, body: [.old, .older]", "from: pages"])
def test_the_folder_is_found_for_a_configuration_without_one(blog: Blog, key: str) -> None:
    build(blog.folder / "dist")
    before = WRITTEN.replace("engine: any", f"engine: any, {key}")
    (blog.folder / "publisher.yaml").write_text(before)
    assert blog.run("build").code == 2
    assert blog.run("init", "--learn", "--yes").code == 0
    config = configs.load(blog.folder / "publisher.yaml")
    assert config.site.output == blog.folder / "dist"
    assert (config.posts.body, config.posts.drop) == ((".entry",), (".entry > .share",))
    assert blog.run("build").code == 0


def test_a_folder_that_is_not_found_is_said(blog: Blog) -> None:
    before = WRITTEN.replace("engine: any", "engine: any, body: .old")
    (blog.folder / "publisher.yaml").write_text(before)
    run = blog.run("init", "--learn", "--yes")
    assert (run.code, "stays as it is: no built site was found" in run.err) == (2, True)
    assert config_text(blog) == before


@pytest.mark.parametrize(("answer", "after"), [(b"y\n", AFTER), (b"n\n", WRITTEN)])
def test_the_change_is_confirmed_on_a_terminal(blog: Blog, answer: bytes, after: str) -> None:
    build(blog.folder / "dist")
    (blog.folder / "publisher.yaml").write_text(WRITTEN)
    shown = on_terminal(blog.command("init", "--learn"), blog.folder, typed=answer)
    assert b"Change publisher.yaml? [y/N]" in shown
    assert config_text(blog) == after


def test_another_theme_is_learned_and_the_figures_follow(blog: Blog) -> None:
    build(blog.folder / "dist")
    assert blog.run("init", "--url", "https://a.example").code == 0
    first = config_text(blog)
    build(blog.folder / "dist", lambda number: in_article(number).replace("entry", "prose"))
    assert blog.run("init", "--learn", "--yes").code == 0
    assert config_text(blog) == first.replace("entry", "prose")


def test_a_refusal_is_written_and_taken_back(blog: Blog) -> None:
    build(blog.folder / "dist")
    assert blog.run("init", "--url", "https://a.example").code == 0
    learned = config_text(blog)
    build(blog.folder / "dist", excerpt)
    assert blog.run("init", "--learn", "--yes").code == 0
    config = yaml.safe_load(config_text(blog))
    assert (config["posts"]["from"], "body" in config["posts"]) == ("source", False)
    assert config_text(blog).count("Learned by") == 1
    build(blog.folder / "dist")
    assert blog.run("init", "--learn", "--yes").code == 0
    assert config_text(blog) == learned


def test_selectors_of_a_person_stay_where_a_run_takes_texts_with_them(blog: Blog) -> None:
    build(blog.folder / "dist")
    own = WRITTEN.replace("engine: any", "engine: any, body: main .entry, drop: .entry .share")
    (blog.folder / "publisher.yaml").write_text(own)
    run = blog.run("init", "--learn", "--yes")
    assert "in `main .entry`: 4 of 4 pages; posts.body stays" in run.out
    assert config_text(blog) == own.replace("address\n", "address\n  output: dist\n")
    assert blog.run("build").code == 0


@pytest.mark.parametrize(
    ("drop", "after"),
    [
        ("[.paywall, .entry > .share]", [".paywall", ".entry > .share"]),
        (".paywall", [".paywall", ".entry > .share"]),
        ("[.gone, .share, .entry .share]", ".entry > .share"),
    ],
)
def test_selectors_of_posts_drop_stay_if_they_remove_something_else(
    blog: Blog, drop: str, after: object
) -> None:
    """Few pages may have what a person wants to remove."""
    wall = "<p class=paywall>Subscribe to read on</p>"
    build(
        blog.folder / "dist", lambda n: in_article(n)[: -len("</div>")] + wall * (n == 1) + "</div>"
    )
    assert blog.run("init", "--url", "https://a.example").code == 0
    learned = config_text(blog)
    own = re.sub("drop: .*", f"drop: {drop}", learned)
    assert own != learned
    (blog.folder / "publisher.yaml").write_text(own)
    assert blog.run("init", "--learn", "--yes").code == 0
    assert yaml.safe_load(config_text(blog))["posts"]["drop"] == after
    assert blog.run("init", "--learn").out.splitlines()[-1] == "publisher.yaml stays as it is"


def test_a_body_that_is_a_part_of_longer_texts_is_named_and_learned_again(blog: Blog) -> None:
    build(blog.folder / "dist")
    own = WRITTEN.replace("engine: any", "engine: any, body: [main p, main .entry]")
    own = own.replace("address\n", "address\n  output: dist\n")
    (blog.folder / "publisher.yaml").write_text(own)
    warned = blog.run("check")
    assert "`main p` may find only a part of the text" in " ".join(warned.out.split())
    assert blog.run("init", "--learn", "--yes").code == 0
    assert yaml.safe_load(config_text(blog))["posts"]["body"] == ".entry"
    assert "only a part of the text" not in " ".join(blog.run("check").out.split())


def test_selectors_of_a_person_stay_where_nothing_is_learned(blog: Blog) -> None:
    """Whether readers want what else is in the body is not for publisher to say."""
    build(blog.folder / "dist", lambda number: in_article(number).replace("share", f"n{number}"))
    assert blog.run("init", "--url", "https://a.example").code == 0
    refused = config_text(blog)
    assert "  from: source\n" in refused
    (figures,) = (line for line in refused.splitlines(True) if "# Learned by" in line)
    by_hand = refused.replace("from: source\n", f"body: .entry\n{figures}")
    (blog.folder / "publisher.yaml").write_text(by_hand)
    run = blog.run("init", "--learn", "--yes")
    assert "in `.entry`: 4 of 4 pages; posts.body stays" in run.out
    comment = "# Learned by publisher init: posts.body stays; the text of your posts is in `.entry`"
    assert config_text(blog).count("Learned by") == config_text(blog).count(comment) == 1
    assert "from:" not in config_text(blog)
    again = blog.run("init", "--learn")
    assert (again.code, again.out.splitlines()[-1]) == (0, "publisher.yaml stays as it is")
    assert blog.run("build").code == 0


@pytest.mark.parametrize(
    ("posts", "problem"),
    [
        ("{feed: feed.xml}", "posts.feed has no sources to compare with the pages"),
        ("{path: src/content/blog, engine: any}", "stays as it is: no built site was found"),
    ],
)
def test_what_cannot_be_learned_is_said(blog: Blog, posts: str, problem: str) -> None:
    head, _, rest = WRITTEN.partition("posts: ")
    text = f"{head}posts: {posts}\n{rest.partition(chr(10))[2]}"
    (blog.folder / "publisher.yaml").write_text(text)
    run = blog.run("init", "--learn", "--yes")
    assert (run.code, problem in run.err) == (2, True)
    assert config_text(blog) == text


def test_what_cannot_be_edited_is_to_be_written_by_hand(blog: Blog) -> None:
    build(blog.folder / "dist")
    text = WRITTEN.replace("posts: {", "x: &posts {").replace("# all of them", "\nposts: *posts")
    text = text.replace("x: &posts", "posts: &posts", 1).replace("\nposts: *posts", "")
    text = text.replace("posts: &posts {path", "posts: {body: &a .old, drop: *a, path")
    text = text.replace("since: 2020-01-01", "since: 2020-01-01\n  output: dist")
    (blog.folder / "publisher.yaml").write_text(text)
    run = blog.run("init", "--learn", "--yes")
    assert run.code == 2
    assert "publisher.yaml:8: not changed, because body has a comment, an anchor" in run.err
    assert "  - posts.body: .entry\n" in run.err
    assert config_text(blog) == text


def test_a_title_that_is_the_name_of_the_folder_is_said_and_learned(blog: Blog) -> None:
    write(blog.folder / "astro.config.mjs", LITERAL)
    run = blog.run("init")
    name = blog.folder.name
    assert f'note: site.title is "{name}", the name of the folder; correct it' in run.err
    line = f'site.title is "{name}", the name of the folder'
    assert f"{line}; is that the title of your site?" in blog.run("check").out
    build_at(blog.folder / "dist", "https://a.example", canonical=True)
    config = config_text(blog)
    write(blog.folder / "publisher.yaml", config.replace("  url:", "  output: dist\n  url:", 1))
    assert f'{line}, but the pages of the site say "Croeso | My site"' in blog.run("check").out
    run = blog.run("init", "--learn", "--yes")
    assert run.code == 0, run.err
    assert configs.load(blog.folder / "publisher.yaml").site.title == "Croeso | My site"
    assert "site.title" not in blog.run("check").out


def test_feeds_that_a_build_would_copy_move_into_the_site(blog: Blog) -> None:
    write(blog.folder / "astro.config.mjs", LITERAL)
    assert blog.run("init", "--title", "A").code == 0
    assert "  - path: public/feed.atom\n" in config_text(blog)
    assert blog.run("build").code == 0
    build(blog.folder / "dist")
    run = blog.run("init", "--learn", "--yes")
    assert "feeds there would be those of the build before; they move to dist." in run.err
    after = configs.load(blog.folder / "publisher.yaml")
    assert [feed.path.parent.name for feed in after.feeds] == ["dist"] * 3
    assert "public" not in config_text(blog)
    assert blog.run("build").code == 0
    shutil.rmtree(blog.folder / "public")
    (blog.folder / "publisher.yaml").unlink()
    assert blog.run("init", "--title", "A").code == 0
    assert configs.load(blog.folder / "publisher.yaml").feeds == after.feeds


def test_feeds_that_the_user_put_where_a_build_copies_them_are_named(blog: Blog) -> None:
    write(blog.folder / "astro.config.mjs", LITERAL)
    build(blog.folder / "dist")
    text = WRITTEN.replace("path: dist/", "path: public/")
    write(blog.folder / "publisher.yaml", text)
    run = blog.run("init", "--learn", "--yes")
    assert "Move them, e.g. `path: dist/feed.atom`" in run.err
    assert "path: public/feed.atom" in config_text(blog)
    write(blog.folder / "publisher.yaml", WRITTEN)
    assert "Move them" not in blog.run("init", "--learn", "--yes").err


def test_the_key_that_looks_like_the_date_is_named(blog: Blog) -> None:
    for number, path in enumerate(sorted((blog.folder / "src/content/blog").iterdir())):
        text = f"---\ntitle: A\nmoment: 2020-01-0{number + 1}\nreviewed: 2021-01-01\n---\nText\n"
        path.write_text(text)
    write(blog.folder / "astro.config.mjs", LITERAL)
    run = blog.run("init")
    assert run.code == 2
    assert "if `moment` is the date of these files, run again with --yes, and write " in run.err
    assert "`keys: {date: moment}` below posts" in run.err
    assert blog.run("init", "--yes").code == 0
    advice = "if moment is their date, set posts.keys: {date: moment}"
    assert advice in blog.run("build").err
    config = config_text(blog).replace("posts:\n", "posts:\n  keys: {date: moment}\n")
    write(blog.folder / "publisher.yaml", config)
    assert f"{COUNT} posts: {COUNT} published" in blog.run("build").out


def test_a_url_without_a_scheme_is_one_error_with_the_right_one(blog: Blog) -> None:
    run = blog.run("init", "--url", "blog.example")
    assert run.code == 2
    assert run.err.splitlines()[1:] == [
        "  - site.url is 'blog.example', without a scheme; write https://blog.example"
    ]


def test_without_a_post_no_build_is_advised(tmp_path: Path) -> None:
    run = Blog(tmp_path / "site").run(
        "init", "--posts", "posts", "--config", "p.yaml", "--url=https://a.example"
    )
    assert run.out.splitlines()[-1] == (
        "next: publisher check --config p.yaml, as soon as there is a post"
    )
