"""Measure on sites that their generators built how well posts are taken from their pages.

Run with: .venv/bin/python -m benchmarks.any_site SITE...

A SITE is a folder with two files beside the site:

* README has lines `engine: hugo` (a name of `posts.engine`; any other name stands for `any`),
  `source:` (the folder of the site), `posts:`, `output:` (folders), and `site_url:`.
* oracle.json has what the generator itself made of each post: {path below the folder of the posts:
  {"page": path below the output, "html": the body}}. Such a dump is a hook of Jekyll, an output
  format of Hugo, a collection of Eleventy, a plugin of Pelican, a hook of MkDocs, or an attribute
  in a copy of the layout that says which element holds the body.

Each site is copied. `publisher init --learn` learns where the bodies are; then every post is read
and compared with its oracle: its page, its words, links, pictures and blocks of code, in order.
Posts that are no posts for publisher, or have no page, are counted in `taken`. `foreign` counts the
posts with the body of another post. The second row of a site is publisher's own rendering.

Then `publisher build` runs: cold; after one word of a post and of its page changed; and when the
generator has also rewritten all other pages as they were.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree, html

from publisher import config as configs
from publisher.app import project

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

PUBLISHER = str(Path(sys.executable).parent / "publisher")
ENGINES = {"eleventy", "hexo", "hugo", "jekyll", "nikola", "pelican", "zola"}
CONFIG = """\
site: {{title: A site, url: "{site_url}", since: 1990-01-01{built}}}
posts:
  path: {posts}
  engine: {engine}
