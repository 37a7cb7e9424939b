"""Sites of Jekyll beyond those of `test_sites`: the folders and what templates read of a site."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

import feedparser
import lxml.html
import pytest
import yaml

from publisher.content import markup
from publisher.sources.engines import jekyll_markdown
from publisher.text import yaml_document
from tests.engines.test_sites import FOLDER, ON_PURPOSE
from tests.support import dialects, sites
from tests.support.generators import GENERATORS
from tests.unit import test_engines as engines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SITE = {
    "_config.yml": "title: A blog\nurl: https://blog.example\nbaseurl: ''\nfuture: true\n"
    "timezone: Europe/Berlin\npermalink: /:categories/:year/:title/\n"
    "defaults: [{scope: {path: ''}, values: {layout: main}}]\n",
    "_layouts/main.html": "{{ content }}",
    "_data/releases.yml": "- {version: 1.0, url: /1.0.tar, stable: yes}\n"
    "- {version: 2.0, url: /2.0.tar}\n",
    "_data/people/ada.json": '{"name": "Ada", "age": 36, "links": ["/a", "/b"], "none": null}',
    "_data/people/two words!.yaml": "name: Eve",
    "_data/rows.csv": 'name,count\nx,1\n"y, z",2\n',
    "_data/tabs.tsv": "name\tcount\nx\t1\n",
    "_data/same.yml": "of: yaml",
    "_data/same.json": '{"of": "json"}',
    "_includes/plain.html": "plain {{ page.title }} {{ include.x }}.\n",
    "_includes/given.html": "<b>{{ include.x }}</b> {{ include['y-z'] }} {{ include.n | plus: 1 }}",
    "_includes/nested/deep.md": "deep {% include given.html x=include.x %} {{ include.x }}",
    "_includes/loop.html": "{% for p in include.of %}{% include item.html post=p %}{% endfor %}",
    "_includes/item.html": "[{{ include.post.title }}]({{ include.post.url }})\n",
    "_includes/code.html": "{% highlight ruby %}\nputs 1\n{% endhighlight %}\n",
    "_includes/link.html": "<a href='{% post_url notes/2020-01-02-categories %}'>it</a>",
    "_posts/beside.txt": "beside {{ page.title }}",
}
_LIST = "{% for p in POSTS %}{{ p.title }} {{ p.url }} {{ p.date | date: '%d' }}; {% endfor %}"
# By the path of the post below `_posts`.
BODIES = {
    "2020-01-01-page.md": "---\ntitle: Page\n---\n{{ page.path }} {{ page.name }} {{ page.ext }} "
    "{{ page.slug }} {{ page.id }} {{ page.url }} {{ page.relative_path }} {{ page.collection }} "
    "{{ page.draft }} {{ page.dir }} {{ page.date }} {{ site.baseurl }} {{ site.title }}",
    "notes/2020-01-02-categories.md": "---\ncategories: [c, Some Thing]\ntags: [t]\n---\n"
    "{{ page.id }} {{ page.path }} {{ site.categories.c | size }} {{ site.categories.none }}"
    "{% for c in site.categories %}{{ c[0] }}: {{ c[1].size }}; {% endfor %}"
    "{% for p in site.categories['Some Thing'] limit: 1 %}{{ p.title }}{% endfor %}",
    "2020-01-03-tags.md": "---\ntags: [t, u]\ncategory: c\npermalink: /own/page/\n---\n"
    "{{ page.id }} {{ site.tags.t | map: 'title' | join: ', ' }} {{ site.tags['u'].first.title }} "
    "{{ site.tags.size }}",
    "2020-01-04-posts.md": f"---\ntitle: Posts\nn: 1\n---\n{_LIST.replace('POSTS', 'site.posts')}\n"
    "{{ site.posts.size }} {{ site.posts.first.title }} {{ site.posts.last.name }}",
    "2020-01-04-same-day.md": "---\nkind: note\nn: 2\n---\n{% assign notes = site.posts | "
    f"where: 'kind', 'note' | sort: 'n' %}}{_LIST.replace('POSTS', 'notes')}"
    "{% assign late = site.posts | where_exp: 'p', 'p.n > 1' %}{{ late.size }} "
    "{% assign groups = site.posts | group_by: 'kind' %}{{ groups | map: 'name' | join: '-' }}",
    "2020-01-05-data.md": "---\nwho: ada\nkind: note\n---\n"
    '{% assign r = site.data.releases | where: "version", 1.0 | first %}\n* <{{ r.url }}>\n\n'
    "{{ r.stable }} {{ site.data.people[page.who].name }} {{ site.data.people.ada.age | plus: 1 }} "
    "{{ site.data.people.two_words.name }} {{ site.data.people.ada.links | last }} "
    "{{ site.data.people.ada.none }} {{ site.data.missing.name }} {{ site.data.releases.size }} "
    "{{ site.data.same.of }}\n\n"
    "{% for row in site.data.rows %}{{ row.name }}={{ row.count | plus: 1 }} {% endfor %}"
    "{{ site.data.tabs[0].count }} {% for pair in site.data.people %}{{ pair[0] }} {% endfor %}",
    "2020-01-06-includes.md": "---\ntitle: Includes\nx: value\nfile: given\n---\n"
    "{% include plain.html %}\n\n{% include given.html x='a \"b\"' y-z=\"c 'd'\" n=4 %}\n\n"
    "{% include given.html x=page.x %} {% include {{ page.file }}.html x=page.none n=page.n %}\n\n"
    "{% include nested/deep.md x='1' %} {% include plain.html %} {{ include.x }}\n\n"
    "{% include_relative beside.txt %}\n",
    "2020-01-07-in-loops.md": "---\ntitle: Loops\n---\n{% include loop.html of=site.tags.t %}\n\n"
    "{% for x in site.data.people.ada.links %}{% include given.html x=x n=forloop.index %}"
    "{% endfor %}\n\n{% capture c %}{% include given.html x='d' %}{% endcapture %}"
    "{{ c | strip_html | upcase }} {% include link.html %}\n\n{% include code.html %}\n",
    "2020-01-09-order.md": "---\ntags: [z, t]\ncategory: b\nn: 007\nm: -010\nt: 008\n---\n"
    "{{ page.n | plus: 1 }} {% if page.n == 7 %}seven{% endif %} {{ page.m }} {{ page.t }} "
    "{% for i in (1..3) reversed %}{{ i }}{% endfor %} {% for i in (1..9) reversed limit: 2 %}"
    "{{ i }}{% endfor %} {% for t in site.tags %}{{ t[0] }} {{ t[1].first.slug }} {% endfor %}"
    "{% for c in site.categories %}{{ c[0] }} {% endfor %}",
    "2020-01-08-filters.md": "---\ntitle: Filters\n---\nBy {{ 'ada' | person_link }} and "
    "*{{ 'eve' | upcase | card: 1, 'x' | append: '!' }}*.",
}

OPTIONS = [
    "{}",
    "{hard_wrap: true}",
    "{auto_ids: false}",
    "{auto_id_prefix: 'id-'}",
    "{toc_levels: 2..3}",
    "{toc_levels: '1,3'}",
    "{toc_levels: [2]}",
    "{header_offset: 2}",
    "{header_offset: -1}",
    "{parse_block_html: true}",
    "{smart_quotes: 'apos,apos,quot,quot'}",
    "{smart_quotes: [laquo, raquo, bdquo, ldquo]}",
    "{typographic_symbols: {mdash: '---', ndash: '--'}}",
    "{typographic_symbols: {hellip: '. . .', mdash: '—'}}",
    "{hard_wrap: true, auto_ids: false, header_offset: 1, parse_block_html: true}",
]
KRAMDOWN = [
    "one\ntwo  \nthree\\\\\nfour\n\n* a\n  b\n* c\n\n> d\n> e\n",
    "# One\n\n## Two\n\n### Two\n\n## Own {#own}\n\n###### Six\n\nTitle\n-----\n",
    "* toc\n{:toc}\n\n# A\n\n## B\n\n### C\n\n## D\n{: .no_toc}\n\n# E\n",
    "\"Quotes\" and 'single' ones, it's -- so --- they... say << this >> and '90s \"'both'\"\n",
    "<div>\n*block*\n\n<p>*span*</p>\n</div>\n\n<table><tr><td>*cell*</td></tr></table>\n\n"
    "<pre>*pre*</pre>\n\na <span>*span*</span>\n",
    "`code -- 'x'` and\n\n    code -- \"x\"\n\n[a](/b--c 'it')\n",
]


def test_posts_lie_in_the_folders_that_the_settings_name(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(FOLDER / "jekyll", site / "src")
    settings = site / "_config.yml"
    (site / "src/_config.yml").rename(settings)
    (site / "src/texts").mkdir()
    (site / "src/_posts").rename(site / "src/texts/_posts")
    text = settings.read_text(encoding="utf-8").replace("_posts/excluded", "texts/_posts/excluded")
    settings.write_text(f"{text}source: src\ncollections_dir: texts\n", encoding="utf-8")
    output = GENERATORS["jekyll"].build(site)
    read = sites.read(site, output)
    found = {path.removeprefix("src/texts/"): facts for path, facts in read.items()}
    differences = sites.differences(sites.generated(output), found)
    assert differences.keys() == ON_PURPOSE["jekyll"].keys()


EXCLUDES = [
    *("*.tmp.md", "*secret*", "*.md", "_posts/*priv*", "_posts/[0-9]*-c.md", "_posts/*-c.md/"),
    *("_posts/", "/_posts/priv", "_posts/priv/", "_posts/pr", "pr", "c.md", "**/*-c.md"),
    *("blog", "blog/", "b*", "*og", "*og/", "blog/_posts", "bl?g", "blog?_posts*", "[!_]*"),
    *("_posts/2024-01-0[3-5]*", "_posts/2024-01-01-[^a].md", "_posts/{priv,sub}/*", "_p[o", "\\_*"),
    *("./_posts/priv", "_posts/../_posts/priv", "src/_posts/", "_posts/2024-01-03-c.md", "*\\.md"),
]
POSTS_TO_EXCLUDE = [
    *("_posts/2024-01-01-a.md", "_posts/2024-01-02-b.tmp.md", "_posts/2024-01-03-c.md"),
    *("_posts/priv/2024-01-04-d.md", "_posts/sub/deep/2024-01-05-secret.md"),
    *("blog/_posts/2024-01-06-e.md", "blog/_posts/sub/2024-01-07-c.md"),
]
_ASK_JEKYLL = """
require "jekyll"; require "json"
puts JSON.generate(JSON.parse($stdin.read).map { |exclude|
  site = Jekyll::Site.new(Jekyll.configuration("source" => ARGV[0], "quiet" => true,
    "disable_disk_cache" => true, "exclude" => exclude))
  site.read
  site.posts.docs.map(&:relative_path)
})
"""


@pytest.mark.parametrize("source", ["", "src"])
def test_exclude_leaves_out_what_jekyll_leaves_out(tmp_path: Path, source: str) -> None:
    asked = [[one] for one in EXCLUDES] + [EXCLUDES[:1] + EXCLUDES[4:5]]
    files = dict.fromkeys(
        (f"{source}/{path}".strip("/") for path in POSTS_TO_EXCLUDE), "---\n---\n"
    )
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["ruby", "-e", _ASK_JEKYLL, tmp_path / source],
        input=json.dumps(asked), capture_output=True, text=True, check=True,
    )  # fmt: skip
    for exclude, built in zip(asked, json.loads(done.stdout), strict=True):
        settings = {"source": source or ".", "exclude": exclude}
        read = engines.read(tmp_path, "jekyll", {"_config.yml": yaml.safe_dump(settings)})
        found = {str(post.path).removeprefix(f"{source}/") for post in read.posts}
        assert found == {*built}, exclude


def test_templates_read_of_the_site_what_jekyll_reads(tmp_path: Path) -> None:
    """Each body is a post; all of them read the data, the included files and the other posts."""
    for name, text in {**SITE, **{f"_posts/{path}": text for path, text in BODIES.items()}}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    output = GENERATORS["jekyll"].build(tmp_path)
    entries = feedparser.parse(sites.feed(tmp_path, "body: source")).entries
    read = {entry.link: _words(entry.content[0].value) for entry in entries}
    built = {}
    for page in output.rglob("index.html"):
        url = f"{sites.URL}/{quote(str(page.parent.relative_to(output)))}/"
        built[url] = _words(page.read_text(encoding="utf-8"))
    assert len(built) == len(BODIES)
    assert read == built


@pytest.mark.parametrize("settings", OPTIONS)
def test_kramdown_s_options_mean_the_same(
    settings: str, html_of: Mapping[str, Sequence[str]]
) -> None:
    values = yaml_document.read(f"kramdown: {settings}").with_plain_scalars
    assert isinstance(values, dict)
    options = jekyll_markdown.options(values)
    for body, html in zip(KRAMDOWN, html_of[settings], strict=True):
        assert dialects.ours(body, "kramdown", options) == dialects.theirs(html), body
        assert _ids(markup.html(body, "kramdown", options)) == _ids(html), body


@pytest.fixture(scope="module")
def html_of() -> Mapping[str, Sequence[str]]:
    GENERATORS["jekyll"].check_version()
    asked = [(body, yaml.safe_load(settings)) for settings in OPTIONS for body in KRAMDOWN]
    found = dialects.ask_kramdown(asked)
    size = len(KRAMDOWN)
    return {one: found[n * size : (n + 1) * size] for n, one in enumerate(OPTIONS)}


def _ids(html: str) -> list[str]:
    return re.findall(r'<h\d id="([^"]*)"', html)


def _words(html: str) -> list[str]:
    """The words and the URLs of links in HTML."""
    tree: Any = lxml.html.fromstring(f"<div>{html}</div>")
    links = (urljoin(sites.URL, url) for _, _, url, _ in tree.iterlinks())
    return [*tree.text_content().split(), *links]
