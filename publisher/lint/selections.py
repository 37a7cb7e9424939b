"""Warn about selections that select nothing, and patterns that make nothing. Pure.

A value that no post has is probably a typing error if its selection selects nothing, or if posts
have a value that looks like it. Else it may be meant for posts to come: `tags: [xmpp, jabber]`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from publisher import selection
from publisher.text.counts import number_of
from publisher.text.nearest_name import nearest, question

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from publisher.config import Config, FeedFile, NodeConfig, Selection, Site
    from publisher.entry import Entries, Entry
    from publisher.post import Post, Status
    from publisher.text.yaml_document import Key

SHOWN = 8  # existing values that a message lists

_STATES: dict[Status, str] = {
    "draft": "draft",
    "future": "scheduled",
    "expired": "expired",
    "deleted": "deleted",
    "hidden": "hidden",
    "restricted": "restricted",
    "ignored": "not part of the site",
    "waiting": "not built yet",
    "no-page": "without a page",
    "skipped": "unreadable",
}


class SettingWarning(Struct, frozen=True):
    """A warning about a key of publisher.yaml. The message continues a sentence with the key."""

    key: Key
    message: str


def check(config: Config, entries: Entries) -> Iterator[SettingWarning]:
    """Yield the warnings about feeds and nodes, in the order of the configuration."""
    for key, name, section in _sections(config):
        only, pattern = section.only, section.pattern
        of_values = [*_of_selection(only, entries, config.site)] if only else []
        yield from (SettingWarning((*key, "only", *below), text) for below, text in of_values)
        if pattern and not of_values:
            problem = _of_pattern(pattern.name, only, entries, config.site)
            if problem:
                yield SettingWarning((*key, name), problem)


def _sections(config: Config) -> Iterator[tuple[Key, str, FeedFile | NodeConfig]]:
    """The feeds and nodes, each with its place and the key that may have a pattern."""
    yield from ((("feeds", number), "path", feed) for number, feed in enumerate(config.feeds))
    yield from (
        (("xmpp", number, "nodes", index), "node", node)
        for number, xmpp in enumerate(config.xmpp)
        for index, node in enumerate(xmpp.nodes)
    )


def selected_languages(config: Config) -> Iterator[tuple[Key, str]]:
    """The languages that feeds and nodes select, each with its place."""
    for key, _, section in _sections(config):
        languages = section.only.languages if section.only else ()
        yield from (
            ((*key, "only", "languages", index), value) for index, value in enumerate(languages)
        )


def of_page_languages(
    languages: Iterable[tuple[Key, str]], stated: Sequence[tuple[Entry, str]], site: Site
) -> Iterator[SettingWarning]:
    """Warn of a language that leaves out all posts whose pages state it.

    `stated` are the languages of the pages. A post has that of its source, or that of the site.
    """
    for key, value in languages:
        on_pages = [
            entry
            for entry, language in stated
            if _is_selected("languages", value, [selection.normal("languages", language)])
        ]
        posts = (entry.post for entry in on_pages)
        if on_pages and not _is_selected("languages", value, _spellings("languages", posts, site)):
            pages = "only its page says" if len(on_pages) == 1 else "only their pages say"
            problem = (
                f"is {value!r}, but leaves out {number_of(len(on_pages), 'post')} of which {pages} "
                f"so, e.g. {on_pages[0].post.path}; posts are selected by their sources, so add "
                "lang to the front matter, or set site.language"
            )
            yield SettingWarning(key, problem)


def _of_selection(only: Selection, entries: Entries, site: Site) -> Iterator[tuple[Key, str]]:
    """Yield the problems of a selection, each with its key below `only`."""
    is_empty = not selection.select(entries.entries, only, site=site)
    if is_empty and not entries.posts:
        yield (), "selects nothing, because there is no post yet"
        return
    wanted = {key: values for key, values in msgspec.structs.asdict(only).items() if values}
    missing = [*_missing(wanted, entries, site)]
    yield from (
        ((one.key, one.index), one.problem) for one in missing if is_empty or one.is_misspelt
    )
    if is_empty and not missing:
        yield (), f"selects nothing: no published post matches {' and '.join(wanted)}"


class _Missing(Struct, frozen=True):
    """A value of a selection that no published post has."""

    key: str
    index: int
    problem: str
    is_misspelt: bool


def _missing(
    wanted: Mapping[str, Sequence[str]], entries: Entries, site: Site
) -> Iterator[_Missing]:
    for key, values in wanted.items():
        published = _spellings(key, (one.post for one in entries.entries), site)
        for index, value in enumerate(values):
            if _is_selected(key, value, published):
                continue
            unpublished = Counter(
                _STATES[skip.status]
                for skip in entries.skipped
                if skip.post and _is_selected(key, value, _spellings(key, [skip.post], site))
            )
            meant = None if unpublished else nearest(value, _candidates(key, published))
            hint = _hint(meant, unpublished, published)
            has = "matches no published post" if key == "paths" else "no published post has"
            problem = f"is {value!r}, which {has}{hint}"
            yield _Missing(key, index, problem, is_misspelt=meant is not None)


def _spellings(key: str, posts: Iterable[Post], site: Site) -> Mapping[str, str]:
    """Each normalised value that a post has for a key of a selection, with a spelling of it."""
    return {
        selection.normal(key, value): value
        for post in posts
        for value in selection.spelled_values(post, key, site)
    }


def _is_selected(key: str, value: str, found: Iterable[str]) -> bool:
    """Whether the value selects any of the normalised values."""
    wanted = {selection.normal(key, value)}
    return any(selection.selects(key, wanted, one) for one in found)


def _candidates(key: str, published: Mapping[str, str]) -> Sequence[str]:
    """The values that the author may have meant; for a glob also the folders of the posts."""
    if key != "paths":
        return [*published.values()]
    folders = {path.rpartition("/")[0] for path in published} - {""}
    return [*published, *(f"{folder}/{glob}" for folder in folders for glob in ("*", "**"))]


def _hint(meant: str | None, unpublished: Mapping[str, int], published: Mapping[str, str]) -> str:
    if unpublished:
        counts = ", ".join(f"{number} {state}" for state, number in sorted(unpublished.items()))
        return f"; only posts that are not published match ({counts})"
    if meant:
        return question(meant)
    if not published:
        return ""
    values = sorted(published.values())
    more = f" and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
    return f"; there is {', '.join(map(repr, values[:SHOWN]))}{more}"


def _of_pattern(name: str, only: Selection | None, entries: Entries, site: Site) -> str:
    """The problem of a pattern that makes nothing; empty if it makes something."""
    chosen = [one.post for one in selection.select(entries.entries, only, site=site)]
    if not chosen:
        return f"makes nothing for {{{name}}}, because no post is published yet"
    found = {
        placeholder for placeholder, key in selection.KEYS.items() if _spellings(key, chosen, site)
    }
    if name in found:
        return ""
    # Tags and categories are easily mistaken for each other; every post has an author.
    other = {"tag": "category", "category": "tag"}.get(name)
    hint = question(f"{{{other}}}") if other in found else ""
    return f"makes nothing, because no post has a value for {{{name}}}{hint}"
