"""The address of a pubsub node, and its xmpp: URIs (XEP-0060 section 12.22, XEP-0147)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """A node at a service (XEP-0060); PEP is the service at an account's bare JID (XEP-0163)."""

    service: str
    node: str

    def __str__(self) -> str:
        return f"{self.service} {self.node}"

    @property
    def uri(self) -> str:
        """Identifies the node (XEP-0060 section 12.22)."""
        return f"xmpp:{self.service}?;node={quote(self.node, safe='')}"

    @property
    def subscribe_uri(self) -> str:
        """Asks a client to subscribe (XEP-0060 section 16.6)."""
        return f"xmpp:{self.service}?pubsub;action=subscribe;node={quote(self.node, safe='')}"

    def item_uri(self, item_id: str) -> str:
        """Identifies an item of the node (XEP-0060 section 12.22)."""
        return f"{self.uri};item={quote(item_id, safe='')}"
