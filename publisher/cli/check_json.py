"""The JSON document of `check --json`: every post with its warnings."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from publisher import entry, identity
from publisher.lint.clients import advice
from publisher.post import Skip
from publisher.text.timestamps import z

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.app.check import Checked
    from publisher.app.project import Project
    from publisher.content.templates.text_builder import TagOutcome
    from publisher.entry import Entry
    from publisher.lint.built import BuiltReport
    from publisher.post import Diagnostic, Page, Post

TAG_OUTCOMES: dict[TagOutcome, str] = {
    "evaluated": "evaluated",
    "kept": "kept readable",
    "dropped": "dropped",
}


def document(project: Project, checked: Checked) -> dict[str, Any]:
    posts = [_of_entry(one, project) for one in project.entries.entries]
    posts += [_of_skip(skip, project) for skip in project.entries.skipped]
    posts += [_of_page(page, project) for page in project.entries.pages]
    by_name = {
        str(path): found for path, found in by_post(checked.diagnostics, checked.built).items()
    }
    for post in posts:
        found = sorted(by_name.get(post["path"], ()), key=lambda one: (one.line, one.message))
        post["warnings"] = [{"line": one.line, "message": one.message} for one in found]
    posts.sort(key=lambda post: str(post["path"]))
    document: dict[str, Any] = {"posts": posts}
    document["settings"] = [
        {"path": str(one.path), "line": one.line, "message": one.message}
        for one in (*project.setting_errors, *checked.setting_warnings)
    ]
    # What the settings of the site give posts.
    paths = {post["path"] for post in posts}
    document["settings"] += [
        {"path": str(project.config.posts.path / path), "line": one.line, "message": one.message}
        for path, found in by_name.items()
        if path not in paths
        for one in found
    ]
    document["settings"] += [
        {"path": str(one.file), "line": one.line, "message": doubt.message_of(one)}
        for doubt in checked.unread
        for one in doubt.settings
    ]
    if project.config.site.output:
        document["pages"] = [
            {"message": one.message, "posts": [*map(str, one.paths)]}
            for one in checked.built.shared
        ]
        document["addresses"] = [
            {
                "message": one.message,
                "posts": [*map(str, one.posts)],
                "permalink": one.template,
            }
            for one in checked.addresses
        ]
        document["elsewhere"] = [str(path) for path in project.built.elsewhere]
    if checked.client_diagnostics is not None:
        document["readers"] = [asdict(one) for one in checked.client_diagnostics]
        document["advice"] = [*advice(project.config.xmpp)]
    return document


def by_post(
    diagnostics: Mapping[PurePosixPath, Sequence[Diagnostic]], built: BuiltReport
) -> Mapping[PurePosixPath, Sequence[Diagnostic]]:
    """The diagnostics of each post, with those about its built page."""
    found = {path: [*of_post] for path, of_post in diagnostics.items()}
    for difference in built.of_posts:
        found.setdefault(difference.diagnostic.path, []).append(difference.diagnostic)
    return found


def _of_entry(one: Entry, project: Project) -> dict[str, Any]:
    facts = {"status": "published", "reason": None, "id": one.atom_id, "item_id": one.item_id}
    title, tags = project.renderings.title(one), tags_of_templates([one], project)
    shown = {"url": one.link, "title": title, "tags_of_templates": tags}
    return {**_of_post(one.post, project), **facts, **shown}


def _of_skip(skip: Skip, project: Project) -> dict[str, Any]:
    """The fields of a post that is not published, as far as they are known."""
    nothing = dict.fromkeys(("id", "url", "title", "published", "updated", "language"))
    lists: dict[str, list[str]] = {"tags": [], "categories": [], "authors": []}
    facts: dict[str, Any] = {"path": str(skip.path), **nothing, **lists, "tags_of_templates": {}}
    facts["item_id"] = identity.item_of(skip.path, skip.post, project.entries.given_ids)
    if skip.post:
        _, atom, _ = identity.ids(skip.post, project.config.site)
        url = entry.link(skip.post, project.config.site)
        facts |= {**_of_post(skip.post, project), "id": atom, "url": url}
    return {**facts, "status": skip.status, "reason": skip.reason}


def _of_page(page: Page, project: Project) -> dict[str, Any]:
    """The fields of a file that is a page; it has no dates."""
    url = entry.link(page.post, project.config.site) if page.has_url else None
    facts = {**_of_skip(Skip(page.path, page.reason, post=page.post), project), "url": url}
    return {**facts, "published": None, "updated": None, "status": "page"}


def _of_post(post: Post, project: Project) -> dict[str, Any]:
    """The fields of a post. If it has no author or language, the site's apply."""
    authors = entry.authors(post, project.config.site)
    return {
        "path": str(post.path),
        "title": post.title or post.name,
        "published": z(post.published),
        "updated": z(post.updated),
        "tags": list(post.tags),
        "categories": list(post.categories),
        "authors": [author.name for author in authors],
        "language": post.language or project.config.site.language,
    }


def tags_of_templates(entries: Sequence[Entry], project: Project) -> dict[TagOutcome, int]:
    """How many template tags had each outcome, in the order of TAG_OUTCOMES.

    In texts that come from pages the generator of the site has evaluated them.
    """
    rendered = (one for one in entries if project.renderings.built_body(one) is None)
    sources = map(project.renderings.source, rendered)
    counts = Counter(outcome for source in sources for outcome, _ in source.tags)
    return {outcome: counts[outcome] for outcome in TAG_OUTCOMES if counts[outcome]}
