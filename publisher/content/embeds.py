"""Replace a tag that shows an image, a player or a box on the page by an image, link or text. Pure.

The rule is the same for all engines: a value that names an image, a sound or a video becomes one,
with its caption; an id at a well-known service becomes a link to it; other text stays text.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.post import Markup

# The pages of the services that tags are named after; {} stands for the tag's first value.
SERVICES = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "gist": "https://gist.github.com/{}",
    # `i` stands in for the user's name, which the tag does not give.
    "tweet": "https://twitter.com/i/status/{}",
    "twitter": "https://twitter.com/i/status/{}",
    "x": "https://x.com/i/status/{}",
    "instagram": "https://www.instagram.com/p/{}/",
    "asciinema": "https://asciinema.org/a/{}",
    "codepen": "https://codepen.io/pen/{}",
    "streamable": "https://streamable.com/{}",
    "soundcloud": "https://soundcloud.com/{}",
    "soundcloud_playlist": "https://soundcloud.com/{}",
    "speakerdeck": "https://speakerdeck.com/{}",
}
# The same for numeric ids, which Nikola uses.
_NUMERIC_SERVICES = {
    name: f"https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/{kind}/{{}}"
    for name, kind in (("soundcloud", "tracks"), ("soundcloud_playlist", "playlists"))
}
_PLAYERS = {
    "audio": (".ogg", ".oga", ".opus", ".mp3", ".m4a", ".flac", ".wav", ".weba"),
    "video": (".mp4", ".webm", ".ogv", ".m4v", ".mov"),
}
# Tags whose first value is the name of the included file of the theme.
_INCLUDES = ("include", "render")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".bmp")
# Parameters that may hold the image, in the order of preference.
_SOURCES = (
    "src", "image", "img", "url", "path", "file", "filename", "link", "href", "source", "name",
)  # fmt: skip
_TARGETS = ("href", "link", "url", "src")
_WORDS = ("caption", "title", "alt", "text", "description", "content", "summary", "message")
_ALTERNATIVES = ("alt", "caption", "title", "description")
_BRACKETS, _ESCAPED = r"([\[\]\\])", r"\\\1"
_SUFFIX = re.compile(r"[-_]?(?:embed|lite|video|player|card)$")
_CODE = re.compile(r"code(?:[-_]?\w+)?|snippet|listing|console|terminal|prism", re.IGNORECASE)
_WEB = re.compile(r"https?://\S+")
_ID = re.compile(r"[\w./-]+")
_PAIR = re.compile(
    r"""([\w-]+)\s*[=:](?!//)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|[^\s,"'`]+)"""
    r"""|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`|([^\s,"'`]+)"""
)


def values(text: str) -> tuple[list[str], dict[str, str]]:
    """Parse the inside of a tag: its positional values, and its named ones by lower-case name."""
    placed: list[str] = []
    named: dict[str, str] = {}
    for pair in _PAIR.finditer(text):
        if pair[1]:
            named[pair[1].lower()] = _unquoted(pair[2])
        else:
            placed.append(next(part for part in pair.groups()[2:] if part is not None))
    return placed, named


def _unquoted(value: str) -> str:
    return value[1:-1].replace('\\"', '"') if value[:1] in {'"', "'", "`"} else value


def embed(
    name: str,
    placed: Sequence[str],
    named: Mapping[str, str],
    markup: Markup,
    *,
    is_alone: bool = False,
) -> str:
    """Return the image, player, link or text that a tag names, as markup; empty if it names none.

    `is_alone`: the tag has its lines for itself, so that an image may become a figure.
    """
    if name.startswith(_INCLUDES) and placed:
        name, *placed = placed
    short = named.get("provider") or _SUFFIX.sub("", name.lower().removesuffix(".html"))
    key = next((named[key] for key in ("id", "url", "user") if key in named), None)
    ident = key or next(iter(placed), "")
    page = (_NUMERIC_SERVICES.get(short) if ident.isdecimal() else None) or SERVICES.get(short)
    if page and _WEB.fullmatch(ident):
        return link(ident, named.get("title", ident), markup)
    # A path or an image is a file of the site, and not an id at the service.
    if page and _ID.fullmatch(ident) and not (ident[0] == "/" or is_picture(ident)):
        # Hugo's `gist` has two values: the user and the id.
        url = page.format("/".join([ident, *placed[1:2]]) if name == "gist" else ident)
        return link(url, named.get("title", url), markup)
    for kind, endings in _PLAYERS.items():
        sources = [value for value in (*placed, *named.values()) if _has_ending(value, endings)]
        if sources:
            return _player(kind, sources, named, markup)
    if picture := _picture(placed, named):
        words = [value for value in placed if value != picture and " " in value]
        alternative = {"alt": words[0]} if words else {}
        return figure({**alternative, **named, "src": picture}, markup, is_alone=is_alone)
    words = [named[key] for key in _WORDS if named.get(key)]
    target = next((named[key] for key in _TARGETS if _WEB.fullmatch(named.get(key, ""))), None)
    if not target and (target := next(filter(_WEB.fullmatch, placed), None)):
        words += [value for value in placed if value != target and not _WEB.match(value)]
    if target:
        return link(target, words[0] if words else target, markup)
    caption = " ".join(dict.fromkeys(words))
    return html.escape(caption) if markup == "html" else caption


def _picture(placed: Sequence[str], named: Mapping[str, str]) -> str | None:
    """Return the value that names an image: first those with a usual name; never a caption."""
    usual = [named[key] for key in _SOURCES if key in named]
    others = [value for key, value in named.items() if key not in _WORDS]
    return next(filter(is_picture, (*usual, *placed, *others)), None)


def is_picture(value: str) -> bool:
    return _has_ending(value, _PICTURES)


