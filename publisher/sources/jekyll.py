"""Jekyll's posts: a file -> a post, or why it is none, and what is odd about it.

The rules are those of Jekyll 4: a date in the file's name, front matter that wins over it, the
permalink's template. Refuses to guess: a post that has no date is not dated today.
"""

from __future__ import annotations

import datetime as dt
import re
import stat
from typing import TYPE_CHECKING

from publisher import permalink
from publisher.config import Person, is_person_uri
from publisher.errors import PostError
from publisher.sources import dates, frontmatter
from publisher.sources.dates import DateError, Written
from publisher.sources.post import Post, Remark, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path, PurePosixPath

    from publisher.config import Config
    from publisher.marked import Value
    from publisher.sources.post import Markup

MARKUPS: dict[str, Markup] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mkd": "markdown",
    ".mkdn": "markdown",
    ".mkdown": "markdown",
    ".html": "html",
    ".htm": "html",
}
UNRENDERED = {
    ".rst": "reStructuredText",
    ".adoc": "AsciiDoc",
    ".asciidoc": "AsciiDoc",
    ".textile": "Textile",
    ".org": "Org",
    ".txt": "plain text",
    ".text": "plain text",
    ".mdx": "MDX",
}
UPDATED = ("updated", "last_modified_at", "lastmod", "modified")

_NAME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[-_ ](.*))?", re.ASCII | re.DOTALL)
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})
_HIDDEN = frozenset({"draft", "hidden", "private"})
_LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_ADDRESS = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")
_WEB = re.compile(r"https?://\S+")
_AND = re.compile(r",? and |, ?")
_NAME_AND_ADDRESS = re.compile(r"([^<>()]*)[<(]([^<>()]*)[>)]")

Outcome = tuple[Post | Skip | None, list[Remark]]


def read(folder: Path, path: PurePosixPath, *, config: Config, now: dt.datetime) -> Outcome:
    """What the file at `path` below `folder` is; None is something that nobody takes for a post.

    Never raises: what cannot be read is a broken Skip.
    """
    kind = path.suffix.lower()
    if kind not in MARKUPS.keys() | UNRENDERED.keys() or _is_about_the_folder(path.name):
        return None, []
    if kind in UNRENDERED:
        return Skip(path, f"{UNRENDERED[kind]} is not rendered"), []
    if "_drafts" in path.parts:
        return Skip(path, "a draft"), []
    try:
        document = frontmatter.read(_bytes(folder, path), path)
        _refuse_foreign(path)
        return _outcome(_Matter(document, path), config, now)
    except PostError as error:
        return Skip(path, error.message, error.line, broken=True), []


def _is_about_the_folder(name: str) -> bool:
    return name.startswith(("README", "_index.")) or name.lower().startswith("readme.")


def _bytes(folder: Path, path: PurePosixPath) -> bytes:
    """Only of a regular file: a pipe would keep us waiting. Raises PostError."""
    file = folder / path
    try:
        if stat.S_ISREG(file.stat().st_mode):
            return file.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise PostError(path, f"cannot be read: {reason}; repair or remove it") from error
    raise PostError(path, "is not a regular file; remove it, or rename it to start with a dot")


