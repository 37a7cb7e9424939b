"""Which nodes there are to look after, and what each of them is to become."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from publisher import entry as entries
from publisher import identity, selection, sync
from publisher.app import choice
from publisher.selection import Group
from publisher.sync import Task, hints
from publisher.sync.plan import Desired, Guard, Policy
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from publisher.app.options import NodeOptions
    from publisher.app.project import Project
    from publisher.config import NodeConfig, Xmpp
    from publisher.entry import Entry
    from publisher.sync.item import Seen
    from publisher.sync.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Target:
    """One node, who publishes there, and what it is to become.

    `config` may be a pattern; `config_of` is for this one node. An empty title stays as it is.
    """

    xmpp: Xmpp
    config: NodeConfig
    address: NodeAddress
    task: Task
    entries: Mapping[str, Entry]
    title: str


def targets(project: Project, ledger: Ledger, options: NodeOptions) -> list[Target]:
    """Every node of the configuration, in its order; patterns stand for the nodes that they make.

    The node of a value that no post has any longer is one of them, as long as we have items there.
    Raises ConfigError if the choice names a post that does not exist.
    """
    held = ledger.item_counts()
    known = {id_ for address in held for id_ in ledger.recorded(address)}
    asked = choice.asked(options, project, known)
    found: list[Target] = []
    for xmpp in project.config.xmpp:
        for config in xmpp.nodes:
            groups = project.groups_of(config)
            names = {group.node for group in groups}
            vanished = sorted(a.node for a in held if _has_vanished(a, config, names))
            # Nobody knows how authors spelled a value that no post has.
            groups += [Group(node, "", None, ()) for node in vanished]
            for group in groups:
                address = NodeAddress(config.service, group.node)
                task = replace(_task(project, xmpp, config, group, options), is_selected=asked)
                by_id = {one.item_id: one for one in group.entries}
                found.append(Target(xmpp, config, address, task, by_id, group.title))
    return found


def _has_vanished(address: NodeAddress, config: NodeConfig, nodes: Container[str]) -> bool:
    return (
        address.service == config.service
        and address.node not in nodes
        and selection.matches_pattern(config, address.node)
    )


def _task(
    project: Project, xmpp: Xmpp, config: NodeConfig, group: Group, options: NodeOptions
) -> Task:
    return Task(
        desired=[_desired(one, project) for one in group.entries],
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
        has_unreadable_posts=project.entries.broken,
        verify=options.verify,
        fetch_foreign=options.fetch_foreign,
        silent="must" if not options.notify else "prefer" if options.refresh else "no",
    )


def _is_minted(project: Project, seen: Seen) -> bool:
    return seen.atom_id is not None and identity.is_minted(
        seen.id, seen.atom_id, project.config.site
    )


def _digest(project: Project, xmpp: Xmpp, config: NodeConfig, group: Group) -> str:
    """Changes with whatever the configuration says about a node, and with the title of a value."""
    wanted = _of_group(config, group.node, group.title) if config.pattern else config
    parts = (xmpp.jid, project.config.site.title, wanted)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def _desired(entry: Entry, project: Project) -> Desired:
    return Desired(
        entry.item_id,
        entry.atom_id,
        project.renderings.title(entry),
        entry.fingerprint,
        entry.published,
        path=str(entry.post.path),
        body=entries.body_hash(entry.post),
    )


def config_of(target: Target) -> NodeConfig:
    """The configuration of one node: its name and its title have no placeholder."""
    return _of_group(target.config, target.address.node, target.title)


def _of_group(config: NodeConfig, node: str, title: str) -> NodeConfig:
    return msgspec.structs.replace(config, node=node, title=title)


def left_behind(found: Sequence[Target], ledger: Ledger) -> list[str]:
    """Hints at nodes with items of ours that no target is."""
    return list(hints.nodes_left_behind(ledger.item_counts(), {target.address for target in found}))


def is_settled(target: Target, ledger: Ledger, *, now: float) -> bool:
    """Whether there is no need to look at the target's node."""
    return sync.is_settled(target.address, target.task, ledger, now=now)
