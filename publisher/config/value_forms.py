"""The forms of single values: languages, IRIs, URLs, JIDs and placeholders, and what to say of a
wrong one. A message continues a sentence that begins with the key.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from publisher.config.keys import (
    PLACEHOLDER,
)
from publisher.text.nearest_name import did_you_mean, question

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from publisher.text import yaml_document

PERSON_SCHEMES = frozenset({"http", "https", "mailto", "xmpp"})

IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
# RFC 7622 sections 3.2 and 3.3: only what no server accepts is refused here.
DOMAIN = re.compile(
    r"(?=.{1,255}$)[^\s@/\"&'<>:.-](?:[^\s@/\"&'<>:.]*[^\s@/\"&'<>:.-])?"
    r"(?:\.[^\s@/\"&'<>:.-](?:[^\s@/\"&'<>:.]*[^\s@/\"&'<>:.-])?)*"
)
LOCAL = re.compile(r"(?=.{1,255}$)[^\s@/\"&'<>:]+")
MAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")
# The registry of BCP 47 has no primary language subtag of more than three letters.
_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def check_languages(section: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    for index, language in enumerate(section.get("languages", ())):
        if language and not is_language(language):
            yield ("languages", index), language_problem(language)


def language_problem(language: str) -> str:
    hyphenated = language.replace("_", "-")
    hint = question(hyphenated) if is_language(hyphenated) else ""
    return f"is {language!r}; it must be a BCP 47 tag, e.g. en or pt-BR{hint}"


def email_problem(email: str) -> str:
    return f"is {email!r}; it must be an email address, e.g. ada@blog.example"


def check_globs(
    key: str,
    section: dict[str, Any],
    *,
    below: str = "the folder of the posts",
    example: str = "notes/* for one level, notes/** for all levels",
) -> Iterator[tuple[yaml_document.Key, str]]:
    for index, path in enumerate(section.get(key, ())):
        if path and not {"", ".", ".."}.isdisjoint(path.split("/")):
            message = f"is {path!r}, which matches no post; it must be a path below {below}"
            yield (key, index), f"{message}, e.g. {example}"


def check_placeholders(
    key: str, text: str, *, known: Sequence[str]
) -> Iterator[tuple[yaml_document.Key, str]]:
    names = PLACEHOLDER.findall(text)
    for name in names:
        if name not in known:
            yield (key,), f"has {{{name}}}, which has no value; use one of {braced(known)}"
    if len(names) > 1:
        yield (key,), f"has {len(names)} placeholders; use one of {braced(known)}, once"
    if re.search("[{}]", PLACEHOLDER.sub("", text)):
        yield (key,), f"is {text!r}: braces are for a placeholder, one of {braced(known)}"


def is_language(text: str) -> bool:
    """Whether the text has the form of a BCP 47 tag (RFC 5646)."""
    return _LANGUAGE.fullmatch(text) is not None


def is_iri(text: str) -> bool:
    """Whether the text is an absolute IRI (RFC 3987)."""
    return IRI.fullmatch(text) is not None


def is_person_uri(text: str) -> bool:
    """Whether the URI of a person is safe to link: never `javascript:` or `data:`."""
    return is_iri(text) and text.partition(":")[0].lower() in PERSON_SCHEMES


def is_url(text: str) -> bool:
    """Whether the text is an http or https URL, and not the path of a file."""
    return text.startswith(("http://", "https://"))


def is_web_url(url: str) -> bool:
    """Whether the text is a valid http or https URL without user name and password."""
    try:
        parts = urlsplit(url)
        is_valid_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and is_valid_port
        and "@" not in parts.netloc
        and not re.search(r"\s", url)
    )


def is_picture_url(written: str) -> bool:
    """Whether the text is a path on the site, or a URL."""
    return is_web_url(written) if ":" in written else not re.search(r"\s", written)


def braced(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def near(name: str, known: Collection[str]) -> str:
    """The end of an error message: the name that the user may have meant, or all that exist."""
    return did_you_mean(name, known) or f"; use one of {', '.join(sorted(known))}"
