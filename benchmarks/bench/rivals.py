"""The programs that build the same site: their settings, themes and command lines."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench.generated_site import FEED_LENGTH, POSTS, TITLE, URL, Site
from benchmarks.bench.measuring import BenchError, Command

ROOT = Path(__file__).parents[2]

HUGO = f"""\
baseURL = "{URL}/"
title = "{TITLE}"
[services.rss]
limit = {FEED_LENGTH}
"""
# Without pages of posts a feed has no entries. They have no template, so that none is rendered.
HUGO_FEED_ALONE = f"""\
disableKinds = ["section", "taxonomy", "term", "sitemap", "robotsTXT", "404"]
layoutDir = "layouts-of-feed-alone"
{HUGO}
[outputs]
home = ["RSS"]
page = []
"""
HUGO_FEED = (
    '<rss version="2.0"><channel><title>{{ site.Title }}</title><link>{{ .Permalink }}</link>'
    f"{{{{ range first {FEED_LENGTH} site.RegularPages }}}}"
    "<item><title>{{ .Title }}</title><link>{{ .Permalink }}</link>"
    '<pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" }}</pubDate>'
    "<guid>{{ .Permalink }}</guid><description>{{ .Content | html }}</description></item>"
    "{{ end }}</channel></rss>"
)
HUGO_THEME = {
    "_default/baseof.html": (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title>'
        '<link rel="canonical" href="{{ .Permalink }}"></head><body><header>{{ site.Title }}'
        '</header><main>{{ block "main" . }}{{ end }}</main></body></html>'
    ),
    "_default/single.html": (
        '{{ define "main" }}<article><h1>{{ .Title }}</h1><time>{{ .Date.Format "2006-01-02" }}'
        "</time>{{ .Content }}{{ range .Params.tags }}<a>{{ . }}</a>{{ end }}</article>{{ end }}"
    ),
    "_default/list.html": (
        '{{ define "main" }}{{ range .Paginator.Pages }}<h2><a href="{{ .RelPermalink }}">'
        "{{ .Title }}</a></h2>{{ .Summary }}{{ end }}"
        '{{ template "_internal/pagination.html" . }}{{ end }}'
    ),
    "_default/rss.xml": HUGO_FEED,
}
JEKYLL = {
    "_config.yml": f'title: {TITLE}\nurl: "{URL}"\ndefaults: [{{scope: {{path: ""}}, '
    "values: {layout: post}}]\n",
    "_layouts/post.html": (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{{ page.title }}'
        "</title></head><body><header>{{ site.title }}</header><article><h1>{{ page.title }}</h1>"
        '<time>{{ page.date | date: "%Y-%m-%d" }}</time>{{ content }}</article></body></html>'
    ),
    "index.html": (
        "---\nlayout: null\n---\n<!DOCTYPE html><html><body>{% for post in site.posts limit: 20 %}"
        '<h2><a href="{{ post.url }}">{{ post.title }}</a></h2>{{ post.excerpt }}{% endfor %}'
        "</body></html>\n"
    ),
    "feed.xml": (
        '---\nlayout: null\n---\n<feed xmlns="http://www.w3.org/2005/Atom"><title>'
        "{{ site.title }}</title>{% for post in site.posts limit: 20 %}<entry><title>"
        "{{ post.title | xml_escape }}</title><id>{{ site.url }}{{ post.url }}</id>"
        '<updated>{{ post.date | date_to_xmlschema }}</updated><content type="html">'
        "{{ post.content | xml_escape }}</content></entry>{% endfor %}</feed>\n"
    ),
}
PELICAN = f"""\
SITENAME = "{TITLE}"
SITEURL = "{URL}"
AUTHOR = "Nobody"
TIMEZONE = "UTC"
PATH = "../{POSTS}"
FEED_ALL_ATOM = "feeds/all.atom.xml"
FEED_MAX_ITEMS = {FEED_LENGTH}
"""


@dataclass(frozen=True, slots=True)
class Rivals:
    """The other generators of a site, with their settings in folders beside its posts."""

    site: Site

    def write(self) -> None:
        """Write the settings and themes of all."""
        folder = self.site.folder
        _write(folder, {"hugo.toml": HUGO, "feed-alone.toml": HUGO_FEED_ALONE})
        _write(folder / "layouts", HUGO_THEME)
        _write(folder / "layouts-of-feed-alone", {"_default/rss.xml": HUGO_FEED})
        _write(folder / "jekyll", JEKYLL)
        (folder / "jekyll" / "_posts").symlink_to(folder / POSTS)
        _write(folder / "pelican", {"pelicanconf.py": PELICAN})

    def hugo_feed_alone(self) -> Command:
        """Hugo without any kind of page but the home page, and with the feed as its only output."""
        return self._hugo("feed-alone.toml", "built-by-hugo/feed-alone")

    def hugo(self) -> Command:
        """Hugo with its defaults: pages of posts, lists, tags, sitemap and feeds."""
        return self._hugo("hugo.toml", "built-by-hugo/all")

    def _hugo(self, settings: str, output: str) -> Command:
        program = needed("hugo", "tools/install-packages hugo=hugo")
        arguments = [program, "--quiet", "--config", settings, "--destination", output]
        return Command(arguments, self.site.folder)

    def jekyll(self) -> Command:
        program = needed("jekyll", "tools/install-packages jekyll=jekyll")
        return Command([program, "build", "--quiet"], self.site.folder / "jekyll")

    def pelican(self) -> Command:
        installed = ROOT / ".venv-engines" / "bin" / "pelican"
        program = needed(str(installed), "make .venv-engines/ready")
        return Command([program, "--quiet"], self.site.folder / "pelican")

    def find(self, *folders: str) -> Command:
        """List all files below the folders with their times, sizes and inodes."""
        program = needed("find", "tools/install-packages find=findutils")
        arguments = [program, *folders, "-printf", "%p %T@ %C@ %s %i\\n"]
        return Command(arguments, self.site.folder)


def needed(program: str, installed_by: str) -> str:
    """Where a program is. Raises BenchError with what installs it."""
    found = shutil.which(program)
    if found is None:
        raise BenchError(f"{program} is not installed; run: {installed_by}")
    return found


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
