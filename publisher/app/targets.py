"""List the nodes of the configuration, each with its task: what it should contain."""

from __future__ import annotations

import dataclasses
import hashlib
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from publisher import entry as entries
from publisher import identity, selection, sync
from publisher.app import (
    changed_ids,
    chosen_changes,
    doubted_edits,
    lookups,
    possible_renames,
    syndication,
)
from publisher.selection import Group
from publisher.sync import Task, rename_hints
from publisher.sync import item as items
from publisher.sync.desired import Desired
from publisher.sync.guard import Guard
from publisher.sync.policy import Policy
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from publisher.app.options import NodeOptions
    from publisher.app.project import Project
    from publisher.config import NodeConfig, Xmpp
    from publisher.entry import Entry
    from publisher.post import EarlierReadings, Post
    from publisher.sync.item import Seen
    from publisher.sync.ledger import Ledger


_OF_ITEMS = frozenset({"content", "alternatives"})


class Target(Struct, frozen=True):
    """One node, the account that publishes there, and the task there.

    `config` may be a pattern; `config_of` returns the configuration of this one node. An empty
    `title` leaves the node's title as it is. `later` are the posts that `syndicate` delays.
    """

    xmpp: Xmpp
    config: NodeConfig
    address: NodeAddress
    task: Task
    entries: Mapping[str, Entry]
    title: str
    later: Sequence[Entry] = ()


def targets(project: Project, ledger: Ledger, options: NodeOptions) -> list[Target]:
    """List every node in the order of the configuration; a pattern stands for several nodes.

    The list includes the node of a value that no post has any longer, as long as the ledger has
    items there. Raises ConfigError if `options.only` names a post that does not exist.
    """
    recorded = ledger.item_counts()
    known = {id_ for address in recorded for id_ in ledger.recorded(address)}
    asked = chosen_changes.asked(options, project, known)
    new_ids = _new_ids(project, ledger, options)
    reread = lookups.reread(project)
    renamed = possible_renames.find(project.entries, project.config, ledger, project.as_new)
    all_targets: list[Target] = []
    for xmpp in project.config.xmpp:
        for config in xmpp.nodes:
            groups = project.groups_of(config)
            names = {group.name for group in groups}
            vanished = sorted(a.node for a in recorded if _has_vanished(a, config, names))
            # The title is unknown: no post shows how its author spelled the value.
            groups += [Group(node, "", None, ()) for node in vanished]
            for group in groups:
                address = NodeAddress(config.service, group.name)
                later = syndication.later(project, group.entries, ledger.recorded(address))
                back = doubted_edits.edits(project, group)
                due = syndication.without(group, [*later, *back])
                task = _task(project, xmpp, config, due, options)
                task = doubted_edits.keeping(syndication.keeping(task, later), back)
                policy = replace(task.policy, renames=renamed, new_ids=new_ids)
                task = replace(task, policy=policy, is_selected=asked, reread=reread)
                by_id = {
                    known.item_id: known
                    for one in group.entries
                    for known in (*entries.with_earlier_ids(one, project.config.site), one)
                }
                all_targets.append(Target(xmpp, config, address, task, by_id, group.title, later))
    return all_targets


def _new_ids(project: Project, ledger: Ledger, options: NodeOptions) -> frozenset[str]:
    """The ids of the items that may get another atom:id."""
    if options.new_ids:
        return frozenset(one.item_id for one in project.entries.entries if one.post.id is None)
    return frozenset(one.entry.item_id for one in changed_ids.find(project, ledger) if one.decided)


def _has_vanished(address: NodeAddress, config: NodeConfig, nodes: Container[str]) -> bool:
    return (
        address.service == config.service
        and address.node not in nodes
        and selection.matches_pattern(config, address.node)
    )


