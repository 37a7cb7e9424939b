"""Find the published posts whose files are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.app import readable_ledger

if TYPE_CHECKING:
    from publisher.app.project import Project


def paths(project: Project) -> frozenset[str]:
    """The paths of published posts that are no files of the project any more.

    None without a ledger that can be read. Items that an old version recorded have no path.
    """
    nothing: frozenset[str] = frozenset()
    recorded = readable_ledger.ask(
        project.config.state,
        lambda ledger: frozenset(item.path for item in ledger.published_items()),
        otherwise=nothing,
    )
    return recorded - _known(project) - {""}


def _known(project: Project) -> frozenset[str]:
    entries = project.entries
    posts = (entry.post.path for entry in entries.entries)
    skipped = (skip.path for skip in entries.skipped)
    pages = (page.path for page in entries.pages)
    return frozenset(map(str, (*posts, *skipped, *pages)))
