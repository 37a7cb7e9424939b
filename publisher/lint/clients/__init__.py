"""What each reader makes of what was built: the rules that its parser follows, read in its source.

A verdict names the reader, what its user will see, and the setting that mends it. Judges built
documents and items, not posts: so it would see a fault of ours, too. Pure.
"""

from __future__ import annotations

from publisher.lint.clients.diagnostic import ClientDiagnostic
from publisher.lint.clients.feeds import Others, of_feed
from publisher.lint.clients.items import of_age, of_item, of_node, of_payload

__all__ = ["ClientDiagnostic", "Others", "of_age", "of_feed", "of_item", "of_node", "of_payload"]
