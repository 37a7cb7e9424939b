"""Find the published posts whose atom:ids change because the site has moved."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from publisher import identity
from publisher.app import readable_ledger
from publisher.errors import IdsChangedError
from publisher.sync import moved_site

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from publisher.app.project import Project
    from publisher.config import Site
    from publisher.entry import Entry
    from publisher.sync.ledger import Ledger

_DAY = re.compile(r"tag:[^,]*,(\d{4}-\d{2}-\d{2}):")


class Moved(Struct, frozen=True):
    """A published entry whose atom:id changes. `decided`: an earlier run was to change it."""

    entry: Entry
    old: str
    decided: bool


def find(project: Project, ledger: Ledger) -> list[Moved]:
    """The entries whose recorded atom:ids are not theirs any more. Raises LedgerError.

    An `id:` in the front matter is the decision of the author, and no move of the site.
    """
    recorded: defaultdict[str, set[str]] = defaultdict(set)
    for item in ledger.published_items():
        # The first version of the ledger recorded no atom:ids.
        recorded[item.item_id] |= {item.atom_id} - {""}
    accepted = ledger.accepted_anywhere()
    return [
        Moved(
            entry,
            min(recorded[entry.item_id] - {entry.atom_id}),
            # At some node the item has its new id already, or was about to get it.
            entry.atom_id in recorded[entry.item_id]
            or (entry.item_id, entry.fingerprint) in accepted,
        )
        for entry in project.entries.entries
        if entry.post.id is None and recorded.get(entry.item_id, set()) - {entry.atom_id}
    ]


def problem(project: Project, ledger: Ledger) -> IdsChangedError | None:
    """The error about changed ids that nobody has decided on yet. Raises LedgerError."""
    changed = [moved for moved in find(project, ledger) if not moved.decided]
    if not changed:
        return None
    pairs = [(moved.old, moved.entry.atom_id) for moved in changed]
    line = _line(changed, project.config.site)
    undone = "no feed was built, and nothing was sent"
    return IdsChangedError(moved_site.refusal(pairs, line, undone=undone))


def _line(changed: Sequence[Moved], site: Site) -> str:
    """The keys of `site` that keep all of these ids; empty if they would not."""
    for keys in _candidates(changed[-1].old):
        kept = msgspec.structs.replace(site, **keys)
        if all(identity.ids(moved.entry.post, kept)[1] == moved.old for moved in changed):
            return ", ".join(
                f'{k}: "{v}"' if k == "id_template" else f"{k}: {v}" for k, v in keys.items()
            )
    return ""


def _candidates(old: str) -> Iterator[Mapping[str, str | dt.date]]:
    template, day = moved_site.template(old), _DAY.match(old)
    if template:
        yield {"id_template": template}
    if day:
        since = dt.date.fromisoformat(day[1])
        yield {"since": since}
        yield {"id_template": template, "since": since}


def require_kept_ids(project: Project) -> None:
    """Raise IdsChangedError if the ids of published posts change.

    Without a ledger that can be read, nothing is known of published posts.
    """
    state = project.config.state
    if error := readable_ledger.ask(state, partial(problem, project), otherwise=None):
        raise error
