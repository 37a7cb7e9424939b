"""Node addresses, and the xmpp: URIs of nodes and items (XEP-0060 section 12.22, XEP-0147)."""

from __future__ import annotations

from urllib.parse import quote

from msgspec import Struct


class NodeAddress(Struct, frozen=True):
    """A node at a pubsub service (XEP-0060). With PEP the service is a bare JID (XEP-0163)."""

    service: str
    node: str

    def __str__(self) -> str:
        return f"{self.service} {self.node}"

    @property
    def uri(self) -> str:
        """The URI that identifies the node (XEP-0060 section 12.22)."""
        return f"xmpp:{self.service}?;node={quote(self.node, safe='')}"

    @property
    def subscribe_uri(self) -> str:
        """The URI that makes a client subscribe to the node (XEP-0060 section 16.6)."""
        return f"xmpp:{self.service}?pubsub;action=subscribe;node={quote(self.node, safe='')}"

    def item_uri(self, item_id: str) -> str:
        """The URI that identifies an item of the node (XEP-0060 section 12.22)."""
        return f"{self.uri};item={quote(item_id, safe='')}"