def _refuse_foreign(path: PurePosixPath) -> None:
    """A name in another encoding has no place in an address. Raises PostError."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError as error:
        raise PostError(path, "has a name that is not UTF-8; rename it") from error


def _outcome(matter: _Matter, config: Config, now: dt.datetime) -> Outcome:
    hidden = _hidden(matter)
    if hidden:
        return Skip(matter.path, hidden), []
    post = _post(matter, config)
    if post.published > now:
        at = post.published.isoformat().replace("+00:00", "Z")
        return Skip(matter.path, f"scheduled for {at}"), []
    return post, sorted(matter.warnings, key=lambda warning: warning.line)


def _hidden(matter: _Matter) -> str | None:
    """Why the author keeps the post back."""
    if (matter.text("draft") or "").lower() in _TRUE:
        return "a draft"
    if (matter.text("published") or "").lower() in _FALSE:
        return "published: false"
    status = (matter.text("status") or "").lower()
    return f"status: {status}" if status in _HIDDEN else None


class _Matter:
    """The front matter of one post, read key by key; what is odd about it is gathered."""

    def __init__(self, document: frontmatter.Document, path: PurePosixPath) -> None:
        self.document = document
        self.path = path
        self.warnings = [Remark(path, line, message) for line, message in document.remarks]

    def value(self, key: str) -> Value:
        return self.document.values.get(key)

    def text(self, key: str) -> str | None:
        """One line without illegal characters; None if there is nothing on it."""
        return _one_line(self.value(key))

    def wanted(self, key: str) -> str | None:
        """The same, where only a text makes sense."""
        if isinstance(self.value(key), list | dict):
            self.warn(key, f"{key} must be a text; put it in quotes")
        return self.text(key)

    def texts(self, key: str) -> Iterator[str]:
        """All texts in a list, also in lists inside it, or the one text."""
        queue = [self.value(key)]
        while queue:
            value = queue.pop(0)
            if isinstance(value, list):
                queue[:0] = value
            elif isinstance(value, dict):
                self.warn(key, f"{key} must be texts; put those with a colon in quotes")
            elif text := _one_line(value):
                yield text

    def warn(self, key: str, message: str) -> None:
        self.warnings.append(Remark(self.path, self.document.line(key), message))

    def error(self, key: str, message: str) -> PostError:
        return PostError(self.path, message, line=self.document.line(key))


def _one_line(value: Value) -> str | None:
    if not isinstance(value, str):
        return None
    line = _BLANKS.sub(" ", frontmatter.clean(value)).strip(" ")
    return line if line.strip() else None


def _post(matter: _Matter, config: Config) -> Post:
    """Raises PostError."""
    file_date, rest = _name(matter.path)
    zone = config.site.zone
    published = _published(matter, file_date, zone)
    slug = matter.wanted("slug") or rest
    categories = _categories(matter)
    page = permalink.expand(
        _template(matter) or config.posts.permalink,
        published=published.astimezone(zone),
        slug=slug,
        path=matter.path,
        categories=categories,
    )
    return Post(
        path=matter.path,
        body=matter.document.body,
        body_line=matter.document.body_line,
        markup=MARKUPS[matter.path.suffix.lower()],
        marker=_marker(matter),
        title=matter.wanted("title"),
        slug=slug,
        published=published,
        updated=_updated(matter, published, zone),
        file_date=file_date,
        page=page,
        categories=categories,
        tags=_tags(matter),
        authors=_authors(matter),
        language=_language(matter),
        id=_id(matter),
    )


def _name(path: PurePosixPath) -> tuple[dt.date | None, str]:
    """The date in the file's name, and Jekyll's slug: what else the name says."""
    found = _NAME.fullmatch(path.stem)
    date = _date(found) if found else None
    rest = found[4] if found and date else path.stem
    return date, _one_line((rest or path.stem).rstrip(".")) or ""


def _date(found: re.Match[str]) -> dt.date | None:
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _published(matter: _Matter, file_date: dt.date | None, zone: dt.tzinfo) -> dt.datetime:
    """The instant by the front matter, else by the file's name. Raises PostError."""
    time = _time(matter)
    if matter.value("date") is not None:
        try:
            return _written(matter, "date").instant(zone, time=time)
        except DateError as error:
            if file_date is None:
                example = "date: 2008-10-21 18:00:00 +0000"
                raise matter.error("date", f"date: {error}; write e.g. `{example}`") from error
            matter.warn("date", f"date: {error}; {file_date}, from the file's name, is used")
    if file_date is None:
        message = "has no date; add e.g. `date: 2008-10-21` or start the file's name with one"
        raise PostError(matter.path, message, line=1)
    try:
        return Written(file_date).instant(zone, time=time)
    except DateError as error:
        raise PostError(matter.path, f"{error}; rename the file", line=1) from error


def _written(matter: _Matter, key: str) -> Written:
    """Raises DateError."""
    text = matter.text(key)
    if text is None:
        raise DateError("there is no date")
    return dates.read(text)


def _time(matter: _Matter) -> dt.time | None:
    """The time of day beside a date that has none."""
    if matter.value("time") is None:
        return None
    try:
        return dates.read_time(matter.text("time") or "")
    except DateError as error:
        matter.warn("time", f'time: {error}; write e.g. `time: "19:55"`')
        return None


