"""The markup of a file, by the extension of its name."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.post import Markup

MARKDOWN = (".md", ".markdown", ".mkd", ".mkdn", ".mkdown", ".mdown")
HTML = (".html", ".htm")
# The default of an EngineRecord.
MARKUPS: Mapping[str, Markup] = {
    **dict.fromkeys(MARKDOWN, "markdown"),
    **dict.fromkeys(HTML, "html"),
}
UNRENDERED = {
    ".rst": "reStructuredText",
    ".rest": "reStructuredText",
    ".adoc": "AsciiDoc",
    ".ad": "AsciiDoc",
    ".asciidoc": "AsciiDoc",
    ".asc": "AsciiDoc",
    ".textile": "Textile",
    ".org": "Org",
    ".txt": "plain text",
    ".text": "plain text",
    ".mdx": "MDX",
    ".rmd": "R Markdown",
    ".ipynb": "a notebook",
}
NOTEBOOK = ".ipynb"
PLAIN_TEXT = (".txt", ".text")
# Templates of the site generators in Ruby, which use them for posts.
RUBY_TEMPLATES = {".erb": "an ERB template", ".haml": "Haml", ".slim": "Slim"}
_TEMPLATES = {
    **RUBY_TEMPLATES,
    ".liquid": "a Liquid template", ".njk": "a Nunjucks template", ".ejs": "an EJS template",
    ".hbs": "a Handlebars template", ".mustache": "a Mustache template", ".pug": "Pug",
    ".webc": "WebC", ".vto": "a Vento template", ".jinja": "a Jinja template",
    ".j2": "a Jinja template", ".mako": "a Mako template", ".astro": "an Astro component",
    ".svx": "MDsveX", ".mdoc": "Markdoc", ".dj": "Djot", ".typ": "Typst", ".tex": "LaTeX",
    ".creole": "Creole", ".mediawiki": "MediaWiki", ".wiki": "a wiki's markup", ".rdoc": "RDoc",
    ".pod": "Pod", ".gmi": "Gemtext",
}  # fmt: skip
# Files that are never posts, whatever their names: data, programs, media, documents, archives.
_ASSETS = (
    "7z aac ai avif bak bib bin bmp bz2 c cast cc cer conf cpp crt cs css csv dat db dbf diff "
    "djvu dmg doc docx drawio dot eml eot eps epub exe fig flac geojson gif go gpg gpx gz h "
    "heic heif ico ics ini ipa iso jar java jpeg jpg js json jsonl jsx key kml kmz lock log "
    "lua m3u m4a m4b m4v map mbox meta mid midi mjs mkv mobi mov mp3 mp4 mpeg mpg mtl nb nfo "
    "numbers obj odp ods odt oga ogg ogv opml opus orig otf pages parquet pas patch pcap pdf "
    "pem php pl plist png po pot ppt pptx pro ps psd py pyc r rar raw rb rdf rej rs rss rtf "
    "sass scss sh sig sketch so sql sqlite srt stl svg svgz swf swp tar tgz tif tiff tmp "
    "toml torrent ts tsv tsx ttf vcf vtt vue wasm wav webm webmanifest webp wmv woff woff2 "
    "xcf xls xlsm xlsx xml xsd xsl xslt xspf xz yaml yml zip zst atom"
)
ASSETS = frozenset(f".{ending}" for ending in _ASSETS.split())


def of(path: PurePosixPath, markups: Mapping[str, Markup]) -> Markup:
    """The markup of a file by the extension of its name, which may be none of `markups`."""
    return markups.get(path.suffix.lower(), "unrendered")


def stem(path: PurePosixPath) -> str:
    """The file name without its extension; a template has two, as in `a.html.erb`."""
    if path.suffix.lower() not in _TEMPLATES:
        return path.stem
    inner = PurePosixPath(path.stem)
    return inner.stem if inner.suffix.lower() in MARKUPS else path.stem


def unrendered(kind: str) -> str:
    """Why a file with this ending is skipped, and the way out if it is no post."""
    if name := UNRENDERED.get(kind) or _TEMPLATES.get(kind):
        return f"{name} is not rendered"
    if not kind:
        return "a file without an ending is not rendered; call it e.g. NAME.md"
    return f'{kind} is not rendered; if these are no posts, set posts.exclude: ["**/*{kind}"]'
