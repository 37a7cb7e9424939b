"""What Jekyll, Hugo and Hexo make of a body, and what of it a reader sees.

`goldens/dialects/ENGINE.json` holds bodies with the HTML that the engine made of them: Jekyll with
its defaults, Hugo with `unsafe`, Hexo without `mangle` (which is random), in the versions of
`tests.support.generators`. To add a body, write it there with any HTML and run
`python -m tests.support.dialects`, which renders all bodies anew. `tests/engines` fails if an
engine renders a body otherwise than the file says.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lxml import etree

from publisher.config import Site
from publisher.content.allowed_html import BLOCKS
from publisher.content.links import Links
from publisher.content.safe_xhtml import render
from publisher.post import NO_OPTIONS
from tests.support import GOLDENS
from tests.support.generators import GENERATORS
from tests.support.posts import post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from publisher.post import Dialect, MarkdownOptions

Engine = Literal["jekyll", "hugo", "hexo"]

FOLDER = GOLDENS / "dialects"
BASE = "https://x.example/p/"
SITE = Site(title="A blog", url="https://x.example")
LINES = BLOCKS | {"tbody", "td", "tfoot", "th", "thead"}
SHOWN = ("align", "alt", "height", "href", "src", "title", "width")

_JEKYLL = """
require "jekyll"; require "json"
def converted(body, options)
  settings = {"quiet" => true, "source" => ARGV[0], "kramdown" => options}
  # The class without Parser in its name knows bodies that it has converted, but not their options.
  Jekyll::Converters::Markdown::KramdownParser.new(Jekyll.configuration(settings)).convert(body)
end
puts JSON.generate(JSON.parse($stdin.read).map { |body, options| converted(body, options) })
"""
_HUGO = """
baseURL = "https://x.example/"
disableKinds = ["taxonomy", "term", "RSS", "sitemap", "home", "section", "404"]
[markup.highlight]
codeFences = false
[markup.goldmark.renderer]
unsafe = true
"""
_HEXO = """
url: https://x.example
theme: false
permalink: ":title.html"
marked: {mangle: false}
"""
_HEXO_PACKAGE = """
{"hexo": {"version": ""}, "dependencies": {"hexo-renderer-marked": "*"}}
"""
# What the engines write otherwise than we do, and means the same.
_SAME = [
    (re.compile(r'<input[^>]*checked="[^>]*>\s*'), "☑ "),
    (re.compile(r'<input[^>]*type="checkbox"[^>]*>\s*'), "☐ "),
    (re.compile(r' style="text-align: ?(\w+);?"'), r' align="\1"'),
    (re.compile(r'<sup id="fnref[^>]*><a[^>]*>(\d+)</a></sup>'), r"<sup>[\1]</sup>"),
    (re.compile(r'<sup class="footnote-ref"><a[^>]*>\[(\d+)[^<]*</a></sup>'), r"<sup>[\1]</sup>"),
    (re.compile(r'(?:&nbsp;|&#160;|\s)?<a href="#(?:p-)?fnref[^>]*>.*?</a>(?:\s(?=</p>))?'), ""),
    (re.compile(r'<div class="footnotes"[^>]*>\s*(?:<hr>)?'), "<hr>"),
    (re.compile(r"\\\((.*?)\\\)", re.DOTALL), r'<code class="language-math">\1</code>'),
    (re.compile(r"\\\[(.*?)\\\]", re.DOTALL), r'<p><code class="language-math">\1</code></p>'),
]
_BLANKS = [
    (re.compile(r"\n</code>"), "</code>"),
    (re.compile(r" +(?=<br>)"), ""),
    (re.compile(r" *\n(?! )"), "\n"),
    (re.compile(r"\n+"), "\n"),
]
_COLOURED = re.compile(
    r'<div class="[^"]*highlighter-rouge"><div class="highlight"><pre class="highlight"><code>'
    r"(.*?)</code></pre></div></div>",
    re.DOTALL,
)


_NUMBERED = re.compile(
    r'<figure class="highlight [^"]*">(?:<figcaption>.*?</figcaption>)?<table><tr>'
    r'<td class="gutter">.*?</td><td class="code"><pre>(.*?)</pre></td></tr></table></figure>',
    re.DOTALL,
)


def bodies(engine: Engine) -> list[tuple[str, str]]:
    """Each with the HTML that the engine made of it."""
    text = (FOLDER / f"{engine}.json").read_text(encoding="utf-8")
    return [(body, html) for body, html in json.loads(text)]


def ours(body: str, dialect: Dialect, options: MarkdownOptions = NO_OPTIONS) -> str:
    return _structure(_same(_rendered(body, dialect, options)))


def theirs(html: str) -> str:
    plain = _NUMBERED.sub(_code, _COLOURED.sub(_code, html))
    return _structure(_rendered(_same(plain), "html"))


def _code(found: re.Match[str]) -> str:
    """Code without its colours."""
    return (
        f"<pre><code>{re.sub('</?span[^>]*>', '', found[1].replace('<br>', chr(10)))}</code></pre>"
    )


def _rendered(body: str, markup: Dialect, options: MarkdownOptions = NO_OPTIONS) -> str:
    """Pictures are those of the whole site where the dialect says so."""
    resolve = Links([], SITE).of(post(engine="hexo")).resolve
    made = render(
        body, markup=markup, marker=None, base=BASE, prefix="p", resolve=resolve, options=options
    )
    return made.xhtml


def _same(html: str) -> str:
    for pattern, meant in _SAME:
        html = pattern.sub(meant, html)
    return html


def _structure(xhtml: str) -> str:
    """Elements and text, each block on a line of its own; blanks as browsers show them."""
    parts = "".join(_parts(etree.fromstring(f"<div>{xhtml}</div>"), is_code=False))
    for pattern, meant in _BLANKS:
        parts = pattern.sub(meant, parts)
    return parts.strip()


def _parts(element: etree._Element, *, is_code: bool) -> Iterator[str]:
    is_code = is_code or element.tag == "pre"
    tag = {"del": "s"}.get(element.tag, element.tag)
    tag = "math" if "language-math" in element.get("class", "") else tag
    kept = "".join(f" {key}={element.get(key)}" for key in SHOWN if element.get(key) is not None)
    is_shown = tag not in {"div", "section"} and (tag != "span" or kept)
    line = "\n" if element.tag in LINES else ""
    if is_shown:
        yield f"{line}<{tag}{kept}>{line if tag != 'pre' else ''}"
    yield _text(element.text, is_code=is_code)
    for child in element:
        yield from _parts(child, is_code=is_code)
        yield _text(child.tail, is_code=is_code)
    if is_shown and tag not in {"br", "hr", "img"}:
        yield f"{line}</{tag}>{line}"


def _text(text: str | None, *, is_code: bool) -> str:
    return (text or "") if is_code else re.sub(r"[ \t\n\xa0]+", " ", text or "")


def ask(engine: Engine, asked: Sequence[str]) -> list[str]:
    """Return the HTML that the engine makes of each body, all in one process.

    Raises Unavailable if the engine is missing, or another version than the known one.
    """
    GENERATORS[engine].check_version()
    return _ASKS[engine](asked)


def _ask_jekyll(asked: Sequence[str]) -> list[str]:
    return ask_kramdown([(body, {}) for body in asked])


def ask_kramdown(asked: Sequence[tuple[str, Mapping[str, object]]]) -> list[str]:
    """Return the HTML that Jekyll makes of each body with these options of kramdown."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["ruby", "-e", _JEKYLL, folder],
            input=json.dumps(asked), capture_output=True, text=True, check=True,
        )  # fmt: skip
    found: list[str] = json.loads(done.stdout)
    return found


