"""What a reader can use of a tag that makes a picture, a film or a box on the page alone. Pure.

One rule for all engines: a value that names a picture, a sound or a film is that, with its words; a
place that many know is a link; other words stay words.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.post import Markup

# Where others keep what a tag of this name shows; {} is its first value.
PLACES = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "gist": "https://gist.github.com/{}",
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
# The same, where it is called by a number, as Nikola does.
_NUMBERED = {
    name: f"https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/{kind}/{{}}"
    for name, kind in (("soundcloud", "tracks"), ("soundcloud_playlist", "playlists"))
}
_PLAYERS = {
    "audio": (".ogg", ".oga", ".opus", ".mp3", ".m4a", ".flac", ".wav", ".weba"),
    "video": (".mp4", ".webm", ".ogv", ".m4v", ".mov"),
}
# Tags whose first value names the one that is meant, a file of the site's theme.
_INCLUDES = ("include", "render")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".bmp")
_SOURCES = (
    "src",
    "image",
    "img",
    "url",
    "path",
    "file",
    "filename",
    "link",
    "href",
    "source",
    "name",
)
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
    """What stands in a tag: the values by their place, and those that have a name."""
    placed: list[str] = []
    named: dict[str, str] = {}
    for found in _PAIR.finditer(text):
        if found[1]:
            named[found[1].lower()] = _bare(found[2])
        else:
            placed.append(next(part for part in found.groups()[2:] if part is not None))
    return placed, named


def _bare(value: str) -> str:
    return value[1:-1].replace('\\"', '"') if value[:1] in {'"', "'", "`"} else value


def shown(
    name: str,
    placed: Sequence[str],
    named: Mapping[str, str],
    markup: Markup,
    *,
    is_alone: bool = False,
) -> str:
    """The picture, the link or the words of a tag; empty if there is nothing of that."""
    if name.startswith(_INCLUDES) and placed:
        name, *placed = placed
    short = named.get("provider") or _SUFFIX.sub("", name.lower().removesuffix(".html"))
    key = next((named[key] for key in ("id", "url", "user") if key in named), None)
    ident = key or next(iter(placed), "")
    place = (_NUMBERED.get(short) if ident.isdecimal() else None) or PLACES.get(short)
    if place and _WEB.fullmatch(ident):
        return link(ident, named.get("title", ident), markup)
    if place and _ID.fullmatch(ident) and not (ident[0] == "/" or is_picture(ident)):
        address = place.format("/".join([ident, *placed[1:2]]) if name == "gist" else ident)
        return link(address, named.get("title", address), markup)
    for kind, endings in _PLAYERS.items():
        if sources := [one for one in (*placed, *named.values()) if _ends(one, endings)]:
            return _player(kind, sources, named, markup)
    if picture := _picture(placed, named):
        words = [one for one in placed if one != picture and " " in one]
        alternative = {"alt": words[0]} if words else {}
        return figure({**alternative, **named, "src": picture}, markup, is_alone=is_alone)
    words = [named[key] for key in _WORDS if named.get(key)]
    target = next((named[key] for key in _TARGETS if _WEB.fullmatch(named.get(key, ""))), None)
    if not target and (target := next((one for one in placed if _WEB.fullmatch(one)), None)):
        words += [one for one in placed if one != target and not _WEB.match(one)]
    if target:
        return link(target, words[0] if words else target, markup)
    said = " ".join(dict.fromkeys(words))
    return html.escape(said) if markup == "html" else said


def _picture(placed: Sequence[str], named: Mapping[str, str]) -> str | None:
    """The value that names one, of several the one with the usual name; words name none."""
    usual = [named[key] for key in _SOURCES if key in named]
    others = [value for key, value in named.items() if key not in _WORDS]
    return next((one for one in (*usual, *placed, *others) if is_picture(one)), None)


def is_picture(value: str) -> bool:
    return _ends(value, _PICTURES)


def _ends(value: str, endings: tuple[str, ...]) -> bool:
    """Whether it is the name of such a file."""
    return value.partition("?")[0].lower().endswith(endings) and "\n" not in value


def _player(kind: str, sources: Sequence[str], named: Mapping[str, str], markup: Markup) -> str:
    """One for all formats, each of which is a link where there is no player."""
    first = sources[0]
    words = next((named[key] for key in _ALTERNATIVES if named.get(key)), first)
    if markup == "rest":
        return link(first, words, markup)
    poster = next((value for value in named.values() if is_picture(value)), "")
    shown = f' poster="{html.escape(poster)}"' if poster and kind == "video" else ""
    parts = "".join(f'<source src="{html.escape(one)}">' for one in dict.fromkeys(sources))
    return f"<{kind} controls{shown}>{parts}{link(first, words, 'html')}</{kind}>"


def figure(named: Mapping[str, str], markup: Markup, *, is_alone: bool) -> str:
    """A picture with its caption: a figure where it stands alone on its lines."""
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
    if caption and markup == "markdown":  # between blank lines it is Markdown, or if it asks for it
        text = f'<figcaption markdown="1">\n\n{caption}\n\n</figcaption>'
    else:
        text = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"<figure>{image}{text}</figure>\n"


def _caption(named: Mapping[str, str], markup: Markup) -> str:
    """The caption, behind the title, before whom the picture is from; in the markup."""
    parts = [part for key in ("title", "caption", "attr") if (part := named.get(key))]
    if markup == "html":
        parts = [html.escape(part, quote=False) for part in parts]
    if named.get("title") and len(parts) > 1 and markup != "rest":
        bold = ("<strong>", "</strong>") if markup == "html" else ("**", "**")
        parts[0] = parts[0].join(bold)
    return " ".join(parts)


def _inline(source: str, alternative: str, caption: str, target: str, markup: Markup) -> str:
    """A picture within a text; its caption behind it."""
    words = caption if caption != alternative else ""
    if markup == "html":
        image = f'<img src="{html.escape(source)}" alt="{html.escape(alternative)}">'
        image = f'<a href="{html.escape(target)}">{image}</a>' if target else image
        return f"{image} {words}".strip()
    image = f"![{re.sub(_BRACKETS, _ESCAPED, alternative)}](<{source}>)"
    return f"{f'[{image}](<{target}>)' if target else image} {words}".strip()


def link(address: str, text: str, markup: Markup) -> str:
    """A link, as the markup writes one."""
    match markup:
        case "rest":
            return f"`{text.replace('`', '')} <{address}>`__"
        case "markdown" if text == address:
            return f"<{address}>"
        case "markdown":
            words = re.sub(_BRACKETS, _ESCAPED, text)
            return f"[{words}](<{address}>)"
        case _:
            return f'<a href="{html.escape(address)}">{html.escape(text, quote=False)}</a>'


def is_code(name: str) -> bool:
    """Whether a tag of this name holds a sample of code."""
    return _CODE.fullmatch(name) is not None


def language(placed: Sequence[str], named: Mapping[str, str]) -> str:
    """The language of a sample of code, as its tag says it; else that of its file."""
    given = named.get("lang") or named.get("language") or named.get("syntax")
    file = named.get("file") or named.get("filename") or ""
    return given or next(iter(placed), "") or file.rpartition(".")[2]


def code(text: str, language: str, markup: Markup, *, begins_line: bool) -> str:
    """A sample of code. Its lines stay where they are."""
    language = re.sub(r"[^\w+#.-]", "", language)
    if markup == "markdown" and begins_line:
        longest = max((len(run) for run in re.findall("`+", text)), default=0)
        fence = "`" * max(3, longest + 1)
        head = "" if text.startswith("\n") else "\n"
        tail = "" if re.search(r"\n[ \t]*\Z", text) else "\n"
        return f"{fence}{language}{head}{text}{tail}{fence}"
    if markup == "rest":
        lines = "\n".join(f"   {line}".rstrip() for line in text.strip("\n").split("\n"))
        return f"\n\n.. code:: {language}\n\n{lines}\n\n"
    kind = f' class="language-{language}"' if language else ""
    shown = html.escape(text.strip("\n") + "\n", quote=False)
    if not begins_line:  # nor may a line end the item, or a blank one the HTML around it
        shown = shown.replace("\n", "&#10;")
    return f"<pre><code{kind}>{shown}</code></pre>"
