"""Which nodes there are to look after, and what each of them is to become."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from publisher import entry as entries
from publisher import selection, sync
from publisher.cli import choice as choices
from publisher.sync import Task, hints
from publisher.sync.plan import Desired, Guard, Policy
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.cli.choice import Choice
    from publisher.cli.site import Site
    from publisher.config import NodeConfig, Xmpp
    from publisher.entry import Entry
    from publisher.sync.item import Seen
    from publisher.sync.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Target:
    """One node, who publishes there, and what it is to become."""

    xmpp: Xmpp
    config: NodeConfig
    address: NodeAddress
    task: Task
    entries: Mapping[str, Entry]
    site_title: str


def targets(site: Site, ledger: Ledger, choice: Choice) -> list[Target]:
    """Every node of the configuration, in its order; patterns stand for the nodes that they make.

    The node of a value that no post has any longer is one of them, as long as we have items there.
    Raises ConfigError if the choice names a post that does not exist.
    """
    held = ledger.counts()
    known = {id_ for address in held for id_ in ledger.recorded(address)}
    asked = choices.asked(choice, site, known)
    found: list[Target] = []
    for xmpp in site.config.xmpp:
        for config in xmpp.nodes:
            groups = selection.groups(config, site.entries.entries, site.config.site)
            nodes = {group.node: group.entries for group in groups}
            vanished = (a.node for a in held if _has_vanished(a, config, nodes))
            for node, chosen in (*nodes.items(), *((name, ()) for name in sorted(vanished))):
                address = NodeAddress(config.service, node)
                task = _task(site, xmpp, config, chosen, choice)
                by_id = {one.item_id: one for one in chosen}
                task = replace(task, asked=asked)
                found.append(Target(xmpp, config, address, task, by_id, site.config.site.title))
    return found


def _has_vanished(address: NodeAddress, config: NodeConfig, nodes: Mapping[str, object]) -> bool:
    return (
        address.service == config.service
        and address.node not in nodes
        and selection.of_pattern(config, address.node)
    )


def _task(
    site: Site, xmpp: Xmpp, config: NodeConfig, chosen: Sequence[Entry], choice: Choice
) -> Task:
    return Task(
        desired=[_desired(one) for one in chosen],
        policy=Policy(
            keep=config.keep,
            edits=config.edits,
            prune=config.pruning,
            exclusive=config.exclusive,
            refresh=choice.refresh,
            minted=partial(_is_minted, site),
        ),
        guard=Guard(
            allow_retracts=choice.allow_retracts,
            announce_limit=None if choice.announce_all else config.announce_limit,
        ),
        named=config.named,
        sound={name: config.options.get(name, "1") for name in sync.SOUND},
        wanted=_digest(site, xmpp, config),
        broken=site.entries.broken,
        verify=choice.verify,
        fetch_foreign=choice.fetch_foreign,
        quiet="must" if choice.quiet else "prefer" if choice.refresh else "no",
    )


def _is_minted(site: Site, seen: Seen) -> bool:
    return seen.atom_id is not None and entries.is_minted(seen.id, seen.atom_id, site.config.site)


def _digest(site: Site, xmpp: Xmpp, config: NodeConfig) -> str:
    """Changes with whatever the configuration says about a node."""
    parts = (xmpp.jid, site.config.site.title, config)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def _desired(entry: Entry) -> Desired:
    return Desired(
        entry.item_id,
        entry.atom_id,
        entry.title,
        entry.fingerprint,
        entry.published,
        path=str(entry.post.path),
        body=entries.body_hash(entry.post),
    )


def config_of(target: Target) -> NodeConfig:
    """The configuration of one node; a pattern's title may have the placeholder, too."""
    config, node = target.config, target.address.node
    if config.pattern is None:
        return config
    placeholder, value = f"{{{config.pattern.name}}}", config.value_in(node) or ""
    title = (config.title or f"{target.site_title}: {placeholder}").replace(placeholder, value)
    return msgspec.structs.replace(config, node=node, title=title)


def left_behind(found: Sequence[Target], ledger: Ledger) -> list[str]:
    """Hints at nodes with items of ours that no target is."""
    return list(hints.left_behind(ledger.counts(), {target.address for target in found}))


def is_settled(target: Target, ledger: Ledger, *, now: float) -> bool:
    """Whether there is no need to look at the target's node."""
    return sync.is_settled(target.address, target.task, ledger, now=now)
