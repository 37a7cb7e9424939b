"""The filters of Liquid and Jekyll that produce one text or number. Pure."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from publisher.content.templates import ruby_values
from publisher.content.templates.ruby_values import MAX_LENGTH, FilterError, text
from publisher.text.slugs import slugify

if TYPE_CHECKING:
    from publisher.content.templates.ruby_values import Filter

MAX_NUMBER = 10**15

_CJK = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u309f\u30a0-\u30ff"
    "\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003134f"
)
_CJK_SIGN, _WORD = re.compile(f"[{_CJK}]"), re.compile(rf"[^{_CJK}\s]+")
_LATIN = {
    "Æ": "AE", "Ð": "D", "Ø": "O", "Þ": "Th", "ß": "ss", "æ": "ae", "ð": "d", "ø": "o", "þ": "th",
    "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "ı": "i", "Ł": "L", "ł": "l", "Ŋ": "NG", "ŋ": "ng",
    "Œ": "OE", "œ": "oe", "Ŧ": "T", "ŧ": "t",
}  # fmt: skip
_XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_TAG = re.compile(r"((?<!<)<[^<>]*>(?!>))")
_TYPOGRAPHY = (("---", "—"), ("--", "–"), ("...", "…"), ("<<", "«"), (">>", "»"))
_OPENING = re.compile(r"(?<![^\s(\[{—–\"'])[\"'](?=[\w(\[{\"'])")
_QUOTES = str.maketrans("\"'", "“‘"), str.maketrans("\"'", "”’")


def _slug(value: object, mode: object = None) -> str | None:
    if value is None:
        return None
    written = text(value)
    match mode:
        case None | "default" | "pretty":
            slug = slugify(written, mode="pretty" if mode == "pretty" else "default")
        case "raw":
            slug = _trimmed(re.sub(r"\s+", "-", written, flags=re.ASCII))
        case "ascii":
            slug = _trimmed(re.sub(r"[^A-Za-z0-9]+", "-", written))
        case "latin":
            slug = slugify("".join(map(_latin, written)), mode="default")
        case _:
            slug = written
    return slug.lower()


def _trimmed(slug: str) -> str:
    return slug.removeprefix("-").removesuffix("-")


def _latin(character: str) -> str:
    """Remove the accents of a Latin letter; any other character becomes "?"."""
    if character.isascii():
        return character
    plain = unicodedata.normalize("NFD", character)[0] if character < "\u0180" else "?"
    return _LATIN.get(character) or (plain if plain.isascii() else "?")


def _xml(value: object) -> str:
    return "".join(_XML.get(character, character) for character in text(value))


def _words(value: object, mode: object = None) -> int:
    written = text(value)
    signs = len(_CJK_SIGN.findall(written)) if mode in {"cjk", "auto"} else 0
    if mode == "cjk" or signs:
        return signs + len(_WORD.findall(written))
    return len(written.split())


def _sentence(value: object, connector: object = "and") -> str:
    words = [text(part) for part in value] if isinstance(value, list) else [text(value)]
    if len(words) < 3:
        return f" {text(connector)} ".join(words)
    return f"{', '.join(words[:-1])}, {text(connector)} {words[-1]}"


def _join(value: object, glue: object = " ") -> str:
    parts, between = [text(part) for part in ruby_values.flat(value)], text(glue)
    _refuse_long(len(parts) * len(between))
    return between.join(parts)


def _replace(value: object, old: object, new: object = "") -> str:
    written, put = text(value), text(new)
    _refuse_long(len(written) * len(put))
    return written.replace(text(old), put)


def _refuse_long(length: int) -> None:
    if length > MAX_LENGTH:
        raise FilterError("the result is too long")


def _index_stripped(value: object) -> str:
    return re.sub(r"/index\.html?$", "/", text(value))


def _smart(value: object) -> str:
    """Replace straight quotes and dashes by typographic ones, outside of tags."""
    parts = _TAG.split(text(value))
    return "".join(part if number % 2 else _typeset(part) for number, part in enumerate(parts))


def _typeset(written: str) -> str:
    for typed, meant in _TYPOGRAPHY:
        written = written.replace(typed, meant)
    written = re.sub(r"'(?=\d\ds)", "’", written)
    opening, closing = _QUOTES
    return _OPENING.sub(lambda match: match[0].translate(opening), written).translate(closing)


def _times(value: object, other: object) -> float:
    one, two = ruby_values.number(value), ruby_values.number(other)
    if abs(one * two) > MAX_NUMBER:
        raise FilterError("the result is too big")
    product = one * two
    return float(f"{product:.12g}") if isinstance(product, float) else product


def _integer(value: object) -> int:
    if isinstance(value, list | dict):
        raise FilterError("the value is not a number")
    return int(value if isinstance(value, bool) else ruby_values.number(value))


def _round(value: object, digits: object = 0) -> float:
    """Round halves away from zero, as Ruby does."""
    number, places = ruby_values.number(value), ruby_values.whole(text(digits))
    if isinstance(number, int) and places >= 0:
        return number
    if abs(places) > ruby_values.MAX_DIGITS:
        raise FilterError("a number has too many digits")
    rounded = Decimal(str(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return float(rounded) if places > 0 else int(rounded)


FILTERS: dict[str, Filter] = {
    "array_to_sentence_string": _sentence,
    "cgi_escape": lambda value: quote_plus(text(value)),
    "inspect": lambda value: _xml(ruby_values.inspected(value)),
    "join": _join,
    "json": ruby_values.as_json,
    "jsonify": ruby_values.as_json,
    "normalize_whitespace": lambda value: re.sub(r"\s+", " ", text(value)).strip(),
    "number_of_words": _words,
    "replace": _replace,
    "round": _round,
    "slugify": _slug,
    "smartify": _smart,
    "strip_index": _index_stripped,
    "times": _times,
    "to_integer": _integer,
    "xml_escape": _xml,
}
