"""The text of a post as its author wrote it, divided into keys and body, for `Post.source`.

`Post.source` tells an edit of the author from a change in how we read the text. So nothing here
uses the readers of front matter, whose rules are fixed now and then. The rules here only find the
lines that belong to each key. Never change their results: the next run would take every published
post that they concern for edited. `test_the_source_of_a_text_never_changes` holds them. Pure.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from publisher.text import source_hash

# Readers see the values of these keys in the entry or in its URL, or the values decide what an
# entry contains.
_SHOWN = frozenset({
    "title", "id", "slug",
    "date", "time", "created", "created_at", "publishdate", "pubdate", "published", "published_at",
    "updated", "last_modified_at", "lastmod", "modified", "deleted",
    "tag", "tags", "category", "categories", "keywords", "taxonomies",
    "author", "authors", "lang", "language", "locale",
    "summary", "description", "excerpt", "excerpt_separator", "extended", "feed",
    "license", "licence",
    "enclosure", "enclosures", "audio", "podcast", "video", "length", "filesize", "duration",
    "image", "images", "cover", "cover_image", "featured_image", "feature_image", "featureimage",
    "hero", "hero_image", "banner", "header_image", "thumbnail",
    "episode", "season", "episode_type", "episodetype", "explicit",
    "render_with_liquid", "disablenunjucks",
})  # fmt: skip
# Keys that make the address of one post. A folder's data files have them for all of its posts.
_ADDRESS = frozenset({"permalink", "url", "path", "save_as", "slug"})
# A hash of a short secret can be guessed, so these never enter, even if a template names them.
_SECRET = frozenset({
    "password", "passwords", "passwd", "pass", "passphrase", "pwd", "secret", "secrets", "token",
    "api_key", "apikey", "encrypt", "encrypted", "private", "private_notes",
})  # fmt: skip
# Maps with keys of any kind, among them some of those above.
_CONTAINERS = frozenset({"extra", "params", "cascade"})

_FENCE = re.compile(r"---[ \t]*")
_FENCE_END = re.compile(r"(?:---|\.\.\.)[ \t]*")
_TOML_FENCE = re.compile(r"\+\+\+[ \t]*")
_NAMED_FENCE = re.compile(r"---[ \t]*(json|toml|yaml)[ \t]*", re.IGNORECASE)
_OPEN_FENCE = re.compile(r"(-{3,}|;{3,})[ \t]*")
_YAML_KEY = re.compile(
    r"""([ \t]*(?:-[ \t]+)?)(["']?)([^\s"':#{}\[\],&*!|>%@`-][^"':]{0,99}?)\2[ \t]*:(?=[ \t]|$)"""
)
_BLOCK_SCALAR = re.compile(r"[|>][-+0-9]*[ \t]*(?:#.*)?$")
_TOML_TABLE = re.compile(r"""[ \t]*\[{1,2}([\w."' \t-]{1,200})\]{1,2}[ \t]*(?:#.*)?""")
_TOML_KEY = re.compile(r"""[ \t]*([\w."'-]{1,200})[ \t]*=""")
_FLOW = re.compile(
    r"""(?<=[\[{,:=])[ \t\n]*(?:"(?:[^"\\]|\\.)*"|'[^']*')|[\[\]{},:=]|[^\[\]{},:=]+""", re.DOTALL
)
_FLOW_KEY = re.compile(r"""["']?([^"':=]{1,100})["']?\s*[:=]""")
_META = re.compile(r" {0,3}([A-Za-z0-9_-]+):[ \t]*.*")
_FIELD = re.compile(r":([^:\s](?:[^:]*[^:\s])?):(?:[ \t]+.*|[ \t]*)")
_COMMENT_KEY = re.compile(r"[ \t]*\.\.[ \t]+([\w-]+):(?:[ \t]+.*|[ \t]*)")
_EXPORT = re.compile(
    r"^export[ \t]+const[ \t]+(?:metadata|meta|frontmatter|frontMatter|attributes|article|post)\b"
    r"[^={}\n]{0,100}=[ \t\n]*(?=\{)",
    re.MULTILINE,
)
_META_TAG = re.compile(r"<meta\s[^<>]*>", re.IGNORECASE)
_META_NAME = re.compile(r"""\bname\s*=\s*["']?([\w:.-]+)""", re.IGNORECASE)
_TAG = re.compile(r"\{[{%<]([^{}]{0,2000})")


@dataclass(frozen=True, slots=True)
class SourceText:
    """The lines of each key, and the lines of the body.

    Keys are in lower case; one inside of a container or a table is a path, `extra.image`.
    """

    keys: Mapping[str, str]
    body: Sequence[str]


SourceReader = Callable[[list[str]], "SourceText | None"]


def read(text: str, readers: Sequence[SourceReader]) -> SourceText:
    """Divide a text by the first reader that knows its front matter; else all of it is body."""
    plain = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = plain.split("\n")
    found = (reader(lines) for reader in readers)
    return next(filter(None, found), SourceText({}, lines))


def digest(text: SourceText, own: Iterable[str] = (), *, has_templates: bool) -> str:
    """The hash of the body and of the keys that show, in hex (`source_hash`).

    These are the keys that feeds have a use for, those that the tags of the body name if the engine
    evaluates tags (`has_templates`), and the `own` ones, which only the configuration names.
    """
    body = _trimmed(text.body)
    wanted: set[str] = set()
    if has_templates:
        addresses = (lines for key, lines in text.keys.items() if key in _ADDRESS)
        wanted = _words([body, *addresses]) - _SECRET
    shown = {key: lines for key, lines in text.keys.items() if _is_shown(key, wanted)}
    base = hashed([sorted(shown.items()), body])
    names = sorted({key.lower() for key in own} - _SHOWN - _ADDRESS)
    if not names:
        return base
    named = {key: lines for key, lines in text.keys.items() if _is_named(key, names)}
    return source_hash.with_named_keys(base, hashed(names), hashed(sorted(named.items())))


def hashed(parts: object) -> str:
    """The SHA-256 in hex of texts in lists and maps."""
    canonical = json.dumps(parts, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def with_defaults(text: SourceText, defaults: SourceText) -> SourceText:
    """The text with the keys of a folder's data that it leaves out, but not their addresses."""
    keys = {key: lines for key, lines in defaults.keys.items() if key not in _ADDRESS}
    return replace(text, keys={**keys, **text.keys})


def _is_shown(path: str, wanted: Collection[str]) -> bool:
    return _is_named(path, _SHOWN | _ADDRESS) or _is_named(path, wanted)


def _is_named(path: str, names: Collection[str]) -> bool:
    """Whether a key is one of the names, in whatever container it stands."""
    parts = path.split(".")
    while len(parts) > 1 and parts[0] in _CONTAINERS:
        del parts[0]
    return parts[0] in names


def _words(texts: Iterable[str]) -> set[str]:
    """The words in template tags, in lower case."""
    return {
        word.lower()
        for text in texts
        for tag in _TAG.findall(text)
        for word in re.findall(r"[\w-]+", tag)
    }


def _trimmed(lines: Sequence[str]) -> str:
    """The lines without blanks at their ends, except for those that break a line in Markdown."""
    if not lines:
        return ""
    ends = [line.rstrip(" \t") for line in lines]
    breaks = (
        "  " if line.endswith("  ") and end and following else ""
        for line, end, following in zip(lines, ends, [*ends[1:], ""], strict=True)
    )
    return "\n".join(end + rest for end, rest in zip(ends, breaks, strict=True)).strip("\n")


# --- the forms of front matter ---


def fenced(lines: list[str]) -> SourceText | None:
    """YAML between `---` and `---` or `...`."""
    return _between(lines, _FENCE, _FENCE_END, _yaml)


def toml(lines: list[str]) -> SourceText | None:
    """TOML between `+++` and `+++`."""
    return _between(lines, _TOML_FENCE, _TOML_FENCE, _toml)


def named(lines: list[str]) -> SourceText | None:
    """Front matter between `---json`, `---toml` or `---yaml` and `---`."""
    opening = _first(lines)
    match = _NAMED_FENCE.fullmatch(lines[opening])
    divide = {"json": _json, "toml": _toml, "yaml": _yaml}.get(match[1].lower()) if match else None
    return _between(lines, _NAMED_FENCE, _FENCE, divide) if divide else None


def braced(lines: list[str]) -> SourceText | None:
    """A JSON object, whose last brace ends a line."""
    opening = _first(lines)
    if not re.match(r"\{[ \t]*(?:$|\"|\})", lines[opening]):
        return None
    text = "\n".join(lines[opening:])
    end = _end_of_braces(text)
    last = opening + text.count("\n", 0, end)
    return SourceText(_flow(text[:end]), lines[last + 1 :])


def data(lines: list[str]) -> SourceText:
    """A JSON file without a body."""
    return SourceText(_json(lines), ())


def open_fences(lines: list[str]) -> SourceText | None:
    """Hexo's front matter, whose first fence may be missing; between `;;;` JSON without braces."""
    opening = _first(lines)
    first = _OPEN_FENCE.fullmatch(lines[opening])
    start = opening + 1 if first else opening
    for index in range(start, len(lines)):
        fence = _OPEN_FENCE.fullmatch(lines[index])
        if fence and (not first or fence[1] == first[1]):
            divide = _members if fence[1].startswith(";") else _yaml
            keys = divide(lines[start:index])
            has_keys = first or (keys and _YAML_KEY.match(lines[opening]))
            return SourceText(keys, lines[index + 1 :]) if has_keys else None
    return None


def metadata(lines: list[str]) -> SourceText | None:
    """Lines of `Key: value`, up to the first other line (Pelican, MultiMarkdown)."""
    opening = end = _first(lines)
    while end < len(lines) and (
        _META.fullmatch(lines[end]) or (end > opening and lines[end].startswith("    "))
    ):
        end += 1
    if end == opening:
        return None
    return SourceText(_blocks(lines[opening:end], _META), lines[end:])


def docinfo(lines: list[str]) -> SourceText | None:
    """The fields of rst below the title, which counts as a part of the body."""
    start = next((index for index, line in enumerate(lines) if _FIELD.fullmatch(line)), len(lines))
    above = [line for line in lines[:start] if line.strip()]
    if start == len(lines) or sum(any(map(str.isalnum, line)) for line in above) > 1:
        return None
    end = start
    while end < len(lines) and (
        _FIELD.fullmatch(lines[end]) or (lines[end][:1] in {" ", "\t"} and lines[end].strip())
    ):
        end += 1
    return SourceText(_blocks(lines[start:end], _FIELD), [*lines[:start], *lines[end:]])


def comments(lines: list[str]) -> SourceText | None:
    """Nikola's lines of `.. key: value`, perhaps inside of an HTML comment."""
    opening = _first(lines)
    is_in_comment = lines[opening].strip() == "<!--"
    start = end = opening + 1 if is_in_comment else opening
    while end < len(lines) and _COMMENT_KEY.fullmatch(lines[end]):
        end += 1
    if end == start:
        return None
    keys = _blocks(lines[start:end], _COMMENT_KEY)
    if is_in_comment:
        closing = (index for index in range(end, len(lines)) if "-->" in lines[index])
        end = next(closing, len(lines) - 1) + 1
    return SourceText(keys, lines[end:])


def exported(lines: list[str]) -> SourceText | None:
    """The object of metadata that a file of MDX exports; everything else is body."""
    text = "\n".join(lines)
    match = _EXPORT.search(text)
    if not match:
        return None
    end = match.end() + _end_of_braces(text[match.end() :])
    body = text[: match.start()] + text[end:]
    return SourceText(_flow(text[match.end() : end]), body.split("\n"))


def html(lines: list[str]) -> SourceText:
    """An HTML document: the `meta` tags, and everything else as the body."""
    text = "\n".join(lines)
    keys: dict[str, str] = {}
    for tag in _META_TAG.findall(text):
        if name := _META_NAME.search(tag):
            keys.setdefault(name[1].lower(), " ".join(tag.split()))
    return SourceText(keys, _META_TAG.sub("", text).split("\n"))


def notebook(lines: list[str]) -> SourceText | None:
    """The texts of a notebook's cells, and its metadata; without outputs and counts of runs."""
    try:
        document = json.loads("\n".join(lines))
        cells = [cell["source"] for cell in document["cells"]]
        texts = ["".join(cell) for cell in cells]
        about = {**document["metadata"]}
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    for value in [*about.values()]:
        # The metadata for a site generator are a map of their own.
        if isinstance(value, dict) and not {"title", "date"}.isdisjoint(value):
            about |= value
    keys = {key.lower(): json.dumps(value, sort_keys=True) for key, value in about.items()}
    return SourceText(keys, "\n\n".join(texts).split("\n"))


FENCES: Sequence[SourceReader] = (fenced, toml, named, braced)


def _first(lines: list[str]) -> int:
    """The index of the first line that is not blank, or 0."""
    return next((index for index, line in enumerate(lines) if line.strip()), 0)


def _between(
    lines: list[str],
    opening_fence: re.Pattern[str],
    closing_fence: re.Pattern[str],
    divide: Callable[[Sequence[str]], dict[str, str]],
) -> SourceText | None:
    opening = _first(lines)
    if not opening_fence.fullmatch(lines[opening]):
        return None
    for index in range(opening + 1, len(lines)):
        if closing_fence.fullmatch(lines[index]):
            return SourceText(divide(lines[opening + 1 : index]), lines[index + 1 :])
    return None


# --- lines to keys ---


def _yaml(lines: Sequence[str], above: str = "") -> dict[str, str]:
    """The lines of each key of a YAML map. Comments on lines of their own do not count."""
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    if first.lstrip().startswith("{"):
        return _flow("\n".join(lines), above)
    found = _YAML_KEY.match(first)
    indent = len(found[1]) if found else 0
    blocks: list[tuple[str, list[str]]] = []
    for line in lines:
        match = _YAML_KEY.match(line)
        if match and len(match[1]) == indent:
            blocks.append((above + match[3].strip().lower(), [line]))
        elif blocks and not (indent == 0 and line.startswith("#")):
            blocks[-1][1].append(line)
    return _joined(part for key, block in blocks for part in _yaml_parts(key, block))


def _yaml_parts(key: str, block: list[str]) -> Iterable[tuple[str, str]]:
    """The key with its lines, or the keys inside of a container."""
    if not _BLOCK_SCALAR.search(block[0]):
        block = [line for line in block if not line.lstrip().startswith("#")]
    value = block[0].partition(":")[2].strip()
    if key.rpartition(".")[2] in _CONTAINERS:
        if value.startswith("{"):
            return _flow(block[0].partition(":")[2] + "\n".join(block[1:]), f"{key}.").items()
        if not value or value.startswith(("&", "#")):
            return _yaml(block[1:], f"{key}.").items()
    return [(key, _text(block))]


def _toml(lines: Sequence[str]) -> dict[str, str]:
    """The lines of each key of TOML; in a table the key is a path."""
    table, quotes = "", ""
    blocks: list[tuple[str, list[str]]] = []
    for line in lines:
        if quotes:
            blocks[-1][1].append(line)
            quotes = "" if quotes in line else quotes
            continue
        header, match = _TOML_TABLE.fullmatch(line), _TOML_KEY.match(line)
        if header:
            table = f"{_bare(header[1])}."
        elif match:
            blocks.append((table + _bare(match[1]), [line]))
        elif blocks and not line.lstrip().startswith("#"):
            blocks[-1][1].append(line)
        if blocks and not header:
            quotes = next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")
    return _joined(part for key, block in blocks for part in _toml_parts(key, block))


def _toml_parts(key: str, block: list[str]) -> Iterable[tuple[str, str]]:
    value = block[0].partition("=")[2].lstrip()
    if key in _CONTAINERS and value.startswith("{"):
        return _flow("\n".join([value, *block[1:]]), f"{key}.").items()
    return [(key, _text(block))]


def _bare(key: str) -> str:
    return re.sub(r"[\"'\s]", "", key).lower()


def _json(lines: Sequence[str]) -> dict[str, str]:
    return _flow("\n".join(lines).strip())


def _members(lines: Sequence[str]) -> dict[str, str]:
    return _flow("{" + "\n".join(lines) + "}")


def _flow(text: str, above: str = "") -> dict[str, str]:
    """The parts of a map in braces: JSON, a flow mapping of YAML, an inline table of TOML."""
    parts: list[list[str]] = [[]]
    depth = 0
    for sign in _FLOW.findall(text):
        depth -= sign in {"]", "}"}
        if depth == 1 and sign == ",":
            parts.append([])
        elif depth > 0:
            parts[-1].append(sign)
        elif parts[-1]:
            break
        depth += sign in {"[", "{"}
    return _joined(pair for part in parts for pair in _flow_parts("".join(part).strip(), above))


def _flow_parts(part: str, above: str) -> Iterable[tuple[str, str]]:
    match = _FLOW_KEY.match(part)
    if not match:
        return []
    key = above + match[1].strip().lower()
    value = part[match.end() :].strip()
    if key.rpartition(".")[2] in _CONTAINERS and value.startswith("{"):
        return _flow(value, f"{key}.").items()
    return [(key, " ".join(value.split()))]


def _end_of_braces(text: str) -> int:
    """The index behind the brace that closes the first one of the text."""
    depth = at = 0
    for sign in _FLOW.findall(text):
        at += len(sign)
        depth += (sign in {"[", "{"}) - (sign in {"]", "}"})
        if depth == 0 and sign.strip():
            break
    return at


def _blocks(lines: Sequence[str], key: re.Pattern[str]) -> dict[str, str]:
    """The lines of each key; a line without a key continues the one above."""
    blocks: list[tuple[str, list[str]]] = []
    for line in lines:
        if match := key.fullmatch(line):
            blocks.append((match[1].lower(), [line.strip()]))
        elif blocks:
            blocks[-1][1].append(line.strip())
    return _joined((name, _text(block)) for name, block in blocks)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The lines of each key; those of a repeated key one after the other."""
    keys: dict[str, list[str]] = {}
    for key, lines in pairs:
        keys.setdefault(key, []).append(lines)
    return {key: "\n".join(lines) for key, lines in keys.items()}


def _text(block: Sequence[str]) -> str:
    return "\n".join(line.rstrip() for line in block).strip()
