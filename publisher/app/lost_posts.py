"""Stop a build if most published posts are gone: the posts are probably not those of the site.

The guard of a node stops their retracts. Feeds would lose them before, and feed readers would show
those that replace them as new.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher import entry
from publisher.app import possible_renames, readable_ledger
from publisher.errors import UnsafePlanError
from publisher.sync.guard import FREE_RETRACTS

if TYPE_CHECKING:
    from publisher.app.project import Project
    from publisher.config import Config
    from publisher.sync.ledger import Ledger


def require_most_posts(project: Project) -> None:
    """Raise UnsafePlanError if there are posts, but none of most items that were published.

    Without a ledger that can be read, nothing is known of published posts. A feed in the place of
    a folder loses old posts as new ones come.
    """
    if project.config.posts.feed or not project.entries.posts:
        return
    state = project.config.state
    if error := readable_ledger.ask(state, partial(_problem, project), otherwise=None):
        raise error


def _problem(project: Project, ledger: Ledger) -> UnsafePlanError | None:
    has_file = entry.file_finder(project.entries, project.config.site)
    # Of these the author decides by `id:` or `--as-new`.
    renamed = possible_renames.find(project.entries, project.config, ledger, as_new=()).recorded
    published = _published(project.config, ledger)
    # An interrupted run was allowed to retract these.
    accepted = {id_ for id_, fingerprint in ledger.accepted_anywhere() if not fingerprint}
    decided = accepted.union(renamed.values())
    lost = [id_ for id_ in published - decided if not has_file(id_)]
    are_most = len(lost) > FREE_RETRACTS and 2 * len(lost) > len(published)
    if not lost or not (are_most or len(lost) == len(published)):
        return None
    return UnsafePlanError(
        f"{len(lost)} of the {len(published)} published posts are gone from "
        f"{project.config.posts.place}; no feed was built, and nothing was sent. If posts.path or "
        "posts.pages has changed, the posts have other ids now, and readers would show all of them "
        "again: restore it. If you removed these posts on purpose, run `publisher publish "
        "--allow-retracts`"
    )


def _published(config: Config, ledger: Ledger) -> set[str]:
    """The ids of the items at the configured nodes. Those of a node that was renamed stay there."""
    names = [node.node for account in config.xmpp for node in account.nodes]
    has_pattern = any("{" in name for name in names)
    return {
        record.id
        for address in ledger.nodes()
        if has_pattern or address.node in names
        for record in ledger.recorded(address).values()
        if record.state not in {"retracted", "hidden"}
    }