def _ask_hugo(asked: Sequence[str]) -> list[str]:
    return ask_hugo(asked, _HUGO)


def ask_hugo(asked: Sequence[str], settings: str, hugo: str = "hugo") -> list[str]:
    """Return the HTML that a Hugo makes of each body with these settings in TOML."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.toml").write_text(settings)
        layout = folder / "layouts" / "_default" / "single.html"
        layout.parent.mkdir(parents=True)
        layout.write_text("{{ .Content }}")
        (folder / "content").mkdir()
        for number, body in enumerate(asked):
            (folder / "content" / f"p{number}.md").write_text(f"---\ntitle: a\n---\n{body}")
        GENERATORS[hugo].build(folder)
        pages = (folder / "public" / f"p{number}" / "index.html" for number in range(len(asked)))
        return [page.read_text(encoding="utf-8") for page in pages]


def _ask_hexo(asked: Sequence[str]) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "_config.yml").write_text(_HEXO)
        (folder / "package.json").write_text(_HEXO_PACKAGE)
        posts = folder / "source" / "_posts"
        posts.mkdir(parents=True)
        for number, body in enumerate(asked):
            text = f"---\ndate: 2020-01-02\nlayout: false\n---\n{body}"
            (posts / f"p{number}.md").write_text(text, encoding="utf-8")
        GENERATORS["hexo"].build(folder)
        pages = (folder / "public" / f"p{number}.html" for number in range(len(asked)))
        return [page.read_text(encoding="utf-8") for page in pages]


_ASKS: Mapping[Engine, Callable[[Sequence[str]], list[str]]] = {
    "jekyll": _ask_jekyll,
    "hugo": _ask_hugo,
    "hexo": _ask_hexo,
}


def _write() -> None:
    for engine in _ASKS:
        asked = [body for body, _ in bodies(engine)]
        rows = [
            json.dumps(row, ensure_ascii=False)
            for row in zip(asked, ask(engine, asked), strict=True)
        ]
        text = "[\n{}\n]\n".format(",\n".join(rows))
        (FOLDER / f"{engine}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _write()
