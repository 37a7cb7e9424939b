"""Report how feed readers and XMPP clients show the built feeds and items.

A diagnostic names the reader, what its user will see, and the setting that fixes it. It also says
whether the rule was produced by running that reader's parser, or only by reading its source, its
issues or its documentation. The checks read documents and items instead of posts, so that they find
errors of publisher, too. Pure.
"""

from __future__ import annotations

from publisher.lint.clients.client_diagnostic import ClientDiagnostic
from publisher.lint.clients.feeds import Others, of_feed
from publisher.lint.clients.items import of_age, of_item, of_node, of_payload
from publisher.lint.clients.server_advice import EXPOSE_PUBLISHER, SUMMARY_TEMPLATE, advice

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