def _has_ending(value: str, endings: tuple[str, ...]) -> bool:
    """Whether a value is the name of a file with one of these endings."""
    return value.partition("?")[0].lower().endswith(endings) and "\n" not in value


def _player(kind: str, sources: Sequence[str], named: Mapping[str, str], markup: Markup) -> str:
    """Return one player for all formats, with a link for readers that have no player."""
    first = sources[0]
    words = next((named[key] for key in _ALTERNATIVES if named.get(key)), first)
    if markup == "rest":
        return link(first, words, markup)
    poster = next((value for value in named.values() if is_picture(value)), "")
    attribute = f' poster="{html.escape(poster)}"' if poster and kind == "video" else ""
    parts = "".join(f'<source src="{html.escape(file)}">' for file in dict.fromkeys(sources))
    return f"<{kind} controls{attribute}>{parts}{link(first, words, 'html')}</{kind}>"


def figure(named: Mapping[str, str], markup: Markup, *, is_alone: bool) -> str:
    """Return an image with its caption: a <figure> if it stands alone on its lines."""
    source = html.escape(named["src"])
    alternative = next((named[key] for key in _ALTERNATIVES if named.get(key)), "")
    caption = _caption(named, markup)
    if markup == "rest":
        picture = link(named["src"], alternative or named["src"], markup)
        return f"{picture} {caption}".strip() if caption != alternative else picture
    sizes = "".join(
        f' {key}="{html.escape(named[key])}"' for key in ("width", "height") if named.get(key)
    )
    target = named.get("link") or named.get("href") or ""
    target = "" if target == named["src"] else target
    if not is_alone or not (caption or sizes or target):
        return _inline(named["src"], alternative, caption, target, markup)
    image = f'<img src="{source}" alt="{html.escape(alternative)}"{sizes}>'
    if target:
        image = f'<a href="{html.escape(target)}">{image}</a>'
    # Blank lines make it Markdown for CommonMark, the attribute for others.
    if caption and markup == "markdown":
        text = f'<figcaption markdown="1">\n\n{caption}\n\n</figcaption>'
    else:
        text = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"<figure>{image}{text}</figure>\n"


def _caption(named: Mapping[str, str], markup: Markup) -> str:
    """Return the title (in bold), the caption and the attribution of an image, as markup."""
    parts = [part for key in ("title", "caption", "attr") if (part := named.get(key))]
    if markup == "html":
        parts = [html.escape(part, quote=False) for part in parts]
    if named.get("title") and len(parts) > 1 and markup != "rest":
        bold = ("<strong>", "</strong>") if markup == "html" else ("**", "**")
        parts[0] = parts[0].join(bold)
    return " ".join(parts)


def _inline(source: str, alternative: str, caption: str, target: str, markup: Markup) -> str:
    """Return an image within a text, with its caption behind it."""
    words = caption if caption != alternative else ""
    if markup == "html":
        image = f'<img src="{html.escape(source)}" alt="{html.escape(alternative)}">'
        image = f'<a href="{html.escape(target)}">{image}</a>' if target else image
        return f"{image} {words}".strip()
    image = f"![{re.sub(_BRACKETS, _ESCAPED, alternative)}](<{source}>)"
    return f"{f'[{image}](<{target}>)' if target else image} {words}".strip()


def link(url: str, text: str, markup: Markup) -> str:
    """Return a link in the syntax of the markup."""
    match markup:
        case "rest":
            # A backtick would end the text. `__` makes the link anonymous: docutils warns of two
            # named links with the same text.
            return f"`{text.replace('`', '')} <{url}>`__"
        case "markdown" if text == url:
            return f"<{url}>"
        case "markdown":
            words = re.sub(_BRACKETS, _ESCAPED, text)
            # The angle brackets allow blanks and parentheses in the URL (CommonMark 6.3).
            return f"[{words}](<{url}>)"
        case _:
            return f'<a href="{html.escape(url)}">{html.escape(text, quote=False)}</a>'


def is_code(name: str) -> bool:
    """Whether a tag of this name contains a code sample."""
    return _CODE.fullmatch(name) is not None


def language(placed: Sequence[str], named: Mapping[str, str]) -> str:
    """Return the language of a code sample: as its tag names it, else the suffix of its file."""
    given = named.get("lang") or named.get("language") or named.get("syntax")
    file = named.get("file") or named.get("filename") or ""
    return given or next(iter(placed), "") or file.rpartition(".")[2]


def code(text: str, language: str, markup: Markup, *, begins_line: bool) -> str:
    """Return a code sample as markup. Its lines keep their number.

    `begins_line`: the sample may be written as a fenced block.
    """
    # The language comes from a tag and ends up in an attribute or a fence.
    language = re.sub(r"[^\w+#.-]", "", language)
    if markup == "markdown" and begins_line:
        longest = max((len(run) for run in re.findall("`+", text)), default=0)
        # A fence is longer than any run of backticks in its content (CommonMark 4.5).
        fence = "`" * max(3, longest + 1)
        head = "" if text.startswith("\n") else "\n"
        tail = "" if re.search(r"\n[ \t]*\Z", text) else "\n"
        return f"{fence}{language}{head}{text}{tail}{fence}"
    if markup == "rest":
        lines = "\n".join(f"   {line}".rstrip() for line in text.strip("\n").split("\n"))
        return f"\n\n.. code:: {language}\n\n{lines}\n\n"
    kind = f' class="language-{language}"' if language else ""
    escaped = html.escape(text.strip("\n") + "\n", quote=False)
    if not begins_line:  # a line break would end the list item around it, a blank line the HTML
        escaped = escaped.replace("\n", "&#10;")
    return f"<pre><code{kind}>{escaped}</code></pre>"
