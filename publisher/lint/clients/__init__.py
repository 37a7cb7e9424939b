"""Report how feed readers and XMPP clients show the built feeds and items.

Each reader is judged by the rules of its parser, which were read in its source. A diagnostic names
the reader, what its user will see, and the setting that fixes it. The checks read documents and
items instead of posts, so that they find errors of publisher, too. Pure.
"""

from __future__ import annotations

from publisher.lint.clients.diagnostic import ClientDiagnostic
from publisher.lint.clients.feeds import Others, of_feed
from publisher.lint.clients.items import of_age, of_item, of_node, of_payload
from publisher.lint.clients.services import EXPOSE_PUBLISHER, SUMMARY_TEMPLATE, advice

__all__ = [
    "EXPOSE_PUBLISHER",
    "SUMMARY_TEMPLATE",
    "ClientDiagnostic",
    "Others",
    "advice",
    "of_age",
    "of_feed",
    "of_item",
    "of_node",
    "of_payload",
]