def _task(
    project: Project, xmpp: Xmpp, config: NodeConfig, group: Group, options: NodeOptions
) -> Task:
    shown = _shown_pages(project, group)
    return Task(
        desired=[_desired(one, project, config, shown) for one in group.entries],
        policy=Policy(
            keep=config.keep,
            edits=config.edits,
            prune=config.pruning,
            exclusive=config.exclusive,
            refresh=options.refresh,
            is_minted=partial(_is_minted, project),
        ),
        guard=Guard(
            allow_retracts=options.allow_retracts,
            announce_limit=None if options.announce_all else config.announce_limit,
        ),
        configured_fields=config.named,
        notification_fields={
            name: config.options.get(name, "1") for name in sync.NOTIFICATION_FIELDS
        },
        config_digest=_digest(project, xmpp, config, group),
        reader=project.reader,
        has_unreadable_posts=project.entries.broken,
        skipped=project.skipped,
        verify=options.verify,
        fetch_foreign=options.fetch_foreign,
        silent="must" if not options.notify else "prefer" if options.refresh else "no",
    )


def _is_minted(project: Project, seen: Seen) -> bool:
    return seen.atom_id is not None and identity.is_minted(
        seen.id, seen.atom_id, project.config.site
    )


def _digest(project: Project, xmpp: Xmpp, config: NodeConfig, group: Group) -> str:
    """Hash the configuration of a node, so that the next run notices a change.

    What its items carry is no part of it, because items that are there stay as they are.
    """
    wanted = _of_group(config, group.name, group.title) if config.pattern else config
    fields = msgspec.structs.asdict(wanted)
    of_node = {name: value for name, value in fields.items() if name not in _OF_ITEMS}
    parts = (xmpp.jid, project.config.site.title, of_node)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def _shown_pages(project: Project, group: Group) -> frozenset[str]:
    """The hashes of the built pages that the items of a node show."""
    hashes = map(project.renderings.page_hash, group.entries)
    return frozenset(one.now for one in hashes if one.now and not one.is_textless)


def _desired(
    entry: Entry, project: Project, config: NodeConfig, shown_pages: frozenset[str]
) -> Desired:
    page = project.renderings.page_hash(entry)
    return Desired(
        entry.item_id,
        entry.atom_id,
        project.renderings.title(entry),
        entry.fingerprint,
        entry.published,
        path=str(entry.post.path),
        body=entries.body_hash(entry.post),
        source=entry.post.source,
        link=entry.link,
        contents=items.contents(entry.post, config),
        page=page.now,
        early_pages=page.early,
        written=page.written,
        waits=page.waits,
        is_page_new=page.is_new,
        is_textless=page.is_textless,
        shown_pages=shown_pages,
        earlier_ids=tuple(
            (one.item_id, one.atom_id)
            for one in entries.with_earlier_ids(entry, project.config.site)
        ),
        earlier=partial(_earlier, entry.post, project),
    )


def _earlier(post: Post, project: Project) -> EarlierReadings:
    readings = project.earlier(post.path)
    bodies = {entries.body_hash(dataclasses.replace(post, body=body)) for body in readings.bodies}
    return replace(readings, bodies=frozenset(bodies))


def config_of(target: Target) -> NodeConfig:
    """The configuration of one node, with its own name and title instead of placeholders."""
    return _of_group(target.config, target.address.node, target.title)


def _of_group(config: NodeConfig, node: str, title: str) -> NodeConfig:
    return msgspec.structs.replace(config, node=node, title=title)


def left_behind(current: Sequence[Target], ledger: Ledger, *, config_option: str) -> list[str]:
    """Hints at nodes that have our items, but are no longer in the configuration."""
    configured = {target.address for target in current}
    return list(
        rename_hints.nodes_left_behind(
            ledger.item_counts(), configured, config_option=config_option
        )
    )


def is_settled(target: Target, ledger: Ledger, *, now: float) -> bool:
    """Whether the run needs no connection to the target's node."""
    return sync.is_settled(target.address, target.task, ledger, now=now)
