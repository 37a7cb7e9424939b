"""Advice on the services of nodes: settings of a server that decide what readers see. Pure.

No server is asked, so nobody knows whether the advice applies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.config import Xmpp

# Lines of a pubsub component in Prosody's configuration (0.12: mod_pubsub). Without the first it
# removes the `publisher` of items. By default the second has a template only for nodes of the type
# `http://www.w3.org/2005/Atom`, while Converse lists nodes of the type that publisher sets.
EXPOSE_PUBLISHER: Final = "expose_publisher = true"
SUMMARY_TEMPLATE: Final = (
    'pubsub_summary_templates = { ["urn:xmpp:pubsub-social-feed:1"] = "{title}\\n{link@href}" }'
)


def advice(accounts: Iterable[Xmpp]) -> Iterator[str]:
    """Advice for each pubsub service. Nodes of an account (PEP) need none."""
    services = dict.fromkeys(
        node.service for xmpp in accounts for node in xmpp.nodes if "@" not in node.service
    )
    for service in services:
        yield (
            f"if {service} runs on Prosody, two lines of its component decide what readers see: "
            f"`{EXPOSE_PUBLISHER}` (or Movim shows no author, and Converse shows reposts), and "
            f"`{SUMMARY_TEMPLATE}` (or clients that ask for a body get none)"
        )
