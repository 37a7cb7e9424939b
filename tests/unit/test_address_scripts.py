"""Programs of a site that compute the addresses of posts are named; none of them is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.sources.engines import RECORDS
from publisher.sources.engines.detected import reach_of
from publisher.sources.engines.scripts import AddressScript
from tests.support.blog import Blog

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

POST = "---\ntitle: A post\ndate: 2020-01-02\n---\nText.\n"
DATA = 'module.exports = { permalink: "/{{ page.date | year }}/{{ page.fileSlug }}/" }\n'
CONFIG = "module.exports = () => ({ dir: { input: 'src' } })\n"
POSTS = {
    "eleventy": "src/posts",
    "hexo": "source/_posts",
    "hugo": "content",
    "jekyll": "_posts",
    "nikola": "posts",
    "pelican": "content",
    "plain": "notes",
}
SITE = """\
site: {{title: A site, url: "https://a.example", since: 2020-01-01}}
posts: {{path: {posts}, engine: {engine}{more}}}
feeds: [{{path: feed.atom, format: atom}}]
"""


def check(
    folder: Path, engine: str, files: Mapping[str, str], *, more: str = "", site: str = SITE
) -> str:
    """What `check` says of publisher.yaml; a post lies in the folder."""
    run = set_up(folder, engine, files, more=more, site=site).run("check")
    assert run.code == 0, run.err
    return "".join(line for line in run.out.splitlines(keepends=True) if "publisher.yaml" in line)


def set_up(
    folder: Path, engine: str, files: Mapping[str, str], *, more: str = "", site: str = SITE
) -> Blog:
    """A blog of one post with these files of the generator."""
    blog, posts = Blog(folder), POSTS[engine]
    for name, text in {f"{posts}/2020-01-02-a.md": POST, **files}.items():
        path = blog.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    text = site.format(posts=posts, engine=engine, more=more)
    (blog.folder / "publisher.yaml").write_text(text)
    return blog


@pytest.mark.parametrize(
    ("engine", "script", "text", "line"),
    [
        ("eleventy", "src/posts/posts.11tydata.js", DATA, 1),
        ("eleventy", "src/posts/2020-01-02-a.11tydata.mjs", f"\n{DATA}", 2),
        ("eleventy", "src/src.11tydata.cjs", "exports.permalink = (d) => 1\n", 1),
        ("eleventy", "src/posts/deep/deep.11tydata.ts",
         "export default {\n  eleventyComputed: {\n    permalink(data) {}}}\n", 3),
        ("eleventy", "src/_data/eleventyComputed.js", DATA, 1),
        ("eleventy", "eleventy.config.js",
         "export default (c) => {\n c.addGlobalData('permalink', () => 1)\n}\n", 2),
        ("eleventy", "eleventy.config.js",
         'export default (c) => {\n c.addGlobalData("eleventyComputed", {\n'
         "  permalink: (d) => 1 })\n}\n", 2),
        ("jekyll", "_plugins/a/urls.rb",
         "Jekyll::Hooks.register :posts, :post_init do |post|\n"
         "  post.data['permalink'] = '/a/'\nend\n", 2),
        ("jekyll", "_plugins/urls.rb",
         "class Jekyll::Document\n  def url_placeholders\n", 2),
        ("hexo", "scripts/urls.js",
         "hexo.extend.filter.register('post_permalink', (data) => data)\n", 1),
        ("hexo", "themes/a/scripts/urls.js", "\npost.path = '/a'\n", 2),
        ("pelican", "pelicanconf.py",
         "import os\nARTICLE_URL = os.environ['URLS']\n", 2),
        ("pelican", "publishconf.py",
         "from pelicanconf import *\nif SITEURL:\n    ARTICLE_URL = '{slug}'\n", 3),
        ("pelican", "pelicanconf.py", "from common import *\n", 1),
        ("pelican", "pelicanconf.py", "import os\nARTICLE_URL = '{slug}'\n"
         "if os.environ.get('CI'):\n    ARTICLE_URL = '{slug}/'\n", 4),
        ("pelican", "pelicanconf.py", "EXTRA_PATH_METADATA = {}\n\n"
         "EXTRA_PATH_METADATA['a'] = {'slug': 'b'}\n", 3),
        ("nikola", "conf.py", "BLOG_TITLE = 'A'\nPOSTS = []\n"
         "POSTS.append(('posts/*.md', 'blog', 'post.tmpl'))\n", 3),
        ("nikola", "conf.py",
         "BLOG_TITLE = 'A'\nPRETTY_URLS = bool(1)\nTRANSLATIONS = {}\n", 2),
    ],
)  # fmt: skip
def test_check_names_the_program_that_computes_addresses(
    tmp_path: Path, engine: str, script: str, text: str, line: int
) -> None:
    files = {"eleventy.config.js": CONFIG} if engine == "eleventy" else {}
    said = check(tmp_path / "site", engine, {**files, script: text})
    place = f"{script}:{line}"
    assert f"posts.permalink is not set, but {place}" in said
    assert "computes the URLs of posts, and publisher" in said
    assert "set it, e.g. permalink: /:year/:slug/, or set site.output" in said


@pytest.mark.parametrize("command", ["build", "plan", "publish", "status", "check"])
def test_every_command_warns_of_addresses_that_a_program_computes(
    tmp_path: Path, command: str
) -> None:
    files = {"eleventy.config.js": CONFIG, "src/_data/eleventyComputed.js": DATA}
    run = set_up(tmp_path / "site", "eleventy", files).run(command)
    said = " ".join((run.out + run.err).split())
    assert said.count("eleventyComputed.js:1 computes the URLs of posts") == 1


def test_many_programs_are_one_warning(tmp_path: Path) -> None:
    files = {"eleventy.config.js": CONFIG}
    files |= {f"src/posts/{name}/{name}.11tydata.js": DATA for name in "abcdefg"}
    said = check(tmp_path / "site", "eleventy", files)
    assert "/e.11tydata.js:1 and 2 more compute the URLs of posts" in said
    assert len(said.splitlines()) == 1


def test_check_names_the_setting_that_is_computed(tmp_path: Path) -> None:
    text = "import os\nARTICLE_URL = os.environ['URLS']\n"
    said = check(tmp_path / "site", "pelican", {"pelicanconf.py": text})
    assert "pelicanconf.py:2 (ARTICLE_URL) computes the URLs of posts" in said


@pytest.mark.parametrize(
    ("engine", "files"),
    [
        ("eleventy", {"src/posts/posts.11tydata.js": "exports.layout = 'post'\n"}),
        ("eleventy", {"src/posts/posts.11tydata.js": f"// {DATA}"}),
        ("eleventy", {"src/posts/posts.11tydata.js": "layout: 1 // permalink: 1\n"}),
        ("eleventy", {"src/posts/posts.11tydata.js": "url = data.permalink, 1\n"}),
        ("eleventy", {"src/pages/pages.11tydata.js": DATA}),
        ("eleventy", {"node_modules/a/a.11tydata.js": DATA}),
        ("jekyll", {"_plugins/a.rb": "url = post.data['permalink'] == '/a/'\n"}),
        ("jekyll", {"_plugins/a.rb": "# post.data['permalink'] = 1\n"}),
        ("hexo", {"scripts/a.js": "if (post.path == 'a') hexo.log(post.slug)\n"}),
        ("pelican", {"pelicanconf.py": "ARTICLE_URL = '{slug}/'\nX = len('a')\n"}),
        ("hugo", {"hugo.toml": ""}),
        ("plain", {"eleventy.config.js": DATA}),
    ],
)
def test_no_other_program_is_named(tmp_path: Path, engine: str, files: Mapping[str, str]) -> None:
    assert check(tmp_path / "site", engine, files) == ""


def test_a_permalink_in_the_configuration_ends_the_warning(tmp_path: Path) -> None:
    files = {"eleventy.config.js": CONFIG, "src/posts/posts.11tydata.js": DATA}
    assert check(tmp_path / "site", "eleventy", files, more=", permalink: /:slug/") == ""


def test_a_program_behind_a_link_out_of_the_site_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "data.js").write_text(DATA)
    posts = tmp_path / "site" / "posts"
    posts.mkdir(parents=True)
    link = posts / "posts.11tydata.js"
    link.symlink_to(tmp_path / "data.js")
    find = RECORDS["eleventy"].address_scripts
    assert find(posts.parent, posts, reach_of(posts.parent)) == []
    link.unlink()
    link.write_text(DATA)
    assert find(posts.parent, posts, reach_of(posts.parent)) == [AddressScript(link, 1)]


def test_built_pages_show_the_addresses_that_programs_compute(tmp_path: Path) -> None:
    site = SITE.replace("since:", "output: _site, since:")
    page = "<html><head><title>A post</title></head><body><p>Text.</p></body></html>"
    files = {"src/posts/posts.11tydata.js": DATA, "_site/2020/a/index.html": page}
    assert check(tmp_path / "site", "eleventy", files, site=site) == ""