feeds: {{path: feed.json, format: json, limit: all}}
"""
NEW_WORD = "metamorphosis"
COLUMNS = [
    *("posts", "taken", "page", "exact", "foreign", "links", "images", "code", "extra", "missing"),
    *("cold", "change", "rewritten", "MB"),
]
SHOWN = 12  # posts whose difference is printed

# What no reader of a feed is to see, and the words of no post.
GONE = {
    *("script", "style", "svg", "template", "annotation", "object"),
    *("button", "form", "input", "nav", "select"),
}
# Numbers of lines, and the names of languages beside a block of code.
GONE_CLASSES = {"gutter", "linenodiv", "linenos", "lineno", "lnt", "ln", "line-numbers-wrapper"}


class Oracle(NamedTuple):
    """What the generator made of a post: its page below the output, and its body."""

    page: str
    html: str


@dataclass(frozen=True)
class Site:
    """A copy of a site, with publisher.yaml in its folder."""

    folder: Path
    facts: Mapping[str, str]
    oracle: Mapping[str, Oracle]

    @property
    def output(self) -> Path:
        return self.folder / self.facts["output"]

    def configure(self, *, with_output: bool) -> None:
        engine = self.facts["engine"].split()[0].lower()
        built = f", output: {self.facts['output']}" if with_output else ""
        facts = {**self.facts, "engine": engine if engine in ENGINES else "any"}
        (self.folder / "publisher.yaml").write_text(CONFIG.format(**facts, built=built))

    def url_of(self, page: str) -> str:
        return f"{self.facts['site_url'].rstrip('/')}/{page.removesuffix('index.html')}"


class Body(NamedTuple):
    """What readers see of a body, in order. URLs are absolute, without those into the page."""

    words: tuple[str, ...]
    links: tuple[str, ...]
    images: tuple[str, ...]
    code: tuple[str, ...]


class Taken(NamedTuple):
    """What publisher made of a post."""

    url: str
    body: Body


def main() -> None:
    sites = sys.argv[1:]
    if not sites or not all((Path(name) / "README").is_file() for name in sites):
        sys.exit(__doc__)
    print(f"{'':24}" + "".join(f"{column:>10}" for column in COLUMNS))
    for name in sites:
        with tempfile.TemporaryDirectory() as folder:
            measure(copied(Path(name), Path(folder)), Path(name).name)


def copied(site: Path, to: Path) -> Site:
    lines = (site / "README").read_text().splitlines()
    facts = dict(line.split(": ", 1) for line in lines if ": " in line)
    ignored = shutil.ignore_patterns("node_modules", ".git", "venv")
    shutil.copytree(site / facts["source"], to / facts["source"], symlinks=True, ignore=ignored)
    found = json.loads((site / "oracle.json").read_text())
    oracle = {path: Oracle(one["page"], one["html"]) for path, one in found.items()}
    return Site(to, facts, oracle)


def measure(site: Site, name: str) -> None:
    oracle = {path: body_of(one.html, site.url_of(one.page)) for path, one in site.oracle.items()}
    site.configure(with_output=True)
    learned = run(site, "init", "--learn", "--yes")
    from_pages = taken(site)
    report(f"{name} pages", site, oracle, from_pages, costs(site))
    print((site.folder / "publisher.yaml").read_text() if learned else "  nothing was learned")
    explain(oracle, from_pages)
    site.configure(with_output=False)
    report(f"{name} own", site, oracle, taken(site), ["", "", "", ""])


def run(site: Site, *arguments: str) -> bool:
    """Whether publisher succeeds; what it says otherwise is printed."""
    command = [PUBLISHER, *arguments]
    done = subprocess.run(  # noqa: S603 - our own program
        command, cwd=site.folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"  {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.returncode == 0


def taken(site: Site) -> dict[str, Taken]:
    """What every post becomes, by the path of its file."""
    read = project.read(configs.load(site.folder / "publisher.yaml"))
    found = {}
    for entry in read.entries.entries:
        path = str(entry.post.path)
        one = site.oracle.get(path)
        stand_ins = stand_ins_of(one.html, site.url_of(one.page)) if one else ()
        body = body_of(read.renderings.of(entry).content.xhtml, entry.link, stand_ins)
        found[path] = Taken(entry.link, body)
    reasons = {str(one.path): one.reason for one in read.entries.skipped}
    reasons |= {str(one.path): one.reason for one in read.entries.pages}
    reasons = {path: reason for path, reason in reasons.items() if path in site.oracle}
    for reason, number in Counter(reasons.values()).most_common():
        example = next(path for path, its in reasons.items() if its == reason)
        print(f"  {number} not taken, e.g. {example}: {reason}")
    return found


def report(
    name: str, site: Site, oracle: Mapping[str, Body], posts: Mapping[str, Taken], cost: list[str]
) -> None:
    both = [(path, oracle[path], posts[path].body) for path in oracle if path in posts]
    own = {body.words: path for path, body in oracle.items()}
    foreign = sum(own.get(b.words, path) != path and a.words != b.words for path, a, b in both)
    changes = [differences(a.words, b.words) for _, a, b in both]
    figures = [
        len(oracle),
        len(both),
        sum(is_page(posts[path].url, site.oracle[path].page, site) for path, _, _ in both),
        sum(a.words == b.words for _, a, b in both),
        foreign,
        *(sum(getattr(a, of) == getattr(b, of) for _, a, b in both) for of in Body._fields[1:]),
        sum(extra for extra, _ in changes),
        sum(missing for _, missing in changes),
        *cost,
    ]
    print(f"{name:24}" + "".join(f"{figure:>10}" for figure in figures))


def is_page(url: str, page: str, site: Site) -> bool:
    """Whether a URL is that of a page, however the server writes it."""
    base = urlsplit(site.facts["site_url"]).path.rstrip("/")
    return _plain(unquote(urlsplit(url).path).removeprefix(base)) == _plain(page)


def _plain(path: str) -> str:
    return re.sub(r"(?:(?:^|/)index)?(?:\.html?)?/?$", "", path.strip("/"))


def explain(oracle: Mapping[str, Body], posts: Mapping[str, Taken]) -> None:
    """Print the first posts that are not as their generator made them."""
    wrong = [path for path in oracle if path in posts and posts[path].body != oracle[path]]
    for path in wrong[:SHOWN]:
        ours, theirs = posts[path].body, oracle[path]
        print(f"  {path} at {posts[path].url}")
        for part in Body._fields:
            a, b = getattr(theirs, part), getattr(ours, part)
            at = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), -1)
            if a != b:
                start = max(min(len(a), len(b)) if at < 0 else at, 2) - 2
                shown = f"{a[start : start + 8]!r} became {b[start : start + 8]!r}"
                print(f"    {part} {len(a)}/{len(b)}: {shown[:200]}")


def costs(site: Site) -> list[str]:
    """Seconds of three builds, and the megabytes of the first."""
    shutil.rmtree(site.folder / ".publisher", ignore_errors=True)
    cold, memory = build(site)
    if not change_a_word(site):
        return [f"{cold:.2f}", "", "", f"{memory:.0f}"]
    changed, _ = build(site)
    for page in site.output.rglob("*.html"):
        page.touch()
    rewritten, _ = build(site)
    return [f"{cold:.2f}", f"{changed:.2f}", f"{rewritten:.2f}", f"{memory:.0f}"]


def build(site: Site) -> tuple[float, float]:
    """The seconds of a build, and the megabytes that it had at most."""
    start = time.perf_counter()
    with (site.folder / "build.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [PUBLISHER, "build"], cwd=site.folder, stdout=log, stderr=log
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        print(f"  build: {process.returncode}\n{(site.folder / 'build.log').read_text()[-1000:]}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def change_a_word(site: Site) -> bool:
    """Change a word that is once in a post and on its page, where scripts may repeat it."""
    for path, one in site.oracle.items():
        post, page = site.folder / site.facts["posts"] / path, site.output / one.page
        texts = post.read_text(), page.read_text()
        for word in re.findall(r"(?<= )[a-z]{8,}(?= )", texts[0].partition("\n\n")[2]):
            if texts[0].count(word) == 1 and word in texts[1]:
                for file, text in zip((post, page), texts, strict=True):
                    file.write_text(text.replace(word, NEW_WORD))
                return True
    return False


def body_of(markup: str, url: str, stand_ins: Collection[str] = ()) -> Body:
    """Read the HTML of a body on the page with this URL, without links to `stand_ins`."""
    root = parsed(markup)
    has_math = bool(root.xpath("//math"))
    for element in [*root.iter()]:
        if element is root:
            continue
        is_stand_in = element.tag == "a" and element.get("href") in stand_ins
        if is_stand_in or is_gone(element, has_math=has_math):
            element.drop_tree()
    # A colour within a word of code does not end the word.
    etree.strip_tags(root, "span")
    for line_break in root.xpath("//pre//br"):
        line_break.tail = "\n" + (line_break.tail or "")
    return Body(
        words=tuple(words(root)),
        links=tuple(urls(root, url, "//a/@href")),
        images=tuple(urls(root, url, "//img/@src")),
        code=tuple(code(root)),
    )


def parsed(markup: str) -> html.HtmlElement:
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8")
    return html.fragment_fromstring(markup.encode(), create_parent="div", parser=parser)


def stand_ins_of(markup: str, url: str) -> set[str]:
    """The URLs of links that feeds show in the place of frames and players."""
    players = "//iframe/@src | //video/@src | //audio/@src | //video//@src | //audio//@src"
    found = parsed(markup).xpath(players)
    return {urljoin(url, one.strip()) for one in found}


def is_gone(element: html.HtmlElement, *, has_math: bool) -> bool:
    classes = {*(element.get("class") or "").split()}
    if element.tag in GONE or classes & GONE_CLASSES:
        return True
    if element.tag == "span" and "lang" in classes:  # of VitePress
        return True
    return has_math and "katex-html" in classes  # the same formula as the MathML beside it


def words(root: html.HtmlElement) -> Iterator[str]:
    for text in root.itertext():
        yield from re.findall(r"[^\W_]+", text.casefold())


def urls(root: html.HtmlElement, base: str, path: str) -> Iterator[str]:
    for found in root.xpath(path):
        # Browsers ignore line ends and tabs. URLs of pages may lack percent-encoding.
        url = unquote(urljoin(base, re.sub(r"[\t\n\r]", "", found.strip()))).partition("#")[0]
        if url.startswith("http") and _plain(url) != _plain(base):
            yield url


def code(root: html.HtmlElement) -> Iterator[str]:
    for block in root.iter("pre"):
        lines = block.text_content().strip("\n").splitlines()
        if any(lines):  # not the numbers of the lines, which are gone
            yield "\n".join(line.rstrip() for line in lines)


def differences(theirs: Sequence[str], ours: Sequence[str]) -> tuple[int, int]:
    """The numbers of words that are extra and that are missing, whatever their order."""
    a, b = Counter(theirs), Counter(ours)
    return (b - a).total(), (a - b).total()


if __name__ == "__main__":
    main()