def _updated(matter: _Matter, published: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    key = next((key for key in UPDATED if matter.value(key) is not None), None)
    if key is None:
        return published
    try:
        written = _written(matter, key)
        updated = written.instant(zone)
    except DateError as error:
        matter.warn(key, f"{key}: {error}; the date of the post is used")
        return published
    # A day without a time is no contradiction to a post of that day.
    same_day = written.time is None and written.day == published.astimezone(zone).date()
    if updated < published and not same_day:
        matter.warn(key, f"{key} is before the date of the post, which is used")
    return max(updated, published)


def _template(matter: _Matter) -> str | None:
    """The permalink of this post alone. It is a template, too, but never the name of a style."""
    template = matter.wanted("permalink")
    if template is None:
        return None
    for name in permalink.unknown_placeholders("/" + template):
        matter.warn("permalink", f"permalink has :{name}, which has no value")
    return "/" + template


def _marker(matter: _Matter) -> str | None:
    """The line between the lead and the rest: compared as it is, but for blanks at its end."""
    value = matter.value("extended")
    return frontmatter.clean(value).rstrip() or None if isinstance(value, str) else None


def _categories(matter: _Matter) -> tuple[str, ...]:
    """In Jekyll's order, which shows in the page's address; only `categories` splits at blanks."""
    texts = list(matter.texts("categories"))
    if isinstance(matter.value("categories"), str):
        texts = " ".join(texts).split(" ")
    return _unique([*texts, *matter.texts("category")])


def _tags(matter: _Matter) -> tuple[str, ...]:
    """A text with commas splits there, else `tags` at blanks, as in Jekyll, and `tag` not."""
    return _unique([*_listed(matter, "tag", ","), *_listed(matter, "tags", " ")])


def _listed(matter: _Matter, key: str, separator: str) -> list[str]:
    texts = [text.strip(" ,") for text in matter.texts(key)]
    if isinstance(matter.value(key), str):
        texts = [part.strip(" ") for t in texts for part in t.split("," if "," in t else separator)]
    return texts


def _unique(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _authors(matter: _Matter) -> tuple[Person, ...]:
    """Those of `author`, then those of `authors`; of one name the first."""
    persons: dict[str, Person] = {}
    for key in ("author", "authors"):
        for value in _apart(matter.value(key)):
            person = _person(value)
            if person and person.uri and not is_person_uri(person.uri):
                matter.warn(key, f"{key}: {person.uri!r} is not offered to readers; use https:")
                person = Person(name=person.name, email=person.email)
            if person:
                persons.setdefault(person.name, person)
            else:
                matter.warn(key, f"{key}: nobody is named; add e.g. `name: Ada Example`")
    return tuple(persons.values())


def _apart(value: Value) -> list[Value]:
    """`A; B` and `A, B and C` are several; what stands in a list is one."""
    if isinstance(value, list):
        return [part for part in value if part is not None]
    text = _one_line(value)
    if text is None:
        return [value] if isinstance(value, dict) else []
    if ";" in text:
        return [part for part in text.split(";") if part.strip()]
    return list(_AND.split(text)) if " and " in text else [text]


def _person(value: Value) -> Person | None:
    """`Name`, `Name (mail@x)`, `Name <mail@x>`, `{name, email, uri}`."""
    if isinstance(value, dict):
        return _made(value.get("name"), value.get("email"), value.get("uri") or value.get("url"))
    text = _one_line(value) or ""
    found = _NAME_AND_ADDRESS.fullmatch(text)
    if found and _ADDRESS.fullmatch(found[2].strip()):
        return _made(found[1], found[2], None)
    if found and _WEB.fullmatch(found[2].strip()):
        return _made(found[1], None, found[2])
    return _made(text, None, None)


def _made(name: Value, email: Value, uri: Value) -> Person | None:
    """Who has no name is called by the address."""
    address, web = _one_line(email), _one_line(uri)
    if address and not _ADDRESS.fullmatch(address):
        address = None
    called = _one_line(name) or address or web
    return Person(name=called, email=address, uri=web) if called else None


def _language(matter: _Matter) -> str | None:
    """A tag as of BCP 47."""
    key = "lang" if matter.value("lang") is not None else "language"
    text = matter.wanted(key)
    if text is None:
        return None
    tag = text.replace("_", "-")
    if not _LANGUAGE.fullmatch(tag):
        matter.warn(key, f"{key} is {text[:40]!r}; give a tag as of BCP 47, e.g. en or pt-BR")
        return None
    return tag


def _id(matter: _Matter) -> tuple[str, int] | None:
    text = matter.wanted("id")
    return (text, matter.document.line("id")) if text else None
